"""How sure a language model is of its answer, read where answers can differ.

Every answer opens with the same words, so the probability of the first token says nothing about
the value. What counts is the first token after the opening that all training answers share; where
the training part also has questions without an answer, the token at which such a text parts from
the others counts too.

Not covered: doubt that shows only later, at the second token of a value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Branches:
    """Where the texts of the training part part ways.

    Attributes:
        opening: tokens that every answer with a value opens with.
        refusal: index of the token at which "there is no answer" parts from the opening; None
            where the training part has no such text.
    """

    opening: tuple[int, ...]
    refusal: int | None = None


def find_branches(answers: Iterable[Sequence[int]], refusals: Iterable[Sequence[int]]) -> Branches:
    """Find where texts part ways.

    Args:
        answers: tokens of every completion with a value.
        refusals: tokens of every completion without one.
    """
    opening = _shared(answers)
    other = _shared(refusals)
    return Branches(
        opening=opening,
        refusal=len(_shared([opening, other])) if other else None,
    )


def confidence(
    branches: Branches, tokens: Sequence[int], log_probabilities: Sequence[float]
) -> float | None:
    """Probability of the tokens at which this text could have become another answer.

    Args:
        branches: of the training part.
        tokens: shape (n,), what the model wrote.
        log_probabilities: shape (n,), natural logarithms.

    Returns:
        In [0, 1]; None where the text ends before answers can differ.
    """
    first = len(_shared([branches.opening, tokens]))
    if first >= len(tokens):
        return None
    places = {first} | ({branches.refusal} if branches.refusal is not None else set())
    return math.exp(sum(min(log_probabilities[i], 0.0) for i in places if i <= first))


def _shared(texts: Iterable[Sequence[int]]) -> tuple[int, ...]:
    """The tokens that all texts open with."""
    columns = zip(*texts, strict=False)
    return tuple(column[0] for column in takewhile(lambda c: len(set(c)) == 1, columns))
