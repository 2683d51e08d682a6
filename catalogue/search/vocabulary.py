"""The words that a shop's products are described with: to complete a beginning, and to guess what a slip meant.

A process keeps them all in memory (some megabytes for a hundred thousand products): looking through fifty thousand
words for those one or two slips away takes 6 ms, and no trigram index finds "lamp" for "almp", which share one
trigram of nine. docs/decisions/0011-search.md has the figures.
"""

import bisect
import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, Max
from editdistpy import damerau_osa

from catalogue.models import SearchDocument, SearchWord
from catalogue.search.words import stem_of
from common.rows import Row, read_rows

# A process looks this often whether the words have changed.
LOOK_SECONDS = 30.0
MOST_GUESSES = 5
# Slips that are forgiven by a word's length, as search engines commonly do: none, one, two.
ONE_SLIP_FROM, TWO_SLIPS_FROM = 3, 6
MOST_COMPLETED = 2000
COUNTED = {
    "postgresql": "SELECT word, ndoc FROM ts_stat('SELECT all_words FROM catalogue_searchdocument')",
    "sqlite": "SELECT term, doc FROM catalogue_searchterms",
}


class Vocabulary:
    """Words with the number of products that have each."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._counts: dict[str, int] = {}
        self._by_length: dict[int, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for word, stem, n_products in rows:
            self._counts[word] = n_products
            self._by_length[len(word)].append(word)
            self._by_stem[stem].append(word)
        self._sorted = sorted(self._counts)
        self._most = max(self._counts.values(), default=1)

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, word: str) -> int:
        """Return how many products have the word."""
        return self._counts.get(word, 0)

    def forms_of(self, word: str) -> tuple[str, ...]:
        """Return the other words of the same stem: a plural's singular, and the other way about."""
        return tuple(other for other in self._by_stem.get(stem_of(word), ()) if other != word)

    def completions(self, beginning: str) -> list[str]:
        """Return the words that begin so, at most two thousand."""
        start = bisect.bisect_left(self._sorted, beginning)
        end = bisect.bisect_left(self._sorted, beginning + "\U0010ffff", lo=start)
        return self._sorted[start : min(end, start + MOST_COMPLETED)]

    def guesses(self, word: str) -> tuple[str, ...]:
        """Return the words that a slip of the fingers would make this one, the nearest and most used first.

        A slip is a letter too many, too few, another one, or two that changed places (optimal string alignment).
        """
        n_slips = (len(word) >= ONE_SLIP_FROM) + (len(word) >= TWO_SLIPS_FROM)
        if not n_slips or word.isdecimal():
            return ()
        near: list[tuple[int, int, str]] = []
        for length in range(len(word) - n_slips, len(word) + n_slips + 1):
            alike = self._by_length.get(length, ())
            # Below 0 it is more than was asked for.
            counted = ((damerau_osa.distance(word, other, n_slips), other) for other in alike)
            near.extend((slips, -self._counts[other], other) for slips, other in counted if slips >= 0)
        nearest = min((slips for slips, _, _ in near), default=0)
        return tuple(other for slips, _, other in sorted(near)[:MOST_GUESSES] if slips == nearest)

    def weight(self, n_products: int) -> float:
        """Return how much it says of a product to have what so many products have, after Spärck Jones (idf)."""
        return math.log(1 + self._most / (1 + n_products))


def refresh_words(*, now: datetime) -> int:
    """Count the words of all products anew; returns how many words were new, gone or counted otherwise.

    Nothing is counted where no document was written since this process did it last.
    """
    state = SearchDocument.objects.aggregate(n=Count("pk"), last=Max("updated_at"))
    if state == _counted.get("state") and SearchWord.objects.exists():
        return 0
    counted = {word: int(n) for word, n in read_rows(COUNTED[connection.vendor])}
    with transaction.atomic():
        known = dict(SearchWord.objects.values_list("word", "n_products"))
        changed = [
            SearchWord(word=word, stem=stem_of(word), n_products=n, changed_at=now)
            for word, n in sorted(counted.items())
            if known.get(word) != n
        ]
        SearchWord.objects.bulk_create(
            changed,
            batch_size=1000,
            update_conflicts=True,
            unique_fields=["word"],
            update_fields=["n_products", "changed_at"],
        )
        gone = sorted(known.keys() - counted.keys())
        for start in range(0, len(gone), 500):
            SearchWord.objects.filter(word__in=gone[start : start + 500]).delete()
    forget()
    _counted["state"] = state
    return len(changed) + len(gone)


def vocabulary() -> Vocabulary:
    """Return the shop's words as this process has them, half a minute behind the last count at most."""
    return _kept.get()


def forget() -> None:
    """Read the words anew: this process has counted them, or a test begins."""
    _kept.forget()
    _counted.clear()


class _Kept:
    """The words in this process's memory."""

    def __init__(self) -> None:
        self._reading = threading.Lock()
        self.forget()

    def get(self) -> Vocabulary:
        """Return the words; where they have changed, one thread reads them and the others go on with the former."""
        if self._looks_at <= time.monotonic() and self._reading.acquire(blocking=self._state is None):
            try:
                self._look()
            finally:
                self._reading.release()
        return self._vocabulary

    def forget(self) -> None:
        """Have nothing."""
        self._looks_at = 0.0
        self._state: list[Row] | None = None
        self._vocabulary = Vocabulary(())

    def _look(self) -> None:
        state = read_rows("SELECT COUNT(*), MAX(changed_at) FROM catalogue_searchword")
        if state != self._state:
            self._vocabulary = Vocabulary(read_rows("SELECT word, stem, n_products FROM catalogue_searchword"))
            self._state = state
        self._looks_at = time.monotonic() + LOOK_SECONDS


_kept = _Kept()
# The documents as they were when this process counted their words last.
_counted: dict[str, Any] = {}
