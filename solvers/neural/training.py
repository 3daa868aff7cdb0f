"""The training loop of the networks of this level.

AdamW on shuffled batches, validation after every epoch, the best weights kept, an early stop, and a
limit on time. With the same seed and one thread it gives the same weights, unless the limit on time
cuts it short, which the report says.

Not covered: interrupted training that goes on later; training takes seconds.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch.nn.functional import cross_entropy

from spoonbench.solvers.api import CurvePoint, FitReport

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor, nn

    from spoonbench.solvers.api import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train.

    Attributes:
        max_epochs: passes over the training part, at most.
        max_seconds: stops after the batch in which this much time is used.
        patience: epochs without a better validation before it stops.
        batch_size: examples of one step.
        learning_rate: at its highest, after the first tenth of the steps.
        weight_decay: of AdamW (Loshchilov and Hutter 2019).
        seed: of the order of the examples.
    """

    max_epochs: int
    max_seconds: float
    patience: int = 4
    batch_size: int = 64
    learning_rate: float = 2e-3
    weight_decay: float = 0.01
    seed: int = 0


class Inputs(Protocol):
    """Encoded problems, of which a network is given some at a time."""

    def __len__(self) -> int:
        """How many there are."""
        ...

    def select(self, rows: Sequence[int]) -> Tensor:
        """What the network reads, shape (len(rows), ...), on its device."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Encoded examples.

    Attributes:
        inputs: n of them.
        labels: shape (n,), classes as int64.
    """

    inputs: Inputs
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)


def make_optimizer(network: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW over all parameters."""
    return torch.optim.AdamW(
        network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
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
        progress: called after every epoch.

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
        self._epochs_since_best = 0

    def over(self, training: Labelled, validation: Labelled) -> FitReport:
        stopped_by = "done"
        n_seen = 0
        for epoch in range(self._recipe.max_epochs):
            loss, n_epoch = self._run_epoch(training)
            n_seen = max(n_seen, n_epoch)
            self._validate(loss, validation)
            self._tell(epoch)
            if self._is_late():
                stopped_by = "time limit"
                break
            if self._epochs_since_best >= self._recipe.patience:
                stopped_by = "early stopping"
                break
        best_step = self._step
        if self._best is not None:
            best_step = self._best[1]
            self._network.load_state_dict(self._best[2])
        self._network.eval()
        return FitReport(
            n_examples=n_seen,
            n_steps=self._step,
            best_step=best_step,
            stopped_by=stopped_by,
            curve=tuple(self._curve),
        )

    def _run_epoch(self, training: Labelled) -> tuple[float, int]:
        """One pass; its mean loss, and how many examples it saw before the time was up."""
        total, n_seen = 0.0, 0
        for rows in self._batches(len(training)):
            inputs, labels = training.inputs.select(rows), training.labels[rows]
            total += train_step(self._network, self._optimizer, inputs, labels) * len(rows)
            n_seen += len(rows)
            self._step += 1
            if self._is_late():
                break
        return total / n_seen, n_seen

    def _batches(self, n: int) -> Iterator[list[int]]:
        order = torch.randperm(n, generator=self._shuffle)
        for rows in order.split(self._recipe.batch_size):
            yield rows.tolist()

    def _validate(self, train_loss: float, validation: Labelled) -> None:
        loss, accuracy = None, None
        if len(validation):
            loss, accuracy = evaluate_loss(self._network, validation, self._recipe.batch_size)
            # Accuracy first: it is what is asked for; the loss decides between equals.
            self._remember(accuracy - 1e-3 * loss)
        self._curve.append(
            CurvePoint(
                step=self._step,
                seconds=self._seconds(),
                train_loss=train_loss,
                validation_loss=loss,
                validation_accuracy=accuracy,
            )
        )

    def _remember(self, merit: float) -> None:
        if self._best is None or merit > self._best[0]:
            weights = {k: v.detach().clone() for k, v in self._network.state_dict().items()}
            self._best = (merit, self._step, weights)
            self._epochs_since_best = 0
        else:
            self._epochs_since_best += 1

    def _seconds(self) -> float:
        return (time.perf_counter_ns() - self._start_ns) / 1e9

    def _is_late(self) -> bool:
        return self._seconds() >= self._recipe.max_seconds

    def _tell(self, epoch: int) -> None:
        by_epochs = (epoch + 1) / self._recipe.max_epochs
        by_time = self._seconds() / self._recipe.max_seconds
        accuracy = self._curve[-1].validation_accuracy
        shown = "" if accuracy is None else f", validation {accuracy:.3f}"
        self._progress(min(1.0, max(by_epochs, by_time)), f"epoch {epoch + 1}{shown}")


def train_step(
    network: nn.Module, optimizer: torch.optim.Optimizer, inputs: Tensor, labels: Tensor
) -> float:
    """Forward, backward and update on one batch; returns its mean loss."""
    network.train()
    optimizer.zero_grad(set_to_none=True)
    loss = cross_entropy(network(inputs), labels, label_smoothing=0.05)
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
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


def evaluate_loss(network: nn.Module, examples: Labelled, batch_size: int) -> tuple[float, float]:
    """Mean loss and accuracy."""
    scores = score(network, examples.inputs, batch_size)
    loss = float(cross_entropy(scores, examples.labels))
    return loss, float((scores.argmax(dim=1) == examples.labels).double().mean())
