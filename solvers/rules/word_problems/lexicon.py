"""What words are and do: verbs with their forms, nouns, kinds, units, first names, closed lists.

The data stand in the TOML files beside this module; one verb more is one line there.

Not covered: telling a verb from a noun of the same spelling (`words["nouns_or_verbs"]` lists the
likely ones), meanings that depend on the sentence, languages other than English.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.rules.word_problems.inflection import (
    past_tense,
    present_participle,
    regular_singular,
    third_person,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_NOTHING: frozenset[str] = frozenset()
_FORM = {form: frozenset({form}) for form in ("base", "third", "past", "participle", "ing")}
_NOUN_LIKE = frozenset({"base", "third"})
_PAST_AND_PARTICIPLE = frozenset({"past", "participle"})
# What an entry of verbs.toml gives after the lemma, in this order.
_GIVEN = ("past", "participle", "ing", "third")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb in one spelling.

    Attributes:
        lemma: base form.
        verb_class: what its sentence does, a key of `[classes]` in verbs.toml.
        forms: which forms the spelling can be: "base", "third", "past", "participle", "ing".
    """

    lemma: str
    verb_class: str
    forms: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of measure.

    Attributes:
        name: singular noun; an abbreviation has the name of the unit that it stands for.
        dimension: what it measures; only units of one dimension convert into each other.
        factor: how many of the base unit of its dimension one of it is, exact.
    """

    name: str
    dimension: str
    factor: Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All word lists, inflected forms derived. Every look-up takes lower-case words.

    Attributes:
        verbs: inflected spelling to verb; one verb a spelling.
        phrasal: lemma and particle to the class that they have together.
        words: name of a closed list to its words.
        comparatives: comparative to its adjective, the noun of its scale, and +1 for more or -1.
        units: singular unit noun or abbreviation to unit.
        singulars: plurals that no rule gives, and words that look like plurals, to singular.
        plurals_only: nouns that are plural, or may be, without a plural form of their own.
        kinds: noun to its direct kinds.
        ancestors: noun to itself and all its kinds, direct or not.
        genders: first name or kin word to "m", "f" or "".
    """

    verbs: Mapping[str, Verb]
    phrasal: Mapping[tuple[str, str], str]
    words: Mapping[str, frozenset[str]]
    comparatives: Mapping[str, tuple[str, str, int]]
    units: Mapping[str, Unit]
    singulars: Mapping[str, str]
    plurals_only: frozenset[str]
    kinds: Mapping[str, frozenset[str]]
    ancestors: Mapping[str, frozenset[str]]
    genders: Mapping[str, str]

    def singular(self, noun: str) -> str:
        """Singular of a noun; the noun itself where it is no plural."""
        known = self.singulars.get(noun)
        return regular_singular(noun) if known is None else known

    def is_plural(self, noun: str) -> bool:
        """Whether a noun is plural, or has one spelling for both ("sheep")."""
        return noun in self.plurals_only or self.singular(noun) != noun

    def is_kind_of(self, noun: str, kind: str) -> bool:
        """Whether every `noun` is a `kind`: "rose" of "flower", "rose" of "rose". Both singular."""
        return noun == kind or kind in self.ancestors.get(noun, _NOTHING)

    def is_time(self, noun: str) -> bool:
        """Whether a noun is a span or a point of time: "week", "monday", "june". Singular."""
        words = self.words
        return noun in words["times"] or noun in words["days"] or noun in words["months"]

    def siblings(self, noun: str, other: str) -> bool:
        """Whether two different nouns share a direct kind: "rose" and "tulip". Both singular."""
        shared = self.kinds.get(noun, _NOTHING) & self.kinds.get(other, _NOTHING)
        return noun != other and bool(shared)

    def gender(self, name: str) -> str:
        """Gender of a first name or a kin word: "m", "f", or "" if unknown or both."""
        return self.genders.get(name, "")


@cache
def load_lexicon() -> Lexicon:
    """Read the word lists, once for each process."""
    verbs, nouns, names, words = (_tables(name) for name in ("verbs", "nouns", "names", "words"))
    spellings = verbs["spellings"]
    both = spellings["nouns_or_verbs"].split()
    lists = {name: _words(text) for name, text in words["words"].items()}
    lists["uncountable"] = _words(nouns["uncountable"])
    lists["nouns_or_verbs"] = frozenset(both) | frozenset(map(third_person, both))
    kinds = _kinds(nouns["kinds"])
    genders = _genders(names, lists)
    lists["first_names"] = _words(" ".join(names.values())) - lists["names_or_words"]
    units = _units(_tables("units"))
    ancestors = {noun: _ancestors(noun, kinds) for noun in kinds}
    kinds_of_person = [noun for noun, above in ancestors.items() if "person" in above]
    lists["kinds_of_person"] = frozenset({"person", *kinds_of_person})
    lists["persons"] = lists["people"].union(
        [name for name, gender in genders.items() if gender], lists["kinds_of_person"]
    )
    return Lexicon(
        verbs=_verbs(verbs["classes"], spellings),
        phrasal=_phrasal(verbs["phrasal"]),
        words=lists,
        comparatives=_comparatives(words["comparatives"]["table"]),
        units=units,
        singulars=_singulars(nouns, [name for name in genders if name[:-1] not in units]),
        plurals_only=_words(nouns["same_plural"]) | _words(nouns["only_plural"]),
        kinds=kinds,
        ancestors=ancestors,
        genders=genders,
    )


