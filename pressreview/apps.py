"""The project itself as an application, for its commands."""

from django.apps import AppConfig


class PressReviewConfig(AppConfig):
    name = "pressreview"
