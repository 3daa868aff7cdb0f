"""An inverted index with BM25 weights: which training questions hold a word, and how it counts.

Every weight is computed when the index is built, so that scoring a batch of questions is one
product of two sparse matrices.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

_WORD = re.compile(r"[^\W_]+")


def split_words(text: str) -> list[str]:
    """Runs of letters and digits, without case."""
    return _WORD.findall(text.casefold())


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """BM25 weights of every word in every document.

    Attributes:
        terms: word to row.
        weights: sparse, shape (n_terms, n_documents): what the word adds to the score.
    """

    terms: Mapping[str, int]
    weights: sparse.csr_array

    @classmethod
    def build(cls, documents: Sequence[str], *, k1: float, b: float) -> Postings:
        """Index documents.

        Args:
            documents: shape (n,).
            k1: saturation of repeated words, above 0.
            b: discount for length, 0 for none to 1 for full.

        Raises:
            ValueError: no document holds a word.
        """
        counts = [Counter(split_words(document)) for document in documents]
        terms = {term: row for row, term in enumerate(sorted(set().union(*counts)))}
        if not terms:
            raise ValueError("no training question holds a word")
        rows = np.array([terms[term] for count in counts for term in count])
        sizes = np.array([len(count) for count in counts])  # shape (n,): different words
        columns = np.repeat(np.arange(len(counts)), sizes)
        frequency = np.array([times for count in counts for times in count.values()], dtype=float)
        lengths = np.array([count.total() for count in counts], dtype=float)
        norm = k1 * (1 - b + b * lengths / lengths.mean())
        saturated = frequency * (k1 + 1) / (frequency + norm[columns])
        n_holding = np.bincount(rows, minlength=len(terms))
        # One is added inside the logarithm so that a word of most questions counts 0, not less.
        rarity = np.log1p((len(counts) - n_holding + 0.5) / (n_holding + 0.5))
        weights = sparse.csr_array(
            (saturated * rarity[rows], (rows, columns)), shape=(len(terms), len(counts))
        )
        return cls(terms=terms, weights=weights)

    @property
    def n_weights(self) -> int:
        """Entries of the index."""
        return int(self.weights.nnz)

    @property
    def n_bytes(self) -> int:
        """Bytes of the index, the words themselves left out."""
        parts = (self.weights.data, self.weights.indices, self.weights.indptr)
        return sum(int(part.nbytes) for part in parts)

    def nearest(self, questions: Sequence[str], k: int) -> list[list[tuple[int, float]]]:
        """The best documents for every question.

        Args:
            questions: shape (n,).
            k: at most so many documents a question, 1 or more.

        Returns:
            n lists of (document, score), best first; of equal scores the earlier document first.
            Documents that share no word with the question are left out.
        """
        scores = (self._query(questions) @ self.weights).tocsr()  # shape (n, n_documents)
        bounds = scores.indptr
        return [
            _best(scores.indices[start:end], scores.data[start:end], k)
            for start, end in pairwise(bounds)
        ]

    def count_touched(self, questions: Sequence[str]) -> int:
        """Entries of the index that scoring these questions reads."""
        lengths = np.diff(self.weights.indptr)  # shape (n_terms,)
        return int((self._query(questions) > 0).sum(axis=0) @ lengths)

    def _query(self, questions: Sequence[str]) -> sparse.csr_array:
        """How often every known word stands in every question, shape (n, n_terms)."""
        data: list[float] = []
        indices: list[int] = []
        bounds = [0]
        for question in questions:
            counts = Counter(word for word in split_words(question) if word in self.terms)
            # Sorted, so that sums are added in one order whatever the order of the words.
            indices += sorted(self.terms[word] for word in counts)
            data += [float(times) for _, times in sorted(counts.items())]
            bounds.append(len(indices))
        return sparse.csr_array(
            (np.array(data), np.array(indices, dtype=np.int64), np.array(bounds)),
            shape=(len(questions), len(self.terms)),
        )


def _best(
    documents: npt.NDArray[np.int32], scores: npt.NDArray[np.float64], k: int
) -> list[tuple[int, float]]:
    if len(scores) > k:
        least = np.partition(scores, len(scores) - k)[len(scores) - k]
        kept = scores >= least
        documents, scores = documents[kept], scores[kept]
    order = np.lexsort((documents, -scores))[:k]
    return [(int(documents[i]), float(scores[i])) for i in order]
