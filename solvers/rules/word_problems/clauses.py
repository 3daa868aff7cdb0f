"""Phrases to clauses: which verb, who is its subject, what follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase, VerbGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import Phrase

_OPENERS = frozenset(
    {
        "and", "but", "then", "so", "if", "when", "while", "because", "before", "after", "that",
        "who", "which", "until", "since", "although", "though", "or", "as", "where", "than",
        "whereas", "once", "unless",
    }
)  # fmt: skip
_RELATIVE = frozenset({"who", "which", "that"})
_SEEING = frozenset({"see", "watch", "find", "notice", "hear"})
_INSIDE = 2
_BEFORE_LEAD = frozenset({",", ";", "and", "but", "then", "while"})


@dataclass(slots=True)
class Clause:
    """One verb with its subject and what follows.

    Attributes:
        subject: noun phrases joined by "and"; empty where the clause has none of its own.
        before: phrases before the subject: "On Monday".
        subject_rest: phrases between subject and verb: "in the class".
        verb: None for a stretch without a verb.
        after: phrases after the verb.
        opener: the conjunction or relative pronoun before it, or "".
        antecedent: what a relative pronoun stands for.
    """

    subject: list[NounPhrase] = field(default_factory=list)
    before: list[Phrase] = field(default_factory=list)
    subject_rest: list[Phrase] = field(default_factory=list)
    verb: VerbGroup | None = None
    after: list[Phrase] = field(default_factory=list)
    opener: str = ""
    antecedent: NounPhrase | None = None
    is_inherited: bool = False


def split_clauses(phrases: Sequence[Phrase]) -> list[Clause]:
    """Cut a sentence into clauses, one for each verb group."""
    clauses: list[Clause] = []
    start = 0
    for position, phrase in enumerate(phrases):
        if isinstance(phrase, VerbGroup):
            complement, clause = _cut(list(phrases[start:position]), phrase, clauses)
            if clauses:
                clauses[-1].after = complement
            else:
                clause.before = complement + clause.before
            clause.verb = phrase
            clauses.append(clause)
            start = position + 1
    if not clauses:
        return [Clause(after=list(phrases))] if phrases else []
    clauses[-1].after = list(phrases[start:])
    _inherit(clauses)
    return clauses


def _cut(
    segment: list[Phrase], verb: VerbGroup, clauses: Sequence[Clause]
) -> tuple[list[Phrase], Clause]:
    """What belongs to the clause before, and the start of the clause of this verb."""
    if verb.kind == "infinitive":
        return segment, Clause(is_inherited=True, opener="to")
    if verb.kind == "gerund":
        return _cut_gerund(segment, clauses)
    return _cut_main(segment, clauses)


def _cut_main(segment: list[Phrase], clauses: Sequence[Clause]) -> tuple[list[Phrase], Clause]:
    """The same for a finite verb."""
    end = len(segment)
    while end and _is_mark(segment[end - 1], "BA"):
        end -= 1
    is_reduced = _is_reduced(clauses) and not any(_is_mark(phrase, "PCW") for phrase in segment)
    if not end or is_reduced:
        return segment if is_reduced else [], _continued(clauses)
    last = segment[end - 1]
    if not clauses and _is_aside(segment[:end]):
        # "Ann, with 5 cups, has ...".
        return [], Clause(subject=segment[:1], subject_rest=segment[2 : end - 1])  # type: ignore[arg-type]
    if isinstance(last, Mark):
        return _cut_at_mark(segment, end, last)
    return _cut_subject(segment, end, is_first=not clauses)


def _is_mark(phrase: Phrase, tags: str) -> bool:
    return isinstance(phrase, Mark) and phrase.tag in tags


def _is_reduced(clauses: Sequence[Clause]) -> bool:
    """Whether a sentence has so far "a truck carrying sand", whose verb is still to come."""
    return len(clauses) == 1 and clauses[0].opener == "ing" and clauses[0].antecedent is not None


def _continued(clauses: Sequence[Clause]) -> Clause:
    """The clause of a verb without a subject of its own: "the apples that Ann bought | cost"."""
    if not clauses:
        return Clause()
    antecedent = clauses[-1].antecedent
    return Clause(is_inherited=True, subject=[] if antecedent is None else [antecedent])


def _cut_gerund(segment: list[Phrase], clauses: Sequence[Clause]) -> tuple[list[Phrase], Clause]:
    cut = len(segment)
    opener = ""
    while cut and _is_mark(segment[cut - 1], "ICPB"):
        cut -= 1
        mark = segment[cut]
        if isinstance(mark, Mark) and mark.tag in "IC":
            opener = mark.text
    noun = segment[cut - 1] if cut == len(segment) and cut else None
    if isinstance(noun, NounPhrase) and not clauses:
        # "A truck carrying sand".
        clause = Clause(subject=[noun], opener="ing", antecedent=noun)
        return segment[: cut - 1], clause
    clause = Clause(is_inherited=True, opener=opener or "ing")
    if isinstance(noun, NounPhrase) and noun.determiner == "each" and not noun.words:
        return _cut_each(segment[: cut - 1])
    if isinstance(noun, NounPhrase) and _shows(clauses[-1]):
        clause.subject = [noun]
    return segment[:cut], clause


def _cut_each(segment: list[Phrase]) -> tuple[list[Phrase], Clause]:
    """As in "3 shelves, each holding 8 books": each shelf holds so many."""
    thing = _last_noun_phrase(segment)
    clause = Clause(opener="ing", is_inherited=thing is None)
    if thing is not None:
        each = NounPhrase(thing.start, thing.end, words=thing.words, raw=thing.raw)
        each.determiner = "each"
        clause.subject, clause.antecedent = [each], thing
    return segment, clause


def _shows(clause: Clause) -> bool:
    """Whether what a clause is about does what follows: "there are 3 boys | playing"."""
    if clause.verb is None:
        return False
    is_there = bool(clause.subject) and clause.subject[0].pronoun == "there"
    return is_there or clause.verb.verb.lemma in _SEEING


def _cut_at_mark(segment: list[Phrase], end: int, last: Mark) -> tuple[list[Phrase], Clause]:
    """The verb follows "who", "and", ...: its subject stands in a clause before."""
    cut = end - 1
    antecedent = _last_noun_phrase(segment[:cut]) if last.text in _RELATIVE else None
    # ", and" and ", which": the sign goes with the conjunction.
    while cut and _is_mark(segment[cut - 1], "PC"):
        cut -= 1
    clause = Clause(opener=last.text if last.text in _OPENERS else "", is_inherited=True)
    if antecedent is not None:
        clause.antecedent, clause.subject = antecedent, [antecedent]
    return segment[:cut], clause


def _cut_subject(segment: list[Phrase], end: int, *, is_first: bool) -> tuple[list[Phrase], Clause]:
    """The verb follows its subject."""
    cut = _subject_start(segment, end, is_first=is_first)
    left, opener = _opener_before(segment, cut)
    subject, rest = _subject_phrases(segment[cut:end])
    clause = Clause(subject=subject, subject_rest=rest, opener=opener)
    complement = segment[:left]
    is_contact = left == cut and cut > 0
    if opener in _RELATIVE or (is_contact and _is_contact(complement, is_first=is_first)):
        clause.antecedent = _last_noun_phrase(complement)
    if not is_first and is_contact:
        lead = _length_of_lead(complement)
        if lead:
            clause.before, complement = complement[-lead:], complement[: -lead - 1]
            clause.antecedent = None
    return complement, clause


def _is_contact(complement: Sequence[Phrase], *, is_first: bool) -> bool:
    """Whether a subject right behind a noun phrase starts a relative clause: "the lawn | he"."""
    last = complement[-1] if complement else None
    return isinstance(last, NounPhrase) and not (is_first and _is_time(last))


def _opener_before(segment: Sequence[Phrase], cut: int) -> tuple[int, str]:
    """Where the conjunction before a subject starts, and which it is."""
    opener = ""
    left = cut
    while left:
        mark = segment[left - 1]
        if not isinstance(mark, Mark) or mark.tag not in "CPWB":
            break
        if mark.tag == "B" and _is_mark(segment[left], "C") and left < cut:
            # "Flew away | and 5 came".
            break
        if mark.text in _OPENERS:
            opener = opener or mark.text
        left -= 1
        if mark.text in _RELATIVE:
            break
    return left, opener


def _length_of_lead(phrases: Sequence[Phrase]) -> int:
    """How many phrases open the next clause, behind a comma or "and": ", before that he"."""
    if not phrases or not isinstance(phrases[-1], NounPhrase):
        return 0
    opener = phrases[-2] if len(phrases) > 1 else None
    is_led = isinstance(opener, Mark) and (opener.tag == "I" or opener.text in {"before", "after"})
    lead = 1 + is_led
    if not is_led and not _is_time(phrases[-1]):
        return 0
    sign = phrases[-lead - 1] if len(phrases) > lead else None
    return lead if isinstance(sign, Mark) and sign.text in _BEFORE_LEAD else 0


def _is_aside(phrases: Sequence[Phrase]) -> bool:
    """Whether something between two commas stands behind the subject."""
    if len(phrases) < 4 or not isinstance(phrases[0], NounPhrase):  # noqa: PLR2004
        return False
    one, two, after = phrases[1], phrases[-1], phrases[2]
    return (
        isinstance(one, Mark)
        and one.text == ","
        and isinstance(two, Mark)
        and two.text == ","
        and isinstance(after, Mark)
        and after.tag == "I"
        and not _is_time(phrases[0])
    )


def _last_noun_phrase(phrases: Sequence[Phrase]) -> NounPhrase | None:
    for phrase in reversed(phrases):
        if isinstance(phrase, NounPhrase):
            return phrase
    return None


def _subject_start(segment: list[Phrase], end: int, *, is_first: bool) -> int:
    """Index of the first phrase of the subject that ends before `end`."""
    index = end - 1
    while index > 0:
        before = segment[index - 1]
        if not isinstance(before, Mark) or before.text == "as":
            return index
        if before.tag == "I":
            # A prepositional phrase inside the subject: "the boys in the class"; but a leading
            # one ("in the morning Ann") was cut by the noun phrase in front of this one.
            if index > 1 and isinstance(segment[index - 2], NounPhrase):
                index -= 2
                continue
            return index - 1 if is_first and index == 1 else index
        joined = -1
        if before.text in {"and", "or", ","}:
            joined = _joins(segment, index, is_first=is_first)
        if joined < 0:
            return index
        index = joined
    return index


def _joins(segment: list[Phrase], index: int, *, is_first: bool) -> int:
    """Index of the noun phrase that is joined to the one here by "and"; -1 where it is not."""
    left = index
    while left and _is_sign(segment[left - 1]):
        left -= 1
    joined, current = segment[left - 1] if left else None, segment[index]
    if not isinstance(joined, NounPhrase) or not isinstance(current, NounPhrase):
        return -1
    if not _is_listed(segment, left, index) or _is_time(joined):
        return -1
    before = segment[left - 2] if left > 1 else None
    is_inside = before is not None and _is_mark(before, "I")
    is_alike = joined.counts == current.counts
    if is_inside and is_first and left > _INSIDE and isinstance(segment[left - 3], NounPhrase):
        # "A group with 2 adults and 5 children came", "the 3 boys in the team and 5 girls ran".
        return left - 1 if is_alike else left - 3
    if is_inside or not (is_alike or joined.is_name or joined.pronoun):
        return -1
    is_start = is_first or (before is not None and _is_mark(before, "PCW"))
    return left - 1 if is_start else -1


def _is_sign(phrase: Phrase) -> bool:
    return isinstance(phrase, Mark) and phrase.text in {",", "and", "or"}


def _is_listed(segment: Sequence[Phrase], left: int, index: int) -> bool:
    """Whether a list stands here: "and" before its last phrase, or one more sign after it."""
    if any(isinstance(mark, Mark) and mark.text == "and" for mark in segment[left:index]):
        return True
    after = segment[index + 1] if index + 1 < len(segment) else None
    return isinstance(after, Mark) and after.text in {"and", ","}


def _is_time(phrase: NounPhrase) -> bool:
    words = load_lexicon().words
    return phrase.head in words["times"] or phrase.head in words["days"]


def _subject_phrases(phrases: Sequence[Phrase]) -> tuple[list[NounPhrase], list[Phrase]]:
    subject: list[NounPhrase] = []
    rest: list[Phrase] = []
    is_rest = False
    for phrase in phrases:
        if isinstance(phrase, Mark):
            is_rest |= phrase.tag == "I"
            if is_rest:
                rest.append(phrase)
            continue
        if isinstance(phrase, NounPhrase):
            (rest if is_rest else subject).append(phrase)
    return subject, rest


def _inherit(clauses: Sequence[Clause]) -> None:
    """A clause without a subject of its own takes the one of the clause before."""
    for before, clause in pairwise(clauses):
        if clause.subject or not clause.is_inherited:
            continue
        clause.subject = before.subject
    # "After paying 6 dollars, Mary has 52": the subject comes with the next clause.
    for clause, after in pairwise(clauses):
        is_main = clause.verb is not None and clause.verb.kind == "main"
        if not clause.subject and not is_main and not after.is_inherited:
            clause.subject = after.subject
