"""Word problems the right way: a classifier picks the program, and the arithmetic is exact.

The classifier never sees the size of a number beyond which of two is larger and which divides
which, so numbers outside the training range make no difference to the arithmetic.

Not covered: problems whose answer no program of `spoonbench.solvers.programs` gives: they form a
class of their own, which is abstained from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.classic.contestant import FittedSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Example, FitReport
    from spoonbench.solvers.classic.contestant import Model


class TfidfOperationSolver(FittedSolver):
    """TF-IDF with the numbers masked, a linear classifier over programs, exact evaluation.

    Parameters: `regularization`, the weight of the training errors (1.0).
    """

    info = SolverInfo(
        name="tfidf-operations",
        version="1",
        level=3,
        summary="Classifies the operation and the roles of the numbers, then computes exactly.",
        kinds=("number",),
        needs_training=True,
        requires=("scikit-learn", "scipy", "numpy"),
        source="Roy and Roth 2015, Solving General Arithmetic Word Problems; Fan et al. 2008, "
        "LIBLINEAR",
        modules=(
            "spoonbench.solvers.classic.operations",
            "spoonbench.solvers.classic.models",
            "spoonbench.solvers.classic.features",
            "spoonbench.solvers.classic.classifier",
            "spoonbench.solvers.programs",
            "spoonbench.solvers.roles",
            "spoonbench.solvers.numerals",
        ),
    )
    defaults = {"regularization": 1.0}  # noqa: RUF012  # declared as ClassVar in the base class

    def _fit_model(
        self, training: Sequence[Example], validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.models import operation_model

        model = operation_model(self._params["regularization"], self._settings.seed)
        return model, model.fit(training, validation)
