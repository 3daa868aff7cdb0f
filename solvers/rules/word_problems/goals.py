"""What is sought: the asked amount, what kind of amount it is, and how far others are from it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    EACH,
    GROUP,
    NO_THING,
    Amount,
    Asked,
    Thing,
    measures,
    thing_distance,
)
from spoonbench.solvers.rules.word_problems.asking import dimension_of
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence
GAIN = frozenset({"get", "take", "make", "buy", "earn"})
LOSS = frozenset({"lose", "give", "sell", "spend"})
MOVE = frozenset({"put", "come", "go"})
CHANGE = GAIN | LOSS | MOVE
STATE = frozenset({"state", "boundary", "hold", ""})
FAR = 5.0
"""From here on, an amount is of another thing than what is sought."""
NEAR = 0.9
"""Up to here, it is of just that thing."""
_NOT_SOUGHT = 9.0
_PERHAPS = 2.0
_TOTAL = frozenset(
    {
        "total", "altogether", "together", "combined", "sum", "both", "overall", "all", "entire",
        "entirely",
    }
)  # fmt: skip
_TOTAL_PHRASES = (" between them ", " those # days ", " these # days ")
_LEFT = frozenset(
    {"left", "remain", "remaining", "remains", "still", "rest", "leftover", "unused", "unsold"}
)
_START = frozenset(
    {
        "start", "started", "begin", "beginning", "began", "originally", "initially", "before",
        "original", "previously", "first",
    }
)  # fmt: skip
_SUMS = frozenset({"count", "score", "tally", "sum", "total", "result"})
"""What "what was the count?" names: it says nothing of what is counted."""
_NOW = frozenset(
    {"now", "then", "afterwards", "afterward", "end", "will", "finished", "currently", "today"}
)
_NOW_PHRASES = (" after that ", " after this ")
_OTHERS = frozenset(
    {
        "other", "others", "rest", "not", "different", "else", "empty", "vacant", "unoccupied",
        "remaining", "remainder",
    }
)  # fmt: skip
MEASURED = frozenset({"long", "tall", "high", "old", "heavy", "deep", "wide"})
"""What "how" asks for as a measure of one thing."""
SHARES = frozenset({"fraction", "part", "portion", "share"})
"""What is asked for where a share is sought, not a number of things."""
SHARED = (" each ", " per ", " apiece ", " every ")


@dataclass(slots=True)
class Goal:
    """What is sought.

    Attributes:
        asked: the question.
        amount: its amount with the frame.
        thing: what is to be counted.
        dimension: of a measure, or "".
        is_total: the question says "in all" or the like.
        is_left: it says "left".
        is_start: it asks for the start.
        most: ways that cost as much are not sought.
    """

    asked: Asked
    amount: Amount
    thing: Thing
    dimension: str
    is_total: bool
    is_left: bool
    is_start: bool
    is_now: bool
    is_others: bool
    doubts: frozenset[str]
    most: float = inf


def goal_of(asked: Asked, words: frozenset[str], amounts: Sequence[Amount]) -> Goal:
    """Read the question's words for what kind of amount is sought."""
    text, said = asked.text, asked.words
    amount = asked.amount
    is_sum = asked.how == "what" and amount.thing.head in _SUMS and not amount.thing.of
    told = amount.is_thing_told and not is_sum
    return Goal(
        asked=asked,
        amount=amount,
        thing=amount.thing if told else _thing_done(amount, amounts, asked.how),
        dimension=_dimension_sought(asked, amounts),
        is_total=not said.isdisjoint(_TOTAL)
        or amount.thing.head == "sum"
        or bool(asked.also)
        or says(text, _TOTAL_PHRASES),
        is_left=not said.isdisjoint(_LEFT) and "left" not in amount.place.split(),
        is_start=not said.isdisjoint(_START)
        or (amount.verb_class == "boundary" and amount.lemma != "end"),
        is_now=not said.isdisjoint(_NOW) or says(text, _NOW_PHRASES),
        doubts=_doubts(words),
        is_others=not said.isdisjoint(_OTHERS)
        or amount.is_negated
        or amount.lemma in {"fail", "miss"}
        or bool(words & {"rest", "others", "remainder"}),
    )


