"""Likeness of texts: the one model that knows something of an item before anybody has answered it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from typing_extensions import override

from recommendations.ml.interactions import IdMap, Interactions
from recommendations.ml.linear import Linear
from recommendations.ml.model import NotFitted, Progress, unwatched
from recommendations.ml.parameters import FadingParameters, between
from recommendations.ml.top import top_n

WORD = re.compile(r"\w\w+")


@dataclass(frozen=True)
class ContentParameters(FadingParameters):
    """How large the vocabulary may grow, and how many words in a row make a term."""

    max_features: int = between(1, 1_000_000, 20_000)
    ngram_max: int = between(1, 3, 2)


class Content(Linear[ContentParameters]):
    """Score by the cosine of TF-IDF vectors of what is written on items, weighed by the history.

    An item's vector has unit length, so its score is Σ_j w_j cos(j, i). Terms are words and runs of words with
    1 + log(count) times the smoothed inverse document frequency (scikit-learn's), which soften long descriptions.
    """

    name = "content"
    parameters_type = ContentParameters
    vectors_: csr_matrix | None = None
    """(n_items, terms) float32, rows of unit length or zero."""
    terms_: np.ndarray | None = None
    """(terms,) str, sorted."""
    idf_: np.ndarray | None = None
    """(terms,) float64."""

    def __init__(self, parameters: ContentParameters | None = None, texts: Mapping[str, str] | None = None) -> None:
        """Keep `texts`, by the items' external ids, for a `fit` that is given interactions alone."""
        super().__init__(parameters)
        self._texts = texts
        self._transposed: csr_matrix | None = None
        self._vectorizer: TfidfVectorizer | None = None

    @property
    @override
    def n_items(self) -> int:
        return int(self._vectors().shape[0])

    @override
    def fit(self, interactions: Interactions, *, now: float | None = None, progress: Progress = unwatched) -> Self:
        """Learn from the texts given at construction, for the items of `interactions`; what people did is no matter.

        Raises: ValueError when no texts were given.
        """
        if self._texts is None:
            raise ValueError("Content learns from texts: give them to the model, or call fit_texts.")
        texts = [self._texts.get(name, "") for name in interactions.items.ids]
        return self.fit_texts(interactions.items, texts, progress=progress)

    def fit_texts(self, items: IdMap, texts: Sequence[str], *, progress: Progress = unwatched) -> Self:
        """Learn from one text an item (title, brand, category, tags, description in one), in the order of `items`.

        Raises: ValueError when there are not as many texts as items.
        """
        if len(texts) != len(items):
            raise ValueError(f"There are {len(items)} items and {len(texts)} texts.")
        self._forget()
        learner = self._new_vectorizer(max_features=self.parameters.max_features)
        if any(WORD.search(text) for text in texts):
            vectors = learner.fit_transform(texts)
            terms, idf = learner.get_feature_names_out(), learner.idf_
        else:
            vectors, terms, idf = csr_matrix((len(texts), 0)), np.empty(0, dtype=str), np.empty(0)
        self._set(csr_matrix(vectors, dtype=np.float32), np.asarray(terms, dtype=str), idf)
        progress(1.0)
        return self

    def vectorise(self, texts: Sequence[str]) -> csr_matrix:
        """Return the vectors of texts that need not be any item's: (m, terms) float32; raises NotFitted."""
        vectors = self._vectors()
        if self._vectorizer is None:
            return csr_matrix((len(texts), vectors.shape[1]), dtype=np.float32)
        return csr_matrix(self._vectorizer.transform(texts), dtype=np.float32)

    def neighbours(self, texts: Sequence[str], n: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the n items whose texts are most like each text, and the cosines: both (m, n), best first.

        What shares no term is no neighbour: rows end in -1 and -inf.
        """
        return self._nearest(self.vectorise(texts), n, exclude=None)

    def similar(self, rows: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the n items most like each of the items `rows`, itself left out; shaped as `neighbours` does."""
        rows = np.asarray(rows)
        own = csr_matrix(
            (np.ones(len(rows), dtype=bool), (np.arange(len(rows)), rows)), shape=(len(rows), self.n_items)
        )
        return self._nearest(self._vectors()[rows], n, exclude=own)

    @override
    def fold_in(self, history: csr_matrix) -> csr_matrix:
        """Return people's tastes in words: (m, terms), Σ_j w_j x_j."""
        vectors = self._vectors()
        return self.checked(history) @ vectors

    @override
    def score(self, history: csr_matrix) -> np.ndarray:
        return (self.fold_in(history) @ self._transposed).toarray()

    @override
    def effects(self, rows: np.ndarray, items: np.ndarray) -> np.ndarray:
        vectors = self._vectors()
        return (vectors[rows] @ vectors[items].T).toarray().astype(np.float64)

    @override
    def state(self) -> dict[str, np.ndarray]:
        vectors = self._vectors()
        return {
            "values": vectors.data,
            "columns": vectors.indices,
            "starts": vectors.indptr,
            "terms": self.terms_,
            "idf": self.idf_,
        }

    @classmethod
    @override
    def restore(cls, parameters: ContentParameters, state: Mapping[str, np.ndarray]) -> Self:
        model = cls(parameters)
        shape = (len(state["starts"]) - 1, len(state["terms"]))
        vectors = csr_matrix((state["values"], state["columns"], state["starts"]), shape=shape, copy=False)
        model._set(vectors, state["terms"], state["idf"])
        return model

    def _nearest(self, vectors: csr_matrix, n: int, exclude: csr_matrix | None) -> tuple[np.ndarray, np.ndarray]:
        cosines = (vectors @ self._transposed).toarray()
        cosines[cosines <= 0] = -np.inf
        return top_n(cosines, n, exclude)

    def _forget(self) -> None:
        self.vectors_ = self.terms_ = self.idf_ = None
        self._transposed = self._vectorizer = None

    def _set(self, vectors: csr_matrix, terms: np.ndarray, idf: np.ndarray) -> None:
        self.vectors_, self.terms_, self.idf_ = vectors, terms, np.asarray(idf, dtype=np.float64)
        # Rows of terms, so that a taste of few words touches those words' items alone.
        self._transposed = vectors.T.tocsr()
        if len(terms):
            self._vectorizer = self._new_vectorizer(vocabulary=terms.tolist())
            self._vectorizer.idf_ = np.array(self.idf_)

    def _new_vectorizer(self, **told: object) -> TfidfVectorizer:
        return TfidfVectorizer(
            lowercase=True,
            strip_accents="unicode",
            token_pattern=WORD.pattern,
            ngram_range=(1, self.parameters.ngram_max),
            sublinear_tf=True,
            dtype=np.float32,
            **told,
        )

    def _vectors(self) -> csr_matrix:
        if self.vectors_ is None:
            raise NotFitted("The texts have not been read yet.")
        return self.vectors_
