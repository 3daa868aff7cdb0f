"""How an answer came about: what was read from a text, and the steps from there to the value.

Not covered: how a trained model came to its answer; only contestants that compute by steps that a
person can follow offer this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from spoonbench.solvers.api import Answer, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One amount that a text tells of, or asks for.

    Attributes:
        name: "a", "b", ... in the order of the text; "?" for the amount asked for.
        text: the words it was read from.
        value: as in `Answer.value`; None where the text tells none ("some").
        thing: what is counted, for example "red marble".
        says: what the text does with it, for example "owner: Mary; verb: give; to: Tom".
        use: "used", or why it plays no part ("of Tom, who is not asked about").
    """

    name: str
    text: str
    value: str | None
    thing: str
    says: str
    use: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationStep:
    """One step of the way to the answer.

    Attributes:
        name: "s1", "s2", ... in order.
        rule: the rule that was used, for example "change".
        formula: of names of facts and of earlier steps, for example "a - b".
        numbers: the same with their values, for example "9 - 4".
        value: what it comes to.
        thing: what the result counts.
        why: one sentence for a person.
        assumptions: what was taken for granted in this step, none for a plain reading.
    """

    name: str
    rule: str
    formula: str
    numbers: str
    value: str
    thing: str
    why: str
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What was read, and how the answer follows.

    Attributes:
        answer: the same that `solve` gives.
        facts: amounts told of, in the order of the text.
        asked: the amount asked for; None where no question was found.
        steps: of the reading that was chosen; empty where there is none.
        others: values of other readings that survived, with their formulas, best first.
        notes: anything else that led to the answer or to the lack of one.
    """

    answer: Answer
    facts: tuple[Fact, ...] = ()
    asked: Fact | None = None
    steps: tuple[DerivationStep, ...] = ()
    others: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@runtime_checkable
class Explains(Protocol):
    """Can say how its answer came about."""

    def explain(self, problem: Problem, /) -> Explanation:
        """Answer one problem, and tell how.

        Args:
            problem: as for `solve`.
        """
        ...