def _doubts(words: frozenset[str]) -> frozenset[str]:
    """Words that change a sum and that no rule reads."""
    doubts = words & load_lexicon().words["doubts"]
    if "equal" in words and words & {"number", "amount"}:
        doubts |= {"equal"}
    return doubts


def _dimension_sought(asked: Asked, amounts: Sequence[Amount]) -> str:
    """What is measured; "" where one and the same unit is counted as any thing is ("5 cups")."""
    dimension = dimension_of(asked)
    head = asked.amount.thing.head
    units = load_lexicon().units
    if (
        not dimension
        or not asked.amount.is_thing_told
        or head not in units
        or dimension not in {"volume", "count"}
        or asked.amount.thing.of
    ):
        return dimension
    for amount in amounts:
        unit = units.get(amount.thing.head)
        if (
            unit is not None
            and measures(unit) == dimension
            and (amount.thing.head != head or amount.thing.of)
        ):
            return dimension
    return ""


def _thing_done(asked: Amount, amounts: Sequence[Amount], how: str) -> Thing:
    """What the same verb was said of: "she picked peaches; how many did she pick?"."""
    for amount in amounts:
        if (
            amount.is_vague
            and amount.lemma == asked.lemma
            and amount.thing.head
            and amount.verb_class in CHANGE
        ):
            return amount.thing
    if asked.thing.head and asked.role != "none" and how == "many":
        return _thing_told(asked, amounts)
    return NO_THING


def _thing_told(asked: Amount, amounts: Sequence[Amount]) -> Thing:
    """What "how many" means without a noun: the thing that the same verb was said of last."""
    lexicon = load_lexicon()
    told = [
        amount
        for amount in amounts
        if amount.value is not None
        and amount.is_thing_told
        and not amount.per
        and amount.thing.head not in lexicon.words["times"]
        and amount.thing.head not in lexicon.units
    ]
    same = [
        amount
        for amount in told
        if amount.lemma == asked.lemma and asked.lemma not in {"be", "have"}
    ]
    heads = {amount.thing.head for amount in told}
    if len(heads) == 1:
        return Thing(told[0].thing.head, frozenset({told[0].thing.head}))
    if same:
        return Thing(same[-1].thing.head, frozenset({same[-1].thing.head}))
    return NO_THING


def says(text: str, words: Sequence[str]) -> bool:
    """Whether a text, in lower case and spaced, has one of some words."""
    for word in words:  # noqa: SIM110 - a generator costs more than the search
        if word in text:
            return True
    return False


def dimension_of_thing(thing: Thing) -> str:
    """What a thing measures if it is a unit ("length", "money"); "" for any other."""
    unit = load_lexicon().units.get(thing.head)
    return "" if unit is None else measures(unit)


def distance(amount: Amount, goal: Goal) -> float:
    """How far an amount is from counting what is sought; see `thing_distance` for the scale."""
    if amount.is_span:
        return _NOT_SOUGHT
    if goal.thing.head in SHARES and amount.value is not None:
        return 0.2 if amount.value < 1 else _NOT_SOUGHT
    if goal.dimension:
        return _distance_of_measure(amount, goal)
    if not goal.thing.head:
        return 0.3
    return _distance_of_things(amount, goal)


def _distance_of_things(amount: Amount, goal: Goal) -> float:
    """How far an amount is from things that are sought: "how many apples"."""
    how = goal.asked.how
    if goal.thing.head == "time" and amount.thing.head in load_lexicon().units:
        # "How many times" is no number of minutes.
        return _NOT_SOUGHT
    if how == "much" and _measures_thing(amount, goal):
        return 0.5
    if how == "many" and _counts_containers(amount, goal.thing):
        return _PERHAPS
    away = thing_distance(amount.thing, goal.thing)
    for thing in goal.asked.also:
        away = min(away, thing_distance(amount.thing, thing))
    return away


