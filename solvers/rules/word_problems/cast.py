"""Who is meant: people, places and groups of a text, and the pronouns that stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon

if TYPE_CHECKING:
    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase

_GROUP_WORDS = frozenset({"they", "them", "themselves", "both", "their"})
_GENDER = {
    "he": "m", "him": "m", "his": "m", "himself": "m",
    "she": "f", "her": "f", "hers": "f", "herself": "f",
}
_SPEAKERS = {
    "i": "i", "me": "i", "my": "i", "mine": "i", "myself": "i",
    "we": "we", "us": "we", "our": "we", "you": "you", "your": "you",
}


class Cast:
    """Remembers who was spoken of, in order.

    Attributes:
        people: persons, in the order of mention.
        guesses: how often a pronoun had more than one possible person.
    """

    def __init__(self) -> None:
        self.people: list[str] = []
        self.subjects: list[str] = []
        self.neuters: list[str] = []
        self._genders: dict[str, str] = {}
        self.guesses = 0

    def mention(self, owner: str, *, is_subject: bool) -> None:
        """Remember that a person was spoken of."""
        if owner in {NOBODY, GROUP}:
            return
        if owner in self.people:
            self.people.remove(owner)
        self.people.append(owner)
        if is_subject:
            if owner in self.subjects:
                self.subjects.remove(owner)
            self.subjects.append(owner)

    def is_person(self, phrase: NounPhrase) -> bool:
        """Whether a phrase names a person, or persons."""
        if phrase.pronoun:
            return phrase.pronoun in _GENDER or phrase.pronoun in _SPEAKERS or phrase.pronoun in _GROUP_WORDS
        lexicon = load_lexicon()
        head = phrase.head
        return bool(head) and (
            phrase.is_name
            or bool(lexicon.gender(head))
            or head in lexicon.words["people"]
            or lexicon.is_kind_of(head, "person")
            or head in self.people
        )

    def owner_of(self, phrase: NounPhrase, *, is_subject: bool, besides: str = NOBODY) -> str:
        """Who or what a phrase means; it is remembered where it is a person."""
        if phrase.pronoun:
            return self.resolve(phrase.pronoun, besides=besides)
        if not phrase.words:
            return NOBODY
        owner = self._name(phrase)
        if self.is_person(phrase):
            if not phrase.is_plural or phrase.is_name:
                # "his brother" is spoken of for the sake of whose brother he is.
                is_kin = phrase.determiner in {"his", "her", "their", "'s", "my"}
                self.mention(owner, is_subject=is_subject and not is_kin)
                gender = load_lexicon().gender(phrase.head)
                if gender:
                    self._genders.setdefault(owner, gender)
        elif is_subject:
            self.neuters.append(owner)
        return owner

    def possessor_of(self, phrase: NounPhrase) -> str:
        """Whose the things of a phrase are."""
        if phrase.owner is not None:
            return self.owner_of(phrase.owner, is_subject=False)
        if phrase.determiner in _GENDER or phrase.determiner in _SPEAKERS or phrase.determiner == "their":
            return self.resolve(phrase.determiner)
        return NOBODY

    def _name(self, phrase: NounPhrase) -> str:
        words = " ".join(word for word in phrase.words if word != ".")
        if phrase.ordinal:
            words = f"{phrase.ordinal} {words}"
        if phrase.is_name:
            return words
        if phrase.owner is not None:
            possessor = self.owner_of(phrase.owner, is_subject=False)
            return f"{possessor}'s {words}"
        if phrase.determiner in _GENDER and self.is_person(phrase):
            return f"{self.resolve(phrase.determiner)}'s {words}"
        return words

    def resolve(self, pronoun: str, besides: str = NOBODY) -> str:
        """Find out who a pronoun means; NOBODY where nobody was spoken of."""
        if pronoun in _SPEAKERS:
            return _SPEAKERS[pronoun]
        if pronoun in _GROUP_WORDS:
            return GROUP
        gender = _GENDER.get(pronoun, "")
        if gender:
            return self._person(gender, besides)
        if pronoun == "it":
            return self.neuters[-1] if self.neuters else NOBODY
        return NOBODY

    def _person(self, gender: str, besides: str) -> str:
        subjects = self._candidates(self.subjects, gender, besides)
        others = self._candidates(self.people, gender, besides)
        found = subjects or others
        if not found:
            return NOBODY
        known = [owner for owner in found if self._genders.get(owner) == gender]
        owner = known[0] if known else found[0]
        if len(set(known or found)) > 1:
            self.guesses += 1
        self._genders.setdefault(owner, gender)
        return owner

    def _candidates(self, owners: list[str], gender: str, besides: str) -> list[str]:
        return [
            owner
            for owner in reversed(owners)
            if owner != besides and self._genders.get(owner, gender) == gender and owner not in {"i", "we", "you"}
        ]
