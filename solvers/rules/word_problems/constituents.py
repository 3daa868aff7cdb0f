"""The kinds of phrases that a sentence is a row of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    from spoonbench.solvers.rules.word_problems.lexicon import Verb


@dataclass(slots=True)
class NounPhrase:
    """A noun phrase.

    Attributes:
        start: index of its first token.
        end: index after its last token, what follows "of" included.
        value: of its number; None where it has none.
        number: index of the token of its number, or -1.
        form: of the number's token: "number", "times", "percent" or "share".
        words: nouns and adjectives in the singular, in order, without what follows "of".
        raw: the same as they were written, in lower case.
        determiner: "a", "the", "each", "his", ... or "".
        owner: the noun phrase before "'s".
        of: the noun phrase after "of".
        extra: "more", "fewer", "less", "another", "other", "additional", "extra" or "".
        vague: "some", "several", "many", ... or "".
        pronoun: a pronoun on its own, or "".
        is_name: a proper name.
        is_plural: its last word is in the plural.
        asked: "many" or "much" or an adjective ("long") where this is what "how" asks for.
        per: the noun phrase that it is counted by, in "$2 a pair".
        money: currency of a number that is written with a sign of money, or "".
        ordinal: "first", "last", ... before a number, or "".
    """

    start: int
    end: int
    value: Fraction | None = None
    number: int = -1
    form: str = ""
    words: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    determiner: str = ""
    owner: NounPhrase | None = None
    of: NounPhrase | None = None
    extra: str = ""
    vague: str = ""
    pronoun: str = ""
    is_name: bool = False
    is_plural: bool = False
    asked: str = ""
    per: NounPhrase | None = None
    money: str = ""
    ordinal: str = ""

    @property
    def head(self) -> str:
        """The last noun; empty where none is named."""
        return self.words[-1] if self.words else ""

    @property
    def counts(self) -> bool:
        """Whether it has a number or stands for one."""
        return self.number >= 0 or self.vague != "" or self.asked != ""


@dataclass(slots=True)
class VerbGroup:
    """Auxiliaries and the main verb.

    Attributes:
        start: index of its first token.
        end: index after its last token.
        verb: the main verb.
        is_passive: "were eaten".
        is_negated: "did not eat".
        modal: "will", "would", "can", "want", "must", ... or "".
        tense: "past", "present" or "future".
        kind: "main", "gerund" ("after giving") or "infinitive" ("to give").
        text: the main verb as written.
    """

    start: int
    end: int
    verb: Verb
    is_passive: bool = False
    is_negated: bool = False
    modal: str = ""
    tense: str = "present"
    kind: str = "main"
    text: str = ""


@dataclass(slots=True)
class Mark:
    """A preposition, conjunction, adverb, question word or sign.

    Attributes:
        start: index of its token.
        end: index after it.
        tag: "I" preposition, "C" conjunction, "B" adverb, "W" question word, "P" sign,
            "A" auxiliary that stands apart from its verb, "M" a word of comparison.
        text: in lower case.
    """

    start: int
    end: int
    tag: str
    text: str


Phrase = NounPhrase | VerbGroup | Mark
