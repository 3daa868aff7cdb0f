"""Who is meant: owners by name or noun, and the pronouns that stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.events import GROUP, NOBODY
from spoonbench.solvers.rules.lexicon import load_lexicon
from spoonbench.solvers.rules.sentences import TITLES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.sentences import Token

_GROUP_WORDS = frozenset({"they", "them", "themselves", "both"})
_POSSESSIVES = frozenset({"his", "her", "their", "my", "our", "your"})
_SPEAKERS = {"i": "i", "me": "i", "we": "i", "us": "i", "my": "i", "you": "you"}


class References:
    """Remembers who was spoken of, in order.

    Attributes:
        guesses: how often a pronoun had more than one possible owner.
    """

    def __init__(self) -> None:
        self._subjects: list[str] = []
        self._others: list[str] = []
        self._kin: list[str] = []
        self._genders: dict[str, str] = {}
        self.guesses = 0

    def mention(self, owner: str, *, is_subject: bool, gender: str = "") -> None:
        """Remember that somebody was spoken of."""
        if owner in {NOBODY, GROUP}:
            return
        (self._subjects if is_subject else self._others).append(owner)
        gender = gender or _gender_of(owner)
        if gender:
            self._genders.setdefault(owner, gender)

    def owner_of(self, tokens: Sequence[Token], *, is_subject: bool, besides: str = NOBODY) -> str:
        """Find out who a noun phrase means, and remember it.

        Args:
            tokens: the phrase; its last noun counts, before "of" if there is one.
            is_subject: it is the subject of its clause.
            besides: who it cannot be: the subject of the clause where the phrase is an object.
        """
        words = [token.text for token in tokens]
        pronouns = load_lexicon().words["pronouns"] | _GROUP_WORDS
        if "of" in words[1:] and words[-1] not in pronouns:
            words = words[: words.index("of", 1)]
        adverbs = load_lexicon().words["adverbs"]
        while (
            words and (words[-1] in adverbs or not words[-1][0].isalpha()) and words[-1] != "there"
        ):
            words.pop()
        if not words or words[-1] == "there":
            return NOBODY
        if words[-1] in pronouns:
            return self.resolve(words[-1], besides=besides)
        if words[-1] in load_lexicon().words["determiners"]:
            return NOBODY
        owner = _named(words)
        gender = _gender_of(words[-2]) if words[:-1] and words[-2] not in _POSSESSIVES else ""
        # "his uncle" is spoken of for the sake of who he is the uncle of.
        is_kin = bool(_POSSESSIVES & set(words[:-1]))
        self.mention(owner, is_subject=is_subject and not is_kin, gender=gender)
        if is_kin and is_subject:
            self._kin.append(owner)
        return owner

    @staticmethod
    def place_of(tokens: Sequence[Token]) -> str:
        """The name of a place; it is not remembered, for no pronoun of a person means it."""
        lexicon = load_lexicon()
        words = [token.text for token in tokens if token.text not in lexicon.words["determiners"]]
        if "of" in words[1:]:
            words = words[: words.index("of", 1)]
        return lexicon.singular(words[-1]) if words and words[-1][0].isalpha() else NOBODY

    def known(self, tokens: Sequence[Token]) -> str:
        """The owner that a phrase names, where it was spoken of before; else NOBODY."""
        words = [token.text for token in tokens]
        if not words:
            return NOBODY
        if words[-1] in load_lexicon().words["pronouns"]:
            return self.resolve(words[-1])
        owner = _named(words)
        return owner if owner in {*self._subjects, *self._others} else NOBODY

    def resolve(self, pronoun: str, besides: str = NOBODY) -> str:
        """Find out who a pronoun means; NOBODY where nobody was spoken of."""
        if pronoun in _SPEAKERS:
            return _SPEAKERS[pronoun]
        if pronoun in _GROUP_WORDS:
            owners = {*self._subjects, *self._kin} - {besides}
            return next(iter(owners)) if len(owners) == 1 else GROUP
        if pronoun == "it" and self._subjects and besides == NOBODY:
            return self._subjects[-1]
        gender = _gender_of(pronoun)
        if not gender:
            return NOBODY
        candidates = self._candidates(self._subjects, gender, besides)
        candidates = candidates or self._candidates(self._others, gender, besides)
        if not candidates:
            return NOBODY
        known = [owner for owner in candidates if owner in self._genders]
        owner = known[0] if known else candidates[0]
        self.guesses += not known and len(set(candidates)) > 1
        self._genders[owner] = gender
        return owner

    def _candidates(self, owners: Sequence[str], gender: str, besides: str) -> list[str]:
        """Owners that a pronoun of this gender may mean, the last first."""
        return [
            owner
            for owner in reversed(owners)
            if owner != besides and self._genders.get(owner, gender) == gender
        ]


def _gender_of(word: str) -> str:
    words = load_lexicon().words
    if word in words["masculine"]:
        return "m"
    return "f" if word in words["feminine"] else ""


def _named(words: Sequence[str]) -> str:
    """The owner's name: the last noun; the owner of a pet in place of the pet."""
    lexicon = load_lexicon()
    last = lexicon.singular(words[-1])
    if last in lexicon.words["pets"] and words[-2:-1] == ["'s"] and words[:-2]:
        return words[-3]
    if words[:-1] and words[-2] in TITLES:
        return f"{words[-2]} {last}"
    return last
