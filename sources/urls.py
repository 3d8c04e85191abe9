"""The administrator's addresses: French on screen, English by name."""

from django.urls import path

from sources import views

app_name = "sources"
urlpatterns = [
    path("", views.feed_list, name="list"),
    path("ajouter/", views.add, name="add"),
    path("catalogue/", views.starter, name="starter"),
    path("opml/", views.opml, name="opml"),
    path("opml/pressreview.opml", views.export_opml, name="export"),
    path("fils/<int:pk>/", views.detail, name="detail"),
    path("fils/<int:pk>/collecter/", views.collect, name="collect"),
    path("fils/<int:pk>/pause/", views.pause, name="pause"),
    path("fils/<int:pk>/reprise/", views.resume, name="resume"),
    path("entrees/<int:pk>/reprise/", views.retry, name="retry"),
]
