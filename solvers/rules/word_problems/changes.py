"""An amount over time: its start, what changes it, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import (
    GROUP,
    NOBODY,
    Amount,
    Story,
    thing_distance,
)
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.goals import (
    CHANGE,
    FAR,
    GAIN,
    LOSS,
    MOVE,
    STATE,
    Goal,
    dimension_of_thing,
)
from spoonbench.solvers.rules.word_problems.terms import Term, add_term

if TYPE_CHECKING:
    from collections.abc import Sequence


def sign_of(amount: Amount, goal: Goal, holders: frozenset[str], *, is_only: bool) -> int | None:
    """What an amount does to the one that is sought: 0 sets it, 1 adds, -1 takes; None nothing."""
    verb_class = amount.verb_class
    if verb_class == "hold" and amount.modal == "can":
        # What it has room for is not what is in it.
        return None
    is_money = dimension_of_thing(amount.thing) == "money"
    mine = holders
    if verb_class == "divide" and amount.to:
        verb_class = "give"
    if verb_class in {
        "state",
        "boundary",
        "hold",
        "need",
        "think",
        "do",
        "",
        "weigh",
        "travel",
        "divide",
        "group",
    }:
        return 0 if verb_class in {"state", "boundary", "hold", ""} else None
    is_subject = amount.owner in mine or amount.owner == GROUP == goal.amount.owner
    if verb_class in {"buy", "spend", "cost"}:
        sign = -1 if is_money else 1
        if verb_class == "spend":
            sign = -1
        if amount.holder in mine and not is_subject and amount.owner:
            return -1
        if amount.source in mine:
            return -1
        return sign if is_subject or not mine or amount.owner == GROUP else None
    if verb_class in {"sell", "earn"}:
        sign = 1 if is_money or verb_class == "earn" else -1
        if amount.to in mine:
            return 1
        return sign if is_subject or not mine or amount.owner in {GROUP, NOBODY} else None
    if verb_class in {"get", "make"}:
        if amount.to in mine or amount.beneficiary in mine:
            return 1
        if is_subject:
            return -1 if amount.is_passive and verb_class == "get" and False else 1
        if amount.source in mine or (amount.holder in mine and amount.owner):
            return -1
        if amount.lemma == "bring" and amount.is_extra and amount.source == NOBODY:
            return 1
        return 1 if not mine or amount.place in mine else None
    if verb_class == "take":
        if is_subject and not amount.is_passive:
            return 1
        if amount.source in mine or amount.holder in mine or amount.place in mine:
            return -1
        return -1 if amount.is_passive or not mine or amount.is_part or is_only else None
    if verb_class == "give":
        if amount.to in mine and not is_subject:
            return 1
        if is_subject:
            return 1 if amount.is_passive else -1
        if amount.is_extra and amount.owner and amount.to == NOBODY:
            return 1
        return -1 if not mine or amount.source in mine or amount.holder in mine else None
    if verb_class == "lose":
        if amount.is_extra and amount.place in mine:
            # "Dropped 60 more into it".
            return 1
        if (
            is_subject
            or not mine
            or amount.owner in {NOBODY, GROUP}
            or amount.holder in mine
            or amount.is_part
            or amount.role == "subject"
        ):
            return -1
        return -1 if amount.place in mine or amount.source in mine or is_only else None
    if verb_class == "put":
        if amount.source in mine:
            return -1
        if amount.place in mine or amount.to in mine or not mine:
            return 1
        if amount.place != NOBODY and amount.place not in mine and not is_subject:
            return None
        return 1 if amount.is_extra or not is_subject else None
    if verb_class == "come":
        return 1
    if verb_class == "go":
        return -1
    return None


def holders_of(goal: Goal, terms: Sequence[Term]) -> frozenset[str]:
    """Whose amount is followed over time."""
    amount = goal.amount
    owner = amount.owner
    names = set()
    if owner not in {NOBODY, GROUP} and not amount.is_passive:
        names.add(owner)
    if amount.group:
        names |= amount.group
    if amount.place:
        names.add(amount.place)
    known = {name for term in terms for name in term.amount.owners}
    names &= known
    if owner == GROUP and not amount.group:
        names |= {term.amount.owner for term in terms if term.amount.verb_class in STATE | GAIN} - {
            NOBODY,
            GROUP,
        }
    if not names:
        for term in terms:
            if term.amount.verb_class in STATE:
                names |= {term.amount.owner, term.amount.place} - {NOBODY, GROUP}
                break
    return frozenset(names)


def _is_only_holder(holders: frozenset[str], terms: Sequence[Term]) -> bool:
    """Whether nobody else is told to have or to get any."""
    return not any(
        term.amount.owner not in holders | {NOBODY, GROUP}
        and term.amount.verb_class in STATE | {"get", "buy", "make"}
        and not term.amount.is_part
        and term.amount.place not in holders | {NOBODY}
        for term in terms
    )


def add_changes(
    goal: Goal, terms: list[Term], story: Story, found: list[Term], cost: float
) -> None:
    """An amount over time: its start, what changes it, and its end; one of them is sought."""
    holders = holders_of(goal, terms)
    is_only = _is_only_holder(holders, terms)
    states: list[Term] = []
    changes: list[tuple[int, Term]] = []
    for term in terms:
        amount = term.amount
        if amount.is_negated:
            continue
        sign = sign_of(amount, goal, holders, is_only=is_only)
        if sign is None:
            continue
        if sign == 0:
            if (
                holders
                and amount.owner not in holders | {NOBODY, GROUP}
                and amount.place not in holders
                and not _owns_loosely(amount, holders)
            ):
                continue
            if holders and amount.owner == NOBODY and amount.place not in holders | {NOBODY}:
                continue
            if (
                amount.is_part
                or amount.lemma == "be"
                and amount.role == "subject"
                and any(t.amount.clause < amount.clause for t in states)
                and not amount.place
            ):
                continue
            states.append(term)
        else:
            changes.append((sign, term))
    moved = [term for _, term in changes]
    first_move = min((term.amount.clause for term in moved), default=None)
    vague = [
        amount
        for amount in story.amounts
        if amount.is_vague and not amount.is_asked and amount.verb_class in CHANGE
    ]
    starts, ends = _start_and_end(states, moved, vague, goal)
    has_open_start = is_open(goal, story, holders)
    if (
        len(starts) == 2
        and not ends
        and not changes
        and is_same_holding(starts[0].amount, starts[1].amount)
        and not goal.is_total
    ):  # noqa: PLR2004
        # Two amounts of the same at two times.
        cost += 0.4
        starts, ends = starts[:1], starts[1:]
    like = altered(goal.amount)
    q_class = goal.amount.verb_class
    # "How many cars are parked there now?" asks what is there.
    is_state_now = goal.is_now and (goal.amount.is_passive or goal.amount.tense == "present")
    asks_change = q_class in CHANGE and not goal.is_left and not is_state_now
    if any(term.amount.is_total and not _is_only_change(term.amount, moved) for term in terms):
        cost += 1.5
    if (
        goal.is_left
        and not starts
        and not ends
        and changes
        and all(sign < 0 for sign, _ in changes)
    ):
        others = [
            term
            for term in terms
            if term not in moved
            and not term.amount.is_part
            and term.amount.clause <= changes[0][1].amount.clause
        ]
        if len(others) == 1:
            starts, cost = others, cost + 0.3
    # The end.
    if changes and not ends and not goal.is_start:
        parts: list[tuple[str, Term]] = [("+", term) for term in starts]
        signed = changes
        if not starts and signed[0][0] < 0:
            parts = []
        parts += [("+" if sign > 0 else "-", term) for sign, term in signed]
        extra = 0.0
        if not starts:
            gains = [term for sign, term in signed if sign > 0]
            if not gains:
                parts = []
            extra += 0.6 if any(term.amount.is_extra for term in gains[:1]) else 0.2
            if any(
                term.amount.verb_class in MOVE and not _is_new(term.amount, goal, story)
                for term in gains[:1]
            ):
                # What comes to a place joins what was there.
                extra += 2.0
        if goal.is_left and any(term.amount.lemma == goal.amount.lemma for term in moved):
            # "How many does he still have to write?": what was written is no more of them.
            extra += 1.5
        if asks_change:
            extra += 1.2
        if goal.asked.is_more:
            extra += 2.0
        if has_open_start or any(
            concerns(amount, goal, holders) and is_near(amount, goal) for amount in vague
        ):
            extra += 2.0
        if parts and len(parts) > 1:
            parts.sort(key=lambda part: part[0] != "+")
            add_term(
                found,
                "change",
                parts,
                like,
                "what was there at the start and every change",
                cost + extra,
            )
    # The start.
    if ends and changes and (goal.is_start or (not starts and not asks_change)):
        inverse = [("+", ends[-1])] + [("-" if sign > 0 else "+", term) for sign, term in changes]
        extra = 0.0 if goal.is_start else 1.0
        add_term(
            found,
            "change",
            inverse,
            like,
            "what is there at the end, every change undone",
            cost + extra,
        )
    if goal.is_start and not ends and changes and starts:
        inverse = [("+", starts[-1])] + [("-" if sign > 0 else "+", term) for sign, term in changes]
        add_term(
            found,
            "change",
            inverse,
            like,
            "what is there at the end, every change undone",
            cost + 0.5,
        )
    # The change.
    if starts and ends:
        known = [("-" if sign > 0 else "+", term) for sign, term in changes]
        forward = [("+", ends[-1]), *[("-", term) for term in starts], *known]
        backward = (
            [("+", term) for term in starts]
            + [("-", ends[-1])]
            + [("+" if sign > 0 else "-", term) for sign, term in changes]
        )
        up = sum((term.value if sign == "+" else -term.value) for sign, term in forward) >= 0
        extra = 0.0 if asks_change or goal.amount.is_vague else 1.2
        if goal.is_left or goal.is_now and not asks_change:
            extra += 2
        add_term(
            found,
            "change",
            forward if up else backward,
            like,
            "between the start and the end",
            cost + extra,
        )
    elif ends and changes and asks_change and not starts:
        # "Joan found 70. She gave some away. She has 27."
        gains = [("+", term) for sign, term in changes if sign > 0]
        losses = [("-", term) for sign, term in changes if sign < 0]
        if gains and q_class in LOSS | {"go"}:
            add_term(
                found,
                "change",
                [*gains, *losses, ("-", ends[-1])],
                like,
                "what was got, less what is left",
                cost,
            )
        elif losses and q_class in GAIN | {"come", "put"}:
            add_term(
                found,
                "change",
                [("+", ends[-1]), *losses],
                like,
                "what is left and what was lost",
                cost + 0.5,
            )
    elif asks_change and starts and not ends and changes and q_class in LOSS:
        pass
    del first_move


def _is_new(moved: Amount, goal: Goal, story: Story) -> bool:
    """Whether nothing was there before: things "laid out", or put "on one pile"."""
    place = moved.place
    if moved.verb_class == "put" and not place and not goal.amount.place:
        return True
    return any(
        amount.value == 1 and amount.thing.head == place != NOBODY for amount in story.amounts
    )


def _is_only_change(amount: Amount, moved: Sequence[Term]) -> bool:
    """"They give away 5 in all": a total of nothing that is told one by one."""
    return all(term.amount is amount for term in moved)


def is_same_holding(one: Amount, other: Amount) -> bool:
    return (
        bool(one.owner or one.place)
        and one.owner == other.owner
        and one.place == other.place
        and one.thing.words == other.thing.words
        and one.clause != other.clause
    )


def _owns_loosely(amount: Amount, holders: frozenset[str]) -> bool:
    return any(holder in amount.context for holder in holders)


def is_near(amount: Amount, goal: Goal) -> bool:
    return (
        not amount.thing.head
        or not goal.thing.head
        or thing_distance(amount.thing, goal.thing) < FAR
    )


def is_open(goal: Goal, story: Story, holders: frozenset[str]) -> bool:
    """Whether somebody is said to have "some", so that no number is known to start from."""
    return any(
        amount.is_vague
        and not amount.is_asked
        and amount.verb_class in {"state", "boundary"}
        and amount.lemma != ""
        and amount.role != "none"
        and is_near(amount, goal)
        and concerns(amount, goal, holders)
        for amount in story.amounts
    )


def concerns(amount: Amount, goal: Goal, holders: frozenset[str]) -> bool:
    del goal
    return not holders or bool(amount.owners & holders)


def _start_and_end(
    states: list[Term], moved: list[Term], vague: Sequence[Amount], goal: Goal
) -> tuple[list[Term], list[Term]]:
    """States before the changes, and the one after them."""
    if not states:
        return [], []
    clauses = [term.amount.clause for term in moved] + [amount.clause for amount in vague]
    first = min(clauses, default=None)
    ends: list[Term] = []
    starts: list[Term] = []
    for term in states:
        amount = term.amount
        is_marked = (
            amount.is_now
            or amount.is_left
            or (
                amount.tense == "present"
                and any(other.amount.tense == "past" for other in states if other is not term)
            )
        )
        if amount.is_earlier and not amount.is_now:
            starts.append(term)
        elif goal.is_left and not is_marked and amount.tense == "past" and amount.lemma == "have":
            # "She bought 4. She had 50 dollars. How many are left?": what she had before.
            starts.append(term)
        elif first is not None:
            (
                ends if amount.clause > first or (amount.clause == first and is_marked) else starts
            ).append(term)
        elif is_marked and (starts or goal.is_start):
            ends.append(term)
        elif (
            starts
            and amount.times
            and starts[-1].amount.times
            and amount.times != starts[-1].amount.times
        ):
            ends.append(term)
        else:
            starts.append(term)
    return starts, ends
