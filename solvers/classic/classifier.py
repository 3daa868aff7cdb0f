"""Classifiers of scikit-learn behind one face: labels as text or None, calibrated confidences.

Imports scikit-learn: registered modules import this one when they are prepared.

Not covered: features; keeping a fitted classifier in a file.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.svm import SVC, LinearSVC

from spoonbench.solvers.calibration import best_temperature, softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MAX_TREES = 3_200
"""Boosting grows a tree for every class in every round: many classes, fewer rounds."""

MAX_ROUNDS = 100


class Classifier:
    """A classifier of scikit-learn with its classes and the temperature of its confidences.

    Attributes:
        classes: what it can answer; None is "abstain".
        estimator: fitted; None where the training part holds one class only.
        temperature: of the softmax over the scores.
        messages: what scikit-learn warned of while fitting, for the report.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator: Any = estimator
        self.classes: list[str | None] = []
        self.temperature = 1.0
        self.messages: list[str] = []

    def fit(self, features: Any, labels: Sequence[str | None]) -> None:
        """Learn; features have shape (n, n_features), dense or sparse, and labels shape (n,)."""
        self.classes = sorted(set(labels), key=lambda label: (label is not None, label or ""))
        if len(self.classes) == 1:
            self.estimator = None
            return
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.estimator.fit(features, self._indices(labels))
        self.messages = sorted({str(warning.message) for warning in caught})

    def calibrate(self, features: Any, labels: Sequence[str | None]) -> int:
        """Choose the temperature on a validation part.

        Returns:
            How many of its rows could be used: those whose label is one of the classes.
        """
        known = [row for row, label in enumerate(labels) if label in self.classes]
        if known:
            scores = self.scores(features[known])
            right = self._indices([labels[row] for row in known])
            self.temperature = best_temperature(scores, right)
        return len(known)

    def scores(self, features: Any) -> NDArray[np.float64]:
        """Scores, shape (n, n_classes); the softmax of scores / temperature is the confidence."""
        if self.estimator is None:
            return np.zeros((features.shape[0], 1))
        if hasattr(self.estimator, "decision_function") and not isinstance(
            self.estimator, HistGradientBoostingClassifier
        ):
            raw = np.asarray(self.estimator.decision_function(features), dtype=np.float64)
        else:
            raw = np.log(np.maximum(self.estimator.predict_proba(features), 1e-12))
        # Two classes have one score, positive for the second.
        return np.column_stack([-raw, raw]) / 2 if raw.ndim == 1 else raw

    def predict(self, features: Any) -> list[tuple[str | None, float]]:
        """The likeliest class of each row, and how likely it is."""
        probabilities = softmax(self.scores(features), self.temperature)
        best = probabilities.argmax(axis=1)
        return [
            (self.classes[int(index)], float(row[index]))
            for index, row in zip(best, probabilities, strict=True)
        ]

    def _indices(self, labels: Sequence[str | None]) -> NDArray[np.int64]:
        index = {label: number for number, label in enumerate(self.classes)}
        return np.array([index[label] for label in labels], dtype=np.int64)


def linear_classifier(regularization: float, seed: int) -> Classifier:
    """A linear support vector machine, one class against the rest (Fan et al. 2008, LIBLINEAR)."""
    return Classifier(LinearSVC(C=regularization, random_state=seed))


def kernel_classifier(regularization: float) -> Classifier:
    """A support vector machine with a Gaussian kernel (Chang and Lin 2011, LIBSVM)."""
    # Without probability estimates the fit has nothing random in it.
    return Classifier(SVC(C=regularization, decision_function_shape="ovr"))


def boosting_classifier(n_classes: int, seed: int) -> Classifier:
    """Gradient boosting of small trees over binned features (Ke et al. 2017, LightGBM)."""
    estimator = HistGradientBoostingClassifier(
        max_iter=boosting_rounds(n_classes),
        learning_rate=0.1,
        max_leaf_nodes=8,
        min_samples_leaf=5,
        l2_regularization=1.0,
        max_features=0.3,
        early_stopping=False,
        random_state=seed,
    )
    return Classifier(estimator)


def boosting_rounds(n_classes: int) -> int:
    """How many rounds fit into `MAX_TREES`; two classes share one tree a round."""
    trees = n_classes if n_classes > 2 else 1  # noqa: PLR2004  # two classes, one tree
    return max(1, min(MAX_ROUNDS, MAX_TREES // trees))
