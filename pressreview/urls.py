"""Where everything is."""

from django.contrib import admin
from django.urls import include, path

from pressreview import views
from pressreview.demo import views as demo

demonstration = [path("retirer/", demo.remove, name="remove")]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("sources/", include("sources.urls")),
    path("demonstration/", include((demonstration, "demo"))),
    path("sante/", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
    path("", include("articles.urls")),
]
