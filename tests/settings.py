"""The application's own settings over servers and data that are the tests' own."""

import os
from pathlib import Path

os.environ.setdefault("PRESSREVIEW_DATA", str(Path(__file__).resolve().parent.parent / "var" / "tests"))

from pressreview.settings import *  # noqa: F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
CELERY_TASK_ALWAYS_EAGER = False
# The tests that are about the model turn it on.
PRESSREVIEW_VECTORS = False
