"""What a search box offers while somebody types."""

import uuid
from collections import Counter
from typing import Any

from catalogue.dialects import dialect
from catalogue.search.asking import BEGINNING_FROM, wanted_of
from catalogue.search.backends import JOINED, backend
from catalogue.search.terms import Term, Wanted
from catalogue.search.vocabulary import vocabulary
from catalogue.search.words import words_of
from catalogue.shelves import shelves
from common.rows import Row, read_rows

MOST_LOOKED_AT = 50
MOST_COMPLETIONS, MOST_CATEGORIES = 3, 2


def suggestions(q: str, *, limit: int) -> list[dict[str, Any]]:
    """Return what a beginning may become, as `kind`, `text` and `id`: words first, categories, then products.

    The words lead to something: they stand together in a product that the search finds. After one or two letters only
    words and categories are offered; almost every product would answer.
    """
    wanted = wanted_of(q)
    if wanted is None:
        return []
    typed = words_of(q)
    if len(typed) == 1 and len(typed[0]) < BEGINNING_FROM:
        found: list[Row] = []
        known = vocabulary()
        endings = sorted(known.completions(typed[0]), key=lambda word: (-known.count(word), word))
        completions = endings[:MOST_COMPLETIONS]
    else:
        found = _found(wanted)
        completions = _completions(wanted, found)
    categories = [shelf for shelf in shelves().by_id.values() if _answers(words_of(shelf.name), typed)]
    offered: list[dict[str, Any]] = [
        *({"kind": "words", "text": text, "id": None} for text in completions),
        *({"kind": "category", "text": shelf.name, "id": str(shelf.id)} for shelf in categories[:MOST_CATEGORIES]),
        *({"kind": "product", "text": title, "id": str(uuid.UUID(str(key)))} for key, title, _ in found),
    ]
    return offered[:limit]


def _found(wanted: Wanted) -> list[Row]:
    """Return ids, titles and plain titles of the best products, each title once."""
    own = backend()
    test, parameters = own.condition(wanted)
    order, order_parameters = own.order(wanted)
    key = dialect().casts.get("id", "id").replace("id", "catalogue_product.id", 1)
    rows = read_rows(
        f"SELECT {key}, catalogue_product.title, document.title FROM {JOINED} "
        f"WHERE catalogue_product.status = 'ACTIVE' AND {test} "
        f"ORDER BY {', '.join(order)}, popularity DESC, catalogue_product.id LIMIT %s",
        (*parameters, *order_parameters, MOST_LOOKED_AT),
    )
    by_title: dict[str, Row] = {}
    for row in rows:
        by_title.setdefault(row[2], row)
    return list(by_title.values())


def _completions(wanted: Wanted, found: list[Row]) -> list[str]:
    """Return the typed words with the last one completed as the titles found complete it, the most frequent first."""
    *before, last = wanted.terms
    endings: Counter[str] = Counter()
    for _, _, title in found:
        words = title.split()
        if wanted.is_loose and not all(_stands_in(term, words) for term in before):
            continue
        endings.update({word for word in words if _meets(last, word)})
    stem = [_as_meant(term) for term in before]
    return [" ".join([*stem, word]) for word, _ in endings.most_common(MOST_COMPLETIONS)]


def _as_meant(term: Term) -> str:
    known = vocabulary()
    word = term.whole[0]
    return term.guesses[0] if term.guesses and not known.count(word) else word


def _stands_in(term: Term, words: list[str]) -> bool:
    return any(_meets(term, word) for word in words)


def _meets(term: Term, word: str) -> bool:
    begins = bool(term.beginning) and word.startswith(term.beginning)
    return begins or word in term.whole or word in term.guesses


def _answers(name: list[str], typed: list[str]) -> bool:
    return all(any(word.startswith(part) for word in name) for part in typed)
