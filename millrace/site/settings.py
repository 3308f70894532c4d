"""Django's settings for one funder on one database — e.g. DATABASE_URL points at the funder's own PostgreSQL."""

import os
import secrets
from datetime import timedelta
from pathlib import Path

from csp import constants as csp

BASE = Path(__file__).resolve().parents[1]

REGISTERS = ["people", "policy", "cases", "timeline", "sheet", "ledger", "documents", "messages", "facilities"]
STAGES = ["plan", "call", "apply", "assess", "award", "deliver", "close", "learn"]
DESKS = ["public", "applicant", "assessor", "officer", "finance", "policy", "audit", "case"]

# The command line hands over the key kept in the home; without it (a test, a check) every process makes its own.
SECRET_KEY = os.environ.get("MILLRACE_SECRET_KEY") or secrets.token_urlsafe(36)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver", *os.environ.get("MILLRACE_HOSTS", "").split()]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "millrace.web.apps.FlashConfig",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    *[f"millrace.registers.{name}" for name in REGISTERS],
    "millrace.web.apps.WebConfig",
    *[f"millrace.stages.{name}" for name in STAGES],
    *[f"millrace.desks.{name}" for name in DESKS],
    "millrace.jobs",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django.forms",
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "millrace.web.sign_in.Backend",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "millrace.web.nul.WithoutNul",
    "millrace.web.downloads.Limited",
    "millrace.web.errors.RefusalMiddleware",
    "millrace.web.demonstration.Telling",
    "axes.middleware.AxesMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "millrace.web.context.page",
            ],
        },
    }
]
FORM_RENDERER = "millrace.web.rendering.Renderer"
ROOT_URLCONF = "millrace.site.urls"
WSGI_APPLICATION = "millrace.site.wsgi.application"
AUTH_USER_MODEL = "people.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體"), ("zh-hans", "简体")]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# The database: libpq's variables, set by `millrace` for the role this process runs as (owner, app or reader; see database.py).
ROLE = os.environ.get("MILLRACE_ROLE", "app")
DATABASES = {
    "default": {
        "ENGINE": "millrace.site.postgresql",
        "NAME": os.environ.get("PGDATABASE", "millrace"),
        "USER": os.environ.get("PGUSER", "millrace_app"),
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
        "HOST": os.environ.get("PGHOST", "127.0.0.1"),
        "PORT": os.environ.get("PGPORT", "5432"),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": f"millrace-{ROLE}",
            # The owner migrates, and PostgreSQL takes no bound parameters in a table's definition.
            **({} if ROLE == "owner" else {"server_side_binding": True, "prepare_threshold": 0}),
            **({} if ROLE == "owner" else {"options": "-c lock_timeout=15s -c idle_in_transaction_session_timeout=300s"}),
        },
    }
}

# Files: hashed names once `millrace serve` has collected them into the home; straight from the apps otherwise.
HOME = Path(os.environ.get("MILLRACE_HOME", BASE.parent / "build" / "home"))
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "attachments"
PAST_CASES = HOME / "past-cases"  # a columnar copy of frozen facts, made again from the database whenever it is lost
SHEET_COPY = HOME / "sheet-copy"  # and one of the sheet, for figures
OPEN_DATA = HOME / "open-data"  # what everyone may take away, written every night
BACKUPS = Path(os.environ.get("MILLRACE_BACKUPS", HOME / "backups"))
PGBIN = os.environ.get("MILLRACE_PGBIN", "")  # where pg_dump is; empty: on the PATH
HASHED = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
PLAIN = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": HASHED if os.environ.get("MILLRACE_HASHED_STATIC") else PLAIN},
}

# What goes wrong is said on standard error, where the service manager keeps it; never with what a person typed.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}, "django.request": {"level": "ERROR"}},
}

# Headers. MILLRACE_TLS says that a proxy in front speaks TLS to the outside and sets X-Forwarded-Proto.
TLS = bool(os.environ.get("MILLRACE_TLS"))
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "millrace.web.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None

# Pages: flash messages in a cookie, so that a page that reads writes nothing; strict content policy with nonces.
CSRF_FAILURE_VIEW = "millrace.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.SELF],
        "script-src": [csp.SELF, csp.NONCE],
        "style-src": [csp.SELF],
        "img-src": [csp.SELF, "data:"],
        "object-src": [csp.NONE],
        "base-uri": [csp.NONE],
        "form-action": [csp.SELF],
        "frame-ancestors": [csp.NONE],
    }
}

# Sign-in: an e-mail address with a password or a code sent to it; a second factor for anyone holding a power of the funder.
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:after_sign_in"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "millrace.web.sign_in.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "millrace.web.sign_in.SignUpForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": False}  # counted by axes, across workers
MFA_ADAPTER = "millrace.web.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Millrace"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "millrace.web.errors.locked_out"
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "millrace.web.sign_in.username_tried"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CONSOLE = "millrace.web.mail.ConsoleBackend"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if os.environ.get("MILLRACE_SMTP_HOST") else CONSOLE
EMAIL_HOST = os.environ.get("MILLRACE_SMTP_HOST", "")
EMAIL_PORT = int(os.environ.get("MILLRACE_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("MILLRACE_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("MILLRACE_SMTP_PASSWORD", "")
EMAIL_USE_TLS = bool(EMAIL_HOST)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("MILLRACE_MAIL_FROM", "Millrace <no-reply@localhost>")
