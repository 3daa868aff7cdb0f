"""Clauses put right for reading: what goes on behind a subordinate verb with the main one.

In "2 dollars for washing cars and 3 dollars for mowing lawns" the 3 dollars are no part of the
washing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.rules.word_problems.clauses import Clause
from spoonbench.solvers.rules.word_problems.phrases import Mark, NounPhrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.rules.word_problems.phrases import Phrase

_JOINS = frozenset({"and", ",", "or", "then"})


def mend_clauses(clauses: Sequence[Clause]) -> list[Clause]:
    """Cut off from gerunds and infinitives what is joined to the object of the main verb."""
    mended: list[Clause] = []
    main: Clause | None = None
    for clause in clauses:
        mended.append(clause)
        verb = clause.verb
        if verb is None or verb.kind == "main":
            main = clause
            continue
        cut = _joined_at(clause.after)
        if main is None or cut < 0 or not _has_count(main.after):
            continue
        rest = clause.after[cut:]
        clause.after = clause.after[:cut]
        mended.append(
            Clause(
                subject=main.subject, verb=main.verb, after=rest, opener="and", is_inherited=True
            )
        )
    return mended


def _has_count(phrases: Sequence[Phrase]) -> bool:
    return any(isinstance(phrase, NounPhrase) and phrase.number >= 0 for phrase in phrases)


def _joined_at(phrases: Sequence[Phrase]) -> int:
    """Index of ", and" before a number, where no number and some noun stands before it; else -1."""
    has_noun = False
    for index, phrase in enumerate(phrases):
        if isinstance(phrase, NounPhrase):
            if phrase.number >= 0:
                return _start_of_join(phrases, index) if has_noun else -1
            has_noun = True
    return -1


def _start_of_join(phrases: Sequence[Phrase], index: int) -> int:
    start = index
    while start:
        mark = phrases[start - 1]
        if not isinstance(mark, Mark) or mark.text not in _JOINS:
            break
        start -= 1
    return start if start < index else -1
