"""Where everything is."""

from django.contrib import admin
from django.urls import include, path

from pressreview import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("sources/", include("sources.urls")),
    path("sante/", views.health, name="health"),
    path("robots.txt", views.robots, name="robots"),
    path("", include("articles.urls")),
]
