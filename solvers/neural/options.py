"""Option contracts to prices or volatilities with a small network.

A formula exists for these (`spoonbench.solvers.algorithms.option_formula`); the network shows what
approximating it costs, and what is left of it outside the training range.

Not covered: contracts whose price lies outside what any volatility gives.
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


class OptionNetworkSolver(NetworkSolver):
    """Three layers on standardised features, and a squared error on the logarithm of the answer.

    Parameters: `max_steps` (6,000), `max_seconds` (60.0, of training), `width` (64, of each
    layer), `learning_rate` (0.002), `batch_size` (256, of a training step).
    """

    info = SolverInfo(
        name="option-network",
        version="1",
        level=4,
        summary="A network of three layers on normalised features of an option.",
        kinds=("number",),
        payload="row",
        devices=("cpu", "cuda"),
        needs_training=True,
        keeps_weights=True,
        requires=("torch", "safetensors", "numpy"),
        source="Hutchinson, Lo and Poggio 1994, A Nonparametric Approach to Pricing and Hedging",
        modules=(
            "spoonbench.solvers.neural.options",
            "spoonbench.solvers.neural.contestant",
            "spoonbench.solvers.neural.models",
            "spoonbench.solvers.neural.option_models",
            "spoonbench.solvers.neural.training",
            "spoonbench.solvers.option_features",
            "spoonbench.solvers.option_rows",
        ),
    )
    defaults = {  # noqa: RUF012  # declared as ClassVar in the base class
        "max_steps": 6_000,
        "max_seconds": 60.0,
        "width": 64,
        "learning_rate": 2e-3,
        "batch_size": 256,
    }

    def _recipe(self) -> Recipe:
        from spoonbench.solvers.neural.training import Recipe

        return Recipe(
            max_steps=int(self._params["max_steps"]),
            max_seconds=self._params["max_seconds"],
            # The loss of a number falls long after that of a class has settled.
            patience=int(self._params["max_steps"]),
            batch_size=int(self._params["batch_size"]),
            learning_rate=self._params["learning_rate"],
            weight_decay=0.0,
            seed=self._settings.seed,
        )

    def _build_model(self, examples: Sequence[Example]) -> NetworkModel:
        from spoonbench.solvers.neural.option_models import option_network_model

        return option_network_model(examples, int(self._params["width"]), self._settings.device)

    def _restore_model(
        self, _classes: Sequence[str | None], configuration: Mapping[str, Any]
    ) -> NetworkModel:
        from spoonbench.solvers.neural.option_models import restore_option_network_model

        return restore_option_network_model(configuration, self._settings.device)
