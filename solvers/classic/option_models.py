"""Regressions of option contracts: features, estimator, and numbers as answers.

Imports scikit-learn: registered modules import this one when they are prepared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from spoonbench.solvers.api import FitReport, Size
from spoonbench.solvers.classic.models import tree_size
from spoonbench.solvers.learning import answered
from spoonbench.solvers.option_features import (
    SIGNIFICANT_DIGITS,
    OptionFeatures,
    asked_by,
    priced_examples,
)
from spoonbench.solvers.option_rows import write_float

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.api import Answer, Example, Json, Problem
    from spoonbench.solvers.option_features import Form


class OptionModel:
    """A regression of scikit-learn between the features and the answers of contracts."""

    def __init__(self, form: Form, estimator: Any, size: Callable[[Any], Size]) -> None:
        self._form = form
        self._estimator = estimator
        self._size = size
        self._features = OptionFeatures(form, "price")

    def fit(self, training: Sequence[Example]) -> FitReport:
        """Learn; contracts without an answer are left out, and counted in the notes.

        Raises:
            ValueError: what is to be learned from are no contracts, or has no answers.
        """
        self._features = OptionFeatures(self._form, asked_by(training))
        problems, answers = priced_examples(self._features, training)
        self._estimator.fit(
            self._features.features(problems), self._features.targets(problems, answers)
        )
        notes: dict[str, Json] = {"left out": len(training) - len(problems)}
        return FitReport(n_examples=len(problems), notes=notes)

    def refuse(self, problem: Problem) -> Answer | None:
        """Refuse what is no contract, or asks for what was not learned."""
        return self._features.refuse(problem)

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer every contract with whatever number the regression gives."""
        learned = self._estimator.predict(self._features.features(problems))
        values = self._features.answers(problems, learned)
        return [answered(write_float(float(value), SIGNIFICANT_DIGITS)) for value in values]

    def size(self, _problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for any contract."""
        return self._size(self._estimator)


def ridge_model(degree: int, regularization: float) -> OptionModel:
    """Powers and products of standardised features, and a linear model of them."""
    estimator = make_pipeline(
        StandardScaler(),
        PolynomialFeatures(degree, include_bias=False),
        StandardScaler(),
        Ridge(alpha=regularization),
    )
    return OptionModel("normalised", estimator, _linear_size)


def boosting_model(form: Form, rounds: int, learning_rate: float, seed: int) -> OptionModel:
    """Boosted trees; every round is run, since more of them only helped on validation parts."""
    estimator = HistGradientBoostingRegressor(
        max_iter=rounds, learning_rate=learning_rate, early_stopping=False, random_state=seed
    )
    return OptionModel(form, estimator, _tree_size)


def _linear_size(estimator: Any) -> Size:
    n_terms = int(np.size(estimator[-1].coef_))
    return Size(
        n_parameters=n_terms + 1,
        weight_bytes=8 * (n_terms + 1),
        operations_per_problem=5.0 * n_terms,
        formula="5 x terms: their product, scaling and weight",
    )


def _tree_size(estimator: Any) -> Size:
    n_parameters, operations = tree_size(estimator)
    return Size(
        n_parameters=n_parameters,
        operations_per_problem=operations,
        formula="comparisons down each tree, and one addition each",
    )
