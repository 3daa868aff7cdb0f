"""One place in a sentence while its parts of speech are found, and what stands around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.spellings import (
    BE,
    END,
    HAVE,
    NEGATIONS,
    WORDS,
    Word,
    known_verb,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from spoonbench.solvers.rules.word_problems.tokens import Token

SEEN = 2
"""`Spot.finite` where the clause has its finite verb."""
SUBORDINATE = frozenset(
    {
        "if", "when", "while", "because", "after", "before", "since", "until", "although",
        "though", "once", "whereas", "so",
    }
)  # fmt: skip
OBJECT_TAGS = frozenset("NDOQEX")
_NOT_FINITE = frozenset({"be", "been", "being", "having", "not"})
_HELPING = frozenset({"help", "let", "watch", "see", "hear"})


class Spot:
    """The token to decide on, with the account of its sentence up to there.

    Attributes:
        tokens: of the sentence.
        texts: of the tokens.
        words: what is known of each.
        tags: of the tokens before.
        is_inverted: an auxiliary may stand before the subject.
        index: of the token to decide on.
        word: what is known of it.
        after: what is known of the next one.
        position: of the last token that is no adverb; -1 at the start.
        before: its tag; "" at the start.
        awaits: "base" after "did", "participle" after "was" and "have", until a verb comes.
        finite: 0 without a finite verb so far, 1 in a new coordinate, `SEEN` in this clause.
        last_verb: index of the last verb, or -1.
    """

    __slots__ = (
        "_later", "after", "awaits", "before", "finite", "index", "is_inverted", "last_verb",
        "position", "tags", "texts", "tokens", "word", "words",
    )  # fmt: skip

    def __init__(self, tokens: Sequence[Token], texts: Sequence[str], *, is_inverted: bool) -> None:
        self.tokens = tokens
        self.texts = texts
        self.is_inverted = is_inverted
        self.words = [*map(WORDS.__getitem__, texts), END]
        self.tags: list[str] = []
        self._later: list[bool] | None = None
        self.index = 0
        self.word = self.after = END
        self.position = -1
        self.before = self.awaits = ""
        self.finite = 0
        self.last_verb = -1

    def move(self, index: int) -> None:
        """Look at another token."""
        self.index = index
        self.word, self.after = self.words[index], self.words[index + 1]

    def note_verb(self, index: int) -> None:
        """The clause has its verb now, unless it is a gerund."""
        self.last_verb = index
        self.awaits = ""
        if self.before != "I" and "ing" not in self.words[index].forms:
            self.finite = SEEN

    def note_break(self, index: int) -> None:
        """A conjunction or a sign: a new clause, or a new coordinate of this one."""
        text = self.texts[index]
        if text in SUBORDINATE or text in {";", ":"}:
            self.note_question_word(index)
        elif self.finite:
            self.finite = 1

    def note_question_word(self, index: int) -> None:
        """A new clause begins."""
        del index
        self.finite, self.awaits = 0, ""

    def note_auxiliary(self, index: int) -> None:
        """A verb of some form is to come."""
        text = self.texts[index]
        if text in NEGATIONS:
            return
        self.awaits = "participle" if text in BE or text in HAVE else "base"
        if text not in {"be", "being", "been"}:
            self.finite = SEEN

    @property
    def is_name(self) -> bool:
        """Whether the token is a name."""
        return self.tokens[self.index].name

    # -- what stands before ------------------------------------------------------------------

    @property
    def text_before(self) -> str:
        """The last word that is no adverb."""
        return self.texts[self.position] if self.position >= 0 else ""

    @property
    def is_name_before(self) -> bool:
        """Whether that word is a name."""
        return self.position >= 0 and self.tokens[self.position].name

    @property
    def auxiliary(self) -> str:
        """The auxiliary before, "not" left out."""
        position = self.position
        while position and self.texts[position] in NEGATIONS and self.tags[position - 1] in "AB":
            position -= 1
        return self.texts[position]

    @property
    def last_lemma(self) -> str:
        """Base form of the last verb, or ""."""
        return known_verb(self.texts[self.last_verb]).lemma if self.last_verb >= 0 else ""

    @property
    def last_forms(self) -> frozenset[str]:
        """Forms of the last verb."""
        return self.words[self.last_verb].forms if self.last_verb >= 0 else END.forms

    @property
    def count_before(self) -> Fraction | None:
        """The number of the noun phrase that ends before; None where it has none."""
        position = self.position
        while position >= 0 and self.tags[position] in "KE":
            position -= 1
        return self.tokens[position].value if position >= 0 else None

    def follows_singular(self) -> bool:
        """Whether the noun before can be the subject of "plays"."""
        if self.is_name_before:
            return True
        word, text = self.words[self.position], self.text_before
        if word.is_plural and word.tag == "K":
            return load_lexicon().singular(text) == text or self._follows_one_of()
        return self.count_before in {None, 1}

    def _follows_one_of(self) -> bool:
        """Whether the noun before is that of "each of the boys"."""
        position = self.position
        while position > 0 and self.tags[position] in "KDONES":
            position -= 1
        is_of = position > 0 and self.texts[position] == "of"
        return is_of and (
            self.texts[position - 1] in {"each", "one", "neither", "either"}
            or self.tokens[position - 1].value == 1
        )

    def follows_plural(self) -> bool:
        """Whether the noun before can be the subject of "play"."""
        position = self.position
        if self.words[position].is_plural or self.tokens[position].name:
            return True
        if self.count_before not in {None, 1}:
            return True
        while position >= 0 and self.tags[position] in "KDONES":
            position -= 1
        is_joined = position > 0 and self.texts[position] in {"and", "or"}
        return is_joined and self.tags[position - 1] in "KR"

    def follows_object_of_help(self) -> bool:
        """Whether the noun before is the object in "helped the workers pick"."""
        return self.finite == SEEN and self.last_lemma in _HELPING

    def follows_relative(self) -> bool:
        """Whether the last verb is in a relative clause: "the pens (that) Ann bought"."""
        if "W" in self.tags:
            return True
        subject = self.last_verb - 1
        is_subject = subject > 0 and (self.tags[subject] == "R" or self.tokens[subject].name)
        return is_subject and self.tags[subject - 1] == "K"

    # -- what follows ------------------------------------------------------------------------

    def is_finite_later(self) -> bool:
        """Whether a sure finite verb follows in the clause."""
        if self._later is None:
            self._later = _finite_later(self.texts, self.words)
        return self._later[self.index]

    @property
    def text_after(self) -> str:
        """The next word, or ""."""
        return self.texts[self.index + 1] if self.index + 1 < len(self.texts) else ""

    @property
    def is_name_after(self) -> bool:
        """Whether that is a name."""
        return self.index + 1 < len(self.tokens) and self.tokens[self.index + 1].name

    def opens_object(self) -> bool:
        """Whether the next token can begin an object."""
        return self.after.tag in OBJECT_TAGS

    def is_plain_after(self) -> bool:
        """Whether the next token is a noun or an adjective as far as one can see."""
        after = self.after
        return after.tag == "K" and (not after.is_past or after.is_noun)

    def is_of_after(self) -> bool:
        """Whether "of" follows, which makes a noun of what it follows."""
        return self.after.tag == "I" and self.text_after == "of"


def _finite_later(texts: Sequence[str], words: Sequence[Word]) -> list[bool]:
    """For each token whether a sure finite verb follows in its clause."""
    later = [False] * len(texts)
    is_sure = False
    for index in range(len(texts) - 1, -1, -1):
        later[index] = is_sure
        word = words[index]
        tag = word.tag
        if tag in "PCW":
            is_sure = False
        elif not is_sure and tag == "A":
            is_sure = texts[index] not in _NOT_FINITE
        elif not is_sure and tag == "K" and word.is_past and not word.is_noun:
            is_sure = "participle" not in word.forms or words[index + 1].tag != "K"
    return later


CHANGES: dict[str, Callable[[Spot, int], None]] = {
    "V": Spot.note_verb,
    "A": Spot.note_auxiliary,
    "W": Spot.note_question_word,
    "C": Spot.note_break,
    "P": Spot.note_break,
}
"""What a token changes besides the place, by its tag."""
