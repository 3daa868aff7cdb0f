"""How many more: one amount less another; what is lacking; change and profit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.goals import LOSS, Goal, dimension_of_thing, names
from spoonbench.solvers.rules.word_problems.terms import Term, add_term

if TYPE_CHECKING:
    from collections.abc import Sequence


def add_differences(goal: Goal, terms: list[Term], found: list[Term], cost: float) -> None:
    """How many more: one amount less another."""
    if (
        len(terms) < 2
        or not goal.asked.is_more
        and " than " not in goal.asked.text
        and " difference " not in goal.asked.text
    ):  # noqa: PLR2004
        return
    amount, other = goal.amount, goal.asked.other
    extra = 0.0
    if other is not None:
        theirs = [term for term in terms if names(term.amount, other.other, other.other_words)]
        ours = [
            term
            for term in terms
            if term not in theirs
            and names(term.amount, amount.owner, amount.thing.words | amount.context)
        ]
        if theirs and not ours:
            ours = [term for term in terms if term not in theirs]
        if ours and not theirs:
            theirs = [term for term in terms if term not in ours]
        if ours and theirs:
            one, two = sum(term.value for term in ours), sum(term.value for term in theirs)
            parts = [("+", term) for term in ours] + [("-", term) for term in theirs]
            if one < two:
                parts = [("+", term) for term in theirs] + [("-", term) for term in ours]
                extra += 0.2
            add_term(
                found,
                "difference",
                parts,
                replace(amount),
                "one amount less the other",
                cost + extra,
            )
            return
    needs = [
        term
        for term in terms
        if term.amount.verb_class in {"need", "cost"}
        or term.amount.modal in {"want", "need"}
        or (term.amount.in_question and term.amount.verb_class == "need")
    ]
    haves = [term for term in terms if term not in needs]
    if other is None and needs and haves and len(terms) > 2:  # noqa: PLR2004
        if len(needs) > 1 and any(
            term.amount.verb_class == "need" and term.amount.in_question for term in needs
        ):
            haves += [term for term in needs if not term.amount.in_question]
            needs = [term for term in needs if term.amount.in_question]
        lost = [
            term for term in haves if term.amount.verb_class in LOSS | {"go"} or term.amount.is_part
        ]
        kept = [term for term in haves if term not in lost]
        add_term(
            found,
            "need",
            [("+", term) for term in (*needs, *lost)] + [("-", term) for term in kept],
            replace(amount),
            "what is needed less what is there",
            cost + 0.2 + 0.3 * bool(lost),
        )
        return
    if len(terms) == 2:  # noqa: PLR2004
        big, small = sorted(terms, key=lambda term: term.value, reverse=True)
        add_term(
            found,
            "difference",
            [("+", big), ("-", small)],
            replace(amount),
            "one amount less the other",
            cost + 0.3,
        )
        return
    targets = [
        term
        for term in terms
        if term.amount.verb_class == "need"
        or term.amount.modal in {"want", "need"}
        or term.amount.in_question
    ]
    if targets:
        target = targets[-1]
        rest = [term for term in terms if term is not target]
        add_term(
            found,
            "difference",
            [("+", target), *[("-", term) for term in rest]],
            replace(amount),
            "what is wanted less what is there",
            cost + 0.4,
        )


_MARGINS = frozenset({"change", "profit", "gain", "loss"})


def add_margin(goal: Goal, terms: Sequence[Term], found: list[Term]) -> None:
    """Change: what is paid with less what is paid; profit: what is earned less what is spent."""
    if (
        not goal.thing.words & _MARGINS
        and " profit " not in goal.asked.text
        and " change " not in goal.asked.text
    ):
        return
    money = [term for term in terms if dimension_of_thing(term.amount.thing) == "money"]
    if len(money) < 2:  # noqa: PLR2004
        return
    big = max(money, key=lambda term: term.value)
    rest = [term for term in money if term is not big]
    add_term(
        found,
        "margin",
        [("+", big), *[("-", term) for term in rest]],
        replace(goal.amount),
        "what comes in less what goes out",
        0.2,
    )
