"""Who has how many, from start to end: a small model of what the events of a text do."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.events import GROUP, NOBODY, Event, Thing
from spoonbench.solvers.rules.sentences import Unclear

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GAINS = frozenset({"get", "take", "make", "put", "come"})
LOSSES = frozenset({"lose", "give", "go"})
_MONEY = frozenset({"dollar", "cent"})
STATES = frozenset({"state", "boundary"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one event does to one owner.

    Attributes:
        event: the event.
        sign: 0 sets the amount, 1 adds to it, -1 takes from it.
    """

    event: Event
    sign: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number, and how many numbers of the text it was made from."""

    value: Fraction
    n_used: int
    is_assumed: bool = False
    """It rests on the owner having had none before."""


def owners_of_states(events: Sequence[Event]) -> list[str]:
    """Everybody, and every place, that is said to have some, in order of first mention."""
    owners: list[str] = []
    for event in events:
        if event.verb_class in STATES and not event.is_part:
            owner = event.subject or event.place
            if owner not in owners:
                owners.append(owner)
    return owners


def steps_of(events: Sequence[Event], owner: str) -> list[Step]:
    """What happens to the amount of one owner, in order.

    Args:
        events: those of the thing that is asked for.
        owner: one owner or place; NOBODY where the text names none.

    Raises:
        Unclear: an event may or may not concern the owner.
    """
    owners = owners_of_states(events)
    names = frozenset({owner} - {NOBODY})
    is_only = not owners or owners == [owner] or _is_only_place(events, owner, owners)
    if is_only and owners:
        states = (event for event in events if event.verb_class in STATES and not event.is_part)
        names |= {name for event in states for name in (event.subject, event.place) if name}
    steps: list[Step] = []
    for event in events:
        if event.is_part:
            continue
        sign = _sign(event, names, is_only=is_only)
        if sign is not None:
            steps.append(Step(event=event, sign=sign))
    return steps


def _is_only_place(events: Sequence[Event], owner: str, owners: Sequence[str]) -> bool:
    """Whether the one amount told of is said to be the owner's in some way."""
    if len(owners) != 1:
        return False
    states = [event for event in events if event.verb_class in STATES and not event.is_part]
    return owner == NOBODY or all(owner in event.owners for event in states)


def _sign(event: Event, names: frozenset[str], *, is_only: bool) -> int | None:
    """How an event changes the owner's amount; None where it does not concern it."""
    if event.verb_class in STATES:
        is_owners = bool(names & {event.subject, event.place})
        return 0 if is_owners or (is_only and not event.subject) else None
    if event.thing.head in _MONEY and event.lemma in {"buy", "pay", "cost", "sell"}:
        # Money goes the other way than what is bought or sold for it.
        sign = 1 if event.lemma == "sell" else -1
        return sign if event.subject in names or is_only else None
    rule = _RULES.get(event.verb_class)
    if rule is not None:
        return rule(event, names, is_only)
    if event.is_vague:
        return None
    if not names or names & event.owners:
        raise Unclear(f"what {event.lemma!r} does to the amount is not known")
    return None


def _gain_sign(event: Event, names: frozenset[str], is_only: bool) -> int | None:
    if event.recipient in names:
        return 1
    if event.source in names:
        return -1
    if event.subject in names:
        return -1 if event.is_passive and event.verb_class == "take" else 1
    if event.recipient != NOBODY or event.source != NOBODY:
        return None
    return _others_gain_sign(event, names, is_only=is_only)


def _others_gain_sign(event: Event, names: frozenset[str], *, is_only: bool) -> int | None:
    """What somebody else's gain does, where nobody is named who gives it or is given it."""
    if event.is_more and event.lemma == "bring" and names:
        return 1
    if event.verb_class == "take" or event.is_anothers:
        return -1 if is_only else None
    if not is_only or names:
        return None
    return -1 if event.is_passive and event.subject == NOBODY else 1


def _loss_sign(event: Event, names: frozenset[str], is_only: bool) -> int | None:
    if event.recipient in names:
        return 1
    if event.is_passive and event.verb_class == "give" and event.subject in names:
        return 1
    if names & {event.subject, event.source}:
        return -1
    if event.source != NOBODY:
        return None
    if event.verb_class == "give" and event.recipient == NOBODY and event.subject != NOBODY:
        if event.is_more:
            raise Unclear("to whom it was given is not said")
        return -1 if is_only and not names else None
    return -1 if is_only else None


