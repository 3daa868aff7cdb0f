"""Texts to labels, and word problems to programs, with a small convolutional network.

Not covered: texts of more than `max_words` words, which are abstained from.
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


class TextNetworkSolver(NetworkSolver):
    """Embeddings of words and of their pieces, convolutions over words, a linear layer.

    For numbers the network classifies the program over the masked numbers, which is then computed
    exactly; confidence is the softmax, its temperature chosen on the validation part.

    Parameters: `max_steps` (1800), `max_seconds` (25.0, of training), `max_words` (512), `width`
    (64, of the embeddings), `learning_rate` (0.008), `batch_size` (64, of a training step).
    """

    info = SolverInfo(
        name="text-network",
        version="1",
        level=4,
        summary="Reads words and their neighbours with a small convolutional network.",
        kinds=("number", "label"),
        devices=("cpu", "cuda", "mps"),
        needs_training=True,
        keeps_weights=True,
        requires=("torch", "safetensors", "numpy"),
        source="Kim 2014, Convolutional Neural Networks for Sentence Classification",
        modules=(
            "spoonbench.solvers.neural.text",
            "spoonbench.solvers.neural.contestant",
            "spoonbench.solvers.neural.models",
            "spoonbench.solvers.neural.networks",
            "spoonbench.solvers.neural.training",
            "spoonbench.solvers.neural.vocabulary",
            "spoonbench.solvers.programs",
            "spoonbench.solvers.roles",
        ),
    )
    defaults = {  # noqa: RUF012  # declared as ClassVar in the base class
        "max_steps": 1800,
        "max_seconds": 25.0,
        "max_words": 512,
        "width": 64,
        "learning_rate": 8e-3,
        "batch_size": 64,
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
        from spoonbench.solvers.neural.models import text_model

        width, max_words = int(self._params["width"]), int(self._params["max_words"])
        return text_model(examples, width, max_words, self._settings.device)

    def _restore_model(
        self, classes: Sequence[str | None], configuration: Mapping[str, Any]
    ) -> NetworkModel:
        from spoonbench.solvers.neural.models import restore_text_model

        return restore_text_model(classes, configuration, self._settings.device)
