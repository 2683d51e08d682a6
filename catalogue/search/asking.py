"""What somebody means by the words of a search: each word with its other forms, its endings and what a slip hid."""

import dataclasses
import time

from catalogue.search.backends import any_on_show
from catalogue.search.terms import Term, Wanted
from catalogue.search.vocabulary import Vocabulary, vocabulary
from catalogue.search.words import words_of
from common.rows import read_rows

MOST_WORDS = 16
# A shorter word is taken for a beginning only at the end, where somebody may still be typing, and a single letter only
# where nothing else is asked for.
BEGINNING_FROM = 3
# Where no product has all the words, those that have the rarest are looked at: so many are enough.
ENOUGH_PRODUCTS = 2000
KEPT_SECONDS = 10.0
MOST_KEPT = 2000

# By what was typed: until when it is kept, what is meant, and whether it is known that something has all the words.
_kept: dict[str, tuple[float, Wanted | None, bool]] = {}


def wanted_of(q: str) -> Wanted | None:
    """Return what a search asks for, as it stood ten seconds ago at most; None where it holds no word.

    All words have to be found in a product. Where no product on show has them all, those are meant that have some,
    the rarest words counting most.
    """
    wanted, is_settled = _look(q)
    if wanted is None or is_settled:
        return wanted
    return _keep(q, wanted if read_rows(*any_on_show(wanted)) else _loosened(wanted, vocabulary()))


def first_wanted_of(q: str) -> Wanted | None:
    """Return what a search asks for as `wanted_of` does, but taking it that something has all the words.

    Whoever then finds something says so with `settle`, and has spared the database a look; else `wanted_of` tells.
    """
    return _look(q)[0]


def settle(q: str, wanted: Wanted) -> None:
    """Say that something was found by what `first_wanted_of` returned."""
    if not _look(q)[1]:
        _keep(q, wanted)


def forget() -> None:
    """Look anew what is meant: this process has changed products or words."""
    _kept.clear()


def _look(q: str) -> tuple[Wanted | None, bool]:
    kept = _kept.get(q)
    if kept is not None and time.monotonic() < kept[0]:
        return kept[1], kept[2]
    wanted = _strict(q)
    is_settled = wanted is None or len(wanted.terms) == 1
    _keep(q, wanted, is_settled=is_settled)
    return wanted, is_settled


def _keep(q: str, wanted: Wanted | None, *, is_settled: bool = True) -> Wanted | None:
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[q] = (time.monotonic() + KEPT_SECONDS, wanted, is_settled)
    return wanted


def _strict(q: str) -> Wanted | None:
    words = words_of(q)[:MOST_WORDS]
    if not words:
        return None
    known = vocabulary()
    *before, last = words
    terms = [_term(word, known, is_typed=False) for word in before]
    terms.append(_term(last, known, is_typed=len(last) > 1 or not before))
    return Wanted(tuple(dict.fromkeys(terms)), text=" ".join(words), n_words=len(words), is_loose=False)


def _term(word: str, known: Vocabulary, *, is_typed: bool) -> Term:
    whole = (word, *known.forms_of(word))
    is_known = any(known.count(form) for form in whole)
    # A word that the shop knows is complete, unless somebody may still be typing it.
    beginning = word if is_typed or (not is_known and len(word) >= BEGINNING_FROM) else ""
    begun = known.completions(word) if beginning else []
    # What somebody is still typing is no slip as long as something begins so.
    guesses = () if is_known or (is_typed and begun) else known.guesses(word)
    n_products = sum(known.count(other) for other in {*whole, *begun, *guesses})
    return Term(whole=whole, beginning=beginning, guesses=guesses, n_products=n_products)


def _loosened(wanted: Wanted, known: Vocabulary) -> Wanted:
    """Return the search for some of the words, the rarest first and as many as lead to enough products."""
    n_products = 0
    looked_for: list[Term] = []
    terms = [_with_guesses(term, known) for term in wanted.terms]
    for term in sorted(terms, key=lambda one: one.n_products):
        if n_products and n_products + term.n_products > ENOUGH_PRODUCTS:
            break
        looked_for.append(term)
        n_products += term.n_products
    weights = tuple(round(known.weight(term.n_products), 3) for term in terms)
    return dataclasses.replace(wanted, terms=tuple(terms), is_loose=True, looked_for=tuple(looked_for), weights=weights)


def _with_guesses(term: Term, known: Vocabulary) -> Term:
    if term.guesses or any(known.count(form) for form in term.whole):
        return term
    return dataclasses.replace(term, guesses=known.guesses(term.whole[0]))
