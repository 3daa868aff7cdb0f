"""Word problems the wrong way: the answer regressed on the words of the text.

It is here to show what happens when a tool is used for what it cannot do. A sum is no weighted
total of word weights: a regression gives a number near the average answer, close to nobody's.
`spoonbench.solvers.classic.operations` uses the same features the right way.

Not covered: abstaining; a regression always has a number to offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.classic.contestant import FittedSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Example, FitReport
    from spoonbench.solvers.classic.contestant import Model


class TfidfRegressionSolver(FittedSolver):
    """TF-IDF, numbers included as words, and ridge regression: an honest misuse, kept to show.

    Answers are rounded to whole numbers where all training answers are whole, else to four
    decimals. Parameters: `regularization`, the weight of the penalty (1.0).
    """

    info = SolverInfo(
        name="tfidf-ridge",
        version="1",
        level=3,
        summary="Regresses the answer on the words: the wrong tool, shown for comparison.",
        kinds=("number",),
        needs_training=True,
        requires=("scikit-learn", "scipy", "numpy"),
        source="Hoerl and Kennard 1970, Ridge Regression",
        modules=(
            "spoonbench.solvers.classic.regression",
            "spoonbench.solvers.classic.models",
            "spoonbench.solvers.classic.features",
        ),
    )
    defaults = {"regularization": 1.0}  # noqa: RUF012  # declared as ClassVar in the base class

    def _fit_model(
        self, training: Sequence[Example], _validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.models import RegressionModel

        model = RegressionModel(self._params["regularization"], self._settings.seed)
        return model, model.fit(training)
