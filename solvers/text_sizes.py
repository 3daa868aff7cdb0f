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
        scored: whose likelihood is told.
        learned: to take training steps with.
        training: to draw examples from that stand in prompts.
        seed: of that draw.
    """

    problems: Sequence[Problem]
    scored: Sequence[Example] = ()
    learned: Sequence[Example] = ()
    training: Sequence[Example] = ()
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSizes:
    """Pairs of a prompt and a target.

    Attributes:
        lengths: tokens of both together, pair by pair; at least one.
        targets: of the longest target; None: all tokens are foretold.
    """

    lengths: tuple[int, ...]
    targets: int | None

    @property
    def tokens(self) -> int:
        """Of the longest pair."""
        return max(self.lengths)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSizes:
    """How long what a model reads and writes is, in tokens.

    Attributes:
        questions: of each question, as it is asked, in order; at least one.
        answer: that an answer may have.
        scored: of examples whose likelihood is told; None where there are none.
        learned: of examples in training steps; None likewise.
    """

    questions: tuple[int, ...]
    answer: int
    scored: PairSizes | None = None
    learned: PairSizes | None = None

    @property
    def question(self) -> int:
        """Tokens of the longest question."""
        return max(self.questions)


@runtime_checkable
class SizesTexts(Protocol):
    """Tells the sizes of texts before it is prepared."""

    def text_sizes(
        self, params: Mapping[str, Json], folder: Path | None, texts: TextsToRead, /
    ) -> TextSizes | None:
        """How long what it would read and write is.

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
