"""Texts to labels: TF-IDF with a linear model, and with gradient boosting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.classic.contestant import FittedSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Example, FitReport
    from spoonbench.solvers.classic.contestant import Model

_MODULES = (
    "spoonbench.solvers.classic.labels",
    "spoonbench.solvers.classic.models",
    "spoonbench.solvers.classic.features",
    "spoonbench.solvers.classic.classifier",
)


class TfidfLinearSolver(FittedSolver):
    """TF-IDF of words and pieces of words, and a linear support vector machine.

    Parameters: `regularization`, the weight of the training errors (0.5).
    """

    info = SolverInfo(
        name="tfidf-linear",
        version="1",
        level=3,
        summary="Weighs words and pieces of words, and separates the labels linearly.",
        kinds=("label",),
        needs_training=True,
        requires=("scikit-learn", "scipy", "numpy"),
        source="Joachims 1998, Text Categorization with Support Vector Machines",
        modules=_MODULES,
    )
    defaults = {"regularization": 0.5}  # noqa: RUF012  # declared as ClassVar in the base class

    def _fit_model(
        self, training: Sequence[Example], validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.models import label_model

        model = label_model(0, 0, self._params["regularization"], self._settings.seed)
        return model, model.fit(training, validation)


class TfidfBoostingSolver(FittedSolver):
    """TF-IDF reduced to a few dense components, and gradient boosting of small trees.

    Boosting grows one tree for each label in each round and looks at every component for it. So
    that many labels and texts still take seconds, the features are reduced and the rounds are few;
    the report of the training says how few. Parameters: `components` (96).
    """

    info = SolverInfo(
        name="tfidf-boosting",
        version="1",
        level=3,
        summary="Reduces weighted words to few components, and boosts small trees on them.",
        kinds=("label",),
        needs_training=True,
        requires=("scikit-learn", "scipy", "numpy"),
        source="Friedman 2001, Greedy Function Approximation; Deerwester et al. 1990, LSA",
        modules=_MODULES,
    )
    defaults = {"components": 96}  # noqa: RUF012  # declared as ClassVar in the base class

    def _fit_model(
        self, training: Sequence[Example], validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.models import label_model

        n_labels = len({example.target for example in training})
        model = label_model(int(self._params["components"]), n_labels, 1.0, self._settings.seed)
        return model, model.fit(training, validation)
