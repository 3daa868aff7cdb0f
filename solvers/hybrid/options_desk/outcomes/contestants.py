"""Contestants of the task `option-outcome`: the base rate, the formula, and models that learn.

Each answers "win" or "loss" ("severe" or "mild", where a task asks for severe losses), whichever is
more probable, with that probability as its confidence.
Models are calibrated on the validation part, which is later than what they learned from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.classic.contestant import FittedSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Example, FitReport
    from spoonbench.solvers.classic.contestant import Model

_HERE = "spoonbench.solvers.hybrid.options_desk.outcomes"
_SHARED = (f"{_HERE}.contestants", f"{_HERE}.classifiers")
_LEARNERS = (*_SHARED, f"{_HERE}.regression", f"{_HERE}.features")


def _info(name: str, level: int, summary: str, source: str, modules: tuple[str, ...]) -> SolverInfo:
    return SolverInfo(
        name=name,
        version="1",
        level=level,
        summary=summary,
        kinds=("label",),
        payload="row",
        needs_training=True,
        requires=("scikit-learn", "scipy", "numpy"),
        source=source,
        modules=modules,
    )


class OutcomeSolver(FittedSolver):
    """What these contestants share: reading rows, and answering by a probability."""

    def _fit_model(
        self, training: Sequence[Example], validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.hybrid.options_desk.outcomes.classifiers import make_model

        model = make_model(self.info.name, self._settings.seed)
        return model, model.fit(training, validation)


class BaseRateSolver(OutcomeSolver):
    """How often it happened in training, for every trade."""

    info = _info(
        "base-rate",
        1,
        "Says of every trade what became of most, and how often.",
        "",
        _SHARED,
    )


class ClosedFormSolver(OutcomeSolver):
    """The Black-Scholes probability at the implied volatility; learns nothing."""

    info = _info(
        "closed-form-probability",
        2,
        "Takes the formula's probability at the implied volatility.",
        "Black and Scholes 1973, The Pricing of Options and Corporate Liabilities",
        (*_SHARED, f"{_HERE}.books"),
    )


class DeskModelSolver(OutcomeSolver):
    """The model of the options desk: departs from the formula as far as history shows."""

    info = _info(
        "outcome-model",
        3,
        "Logistic regression that starts from the formula, calibrated by Venn-Abers prediction.",
        "Vovk and Petej 2014, Venn-Abers predictors",
        (*_LEARNERS, f"{_HERE}.learning", f"{_HERE}.venn_abers"),
    )


class OutcomeLogisticSolver(OutcomeSolver):
    """Logistic regression on the features, each strategy with weights of its own."""

    info = _info(
        "outcome-logistic",
        3,
        "Weighs what is known at opening, strategy by strategy, by logistic regression.",
        "Cox 1958, The regression analysis of binary sequences; Platt 1999 for the calibration",
        _LEARNERS,
    )


class OutcomeBoostingSolver(OutcomeSolver):
    """Gradient boosting of small trees on the features."""

    info = _info(
        "outcome-boosting",
        3,
        "Boosts small trees on what is known at opening.",
        "Friedman 2001, Greedy Function Approximation; Platt 1999 for the calibration",
        _LEARNERS,
    )


class OutcomeNetworkSolver(OutcomeSolver):
    """A network of two small hidden layers on the features."""

    info = _info(
        "outcome-network",
        4,
        "Puts what is known at opening through two small hidden layers.",
        "Rumelhart, Hinton and Williams 1986; Platt 1999 for the calibration",
        _LEARNERS,
    )
