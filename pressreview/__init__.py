"""PressReview: a self-hosted revue de presse."""

from pressreview.celery import app as celery_app

__all__ = ["celery_app"]
