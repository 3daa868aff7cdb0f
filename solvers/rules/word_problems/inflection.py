"""Inflected forms of English verbs and nouns, by rule; what no rule gives stands in the lexicon."""

from __future__ import annotations

from functools import lru_cache

_VOWELS = frozenset("aeiou")
_NEVER_DOUBLED = frozenset("aeiouhjqwxy")
_SIBILANTS = ("s", "sh", "ch", "x", "z")
_SHORTEST_PLURAL = 4
_MEMO_SIZE = 8192

# Ends of regular plurals, the longer before the shorter: plural ending, singular ending.
_PLURAL_ENDINGS = (
    ("ouses", "ouse"),
    ("auses", "ause"),
    ("uses", "us"),
    ("sses", "ss"),
    ("zzes", "zz"),
    ("tzes", "tz"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("xes", "x"),
    ("oes", "o"),
    ("ies", "y"),
)
_SINGULAR_ENDINGS = ("ss", "us", "is")
# Compounds of these words have the plural of their last part: "grandchildren", "firemen".
_COMPOUND_ENDINGS = (
    ("children", "child"),
    ("people", "person"),
    ("women", "woman"),
    ("teeth", "tooth"),
    ("feet", "foot"),
    ("men", "man"),
)


def third_person(lemma: str) -> str:
    """Present tense of the third person singular: "carry" gives "carries"."""
    if lemma.endswith("z") and is_doubled(lemma):
        return lemma + "zes"
    if _ends_in_consonant_and(lemma, "y"):
        return lemma[:-1] + "ies"
    if lemma.endswith(_SIBILANTS) or _ends_in_consonant_and(lemma, "o"):
        return lemma + "es"
    return lemma + "s"


def past_tense(lemma: str, *, doubled: bool | None = None) -> str:
    """Regular past: "stop" gives "stopped".

    Args:
        lemma: base form.
        doubled: whether the last consonant is doubled; by the rule for one syllable if None.
    """
    if lemma.endswith("e"):
        return lemma + "d"
    if _ends_in_consonant_and(lemma, "y"):
        return lemma[:-1] + "ied"
    return _stem(lemma, doubled=doubled) + "ed"


def present_participle(lemma: str, *, doubled: bool | None = None) -> str:
    """The "-ing" form: "stop" gives "stopping", "lie" gives "lying"."""
    if lemma.endswith("ie"):
        return lemma[:-2] + "ying"
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")):
        return lemma[:-1] + "ing"
    return _stem(lemma, doubled=doubled) + "ing"


def is_doubled(lemma: str) -> bool:
    """Whether a verb is one syllable ending in one vowel and one consonant: "stop", "quit"."""
    sounds = lemma.replace("qu", "q")
    if len(sounds) < 2 or sounds[-1] in _NEVER_DOUBLED:  # noqa: PLR2004 - a vowel and a consonant
        return False
    return sounds[-2] in _VOWELS and sum(letter in _VOWELS for letter in sounds) == 1


def _stem(lemma: str, *, doubled: bool | None) -> str:
    """What "-ed" and "-ing" are put to: "stopp", "mail", "picnick"."""
    if is_doubled(lemma) if doubled is None else doubled:
        return lemma + lemma[-1]
    return lemma + "k" if lemma.endswith("ic") else lemma


def _ends_in_consonant_and(lemma: str, letter: str) -> bool:
    return len(lemma) > 1 and lemma.endswith(letter) and lemma[-2] not in _VOWELS


def regular_plural(noun: str) -> str:
    """Plural by rule: "box" gives "boxes", "berry" gives "berries"."""
    if _ends_in_consonant_and(noun, "y"):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(_SIBILANTS) else "s")


@lru_cache(maxsize=_MEMO_SIZE)
def regular_singular(noun: str) -> str:
    """Singular by rule; the noun itself where it does not look like a plural."""
    for plural, singular in _COMPOUND_ENDINGS:
        if noun.endswith(plural) and noun != plural:
            return noun[: -len(plural)] + singular
    if len(noun) < _SHORTEST_PLURAL or not noun.endswith("s") or noun.endswith(_SINGULAR_ENDINGS):
        return noun
    for plural, singular in _PLURAL_ENDINGS:
        if noun.endswith(plural):
            return noun[: -len(plural)] + singular
    return noun[:-1]
