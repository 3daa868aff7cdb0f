"""One changed fact that changes the answer: a type only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.onward import Ending
    from spoonbench.harness.frameworks.graph import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One changed fact that changes the answer.

    Attributes:
        name: of the fact.
        value: nearest one that does; with a number all others hold.
        decision: what follows from it.
        words: the change, as in "batch 12 or more".
        shown: the answer alone, as it stands in a sentence: "12 or more", "less than 7B".
        distance: of a number to the answer that was given, as a ratio above 1; 1 for others.
        ahead: what further answers lead to, where the decision asks for one.
        along: another fact and its value that are changed, too; None where this change is enough.
    """

    name: str
    value: Value
    decision: Decision
    words: str
    shown: str = ""
    distance: float = 1.0
    ahead: tuple[Ending, ...] = ()
    along: tuple[str, Value] | None = None
