"""Read the environment: every value typed, every wrong one answered with a sentence that names it."""

import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

COMMON_PASSWORDS = {"admin", "admin123", "changeme", "letmein", "password", "password1", "secret", "12345678", "qwerty"}


class Environment:
    """Typed access to environment variables.

    Each method names the variable first and the default second, and raises
    ImproperlyConfigured with a sentence when the value cannot be what it should.
    """

    def __init__(self, env_file: Path) -> None:
        self._env = environ.Env()
        if env_file.is_file():
            environ.Env.read_env(env_file)

    def text(self, name: str, default: str = "") -> str:
        """Return the value as it stands."""
        return str(self._env.str(name, default=default))

    def flag(self, name: str, default: bool) -> bool:
        """Return a yes or no; true/false, yes/no, on/off and 1/0 are understood."""
        raw = self.text(name).strip().lower()
        if not raw:
            return default
        if raw in {"1", "true", "yes", "on"}:
            return True
        if raw in {"0", "false", "no", "off"}:
            return False
        raise ImproperlyConfigured(f"{name}={raw!r} is neither true nor false.")

    def whole(self, name: str, default: int, *, least: int = 1, most: int = 10**12) -> int:
        """Return a whole number within bounds."""
        raw = self.text(name).strip()
        try:
            value = int(raw) if raw else default
        except ValueError:
            raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number.") from None
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{name}={value} must lie between {least} and {most}.")
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        """Return one of `allowed`."""
        value = self.text(name) or default
        if value not in allowed:
            raise ImproperlyConfigured(f"{name}={value!r} must be one of {', '.join(allowed)}.")
        return value

    def listed(self, name: str, default: tuple[str, ...] = ()) -> list[str]:
        """Return a list written as JSON or with commas."""
        raw = self.text(name).strip()
        if not raw:
            return list(default)
        if not raw.startswith("["):
            return [part.strip() for part in raw.split(",") if part.strip()]
        try:
            values = json.loads(raw)
        except ValueError:
            raise ImproperlyConfigured(f"{name} starts like a JSON list but cannot be read as one.") from None
        if not all(isinstance(value, str) for value in values):
            raise ImproperlyConfigured(f"{name} must be a list of texts.")
        return values

    def several(self, name: str, allowed: tuple[str, ...]) -> list[str]:
        """Return any number of `allowed`, none by default."""
        values = self.listed(name)
        if unknown := [value for value in values if value not in allowed]:
            raise ImproperlyConfigured(f"{name}: {', '.join(unknown)} is none of {', '.join(allowed)}.")
        return values

    def mapping(self, name: str) -> dict[str, Any]:
        """Return a JSON object; empty when it is not set."""
        raw = self.text(name).strip()
        try:
            value = json.loads(raw) if raw else {}
        except ValueError:
            raise ImproperlyConfigured(f"{name} cannot be read as JSON.") from None
        if not isinstance(value, dict):
            raise ImproperlyConfigured(f'{name} must be a JSON object, {{"NAME": "value"}}.')
        return value

    def url(self, name: str, default: str, schemes: tuple[str, ...]) -> str:
        """Return a URL whose scheme is one of `schemes`; empty stays empty."""
        value = self.text(name) or default
        if value and urlsplit(value).scheme not in schemes:
            raise ImproperlyConfigured(f"{name} must start with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
        return value

    def site(self, name: str, default: str) -> str:
        """Return the address of a site, http or https, to which paths are added; raises without any."""
        value = self.text(name) or default
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ImproperlyConfigured(f"{name} must be an address such as https://shop.example.")
        return value.rstrip("/")

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's description of the database behind a URL."""
        self.url(name, default, ("sqlite", "postgres", "postgresql"))
        return self._parsed(name, lambda: dict(self._env.db_url(name, default=default)))

    def rate(self, name: str, default: str) -> str:
        """Return a rate such as `5/hour`."""
        value = self.text(name) or default
        amount, slash, unit = value.partition("/")
        if not (slash and amount.isdigit() and int(amount) and unit in {"second", "minute", "hour", "day"}):
            raise ImproperlyConfigured(f"{name}={value!r} is not a rate such as 5/hour.")
        return value

    @staticmethod
    def _parsed(name: str, parse: Callable[[], Any]) -> Any:
        try:
            return parse()
        except (ValueError, TypeError, KeyError) as problem:
            raise ImproperlyConfigured(f"{name} cannot be read: {problem}.") from None


def split_hosts_and_origins(entries: list[str]) -> tuple[list[str], list[str]]:
    """Return the hosts and the CORS origins among `entries`; an entry with a scheme is both.

    >>> split_hosts_and_origins(["shop.example", "https://app.example:8443"])
    (['shop.example', 'app.example'], ['https://app.example:8443'])
    """
    hosts, origins = [], []
    for entry in entries:
        if "://" not in entry:
            hosts.append(entry)
            continue
        parts = urlsplit(entry)
        if not parts.hostname or parts.scheme not in {"http", "https"}:
            raise ImproperlyConfigured(f"ALLOWED_HOSTS or CORS_ORIGINS: {entry!r} is not an http(s) origin.")
        hosts.append(parts.hostname)
        origins.append(f"{parts.scheme}://{parts.netloc}")
    return hosts, origins


def kept_secret(path: Path, *, length: int = 48) -> str:
    """Return the secret kept in `path`, drawing `length` random bytes on first use (readable by its owner alone)."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        with open(aside, "x", opener=_owner_only, encoding="ascii") as file:
            file.write(secrets.token_urlsafe(length))
        try:
            # A link never replaces: of several first starts at once, all read the one secret that won.
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_text(encoding="ascii").strip()


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
