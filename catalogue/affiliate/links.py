"""Merchants' addresses: which of them links may lead to, and the tags they carry."""

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

SCHEME = "https://"
# A name with a dot, as it stands in the DNS: no port, no user before an @, no digits alone.
HOST = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


def host_of(url: str) -> str | None:
    """Return the host that every browser would go to; None for whatever is not plainly an https address.

    >>> host_of("https://shop.example/scarf?size=m"), host_of("https://shop.example@evil.example/")
    ('shop.example', None)
    """
    # Browsers take a backslash for a slash, and pass over tabs and line breaks; isprintable() knows these, and
    # letters that change the direction of writing or are not seen at all.
    if url[: len(SCHEME)].lower() != SCHEME or "\\" in url or " " in url or not url.isprintable():
        return None
    try:
        authority = urlsplit(url).netloc
    except ValueError:
        return None
    return authority.lower() if authority.isascii() and HOST.fullmatch(authority.lower()) else None


def with_parameters(url: str, values: Mapping[str, str]) -> str:
    """Return an address whose query has these parameters and no others of their names; an empty value leaves one out.

    What else stands in the query stays as it is, letter for letter.

    >>> with_parameters("https://shop.example/a?x=%20&TAG=theirs&y#end", {"tag": "our s", "sub": ""})
    'https://shop.example/a?x=%20&y&tag=our%20s#end'
    """
    parts = urlsplit(url)
    names = {name.casefold() for name in values}
    kept = [
        piece for piece in parts.query.split("&") if piece and unquote_plus(piece.split("=")[0]).casefold() not in names
    ]
    added = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in values.items() if value]
    return urlunsplit(parts._replace(query="&".join([*kept, *added])))
