"""How long texts are for a language model, in tokens: with its shape, enough to predict memory.

Nothing here imports anything heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import Example, Json, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class TextsToRead:
    """What a contestant will be given.

    Attributes:
        problems: to be answered; at least one.
        examples: to be scored or learned from.
        training: to draw examples from that stand in prompts.
        seed: of that draw.
    """

    problems: Sequence[Problem]
    examples: Sequence[Example] = ()
    training: Sequence[Example] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSizes:
    """The longest pair of a prompt and a target.

    Attributes:
        tokens: of both together.
        targets: of them, those that are foretold; None: all.
    """

    tokens: int
    targets: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSizes:
    """The longest of what a model reads and writes, in tokens.

    Attributes:
        question: of the longest question, as it is asked.
        answer: that an answer may have.
        scored: of examples whose likelihood is told; None where there are none.
        learned: of examples in training steps; None likewise.
    """

    question: int
    answer: int
    scored: PairSizes | None = None
    learned: PairSizes | None = None


@runtime_checkable
class SizesTexts(Protocol):
    """Tells the sizes of texts before it is prepared."""

    def text_sizes(
        self, params: Mapping[str, Json], folder: Path | None, texts: TextsToRead, /
    ) -> TextSizes | None:
        """The longest of what it would read and write.

        Args:
            params: its parameters.
            folder: of what it learned; None where that is not there yet.
            texts: that it will be given.

        Returns:
            None where they cannot be told: its tokenizer is still to be learned, or no question
            can be asked.

        Raises:
            Unsupported: parameters or folder describe no model.
        """
        ...
