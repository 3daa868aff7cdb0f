"""What is known while a text is read, and what was read of one clause so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.adjuncts import Adjuncts
from spoonbench.solvers.rules.word_problems.amounts import NO_THING, NOBODY, Amount, Thing
from spoonbench.solvers.rules.word_problems.cast import Cast
from spoonbench.solvers.rules.word_problems.topics import Topics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase, Phrase
    from spoonbench.solvers.rules.word_problems.tokens import Token


@dataclass(slots=True)
class Context:
    """What the clauses before tell the one that is read.

    Attributes:
        amounts: read so far, those without a number among them.
        cast: who was spoken of.
        topics: what was counted.
        tokens: of the sentence.
        said: the text of each of them.
        may_compare: they may tell one amount by another.
        last: the frame of the last clause with a finite verb.
        sentence: its number.
        clause: its number.
        is_if: the sentence supposes something.
        in_question: it asks.
    """

    amounts: list[Amount] = field(default_factory=list)
    cast: Cast = field(default_factory=Cast)
    topics: Topics = field(default_factory=Topics)
    tokens: Sequence[Token] = ()
    said: frozenset[str] = frozenset()
    may_compare: bool = False
    last: Amount | None = None
    sentence: int = 0
    clause: int = 0
    is_if: bool = False
    in_question: bool = False


@dataclass(slots=True)
class ClauseState:
    """What was read of the clause so far.

    Attributes:
        complement: the first phrase behind the verb, or nothing.
        found: its amounts.
        phrases: the noun phrase of each; None for one that stands inside another's.
        joins: for each, whether only "and", "or" or a comma stands before it.
        adjuncts: who gets it, where it is, when it happens.
        unnumbered: all that stands behind the verb without a number.
        bare: the first thing without a number behind the verb.
        pending: a noun phrase behind the verb that may be a recipient.
        is_pending_joined: whether "and" or a comma stood before it.
        gap_owner: "Ann" in "Tom has 5 and Ann 6".
        is_shared: whether "the same number" was said, which each of them has.
        passed: index of the token up to which a comparison was read.
        is_joined: whether only a conjunction was read since the last phrase.
        purpose: the thing in "to make a pie", or "".
    """

    complement: Sequence[Phrase] = ()
    found: list[Amount] = field(default_factory=list)
    phrases: list[NounPhrase | None] = field(default_factory=list)
    joins: list[bool] = field(default_factory=list)
    adjuncts: Adjuncts = field(default_factory=Adjuncts)
    unnumbered: list[NounPhrase] = field(default_factory=list)
    bare: Thing = NO_THING
    pending: NounPhrase | None = None
    is_pending_joined: bool = False
    gap_owner: str = NOBODY
    is_shared: bool = False
    passed: int = -1
    is_joined: bool = False
    purpose: str = ""

    def add(self, amount: Amount, phrase: NounPhrase | None) -> None:
        """Note an amount."""
        self.found.append(amount)
        self.phrases.append(phrase)
        self.joins.append(self.is_joined)
