"""Images to labels with a small convolutional network.

Not covered: colour, and images of different shapes in one task.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import SolverInfo
from spoonbench.solvers.neural.contestant import NetworkSolver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.api import Example
    from spoonbench.solvers.neural.models import NetworkModel
    from spoonbench.solvers.neural.training import Recipe


class ImageNetworkSolver(NetworkSolver):
    """Two convolutions, pooling and a linear layer.

    Parameters: `max_steps` (1500), `max_seconds` (25.0, of training), `channels` (32, of the first
    convolution), `learning_rate` (0.002), `batch_size` (32, of a training step).
    """

    info = SolverInfo(
        name="image-network",
        version="1",
        level=4,
        summary="Looks at neighbouring pixels with a small convolutional network.",
        kinds=("label",),
        payload="image",
        devices=("cpu", "cuda", "mps"),
        needs_training=True,
        keeps_weights=True,
        requires=("torch", "safetensors", "numpy"),
        source="LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition",
        modules=(
            "spoonbench.solvers.neural.image",
            "spoonbench.solvers.neural.contestant",
            "spoonbench.solvers.neural.models",
            "spoonbench.solvers.neural.networks",
            "spoonbench.solvers.neural.training",
            "spoonbench.solvers.images",
        ),
    )
    defaults = {  # noqa: RUF012  # declared as ClassVar in the base class
        "max_steps": 1500,
        "max_seconds": 25.0,
        "channels": 32,
        "learning_rate": 2e-3,
        "batch_size": 32,
    }

    def _recipe(self) -> Recipe:
        from spoonbench.solvers.neural.training import Recipe

        return Recipe(
            max_steps=int(self._params["max_steps"]),
            max_seconds=self._params["max_seconds"],
            batch_size=int(self._params["batch_size"]),
            learning_rate=self._params["learning_rate"],
            seed=self._settings.seed,
        )

    def _build_model(self, examples: Sequence[Example]) -> NetworkModel:
        from spoonbench.solvers.neural.models import image_model

        return image_model(examples, int(self._params["channels"]), self._settings.device)

    def _restore_model(
        self, classes: Sequence[str | None], configuration: Mapping[str, Any]
    ) -> NetworkModel:
        from spoonbench.solvers.neural.models import ImageModel

        shape = int(configuration["height"]), int(configuration["width"])
        return ImageModel(shape, classes, int(configuration["channels"]), self._settings.device)
