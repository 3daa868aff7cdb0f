"""A choice by measurement alone, where the alternatives themselves were measured.

It takes the place of the framework's choice: a rule of thumb is for who has nothing better.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.advise.advice import AdviceStep, Evidence, Sureness
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.figures import Figures
    from spoonbench.harness.frameworks.graph import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredChoice:
    """What the measurements say.

    Attributes:
        choice: in a word; None where nothing that was measured will do.
        sentence: the recommendation.
        agreeing: choices of the framework that mean the same.
        evidence: what it rests on.
        steps: what was looked at, and what was found, in order; they follow the framework's.
        sureness: of it.
        runners_up: what would do as well.
        flips: what would change it.
        firm_up: the command that would make it surer; None where nothing would.
        cells: axes of the matrix that measures what was predicted; empty where all was measured.
        again: options with which the matrix is measured again; empty: in more rounds.
        figures: the matrix whose cells decided; None where none did.
        is_apart: the framework speaks of something else, and its path is left out.
        asks: the question that has to be answered first; None where none has.
        more: gives the same with what is told beside it, where that is left for who asks: what
            would change an answer is found by choosing many times.
    """

    choice: str | None
    sentence: str
    agreeing: frozenset[str]
    evidence: tuple[Evidence, ...]
    steps: tuple[AdviceStep, ...] = ()
    sureness: Sureness = "measured here"
    runners_up: tuple[str, ...] = ()
    flips: tuple[str, ...] = ()
    firm_up: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    again: Mapping[str, str] = field(default_factory=dict)
    figures: Figures | None = None
    is_apart: bool = False
    asks: Question | None = None
    more: Callable[[], MeasuredChoice] | None = None

    def whole(self) -> MeasuredChoice:
        """With all that is told beside the choice."""
        return self if self.more is None else self.more()

    def agrees_with(self, choice: str | None) -> bool:
        """Whether a framework's choice means the same."""
        return choice in self.agreeing


_HERE = "spoonbench.harness.advise.lookups"
CHOICES: Mapping[str, tuple[str, str]] = {
    "tool": ("levels", "choose"),
    "device": ("measured_devices", "choose"),
    "quantize": ("measured_formats", "choose_quantization"),
    "format": ("measured_formats", "choose_format"),
    "setting": ("settings", "choose_setting"),
}
"""Topic to module and function; each takes the case and the framework's decision."""


def measured_choice(case: Case, decision: Decision) -> MeasuredChoice | None:
    """The choice of a case by measurement; None where it was not measured.

    Raises:
        StoreError: the store is damaged.
    """
    if case.topic not in CHOICES:
        return None
    module, function = CHOICES[case.topic]
    found: MeasuredChoice | None = getattr(import_module(f"{_HERE}.{module}"), function)(
        case, decision
    )
    return found
