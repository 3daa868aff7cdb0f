"""What only a whole clause tells of each of its amounts: labels, shares, what counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import EACH, LABEL, Thing
from spoonbench.solvers.rules.word_problems.counted_by import resolve_each, set_held
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.things import name_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount
    from spoonbench.solvers.rules.word_problems.clause_state import ClauseState, Context
    from spoonbench.solvers.rules.word_problems.clauses import Clause
    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase
    from spoonbench.solvers.rules.word_problems.tokens import Token

_TIMES_OF_DAY = frozenset({"morning", "afternoon", "evening", "night", "noon", "midnight"})
_TELLING = frozenset({"state", "weigh", "cost", "hold"})
_EQUAL = frozenset({"be", "equal"})


def mend_amounts(clause: Clause, frame: Amount, state: ClauseState, context: Context) -> None:
    """Set what each amount of a clause is, and is counted by, once all of it was read.

    Args:
        clause: that was read.
        frame: what all of its amounts have in common.
        state: holds the amounts.
        context: what the text told before.
    """
    found = state.found
    _mark_labels(found, state.phrases, context.tokens)
    if len(found) > 1:
        name_before(found, state.phrases, state.joins)
        _drop_single(found, frame)
    for amount in found:
        _mend_alone(amount, clause)
    set_held(clause, frame, found)
    if frame.per:
        _spread_per(found, frame)
    resolve_each(clause, frame, state.bare, found, context.amounts)


def _spread_per(found: Sequence[Amount], frame: Amount) -> None:
    """What the clause is told by holds for each of its amounts that has nothing of its own."""
    for amount in found:
        is_other = amount.thing.head != frame.per or not amount.is_thing_told
        if not amount.per and amount.role != "whole" and not amount.is_group_count and is_other:
            amount.per = frame.per
        elif is_other and amount.per not in (frame.per, "", EACH) and not amount.is_group_count:
            amount.per_too = frame.per


def _mend_alone(amount: Amount, clause: Clause) -> None:
    """As in "One yard is 3 feet": 3 feet by yards; "of the puppies, 3/4 are brown": a share."""
    units = load_lexicon().units
    if amount.role == "object" and amount.lemma in _EQUAL and len(clause.subject) == 1:
        unit, subject = units.get(amount.thing.head), units.get(clause.subject[0].head)
        if unit is not None and subject is not None and unit.dimension == subject.dimension:
            amount.per, amount.soft_per = clause.subject[0].head, ""
    is_plain = amount.is_part and amount.form == "number" and amount.thing.head not in units
    if is_plain and amount.value is not None and 0 < amount.value < 1:
        amount.form = "share"


def _mark_labels(
    found: Sequence[Amount], phrases: Sequence[NounPhrase | None], tokens: Sequence[Token]
) -> None:
    """As in "at 6 in the morning", and "all three" in a question: nothing is counted."""
    for amount, phrase in zip(found, phrases, strict=True):
        if phrase is None or (amount.thing.head and amount.is_thing_told):
            continue
        is_clock = amount.role == "at" and not amount.times.isdisjoint(_TIMES_OF_DAY)
        is_everybody = (
            amount.in_question
            and amount.role == "subject"
            and tokens[phrase.number - 1].text == "all"
        )
        if is_clock or is_everybody:
            amount.thing, amount.is_thing_told = Thing(LABEL, frozenset({LABEL})), True


def _drop_single(found: Sequence[Amount], frame: Amount) -> None:
    """As in "One worm was 3 inches long": which of them it was, not how many."""
    if found[0].role != "subject" or found[0].value != 1:
        return
    if frame.in_question or frame.is_passive or found[0].form != "number":
        return
    if frame.verb_class in _TELLING and found[1].role != "subject":
        found[0].is_unit = True
