"""The addresses: French and permanent on screen, English by name."""

from django.urls import include, path, register_converter

from articles.converters import IsoDate, IsoWeek
from articles.views import account, annotating, correcting, curating, desk, people, public, selectors

register_converter(IsoDate, "isodate")
register_converter(IsoWeek, "isoweek")

review = [
    path("", public.front, name="front"),
    path("revue/", public.archive, name="archive"),
    path("revue/<isodate:day>/", public.day_review, name="day"),
    path("revue/<isodate:day>/articles/", public.day_articles, name="day_articles"),
    path("revue/<isoweek:week>/", public.week_review, name="week"),
    path("fil.atom", public.latest_feed, name="feed"),
]
stories = [
    path("", public.story_list, name="list"),
    path("<int:pk>-<slug:slug>/", public.story, name="detail"),
    path("<int:pk>/", public.story_by_number, name="number"),
    path("<int:pk>/fil.atom", public.story_feed, name="feed"),
    path("<int:pk>/gerer/", curating.act, name="act"),
    path("<int:pk>/resume/", curating.summary, name="summary"),
    path("<int:pk>/journal/<int:event>/defaire/", curating.undo, name="undo"),
]
articles = [
    path("<int:pk>/", public.article, name="detail"),
    path("<int:pk>/lecture/", annotating.finding, name="finding"),
    path("<int:pk>/corriger/", correcting.correct, name="correct"),
]
outlets = [
    path("", public.outlet_list, name="list"),
    path("<slug:slug>/", public.outlet, name="detail"),
    path("<slug:slug>/fil.atom", public.outlet_feed, name="feed"),
]
names = [
    path("", people.people_list, name="list"),
    path("<slug:slug>/", people.person, name="detail"),
    path("<slug:slug>/corriger/", people.correct, name="correct"),
]
selector_pages = [
    path("", selectors.edit, name="edit"),
]
editions = [
    path("", public.edition_list, name="list"),
    path("<int:number>/", public.edition, name="detail"),
    path("fil.atom", public.edition_feed, name="feed"),
]
desk_pages = [
    path("", desk.home, name="home"),
    path("semaine/<isoweek:week>/", desk.digest, name="digest"),
    path("semaine/<isoweek:week>/apercu/", desk.preview, name="preview"),
    path("semaine/<isoweek:week>/publier/", desk.publish, name="publish"),
    path("documents/", desk.documents, name="documents"),
]
account_pages = [
    path("connexion/", account.sign_in, name="login"),
    path("deconnexion/", account.sign_out, name="logout"),
    path("", account.profile, name="profile"),
    path("mot-de-passe/", account.change_password, name="password"),
    path("langue/", account.set_language, name="language"),
    path("apparence/", account.set_theme, name="theme"),
]

urlpatterns = [
    path("", include((review, "review"))),
    path("histoires/", include((stories, "stories"))),
    path("articles/", include((articles, "articles"))),
    path("titres/", include((outlets, "outlets"))),
    path("titres/<slug:slug>/selecteurs/", include((selector_pages, "selectors"))),
    path("personnes/", include((names, "people"))),
    path("recherche/", public.search, name="search"),
    path("editions/", include((editions, "editions"))),
    path("pupitre/", include((desk_pages, "desk"))),
    path("compte/", include((account_pages, "account"))),
    path("a-propos/", public.about, name="about"),
]
