"""A reading as a derivation that a person can follow: facts, steps, formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.explanations import DerivationStep, Explanation, Fact
from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.rules.word_problems.goals import goal_of
from spoonbench.solvers.rules.word_problems.leftovers import why_unused
from spoonbench.solvers.rules.word_problems.terms import Term

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from spoonbench.solvers.api import Answer
    from spoonbench.solvers.rules.word_problems.amounts import Amount, Story, Thing
    from spoonbench.solvers.rules.word_problems.goals import Goal
    from spoonbench.solvers.rules.word_problems.terms import Reading, Step

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_MOST_OTHERS = 4


def explain_reading(
    story: Story, readings: Sequence[Reading], answer: Answer, text: str
) -> Explanation:
    """Tell how the cheapest reading comes to its value.

    Args:
        story: as read from the text.
        readings: cheapest first; empty where there is none.
        answer: what is answered.
        text: of the problem.
    """
    best = readings[0] if readings else None
    uses = best.term.uses if best is not None else frozenset()
    names = _names(story)
    steps = _Steps(names).all_of(best.term) if best is not None else ()
    goal = goal_of(story.asked, story.words, story.amounts) if story.asked else None
    facts = tuple(
        _fact(amount, names[index], text, _use(amount, goal, is_used=index in uses))
        for index, amount in enumerate(story.amounts)
    )
    others: dict[Fraction, str] = {}
    for reading in readings[1:]:
        if best is not None and reading.value != best.value:
            others.setdefault(reading.value, _sum_of(reading.term))
    return Explanation(
        answer=answer,
        facts=facts,
        asked=_fact(story.asked.amount, "?", text, "asked for") if story.asked else None,
        steps=steps,
        others=tuple(others.values())[:_MOST_OTHERS],
        notes=best.assumptions if best is not None else (),
    )


def _sum_of(term: Term) -> str:
    """The last step of a reading in numbers: "12 + 5 = 17"."""
    value = write_number(term.value)
    if term.step is None:
        return value
    parts = [
        (sign, _number(part.value if isinstance(part, Term) else part))
        for sign, part in term.step.parts
    ]
    return f"{_formula(parts)} = {value}"


def _names(story: Story) -> dict[int, str]:
    """A name for every amount, in the order of the text: "a" to "z", then "aa", "ab", ..."""
    names: dict[int, str] = {}
    for index in range(len(story.amounts)):
        name, rest = "", index
        while rest >= 0:
            rest, letter = divmod(rest, len(_LETTERS))
            name = _LETTERS[letter] + name
            rest -= 1
        names[index] = name
    return names


class _Steps:
    """Numbers the steps of a derivation, the deepest first."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names
        self._steps: list[DerivationStep] = []
        self._known: dict[int, str] = {}

    def all_of(self, term: Term) -> tuple[DerivationStep, ...]:
        """Every step that a term rests on, in order."""
        self._name(term)
        return tuple(self._steps)

    def _name(self, term: Term) -> str:
        if term.step is None:
            return self._names[min(term.uses)]
        known = self._known.get(id(term.step))
        if known is not None:
            return known
        parts = [
            (sign, self._name(part) if isinstance(part, Term) else write_number(part), part)
            for sign, part in term.step.parts
        ]
        name = f"s{len(self._steps) + 1}"
        self._known[id(term.step)] = name
        self._steps.append(_step(term.step, name, parts))
        return name


def _step(
    step: Step, name: str, parts: Sequence[tuple[str, str, Term | Fraction]]
) -> DerivationStep:
    formula = _formula([(sign, text) for sign, text, _ in parts])
    numbers = _formula(
        [(sign, _number(part.value if isinstance(part, Term) else part)) for sign, _, part in parts]
    )
    return DerivationStep(
        name=name,
        rule=step.rule,
        formula=formula,
        numbers=numbers,
        value=write_number(step.value),
        thing=_thing(step.thing),
        why=step.why,
    )


def _number(value: Fraction) -> str:
    text = write_number(value)
    return f"({text})" if "/" in text or text.startswith("-") else text


def _formula(parts: Sequence[tuple[str, str]]) -> str:
    """Parts in a row; a product or quotient after a sum never stands in one step."""
    pieces: list[str] = []
    for order, (sign, text) in enumerate(parts):
        if order == 0:
            pieces.append(f"-{text}" if sign == "-" else text)
        else:
            pieces.append(f"{sign or '+'} {text}")
    return " ".join(pieces)


def _thing(thing: Thing) -> str:
    if not thing.head:
        return ""
    rest = sorted(thing.words - {thing.head, thing.of})
    named = " ".join([*rest, thing.head])
    return f"{named} of {thing.of}" if thing.of else named


def _fact(amount: Amount, name: str, text: str, use: str) -> Fact:
    says = [
        f"{label}: {_as_written(value, text)}"
        for label, value in (
            ("owner", amount.owner),
            ("verb", amount.lemma),
            ("to", amount.to),
            ("from", amount.source),
            ("of", amount.holder),
            ("place", amount.place),
            ("time", " ".join(sorted(amount.times))),
            ("per", amount.per),
            ("compared", _compared(amount, text)),
        )
        if value
    ]
    return Fact(
        name=name,
        text=text[amount.start : amount.end],
        value=None if amount.value is None else write_number(amount.value),
        thing=_thing(amount.thing),
        says="; ".join(says),
        use=use,
    )


def _as_written(name: str, text: str) -> str:
    """A name with the capitals that it has in the text."""
    start = text.lower().find(name)
    is_found = start >= 0 and text[start : start + 1].isupper()
    return text[start : start + len(name)] if is_found else name


def _compared(amount: Amount, text: str) -> str:
    compare = amount.compare
    if compare is None:
        return ""
    named = compare.other or " ".join(sorted(compare.other_words))
    other = _as_written(named, text) if named else "another amount"
    return f"times that of {other}" if compare.kind == "times" else f"{compare.kind} than {other}"


def _use(amount: Amount, goal: Goal | None, *, is_used: bool) -> str:
    """Whether an amount was used, and if not, why."""
    if is_used:
        return "used"
    if amount.value is None:
        return "no number is told"
    if goal is None:
        return "no question was found"
    return why_unused(amount, goal)
