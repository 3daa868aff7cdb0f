"""A network between the normalised features of option contracts and their answers.

Weights are trained and kept in float32. Answers are summed in doubles, so that an answer does not
hang on the batch that it stands in.

Imports torch: registered modules import this one when they are prepared.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import nn

from spoonbench.solvers.api import Size
from spoonbench.solvers.learning import answered
from spoonbench.solvers.neural.models import NetworkModel
from spoonbench.solvers.neural.networks import count_parameters
from spoonbench.solvers.neural.training import Labelled
from spoonbench.solvers.option_features import (
    SIGNIFICANT_DIGITS,
    OptionFeatures,
    asked_by,
    priced_examples,
)
from spoonbench.solvers.option_rows import write_float

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor

    from spoonbench.solvers.api import Answer, Example, Json, Problem
    from spoonbench.solvers.option_features import Array
    from spoonbench.solvers.option_rows import Asked

_N_LAYERS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scaling:
    """Means and deviations of the training part; what is alike in all of it deviates by 1.

    Attributes:
        feature_means: shape (n_features,), as the deviations.
        feature_deviations: see above.
        target_mean: of what is learned.
        target_deviation: see above.
    """

    feature_means: tuple[float, ...]
    feature_deviations: tuple[float, ...]
    target_mean: float
    target_deviation: float

    def scaled(self, features: Array) -> Array:
        """Standardised features, shape (n, n_features)."""
        scaled: Array = (features - self.feature_means) / self.feature_deviations
        return scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class RowInputs:
    """Standardised features, shape (n, n_features), on the device of the network."""

    rows: Tensor

    def __len__(self) -> int:
        return len(self.rows)

    def lengths(self, rows: Sequence[int]) -> list[int]:
        """All alike."""
        return [1] * len(rows)

    def select(self, rows: Sequence[int]) -> Tensor:
        """Shape (len(rows), n_features)."""
        return self.rows[list(rows)]


class OptionNetworkModel(NetworkModel):
    """Contracts that all ask for the same quantity, to numbers."""

    def __init__(self, asked: Asked, scaling: Scaling, width: int, device: str) -> None:
        self.classes = []
        self._features = OptionFeatures("normalised", asked)
        self._scaling = scaling
        self._width = width
        self._device = device
        widths = [len(scaling.feature_means), *[width] * _N_LAYERS]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.SiLU()]
        self.network = nn.Sequential(*layers, nn.Linear(width, 1)).to(device)

    def refuse(self, problem: Problem) -> Answer | None:
        """Refuse what is no contract, or asks for what was not learned."""
        return self._features.refuse(problem)

    def encode(self, problems: Sequence[Problem]) -> RowInputs:
        """Standardised features in float32."""
        return RowInputs(rows=self._scaled(problems).float().to(self._device))

    def find_labels(self, examples: Sequence[Example]) -> list[str | None]:
        """There are no classes."""
        return [None] * len(examples)

    def label(self, examples: Sequence[Example]) -> Labelled:
        """Encode contracts with their standardised answers; those that have none are left out."""
        if not examples:
            empty = torch.empty(0, len(self._scaling.feature_means), device=self._device)
            return Labelled(inputs=RowInputs(rows=empty), labels=empty[:, 0])
        problems, answers = priced_examples(self._features, examples)
        targets = self._features.targets(problems, answers)
        scaled = (targets - self._scaling.target_mean) / self._scaling.target_deviation
        labels = torch.from_numpy(scaled).float().to(self._device)
        return Labelled(inputs=self.encode(problems), labels=labels)

    def calibrate(self, _validation: Labelled) -> None:
        """A number comes without a confidence."""

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer at least one contract, none of them refused."""
        weights = {name: value.double() for name, value in self.network.state_dict().items()}
        with torch.inference_mode():
            inputs = self._scaled(problems).to(self._device)
            outputs = torch.func.functional_call(self.network, weights, (inputs,))[:, 0]
        learned = outputs.cpu().numpy() * self._scaling.target_deviation + self._scaling.target_mean
        values = self._features.answers(problems, learned)
        return [answered(write_float(float(value), SIGNIFICANT_DIGITS)) for value in values]

    def configuration(self) -> dict[str, Json]:
        """What was asked, scaling and shape."""
        return {
            "asked": self._features.asked,
            "feature_means": list(self._scaling.feature_means),
            "feature_deviations": list(self._scaling.feature_deviations),
            "target_mean": self._scaling.target_mean,
            "target_deviation": self._scaling.target_deviation,
            "width": self._width,
        }

    def size(self, _problems: Sequence[Problem]) -> Size:
        """Parameters, and operations for any contract."""
        n_parameters, n_bytes = count_parameters(self.network)
        return Size(
            n_parameters=n_parameters,
            weight_bytes=n_bytes,
            operations_per_problem=2.0 * n_parameters,
            formula="2 x parameters",
        )

    def _scaled(self, problems: Sequence[Problem]) -> Tensor:
        return torch.from_numpy(self._scaling.scaled(self._features.features(problems)))


def option_network_model(
    examples: Sequence[Example], width: int, device: str
) -> OptionNetworkModel:
    """An untrained model for these examples.

    Raises:
        ValueError: an example is no contract, or none has an answer above zero.
    """
    asked = asked_by(examples)
    features = OptionFeatures("normalised", asked)
    problems, answers = priced_examples(features, examples)
    rows, targets = features.features(problems), features.targets(problems, answers)
    scaling = Scaling(
        feature_means=tuple(map(float, rows.mean(axis=0))),
        feature_deviations=tuple(float(value) or 1.0 for value in rows.std(axis=0)),
        target_mean=float(targets.mean()),
        target_deviation=float(np.std(targets)) or 1.0,
    )
    return OptionNetworkModel(asked, scaling, width, device)


def restore_option_network_model(
    configuration: Mapping[str, Any], device: str
) -> OptionNetworkModel:
    """An untrained model from what `OptionNetworkModel.configuration` gave.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    asked = configuration["asked"]
    if asked not in {"price", "volatility"}:
        raise ValueError(f"nothing is known of {asked!r}")
    scaling = Scaling(
        feature_means=tuple(map(float, configuration["feature_means"])),
        feature_deviations=tuple(map(float, configuration["feature_deviations"])),
        target_mean=float(configuration["target_mean"]),
        target_deviation=float(configuration["target_deviation"]),
    )
    return OptionNetworkModel(asked, scaling, int(configuration["width"]), device)
