"""How long texts are for a language model, in tokens: with its shape, enough to predict memory.

Nothing here imports anything heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import Example, Json, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSizes:
    """The longest of what a model reads and writes, in tokens.

    Attributes:
        question: of the longest question, as it is asked.
        answer: that an answer may have.
        example: of the longest question and target together; 0 where there are no examples.
        target: of the longest target, its end token included; 0 likewise.
        learned: of an example, which tokens are learned: those of its target, or all.
    """

    question: int
    answer: int
    example: int
    target: int
    learned: Literal["target", "all"] = "target"


@runtime_checkable
class SizesTexts(Protocol):
    """Tells the sizes of texts before it is prepared."""

    def text_sizes(
        self,
        params: Mapping[str, Json],
        folder: Path | None,
        problems: Sequence[Problem],
        examples: Sequence[Example],
        /,
    ) -> TextSizes | None:
        """The longest of what it would read and write.

        Args:
            params: its parameters.
            folder: of what it learned; None where that is not there yet.
            problems: to be answered; at least one.
            examples: to be scored or learned from.

        Returns:
            None where they cannot be told yet: its tokenizer is still to be learned.

        Raises:
            Unsupported: parameters or folder describe no model.
        """
        ...
