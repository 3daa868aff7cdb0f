"""What must have been in memory when it ran out: a report held against predictions.

A message of torch names the limit, what was allocated and what one tensor wanted. The size of that
tensor often tells more than the report: the logits have a row for each token and as many columns
as the vocabulary, and no other number of tokens gives the same bytes.

Not covered: memory that other programs held, and what an allocator keeps without using it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.predict.training import predict_training

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.predict.optimizers import Optimizer
    from spoonbench.harness.predict.prediction import MemoryPrediction
    from spoonbench.solvers.held_memory import TrainingPass
    from spoonbench.solvers.model_shapes import ModelShape


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfMemory:
    """What a message said.

    Attributes:
        limit_bytes: the most that was allowed.
        allocated_bytes: what this program's tensors had.
        other_bytes: what else was there.
        wanted_bytes: of the tensor for which there was no room.
        rounding_bytes: by how much the last digit of `wanted_bytes` may be off.
    """

    limit_bytes: int
    allocated_bytes: int
    other_bytes: int
    wanted_bytes: int
    rounding_bytes: int

    @property
    def needed_bytes(self) -> int:
        """What the tensors would have had if there had been room for the last one."""
        return self.allocated_bytes + self.wanted_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A way to train that may have been the one.

    Attributes:
        name: what it is, in words.
        n_tokens: of one forward pass.
        prediction: of it.
        does_not_fit: whether it needs more than the limit less what else was there.
        share: of what was needed that it explains; 1 is all of it.
    """

    name: str
    n_tokens: int
    prediction: MemoryPrediction
    does_not_fit: bool
    share: float


def tokens_of_logits(report: OutOfMemory, vocabulary: int, item_bytes: int = 4) -> int | None:
    """Tokens whose logits take what was wanted; None where no number of tokens does.

    Args:
        report: for the bytes and how they are rounded.
        vocabulary: columns of the logits.
        item_bytes: of one number; the loss is computed in float32.

    >>> report = OutOfMemory(
    ...     limit_bytes=1, allocated_bytes=1, other_bytes=0, wanted_bytes=8_010, rounding_bytes=20
    ... )
    >>> tokens_of_logits(report, vocabulary=1_000)
    2
    """
    row = vocabulary * item_bytes
    count = round(report.wanted_bytes / row)
    if count < 1 or abs(count * row - report.wanted_bytes) > report.rounding_bytes:
        return None
    return count


def hold_against(
    report: OutOfMemory,
    shape: ModelShape,
    ways: Mapping[str, TrainingPass],
    optimizer: Optimizer = "adamw",
) -> list[Suspect]:
    """Predict ways to train and hold them against a report, in the order given.

    Args:
        report: what the message said.
        shape: of the model, with a tracer.
        ways: by name.
        optimizer: of all of them.

    Raises:
        ValueError: as `predict_training`.
    """
    suspects = []
    for name, wanted in ways.items():
        told = predict_training(shape, wanted, optimizer=optimizer, stepping="foreach")
        suspects.append(
            Suspect(
                name=name,
                n_tokens=wanted.batch_size * wanted.n_tokens,
                prediction=told,
                does_not_fit=told.total > report.limit_bytes - report.other_bytes,
                share=told.total / report.needed_bytes,
            )
        )
    return suspects
