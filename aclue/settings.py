"""Settings of aclue, in Django's order; every value that differs between deployments comes from the environment.

`.env.example` documents each name. A file `.env` beside manage.py is read first; the real environment wins over it.
"""

from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from kombu import Queue

from accounts.roles import ROLES
from aclue.environment import COMMON_PASSWORDS, Environment, kept_secret, split_hosts_and_origins

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR / ".env")

# What this deployment is
PROJECT_NAME = env.text("PROJECT_NAME", "aclue")
VERSION = env.text("VERSION", "1.0.0")
ENVIRONMENT = env.choice("ENVIRONMENT", "development", ("development", "staging", "production"))
DEBUG = env.flag("DEBUG", ENVIRONMENT == "development")
if DEBUG and ENVIRONMENT == "production":
    raise ImproperlyConfigured("DEBUG=true has no place in ENVIRONMENT=production: it shows strangers the insides.")
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

# Secrets
SECRET_KEY = env.text("SECRET_KEY")
if not SECRET_KEY and ENVIRONMENT != "development":
    raise ImproperlyConfigured(
        "SECRET_KEY is missing; draw one with: python -c 'import secrets; print(secrets.token_urlsafe(48))'"
    )
SECRET_KEY = SECRET_KEY or kept_secret(VAR_DIR / "secret_key")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters.")
# Former ones: cookies made and audit entries sealed under them still count
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS")
FIRST_SUPERUSER_EMAIL = env.text("FIRST_SUPERUSER_EMAIL")
FIRST_SUPERUSER_PASSWORD = env.text("FIRST_SUPERUSER_PASSWORD")
if (
    FIRST_SUPERUSER_PASSWORD
    and not DEBUG
    and (FIRST_SUPERUSER_PASSWORD.lower() in COMMON_PASSWORDS or len(FIRST_SUPERUSER_PASSWORD) < 12)
):
    raise ImproperlyConfigured(
        "FIRST_SUPERUSER_PASSWORD is a common or short one; outside DEBUG it needs 12 characters."
    )

# Who may ask
_hosts, _host_origins = split_hosts_and_origins(env.listed("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]")))
_cors_hosts, _origins = split_hosts_and_origins(env.listed("CORS_ORIGINS") or env.listed("BACKEND_CORS_ORIGINS"))
if len(_cors_hosts) != len(_origins):
    raise ImproperlyConfigured("CORS_ORIGINS takes origins such as https://app.example, with their scheme.")
ALLOWED_HOSTS = _hosts
# Links in mails lead there. It is never read from a request: whoever asks writes the Host header.
_https = env.flag("HTTPS", ENVIRONMENT != "development")
_named_host = next((host for host in _hosts if not host.startswith(("*", "."))), "")
SITE_URL = env.site(
    "SITE_URL",
    f"http://{env.text('HOST', '127.0.0.1')}:{env.text('PORT', '8000')}"
    if ENVIRONMENT == "development"
    else f"{'https' if _https else 'http'}://{_named_host}",
)
CORS_ALLOWED_ORIGINS = sorted({*_host_origins, *_origins})
CORS_ALLOW_CREDENTIALS = True
CORS_ALLOW_HEADERS = ["authorization", "content-type", "x-api-key", "idempotency-key", "x-request-id"]
CORS_EXPOSE_HEADERS = [
    "X-Request-ID",
    "Retry-After",
    "RateLimit-Limit",
    "RateLimit-Remaining",
    "RateLimit-Reset",
    "ETag",
]
CSRF_TRUSTED_ORIGINS = CORS_ALLOWED_ORIGINS

# Applications, lower floors first
INSTALLED_APPS = [
    "aclue",  # the top floor, named first so that its commands win over Django's
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_celery_beat",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "common",
    "accounts",
    "catalogue",
    "swipes",
    "orders",
    "recommendations",
]

# The API's way through is short: the classes named Site… step aside for it (common/middleware.py).
MIDDLEWARE = [
    "common.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "common.middleware.CompressionMiddleware",
    "aclue.door.PasswordDoorMiddleware",
    "common.middleware.ApiMiddleware",
    "common.middleware.SiteFrameMiddleware",
    "common.middleware.SiteCspMiddleware",
    "aclue.maintenance.MaintenanceMiddleware",
    "common.middleware.SiteSessionMiddleware",
    "common.middleware.SiteCommonMiddleware",
    "common.middleware.SiteCsrfMiddleware",
    "common.middleware.SiteAuthenticationMiddleware",
    "accounts.middleware.BrowserSessionMiddleware",
    "aclue.middleware.SecondFactorMiddleware",
    "common.middleware.SiteMessageMiddleware",
]
ROOT_URLCONF = "aclue.urls"
WSGI_APPLICATION = "aclue.wsgi.application"
# Every address answers with and without its slash (ApiMiddleware); a redirect would lose a POST's body.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "aclue.context.site",
            ],
        },
    },
]

