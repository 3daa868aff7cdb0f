"""Tensors that learn, as memory is counted by them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A tensor that learns.

    Attributes:
        shape: of it and of its gradient.
        item_bytes: of one number of both.
    """

    shape: tuple[int, ...]
    item_bytes: int

    @property
    def n_numbers(self) -> int:
        """How many numbers it has."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Of the parameter, and as many of its gradient."""
        return self.n_numbers * self.item_bytes
