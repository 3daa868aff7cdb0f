"""Who is meant: people, places and groups of a text, and the pronouns that stand for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.amounts import GROUP, NOBODY, UNNAMED
from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon

if TYPE_CHECKING:
    from spoonbench.solvers.rules.word_problems.phrases import NounPhrase

_GROUP_WORDS = frozenset({"they", "them", "themselves", "both", "their", "theirs"})
_GENDER = {
    "he": "m", "him": "m", "his": "m", "himself": "m",
    "she": "f", "her": "f", "hers": "f", "herself": "f",
}  # fmt: skip
_SPEAKERS = {
    "i": "i", "me": "i", "my": "i", "mine": "i", "myself": "i",
    "we": "we", "us": "we", "our": "we", "you": "you", "your": "you",
}  # fmt: skip
_TITLES = {"mr": "m", "mr.": "m", "mrs": "f", "mrs.": "f", "ms": "f", "ms.": "f", "miss": "f"}
_COMMON = (
    "uncountable", "times", "places", "containers", "colours", "qualities", "sizes", "days",
    "months", "total", "rest", "adverbs", "extras", "partitives",
)  # fmt: skip


class Cast:
    """Remembers who was spoken of, in order.

    Attributes:
        people: persons, in the order of mention.
        subjects: those of them that were a subject, in that order.
        switches: how often a pronoun left the person for whom it had stood before.
        sentence: number of the sentence that is read.
    """

    def __init__(self) -> None:
        self.people: list[str] = []
        self.subjects: list[str] = []
        self.switches = 0
        self.sentence = 0
        self._things: list[str] = []
        self._thing_subjects: list[str] = []
        self._genders: dict[str, str] = {}
        self._centers: dict[str, tuple[str, int]] = {}
        self._owned: dict[str, str] = {}
        self._last_owned = ""
        self._full_names: dict[str, str] = {}
        self._lexicon = load_lexicon()

    def mention(self, owner: str, *, is_subject: bool) -> None:
        """Remember that a person was spoken of."""
        if owner in UNNAMED:
            return
        _to_end(self.people, owner)
        if is_subject:
            _to_end(self.subjects, owner)

    def is_person(self, phrase: NounPhrase) -> bool:
        """Whether a phrase names a person, or persons."""
        pronoun = phrase.pronoun
        if pronoun:
            return pronoun in _GENDER or pronoun in _SPEAKERS or pronoun in _GROUP_WORDS
        if not phrase.words:
            return False
        lexicon = self._lexicon
        head = phrase.words[-1]
        if phrase.is_plural and head in lexicon.words["names_or_words"]:
            # "Olives" are food, whoever is called Olive.
            return False
        return (
            phrase.is_name
            or (head in lexicon.genders and phrase.determiner not in {"a", "an", "the"})
            or head in lexicon.words["persons"]
            or head in self.people
            or self._looks_named(phrase)
        )

    def _looks_named(self, phrase: NounPhrase) -> bool:
        """A singular at the start of a sentence that no list has and that has no determiner."""
        if phrase.start or phrase.determiner or phrase.is_plural or phrase.counts:
            return False
        lexicon, head = self._lexicon, phrase.head
        return (
            len(phrase.words) == 1
            and head.isalpha()
            and head not in lexicon.kinds
            and head not in lexicon.verbs
            and not any(head in lexicon.words[name] for name in _COMMON)
        )

    def owner_of(self, phrase: NounPhrase, *, is_subject: bool, besides: str = NOBODY) -> str:
        """Who or what a phrase means; it is remembered."""
        if phrase.pronoun:
            return self.resolve(phrase.pronoun, besides=besides, is_subject=is_subject)
        if not phrase.words and phrase.owner is None and not phrase.ordinal:
            return phrase.extra if phrase.extra == "other" else NOBODY
        owner = self._name(phrase)
        if not self.is_person(phrase):
            self._things.append(owner)
            if is_subject:
                self._thing_subjects.append(owner)
        elif not phrase.is_plural or phrase.is_name:
            # "His brother" is spoken of for the sake of whose brother he is.
            is_kin = phrase.owner is not None or phrase.determiner in {"his", "her", "their", "my"}
            self.mention(owner, is_subject=is_subject and not is_kin)
            self._note_gender(owner, phrase)
        return owner

    def _note_gender(self, owner: str, phrase: NounPhrase) -> None:
        words = [phrase.head] if not phrase.is_name else phrase.words
        for word in words:
            gender = _TITLES.get(word) or self._lexicon.gender(word)
            if gender:
                self._genders.setdefault(owner, gender)
                return

    def possessor_of(self, phrase: NounPhrase, besides: str = NOBODY) -> str:
        """Whose the things of a phrase are.

        Args:
            phrase: with its owner or a possessive pronoun.
            besides: whom the pronoun does not mean, if there is anybody else.
        """
        if phrase.owner is not None:
            return self.owner_of(phrase.owner, is_subject=False)
        determiner = phrase.determiner
        if determiner in _GENDER or determiner in _SPEAKERS or determiner == "their":
            return (besides and self.resolve(determiner, besides)) or self.resolve(determiner)
        return NOBODY

    # -- names -----------------------------------------------------------------------------

    def _name(self, phrase: NounPhrase) -> str:
        # "Her sister's": what was somebody else's before.
        words = " ".join(self._own_words(phrase)) or self._last_owned
        if phrase.is_name and phrase.owner is None:
            return self._full_name(words)
        possessor = self._possessor_name(phrase)
        if not possessor:
            return self._owned.get(words, words) if phrase.determiner == "the" else words
        if not phrase.ordinal:
            self._last_owned = words
        if words in self._things:
            # "The garden", and then "her garden": there is one.
            return words
        return self._owned.setdefault(f"{possessor} {words}", self._note_owned(possessor, words))

    def _full_name(self, words: str) -> str:
        """As in "Mrs. Reed" and then "Reed", "Ann Reed" and then "Ann": one person."""
        parts = words.split()
        if len(parts) == 1:
            return self._full_names.get(words, words)
        for part in parts:
            known = self._full_names.setdefault(part, words)
            if known != words:
                self._full_names[part] = part
        return words

    def _note_owned(self, possessor: str, words: str) -> str:
        """The name of what somebody has; "the brother" means the only one spoken of."""
        name = f"{possessor}'s {words}"
        if words in self._owned and self._owned[words] != name:
            self._owned[words] = words
        else:
            self._owned[words] = name
        return name

    def _own_words(self, phrase: NounPhrase) -> list[str]:
        """The words that tell who or what it is from others."""
        words = phrase.words
        if "." in words:
            words = [word for word in words if word != "."]
        if phrase.ordinal and phrase.ordinal not in words:
            return [phrase.ordinal, *words]
        if phrase.extra == "other":
            return ["other", *words]
        if phrase.number >= 0 and phrase.value == 1:
            return ["one", *words]
        inner = phrase.of
        if inner is not None and inner.words and words and not inner.counts and inner.owner is None:
            # "The piece of iron" is not "the piece of lead".
            return [*words, "of", *inner.words]
        return words

    def _possessor_name(self, phrase: NounPhrase) -> str:
        if phrase.owner is not None:
            return self.owner_of(phrase.owner, is_subject=False)
        if phrase.determiner in _GENDER:
            return self.resolve(phrase.determiner)
        return NOBODY

    # -- pronouns --------------------------------------------------------------------------

    def resolve(self, pronoun: str, besides: str = NOBODY, *, is_subject: bool = False) -> str:
        """Find out who a pronoun means; NOBODY where nobody was spoken of."""
        if pronoun in _SPEAKERS:
            return _SPEAKERS[pronoun]
        if pronoun in _GROUP_WORDS:
            return GROUP
        gender = _GENDER.get(pronoun, "")
        if gender:
            return self._person(gender, besides)
        if pronoun == "it":
            return self._neuter(is_subject=is_subject)
        return NOBODY

    def _neuter(self, *, is_subject: bool) -> str:
        found = (self._thing_subjects if is_subject else []) or self._things
        if found:
            return found[-1]
        nameless = [one for one in self.people if not self._genders.get(one)]
        return nameless[-1] if nameless else NOBODY

    def _person(self, gender: str, besides: str) -> str:
        """The person of a gender whom the text is about.

        Whom a pronoun stood for in this sentence or the one before goes first: that is whom the
        text is about, whoever else was named since.
        """
        center, sentence = self._centers.get(gender, (NOBODY, -9))
        owner = center
        if center in (NOBODY, besides) or sentence < self.sentence - 1:
            owner = self._likeliest(gender, besides)
        if owner == NOBODY:
            return NOBODY
        self.switches += center not in (NOBODY, besides, owner)
        self._genders.setdefault(owner, gender)
        self._centers[gender] = (owner, self.sentence)
        return owner

    def _likeliest(self, gender: str, besides: str) -> str:
        subjects = self._candidates(self.subjects, gender, besides)
        others = self._candidates(self.people, gender, besides)
        for found in (subjects, others):
            known = [owner for owner in found if self._genders.get(owner) == gender]
            if known:
                return next((owner for owner in known if "'s " not in owner), known[0])
        found = subjects or others
        return found[0] if found else NOBODY

    def _candidates(self, owners: list[str], gender: str, besides: str) -> list[str]:
        return [
            owner
            for owner in reversed(owners)
            if owner != besides
            and owner not in {"i", "we", "you"}
            and self._genders.get(owner, gender) == gender
        ]


def _to_end(names: list[str], name: str) -> None:
    if name in names:
        names.remove(name)
    names.append(name)
