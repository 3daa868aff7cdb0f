"""What amounts are counted by: "each", "per", "apiece", "packs of 12", "on a shelf"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import EACH, Amount, Thing
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.clauses import Clause
    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase

TOTALS = frozenset({"total", "sum", "whole"})
ABSTRACT = frozenset(
    {
        "total", "sum", "whole", "speed", "rate", "price", "cost", "distance", "height", "weight",
        "length", "age", "number", "amount", "collection", "supply", "average", "budget", "score",
        "profit", "debt", "fee", "combined", "width", "depth", "population", "salary", "fine",
        "capacity", "pace",
    }
)  # fmt: skip
"""Nouns whose "of 5" is the amount itself and no group."""
_UNNAMED = frozenset({"", EACH})
_ONE = frozenset({"a", "an", "one"})
_EVERY = frozenset({"each", "every"})
_PER_CLASSES = frozenset({"hold", "cost", "weigh", "state", "need"})
_INSIDE = frozenset({"in", "on", "into", "inside", "onto"})


def noun_of(phrase: NounPhrase, place: str) -> str:
    """The noun that a phrase counts by; EACH where it names none.

    Args:
        phrase: "each box", "each of the boxes", "each one", "a piece".
        place: where the things of the clause are, which "each one" stands for.
    """
    head = phrase.head
    if head == "one" or not head:
        inner = phrase.of
        if inner is not None and inner.head:
            return inner.head
        return load_lexicon().singular(place.rsplit(maxsplit=1)[-1]) if place else EACH
    if head == "piece" and phrase.determiner in _ONE:
        return EACH
    return head


def set_groups(amounts: Sequence[Amount], phrase: NounPhrase, frame: Amount) -> None:
    """As in "Packs of 12", "a box of 24 crayons": so many in one of them.

    Args:
        amounts: what stands behind "of".
        phrase: the groups.
        frame: of the clause.
    """
    for amount in amounts:
        if phrase.head in ABSTRACT:
            amount.is_total |= phrase.head in TOTALS
            amount.context |= frozenset(phrase.words)
            continue
        is_one = phrase.determiner in _ONE
        if frame.per not in _UNNAMED and is_one and not amount.is_thing_told:
            # "Each candy comes in a package of 15": by packages.
            amount.per = ""
        elif amount.per == EACH:
            amount.per = ""
        if amount.per:
            continue
        if is_one and not (frame.per and not amount.is_thing_told):
            amount.soft_per = phrase.head
        elif phrase.is_plural or phrase.determiner in _EVERY or is_one:
            amount.per = phrase.head
        else:
            amount.soft_per = phrase.head


def set_by_place(
    amounts: Sequence[Amount], phrase: NounPhrase, preposition: str, frame: Amount
) -> None:
    """For "3 books on a shelf" by shelves where it says what can be held, else perhaps."""
    if preposition not in _INSIDE or phrase.determiner not in _ONE or phrase.is_name:
        return
    if phrase.is_plural or not phrase.head or not amounts:
        return
    amount = amounts[-1]
    if amount.per or amount.thing.head == phrase.head:
        return
    if frame.verb_class == "hold" and frame.modal in {"can", "could"}:
        amount.per = phrase.head
    elif frame.tense == "present" and not frame.soft_per:
        amount.soft_per = phrase.head


def set_held(clause: Clause, frame: Amount, found: Sequence[Amount]) -> None:
    """As in "Boxes which can hold 9 books": 9 by boxes."""
    subject = clause.subject[0] if len(clause.subject) == 1 else None
    if (
        subject is None
        or frame.verb_class != "hold"
        or clause.antecedent is None
        or not subject.is_plural
        or subject.counts
    ):
        return
    for amount in found:
        if not amount.per and not amount.is_asked and amount.role == "object":
            amount.per = subject.head


def resolve_each(
    clause: Clause, frame: Amount, bare: Thing, found: Sequence[Amount], told: Sequence[Amount]
) -> None:
    """As in "Each" and "apiece" on their own count by the other thing of the clause.

    Args:
        clause: with its subject.
        frame: of the clause.
        bare: a thing that the clause names without a number.
        found: amounts of the clause.
        told: amounts read before.
    """
    subject = clause.subject[0] if clause.subject else None
    for amount in found:
        if amount.per != EACH:
            continue
        if (
            subject is not None
            and subject.head
            and subject.is_plural
            and not subject.is_name
            and amount.role != "subject"
            and frame.verb_class in _PER_CLASSES
            and subject.head != amount.thing.head
        ):
            amount.per = subject.head
            continue
        near = [other.thing.head for other in found if other is not amount and not other.per]
        if bare.head and bare.head != amount.thing.head:
            near.append(bare.head)
        near += [other.thing.head for other in reversed(told) if not other.per]
        heads = [head for head in near if head and head != amount.thing.head]
        if frame.in_question:
            # "How much did each of them pay?": nobody means the miles.
            heads = [head for head in heads if head not in load_lexicon().units]
        if heads:
            amount.per = heads[0]


def resolve_every(found: list[Amount]) -> None:
    """As in "One point for every 3 pounds": 3 pounds by points.

    Args:
        found: amounts of one sentence.
    """
    for amount in found:
        if not amount.is_every:
            continue
        for other in found:
            if other is not amount and other.value == 1 and other.thing.head and not other.per:
                amount.per = other.thing.head
                other.is_unit = True
                break
