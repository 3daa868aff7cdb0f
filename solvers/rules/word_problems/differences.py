"""How many more: one amount less another; what is lacking; change and profit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, UNNAMED
from spoonbench.solvers.rules.word_problems.costs import summed
from spoonbench.solvers.rules.word_problems.goals import (
    CHANGE,
    LOSS,
    STATE,
    dimension_of_thing,
    is_wanted,
)
from spoonbench.solvers.rules.word_problems.terms import Term, combine, less

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Compare
    from spoonbench.solvers.rules.word_problems.goals import Goal

    SideSolver = Callable[[str, list[Term]], Term | None]
    """Finds what an owner has at the end of what some terms tell."""

_MARGINS = frozenset({"change", "profit", "gain", "loss"})
_BETWEEN = "one amount less the other"
_LEAVING = LOSS | {"go"}
_TWO = 2


def by_differences(
    goal: Goal, terms: list[Term], cost: float, at_end: SideSolver
) -> Iterator[Term]:
    """How many more: one amount less another.

    Args:
        goal: what is sought; see `asks_difference`.
        terms: amounts it may be made of.
        cost: what was taken for granted in choosing the terms.
        at_end: finds what one owner has at the end.
    """
    if len(terms) < _TWO:
        return
    if goal.asked.other is not None:
        yield from _between_sides(goal, goal.asked.other, terms, cost, at_end)
    else:
        yield from _lacking(goal, terms, cost)


def asks_difference(goal: Goal) -> bool:
    """Whether the question speaks of a difference."""
    text = goal.asked.text
    return goal.asked.is_more or " than " in text or " difference " in text


def by_margin(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """Change: what is paid with less what is paid; profit: what is earned less what is spent."""
    text = goal.asked.text
    if _MARGINS.isdisjoint(goal.thing.words) and " profit " not in text and " change " not in text:
        return
    money = [term for term in terms if dimension_of_thing(term.amount.thing) == "money"]
    if len(money) < _TWO:
        return
    big = max(money, key=lambda term: term.value)
    rest = [term for term in money if term is not big]
    # All of it was paid, and nobody tells with how much.
    is_alike = all(_is_told_alike(term.amount, big.amount) for term in rest)
    parts = less([big], rest)
    doubt = 0.2 + 1.5 * is_alike
    yield combine("margin", parts, goal.amount, "what comes in less what goes out", doubt)


def is_margin(goal: Goal) -> bool:
    """Whether change, profit or loss is asked for."""
    return not _MARGINS.isdisjoint(goal.thing.words)


def _is_told_alike(one: Amount, other: Amount) -> bool:
    """Whether two amounts are told in the same way of the same owner."""
    return (one.lemma, one.owner, one.role) == (other.lemma, other.owner, other.role)


def _difference(goal: Goal, one: Term, other: Term, cost: float) -> Term:
    """The larger one less the smaller one."""
    big, small = (one, other) if one.value >= other.value else (other, one)
    return combine("difference", less([big], [small]), goal.amount, _BETWEEN, cost)


def _between_sides(
    goal: Goal, other: Compare, terms: list[Term], cost: float, at_end: SideSolver
) -> Iterator[Term]:
    """One side of "than" less the other."""
    ours, theirs, neither = _sides(goal, other, terms)
    if len(neither) == 1 and bool(ours) != bool(theirs):
        named = goal.amount.owner if theirs else other.other
        is_somebody = named not in UNNAMED and not _is_thing(named, terms)
        cost += 2.0 if is_somebody else 0.3
        (ours if theirs else theirs).extend(neither)
    elif not ours and not theirs and len(neither) == _TWO:
        yield _difference(goal, neither[0], neither[1], cost + 1.0)
        return
    if not ours or not theirs:
        return
    one, our_cost = _side(goal, ours, goal.amount.owner, at_end)
    two, their_cost = _side(goal, theirs, other.other, at_end)
    if one is not None and two is not None:
        cost += our_cost + their_cost
        yield _difference(goal, one, two, cost + 0.2 if one.value < two.value else cost)


def _sides(
    goal: Goal, other: Compare, terms: list[Term]
) -> tuple[list[Term], list[Term], list[Term]]:
    """Amounts of the one side of "than", of the other, and of neither."""
    amount = goal.amount
    # What all of them are told tells no side from the other.
    shared = frozenset.intersection(*(term.amount.thing.words for term in terms))
    our_words = (amount.thing.words if amount.is_thing_told else frozenset()) | amount.times
    is_one_owner = len({term.amount.owner for term in terms}) == 1
    owner = NOBODY if is_one_owner else amount.owner
    our_words = (our_words - shared) | frozenset(owner.split())
    their_words = other.other_words - amount.thing.words or other.other_words
    ours: list[Term] = []
    theirs: list[Term] = []
    neither: list[Term] = []
    for term in terms:
        one = _likeness(term.amount, owner, our_words)
        two = _likeness(term.amount, other.other, their_words)
        if term.amount.group and not amount.group:
            # What several have together is neither's.
            neither.append(term)
        elif one and two and term.amount.verb_class in CHANGE and amount.verb_class in STATE:
            # What goes from one to the other changes both.
            ours.append(term)
            theirs.append(term)
        else:
            side = ours if one > two else theirs if two > one else neither
            side.append(term)
    return ours, theirs, neither


def _side(
    goal: Goal, terms: list[Term], owner: str, at_end: SideSolver
) -> tuple[Term | None, float]:
    """What one side comes to, and what is taken for granted in that."""
    if len(terms) == 1:
        return terms[0], 0.0
    if any(term.amount.verb_class in CHANGE for term in terms) and goal.amount.verb_class in STATE:
        return at_end(owner, terms), 0.2
    total = combine("total", less(terms, ()), terms[0].amount, "all of them together")
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


def _lacking(goal: Goal, terms: list[Term], cost: float) -> Iterator[Term]:
    """How many more are needed: what is wanted less what is there."""
    needs = [term for term in terms if _is_need(term.amount)]
    haves = [term for term in terms if term not in needs]
    if needs and haves and len(terms) > _TWO:
        yield _need_less_had(goal, needs, haves, cost)
    elif len(terms) == _TWO:
        yield _difference(goal, terms[0], terms[1], cost + _lacking_doubt(goal, terms, needs))
    else:
        yield from _target_less_rest(goal, terms, cost)


def _lacking_doubt(goal: Goal, terms: Sequence[Term], needs: Sequence[Term]) -> float:
    """What speaks against taking two amounts for what is wanted and what is there."""
    one, other = (term.amount for term in terms)
    money = [dimension_of_thing(amount.thing) == "money" for amount in (one, other)]
    is_alike = one.lemma == other.lemma
    is_won = goal.amount.lemma in {"win", "lose"} and one.owner == other.owner
    return summed(
        (0.3, not needs),
        # "They raised 430, and 115 last week": what they want is not told.
        (1.5, not needs and is_alike and (is_wanted(goal.amount) or is_won)),
        (2.0, any(money) and not all(money)),
    )


def _is_need(amount: Amount) -> bool:
    return amount.verb_class in {"need", "cost"} or amount.modal in {"want", "need"}


def _need_less_had(goal: Goal, needs: list[Term], haves: list[Term], cost: float) -> Term:
    """What is needed and what was lost, less what was had."""
    asked = [term for term in needs if term.amount.in_question]
    if len(needs) > 1 and any(term.amount.verb_class == "need" for term in asked):
        # "... needs 20": what the text needed before is what was there.
        haves = haves + [term for term in needs if not term.amount.in_question]
        needs = asked
    lost = [term for term in haves if term.amount.verb_class in _LEAVING or term.amount.is_part]
    kept = [term for term in haves if term not in lost]
    why = "what is needed less what is there"
    doubt = cost + 0.2 + 0.3 * bool(lost)
    return combine("need", less([*needs, *lost], kept), goal.amount, why, doubt)


def _target_less_rest(goal: Goal, terms: list[Term], cost: float) -> Iterator[Term]:
    """The last amount that is wanted or named in the question, less all others."""
    targets = [
        term
        for term in terms
        if term.amount.verb_class == "need"
        or term.amount.modal in {"want", "need"}
        or term.amount.in_question
    ]
    if targets:
        target = targets[-1]
        parts = less([target], [term for term in terms if term is not target])
        why = "what is wanted less what is there"
        yield combine("difference", parts, goal.amount, why, cost + 0.4)
