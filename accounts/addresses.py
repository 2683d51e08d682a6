"""E-mail addresses: how one is written down, and which ones mail can reach."""

import re
import unicodedata

import idna
from django.core.exceptions import ValidationError

LONGEST_ADDRESS, LONGEST_DOMAIN = 254, 253
UNREACHABLE = "Mail cannot reach this address: behind the @ it takes a host name with a dot, such as example.com."
# No address of a machine (its last part has a letter), and no name without a dot.
HOST_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def normalise_email(email: str) -> str:
    """Return an address as it is stored, so that one mailbox is one user however it is written.

    Trimmed, in lower case, of composed letters, its domain as mail servers know it. What is no address is taken as far
    as it goes: it is looked up like others, and found nowhere.

    >>> normalise_email(" Alice@Example.com "), normalise_email("alice@Bücher.example")
    ('alice@example.com', 'alice@xn--bcher-kva.example')
    """
    local, at, domain = unicodedata.normalize("NFC", email.strip().lower()).rpartition("@")
    return f"{local}@{_as_mail_servers_know(domain)}" if at else domain


def check_reachable(email: str) -> None:
    """Raises Django's ValidationError when no mail on the internet has such an address; `a@localhost` is none."""
    address = normalise_email(email)
    domain = address.rpartition("@")[2]
    if len(address) > LONGEST_ADDRESS or len(domain) > LONGEST_DOMAIN or not HOST_NAME.fullmatch(domain):
        raise ValidationError(UNREACHABLE, code="invalid")


def _as_mail_servers_know(domain: str) -> str:
    if len(domain) > LONGEST_DOMAIN or (domain.isascii() and "xn--" not in domain):
        return domain
    try:
        # What is encoded already may have been so by other rules.
        plain = idna.decode(domain) if domain.isascii() else domain
        return idna.encode(plain, uts46=True).decode()
    except UnicodeError:
        return domain
