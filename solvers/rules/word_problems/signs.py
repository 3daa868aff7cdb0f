"""What an event does to an amount that is followed over time: sets it, adds to it, takes from it.

One small function for each class of verbs, by who acts, who receives, and whose amount it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, UNNAMED
from spoonbench.solvers.rules.word_problems.goals import dimension_of_thing

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.solvers.rules.word_problems.amounts import Amount
    from spoonbench.solvers.rules.word_problems.goals import Goal


class _View(NamedTuple):
    """From where an event is looked at.

    Attributes:
        mine: owners and places whose amount is followed; empty where that is open.
        is_subject: one of them acts.
        is_only: nobody else is told to have or to get any.
    """

    mine: frozenset[str]
    is_subject: bool
    is_only: bool


def sign_of(amount: Amount, goal: Goal, holders: frozenset[str], *, is_only: bool) -> int | None:
    """What an amount does to the one that is sought: 0 sets it, 1 adds, -1 takes; None nothing.

    Args:
        amount: with its verb.
        goal: what is sought.
        holders: owners and places whose amount is followed.
        is_only: whether nobody else is told to have or to get any.
    """
    verb_class = amount.verb_class
    if verb_class == "divide" and amount.to:
        verb_class = "give"
    effect = _EFFECTS.get(verb_class)
    if effect is None:
        return None
    is_subject = amount.owner in holders or amount.owner == GROUP == goal.amount.owner
    return effect(amount, _View(holders, is_subject, is_only))


_MANNERS = frozenset(
    {
        "jump", "run", "fly", "swim", "walk", "roll", "crawl", "hop", "climb", "move", "drive",
        "sail", "dive", "march", "ride",
    }
)  # fmt: skip
"""Verbs that tell how one moves; where to, the place alone tells."""


def _is_money(amount: Amount) -> bool:
    return dimension_of_thing(amount.thing) == "money"


def _state(_amount: Amount, _view: _View) -> int:
    return 0


def _hold(amount: Amount, _view: _View) -> int | None:
    """What something has room for is not what is in it."""
    return None if amount.modal == "can" else 0


def _buy(amount: Amount, view: _View) -> int | None:
    """Things come in, money goes out."""
    if amount.holder in view.mine and not view.is_subject and amount.owner:
        return -1
    if amount.source in view.mine:
        return -1
    if not (view.is_subject or not view.mine or amount.owner == GROUP):
        return None
    return -1 if amount.verb_class == "spend" or _is_money(amount) else 1


def _sell(amount: Amount, view: _View) -> int | None:
    """Things go out, money comes in."""
    if amount.to in view.mine:
        return 1
    if not (view.is_subject or not view.mine or amount.owner in UNNAMED):
        return None
    return 1 if amount.verb_class == "earn" or _is_money(amount) else -1


def _get(amount: Amount, view: _View) -> int | None:
    mine = view.mine
    if amount.role == "for" and view.is_subject and _is_money(amount):
        # "She wrote a check for 47 dollars".
        return -1
    if amount.to in mine or amount.beneficiary in mine or view.is_subject:
        return 1
    if amount.source in mine or (amount.holder in mine and amount.owner):
        return -1
    if amount.lemma == "bring" and amount.is_extra and amount.source == NOBODY:
        return 1
    return 1 if not mine or amount.place in mine else None


def _take(amount: Amount, view: _View) -> int | None:
    mine = view.mine
    if view.is_subject and not amount.is_passive:
        # "He has a box with 20 nails. He takes out 3": he has them still, the box has not.
        return None if amount.particle == "out" and amount.source == NOBODY else 1
    if amount.source in mine or amount.holder in mine or amount.place in mine:
        return -1
    return -1 if amount.is_passive or not mine or amount.is_part or view.is_only else None


def _give(amount: Amount, view: _View) -> int | None:
    mine = view.mine
    if view.is_subject:
        return 1 if amount.is_passive else -1
    if amount.to in mine or (amount.is_extra and amount.owner and amount.to == NOBODY):
        return 1
    return -1 if not mine or amount.source in mine or amount.holder in mine else None


def _lose(amount: Amount, view: _View) -> int | None:
    mine = view.mine
    if amount.is_extra and amount.place in mine:
        # "Dropped 60 more into it".
        return 1
    is_lost_here = (
        view.is_subject
        or not mine
        or amount.owner in UNNAMED
        or amount.is_part
        or amount.role == "subject"
        or view.is_only
        or not mine.isdisjoint((amount.holder, amount.place, amount.source))
    )
    return -1 if is_lost_here else None


def _put(amount: Amount, view: _View) -> int | None:
    mine = view.mine
    if amount.source in mine:
        return -1
    if amount.place in mine or amount.to in mine or not mine:
        return 1
    if view.is_subject:
        return 1 if amount.is_extra else None
    return 1 if amount.place == NOBODY else None


def _come(amount: Amount, view: _View) -> int:
    """What jumps into the water is no longer on the ice."""
    return -1 if amount.source in view.mine or _is_elsewhere(amount, view) else 1


def _go(amount: Amount, view: _View) -> int | None:
    """What climbs out of the water onto the ice is on it."""
    if amount.source == amount.place != NOBODY:
        return None
    if amount.source != NOBODY and view.mine and view.mine.isdisjoint(amount.owners):
        # "25 climbed out of the sea": on the ice there were others.
        return None
    is_between = amount.source != NOBODY
    return 1 if is_between and amount.place in view.mine else -1


def _is_elsewhere(amount: Amount, view: _View) -> bool:
    """Whether it goes to a place that is none of those looked at."""
    return (
        amount.lemma in _MANNERS
        and amount.place != NOBODY
        and bool(view.mine)
        and amount.place not in view.mine
        and amount.owner not in view.mine
        and amount.to not in view.mine
    )


_EFFECTS: dict[str, Callable[[Amount, _View], int | None]] = {
    "": _state,
    "state": _state,
    "boundary": _state,
    "hold": _hold,
    "buy": _buy,
    "spend": _buy,
    "cost": _buy,
    "sell": _sell,
    "earn": _sell,
    "get": _get,
    "make": _get,
    "take": _take,
    "give": _give,
    "lose": _lose,
    "put": _put,
    "come": _come,
    "go": _go,
}
"""Verbs of any other class ("need", "weigh", "travel") change nothing that is followed."""
