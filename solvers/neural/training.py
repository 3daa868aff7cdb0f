"""The training loop of the networks of this level.

AdamW on shuffled batches, validation now and then, the best weights kept, an early stop, and a
limit on time. With the same seed and one thread it gives the same weights, unless the limit on time
cuts it short, which the report says.

Not covered: interrupted training that goes on later; training takes seconds.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch.nn.functional import cross_entropy, mse_loss

from spoonbench.solvers.api import CurvePoint, FitReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor, nn

    from spoonbench.solvers.api import Progress


_BLOCK = 16
"""Examples are sorted by length within so many batches."""

_INTERVAL = (25, 200)
"""Steps from validation to validation: those of one pass over the examples, within these limits."""

_LEAST_LOSS = 1e-30
_LEAST_GAIN = 1e-4
"""A better validation is one by this much: in accuracy, or a thousand times that in loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train.

    Attributes:
        max_steps: optimizer steps, at most.
        max_seconds: stops after the step in which this much time is used.
        patience: steps without a better validation after which it stops.
        batch_size: examples of one step.
        learning_rate: of the first step; it falls in a line to a tenth of that.
        weight_decay: of AdamW (Loshchilov and Hutter 2019).
        seed: of the order of the examples.
    """

    max_steps: int
    max_seconds: float
    patience: int = 300
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    seed: int = 0


class Inputs(Protocol):
    """Encoded problems, of which a network is given some at a time."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def lengths(self, rows: Sequence[int]) -> list[int]:
        """How much room each of these takes in a batch, in any unit."""
        ...

    def select(self, rows: Sequence[int]) -> Tensor:
        """What the network reads, shape (len(rows), ...), on its device."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Encoded examples.

    Attributes:
        inputs: n of them.
        labels: shape (n,), classes as int64, or numbers as float32 for a network of one output.
    """

    inputs: Inputs
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW over all parameters."""
    return torch.optim.AdamW(
        network.parameters(),
        lr=recipe.learning_rate,
        weight_decay=recipe.weight_decay,
        fused=True,
    )


def train(
    network: nn.Module,
    training: Labelled,
    validation: Labelled,
    recipe: Recipe,
    progress: Progress,
) -> FitReport:
    """Train a network in place, and leave it with its best weights.

    Args:
        network: on the device of the examples.
        training: at least one example.
        validation: may be empty; then the last weights are kept and nothing stops early.
        recipe: how to train.
        progress: called after every validation.

    Returns:
        The report; `best_step` is the step whose weights were kept.
    """
    return _Run(network, recipe, progress).over(training, validation)


class _Run:
    """The state of one training."""

    def __init__(self, network: nn.Module, recipe: Recipe, progress: Progress) -> None:
        self._network = network
        self._recipe = recipe
        self._progress = progress
        self._optimizer = make_optimizer(network, recipe)
        self._shuffle = torch.Generator().manual_seed(recipe.seed)
        self._start_ns = time.perf_counter_ns()
        self._step = 0
        self._curve: list[CurvePoint] = []
        self._best: tuple[float, int, dict[str, Tensor]] | None = None
        self._losses: list[float] = []

    def over(self, training: Labelled, validation: Labelled) -> FitReport:
        steps_of_pass = -(-len(training) // self._recipe.batch_size)
        interval = min(max(steps_of_pass, _INTERVAL[0]), _INTERVAL[1])
        stopped_by = "done"
        for rows in self._batches(training.inputs):
            self._learn(training.inputs.select(rows), training.labels[rows])
            stop = self._reason_to_stop()
            if self._step % interval == 0 or stop:
                self._validate(validation)
                self._tell()
                stop = stop or self._reason_to_stop()
            if stop:
                stopped_by = stop
                break
        best_step = self._restore_best()
        return FitReport(
            n_examples=min(len(training), self._step * self._recipe.batch_size),
            n_steps=self._step,
            best_step=best_step,
            stopped_by=stopped_by,
            curve=tuple(self._curve),
        )

    def _learn(self, inputs: Tensor, labels: Tensor) -> None:
        share = 1 - 0.9 * self._step / self._recipe.max_steps
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.learning_rate * share
        self._losses.append(train_step(self._network, self._optimizer, inputs, labels))
        self._step += 1

    def _reason_to_stop(self) -> str | None:
        if self._step >= self._recipe.max_steps:
            return "done"
        if self._seconds() >= self._recipe.max_seconds:
            return "time limit"
        if self._best is not None and self._step - self._best[1] >= self._recipe.patience:
            return "early stopping"
        return None

    def _restore_best(self) -> int:
        """Leave the network with its best weights, or the last ones without a validation part."""
        self._network.eval()
        if self._best is None:
            return self._step
        self._network.load_state_dict(self._best[2])
        return self._best[1]

    def _batches(self, inputs: Inputs) -> Iterator[list[int]]:
        """Batches in random order, without end; those in a batch are of similar length."""
        size = self._recipe.batch_size
        while True:
            order = torch.randperm(len(inputs), generator=self._shuffle)
            for block in order.split(size * _BLOCK):
                rows = block.tolist()
                by_length = sorted(zip(inputs.lengths(rows), rows, strict=True))
                starts = torch.randperm(-(-len(rows) // size), generator=self._shuffle) * size
                for start in starts.tolist():
                    yield [row for _, row in by_length[start : start + size]]

    def _validate(self, validation: Labelled) -> None:
        loss, accuracy = None, None
        if len(validation):
            loss, accuracy = evaluate_loss(self._network, validation, self._recipe.batch_size)
            # Accuracy first: it is what is asked for; the loss decides between equals. Of
            # numbers there is the loss alone, and gains are relative.
            self._remember(
                -math.log10(max(loss, _LEAST_LOSS)) if accuracy is None else accuracy - 1e-3 * loss
            )
        self._curve.append(
            CurvePoint(
                step=self._step,
                seconds=self._seconds(),
                train_loss=sum(self._losses) / len(self._losses),
                validation_loss=loss,
                validation_accuracy=accuracy,
            )
        )
        self._losses.clear()

    def _remember(self, merit: float) -> None:
        if self._best is None or merit > self._best[0] + _LEAST_GAIN:
            weights = {k: v.detach().clone() for k, v in self._network.state_dict().items()}
            self._best = (merit, self._step, weights)

    def _seconds(self) -> float:
        return (time.perf_counter_ns() - self._start_ns) / 1e9

    def _tell(self) -> None:
        by_steps = self._step / self._recipe.max_steps
        by_time = self._seconds() / self._recipe.max_seconds
        accuracy = self._curve[-1].validation_accuracy
        shown = "" if accuracy is None else f", validation {accuracy:.3f}"
        self._progress(min(1.0, max(by_steps, by_time)), f"step {self._step}{shown}")


def train_step(
    network: nn.Module, optimizer: torch.optim.Optimizer, inputs: Tensor, labels: Tensor
) -> float:
    """Forward, backward and update on one batch; returns its mean loss."""
    network.train()
    optimizer.zero_grad(set_to_none=True)
    loss = _loss(network(inputs), labels, label_smoothing=0.05)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()
    return float(loss.detach())


def score(network: nn.Module, inputs: Inputs, batch_size: int) -> Tensor:
    """Scores, shape (n, n_classes), in batches; nothing is learned.

    Args:
        network: to ask.
        inputs: at least one.
        batch_size: of one forward pass.
    """
    network.eval()
    starts = range(0, len(inputs), batch_size)
    with torch.inference_mode():
        return torch.cat(
            [
                network(inputs.select(range(start, min(start + batch_size, len(inputs)))))
                for start in starts
            ]
        )


def evaluate_loss(
    network: nn.Module, examples: Labelled, batch_size: int
) -> tuple[float, float | None]:
    """Mean loss, and accuracy where the labels are classes."""
    scores = score(network, examples.inputs, batch_size)
    loss = float(_loss(scores, examples.labels, label_smoothing=0.0))
    if examples.labels.is_floating_point():
        return loss, None
    return loss, float((scores.argmax(dim=1) == examples.labels).double().mean())


def _loss(scores: Tensor, labels: Tensor, *, label_smoothing: float) -> Tensor:
    """Cross-entropy of classes, shape (n, n_classes), or squared error of numbers, (n, 1)."""
    if labels.is_floating_point():
        return mse_loss(scores.squeeze(1), labels)
    return cross_entropy(scores, labels, label_smoothing=label_smoothing)
