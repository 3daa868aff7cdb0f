"""What a reading leaves out, and what that and the question say against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.ages import asks_age_at_other_time
from spoonbench.solvers.rules.word_problems.amounts import (
    EACH,
    GROUP,
    NOBODY,
    UNNAMED,
    Amount,
    Story,
)
from spoonbench.solvers.rules.word_problems.contradictions import Contradictions
from spoonbench.solvers.rules.word_problems.costs import MARGIN
from spoonbench.solvers.rules.word_problems.differences import is_margin
from spoonbench.solvers.rules.word_problems.goals import CHANGE, FAR, NEAR, STATE, Goal, distance
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.omissions import is_unpriced, new_words
from spoonbench.solvers.rules.word_problems.terms import Reading, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Doubt = tuple[float, str]
    """A cost, and in words what is taken for granted; no words where that is little."""

_EACH_NUMBER, _EACH_STEP, _LONG_TEXT = 0.1, 0.15, 0.3
"""What each number beyond two, each step beyond one, and a long text say against a reading."""
_LONG = 28
"""Words; a text of twice as many holds more than what was read of it, as a rule."""
_PLAIN_NUMBERS = 2
_TOLD_COST = 1
"""A number that plays no part is told of where it costs that much."""
_UNNAMED_UNUSED = 1.0
_ELSEWHERE_UNUSED = 0.05
"""Another thing of another owner or in another place is left out."""
_OTHERS_UNUSED, _BELONGING_UNUSED, _DESCRIPTION_UNUSED = 1.2, 1.6, 0.3
_UNKNOWN_VERB, _PASSED_OVER, _NO_THINGS = 0.8, 0.7, 1.5
_COUNTED_TWICE, _UNPRICED = 1.0, 1.0
_UNKNOWN_OWNER, _OTHER_TIME, _UNREAD = 2.0, 2.0, 0.8
_CONTRADICTED, _NO_MARGIN = 1.0, 1.5
_MARGIN_RULES = frozenset({"margin", "change", "part", "difference"})
_NEGATIVE, _BROKEN, _NOTHING, _PLAIN_NOTHING = 6.0, 4.0, 2.0, 0.1
_UNMENTIONED, _BOUND, _PRICE_UNUSED = 1.0, 1.0, 0.6
_DAMAGE = frozenset(
    {"tear", "break", "crack", "spoil", "rot", "damage", "bruise", "use", "paint", "sign"}
)


def n_steps(term: Term) -> int:
    """Steps of a derivation, changes of units left out."""
    if term.step is None:
        return 0
    n = int(term.step.rule != "unit")
    for _, part in term.step.parts:
        if isinstance(part, Term):
            n += n_steps(part)
    return n


class Judge:
    """Turns derived terms into readings: adds what speaks against each of them.

    Args:
        told: the told amounts that have a number.
        goal: what is sought.
        story: the text as read.
    """

    def __init__(self, told: Sequence[Term], goal: Goal, story: Story) -> None:
        self._told = told
        self._goal = goal
        self._contradictions = Contradictions(goal, told, story)
        self._counted = {term.amount.thing.head for term in told}
        self._compared = {term.amount.clause for term in told if term.amount.compare is not None}
        self._about_text = list(_doubts_of_text(goal, told, story))

    def readings_of(self, terms: Iterable[Term]) -> list[Reading]:
        """Judge ways to what is sought; beside one below `Goal.most`, none above.

        Doubts only add to a cost. So a way that before any doubt costs `MARGIN` more than a reading
        is no rival of it, nor is one that comes to the same value and costs no less; these stay at
        what they cost by themselves.
        """
        readings: list[Reading] = []
        best: Reading | None = None
        most = self._goal.most
        for term in sorted(terms, key=lambda term: term.cost):
            if best is not None and (
                term.cost >= best.cost + MARGIN
                or (term.cost >= most > best.cost)
                or (term.cost >= best.cost and term.value == best.value)
            ):
                readings.append(Reading(term, term.cost))
                continue
            reading = self.reading_of(term)
            readings.append(reading)
            if best is None or reading.cost < best.cost:
                best = reading
        return readings

    def reading_of(self, term: Term) -> Reading:
        """Add what the numbers cost that play no part, and what is odd about the answer."""
        cost = term.cost
        assumptions: list[str] = []
        for extra, why in self._doubts(term):
            cost += extra
            if why:
                assumptions.append(why)
        return Reading(term, cost, tuple(assumptions))

    def _doubts(self, term: Term) -> Iterator[Doubt]:
        used: list[Amount] = []
        unused: list[Amount] = []
        for told in self._told:
            (used if told.uses <= term.uses else unused).append(told.amount)
        for other in unused:
            yield _doubt_of_unused(other, used, self._goal, len(term.uses))
            if other.verb_class == "cost" and other.soft_per in self._counted:
                yield _PRICE_UNUSED, f"the price of a {other.soft_per} plays no part"
        for one in used:
            if one.verb_class == "unknown":
                yield _UNKNOWN_VERB, f"what {one.lemma!r} does is not known"
            if one.role == "than" and one.compare is None and one.clause not in self._compared:
                yield _BOUND, f"{one.value} is only a bound"
            if one.per_too:
                yield _COUNTED_TWICE, f"how many {one.per_too} is not told"
        yield _EACH_NUMBER * max(len(term.uses) - _PLAIN_NUMBERS, 0), ""
        yield _EACH_STEP * max(n_steps(term) - 1, 0), ""
        rule = "" if term.step is None else term.step.rule
        if is_margin(self._goal) and rule not in _MARGIN_RULES:
            yield _NO_MARGIN, "what was paid with is passed over"
        if self._contradictions.holds(term):
            yield _CONTRADICTED, "the question tells apart what is added up"
        yield from self._about_text
        yield from _doubts_of_value(term, used, self._goal)


def _doubts_of_text(goal: Goal, told: Sequence[Term], story: Story) -> Iterator[Doubt]:
    """What is odd about the text and its question, whatever the answer."""
    yield _LONG_TEXT * max(story.n_words // _LONG - 1, 0), ""
    if story.n_unread:
        yield _UNREAD, "a number stands where no amount was read"
    if goal.thing.head in {"number", "integer"}:
        yield _NO_THINGS, "a number of no things"
    owner = goal.amount.owner
    is_stated = owner not in UNNAMED and goal.amount.verb_class in STATE
    if is_stated and not any(_speaks_of(one.amount, owner) for one in told):
        yield _UNKNOWN_OWNER, f"nothing is told of {owner}"
    if goal.amount.sentence not in {one.amount.sentence for one in told}:
        new = new_words(goal, story)
        if new:
            yield _UNMENTIONED, f"nothing is told of {' '.join(new)}"
    is_other_time = " ago " in goal.asked.text or " next " in goal.asked.text
    if is_other_time and not asks_age_at_other_time(goal, told):
        yield _OTHER_TIME, "another time is asked about"
    if goal.dimension == "money" and any(is_unpriced(one, goal, story) for one in story.vague):
        yield _UNPRICED, "what is paid for all of it is not told"
    if goal.doubts:
        yield _PASSED_OVER, f"{min(goal.doubts)!r} is passed over"


def _speaks_of(amount: Amount, owner: str) -> bool:
    return (
        amount.is_of(owner)
        or owner in amount.context
        or not amount.context.isdisjoint(owner.split())
        or (amount.compare is not None and amount.compare.other == owner)
    )


def _doubts_of_value(term: Term, used: Sequence[Amount], goal: Goal) -> Iterator[Doubt]:
    """What is odd about the answer: less than nothing, a part of a thing, nothing."""
    top, bottom = term.value.as_integer_ratio()
    if top < 0:
        yield _NEGATIVE, "less than nothing"
    counts_things = goal.asked.how == "many" and not goal.dimension
    if bottom != 1 and counts_things:
        numbers = [one.value for one in used if one.value is not None]
        if all(number.denominator == 1 for number in numbers):
            yield _BROKEN, "a part of a thing that is counted whole"
    if not top:
        yield _PLAIN_NOTHING if _may_be_nothing(term, goal) else _NOTHING, ""


def _may_be_nothing(term: Term, goal: Goal) -> bool:
    """Everything may be gone, or nobody ahead; nowhere else is nothing the answer."""
    rule = term.step.rule if term.step is not None else ""
    return rule in {"change", "compare"} or goal.is_left or (rule == "part" and _takes_parts(term))


def _takes_parts(term: Term) -> bool:
    """Whether what is taken away is told to be some of the rest: "7 of his 7 cups"."""
    taken = () if term.step is None else term.step.parts[1:]
    return all(isinstance(part, Term) and part.amount.is_part for _, part in taken)


def _doubt_of_unused(amount: Amount, used: Sequence[Amount], goal: Goal, n_used: int) -> Doubt:
    """What it says against a reading that an amount plays no part in it.

    Args:
        amount: that plays no part.
        used: the told amounts that play one.
        goal: what is sought.
        n_used: how many told amounts, bare comparisons among them, the answer rests on.
    """
    cost = _cost_of_unused(amount, goal, n_used)
    is_described = is_description(amount)
    if is_described and not goal.is_others and not (amount.is_part and _is_kind_new(goal, used)):
        cost = min(cost, _DESCRIPTION_UNUSED)
    else:
        if not is_described and goal.is_others and cost > _ELSEWHERE_UNUSED:
            cost = max(cost, _OTHERS_UNUSED)
        if cost < _BELONGING_UNUSED and _belongs(amount, used, goal):
            cost = _BELONGING_UNUSED
    is_told = cost >= _TOLD_COST
    return cost, f"{amount.value} {amount.thing.head} plays no part" if is_told else ""


def _is_kind_new(goal: Goal, used: Sequence[Amount]) -> bool:
    """As in "24 of them were good; how many bad ones": of another kind than all that is told."""
    known = {goal.thing.head}.union(*[one.thing.words for one in used])
    return not goal.thing.words <= known


def _cost_of_unused(amount: Amount, goal: Goal, n_used: int) -> float:
    """The cost by what the amount itself is; see `_doubt_of_unused`."""
    away = distance(amount, goal)
    if amount.form != "number":
        cost = 2.5
    elif amount.role == "whole":
        cost = 1.0
    elif away > NEAR and amount.value == n_used > 1:
        # "2 pumpkins; the first weighed ..., the second ...": it counts what was listed.
        cost = 0.1
    elif _is_elsewhere(amount, goal):
        cost = 0.3
    elif amount.in_question:
        cost = 3.0
    elif away > NEAR and amount.value == 1:
        cost = 0.2
    elif is_general(amount):
        cost = 0.5
    elif amount.per:
        cost = 1.5 if away > FAR else 2.0
    else:
        by_thing = _cost_of_other_thing if away > FAR else _cost_of_same_thing
        cost = by_thing(amount, goal)
    return cost


def _is_elsewhere(amount: Amount, goal: Goal) -> bool:
    """Whether it is in another place: the right jar, where the left one is asked about."""
    places = {amount.place, goal.amount.place} - {NOBODY}
    return len(places) > 1 and amount.verb_class in STATE


def _cost_of_other_thing(amount: Amount, goal: Goal) -> float:
    if amount.thing.head in load_lexicon().words["times"]:
        return 0.4
    if not amount.is_thing_told:
        # What it counts was taken from before, and may be what is sought.
        return _UNNAMED_UNUSED
    # Another thing of another owner, or somewhere else, cannot be meant.
    is_others = amount.owner not in {NOBODY, GROUP, goal.amount.owner}
    is_elsewhere = amount.place not in {NOBODY, goal.amount.place}
    return _ELSEWHERE_UNUSED if (is_others or is_elsewhere) else 0.3


def _cost_of_same_thing(amount: Amount, goal: Goal) -> float:
    asked = goal.amount
    if _is_of_another(amount, asked.owner):
        return 0.3
    if asked.group and amount.owner not in asked.group and amount.owner not in UNNAMED:
        return 0.1
    is_other_verb = asked.lemma not in {amount.lemma, ""} and amount.verb_class not in CHANGE
    return 1.0 if is_other_verb else 1.5


def _is_of_another(amount: Amount, owner: str) -> bool:
    """Whether somebody else than the owner has it."""
    return owner not in UNNAMED and amount.owner not in UNNAMED and not amount.is_of(owner)


def _belongs(amount: Amount, used: Sequence[Amount], goal: Goal) -> bool:
    """Whether an amount is of the kind of one that was used, with the same owner."""
    if not amount.thing.head or amount.value == 1 or is_general(amount):
        return False
    for one in used:
        if not amount.per and (_is_group_of(amount, one) or _is_listed_with(amount, one, goal)):
            return True
        if one.verb_class in CHANGE and amount.verb_class not in CHANGE:
            # Who gives is not who has what is sought.
            continue
        if _is_same_kind(amount, one):
            return amount.place == one.place or NOBODY in {amount.place, one.place}
    return False


def _is_group_of(amount: Amount, rate: Amount) -> bool:
    """Whether it counts what a rate is counted by, or may do so."""
    if rate.per == EACH and rate.sentence == amount.sentence:
        return True
    return bool(rate.per) and amount.thing.head == rate.per


def _is_listed_with(amount: Amount, one: Amount, goal: Goal) -> bool:
    """Whether it was bought together with what was used, for a price that is not told."""
    return (
        not one.per
        and one.clause == amount.clause
        and one.lemma == amount.lemma
        and one.role == amount.role
        and distance(one, goal) > FAR
        and distance(amount, goal) > FAR
    )


def _is_same_kind(amount: Amount, one: Amount) -> bool:
    """Whether both count one thing, of the same owner as far as is told."""
    return (
        not (amount.per or one.per)
        and amount.thing.head == one.thing.head
        and amount.thing.words == one.thing.words
        and (amount.owner == one.owner or not UNNAMED.isdisjoint((amount.owner, one.owner)))
    )


def is_description(amount: Amount) -> bool:
    """Whether it tells of some of them, and nothing happens to them: "9 were torn"."""
    if not amount.is_part or amount.is_negated or amount.role != "subject":
        return False
    if amount.lemma == "eat":
        return False
    if amount.verb_class == "lose":
        return not amount.is_passive or amount.lemma in _DAMAGE
    return amount.verb_class in STATE or amount.verb_class == "do"


def is_general(amount: Amount) -> bool:
    """Whether it tells of things as such: "there are 5 boxes in a case", whoever has them."""
    return bool(amount.soft_per) and amount.owner == NOBODY and amount.soft_per != amount.thing.head


def why_unused(amount: Amount, goal: Goal) -> str:
    """Why an amount plays no part in an answer, in words."""
    owner = goal.amount.owner
    if is_description(amount):
        return "tells of some of them only"
    if amount.per:
        return "a rate that is not needed"
    if distance(amount, goal) > FAR and amount.thing.head:
        return f"counts {amount.thing.head}, which is not asked for"
    if _is_of_another(amount, owner):
        return f"of {amount.owner}, who is not asked about"
    if amount.times and goal.amount.times and not amount.times & goal.amount.times:
        return "of another time"
    return "plays no part"