def _move_sign(event: Event, names: frozenset[str], is_only: bool) -> int | None:
    sign = -1 if event.verb_class == "go" else 1
    if names & {event.place, event.recipient}:
        return sign
    if event.source in names:
        return -1
    if event.verb_class == "put" and event.subject in names:
        if event.place != NOBODY or event.recipient != NOBODY:
            raise Unclear("what is put somewhere may still be counted or not")
        return 1
    if is_only:
        return sign
    if event.place == NOBODY and not event.is_vague:
        raise Unclear("where it comes or goes is not told")
    return None


_RULES: dict[str, Callable[[Event, frozenset[str], bool], int | None]] = {
    "get": _gain_sign,
    "take": _gain_sign,
    "make": _gain_sign,
    "lose": _loss_sign,
    "give": _loss_sign,
    "put": _move_sign,
    "come": _move_sign,
    "go": _move_sign,
}


def final_amount(steps: Sequence[Step]) -> Amount:
    """The amount at the end.

    Raises:
        Unclear: the amount at the start or one of the changes is not told.
    """
    states = [step for step in steps if step.sign == 0]
    changes = [step for step in steps if step.sign != 0 and not step.event.is_vague]
    if any(step.event.value is None for step in (*states, *changes)):
        raise Unclear("an amount that counts is not told")
    first_change = min((step.event.clause for step in changes), default=None)
    for step in states:
        is_late = first_change is not None and step.event.clause > first_change
        if is_late and not step.event.is_earlier:
            raise Unclear("what was there at the start and what at the end is not plain")
    _check_states(states)
    if not states:
        _check_start(changes)
    total = sum((_value(step) for step in states), Fraction(0))
    total += sum((step.sign * _value(step) for step in changes), Fraction(0))
    if total < 0:
        raise Unclear("more is lost than was there")
    return Amount(value=total, n_used=len(states) + len(changes), is_assumed=not states)


def _check_start(changes: Sequence[Step]) -> None:
    if not changes:
        raise Unclear("nothing is told of what is asked for")
    first = changes[0]
    if first.sign < 0 or first.event.is_more:
        raise Unclear("how many there were at the start is not told")


def _check_states(states: Sequence[Step]) -> None:
    """Several amounts of one owner add up only where they are told apart."""
    seen: set[tuple[Thing, str]] = set()
    for step in states:
        key = (step.event.thing, step.event.place)
        if key in seen:
            raise Unclear("two amounts are told of the same thing")
        seen.add(key)


def _value(step: Step) -> Fraction:
    value = step.event.value
    if value is None:
        raise Unclear("an amount that counts is not told")
    return value


def initial_amount(steps: Sequence[Step]) -> Amount:
    """The amount at the start, from the one at the end and every change.

    Raises:
        Unclear: the end is not told, or a change is not.
    """
    states = [step for step in steps if step.sign == 0 and step.event.value is not None]
    changes = [step for step in steps if step.sign != 0 and not step.event.is_vague]
    if len(states) != 1 or not changes:
        raise Unclear("the amount at the end, or what changed it, is not told")
    if any(step.event.clause > states[0].event.clause for step in changes):
        raise Unclear("the amount told of is not the one at the end")
    total = _value(states[0]) - sum((step.sign * _value(step) for step in changes), Fraction(0))
    if total < 0:
        raise Unclear("there would have been less than nothing")
    return Amount(value=total, n_used=1 + len(changes))


def change_between(steps: Sequence[Step]) -> Amount:
    """What was gained between two told amounts besides the changes that are told; signed.

    Raises:
        Unclear: there are not exactly two told amounts.
    """
    states = [step for step in steps if step.sign == 0 and step.event.value is not None]
    pair = 2
    if len(states) != pair:
        raise Unclear("the amount before or after is not told")
    first, last = states
    changes = [step for step in steps if step.sign != 0 and step.event.value is not None]
    if any(not first.event.clause <= step.event.clause <= last.event.clause for step in changes):
        raise Unclear("a change stands outside the two amounts")
    known = sum((step.sign * _value(step) for step in changes), Fraction(0))
    return Amount(value=_value(last) - _value(first) - known, n_used=pair + len(changes))


def matching(events: Sequence[Event], thing: Thing) -> list[Event]:
    """Events of a thing, or of what may be it."""
    return [event for event in events if event.thing.matches(thing)]


def is_group(owner: str) -> bool:
    """Whether all owners together are meant."""
    return owner == GROUP