# Data
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'aclue.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A writer takes its lock at the start: two that read first and write later would otherwise fail at once.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000; "
        # What is deleted is overwritten: an erased person is to be found nowhere in the file.
        "PRAGMA secure_delete=ON;",
    }
else:
    # Django's, with connections that say for whom they ask (common/scope.py)
    DATABASES["default"]["ENGINE"] = "common.postgresql"
    DATABASES["default"]["CONN_MAX_AGE"] = None
    DATABASES["default"]["OPTIONS"] = {
        # Prepared statements without generic plans: a filter on a rare category must not get a common one's plan.
        "options": "-c plan_cache_mode=force_custom_plan -c statement_timeout=30s -c lock_timeout=10s",
        "connect_timeout": 3,
        "prepare_threshold": 3,
        # A role other than the one that signs in: postgres://…?assume_role=aclue_app
        **DATABASES["default"].get("OPTIONS", {}),
    }

# Whom migrations run as: the tables' owner, where the processes work as another role (common/postgresql/roles.py)
MIGRATION_DATABASE = (
    {
        name: value
        for name, value in env.database("MIGRATION_DATABASE_URL", "").items()
        if name in {"NAME", "USER", "PASSWORD", "HOST", "PORT"}
    }
    if env.text("MIGRATION_DATABASE_URL")
    else {}
)

