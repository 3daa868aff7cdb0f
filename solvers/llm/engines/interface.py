"""What an engine is to the loop that generates: a forward pass that remembers what it read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import torch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json

Padding = Literal["left", "right"]

Forward = Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor]
"""Reads on in a batch: from token ids, shape (n, m), the mask of all tokens so far, shape (n, all),
and positions, shape (n, m), to the scores of the next token, shape (n, vocabulary)."""


class Runtime(Protocol):
    """A model, ready to be run.

    Attributes:
        library: name and version of what computes.
        notes: what building it showed, JSON values.
    """

    library: str
    notes: Mapping[str, Json]

    def start(self, n_rows: int, n_tokens: int, /) -> Forward:
        """A batch of which nothing is read yet.

        Args:
            n_rows: rows of the batch.
            n_tokens: padded prompt and new tokens together, at most.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How a batch is run.

    Attributes:
        runtime: None: the model itself, as transformers has it.
        padding: where shorter prompts are filled up. A decoder-only model goes on after the end of
            a row; on the right that is padding, so shorter rows get other texts than alone.
    """

    runtime: Runtime | None = None
    padding: Padding = "left"


USUAL = Execution()
"""The model itself, padded on the left."""
