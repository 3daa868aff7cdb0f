"""Choices by chance with shares and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

Choice = TypeVar("Choice")


def happens(rng: random.Random, share: float) -> bool:
    """True in this share of the cases, in [0, 1]."""
    return rng.random() < share


def choose(rng: random.Random, weights: Mapping[Choice, int]) -> Choice:
    """One of the keys, as often as its weight says."""
    return rng.choices(tuple(weights), weights=tuple(weights.values()))[0]
