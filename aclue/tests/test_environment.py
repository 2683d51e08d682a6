"""A wrong setting stops the start with a sentence that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from aclue.environment import Environment, kept_secret, split_hosts_and_origins

NO_FILE = Path("no such file")


@pytest.fixture
def env(monkeypatch):
    """An environment with only what a test sets."""

    def with_value(value):
        monkeypatch.setenv("X", value)
        return Environment(NO_FILE)

    return with_value


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (lambda env: env.flag("X", True), "maybe", "X='maybe' is neither true nor false."),
        (lambda env: env.whole("X", 1), "a few", "X='a few' is not a whole number."),
        (lambda env: env.whole("X", 1, most=10), "11", "X=11 must lie between 1 and 10."),
        (lambda env: env.choice("X", "a", ("a", "b")), "c", "X='c' must be one of a, b."),
        (lambda env: env.several("X", ("a", "b")), "a,c,d", "X: c, d is none of a, b."),
        (lambda env: env.listed("X"), "[1, 2]", "X must be a list of texts."),
        (lambda env: env.listed("X"), "[broken", "X starts like a JSON list but cannot be read as one."),
        (lambda env: env.url("X", "", ("redis",)), "http://x", "X must start with redis://."),
        (lambda env: env.mapping("X"), "[1]", 'X must be a JSON object, {"NAME": "value"}.'),
        (lambda env: env.mapping("X"), "{broken", "X cannot be read as JSON."),
        (lambda env: env.rate("X", "5/hour"), "often", "X='often' is not a rate such as 5/hour."),
        (lambda env: env.site("X", ""), "shop.example", "X must be an address such as https://shop.example."),
        (
            lambda env: env.database("X", ""),
            "mysql://x",
            "X must start with sqlite:// or postgres:// or postgresql://.",
        ),
    ],
)
def test_a_wrong_value_is_named_in_a_sentence(env, read, value, sentence):
    with pytest.raises(ImproperlyConfigured) as refused:
        read(env(value))

    assert str(refused.value) == sentence


def test_lists_are_written_as_json_or_with_commas(env):
    with_commas = env("a.example, b.example").listed("X")
    as_json = env('["a.example", "b.example"]').listed("X")

    assert with_commas == as_json == ["a.example", "b.example"]


def test_an_entry_with_a_scheme_is_an_origin_and_its_host_is_allowed():
    hosts, origins = split_hosts_and_origins(["shop.example", "http://localhost:3000"])

    assert hosts == ["shop.example", "localhost"]
    assert origins == ["http://localhost:3000"]


def test_an_entry_that_is_no_origin_is_refused():
    with pytest.raises(ImproperlyConfigured, match="is not an http"):
        split_hosts_and_origins(["ftp://files.example"])


def test_a_generated_secret_is_kept_and_nobody_elses_to_read(tmp_path):
    first = kept_secret(tmp_path / "var" / "secret")

    assert kept_secret(tmp_path / "var" / "secret") == first
    assert len(first) >= 48
    assert (tmp_path / "var" / "secret").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ENVIRONMENT": "production", "SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 32 characters."),
        ({"ENVIRONMENT": "production", "DEBUG": "true"}, "DEBUG=true has no place in ENVIRONMENT=production"),
        ({"DEBUG": "false", "FIRST_SUPERUSER_PASSWORD": "changeme"}, "is a common or short one"),
        ({"DEFAULT_PAGE_SIZE": "200"}, "DEFAULT_PAGE_SIZE=200 is larger than MAX_PAGE_SIZE=100."),
        ({"ENVIRONMENT": "production", "ALLOWED_HOSTS": "*", "SITE_URL": ""}, "SITE_URL must be an address such as"),
        ({"SUPABASE_JWT_SECRET": "short"}, "SUPABASE_JWT_SECRET needs 32 characters"),
        ({"SECRET_KEY": "k" * 40, "SUPABASE_JWT_SECRET": "k" * 40}, "may not be the same as SECRET_KEY"),
        ({"SUPABASE_URL": "http://project.supabase.co"}, "SUPABASE_URL takes https://"),
        ({"ANYMAIL_BACKEND": "mailgun", "EMAIL_URL": ""}, "pip install 'django-anymail[mailgun]'"),
        ({"ANYMAIL_BACKEND": "mailgun", "EMAIL_URL": "smtp://mail.example"}, "set one of them"),
        ({"CORS_ORIGINS": "app.example"}, "CORS_ORIGINS takes origins such as https://app.example"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_manage_py_ends_with_a_sentence_and_no_traceback(changes, sentence, tmp_path):
    environment = {**os.environ, "VAR_DIR": str(tmp_path), "DEBUG": "", **changes}
    environment.pop("DJANGO_SETTINGS_MODULE", None)

    done = subprocess.run([sys.executable, "manage.py", "check"], env=environment, capture_output=True, text=True)

    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
