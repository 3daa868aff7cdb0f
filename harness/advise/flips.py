"""What would change an answer, and by how much: found by asking again with one fact changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.advise.decision import decide
from spoonbench.harness.advise.flip import Flip
from spoonbench.harness.advise.flip_numbers import number_flips
from spoonbench.harness.advise.onward import answer_words, endings
from spoonbench.harness.frameworks.showing import show_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.frameworks.graph import Framework, Question, Value


def find_flips(framework: Framework, case: Case, decision: Decision) -> tuple[Flip, ...]:
    """Every fact of the path, changed alone as little as it takes; nearest numbers first.

    Where no single change does it, two are tried: another word first, then anything after it.
    """
    return _alone(framework, case, decision) or _in_pairs(framework, case, decision)


def _alone(framework: Framework, case: Case, decision: Decision) -> tuple[Flip, ...]:
    found: list[Flip] = []
    for name in facts_of(decision, case):
        question = case.questions[name]
        if question.type == "number":
            found += number_flips(framework, case, decision, question)
        else:
            found += _words(framework, case, decision, question)
    with_ahead = (_with_ahead(framework, case, one) for one in found)
    left = (one for one in with_ahead if not _ends_alike(one, decision))
    return tuple(sorted(left, key=lambda one: one.distance))


def _in_pairs(framework: Framework, case: Case, decision: Decision) -> tuple[Flip, ...]:
    """What a word more, said otherwise, would make of every other change; each pair once."""
    found: dict[frozenset[str], Flip] = {}
    for name in facts_of(decision, case):
        question = case.questions[name]
        for value in () if question.type == "number" else _others(case, question):
            changed = case.changed(name, value)
            first = answer_words(question, show_value(question, value))
            for flip in _alone(framework, changed, decide(framework, changed)):
                if flip.name == name or flip.decision.outcome == decision.outcome:
                    continue
                pair = frozenset({first, flip.words})
                words = f"{first} and {flip.words}"
                found.setdefault(pair, replace(flip, words=words, along=(name, value)))
    return tuple(found.values())


def _with_ahead(framework: Framework, case: Case, flip: Flip) -> Flip:
    if flip.decision.asks is None:
        return flip
    changed = case.changed(flip.name, flip.value)
    return replace(flip, ahead=endings(framework, changed, flip.decision))


def _ends_alike(flip: Flip, decision: Decision) -> bool:
    """Whatever is answered next, the choice stays."""
    return bool(flip.ahead) and {one.choice for one in flip.ahead} == {decision.choice}


def facts_of(decision: Decision, case: Case) -> list[str]:
    """Facts of the path, each once; in place of an inferred one what it was inferred from."""
    if decision.measured is not None and decision.measured.is_apart:
        return [step.name for step in decision.measured.steps]
    names = (step.question.name for step in decision.walk.steps)
    grounds = dict.fromkeys(one for name in names for one in case.grounds(name))
    return [name for name in grounds if name in case.questions]


def _words(
    framework: Framework, case: Case, decision: Decision, question: Question
) -> Iterator[Flip]:
    """Yes for no, and every other choice."""
    for value in _others(case, question):
        other = decide(framework, case.changed(question.name, value))
        if other.outcome != decision.outcome:
            shown = show_value(question, value)
            words = answer_words(question, shown)
            yield Flip(name=question.name, value=value, decision=other, words=words, shown=shown)


def _others(case: Case, question: Question) -> list[Value]:
    """Answers that were not given."""
    values: list[Value] = [True, False]
    if question.type == "choice":
        values = [choice.name for choice in question.choices]
    return [value for value in values if value != case.value(question.name)]
