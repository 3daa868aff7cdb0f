"""Features of texts: weighted words and pieces of words, and facts about the numbers in a text.

Imports scikit-learn: registered modules import this one when they are prepared.

Not covered: word order beyond neighbours, grammar.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from scipy.sparse import csr_matrix, hstack
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer

from spoonbench.solvers.roles import last_sentence, number_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.programs import NumberedText

_TOKEN_PATTERN = r"(?u)\b\w+\b"  # noqa: S105  # a pattern, no password
_FACT_PATTERN = r"\S+"


class TextFeatures:
    """TF-IDF of words and word pairs and of pieces of words, two to four characters long."""

    def __init__(self) -> None:
        self._words = _word_vectorizer()
        self._pieces = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)

    def fit(self, texts: Sequence[str]) -> Any:
        """Learn the vocabulary.

        Returns:
            Sparse features of these texts, shape (n, n_features).

        Raises:
            ValueError: no text holds a letter or a digit.
        """
        words = _fit_vectorizer(self._words, texts)
        return hstack([words, self._pieces.fit_transform(texts)]).tocsr()

    def transform(self, texts: Sequence[str]) -> Any:
        """Sparse features, shape (n, n_features); a row of zeros where nothing is known."""
        return hstack([self._words.transform(texts), self._pieces.transform(texts)]).tocsr()


class WordFeatures:
    """TF-IDF of words and word pairs, numbers among them as they are written."""

    def __init__(self) -> None:
        self._words = _word_vectorizer()

    def fit(self, texts: Sequence[str]) -> Any:
        """Learn the vocabulary; like `TextFeatures.fit`."""
        return _fit_vectorizer(self._words, texts)

    def transform(self, texts: Sequence[str]) -> Any:
        """Sparse features, shape (n, n_features)."""
        return self._words.transform(texts)


class Reduction:
    """Sparse features to few dense ones, by a truncated singular value decomposition."""

    def __init__(self, n_components: int, seed: int) -> None:
        self._n_components = n_components
        self._seed = seed
        self._svd: TruncatedSVD | None = None

    @property
    def n_components(self) -> int:
        """How many dense features there are after `fit`; 0 where nothing had to be reduced."""
        return 0 if self._svd is None else int(self._svd.n_components)

    def fit(self, features: Any) -> Any:
        """Learn; from shape (n, n_features) to shape (n, at most n_components)."""
        n_components = min(self._n_components, features.shape[0], features.shape[1] - 1)
        if n_components < 1:
            return features.toarray()
        self._svd = TruncatedSVD(n_components, random_state=self._seed)
        with warnings.catch_warnings():
            # Texts that are all alike have no variance, and its share is then 0 / 0.
            warnings.simplefilter("ignore", RuntimeWarning)
            return self._svd.fit_transform(features)

    def transform(self, features: Any) -> Any:
        """From shape (n, n_features) to shape (n, at most n_components)."""
        return features.toarray() if self._svd is None else self._svd.transform(features)


class OperationFeatures:
    """What tells the operation and the roles of the numbers: words, and facts about the numbers.

    Four blocks: words and word pairs of the text and of its last sentence, numbers masked; which
    number is larger and which divides which; what is counted by each number and asked for.
    """

    def __init__(self) -> None:
        self._text = _word_vectorizer()
        self._question = _word_vectorizer()
        self._facts = _fact_vectorizer()

    def fit(self, texts: Sequence[NumberedText]) -> Any:
        """Learn; like `TextFeatures.fit`."""
        masked = _fit_vectorizer(self._text, [text.masked for text in texts])
        questions = _fit_vectorizer(self._question, [last_sentence(t.masked) for t in texts])
        facts = self._facts.fit_transform([" ".join(number_facts(t)) for t in texts])
        return hstack([masked, questions, facts * 0.5]).tocsr()

    def transform(self, texts: Sequence[NumberedText]) -> Any:
        """Sparse features, shape (n, n_features)."""
        masked = self._text.transform([text.masked for text in texts])
        questions = self._question.transform([last_sentence(t.masked) for t in texts])
        facts = self._facts.transform([" ".join(number_facts(t)) for t in texts])
        return hstack([masked, questions, facts * 0.5]).tocsr()


def _word_vectorizer() -> TfidfVectorizer:
    return TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_TOKEN_PATTERN)


def _fact_vectorizer() -> TfidfVectorizer:
    return TfidfVectorizer(
        use_idf=False, norm=None, binary=True, lowercase=False, token_pattern=_FACT_PATTERN
    )


def _fit_vectorizer(vectorizer: TfidfVectorizer, texts: Sequence[str]) -> csr_matrix:
    try:
        return vectorizer.fit_transform(texts)
    except ValueError as exc:  # scikit-learn: empty vocabulary
        raise ValueError("no training text holds a letter or a digit") from exc