def _counts_containers(amount: Amount, thing: Thing) -> bool:
    """Whether "5 bags of rolls" counts the bags, and rolls are sought."""
    return (
        amount.thing.of == thing.head
        and amount.thing.head != thing.head
        and amount.thing.head in load_lexicon().words["containers"]
    )


def _distance_of_measure(amount: Amount, goal: Goal) -> float:
    """How far an amount is from a measure that is sought: "how many meters"."""
    units = load_lexicon().units
    head = goal.thing.head
    unit = units.get(amount.thing.head)
    measured = "" if unit is None else measures(unit)
    is_age = goal.asked.how == "old" and measured == "calendar"
    if unit is not None and (measured == goal.dimension or is_age):
        is_same = unit is units.get(head) or amount.thing.head == head
        return 0.0 if is_same or not head or goal.dimension == "money" else 0.6
    if head and head not in units:
        away = thing_distance(amount.thing, goal.thing)
        return away if away < 1 else _NOT_SOUGHT
    return _NOT_SOUGHT


def _measures_thing(amount: Amount, goal: Goal) -> bool:
    """Whether it measures what is sought: "her hair is 18 inches long; how much hair ..."."""
    dimension = dimension_of_thing(amount.thing)
    return dimension not in {"", "time", "calendar"} and goal.thing.head in amount.context


def is_rate_goal(goal: Goal) -> bool:
    """Whether an amount by something is sought: for each, per hour, how fast."""
    return bool(goal.amount.per) or says(goal.asked.text, SHARED) or goal.asked.how == "fast"


def names_groups(goal: Goal, rate: Amount) -> bool:
    """Whether the groups are asked for that a rate is counted by."""
    if rate.per == EACH:
        return False
    per = Thing(rate.per, frozenset({rate.per}))
    if rate.per == "time" and goal.thing.head and rate.thing.head not in goal.thing.words:
        # "8 at a time": whatever is done again and again, trips or loads.
        return True
    if goal.thing.head:
        return _is_group(per, goal.thing)
    dimension = goal.dimension or ("time" if goal.asked.how == "long" else None)
    return dimension == dimension_of_thing(per)


def _is_group(per: Thing, thing: Thing) -> bool:
    """Whether a thing may be what something is counted by."""
    lexicon = load_lexicon()
    if thing.head in lexicon.units and thing.of:
        # "Centimeters of the ribbon" are no ribbons.
        return per.head == thing.head
    if per.head in thing.words or thing_distance(per, thing) < _PERHAPS:
        return True
    containers = lexicon.words["containers"]
    return per.head in containers and thing.head in containers


def names(amount: Amount, owner: str, words: frozenset[str]) -> bool:
    """Whether an amount is told of an owner, or of what all the words say."""
    if owner and owner != GROUP and owner in {amount.owner, amount.to, amount.place, amount.holder}:
        return True
    if amount.owner.endswith(" one") and amount.owner.split()[:-1] == owner.split()[:-1]:
        # "The new one", where it is asked about the new lamp.
        return True
    keys = words & (amount.context | amount.thing.words | amount.times)
    return bool(keys) and len(keys) == len(words)


_BROAD = frozenset(
    {
        "week",
        "weekend",
        "month",
        "year",
        "day",
        "trip",
        "hour",
        "minute",
        "time",
        "season",
        "summer",
        "this",
        "that",
        "same",
        "end",
        "beginning",
        "one",
        "early",
        "late",
    }
)


def narrow_times(times: frozenset[str]) -> frozenset[str]:
    """Words of time that tell one time from another: "monday", not "week"."""
    return times - _BROAD if times else times


def is_wanted(amount: Amount) -> bool:
    """Whether it is to be done or had, and not done or there yet."""
    return amount.verb_class == "need" or amount.modal in {"want", "need", "must"}