REDIS_URL = env.url("REDIS_URL", "", ("redis", "rediss", "unix"))
CACHES = {
    "default": (
        {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {
                "socket_timeout": 0.2,
                "socket_connect_timeout": 0.2,
                "serializer": "common.rendering.CacheSerializer",
            },
        }
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# People: one e-mail address, one user; 12 rounds of bcrypt over a SHA-256, so every byte of a password counts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.AccountBackend"]
PASSWORD_HASHERS = ["accounts.hashers.SlottedBCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = reverse_lazy("site:sign-in")
LOGIN_REDIRECT_URL = reverse_lazy("site:deck")
ENABLE_REGISTRATION = env.flag("ENABLE_REGISTRATION", True)
# Whose holders get in only once they have a second factor
SECOND_FACTOR_ROLES = env.several("SECOND_FACTOR_ROLES", tuple(ROLES))

ACCESS_TOKEN_EXPIRE_MINUTES = env.whole("ACCESS_TOKEN_EXPIRE_MINUTES", 15, most=24 * 60)
REFRESH_TOKEN_EXPIRE_DAYS = env.whole("REFRESH_TOKEN_EXPIRE_DAYS", 30, most=366)
SIMPLE_JWT = {
    "ALGORITHM": env.choice("ALGORITHM", "HS256", ("HS256", "HS384", "HS512")),
    "SIGNING_KEY": SECRET_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=ACCESS_TOKEN_EXPIRE_MINUTES),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=REFRESH_TOKEN_EXPIRE_DAYS),
    "USER_ID_CLAIM": "sub",
    "ISSUER": "aclue",
    "AUDIENCE": "aclue",
}

# Who else may say who somebody is. A provider without a client id of ours is switched off.
ENABLE_SOCIAL_LOGIN = env.flag("ENABLE_SOCIAL_LOGIN", True)
OIDC_PROVIDERS: dict[str, dict[str, Any]] = {
    "google": {
        "issuers": ["https://accounts.google.com", "accounts.google.com"],
        "keys_url": "https://www.googleapis.com/oauth2/v3/certs",
        "client_ids": env.listed("GOOGLE_CLIENT_IDS"),
    },
    "apple": {
        "issuers": ["https://appleid.apple.com"],
        "keys_url": "https://appleid.apple.com/auth/keys",
        "client_ids": env.listed("APPLE_CLIENT_IDS"),
    },
    "facebook": {
        "issuers": ["https://www.facebook.com"],
        "keys_url": "https://www.facebook.com/.well-known/oauth/openid/jwks/",
        "client_ids": env.listed("FACEBOOK_CLIENT_IDS"),
    },
}
# An identity provider of the owner's own, whose bearer tokens open the API: by a shared secret, by its public keys
SUPABASE_URL = env.url("SUPABASE_URL", "", ("http", "https"))
SUPABASE_JWT_SECRET = env.text("SUPABASE_JWT_SECRET")
if SUPABASE_URL.startswith("http:") and not (
    ENVIRONMENT == "development" and urlsplit(SUPABASE_URL).hostname in {"localhost", "127.0.0.1", "::1"}
):
    raise ImproperlyConfigured("SUPABASE_URL takes https:// (http:// only for this very machine, in development).")
if SUPABASE_JWT_SECRET and (len(SUPABASE_JWT_SECRET) < 32 or SUPABASE_JWT_SECRET == SECRET_KEY):
    raise ImproperlyConfigured("SUPABASE_JWT_SECRET needs 32 characters, and may not be the same as SECRET_KEY.")

# Limits
DEFAULT_PAGE_SIZE = env.whole("DEFAULT_PAGE_SIZE", 20, most=1000)
MAX_PAGE_SIZE = env.whole("MAX_PAGE_SIZE", 100, most=1000)
if DEFAULT_PAGE_SIZE > MAX_PAGE_SIZE:
    raise ImproperlyConfigured(f"DEFAULT_PAGE_SIZE={DEFAULT_PAGE_SIZE} is larger than MAX_PAGE_SIZE={MAX_PAGE_SIZE}.")
MAX_FILE_SIZE = env.whole("MAX_FILE_SIZE", 10 * 1024 * 1024)
MAX_JSON_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# How many proxies of ours stand in front, whose X-Forwarded-For is believed
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0, least=0, most=10)
# How many web processes run on a machine: they share what one machine may do (granian's --workers)
WEB_WORKERS = env.whole("WEB_WORKERS", 2, most=256)
# By network: accounts, sign-ins, guests, mails, mails to one address; by address: mails; by caller: the rest
RATE_LIMITS = {
    "register": env.rate("RATE_LIMIT_REGISTER", "5/hour"),
    "login": env.rate("RATE_LIMIT_LOGIN", "30/minute"),
    "guest": env.rate("RATE_LIMIT_GUEST", "60/hour"),
    "mail": env.rate("RATE_LIMIT_MAIL", "20/hour"),
    "mail_address": env.rate("RATE_LIMIT_MAIL_ADDRESS", "5/hour"),
    "mailbox": env.rate("RATE_LIMIT_MAILBOX", "12/hour"),
    "write": env.rate("RATE_LIMIT_WRITE", "300/minute"),
    "heavy": env.rate("RATE_LIMIT_HEAVY", "240/minute"),
    "read": env.rate("RATE_LIMIT_READ", "3000/minute"),
    "network": env.rate("RATE_LIMIT_NETWORK", "12000/minute"),
}
# Hashing a password takes a processor for a quarter of a second: so many at a time on a machine, then 429
PASSWORD_HASH_SLOTS = max(1, WEB_WORKERS // 2)

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.key_authentication.ApiKeyAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["common.rendering.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.parsing.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "common.rendering.AlwaysJSON",
    "DEFAULT_PAGINATION_CLASS": "common.pagination.PageNumbers",
    "DEFAULT_SCHEMA_CLASS": "common.schema.AutoSchema",
    "EXCEPTION_HANDLER": "common.handlers.answer_for_drf",
    "COERCE_DECIMAL_TO_STRING": False,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
SPECTACULAR_SETTINGS = {
    "TITLE": PROJECT_NAME,
    "DESCRIPTION": "Swipe on gifts, learn a taste, recommend what to give.",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "SERVE_PUBLIC": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "common.schema.add_error_answers",
        "common.schema.add_limit_headers",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Occasion": "catalogue.models.Occasion",
        "OrderStatus": "orders.serializers.STATUSES",
        "ConversionKind": "catalogue.affiliate.shapes.KINDS",
        "UploadStatus": "catalogue.upload_shapes.STATUSES",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# Queue: the outbox owns the work (common/outbox.py), the broker only carries it
BROKERS = ("filesystem", "redis", "rediss", "amqp", "memory")
CELERY_BROKER_URL = env.url("CELERY_BROKER_URL", REDIS_URL or "filesystem://", BROKERS)
BROKER_DIR = VAR_DIR / "broker"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "data_folder_in": str(BROKER_DIR / "messages"),
        "data_folder_out": str(BROKER_DIR / "messages"),
        "control_folder": str(BROKER_DIR / "control"),
        "polling_interval": 0.1,
    }
    if CELERY_BROKER_URL.startswith("filesystem")
    else {"visibility_timeout": 600, "socket_timeout": 5, "socket_connect_timeout": 2}
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
# How long a dead process's result is waited for before its work is begun again; there are no results to wait for.
CELERY_WORKER_LOST_WAIT = 1.0
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_QUEUES = tuple(Queue(name) for name in ("default", "training", "batch"))
CELERY_TASK_ROUTES = {
    "recommendations.train_model": {"queue": "training"},
    "recommendations.refresh_picks": {"queue": "batch"},
    "catalogue.carry_out_upload": {"queue": "batch"},
}
CELERY_BEAT_SCHEDULE = {
    "popularity": {"task": "recommendations.refresh_popularity", "schedule": timedelta(minutes=5)},
    "picks": {"task": "recommendations.request_picks", "schedule": crontab(hour="3", minute="0")},
    "search": {"task": "catalogue.refresh_search", "schedule": timedelta(minutes=5)},
    "tidy": {"task": "common.tidy", "schedule": timedelta(hours=1)},
    "tidy catalogue": {"task": "catalogue.tidy", "schedule": timedelta(hours=6)},
    "tidy sessions": {"task": "accounts.tidy", "schedule": timedelta(hours=6)},
}

# What each app keeps about people, the highest floor first (common/personal.py)
PERSONAL_DATA = [
    "recommendations.personal.Recommending",
    "orders.personal.Buying",
    "swipes.personal.Swiping",
    "catalogue.personal.Uploading",
    "accounts.personal.Account",
    "common.kept.GroundFloor",
]

# Learning: what is learnt from, where models lie, who may sign them
ENABLE_ML_RECOMMENDATIONS = env.flag("ENABLE_ML_RECOMMENDATIONS", True)
FEEDBACK_SOURCES = [
    "swipes.feedback.answers",
    "swipes.feedback.behaviour",
    "orders.feedback.purchases",
    "recommendations.feedback.interactions",
]
MODEL_DIR = Path(env.text("MODEL_DIR", str(VAR_DIR / "models")))
MODEL_SIGNING_KEY = env.text("MODEL_SIGNING_KEY")
TRAINING_THREADS = env.whole("TRAINING_THREADS", 1, most=256)
# What was shown and searched for is written down aside of the answer, within a second (common/buffers.py)
BUFFERED_WRITES = True

# E-mail: printed on the console unless a server is named
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
_mail = env.url("EMAIL_URL", "", ("smtp", "smtp+tls", "smtps"))
if _mail:
    _parts = urlsplit(_mail)
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = _parts.hostname or "localhost"
    EMAIL_PORT = _parts.port or {"smtp": 25, "smtp+tls": 587, "smtps": 465}[_parts.scheme]
    EMAIL_HOST_USER = unquote(_parts.username or "")
    EMAIL_HOST_PASSWORD = unquote(_parts.password or "")
    EMAIL_USE_TLS = _parts.scheme == "smtp+tls"
    EMAIL_USE_SSL = _parts.scheme == "smtps"
EMAIL_TIMEOUT = 10
_anymail = env.text("ANYMAIL_BACKEND")
if _anymail:
    if _mail:
        raise ImproperlyConfigured("EMAIL_URL and ANYMAIL_BACKEND both say how mails are sent; set one of them.")
    if find_spec("anymail") is None:
        raise ImproperlyConfigured(
            f"ANYMAIL_BACKEND={_anymail} needs a package that is not here: pip install 'django-anymail[{_anymail}]'."
        )
    if find_spec(f"anymail.backends.{_anymail}") is None:
        raise ImproperlyConfigured(f"ANYMAIL_BACKEND={_anymail!r} is no provider that django-anymail knows.")
    EMAIL_BACKEND = f"anymail.backends.{_anymail}.EmailBackend"
    ANYMAIL = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT, **env.mapping("ANYMAIL_SETTINGS")}
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "aclue <hello@aclue.example>")

