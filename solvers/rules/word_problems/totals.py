"""A whole from its parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, Amount
from spoonbench.solvers.rules.word_problems.changes import is_same_holding
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import LOSS, STATE, Goal, is_wanted, narrow_times
from spoonbench.solvers.rules.word_problems.terms import Term, add_term

if TYPE_CHECKING:
    from collections.abc import Sequence



def _is_of_other_times(asked: Amount, members: Sequence[Term]) -> bool:
    """Whether a time is asked about that not all of them are told of."""
    times = narrow_times(asked.times)
    told = [narrow_times(term.amount.times) for term in members]
    return bool(times) and any(one and not one & times for one in told)


_PAYING = frozenset({"buy", "spend", "cost"})


def _are_kinds(terms: list[Term], goal: Goal) -> bool:
    """Whether they count different kinds of what is asked for: "5 red cups and 4 blue cups"."""
    kinds = [term.amount.thing.words for term in terms]
    is_asked = all(goal.thing.words < kind for kind in kinds)
    return bool(goal.thing.head) and is_asked and len(set(kinds)) == len(kinds)


def _people_of(amount: Amount) -> frozenset[str]:
    """Whom an amount may belong to."""
    return frozenset({amount.owner, amount.to, amount.source, amount.holder, amount.beneficiary})


def add_totals(
    goal: Goal,
    terms: list[Term],
    found: list[Term],
    cost: float,
    people: frozenset[str] = frozenset(),
) -> None:
    """A whole from its parts."""
    amount = goal.amount
    if goal.asked.is_more or goal.is_others:
        cost += 2.0
    if (
        goal.thing.head in {"fraction", "part", "portion", "share"}
        and not goal.is_left
        and not goal.is_others
    ):
        shares = [term for term in terms if term.value < 1]
        if len(shares) > 1 and sum(term.value for term in shares) <= 1:
            add_term(
                found,
                "total",
                [("+", term) for term in shares],
                altered(amount),
                "shares of one whole, added",
                cost,
            )
    usable = [
        term
        for term in terms
        if not (term.amount.role == "with" and term.amount.verb_class == "spend")
        and not term.amount.is_negated
        and not term.amount.is_part
        and term.amount.verb_class not in {"think"}
    ]
    if amount.owner not in {NOBODY, GROUP}:
        own = [
            term
            for term in usable
            if amount.owner
            in {term.amount.owner, term.amount.to, term.amount.holder, term.amount.beneficiary}
            or term.amount.owner not in people
        ]
        if len(own) == 1 and amount.owner in people and own[0].amount.owner == amount.owner:
            # One amount is the owner's; the others are not.
            cost += 1.5
        usable = own if len(own) >= 2 else usable  # noqa: PLR2004
    if amount.group:
        own = [
            term
            for term in usable
            if term.amount.owner in amount.group or term.amount.holder in amount.group
        ]
        usable = own if len(own) >= 2 else usable  # noqa: PLR2004
    groups: list[tuple[list[Term], float]] = []
    same_verb = [term for term in usable if term.amount.lemma == amount.lemma]
    classes = (
        _PAYING
        if amount.verb_class in _PAYING and goal.dimension == "money"
        else {amount.verb_class}
    )
    if amount.verb_class in {"state", "hold"}:
        # What a box holds is in the box.
        classes = {"state", "hold"}
    same_class = [term for term in usable if term.amount.verb_class in classes]
    if len(same_verb) >= 2:  # noqa: PLR2004
        groups.append((same_verb, 0.0))
    if len(same_class) >= 2 and len(same_class) > len(same_verb):  # noqa: PLR2004
        is_state = amount.verb_class in {"state", "hold"}
        groups.append((same_class, 1.0 if same_verb else 0.1 if is_state else 0.3))
    if len(usable) >= 2 and len(usable) > len(same_class):  # noqa: PLR2004
        mixed = {term.amount.verb_class in LOSS | {"go"} for term in usable}
        told_alike = goal.is_total and len({term.amount.lemma for term in usable}) == 1
        groups.append((usable, (0.3 if told_alike else 0.7) + (1.0 if len(mixed) > 1 else 0.0)))
    for members, extra in groups:
        if goal.is_total or amount.owner == GROUP or amount.group:
            extra += 0.0
        elif amount.verb_class in STATE:
            extra += 0.1 if _are_kinds(members, goal) else 0.4
        else:
            extra += 0.1
        if goal.is_left or goal.is_start:
            extra += 1.5
        if amount.owner in people and any(
            term.amount.owner in people and amount.owner not in _people_of(term.amount)
            for term in members
        ):
            # What others have is no part of what one of them has.
            extra += 1.5
        if any(term.amount.is_now for term in members):
            extra += 1.0
        if (
            any(term.amount.is_total for term in members)
            and len({term.amount.clause for term in members}) > 1
        ):
            extra += 2.0
        if _is_of_other_times(amount, members):
            extra += 1.0
        if any(term.amount.verb_class == "need" and term.amount.in_question for term in members):
            extra += 3.0
        told = {term.amount.lemma for term in members}
        if (
            amount.lemma not in told
            and amount.verb_class not in STATE | {"cost", "spend", "buy", "weigh"}
            and not goal.is_total
        ):
            extra += 1.0
        if any(term.amount.is_left for term in members):
            extra += 1.0
        if len({is_wanted(term.amount) for term in members}) > 1:
            extra += 2.0
        if (
            len(members) == 2
            and members[0].amount.verb_class in STATE
            and not goal.is_total
            and is_same_holding(members[0].amount, members[1].amount)
        ):  # noqa: PLR2004
            extra += 1.5
        add_term(
            found,
            "total",
            [("+", term) for term in members],
            altered(amount),
            "all of them together",
            cost + extra,
        )
