"""How many more: one amount less another; what is lacking; change and profit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, Amount
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import (
    CHANGE,
    LOSS,
    STATE,
    Goal,
    dimension_of_thing,
)
from spoonbench.solvers.rules.word_problems.terms import Term, add_term, combine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    SideSolver = Callable[[str, list[Term]], Term | None]


def add_differences(
    goal: Goal, terms: list[Term], found: list[Term], cost: float, at_end: SideSolver
) -> None:
    """How many more: one amount less another.

    Args:
        goal: what is sought.
        terms: amounts it may be made of.
        found: gets the ways that are found.
        cost: what was taken for granted so far.
        at_end: finds what one owner has at the end.
    """
    text = goal.asked.text
    if len(terms) < 2 or not (goal.asked.is_more or " than " in text or " difference " in text):  # noqa: PLR2004
        return
    if goal.asked.other is not None:
        _between_sides(goal, terms, found, cost, at_end)
        return
    _lacking(goal, terms, found, cost)


def _between_sides(
    goal: Goal, terms: list[Term], found: list[Term], cost: float, at_end: SideSolver
) -> None:
    """One side of "than" less the other."""
    other = goal.asked.other
    assert other is not None  # noqa: S101 - asked for before
    amount = goal.amount
    # What all of them are tells no side from the other.
    shared = frozenset.intersection(*(term.amount.thing.words for term in terms))
    our_words = (amount.thing.words if amount.is_thing_told else frozenset()) | amount.times
    our_words -= shared
    is_one_owner = len({term.amount.owner for term in terms}) == 1
    owner = NOBODY if is_one_owner else amount.owner
    their_words = other.other_words - amount.thing.words or other.other_words
    ours: list[Term] = []
    theirs: list[Term] = []
    neither: list[Term] = []
    for term in terms:
        one = _likeness(term.amount, owner, our_words | frozenset(owner.split()))
        two = _likeness(term.amount, other.other, their_words)
        if term.amount.group and not goal.amount.group:
            # What several have together is neither's.
            neither.append(term)
            continue
        if one and two and term.amount.verb_class in CHANGE and goal.amount.verb_class in STATE:
            # What goes from one to the other changes both.
            ours.append(term)
            theirs.append(term)
            continue
        side = ours if one > two else theirs if two > one else neither
        side.append(term)
    if len(neither) == 1 and (not ours or not theirs) and (ours or theirs):
        named = other.other if not theirs else amount.owner
        cost += 2.0 if named and named not in {GROUP} and not _is_thing(named, terms) else 0.3
        (theirs if not theirs else ours).extend(neither)
    elif not ours and not theirs and len(neither) == 2:  # noqa: PLR2004
        big, small = sorted(neither, key=lambda term: term.value, reverse=True)
        add_term(found, "difference", [("+", big), ("-", small)], altered(amount), "one amount less the other", cost + 1.0)
        return
    if not ours or not theirs:
        return
    one, one_cost = _side(goal, ours, amount.owner, at_end)
    two, two_cost = _side(goal, theirs, other.other, at_end)
    if one is None or two is None:
        return
    cost += one_cost + two_cost
    big, small = (one, two) if one.value >= two.value else (two, one)
    if one.value < two.value:
        cost += 0.2
    add_term(found, "difference", [("+", big), ("-", small)], altered(amount), "one amount less the other", cost)


def _side(
    goal: Goal, terms: list[Term], owner: str, at_end: SideSolver
) -> tuple[Term | None, float]:
    """What one side comes to."""
    if len(terms) == 1:
        return terms[0], 0.0
    if any(term.amount.verb_class in CHANGE for term in terms) and goal.amount.verb_class in STATE:
        return at_end(owner, terms), 0.2
    total = combine("total", [("+", term) for term in terms], terms[0].amount, "all of them together")
    is_summed = goal.is_total or len({term.amount.lemma for term in terms}) == 1
    return total, 0.2 if is_summed else 0.8


def _is_thing(name: str, terms: list[Term]) -> bool:
    """Whether a name is one of a thing or a place rather than of somebody."""
    words = set(name.split())
    return any(words & (term.amount.thing.words | term.amount.context) for term in terms)


def _likeness(amount: Amount, owner: str, words: frozenset[str]) -> int:
    """How well an amount fits one side: by owner, by what it is, by time, by place."""
    score = 0
    if owner and owner != GROUP and owner in {amount.owner, amount.to, amount.holder}:
        score += 4
    elif owner and owner in {amount.place, amount.source}:
        score += 2
    score += 3 * len(words & amount.thing.words)
    score += 3 * len(words & amount.times)
    score += len(words & amount.context)
    return score


def _lacking(goal: Goal, terms: list[Term], found: list[Term], cost: float) -> None:
    """How many more are needed: what is wanted less what is there."""
    amount = goal.amount
    needs = [
        term
        for term in terms
        if term.amount.verb_class in {"need", "cost"}
        or term.amount.modal in {"want", "need"}
        or (term.amount.in_question and term.amount.verb_class == "need")
    ]
    haves = [term for term in terms if term not in needs]
    if needs and haves and len(terms) > 2:  # noqa: PLR2004
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
            altered(amount),
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
            altered(amount),
            "one amount less the other",
            cost + (0.0 if needs else 0.3),
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
            altered(amount),
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
        altered(goal.amount),
        "what comes in less what goes out",
        0.2,
    )
