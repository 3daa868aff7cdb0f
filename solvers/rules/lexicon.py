"""What words do: verb classes with their inflected forms, singulars, closed word lists."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_VOWELS = "aeiou"
_MIN_PLURAL = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """A verb in one of its forms.

    Attributes:
        lemma: base form.
        verb_class: what its sentence does, a key of `[verbs]` in lexicon.toml.
    """

    lemma: str
    verb_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The closed lists of lexicon.toml, forms derived.

    Attributes:
        verbs: inflected form to verb.
        participles: forms that make a passive after "be".
        singulars: irregular plural to singular.
        words: name of a closed list to its words.
        kinds: kind to the nouns that are of it.
        phrasal: verb and particle to the class that they have together.
    """

    verbs: Mapping[str, Verb]
    participles: frozenset[str]
    singulars: Mapping[str, str]
    words: Mapping[str, frozenset[str]]
    kinds: Mapping[str, frozenset[str]]
    phrasal: Mapping[tuple[str, str], str]

    def singular(self, noun: str) -> str:
        """Singular of a noun; the noun itself where it is no plural."""
        if noun in self.singulars:
            return self.singulars[noun]
        if len(noun) < _MIN_PLURAL or not noun.endswith("s") or noun.endswith(("ss", "us", "is")):
            return noun
        if noun in self.words["singular"]:
            return noun
        if noun.endswith("ies"):
            return noun[:-3] + "y"
        if noun.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
            return noun[:-2]
        return noun[:-1]


@cache
def load_lexicon() -> Lexicon:
    """Read lexicon.toml, once for each process."""
    text = files("spoonbench.solvers.rules").joinpath("lexicon.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    irregular = {lemma: forms.split() for lemma, forms in tables["irregular"].items()}
    verbs: dict[str, Verb] = {}
    participles: set[str] = set()
    for verb_class, lemmas in tables["verbs"].items():
        for lemma in lemmas.split():
            verb = Verb(lemma=lemma, verb_class=verb_class)
            past = irregular.get(lemma, [_past(lemma)])
            for form in {lemma, *_present(lemma), *past}:
                verbs.setdefault(form, verb)
            participles.update(past)
    nouns = tables["nouns"]
    lists = {**tables["words"], "singular": nouns["singular"]}
    lists |= {"pets": nouns["pets"], "times": nouns["times"]}
    return Lexicon(
        verbs=verbs,
        participles=frozenset(participles),
        singulars=dict(pair.split(":") for pair in nouns["irregular"].split()),
        words={name: frozenset(text.split()) for name, text in lists.items()},
        kinds={kind: frozenset(text.split()) for kind, text in tables["hypernyms"].items()},
        phrasal=_phrasal(tables["phrasal"]),
    )


def _phrasal(table: Mapping[str, str]) -> dict[tuple[str, str], str]:
    phrasal: dict[tuple[str, str], str] = {}
    for verb_class, pairs in table.items():
        for pair in pairs.split():
            lemma, _, particle = pair.partition(":")
            phrasal[lemma, particle] = verb_class
    return phrasal


def _present(lemma: str) -> Iterator[str]:
    """Third person and "-ing" form."""
    if lemma.endswith(("s", "sh", "ch", "x", "z", "o")):
        yield lemma + "es"
    elif lemma.endswith("y") and lemma[-2] not in _VOWELS:
        yield lemma[:-1] + "ies"
    else:
        yield lemma + "s"
    yield (lemma[:-1] if lemma.endswith("e") and lemma != "be" else _doubled(lemma)) + "ing"


def _past(lemma: str) -> str:
    if lemma.endswith("e"):
        return lemma + "d"
    if lemma.endswith("y") and lemma[-2] not in _VOWELS:
        return lemma[:-1] + "ied"
    return _doubled(lemma) + "ed"


def _doubled(lemma: str) -> str:
    """Double the last consonant of a short verb: "drop" gives "dropp"."""
    is_short = sum(letter in _VOWELS for letter in lemma) == 1 and lemma[-2] in _VOWELS
    return lemma + lemma[-1] if is_short and lemma[-1] not in "aeiouwxy" else lemma