def _tables(name: str) -> dict[str, Any]:
    package = files("spoonbench.solvers.rules.word_problems")
    return tomllib.loads(package.joinpath(f"{name}.toml").read_text("utf-8"))


def _words(text: str) -> frozenset[str]:
    """Words of a list; what "_" joins is one entry of two words."""
    return frozenset(word.replace("_", " ") for word in text.split())


def _lines(text: str) -> Iterator[list[str]]:
    return (line.split() for line in text.strip().splitlines())


def _verbs(classes: Mapping[str, str], spellings: Mapping[str, str]) -> dict[str, Verb]:
    """Spelling to verb; where two verbs share a spelling, the preferred one has it."""
    preferred = dict(_lines(spellings["preferred"]))
    nouns = frozenset(spellings["nouns"].split())
    variants = dict(_lines(spellings["variants"]))
    doubling: dict[str, tuple[bool, ...]]
    doubling = dict.fromkeys(spellings["doubled"].split(), (True,))
    doubling |= dict.fromkeys(spellings["doubled_or_single"].split(), (True, False))
    entries = [(name, entry) for name, text in classes.items() for entry in _lines(text)]
    class_of = {entry[0]: name for name, entry in entries}
    entries += [(class_of[lemma], [variant]) for variant, lemma in variants.items()]
    verbs: dict[str, Verb] = {}
    for verb_class, entry in entries:
        lemma = variants.get(entry[0], entry[0])
        is_noun = lemma in nouns
        for spelling, forms in _conjugated(entry, doubling.get(entry[0], (None,))):
            if is_noun and forms <= _NOUN_LIKE:
                continue
            if preferred.get(spelling, lemma) == lemma and spelling not in verbs:
                verbs[spelling] = Verb(lemma=lemma, verb_class=verb_class, forms=forms)
    return verbs


def _conjugated(
    entry: Sequence[str], doubling: tuple[bool | None, ...]
) -> Iterable[tuple[str, frozenset[str]]]:
    """Every spelling of a verb and the forms that it can be.

    Args:
        entry: lemma, past, participle, "-ing" form, third person, as far as they are irregular.
        doubling: whether the last consonant of the lemma is doubled; None is by rule.
    """
    lemma = entry[0]
    regular = [(lemma, _FORM["base"]), (third_person(lemma), _FORM["third"])]
    for doubled in doubling:
        regular.append((past_tense(lemma, doubled=doubled), _PAST_AND_PARTICIPLE))
        regular.append((present_participle(lemma, doubled=doubled), _FORM["ing"]))
    return regular if len(entry) == 1 else _irregular(entry, regular)


def _irregular(
    entry: Sequence[str], regular: Sequence[tuple[str, frozenset[str]]]
) -> Iterable[tuple[str, frozenset[str]]]:
    """The spellings of a verb whose entry gives some forms, the rest being regular."""
    given = {name: text for name, text in zip(_GIVEN, entry[1:], strict=False) if text != "-"}
    if "past" in given:
        given.setdefault("participle", given["past"])
    spelled = {
        spelling: forms - given.keys() for spelling, forms in regular if forms - given.keys()
    }
    for form, text in given.items():
        for spelling in text.split("/"):
            spelled[spelling] = spelled.get(spelling, _NOTHING) | _FORM[form]
    return spelled.items()


def _genders(names: Mapping[str, str], lists: Mapping[str, frozenset[str]]) -> dict[str, str]:
    genders = dict.fromkeys(names["either"].split(), "")
    for gender, kin in (("m", "masculine"), ("f", "feminine")):
        genders |= dict.fromkeys(names[gender].split(), gender) | dict.fromkeys(lists[kin], gender)
    return genders


def _phrasal(table: Mapping[str, str]) -> dict[tuple[str, str], str]:
    return {
        (lemma, particle): verb_class
        for verb_class, text in table.items()
        for lemma, *particles in _lines(text)
        for particle in particles
    }


def _comparatives(text: str) -> dict[str, tuple[str, str, int]]:
    return {
        comparative: (adjective, scale, 1 if sign == "+" else -1)
        for comparative, adjective, scale, sign in _lines(text)
    }


def _units(dimensions: Mapping[str, str]) -> dict[str, Unit]:
    return {
        name: Unit(name=names[0], dimension=dimension, factor=Fraction(factor))
        for dimension, text in dimensions.items()
        for factor, *names in _lines(text)
        for name in names
    }


def _singulars(nouns: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Singular of what no rule reads right, plurals and singulars alike."""
    themselves = ("singular_in_s", "other_in_s", "same_plural", "only_plural", "uncountable")
    singulars = {noun: noun for name in themselves for noun in nouns[name].split()}
    singulars |= {name: name for name in names if name.endswith("s")}
    for noun in nouns["plural_with_s"].split():
        singulars |= {noun: noun, noun + "s": noun}
    singulars |= {noun + "es": noun for noun in nouns["singular_in_s"].split()}
    return singulars | dict(_lines(nouns["irregular"]))


def _kinds(kinds: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Noun to its direct kinds."""
    direct: dict[str, set[str]] = {}
    for kind, text in kinds.items():
        for noun in _words(text):
            direct.setdefault(noun, set()).add(kind.replace("_", " "))
    return {noun: frozenset(found) for noun, found in direct.items()}


def _ancestors(noun: str, kinds: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """A noun, its kinds, their kinds, and so on."""
    found: set[str] = set()
    waiting = [noun]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += kinds.get(kind, _NOTHING)
    return frozenset(found)