# Who runs this site, as the terms and the privacy page say
LEGAL_ENTITY_NAME = env.text("LEGAL_ENTITY_NAME")
LEGAL_CONTACT = env.text("LEGAL_CONTACT")

# Links to merchants: whether they are tagged and counted, and the country whose tag they carry unless a link names one
ENABLE_AFFILIATE_TRACKING = env.flag("ENABLE_AFFILIATE_TRACKING", True)
AFFILIATE_COUNTRY = env.text("AFFILIATE_COUNTRY", "GB")
if not (len(AFFILIATE_COUNTRY) == 2 and AFFILIATE_COUNTRY.isascii() and AFFILIATE_COUNTRY.isupper()):
    raise ImproperlyConfigured(f"AFFILIATE_COUNTRY={AFFILIATE_COUNTRY!r} takes two capitals, such as GB.")

# Language and time
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# An address typed without a scheme means https. (This transitional setting itself warns until Django 6 makes it so.)
FORMS_URLFIELD_ASSUME_HTTPS = True

# Files
STATIC_URL = env.text("STATIC_URL", "/static/")
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = env.text("MEDIA_URL", "/media/")
MEDIA_ROOT = Path(env.text("UPLOAD_FOLDER", str(VAR_DIR / "media")))
WHITENOISE_USE_FINDERS = DEBUG
# A bucket that speaks S3's protocol instead of the folder; keys as boto3 looks for them (AWS_ACCESS_KEY_ID, …)
MEDIA_BUCKET = env.text("MEDIA_BUCKET", "")
MEDIA_BUCKET_ENDPOINT = env.text("MEDIA_BUCKET_ENDPOINT", "")
BUCKET_STORAGE = "storages.backends.s3.S3Storage"
BUCKET_OPTIONS: dict[str, Any] = {
    "bucket_name": MEDIA_BUCKET,
    "endpoint_url": MEDIA_BUCKET_ENDPOINT or None,
    "object_parameters": {"CacheControl": "public, max-age=31536000, immutable"},
    "default_acl": None,
}
MEDIA_STORAGE: dict[str, Any] = {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"allow_overwrite": True},
}
if MEDIA_BUCKET:
    if MEDIA_URL.startswith("/"):
        raise ImproperlyConfigured("MEDIA_BUCKET needs MEDIA_URL: the https address at which the bucket is read.")
    MEDIA_STORAGE = {"BACKEND": BUCKET_STORAGE, "OPTIONS": BUCKET_OPTIONS}
