"""Images to labels, pixel by pixel: a support vector machine, and gradient boosting.

Not covered: images of different shapes in one task, and what neighbouring pixels have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.classic.contestant import FittedSolver

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Example, FitReport
    from spoonbench.solvers.classic.contestant import Model

_MODULES = (
    "spoonbench.solvers.classic.pixels",
    "spoonbench.solvers.classic.models",
    "spoonbench.solvers.classic.classifier",
    "spoonbench.solvers.images",
)


class PixelSvmSolver(FittedSolver):
    """Pixels and a support vector machine with a Gaussian kernel.

    Parameters: `regularization`, the weight of the training errors (10.0).
    """

    info = SolverInfo(
        name="pixel-svm",
        version="1",
        level=3,
        summary="Compares the pixels with those of the training images at the borders.",
        kinds=("label",),
        payload="image",
        needs_training=True,
        requires=("scikit-learn", "numpy"),
        source="Cortes and Vapnik 1995, Support-Vector Networks",
        modules=_MODULES,
    )
    defaults = {"regularization": 10.0}  # noqa: RUF012  # declared as ClassVar in the base class

    def _fit_model(
        self, training: Sequence[Example], validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.models import pixel_kernel_model

        model = pixel_kernel_model(self._params["regularization"])
        return model, model.fit(training, validation)


class PixelBoostingSolver(FittedSolver):
    """Pixels and gradient boosting of small trees."""

    info = SolverInfo(
        name="pixel-boosting",
        version="1",
        level=3,
        summary="Boosts small trees that ask how bright single pixels are.",
        kinds=("label",),
        payload="image",
        needs_training=True,
        requires=("scikit-learn", "numpy"),
        source="Friedman 2001, Greedy Function Approximation",
        modules=_MODULES,
    )

    def _fit_model(
        self, training: Sequence[Example], validation: Sequence[Example]
    ) -> tuple[Model, FitReport]:
        from spoonbench.solvers.classic.models import pixel_boosting_model

        n_labels = len({example.target for example in training})
        model = pixel_boosting_model(n_labels, self._settings.seed)
        return model, model.fit(training, validation)
