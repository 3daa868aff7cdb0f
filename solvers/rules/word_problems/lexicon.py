"""What words are and do: verbs with their forms, nouns, kinds, units, first names, closed lists.

The data stand in the TOML files beside this module; a verb, noun, unit or name more is one line there.

Not covered: telling a verb from a noun of the same spelling (`words["nouns_or_verbs"]` lists the
likely ones), meanings that depend on the sentence, languages other than English.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NOTHING: frozenset[str] = frozenset()
_FILES = ("verbs", "nouns", "units", "names", "words")
_MEMO_SIZE = 8192


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

    def siblings(self, noun: str, other: str) -> bool:
        """Whether two different nouns share a direct kind: "rose" and "tulip". Both singular."""
        shared = self.kinds.get(noun, _NOTHING) & self.kinds.get(other, _NOTHING)
        return noun != other and bool(shared)

    def gender(self, name: str) -> str:
        """Gender of a first name or a kin word: "m", "f", or "" if unknown or both."""
        return self.genders.get(name, "")
