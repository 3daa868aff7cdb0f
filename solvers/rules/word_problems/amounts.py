"""What a text says: amounts of things, each with who has it and what happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.lexicon import Unit, load_lexicon

if TYPE_CHECKING:
    from fractions import Fraction

NOBODY = ""
GROUP = "they"
_NOBODIES = frozenset({NOBODY})
UNNAMED = frozenset({NOBODY, GROUP})
"""Owners that are no certain somebody."""
MOVES = frozenset({"come", "go"})
"""Classes of verbs with which a thing moves by itself."""
EACH = "*"
"""What a bare "each" counts by."""
LABEL = "label"
"""What a number counts that only tells which one ("floor twelve")."""


@dataclass(slots=True, unsafe_hash=True)
class Thing:
    """What is counted; never changed once made, for several amounts share it.

    Attributes:
        head: the noun in the singular; empty where none is named.
        words: all its words in the singular, the head and what follows "of" among them.
        of: the noun after "of" in "pieces of candy", or "".
    """

    head: str = ""
    words: frozenset[str] = frozenset()
    of: str = ""


NO_THING = Thing()
CURRENCIES = frozenset(
    {
        "money",
        "euro",
        "sterling",
        "yen",
        "rupee",
        "peso",
        "crown",
        "zloty",
        "franc",
        "rand",
        "ruble",
    }
)
"""Dimensions of money; amounts of two of them never add up."""
COINS = frozenset({"penny", "nickel", "dime", "quarter", "coin", "bill", "dozen", "pair", "score"})
"""Units that are counted as things are."""
_VESSELS = frozenset({"cup", "glass", "spoon", "barrel"})


_OTHER_KIND, _OTHER_THING = 6.0, 9.0
"""Distances of red cups from blue cups, and of cups from hats."""


def is_vessel(thing: Thing) -> bool:
    """Whether it is a cup rather than so much of something: no "of" follows."""
    return thing.head in _VESSELS and not thing.of


@dataclass(slots=True)
class Compare:
    """One amount told by another.

    Attributes:
        kind: "more", "fewer", "times" or "share".
        other: who or what it is told by, an owner; NOBODY where the text leaves it open.
        other_words: the words of that phrase in the singular.
        is_measure: "twice as big as": of how big they are, not of how many there are.
    """

    kind: str
    other: str = NOBODY
    other_words: frozenset[str] = frozenset()
    is_measure: bool = False


@dataclass(slots=True)
class Amount:
    """One amount in its sentence.

    Attributes:
        value: None where the text gives none.
        thing: what is counted.
        lemma: the verb's base form; "" without a verb.
        verb_class: its class.
        owner: who the clause is about.
        holder: whose the things are in "of Mary's cards".
        to: who receives them.
        source: where they come from.
        place: where they are.
        times: words of time.
        per: what it is counted by ("box" in "4 in each box"); EACH for a bare "each".
        per_too: a second thing that it is counted by: "each horse eats 2 bales a week".
        soft_per: the singular subject of "a bee has 6 legs", which may be what it is counted by.
        compare: for "5 more than Ann".
        role: "subject", "object" or the preposition before it.
        context: all content words of its clause.
        is_thing_told: the text names the thing here; otherwise it was taken from before.
        form: "number", "percent", "share" or "times".
        is_group_count: the 9 in "5 in each of his 9 boxes".
        is_every: for "every 3 pounds".
        is_unit: a "one" that only says what another amount is counted by, or which one is meant.
        is_price: its clause tells what something was bought for.
    """

    value: Fraction | None
    thing: Thing
    start: int = 0
    end: int = 0
    sentence: int = 0
    clause: int = 0
    lemma: str = ""
    verb_class: str = ""
    tense: str = "past"
    modal: str = ""
    kind: str = "main"
    is_negated: bool = False
    is_passive: bool = False
    owner: str = NOBODY
    holder: str = NOBODY
    to: str = NOBODY
    source: str = NOBODY
    place: str = NOBODY
    times: frozenset[str] = frozenset()
    per: str = ""
    per_too: str = ""
    soft_per: str = ""
    compare: Compare | None = None
    role: str = "object"
    context: frozenset[str] = frozenset()
    is_thing_told: bool = True
    is_vague: bool = False
    is_part: bool = False
    is_extra: bool = False
    is_asked: bool = False
    is_total: bool = False
    is_left: bool = False
    is_earlier: bool = False
    is_now: bool = False
    is_if: bool = False
    in_question: bool = False
    is_span: bool = False
    is_every: bool = False
    is_group_count: bool = False
    is_unit: bool = False
    is_price: bool = False
    form: str = "number"
    particle: str = ""
    beneficiary: str = NOBODY
    group: frozenset[str] = frozenset()

    @property
    def owners(self) -> frozenset[str]:
        """Everybody and every place that it names."""
        return frozenset(self._owners()) - _NOBODIES

    def is_of(self, owner: str) -> bool:
        """Whether somebody or some place is one of `owners`."""
        return owner != NOBODY and owner in self._owners()

    def _owners(self) -> tuple[str, ...]:
        return (self.owner, self.to, self.source, self.place, self.holder)


@dataclass(slots=True)
class Asked:
    """What is asked.

    Attributes:
        amount: the amount asked for, with its frame.
        how: "many", "much", or the adjective ("long", "far", "old"), or "what".
        is_more: "how many more", "how much longer": a difference or what is lacking.
        sign: -1 for "how many fewer".
        other: what it is compared with, after "than".
        words: every word of the question.
        text: the question in lower case, a space around each word.
        comparative: "longer" in "how much longer".
        also: what else is counted in "how many cats and dogs".
    """

    amount: Amount
    how: str
    is_more: bool = False
    sign: int = 1
    other: Compare | None = None
    words: frozenset[str] = frozenset()
    text: str = ""
    comparative: str = ""
    also: tuple[Thing, ...] = ()


@dataclass(slots=True)
class Story:
    """A text as read.

    Attributes:
        amounts: told amounts, in order, those without a number among them.
        vague: those of them that stand for "some", or for a change of which no number is told.
        asked: None where no question was found.
        words: all words of the text.
        told_words: those outside the question.
        owners: who was spoken of, in order.
        groups: persons who were named together as doing something.
        n_switches: how often a pronoun left the person for whom it had stood before.
        n_words: length of the text in words and numbers.
        n_unread: how many of its numbers stand where no amount was read.
    """

    amounts: list[Amount] = field(default_factory=list)
    vague: list[Amount] = field(default_factory=list)
    asked: Asked | None = None
    words: frozenset[str] = frozenset()
    told_words: frozenset[str] = frozenset()
    owners: list[str] = field(default_factory=list)
    groups: list[frozenset[str]] = field(default_factory=list)
    n_switches: int = 0
    n_words: int = 0
    n_unread: int = 0


def measures(unit: Unit) -> str:
    """What a unit measures: its dimension, "money" for every currency."""
    return "money" if unit.dimension in CURRENCIES else unit.dimension


def thing_distance(told: Thing, asked: Thing) -> float:
    """How far an amount of one thing is from being one of the other.

    Returns:
        0 the same; up to 1 likely the same; 2 perhaps; 9 another thing.
    """
    if not told.head or not asked.head:
        return 0.3
    if told.words == asked.words:
        return 0.0
    shared = not told.words.isdisjoint(asked.words)
    if shared and _share_noun(told, asked):
        return _distance_by_attributes(told, asked)
    is_kind_of = load_lexicon().is_kind_of
    if is_kind_of(told.head, asked.head) or (told.of and is_kind_of(told.of, asked.head)):
        # Postcards are cards, and no baseball cards.
        return 0.5 if asked.words <= told.words | {asked.head} else _OTHER_KIND
    if shared:
        return 1.2 if told.head in asked.words or asked.head in told.words else _OTHER_KIND
    return _distance_of_others(told, asked)


def _share_noun(told: Thing, asked: Thing) -> bool:
    return (
        asked.head in {told.head, told.of}
        or told.head == asked.of
        or (told.of != "" and told.of == asked.of)
    )


def _distance_by_attributes(told: Thing, asked: Thing) -> float:
    """How far things of one noun are from each other, by the other words for them."""
    if told.head != asked.head and told.of and asked.of:
        return 1.0
    lacking = asked.words - told.words
    if not lacking:
        return 0.1
    return _OTHER_KIND if told.words - asked.words else 0.4


def _distance_of_others(told: Thing, asked: Thing) -> float:
    """How far things without a word in common are from each other."""
    lexicon = load_lexicon()
    if asked.of and lexicon.is_kind_of(told.head, asked.of):
        return 0.6
    people = lexicon.words["kinds_of_person"]
    if told.head in people and asked.head in people and not lexicon.siblings(told.head, asked.head):
        return 1.2
    if lexicon.is_kind_of(asked.head, told.head):
        return 1.5
    unit = lexicon.units.get(told.head)
    asked_unit = None if unit is None else lexicon.units.get(asked.head)
    is_convertible = (
        unit is not None
        and asked_unit is not None
        and unit.dimension == asked_unit.dimension
        and not {told.head, asked.head} & COINS
    )
    return 0.8 if is_convertible else _OTHER_THING
