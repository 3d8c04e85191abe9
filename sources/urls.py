"""The administrator's addresses: French on screen, English by name."""

from django.urls import path

from sources import views, views_adding, views_imports, views_terms

app_name = "sources"
urlpatterns = [
    path("", views.feed_list, name="list"),
    path("ajouter/", views_adding.add, name="add"),
    path("catalogue/", views.starter, name="starter"),
    path("opml/", views.opml, name="opml"),
    path("opml/pressreview.opml", views.export_opml, name="export"),
    path("imports/", views_imports.job_list, name="jobs"),
    path("imports/historique/", views_imports.history, name="import_history"),
    path("imports/sites/", views_imports.sites, name="import_sites"),
    path("imports/catalogue/", views_imports.starter_sites, name="import_starter"),
    path("imports/<int:pk>/", views_imports.job, name="job"),
    path("imports/<int:pk>/arret/", views_imports.cancel, name="cancel_job"),
    path("imports/<int:pk>/suite/", views_imports.resume, name="resume_job"),
    path("imports/<int:pk>/reprise/", views_imports.retry, name="retry_job"),
    path("fils/<int:pk>/", views.detail, name="detail"),
    path("fils/<int:pk>/collecter/", views.collect, name="collect"),
    path("fils/<int:pk>/pause/", views.pause, name="pause"),
    path("fils/<int:pk>/reprise/", views.resume, name="resume"),
    path("titres/<slug:slug>/reglages/", views_terms.edit, name="terms"),
    path("entrees/<int:pk>/reprise/", views.retry, name="retry"),
]
