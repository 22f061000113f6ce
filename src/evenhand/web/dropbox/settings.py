"""Settings of the drop box: a folder, and a database; everything else is decided here (VAULT 8, 11, 13).

`EVENHAND_DROPBOX` is the folder that `evenhand serve dropbox` made. `EVENHAND_DATABASE_URL`
(postgresql://user:password@host:port/name) takes PostgreSQL instead of the SQLite file in it.
"""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

FOLDER = Path(os.environ.get("EVENHAND_DROPBOX", "evenhand-dropbox")).absolute()
LEDGER = FOLDER / "ledger"
PROMISE_KEY = FOLDER / "keys" / "promise.key"
# keys that everybody knows how to open lie here: every page then says that this is a trial
TRIAL = FOLDER / "trial"
# at most so many bytes in a request: 6,000 characters in any script, form-encoded, and room
LARGEST = 65_536
# what a desk brings to /desk/append: some of a day's frames; more goes in several
LARGEST_APPEND = 8 * 2**20
# only desks are answered: while they bring back what a restored drop box lacks
CLOSED = bool(os.environ.get("EVENHAND_CLOSED"))


def _database() -> dict[str, Any]:
    url = os.environ.get("EVENHAND_DATABASE_URL")
    if not url:
        # what was acknowledged survives a power cut (FULL), what was deleted is overwritten (secure_delete)
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "dropbox.sqlite3", "OPTIONS": options}
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # a socket's folder cannot stand in a URL's host: `?host=/run/postgresql` says it
        "HOST": parts.hostname or parse_qs(parts.query).get("host", [""])[0],
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
    }


# it signs nothing here: no session, no message, no token of Django's that outlives a process
SECRET_KEY = secrets.token_urlsafe(48)
DEBUG = False
# the proxy in front decides by name; nothing here is made from the Host header
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["evenhand.web.dropbox", "csp"]
MIDDLEWARE = [
    "evenhand.web.dropbox.quiet.Quiet",
    "evenhand.web.dropbox.tongue.Spoken",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
]
ROOT_URLCONF = "evenhand.web.dropbox.urls"
WSGI_APPLICATION = "evenhand.web.dropbox.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": ["evenhand.web.dropbox.pages.everywhere"],
            "builtins": ["evenhand.web.dropbox.tongue"],
        },
    }
]
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SECURE = CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
# ends with the browser, as the visit does
CSRF_COOKIE_AGE = None
CSRF_FAILURE_VIEW = "evenhand.web.dropbox.pages.too_old"
SECURE_CONTENT_TYPE_NOSNIFF = True
# with no-referrer a browser sends `Origin: null` with its own forms, which is what a stranger's form looks like too;
# same-origin tells nobody else any more than that does (decision 0028)
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# the proxy ends TLS, which EVENHAND_HTTPS says, and then says so of each request: an onion beside it has none, and a
# form that comes over TLS is ours only if its origin is https
SECURE_HSTS_SECONDS = 63_072_000 if os.environ.get("EVENHAND_HTTPS") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("EVENHAND_HTTPS") else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "script-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# no uploads: Django would write them to /tmp in the clear
FILE_UPLOAD_HANDLERS: list[str] = []
DATA_UPLOAD_MAX_MEMORY_SIZE = LARGEST
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
APPEND_SLASH = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LOCALE_PATHS = [Path(__file__).parents[1] / "locale"]
STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
# nothing that Django says goes out but through quiet.py, which says a class and a reference
LOGGING = {
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {"nowhere": {"class": "logging.NullHandler"}},
    "loggers": {"django": {"handlers": ["nowhere"], "propagate": False}, "py.warnings": {"handlers": ["nowhere"]}},
}
