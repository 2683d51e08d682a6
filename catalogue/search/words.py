"""Words as search sees them: the one way from text to words, for what is kept and for what is asked."""

import functools
import re
import threading
import unicodedata

import snowballstemmer

LONGEST_WORD = 40
WORD = re.compile(r"[^\W_]+")
APOSTROPHES = re.compile(r"(?<=\w)['’](?=\w)")
# Letters that Unicode takes for their own, and people without them on the keyboard write otherwise.
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})

_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order: small letters and digits, without accents and apostrophes.

    >>> words_of("Mum's café: 2 SALT & pepper mills")
    ['mums', 'cafe', '2', 'salt', 'pepper', 'mills']
    """
    marked = unicodedata.normalize("NFKD", APOSTROPHES.sub("", text).casefold()).translate(PLAIN)
    plain = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return [word[:LONGEST_WORD] for word in WORD.findall(plain)]


@functools.lru_cache(maxsize=8192)
def stem_of(word: str) -> str:
    """Return what a word has in common with its other forms, after Porter's second algorithm for English.

    >>> stem_of("candles") == stem_of("candle")
    True
    """
    # The stemmer keeps the word it works on in itself.
    with _stemming:
        return str(_stemmer.stemWord(word))
