"""A whole from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, UNNAMED, Amount
from spoonbench.solvers.rules.word_problems.changes import is_same_holding
from spoonbench.solvers.rules.word_problems.costs import (
    ANOTHERS,
    ASKS_DIFFERENCE,
    OTHER_VERB,
    summed,
)
from spoonbench.solvers.rules.word_problems.goals import (
    LOSS,
    MEASURED,
    SHARES,
    STATE,
    Goal,
    is_wanted,
    narrow_times,
)
from spoonbench.solvers.rules.word_problems.terms import Term, combine, less

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PAYING = frozenset({"buy", "spend", "cost"})
_HAVING = frozenset({"state", "hold"})
"""What a box holds is in the box."""
_LEAVING = LOSS | {"go"}
_PLAIN = STATE | _PAYING | {"weigh"}
"""Verbs that tell no amounts apart."""
_TWO = 2


def by_totals(
    goal: Goal, terms: list[Term], cost: float, people: frozenset[str] = frozenset()
) -> Iterator[Term]:
    """A whole from its parts.

    Args:
        goal: what is sought.
        terms: the parts it may have.
        cost: what was taken for granted in choosing the terms.
        people: everybody who was spoken of; empty where owners play no part.
    """
    yield from _whole_of_shares(goal, terms, cost)
    if goal.asked.is_more or goal.is_others:
        cost += ASKS_DIFFERENCE
    if cost >= goal.most:
        return
    usable = [term for term in terms if _is_usable(term.amount)]
    usable, doubt = _of_owner(goal.amount, usable, people)
    usable = _of_group(goal.amount.group, usable)
    for members, extra in _selections(goal, usable):
        extra_cost = _doubt(goal, members, people, extra)
        if cost + doubt + extra_cost >= goal.most:
            continue
        parts = less(members, ())
        yield combine(
            "total", parts, goal.amount, "all of them together", cost + doubt + extra_cost
        )


def _whole_of_shares(goal: Goal, terms: Sequence[Term], cost: float) -> Iterator[Term]:
    """What fraction is one of them: "1/5 is red and 2/5 is blue"."""
    if goal.thing.head not in SHARES or goal.is_left or goal.is_others:
        return
    shares = [term for term in terms if term.value < 1]
    if len(shares) > 1 and sum(term.value for term in shares) <= 1:
        parts = less(shares, ())
        yield combine("total", parts, goal.amount, "shares of one whole, added", cost)


def _is_usable(amount: Amount) -> bool:
    return not (
        (amount.role == "with" and amount.verb_class == "spend")
        or amount.is_negated
        or amount.is_part
        or amount.verb_class == "think"
    )


def _of_owner(asked: Amount, terms: list[Term], people: frozenset[str]) -> tuple[list[Term], float]:
    """The owner's amounts, where there are several, and the doubt where there is only one."""
    if asked.owner in UNNAMED:
        return terms, 0.0
    own = [
        term
        for term in terms
        if term.amount.owner not in people or asked.owner in _receivers_of(term.amount)
    ]
    is_alone = len(own) == 1 and asked.owner in people and own[0].amount.owner == asked.owner
    return own if len(own) >= _TWO else terms, ANOTHERS if is_alone else 0.0


def _receivers_of(amount: Amount) -> tuple[str, ...]:
    return (amount.owner, amount.to, amount.holder, amount.beneficiary)


def _of_group(group: frozenset[str], terms: list[Term]) -> list[Term]:
    """Amounts of those who are asked about together, where there are several."""
    if not group:
        return terms
    own = [term for term in terms if term.amount.owner in group or term.amount.holder in group]
    return own if len(own) >= _TWO else terms


def _selections(goal: Goal, usable: list[Term]) -> Iterator[tuple[list[Term], float]]:
    """What may be added up, with its doubt: told with the same verb, a like one, or any."""
    amount = goal.amount
    same_verb = [term for term in usable if term.amount.lemma == amount.lemma]
    classes = _classes_like(goal)
    same_class = [term for term in usable if term.amount.verb_class in classes]
    if len(same_verb) >= _TWO:
        yield same_verb, 0.0
    if len(same_class) >= _TWO and len(same_class) > len(same_verb):
        yield same_class, 1.0 if same_verb else 0.1 if amount.verb_class in _HAVING else 0.3
    if len(usable) >= _TWO and len(usable) > len(same_class):
        directions = {term.amount.verb_class in _LEAVING for term in usable}
        is_told_alike = goal.is_total and len({term.amount.lemma for term in usable}) == 1
        yield usable, (0.3 if is_told_alike else 0.7) + (1.0 if len(directions) > 1 else 0.0)