STORAGES = {
    "default": MEDIA_STORAGE,
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

# Safety
# Only a proxy of ours may say that a request came over TLS.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_SSL_REDIRECT = False
SESSION_ENGINE = "accounts.cookies"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = REFRESH_TOKEN_EXPIRE_DAYS * 24 * 3600
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # these two look for Django's own classes; ours descend from them (common/middleware.py)
    "security.W003",
    "security.W008",  # the proxy in front sends plain HTTP to HTTPS
    "security.W005",  # whether sub-domains and browsers' preload lists are bound too is the owner's decision
    "security.W021",
    "models.W040",  # an index carries more columns on PostgreSQL; SQLite does without them
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "https:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
# The admin theme evaluates its templates in the browser (Alpine); nothing outside /admin/ may.
ADMIN_CONTENT_SECURITY_POLICY = {
    "script-src": [SELF, UNSAFE_INLINE, UNSAFE_EVAL],
    "style-src": [SELF, UNSAFE_INLINE],
}

# Logs: lines for people in development, JSON elsewhere
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))
LOGGING_CONFIG = "common.logs.configure"
LOGGING = {"level": LOG_LEVEL, "readable": ENVIRONMENT == "development"}

# Named in .env.example and checked at start, though the pieces that use them follow later
ACLUE_DATA_DIR = Path(env.text("ACLUE_DATA_DIR", str(BASE_DIR.parent / "shared" / "data")))
SUPABASE_WEBHOOK_SECRET = env.text("SUPABASE_WEBHOOK_SECRET")
AMAZON_ASSOCIATE_TAG = env.text("AMAZON_ASSOCIATE_TAG")
MAINTENANCE = env.flag("MAINTENANCE", False)
SENTRY_DSN = env.url("SENTRY_DSN", "", ("http", "https"))
POSTHOG_KEY = env.text("POSTHOG_KEY")
MIXPANEL_TOKEN = env.text("MIXPANEL_TOKEN")

UNFOLD = {
    "SITE_TITLE": PROJECT_NAME,
    "SITE_HEADER": PROJECT_NAME,
    "SITE_SYMBOL": "redeem",
    "SHOW_HISTORY": False,
    "LOGIN": {"form": "accounts.forms.SignInForm"},
    # The site's raspberry, from light to dark
    "COLORS": {
        "primary": {
            shade: f"oklch({lightness}% {chroma} 357)"
            for shade, lightness, chroma in (
                ("50", 97.5, 0.013),
                ("100", 94.8, 0.028),
                ("200", 90, 0.06),
                ("300", 82, 0.12),
                ("400", 71, 0.19),
                ("500", 60, 0.21),
                ("600", 47.5, 0.177),
                ("700", 41, 0.16),
                ("800", 36, 0.135),
                ("900", 32, 0.11),
                ("950", 22, 0.08),
            )
        },
    },
    "SIDEBAR": {"show_search": True, "show_all_applications": True},
}
