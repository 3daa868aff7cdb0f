"""What a text says: who has, gains, gives or loses how many of what, in order.

Every number of a text ends up in one event; a clause without a known verb makes the text unclear.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

NOBODY = ""
"""The owner where none is named: "there are 5 birds"."""
ANY_THING = "*"
"""What a bare "each" counts by."""
GROUP = "they"
"""All owners together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What is counted.

    Attributes:
        head: the noun in the singular; empty where none is named.
        words: all its words in the singular, the head among them.
    """

    head: str
    words: frozenset[str]

    def matches(self, asked: Thing) -> bool:
        """Whether an amount of this is an amount of what is asked for, or may stand for it."""
        if not self.head or not asked.head:
            return True
        if self.head not in asked.words and asked.head not in self.words:
            return False
        # "red marbles" are no "blue marbles", but "marbles" may speak of either.
        own, theirs = self.words - asked.words, asked.words - self.words
        return not (own and theirs)

    def is_within(self, asked: Thing) -> bool:
        """Whether it is certain that this is an amount of what is asked for."""
        return bool(asked.words) and asked.words <= self.words


NO_THING = Thing(head="", words=frozenset())


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One amount and what happens to it.

    Attributes:
        value: None for "some".
        thing: what is counted.
        lemma: the verb.
        verb_class: a key of `[verbs]` in lexicon.toml.
        subject: who does it; NOBODY where none is named.
        recipient: who is given it.
        source: from whom or where it comes.
        place: where it is.
        is_more: spoken of as more of what was there.
        is_passive: it is done to the amount ("3 are eaten").
        is_vague: no number and no "some": that something was done, not how much.
        is_part: it is some of an amount told before ("3 of them are red").
        is_total: "a total of 20".
        is_earlier: it was so before what was told just before.
        is_anothers: it is taken "of them" or "of Mary's".
        predicate: what is said of a part ("red").
        per: what the amount is counted by ("box" in "4 in each box"); ANY_THING for a bare "each".
        is_bare: the text names no thing here; it was taken from before.
        sentence: index of the sentence.
        clause: index of the clause in the text.
    """

    value: Fraction | None
    thing: Thing
    lemma: str
    verb_class: str
    subject: str = NOBODY
    recipient: str = NOBODY
    source: str = NOBODY
    place: str = NOBODY
    is_more: bool = False
    is_passive: bool = False
    is_vague: bool = False
    is_bare: bool = False
    is_part: bool = False
    is_earlier: bool = False
    is_total: bool = False
    is_anothers: bool = False
    predicate: frozenset[str] = frozenset()
    per: str = ""
    sentence: int = 0
    clause: int = 0

    @property
    def owners(self) -> frozenset[str]:
        """Everybody and every place that it names."""
        return frozenset({self.subject, self.recipient, self.source, self.place} - {NOBODY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One amount told by another: A has N more than B, or N times as many.

    Attributes:
        owner: who has the amount told of.
        other: who has the amount that it is told by.
        thing: what is counted.
        difference: owner less other; None for a multiple.
        factor: owner over other; None for a difference.
    """

    owner: str
    other: str
    thing: Thing
    difference: Fraction | None = None
    factor: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes:
        thing: what is to be counted; NO_THING where the question names none.
        owner: whose; NOBODY, one owner, or GROUP.
        predicate: what is said of them in "are blue".
        owners: those who are asked about by name together.
        other: the second owner of a comparison.
        other_thing: the second thing of a comparison.
        lemma: the verb.
        verb_class: its class.
        text: its words, one space between them and at both ends.
        is_more: "how many more", "how much longer".
        is_asked: False where the text ends without a question.
    """

    thing: Thing
    owner: str
    lemma: str
    verb_class: str
    predicate: frozenset[str] = frozenset()
    owners: tuple[str, ...] = ()
    other: str = NOBODY
    other_thing: Thing = NO_THING
    text: str = ""
    is_more: bool = False
    is_asked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A text as read.

    Attributes:
        events: in order.
        comparisons: in order.
        question: what is asked.
        words: all words of the text.
        n_numbers: numbers in the text.
        guesses: how often a pronoun had more than one possible owner.
    """

    events: tuple[Event, ...]
    comparisons: tuple[Comparison, ...]
    question: Question
    words: frozenset[str]
    n_numbers: int
    guesses: int = 0
