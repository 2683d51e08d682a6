"""A search as SQL, in two tongues: PostgreSQL's tsquery and the MATCH of SQLite's FTS5, with the same answers.

Both compare whole words and beginnings of them in documents of plain words, so that there is nothing left to a
database's own idea of a word. An order is a list of expressions, each ascending:

- all words: where they stand (they are the title; all of them are in the title as they were written; in the title; in
  title, brand, tags and codes; in the description too), then titles with no word besides;
- some words: what those in the title count for together, with those in brand, tags and codes; then the shorter title.

Popularity decides between equals.
"""

import dataclasses
import functools
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from catalogue.search.terms import Term, Wanted

Clause = tuple[str, tuple[Any, ...]]
# What a word in brand, tags or codes counts for beside one in the title, where not all words are found.
IN_LABELS = 0.75
JOINED = "catalogue_product JOIN catalogue_searchdocument AS document ON document.product_id = catalogue_product.id"


@dataclasses.dataclass(frozen=True)
class Backend:
    """How one database writes a query over words."""

    quote: str
    beginning: str
    all_of: str
    any_of: str
    # A test whether the words of a part of the document answer a query.
    test: str
    title: str
    labels: str
    everything: str

    def condition(self, wanted: Wanted) -> Clause:
        """Return a test of `document`."""
        if wanted.is_loose:
            return self._has(self.everything, self._join(self.any_of, map(self._any_form, wanted.looked_for)))
        return self._has(self.everything, self._all_terms(wanted))

    def order(self, wanted: Wanted) -> tuple[list[str], tuple[Any, ...]]:
        """Return expressions over `document` to order by, each ascending, and their parameters."""
        if wanted.is_loose:
            return self._by_weight(wanted)
        as_written = self._join(self.all_of, (self._join(self.any_of, map(self._word, t.whole)) for t in wanted.terms))
        tests: list[tuple[str, tuple[str]]] = [
            ("document.title = %s", (wanted.text,)),
            self._has(self.title, as_written),
            self._has(self.title, self._all_terms(wanted)),
            self._has(self.labels, self._all_terms(wanted)),
        ]
        whens = " ".join(f"WHEN {test} THEN {place}" for place, (test, _) in enumerate(tests))
        longer = f"CASE WHEN document.n_title_words = {wanted.n_words} THEN 0 ELSE 1 END"
        return [f"CASE {whens} ELSE {len(tests)} END", longer], tuple(query for _, (query,) in tests)

    def _by_weight(self, wanted: Wanted) -> tuple[list[str], tuple[Any, ...]]:
        counted, queries = [], []
        for term, weight in zip(wanted.terms, wanted.weights, strict=True):
            in_title, (first,) = self._has(self.title, self._any_form(term))
            in_labels, (second,) = self._has(self.labels, self._any_form(term))
            counted.append(f"CASE WHEN {in_title} THEN {weight} WHEN {in_labels} THEN {weight * IN_LABELS} ELSE 0 END")
            queries += [first, second]
        return [f"-({' + '.join(counted)})", "document.n_title_words"], tuple(queries)

    def _has(self, part: str, query: str) -> tuple[str, tuple[str]]:
        if "{part}" in self.test:
            return self.test.format(part=part), (query,)
        return self.test, (f"{part}({query})",)

    def _all_terms(self, wanted: Wanted) -> str:
        return self._join(self.all_of, map(self._any_form, wanted.terms))

    def _any_form(self, term: Term) -> str:
        others = [word for word in (*term.whole, *term.guesses) if word != term.beginning]
        begun = [f"{self._word(term.beginning)}{self.beginning}"] if term.beginning else []
        return self._join(self.any_of, [*begun, *map(self._word, others)])

    def _word(self, word: str) -> str:
        return f"{self.quote}{word}{self.quote}"

    @staticmethod
    def _join(how: str, parts: Iterable[str]) -> str:
        return f"({how.join(parts)})"


POSTGRESQL = Backend(
    quote="'",
    beginning=":*",
    all_of=" & ",
    any_of=" | ",
    test="document.{part} @@ %s::tsquery",
    title="title_words",
    labels="label_words",
    everything="all_words",
)
SQLITE = Backend(
    quote='"',
    beginning="*",
    all_of=" AND ",
    any_of=" OR ",
    test="document.id IN (SELECT rowid FROM catalogue_searchwords WHERE catalogue_searchwords MATCH %s)",
    title="{title} : ",
    labels="{title labels} : ",
    everything="",
)


@functools.cache
def backend() -> Backend:
    """Return how the present database writes it."""
    return POSTGRESQL if connection.vendor == "postgresql" else SQLITE


def products_found(wanted: Wanted) -> RawSQL:
    """Return the ids of all products that answer the search, hidden ones too, for a queryset's `pk__in`."""
    test, parameters = backend().condition(wanted)
    found = f"SELECT document.product_id FROM catalogue_searchdocument AS document WHERE {test}"
    return RawSQL(found, parameters)  # noqa: S611 - what was typed is a parameter


def any_on_show(wanted: Wanted) -> Clause:
    """Return a statement that yields a row where a product on show answers the search."""
    test, parameters = backend().condition(wanted)
    return f"SELECT 1 FROM {JOINED} WHERE catalogue_product.status = 'ACTIVE' AND {test} LIMIT 1", parameters
