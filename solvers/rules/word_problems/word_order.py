"""A question in the order of a statement: "Ann bought | how many" for "how many did Ann buy"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.constituents import Mark, NounPhrase, VerbGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.constituents import Phrase

_AUXILIARY = frozenset({"do", "be", "have"})
_SUBORDINATORS = frozenset({"if", "when", "because", "that", "who", "which", "after", "before"})
_TENSES = {
    "did": "past", "will": "future", "would": "future", "do": "present", "does": "present",
    "can": "present", "must": "present", "should": "present",
}  # fmt: skip


def in_order(asked: NounPhrase, phrases: list[Phrase]) -> list[Phrase]:
    """The phrases of a question in the order of a statement."""
    lead = _length_of_lead(phrases)
    first = phrases[lead] if lead < len(phrases) else None
    rest = phrases[lead + 1 :]
    ordered: list[Phrase] | None = None
    is_auxiliary = (isinstance(first, Mark) and first.tag == "A") or (
        isinstance(first, VerbGroup) and first.verb.lemma in _AUXILIARY
    )
    if is_auxiliary and isinstance(first, Mark | VerbGroup):
        ordered = _uninverted(asked, first, rest, phrases[:lead])
    elif isinstance(first, NounPhrase | Mark):
        ordered = _unmoved(asked, phrases[lead:], phrases[:lead])
    return [asked, *phrases] if ordered is None else ordered


def _length_of_lead(phrases: Sequence[Phrase]) -> int:
    """How many phrases between what is asked for and its verb hang on it: "in the box"."""
    index = 0
    while index < len(phrases):
        phrase = phrases[index]
        if not isinstance(phrase, Mark):
            break
        if phrase.tag in "BM" or phrase.text == ",":
            index += 1
        elif (
            (phrase.tag == "I" or phrase.text == "than")
            and index + 1 < len(phrases)
            and isinstance(phrases[index + 1], NounPhrase)
        ):
            index += 2
        else:
            break
    return index


def _uninverted(
    asked: NounPhrase, first: Mark | VerbGroup, rest: list[Phrase], lead: list[Phrase]
) -> list[Phrase] | None:
    """As in "did Ann buy | how many" for "how many did Ann buy"."""
    subject = 0
    while subject < len(rest) and _is_adverb(rest[subject]):
        subject += 1
    if subject >= len(rest) or not isinstance(rest[subject], NounPhrase):
        return None
    verb_at = _main_verb(rest)
    if verb_at > subject and _is_subject(rest[subject:verb_at]):
        verb = rest[verb_at]
        if isinstance(verb, VerbGroup):
            _add_auxiliary(verb, first)
        return [*rest[: verb_at + 1], asked, *lead, *rest[verb_at + 1 :]]
    if isinstance(first, VerbGroup) and _may_stand_behind_be(rest[subject], rest[:subject]):
        return [*rest[: subject + 1], first, asked, *lead, *rest[subject + 1 :]]
    return None


def _is_adverb(phrase: Phrase) -> bool:
    return isinstance(phrase, Mark) and phrase.tag == "B"


def _may_stand_behind_be(phrase: Phrase, before: Sequence[Phrase]) -> bool:
    """Whether it is a subject: "the lamp", "Ann", "there", and not "blue" or "girls"."""
    if not isinstance(phrase, NounPhrase):
        return False
    is_both = any(isinstance(mark, Mark) and mark.text == "both" for mark in before)
    is_definite = bool(phrase.pronoun or phrase.determiner or phrase.owner or phrase.is_name)
    return is_both or is_definite or phrase.number >= 0


def _main_verb(phrases: Sequence[Phrase]) -> int:
    """Index of the first verb group that is no infinitive; -1 where there is none."""
    for index, phrase in enumerate(phrases):
        if isinstance(phrase, VerbGroup) and phrase.kind != "infinitive":
            return index
    return -1


def _is_subject(phrases: Sequence[Phrase]) -> bool:
    """Whether everything up to the verb can be its subject."""
    is_behind_noun = False
    for phrase in phrases:
        if isinstance(phrase, NounPhrase):
            if is_behind_noun and phrase.determiner != "each":
                return False
            is_behind_noun = True
            continue
        is_behind_noun = False
        if isinstance(phrase, Mark) and (phrase.tag == "W" or phrase.text in _SUBORDINATORS):
            return False
    return True


def _unmoved(asked: NounPhrase, phrases: list[Phrase], lead: list[Phrase]) -> list[Phrase] | None:
    """As in "the apples that Ann has", "how many apples Ann has"."""
    first = phrases[0]
    if isinstance(first, Mark):
        if first.tag != "W" or first.text not in {"that", "which", "who"}:
            return None
        phrases = phrases[1:]
        if phrases and isinstance(phrases[0], VerbGroup):
            return [asked, *lead, *phrases]
    verb_at = _main_verb(phrases)
    verb = phrases[verb_at] if verb_at > 0 else None
    if not isinstance(verb, VerbGroup) or verb.kind != "main" or verb.is_passive:
        return None
    if not isinstance(phrases[0], NounPhrase) or not _is_subject(phrases[:verb_at]):
        return None
    return [*phrases[: verb_at + 1], asked, *lead, *phrases[verb_at + 1 :]]


def _add_auxiliary(verb: VerbGroup, first: Mark | VerbGroup) -> None:
    """What the auxiliary before the subject says of the verb behind it."""
    if isinstance(first, VerbGroup):
        if first.tense == "past":
            verb.tense = "past"
        verb.is_negated |= first.is_negated
        verb.modal = first.modal or verb.modal
        forms = verb.verb.forms
        verb.is_passive |= first.verb.lemma == "be" and "participle" in forms and "ing" not in forms
    else:
        verb.modal = verb.modal or first.text
        verb.tense = _TENSES.get(first.text, verb.tense)
    if verb.kind == "gerund":
        verb.kind = "main"
