"""An amount over time: its start, what changes it, and its end; one of them is sought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, UNNAMED
from spoonbench.solvers.rules.word_problems.costs import ANOTHERS, ASKS_DIFFERENCE, UNTOLD, summed
from spoonbench.solvers.rules.word_problems.goals import CHANGE, GAIN, LOSS, MEASURED, MOVE, STATE
from spoonbench.solvers.rules.word_problems.signs import sign_of
from spoonbench.solvers.rules.word_problems.terms import Term, combine, less
from spoonbench.solvers.rules.word_problems.untold import concerns, is_near, is_open

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Story
    from spoonbench.solvers.rules.word_problems.goals import Goal

_TWO = 2
_NOBODY: frozenset[str] = frozenset()
_OWNING = STATE | GAIN
_ACQUIRING = STATE | {"get", "buy", "make"}
_FOLLOWED = STATE | CHANGE
_LEAVING = LOSS | {"go"}
_COMING = GAIN | {"come", "put"}


@dataclass(slots=True)
class _Course:
    """An amount over time, as it is told.

    Attributes:
        starts: what there was before the changes.
        ends: what there was after them.
        changes: each with 1 where it adds and -1 where it takes.
        cost: what is taken for granted in seeing it so.
        is_untold: some of it is told without a number.
    """

    starts: list[Term]
    ends: list[Term]
    changes: list[tuple[int, Term]]
    cost: float
    is_untold: bool

    def applied(self) -> list[tuple[str, Term]]:
        """The changes as parts of a sum."""
        return [("+" if sign > 0 else "-", term) for sign, term in self.changes]

    def undone(self) -> list[tuple[str, Term]]:
        """The changes as parts of a sum that goes back in time."""
        return [("-" if sign > 0 else "+", term) for sign, term in self.changes]

    def signed(self, sign: int) -> list[Term]:
        """The changes that add, or those that take."""
        return [term for one, term in self.changes if one == sign]


def by_changes(goal: Goal, terms: list[Term], story: Story, cost: float) -> Iterator[Term]:
    """An amount over time: its start, what changes it, and its end; one of them is sought.

    Args:
        goal: what is sought.
        terms: amounts it may be made of.
        story: the whole text, amounts without a number among them.
        cost: what was taken for granted in choosing the terms.
    """
    course = _course_of(goal, terms, story, cost)
    if course is None:
        return
    yield from _ends(goal, course, story)
    yield from _starts(goal, course)
    if course.starts and course.ends:
        yield _between(goal, course)
    elif course.ends and course.changes and _asks_change(goal):
        yield from _missing_change(goal, course)


def holders_of(goal: Goal, terms: Sequence[Term]) -> frozenset[str]:
    """Whose amount is followed over time: people and places; empty where that is open."""
    amount = goal.amount
    names = set(amount.group)
    if not amount.is_passive:
        names.add(amount.owner)
    names.add(amount.place)
    names -= UNNAMED
    if names:
        names &= _NOBODY.union(*[term.amount.owners for term in terms])
    if amount.owner == GROUP and not amount.group:
        names |= {term.amount.owner for term in terms if term.amount.verb_class in _OWNING}
    if not names - UNNAMED:
        states = [term.amount for term in terms if term.amount.verb_class in STATE]
        names |= {name for state in states[:1] for name in (state.owner, state.place)}
    return frozenset(names - UNNAMED)


def is_same_holding(one: Amount, other: Amount) -> bool:
    """Whether two clauses tell how much of one thing the same owner has in the same place."""
    return (
        bool(one.owner or one.place)
        and one.owner == other.owner
        and one.place == other.place
        and one.thing.words == other.thing.words
        and one.clause != other.clause
    )


def _course_of(goal: Goal, terms: list[Term], story: Story, cost: float) -> _Course | None:
    """The terms as an amount over time; None where nothing happens to it."""
    holders = holders_of(goal, terms)
    states, changes = _states_and_changes(goal, terms, holders)
    if not changes and len(states) < _TWO:
        return None
    moved = [term for _, term in changes]
    vague = [amount for amount in story.vague if amount.verb_class in CHANGE]
    starts, ends = _start_and_end(states, moved, vague, goal)
    asked = frozenset({goal.amount.owner, goal.amount.place}) - UNNAMED
    is_untold = bool(story.vague) and (
        is_open(goal, story, holders and holders | asked)
        or any(
            (_is_of_group(amount, goal) or concerns(amount, holders)) and is_near(amount, goal)
            for amount in vague
        )
    )
    course = _Course(starts, ends, changes, cost, is_untold)
    _part_states(course, goal)
    for term in terms:
        if term.amount.is_total and not _is_only_change(term.amount, moved):
            course.cost += 1.5
            break
    _find_start(course, goal, terms)
    for term in (*course.starts, *course.ends):
        if _is_of_another(term.amount, goal, story):
            course.cost += ANOTHERS
            break
    return course


def _part_states(course: _Course, goal: Goal) -> None:
    """Two amounts of the same at two times are its start and its end."""
    starts = course.starts
    if (
        len(starts) == _TWO
        and not course.ends
        and not course.changes
        and not goal.is_total
        and is_same_holding(starts[0].amount, starts[1].amount)
    ):
        course.cost += 0.4
        course.starts, course.ends = starts[:1], starts[1:]


def _find_start(course: _Course, goal: Goal, terms: Sequence[Term]) -> None:
    """Where all is taken away, the one other amount is what it was taken from."""
    changes = course.changes
    if not goal.is_left or course.starts or course.ends or not changes or course.signed(1):
        return
    moved = [term for _, term in changes]
    others = [
        term
        for term in terms
        if term not in moved
        and not term.amount.is_part
        and term.amount.clause <= moved[0].amount.clause
    ]
    if len(others) == 1:
        course.starts = others
        course.cost += 0.3


def _states_and_changes(
    goal: Goal, terms: Sequence[Term], holders: frozenset[str]
) -> tuple[list[Term], list[tuple[int, Term]]]:
    """Terms that say what there is, and those that change it, each with its sign."""
    is_only = _is_only_holder(holders, terms)
    states: list[Term] = []
    changes: list[tuple[int, Term]] = []
    for term in terms:
        if term.amount.is_negated or _is_internal(term.amount, goal, holders):
            continue
        sign = sign_of(term.amount, goal, holders, is_only=is_only)
        if sign:
            changes.append((sign, term))
        elif sign == 0 and _is_state_of(term.amount, holders, states):
            states.append(term)
    return states, changes


def _is_of_group(amount: Amount, goal: Goal) -> bool:
    """Whether one of those who have all of it together has it: "Ann picked some"."""
    return goal.amount.owner == GROUP and amount.owner not in UNNAMED


def _is_of_another(amount: Amount, goal: Goal, story: Story) -> bool:
    """Whether it is what another person has, and not the one who is asked about."""
    asked = goal.amount
    is_stated = asked.verb_class in STATE and asked.owner not in UNNAMED
    return is_stated and amount.owner in story.owners and not amount.is_of(asked.owner)


def _is_internal(amount: Amount, goal: Goal, holders: frozenset[str]) -> bool:
    """Whether it goes from one to the other of those who have all of it together."""
    return (
        goal.amount.owner == GROUP
        and amount.owner in holders
        and not holders.isdisjoint({amount.to, amount.source} - {NOBODY, amount.owner})
    )


def _is_only_holder(holders: frozenset[str], terms: Sequence[Term]) -> bool:
    """Whether nobody else is told to have or to get any."""
    known = holders | UNNAMED
    for term in terms:
        amount = term.amount
        if (
            amount.owner not in known
            and amount.verb_class in _ACQUIRING
            and not amount.is_part
            and amount.place != NOBODY
            and amount.place not in holders
        ):
            return False
    return True


def _is_state_of(amount: Amount, holders: frozenset[str], before: Sequence[Term]) -> bool:
    """Whether an amount says what the holders have, and not what some of it is like."""
    if holders and amount.place not in holders:
        is_named = not holders.isdisjoint(amount.context)
        if not (is_named or amount.owner in holders or amount.owner in UNNAMED):
            return False
        if amount.owner == NOBODY != amount.place:
            return False
    if amount.is_part:
        return False
    is_description = (
        amount.lemma == "be"
        and amount.role == "subject"
        and not amount.place
        and any(state.amount.clause < amount.clause for state in before)
    )
    return not is_description


def _asks_change(goal: Goal) -> bool:
    # "How many cars are parked there now?" asks what is there.
    is_state_now = goal.is_now and (goal.amount.is_passive or goal.amount.tense == "present")
    return goal.amount.verb_class in CHANGE and not goal.is_left and not is_state_now


def _ends(goal: Goal, course: _Course, story: Story) -> Iterator[Term]:
    """What there is after every change."""
    starts, gains = course.starts, course.signed(1)
    if not course.changes or course.ends or goal.is_start or not (starts or gains):
        return
    parts = [("+", term) for term in starts] + course.applied()
    if len(parts) == 1:
        return
    lemma = goal.amount.lemma
    joins = not starts and _joins(gains[0].amount, goal, story)
    doubt = summed(
        (0.6 if not starts and gains[0].amount.is_extra else 0.2, not starts),
        # What comes to a place joins what was there.
        (2.0, joins),
        # Games won and games lost are all played.
        (0.8, not starts and bool(course.signed(-1)) and not _is_of_state(goal)),
        # Who gains 2 pounds weighs more than that.
        (1.5, not starts and _is_measured(goal)),
        # "How many does he still have to write?": what was written is no more of them.
        (1.5, goal.is_left and any(term.amount.lemma == lemma for _, term in course.changes)),
        (1.2, _asks_change(goal)),
        (ASKS_DIFFERENCE, goal.asked.is_more),
        (UNTOLD, course.is_untold),
        # Nothing is taken away, and it is asked what is left.
        (0.8, goal.is_left and not course.signed(-1)),
    )
    parts.sort(key=lambda part: part[0] != "+")
    why = "what was there at the start and every change"
    yield combine("change", parts, goal.amount, why, course.cost + doubt)


def _is_of_state(goal: Goal) -> bool:
    return goal.is_left or goal.is_now or goal.amount.verb_class in _FOLLOWED


def _is_measured(goal: Goal) -> bool:
    """Whether it is asked how heavy, long, old ... something is: nobody starts from nothing."""
    return goal.amount.verb_class == "weigh" or goal.asked.how in MEASURED


def _joins(moved: Amount, goal: Goal, story: Story) -> bool:
    """Whether what is moved joins others: not so things "laid out", or put "on one pile"."""
    place = moved.place
    if moved.verb_class not in MOVE:
        return False
    if moved.verb_class == "put" and not place and not goal.amount.place:
        return False
    return not any(
        amount.value == 1 and amount.thing.head == place != NOBODY for amount in story.amounts
    )


def _starts(goal: Goal, course: _Course) -> Iterator[Term]:
    """What there was before every change."""
    starts, ends = course.starts, course.ends
    if not course.changes:
        return
    if ends and (goal.is_start or (not starts and not _asks_change(goal))):
        last, doubt = ends[-1], 0.0 if goal.is_start else 1.0
    elif goal.is_start and starts and not ends:
        last, doubt = starts[-1], 0.5
    else:
        return
    why = "what is there at the end, every change undone"
    parts = [("+", last), *course.undone()]
    yield combine("change", parts, goal.amount, why, course.cost + doubt)


def _between(goal: Goal, course: _Course) -> Term:
    """What changed between the start and the end, besides the changes that are told."""
    asks_change = _asks_change(goal)
    end = course.ends[-1]
    parts = less([end], course.starts) + course.undone()
    if sum(term.value if sign == "+" else -term.value for sign, term in parts) < 0:
        parts = less(course.starts, [end]) + course.applied()
    doubt = summed(
        (1.2, not (asks_change or goal.amount.is_vague)),
        (2.0, goal.is_left or (goal.is_now and not asks_change)),
    )
    why = "between the start and the end"
    return combine("change", parts, goal.amount, why, course.cost + doubt)


def _missing_change(goal: Goal, course: _Course) -> Iterator[Term]:
    """What was given away: "Joan found 70. She gave some away. She has 27."."""
    gains, losses, end = course.signed(1), course.signed(-1), course.ends[-1]
    asked = goal.amount.verb_class
    if gains and asked in _LEAVING:
        parts = less(gains, [*losses, end])
        yield combine("change", parts, goal.amount, "what was got, less what is left", course.cost)
    elif losses and asked in _COMING:
        parts = less([end], losses)
        yield combine(
            "change", parts, goal.amount, "what is left and what was lost", course.cost + 0.5
        )


def _is_only_change(amount: Amount, moved: Sequence[Term]) -> bool:
    """Whether it is a total of nothing told one by one: "they give away 5 in all"."""
    return all(term.amount is amount for term in moved)


def _start_and_end(
    states: list[Term], moved: list[Term], vague: Sequence[Amount], goal: Goal
) -> tuple[list[Term], list[Term]]:
    """States before the changes, and those after them."""
    clauses = [term.amount.clause for term in moved] + [amount.clause for amount in vague]
    first = min(clauses, default=None)
    ends: list[Term] = []
    starts: list[Term] = []
    for term in states:
        others = [other.amount for other in states if other is not term]
        side = ends if _is_end(term.amount, others, starts, first, goal) else starts
        side.append(term)
    return starts, ends


def _is_end(
    amount: Amount,
    others: Sequence[Amount],
    starts: Sequence[Term],
    first: int | None,
    goal: Goal,
) -> bool:
    """Whether a state is one after the changes; `first` is the clause of the first of them."""
    if amount.is_earlier and not amount.is_now:
        return False
    is_marked = amount.is_now or amount.is_left or _is_present_alone(amount, others)
    if goal.is_left and not is_marked and amount.tense == "past" and amount.lemma == "have":
        # "She bought 4. She had 50 dollars. How many are left?": what she had before.
        return False
    if first is not None:
        return amount.clause > first or (amount.clause == first and is_marked)
    if is_marked and (starts or goal.is_start):
        return True
    return bool(starts) and _is_other_time(amount.times, starts[-1].amount.times)


def _is_present_alone(amount: Amount, others: Sequence[Amount]) -> bool:
    return amount.tense == "present" and any(other.tense == "past" for other in others)


def _is_other_time(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one) and bool(other) and one != other
