"""Training: the loop around the steps.

Each step is a function of its number: the order of the examples, what is random in the model and
the learning rate follow from it, so that a training that was interrupted ends as if it had not
been. With a time limit the learning rate also follows the clock as soon as time is further on than
the steps; such a training does not end the same twice.

Several processes take the same steps on the same examples as one does and divide them among
themselves; the result is that of one process up to rounding, and bit for bit that of as many
processes again. Dropout alone is drawn by each for itself. Which step is the last, and when, the
first process says.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from spoonbench.solvers.api import CurvePoint, FitReport
from spoonbench.solvers.llm.batches import epoch_batches
from spoonbench.solvers.llm.checkpoints import (
    Learner,
    Standing,
    copy_from_first,
    read_checkpoint,
    write_checkpoint,
)
from spoonbench.solvers.llm.optimization import (
    evaluate,
    make_optimizer,
    rate_share,
    train_step,
    training_precision,
)
from spoonbench.solvers.llm.ranks import Ranks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spoonbench.solvers.api import Progress
    from spoonbench.solvers.llm.batches import EncodedExample
    from spoonbench.solvers.llm.recipe import Recipe

_CHECKPOINT_SECONDS = 120.0
"""Large models take long over the steps between checkpoints: they write one this often too."""

_PROGRESS_SECONDS = 0.5
_VALIDATION_SHARE = 0.05
_FORWARD_SHARE = 1 / 3
"""Share of a training step's time that its forward pass takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPlan:
    """What is trained, and how.

    Attributes:
        recipe: filled in by `read_recipe`.
        training: shape (n,), not empty.
        validation: shape (m,).
        seed: of the order of the examples.
        device: torch name.
        fingerprint: of everything that decides how the training goes.
    """

    recipe: Recipe
    training: Sequence[EncodedExample]
    validation: Sequence[EncodedExample]
    seed: int
    device: str
    fingerprint: str

    @property
    def step_size(self) -> int:
        """Examples of one optimizer step."""
        return self.recipe.batch_size * self.recipe.accumulation

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps of a pass over the training part."""
        return math.ceil(len(self.training) / self.step_size)

    @property
    def n_steps(self) -> int:
        """Optimizer steps in all."""
        return max(1, math.ceil(self.steps_per_epoch * self.recipe.epochs))

    @property
    def evaluate_every(self) -> int:
        """Steps between validations."""
        if self.recipe.evaluate_every:
            return self.recipe.evaluate_every
        seen = self.n_steps * self.step_size
        cost = max(len(self.validation), 1) * _FORWARD_SHARE
        n_validations = min(20, max(4, int(_VALIDATION_SHARE * seen / cost)))
        return max(1, math.ceil(self.n_steps / n_validations))


class TrainingRun:
    """One training, from its start or its checkpoint to its end."""

    def __init__(self, model: Any, plan: TrainingPlan, checkpoints: Path | None) -> None:
        self._learner = Learner(model=model, optimizer=make_optimizer(model, plan.recipe))
        self._plan = plan
        self._ranks = Ranks.here(plan.device)
        self._folder = checkpoints if self._ranks.is_first else None
        self._precision = training_precision(plan.recipe, model, plan.device)
        self._standing = Standing()
        self._epoch: tuple[int, list[list[int]]] = (-1, [])
        self._validation = _by_length(plan.validation, plan.recipe.batch_size)
        self._clock = 0
        self._saved_at = self._told_at = 0.0

    def run(self, progress: Progress) -> FitReport:
        """Train to the end, and leave the best weights in the model.

        Raises:
            ValueError: the checkpoint is of another training, the loss is no number, or the
                processes do not train the same.
        """
        standing = self._resume()
        resumed_from, standing_seconds = standing.step, standing.seconds
        self._clock = time.perf_counter_ns() - int(standing.seconds * 1e9)
        self._saved_at = standing.seconds
        self._learner.model.train()
        while not standing.stopped_by:
            self._advance()
            self._after_step()
            self._tell(progress)
        if self._learner.best:
            self._learner.go_back()
        self._learner.model.eval()
        steps = standing.step - resumed_from
        return self._report(
            {
                "resumed_from_step": resumed_from,
                "n_processes": self._ranks.world,
                "threads_per_process": torch.get_num_threads(),
                "device": self._plan.device.partition(":")[0],
                "precision": str(self._precision).removeprefix("torch."),
                "steps_per_second": steps / max(standing.seconds - standing_seconds, 1e-9),
                "tokens_per_second": standing.n_tokens / max(standing.seconds, 1e-9),
                "best_validation_loss": standing.best_loss,
                "best_validation_accuracy": standing.best_accuracy,
            }
        )

    def _resume(self) -> Standing:
        fingerprint = self._plan.fingerprint
        self._ranks.require_same(fingerprint, "examples or parameters")
        if self._folder is not None:
            self._standing = read_checkpoint(self._folder, fingerprint, self._learner)
        if self._ranks.world > 1:
            self._standing = copy_from_first(self._standing, self._learner, self._ranks)
        return self._standing

    def _advance(self) -> None:
        """One optimizer step."""
        plan, standing = self._plan, self._standing
        share = rate_share(self._share_done(1), plan.recipe.warmup_share)
        for group in self._learner.optimizer.param_groups:
            group["lr"] = plan.recipe.learning_rate * share
        indices = self._batch(standing.step)
        examples = [plan.training[index] for index in indices]
        size = plan.recipe.batch_size
        parts = [examples[at : at + size] for at in range(0, len(examples), size)]
        loss = self._step(parts)
        if not math.isfinite(loss):
            raise ValueError(
                f"the training loss is {loss} at step {standing.step + 1}: lower learning_rate "
                f"({plan.recipe.learning_rate:g}) or clip_norm"
            )
        standing.losses.append(loss)
        if standing.step < plan.steps_per_epoch:
            standing.n_examples += len(examples)
        standing.step += 1
        standing.n_tokens += sum(example.length for example in examples)

    def _step(self, parts: Sequence[Sequence[EncodedExample]]) -> float:
        """Take a step and look at the clock, the same for all processes; returns the loss."""
        learner, ranks = self._learner, self._ranks
        # Whatever was drawn before an interruption, dropout of this step is the same.
        torch.manual_seed(_step_seed(self._plan.seed, self._standing.step, ranks.rank))
        model = (learner.model, learner.optimizer)
        loss = train_step(model, parts, self._plan.recipe, self._precision, ranks)
        seconds = (time.perf_counter_ns() - self._clock) / 1e9
        loss, self._standing.seconds = ranks.sum([loss, seconds if ranks.is_first else 0.0])
        return loss

    def _batch(self, step: int) -> list[int]:
        epoch, at = divmod(step, self._plan.steps_per_epoch)
        if self._epoch[0] != epoch:
            lengths = [example.length for example in self._plan.training]
            order = epoch_batches(lengths, self._plan.step_size, self._plan.seed, epoch)
            self._epoch = (epoch, order)
        return self._epoch[1][at]

    def _share_done(self, ahead: int = 0) -> float:
        limit = self._plan.recipe.max_seconds
        by_time = self._standing.seconds / limit if limit else 0.0
        return min(1.0, max((self._standing.step + ahead) / self._plan.n_steps, by_time))

    def _after_step(self) -> None:
        """Validate, decide whether to stop, write a checkpoint: each when it is due."""
        standing, plan = self._standing, self._plan
        limit = plan.recipe.max_seconds
        if standing.step >= plan.n_steps:
            standing.stopped_by = "done"
        elif limit and standing.seconds >= limit:
            standing.stopped_by = "time limit"
        if standing.step % plan.evaluate_every == 0 or standing.stopped_by:
            self._validate()
        patience = plan.recipe.patience
        if patience and standing.n_stale >= patience and not standing.stopped_by:
            standing.stopped_by = "early stopping"
        due = standing.step % plan.recipe.checkpoint_every == 0
        due = due or standing.seconds - self._saved_at >= _CHECKPOINT_SECONDS
        if self._folder is not None and (due or standing.stopped_by):
            self._save(self._folder)

    def _validate(self) -> None:
        standing = self._standing
        train_loss = sum(standing.losses) / max(len(standing.losses), 1)
        standing.losses.clear()
        point = [standing.step, standing.seconds, train_loss]
        if self._validation:
            model = self._learner.model
            model.eval()
            loss, accuracy = evaluate(model, self._validation, self._plan.recipe, self._ranks)
            model.train()
            point += [loss, accuracy]
            self._compare(loss, accuracy)
        standing.curve.append(point)

    def _compare(self, loss: float, accuracy: float) -> None:
        """Keep the weights if they answer more, or as many with a lower loss.

        Training goes on as long as either figure gets better.
        """
        standing = self._standing
        best = (standing.best_accuracy, standing.best_loss)
        if best[0] is None or best[1] is None or (accuracy, -loss) > (best[0], -best[1]):
            standing.best_accuracy, standing.best_loss = accuracy, loss
            standing.best_step = standing.step
            self._learner.keep()
            standing.n_stale = 0
        elif loss < min(point[3] for point in standing.curve):
            standing.n_stale = 0
        else:
            standing.n_stale += 1

    def _save(self, folder: Path) -> None:
        write_checkpoint(folder, self._plan.fingerprint, self._standing, self._learner)
        self._saved_at = self._standing.seconds

    def _tell(self, progress: Progress) -> None:
        standing, done = self._standing, self._share_done()
        if standing.seconds - self._told_at < _PROGRESS_SECONDS and not standing.stopped_by:
            return
        self._told_at = standing.seconds
        left = standing.seconds * (1.0 - done) / max(done, 1e-9)
        accuracy = standing.best_accuracy
        best = f", validation accuracy {accuracy:.3f}" if accuracy is not None else ""
        loss = f"loss {standing.losses[-1]:.3f}, " if standing.losses else ""
        progress(
            done,
            f"step {standing.step:,} of {self._plan.n_steps:,}, {loss}"
            f"{standing.n_tokens / max(standing.seconds, 1e-9):,.0f} tokens/s{best}, "
            f"{left:.0f} s left",
        )

    def _report(self, notes: dict[str, Any]) -> FitReport:
        standing = self._standing
        return FitReport(
            n_examples=standing.n_examples,
            n_steps=standing.step,
            n_tokens=standing.n_tokens,
            best_step=standing.best_step or standing.step,
            stopped_by=standing.stopped_by,
            curve=tuple(_curve_point(point) for point in standing.curve),
            notes=notes,
        )


def _step_seed(*numbers: int) -> int:
    """A seed of its own for each seed of the training, step and process."""
    entropy = [abs(number) for number in numbers] + [int(number < 0) for number in numbers]
    return int(np.random.SeedSequence(entropy).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _by_length(examples: Sequence[EncodedExample], batch_size: int) -> list[list[EncodedExample]]:
    ordered = sorted(examples, key=lambda example: example.length)
    return [ordered[at : at + batch_size] for at in range(0, len(ordered), batch_size)]


def _curve_point(point: Sequence[float]) -> CurvePoint:
    return CurvePoint(
        step=int(point[0]),
        seconds=point[1],
        train_loss=point[2],
        validation_loss=point[3] if len(point) > 3 else None,  # noqa: PLR2004  # has validation
        validation_accuracy=point[4] if len(point) > 3 else None,  # noqa: PLR2004  # as above
    )