def _classes_like(goal: Goal) -> frozenset[str]:
    """Classes of verbs that tell the same as the verb of the question."""
    verb_class = goal.amount.verb_class
    if verb_class in _HAVING:
        return _HAVING
    if verb_class in _PAYING and goal.dimension == "money":
        return _PAYING
    return frozenset({verb_class})


def _doubt(goal: Goal, members: Sequence[Term], people: frozenset[str], selected: float) -> float:
    """What speaks against adding up these; `selected` is the doubt in choosing them."""
    amounts = [term.amount for term in members]
    asked = goal.amount
    plain = _plain_doubt(goal, amounts) + 1.5 * (goal.is_left or goal.is_start)
    if selected + plain >= goal.most:
        return selected + plain
    clauses: set[int] = set()
    roles: set[bool] = set()
    wishes: set[bool] = set()
    is_now = is_total = is_needed = is_left = is_of = is_warm = False
    for amount in amounts:
        clauses.add(amount.clause)
        roles.add(amount.role == "from")
        wishes.add(is_wanted(amount))
        is_now |= amount.is_now
        is_total |= amount.is_total
        is_needed |= amount.verb_class == "need" and amount.in_question
        is_left |= amount.is_left
        is_of |= amount.role == "of" and _is_whole(amount, amounts)
        is_warm |= amount.thing.head == "degree"
    return summed(
        (selected, True),
        (plain, True),
        # What others have is no part of what one of them has.
        (ANOTHERS, _are_of_others(asked.owner, amounts, people)),
        (1.0, is_now),
        # A total that was told already is no part of another one.
        (2.0, len(clauses) > 1 and is_total),
        (1.0, _is_of_other_times(asked, amounts)),
        (3.0, is_needed),
        (OTHER_VERB, _is_other_verb(goal, amounts)),
        (1.0, is_left),
        # "Of the 84 seats 57 were taken": some of them.
        (1.0, is_of),
        # "How tall is the new lamp?": as tall as it is, not as two of them.
        (1.0, _is_measured_alone(goal, amounts)),
        # Nobody adds up how warm it is.
        (1.5, is_warm),
        # "30 liters out of a 240-liter tank": what it is taken from.
        (1.0, len(roles) > 1),
        # What is done and what is wanted.
        (2.0, len(wishes) > 1),
        (1.5, _is_one_at_two_times(goal, amounts)),
    )


def _is_whole(amount: Amount, others: Sequence[Amount]) -> bool:
    return any(one.clause == amount.clause and not one.is_thing_told for one in others)


def _is_measured_alone(goal: Goal, amounts: Sequence[Amount]) -> bool:
    """Whether it is asked how tall, old ... one thing is, and that of several is added up."""
    is_one = goal.asked.how in MEASURED and not goal.is_total and goal.amount.owner != GROUP
    return is_one and all(amount.lemma == "be" for amount in (goal.amount, *amounts))


def _plain_doubt(goal: Goal, amounts: Sequence[Amount]) -> float:
    """How far the question leaves open that all of them are meant."""
    if goal.is_total or goal.amount.owner == GROUP or goal.amount.group:
        return 0.0
    if goal.amount.verb_class not in STATE or _are_kinds(amounts, goal):
        return 0.1
    return 0.4


def _are_kinds(amounts: Sequence[Amount], goal: Goal) -> bool:
    """Whether they count different kinds of what is asked for: "5 red cups and 4 blue cups"."""
    kinds = [amount.thing.words for amount in amounts]
    is_asked = all(goal.thing.words < kind for kind in kinds)
    return bool(goal.thing.head) and is_asked and len(set(kinds)) == len(kinds)


def _are_of_others(owner: str, amounts: Sequence[Amount], people: frozenset[str]) -> bool:
    return owner in people and any(
        amount.owner in people and owner != amount.source and owner not in _receivers_of(amount)
        for amount in amounts
    )


def _is_of_other_times(asked: Amount, amounts: Sequence[Amount]) -> bool:
    """Whether a time is asked about that not all of them are told of."""
    times = narrow_times(asked.times)
    if not times:
        return False
    told = [narrow_times(amount.times) for amount in amounts]
    return any(one and not one & times for one in told)


def _is_other_verb(goal: Goal, amounts: Sequence[Amount]) -> bool:
    """Whether none of them is told with the question's verb, and that verb tells them apart."""
    return (
        not goal.is_total
        and goal.amount.verb_class not in _PLAIN
        and all(amount.lemma != goal.amount.lemma for amount in amounts)
    )


def _is_one_at_two_times(goal: Goal, amounts: Sequence[Amount]) -> bool:
    return (
        len(amounts) == _TWO
        and amounts[0].verb_class in STATE
        and not goal.is_total
        and is_same_holding(amounts[0], amounts[1])
    )
