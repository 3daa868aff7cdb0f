"""Changes without a number: the text says that they happened, not how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import MOVES
from spoonbench.solvers.rules.word_problems.copying import altered
from spoonbench.solvers.rules.word_problems.things import thing_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.amounts import Amount, Thing
    from spoonbench.solvers.rules.word_problems.clauses import Clause
    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase
    from spoonbench.solvers.rules.word_problems.tokens import Token

_CHANGES = frozenset(
    {"get", "take", "make", "buy", "earn", "lose", "give", "sell", "spend", "put", "come", "go"}
)
_NEW = frozenset({"a", "an", "some", "several"})


def vague_amount(clause: Clause, frame: Amount, bare: Thing, last: Thing) -> Amount | None:
    """The amount of a clause that tells of a change and has no number; None for any other.

    Args:
        clause: that was read.
        frame: of the clause.
        bare: what it names behind its verb.
        last: what was counted last, which "them" means.
    """
    if clause.verb is None or frame.verb_class not in _CHANGES or _is_aim(frame):
        return None
    subject = clause.subject[0] if len(clause.subject) == 1 else None
    thing = frame.thing if frame.thing.head else bare
    if not thing.head and subject is not None and frame.verb_class in MOVES | {"lose"}:
        # "Then her friends left", "the rest fell".
        if not subject.pronoun and not subject.is_name and subject.is_plural:
            thing = thing_of(subject)
        elif frame.verb_class in MOVES:
            return None
    elif not thing.head and frame.verb_class in MOVES:
        return None
    amount = altered(frame)
    amount.value, amount.is_vague, amount.role = None, True, "none"
    amount.thing, amount.is_thing_told = (thing, True) if thing.head else (last, False)
    return amount


def bought_amount(phrase: NounPhrase, frame: Amount, tokens: Sequence[Token]) -> Amount | None:
    """As in "4 notebooks and a backpack": the backpack, which has its price too."""
    if phrase.determiner not in _NEW or not phrase.words:
        return None
    amount = altered(frame)
    amount.value, amount.is_vague, amount.role = None, True, "bought"
    amount.start, amount.end = tokens[phrase.start].start, tokens[phrase.end - 1].end
    amount.thing, amount.is_thing_told = thing_of(phrase), True
    return amount


def _is_aim(frame: Amount) -> bool:
    """As in "33 books to sell", "people going to a fair": nothing that is told to have happened."""
    return frame.kind == "infinitive" or (frame.kind != "main" and frame.verb_class in MOVES)
