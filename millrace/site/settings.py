"""Django's settings for one funder on one database — e.g. DATABASE_URL points at the funder's own PostgreSQL."""

import os
from pathlib import Path

BASE = Path(__file__).resolve().parents[1]

REGISTERS = ["people", "policy", "cases", "timeline", "sheet", "ledger", "documents", "messages", "facilities"]
STAGES = ["plan", "call", "apply", "assess", "award", "deliver", "close", "learn"]
DESKS = ["public", "applicant", "assessor", "officer", "finance", "policy", "audit", "case"]

SECRET_KEY = os.environ.get("MILLRACE_SECRET_KEY", "for-tests-only-" + "x" * 40)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver", *os.environ.get("MILLRACE_HOSTS", "").split()]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "millrace.web.apps.FlashConfig",
    "django.contrib.staticfiles",
    *[f"millrace.registers.{name}" for name in REGISTERS],
    "millrace.web.apps.WebConfig",
    *[f"millrace.stages.{name}" for name in STAGES],
    *[f"millrace.desks.{name}" for name in DESKS],
    "millrace.jobs",
]
ROOT_URLCONF = "millrace.site.urls"
WSGI_APPLICATION = "millrace.site.wsgi.application"
AUTH_USER_MODEL = "people.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("PGDATABASE", "millrace"),
        "USER": os.environ.get("PGUSER", "millrace_app"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "CONN_MAX_AGE": None,
    }
}
