"""Phrases to clauses: which verb, who is its subject, what follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.lexicon import load_lexicon
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase, VerbGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import Phrase

_OPENERS = frozenset(
    {
        "and", "but", "then", "so", "if", "when", "while", "because", "before", "after", "that",
        "who", "which", "until", "since", "although", "though", "or", "as", "where", "than", "whereas", "once", "unless",
    }
)  # fmt: skip
_SIGNS = frozenset({",", ";", ":", "(", ")"})


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
    verbs = [index for index, phrase in enumerate(phrases) if isinstance(phrase, VerbGroup)]
    if not verbs:
        return [Clause(after=list(phrases))] if phrases else []
    clauses: list[Clause] = []
    start = 0
    for order, position in enumerate(verbs):
        segment = list(phrases[start:position])
        verb = phrases[position]
        assert isinstance(verb, VerbGroup)  # noqa: S101 - by construction
        complement, clause = _split_segment(segment, verb, is_first=order == 0)
        if clauses:
            clauses[-1].after = complement
        else:
            clause.before = complement + clause.before
        clause.verb = verb
        clauses.append(clause)
        start = position + 1
    clauses[-1].after = list(phrases[start:])
    _inherit(clauses)
    return clauses


def _split_segment(
    segment: list[Phrase], verb: VerbGroup, *, is_first: bool
) -> tuple[list[Phrase], Clause]:
    """What belongs to the clause before, and the start of the clause of this verb."""
    if verb.kind == "infinitive":
        return segment, Clause(is_inherited=True, opener="to")
    if verb.kind == "gerund":
        cut = len(segment)
        opener = ""
        while cut and isinstance(segment[cut - 1], Mark) and segment[cut - 1].tag in "ICPB":
            cut -= 1
            mark = segment[cut]
            if isinstance(mark, Mark) and mark.tag in "IC":
                opener = mark.text
        return segment[:cut], Clause(is_inherited=True, opener=opener or "ing")
    end = len(segment)
    while end and isinstance(segment[end - 1], Mark) and segment[end - 1].tag in "BA":
        end -= 1
    last = segment[end - 1] if end else None
    if last is None:
        return [], Clause(is_inherited=not is_first)
    if isinstance(last, Mark):
        opener = last.text
        cut = end - 1
        antecedent = None
        if last.text in {"who", "which", "that"}:
            antecedent = _last_noun_phrase(segment[:cut])
        # ", and" and ", which": the sign goes with the conjunction.
        while cut and isinstance(segment[cut - 1], Mark) and segment[cut - 1].tag in "PCB":
            cut -= 1
        return segment[:cut], Clause(
            opener=opener if opener in _OPENERS else "", antecedent=antecedent, is_inherited=True
        )
    cut = _subject_start(segment, end, is_first=is_first)
    opener = ""
    left = cut
    while left and isinstance(segment[left - 1], Mark) and segment[left - 1].tag in "CPWB":
        mark = segment[left - 1]
        if isinstance(mark, Mark) and mark.text in _OPENERS:
            opener = opener or mark.text
        left -= 1
        if mark.text in {"that", "who", "which"}:
            break
    # "gave to" and the like never end a complement: a preposition goes with what follows it.
    subject, rest = _subject_phrases(segment[cut:end])
    before: list[Phrase] = []
    complement = segment[:left]
    if is_first:
        before, complement = complement, []
    elif left == cut:
        lead = _length_of_lead(complement)
        if lead:
            before, complement = complement[-lead:], complement[: -lead - 1]
    antecedent = None
    if opener in {"that", "which"} or (not is_first and left == cut and cut > 0):
        antecedent = _last_noun_phrase(complement)
    return complement if not is_first else before, Clause(
        subject=subject,
        before=[] if is_first else before,
        subject_rest=rest,
        opener=opener,
        antecedent=antecedent,
    )


def _length_of_lead(phrases: Sequence[Phrase]) -> int:
    """How many phrases at the end, behind a comma, open the next clause: ", before that he"."""
    count = len(phrases)
    if count < 2 or not isinstance(phrases[-1], NounPhrase):  # noqa: PLR2004
        return 0
    opener = phrases[-2]
    is_led = isinstance(opener, Mark) and (opener.tag == "I" or opener.text in {"before", "after"})
    lead = 2 if is_led else 1
    if lead == 1 and not _is_time(phrases[-1]):
        return 0
    comma = phrases[-lead - 1] if count > lead else None
    return lead if isinstance(comma, Mark) and comma.text in {",", ";"} else 0


def _last_noun_phrase(phrases: Sequence[Phrase]) -> NounPhrase | None:
    for phrase in reversed(phrases):
        if isinstance(phrase, NounPhrase):
            return phrase
    return None


def _subject_start(segment: list[Phrase], end: int, *, is_first: bool) -> int:
    """Index of the first phrase of the subject that ends before `end`."""
    index = end - 1
    lexicon = load_lexicon()
    while index > 0:
        before = segment[index - 1]
        current = segment[index]
        if isinstance(before, Mark) and before.tag == "I":
            # A prepositional phrase inside the subject: "the boys in the class"; but a leading
            # one ("in the morning Ann") was cut by the noun phrase in front of this one.
            if index >= 2 and isinstance(segment[index - 2], NounPhrase):  # noqa: PLR2004
                index -= 2
                continue
            return index - 1 if is_first and index == 1 else index
        if isinstance(before, Mark) and before.text in {"and", "or", ","} and isinstance(current, NounPhrase):
            joined = _joins(segment, index, lexicon, is_first=is_first)
            if joined >= 0:
                index = joined
                continue
            return index
        if isinstance(before, NounPhrase) and isinstance(current, NounPhrase):
            return index
        return index
    return index


def _joins(segment: list[Phrase], index: int, lexicon: object, *, is_first: bool) -> int:
    """Index of the noun phrase that is joined to the one here by "and"; -1 where it is not."""
    left = index - 1
    while left and isinstance(segment[left - 1], Mark) and segment[left - 1].text in {",", "and"}:
        left -= 1
    if left == 0:
        return -1
    joined = segment[left - 1]
    current = segment[index]
    has_and = any(isinstance(mark, Mark) and mark.text == "and" for mark in segment[left:index])
    if not isinstance(joined, NounPhrase) or not isinstance(current, NounPhrase):
        return -1
    is_listed = has_and or (
        index + 1 < len(segment)
        and isinstance(segment[index + 1], Mark)
        and segment[index + 1].text in {"and", ","}
    )
    if not is_listed:
        return -1
    if left - 1 > 0:
        before = segment[left - 2]
        if isinstance(before, Mark) and before.tag == "I":
            return -1
        if not is_first and not (isinstance(before, Mark) and before.tag in "PCW"):
            return -1
    elif not is_first:
        return -1
    if _is_time(joined) or (joined.counts != current.counts and not joined.is_name):
        return -1
    return left - 1


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
    for before, clause in zip(clauses, clauses[1:], strict=False):
        if clause.subject or not clause.is_inherited:
            continue
        if clause.antecedent is not None and clause.opener in {"who", "which", "that"}:
            clause.subject = [clause.antecedent]
        else:
            clause.subject = before.subject
    # "After paying 6 dollars, Mary has 52": the subject comes with the next clause.
    for clause, after in zip(clauses, clauses[1:], strict=False):
        if not clause.subject and clause.verb is not None and clause.verb.kind != "main" and not after.is_inherited:
            clause.subject = after.subject
