"""What a search asks for, as it is handed to the database."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Term:
    """One word of a search with all that it may stand for."""

    # The word as it was written, and its other forms.
    whole: tuple[str, ...]
    # What may begin so, too; empty where no beginning is meant.
    beginning: str
    # What a slip may have hidden.
    guesses: tuple[str, ...]
    # In about how many products it is found.
    n_products: int = dataclasses.field(compare=False)


@dataclasses.dataclass(frozen=True)
class Wanted:
    """All the words of a search, or, where it `is_loose`, any of those that are `looked_for`."""

    terms: tuple[Term, ...]
    # All the words, as a document of plain words writes them.
    text: str
    n_words: int
    is_loose: bool
    looked_for: tuple[Term, ...] = ()
    # What each term counts for in a loose search.
    weights: tuple[float, ...] = ()
