"""Interrupted training goes on from one file that holds everything, replaced in one move.

The file is safetensors: weights, the best weights so far, the optimizer's moments, the state of
torch's generator; and JSON in its header: where the training stands, and of which training it is.
One file, because two cannot be replaced at once.

Not covered: going on under another recipe, other examples or another seed; that is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

if TYPE_CHECKING:
    from pathlib import Path

FILE = "training.safetensors"
_STATE = "state"


@dataclass(slots=True, kw_only=True)
class Standing:
    """Where a training stands; JSON values only.

    Attributes:
        step: optimizer steps done.
        seconds: spent so far, over all sittings.
        n_tokens: tokens seen, padding left out.
        n_examples: examples seen at least once.
        losses: training loss of every step since the last validation.
        best_step: step of the best weights; 0 before the first validation.
        best_loss: validation loss of the best weights.
        best_accuracy: validation accuracy of the best weights.
        n_stale: validations since the last improvement.
        curve: validations as (step, seconds, training loss, validation loss, accuracy).
        stopped_by: what ended the training; empty while it goes on.
    """

    step: int = 0
    seconds: float = 0.0
    n_tokens: int = 0
    n_examples: int = 0
    losses: list[float] = field(default_factory=list)
    best_step: int = 0
    best_loss: float | None = None
    best_accuracy: float | None = None
    n_stale: int = 0
    curve: list[list[float]] = field(default_factory=list)
    stopped_by: str = ""


@dataclass(slots=True, kw_only=True)
class Learner:
    """What a training changes.

    Attributes:
        model: with its present weights.
        optimizer: with its moments.
        best: parameters of the best weights so far, by name; empty before the first validation.
    """

    model: Any
    optimizer: torch.optim.Optimizer
    best: dict[str, torch.Tensor] = field(default_factory=dict)

    def keep(self) -> None:
        """Keep the present weights as the best."""
        self.best = {name: p.detach().clone() for name, p in self.model.named_parameters()}

    def go_back(self) -> None:
        """Give the model its best weights."""
        with torch.no_grad():
            for name, parameter in self.model.named_parameters():
                parameter.copy_(self.best[name])


def write_checkpoint(folder: Path, fingerprint: str, standing: Standing, learner: Learner) -> None:
    """Replace the checkpoint of a folder."""
    parameters = dict(learner.model.named_parameters())
    tensors = {f"model.{name}": parameter.detach() for name, parameter in parameters.items()}
    tensors |= {f"best.{name}": tensor for name, tensor in learner.best.items()}
    for name, parameter in parameters.items():
        for key, value in learner.optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer.{key}.{name}"] = value
    tensors["generator"] = torch.get_rng_state()
    state = {name: getattr(standing, name) for name in Standing.__slots__}
    header = {_STATE: json.dumps({"fingerprint": fingerprint, "standing": state})}
    new = folder / f"{FILE}.new"
    save_file({name: t.cpu().contiguous() for name, t in tensors.items()}, new, metadata=header)
    new.replace(folder / FILE)


def read_checkpoint(folder: Path, fingerprint: str, learner: Learner) -> Standing:
    """Go back to the checkpoint of a folder, if there is one.

    Returns:
        Where the training stands.

    Raises:
        ValueError: the checkpoint is of another training, or cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return Standing()
    try:
        header, tensors = _read(path)
        found = json.loads(header[_STATE])
        standing = Standing(**found["standing"])
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as exc:
        raise ValueError(f"{path} is no checkpoint ({exc}): remove it to start over") from exc
    if found["fingerprint"] != fingerprint:
        raise ValueError(
            f"{path} belongs to another training (other examples, parameters or seed): "
            "remove it to start over, or give another folder"
        )
    _restore(tensors, learner)
    return standing


def _read(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    with safe_open(path, framework="pt") as file:
        return file.metadata() or {}, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118  # no mapping


def _named(prefix: str, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }


def _restore(tensors: dict[str, torch.Tensor], learner: Learner) -> None:
    for name, parameter in learner.model.named_parameters():
        with torch.no_grad():
            parameter.copy_(tensors[f"model.{name}"])
        moments: dict[str, Any] = {
            key: tensors[f"optimizer.{key}.{name}"].to(parameter.device)
            for key in ("step", "exp_avg", "exp_avg_sq")
            if f"optimizer.{key}.{name}" in tensors
        }
        if moments:
            learner.optimizer.state[parameter] = moments
    best = _named("best.", tensors)
    learner.best = {name: tensor.to(learner.model.device) for name, tensor in best.items()}
    torch.set_rng_state(tensors["generator"])
