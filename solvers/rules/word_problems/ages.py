"""How old somebody will be, or was: "in 8 years", "8 years ago"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.goals import dimension_of_thing
from spoonbench.solvers.rules.word_problems.terms import Term, combine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.goals import Goal

_SPANS = frozenset({"time", "calendar"})
_LATER, _EARLIER = frozenset({"in", "after"}), frozenset({"ago", "earlier"})


def asks_age_at_other_time(goal: Goal, terms: Sequence[Term]) -> bool:
    """Whether the question names a span of years between the age told and the one asked for."""
    return goal.asked.how == "old" and any(term.amount.in_question for term in terms)


def by_years(goal: Goal, terms: Sequence[Term]) -> Iterator[Term]:
    """An age, and the years until then or since then."""
    if not asks_age_at_other_time(goal, terms):
        return
    spans = [term for term in terms if term.amount.in_question]
    ages = [term for term in terms if _is_age_of(goal, term)]
    if len(spans) != 1 or len(ages) != 1 or dimension_of_thing(spans[0].amount.thing) not in _SPANS:
        return
    if spans[0].amount.role in _LATER and goal.amount.tense == "future":
        sign, why = "+", "so many years later"
    elif not _EARLIER.isdisjoint(goal.asked.words):
        sign, why = "-", "so many years earlier"
    else:
        return
    yield combine("change", (("+", ages[0]), (sign, spans[0])), goal.amount, why)


def _is_age_of(goal: Goal, term: Term) -> bool:
    amount = term.amount
    is_span = dimension_of_thing(amount.thing) in _SPANS
    return is_span and not amount.in_question and amount.owner == goal.amount.owner
