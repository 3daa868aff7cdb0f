"""What a task is: items with hidden targets, in splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from spoonbench.harness.canonical import digest, to_json
from spoonbench.solvers.api import AnswerKind, PayloadKind, Problem


class BadTask(Exception):
    """The task cannot be made from what was given; the message is for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A problem and its target.

    Attributes:
        problem: the question.
        target: None means that it cannot be answered: abstaining is right.
        subsets: marks under which answers are counted apart, for example "AddSub".
    """

    problem: Problem
    target: str | None
    subsets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Split:
    """Items that are measured together.

    Attributes:
        name: "train", "test", or what sets it apart, for example "larger-10x".
        items: shape (n,).
        summary: one sentence: what this split tests.
    """

    name: str
    items: tuple[Item, ...]
    summary: str = ""

    @cached_property
    def items_hash(self) -> str:
        """SHA-256 of the items in order, targets included.

        Subsets are not: they change neither what is asked nor what is right, so items whose marks
        were changed need not be answered again.
        """
        return digest(
            [{"problem": to_json(item.problem), "target": item.target} for item in self.items]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task.

    Attributes:
        name: registered name, or the stem of the user's file.
        version: changed whenever the same seed may give other items.
        kind: kind of answer.
        payload: what a problem holds.
        training: items to learn from.
        validation: items to choose by; never measured.
        splits: measured; the first is the one that decisions rest on.
        tolerance: relative tolerance for numbers that are not whole; whole ones must be equal.
        source: where the items come from, in words.
        sha256: of the source file or files, where there are any.
        skipped_rows: rows of the user's file that were left out, with line number and reason.
        options: how it was made, JSON values.
    """

    name: str
    version: str
    kind: AnswerKind
    payload: PayloadKind = "text"
    training: Split
    validation: Split
    splits: tuple[Split, ...]
    tolerance: float = 0.0
    source: str = ""
    sha256: Mapping[str, str] = field(default_factory=dict)
    skipped_rows: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
