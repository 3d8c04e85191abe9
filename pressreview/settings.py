"""Every setting, driven by the environment. A bad value stops the start, naming the variable."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from pressreview import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def _text(variable: str, default: str = "") -> str:
    """A variable that is set to nothing, as docker compose does, counts as not set."""
    return env.str(variable, default="").strip() or default


def _words(variable: str, *default: str) -> list[str]:
    return [word.strip() for word in _text(variable).split(",") if word.strip()] or list(default)


def _url(variable: str, default: str, schemes: tuple[str, ...]) -> str:
    value = _text(variable, default)
    if urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(
            f"{variable} must start with one of {', '.join(s + '://' for s in schemes)}: {value}"
        )
    return value


def _number(variable: str, default: float, low: float, high: float) -> float:
    try:
        value = float(_text(variable, str(default)))
    except ValueError:
        raise ImproperlyConfigured(f"{variable} must be a number: {_text(variable)}") from None
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{variable} must lie between {low:g} and {high:g}: {value:g}")
    return value


def _flag(variable: str, default: bool) -> bool:
    value = _text(variable, str(default)).lower()
    if value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        raise ImproperlyConfigured(f"{variable} must be true or false: {value}")
    return value in {"true", "1", "yes", "on"}


def _origins(variable: str) -> list[str]:
    for origin in _words(variable):
        if not origin.startswith(("http://", "https://")):
            raise ImproperlyConfigured(f"{variable} must hold whole addresses such as https://revue.example: {origin}")
    return _words(variable)


def _time_zone(variable: str, default: str) -> str:
    try:
        return ZoneInfo(_text(variable, default)).key
    except (ZoneInfoNotFoundError, ValueError):
        raise ImproperlyConfigured(f"{variable} is no time zone: {_text(variable)}") from None


def _log_level(variable: str, default: str) -> str:
    value = _text(variable, default).upper()
    if value not in logging.getLevelNamesMapping():
        raise ImproperlyConfigured(f"{variable} must be one of DEBUG, INFO, WARNING, ERROR: {value}")
    return value


def _secret(variable: str, data: Path) -> str:
    try:
        return _text(variable) or embedded.secret_key(data)
    except OSError as error:
        raise ImproperlyConfigured(f"PRESSREVIEW_DATA: {data} cannot be written to ({error.strerror})") from error


# Where the embedded servers, the generated secret and other things of this installation live.
DATA_DIR = Path(_text("PRESSREVIEW_DATA", str(BASE_DIR / "var"))).expanduser().resolve()

# Where `run` serves the site.
PRESSREVIEW_HOST = _text("PRESSREVIEW_HOST", "127.0.0.1")
PRESSREVIEW_PORT = int(_number("PRESSREVIEW_PORT", default=8000, low=1, high=65535))

DEBUG = _flag("PRESSREVIEW_DEBUG", default=False)
SECRET_KEY = _secret("PRESSREVIEW_SECRET_KEY", DATA_DIR)
# The health check asks on the loopback address, whatever the site's own names.
ALLOWED_HOSTS = [*_words("PRESSREVIEW_HOSTS", "localhost", "[::1]"), "127.0.0.1"]
CSRF_TRUSTED_ORIGINS = _origins("PRESSREVIEW_ORIGINS")
HTTPS = _flag("PRESSREVIEW_HTTPS", default=False)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "sources.apps.SourcesConfig",
    "articles.apps.ArticlesConfig",
    "pressreview.apps.PressReviewConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pressreview.middleware.content_security_policy",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "pressreview.urls"
WSGI_APPLICATION = "pressreview.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.views.context.everywhere",
            ],
        },
    },
]

DATABASE_URL = _url("DATABASE_URL", embedded.postgres_url(DATA_DIR), ("postgres", "postgresql"))
DATABASES = {
    "default": {
        **environ.Env.db_url_config(DATABASE_URL, engine="django.db.backends.postgresql"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _url("REDIS_URL", embedded.redis_url(DATA_DIR), ("redis", "rediss", "unix"))
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Celery spells a local socket its own way.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account:login"
LOGIN_REDIRECT_URL = "review:front"
LOGOUT_REDIRECT_URL = "review:front"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "pressreview" / "locale"]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = _time_zone("PRESSREVIEW_TIME_ZONE", "Europe/Paris")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "pressreview.staticfiles.HashedStaticFiles"},
}

SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
# Large files are written beside the data while they arrive, so that keeping one costs no second copy.
FILE_UPLOAD_TEMP_DIR = next((path for path in (DATA_DIR / "imports", DATA_DIR) if path.is_dir()), None)
FILE_UPLOAD_HANDLERS = [
    "pressreview.uploads.CappedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# E-mail: without a server, messages are written to the log of the process that sends them.
_MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "consolemail", "filemail")
_MAIL = environ.Env.email_url_config(_url("PRESSREVIEW_EMAIL_URL", "consolemail://", _MAIL_SCHEMES))
EMAIL_BACKEND = _MAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_HOST"] or "localhost", _MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"] or "", _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = _MAIL["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _text("PRESSREVIEW_EMAIL_FROM", "pressreview@localhost")
# Who is told what goes wrong with the sources; when nobody is named, the administrators with an address.
PRESSREVIEW_ALERTS_TO = _words("PRESSREVIEW_ALERTS_TO")
# Where the site is, for the links in its e-mails.
PRESSREVIEW_ADDRESS = (CSRF_TRUSTED_ORIGINS or [f"http://{PRESSREVIEW_HOST}:{PRESSREVIEW_PORT}"])[0].rstrip("/")

# Collecting
PRESSREVIEW_CONTACT = _text("PRESSREVIEW_CONTACT")
PRESSREVIEW_HOST_GAP = _number("PRESSREVIEW_HOST_GAP", default=1.0, low=0, high=3600)
# Seconds for which a step holds what it took: when its worker is killed, others wait for so long.
PRESSREVIEW_LEASE_SECONDS = _number("PRESSREVIEW_LEASE_SECONDS", default=90, low=1, high=3600)
PRESSREVIEW_VECTORS = _flag("PRESSREVIEW_VECTORS", default=True)
PRESSREVIEW_DEMO = _flag("PRESSREVIEW_DEMO", default=True)
PRESSREVIEW_DEMO_PORT = int(_number("PRESSREVIEW_DEMO_PORT", default=8765, low=1, high=65535))
# Megabytes that an uploaded file of an import may have at most.
PRESSREVIEW_IMPORT_MB = int(_number("PRESSREVIEW_IMPORT_MB", default=4000, low=1, high=1_000_000))
# Private addresses are refused; these exact "host:port" are let through, the demonstration press among them.
PRESSREVIEW_ALLOWED_ADDRESSES = _words("PRESSREVIEW_ALLOWED_ADDRESSES")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _log_level("PRESSREVIEW_LOG_LEVEL", "INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "trafilatura": {"level": "CRITICAL"},
        "htmldate": {"level": "CRITICAL"},
        "axes": {"level": "WARNING"},
    },
}
