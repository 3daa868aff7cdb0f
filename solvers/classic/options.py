"""Option contracts to prices or volatilities, learned from priced contracts.

A formula exists for these (`spoonbench.solvers.algorithms.option_formula`); these contestants show
what learning it from examples costs, and what is left of it outside the training range.

Not covered: contracts whose price lies outside what any volatility gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.classic.contestant import FittedSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Example, FitReport
    from spoonbench.solvers.classic.contestant import Model
    from spoonbench.solvers.option_features import Form

_MODULES = (
    "spoonbench.solvers.classic.options",
    "spoonbench.solvers.classic.option_models",
    "spoonbench.solvers.option_features",
    "spoonbench.solvers.option_rows",
)
_REQUIRES = ("scikit-learn", "numpy")
_BOOSTING = "Friedman 2001, Greedy Function Approximation; Ke et al. 2017, LightGBM"


class OptionRidgeSolver(FittedSolver):
    """Normalised features, their powers and products, and ridge regression.

    Parameters: `degree` (6, of the powers and products), `regularization` (1e-6, the weight of the
    penalty).
    """

    info = SolverInfo(
        name="option-ridge",
        version="1",
        level=3,
        summary="Ridge regression on powers of normalised features of an option.",
        kinds=("number",),
        payload="row",
        needs_training=True,
        requires=_REQUIRES,
        source="Hoerl and Kennard 1970, Ridge Regression",
        modules=_MODULES,
    )
    defaults = {"degree": 6, "regularization": 1e-6}  # noqa: RUF012  # ClassVar in the base class

    def _fit_model(
        self, training: Sequence[Example], _validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.option_models import ridge_model

        model = ridge_model(int(self._params["degree"]), self._params["regularization"])
        return model, model.fit(training)


class OptionBoostingSolver(FittedSolver):
    """Normalised features and gradient boosting.

    Parameters: `rounds` (500, of boosting), `learning_rate` (0.1).
    """

    info = SolverInfo(
        name="option-boosting",
        version="1",
        level=3,
        summary="Boosts trees on normalised features of an option.",
        kinds=("number",),
        payload="row",
        needs_training=True,
        requires=_REQUIRES,
        source=_BOOSTING,
        modules=_MODULES,
    )
    defaults = {"rounds": 500, "learning_rate": 0.1}  # noqa: RUF012  # ClassVar in the base class
    _features: ClassVar[Form] = "normalised"

    def _fit_model(
        self, training: Sequence[Example], _validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.option_models import boosting_model

        model = boosting_model(
            self._features,
            int(self._params["rounds"]),
            self._params["learning_rate"],
            self._settings.seed,
        )
        return model, model.fit(training)


class RawOptionBoostingSolver(OptionBoostingSolver):
    """The columns as they are and gradient boosting.

    Parameters: those of `OptionBoostingSolver`.
    """

    info = SolverInfo(
        name="option-boosting-raw",
        version="1",
        level=3,
        summary="Boosts trees on the columns of an option as they are.",
        kinds=("number",),
        payload="row",
        needs_training=True,
        requires=_REQUIRES,
        source=_BOOSTING,
        modules=_MODULES,
    )
    _features = "raw"
