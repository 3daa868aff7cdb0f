"""Interrupted training goes on from one file that holds everything, replaced in one move.

The file is safetensors: weights that learn, the best of them so far, the optimizer's moments; and
JSON in its header: where the training stands, and of which training it is. One file, because two
cannot be replaced at once. Of several processes the first writes it and reads it for all, so that
they need no disk in common.

Not covered: going on under another recipe, other examples or another seed; that is refused.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.solvers.llm.ranks import Ranks

FILE = "training.safetensors"
_STATE = "state"
_MOMENTS = ("step", "exp_avg", "exp_avg_sq")


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
        best: the best weights so far that learn, by name; empty before the first validation.
    """

    model: Any
    optimizer: torch.optim.Optimizer
    best: dict[str, torch.Tensor] = field(default_factory=dict)

    def keep(self) -> None:
        """Keep the present weights as the best."""
        self.best = {name: p.detach().clone() for name, p in self.learning().items()}

    def go_back(self) -> None:
        """Give the model its best weights."""
        with torch.no_grad():
            for name, parameter in self.learning().items():
                parameter.copy_(self.best[name])

    def learning(self) -> dict[str, torch.nn.Parameter]:
        """The parameters that learn, by name: beside an adapter, all others stay as they are."""
        return {name: p for name, p in self.model.named_parameters() if p.requires_grad}


def write_checkpoint(folder: Path, fingerprint: str, standing: Standing, learner: Learner) -> None:
    """Replace the checkpoint of a folder."""
    parameters = learner.learning()
    tensors = {f"model.{name}": parameter.detach() for name, parameter in parameters.items()}
    tensors |= {f"best.{name}": tensor for name, tensor in learner.best.items()}
    for name, parameter in parameters.items():
        for key, value in learner.optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer.{key}.{name}"] = value
    header = {_STATE: json.dumps({"fingerprint": fingerprint, "standing": asdict(standing)})}
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


def copy_from_first(standing: Standing, learner: Learner, ranks: Ranks) -> Standing:
    """Give every process the weights and moments of the first.

    Args:
        standing: of the first process, with what it read; of the others new.
        learner: likewise.
        ranks: the processes.

    Returns:
        Where the training stands.
    """
    found = {"standing": asdict(standing), "has_best": bool(learner.best)}
    heard = json.loads(ranks.hear_first(json.dumps(found)))
    standing = Standing(**heard["standing"])
    ranks.copy_from_first(learner.model.parameters())
    learning = learner.learning()
    if heard["has_best"]:
        if not ranks.is_first:
            learner.best = {name: torch.zeros_like(p) for name, p in learning.items()}
        ranks.copy_from_first(learner.best[name] for name in learning)
    for parameter in learning.values() if standing.step else ():
        if not ranks.is_first:
            learner.optimizer.state[parameter] = _no_moments(parameter)
        moments = learner.optimizer.state[parameter]
        ranks.copy_from_first(moments[key] for key in _MOMENTS)
    return standing


def _no_moments(parameter: torch.Tensor) -> dict[str, torch.Tensor]:
    step = torch.zeros((), dtype=torch.float32, device=parameter.device)
    return {"step": step, **{key: torch.zeros_like(parameter) for key in _MOMENTS[1:]}}


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
    for name, parameter in learner.learning().items():
        with torch.no_grad():
            parameter.copy_(tensors[f"model.{name}"])
        moments: dict[str, Any] = {
            key: tensors[f"optimizer.{key}.{name}"].to(parameter.device)
            for key in _MOMENTS
            if f"optimizer.{key}.{name}" in tensors
        }
        if moments:
            learner.optimizer.state[parameter] = moments
    best = _named("best.", tensors)
    learner.best = {name: tensor.to(learner.model.device) for name, tensor in best.items()}
