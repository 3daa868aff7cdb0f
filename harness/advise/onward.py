"""What an open case can still come to: the verdicts ahead, and the answers that lead to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.exploring import State, explore
from spoonbench.harness.frameworks.spans import spans_text
from spoonbench.harness.frameworks.walking import BadAnswer, check_answer, figures_of

if TYPE_CHECKING:
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.frameworks.exploring import Exploration, Visit
    from spoonbench.harness.frameworks.graph import Framework, Question, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A choice that further answers lead to.

    Attributes:
        choice: in a word.
        answers: that lead there, in words, in the order in which they are asked; the shortest way.
    """

    choice: str
    answers: tuple[str, ...]


def answer_words(question: Question, shown: str) -> str:
    """An answer and its question: "no to 'Does it fit?'", "batch 12 or more"."""
    if question.type == "yes-no":
        return f"{shown} to {question.text!r}"
    return f"{question.name} {shown}"


def endings(framework: Framework, case: Case, decision: Decision) -> tuple[Ending, ...]:
    """Every choice that an open decision can come to, each once, the nearest first.

    Args:
        framework: that was walked.
        case: whose facts are known.
        decision: that asks.

    Returns:
        Nothing where the framework does not ask.
    """
    if decision.walk.asks is None:
        return ()
    measured = {name: one.value for name, one in decision.figures.items() if one.value is not None}
    figures = figures_of(framework, measured)
    known = _known(framework, case)
    steps = decision.walk.steps
    place = (steps[-1].to if steps else None) or framework.start
    ahead = explore(framework, figures, State(place=place, answers=known))
    first: dict[str, State] = {}
    for one in ahead.arrivals:
        verdict = framework.verdicts[one.place]
        first.setdefault(verdict.choice or verdict.name, one)
    return tuple(
        Ending(
            choice=choice,
            answers=tuple(
                answer_words(framework.questions[name], _span(framework, name, one, ahead))
                for name in one.answers
                if name not in known
            ),
        )
        for choice, one in first.items()
    )


def _known(framework: Framework, case: Case) -> dict[str, Value]:
    """What the case answers of itself, as far as the framework allows it."""
    known: dict[str, Value] = {}
    for name, question in framework.questions.items():
        fact = case.fact(name)
        if fact is None:
            continue
        try:
            check_answer(question, fact.value)
        except BadAnswer:
            continue
        known[name] = fact.value
    return known


def _span(framework: Framework, name: str, chosen: State, ahead: Exploration) -> str:
    """All answers to a question that lead to the same place, if the others are as chosen."""
    others = _without(chosen, name)
    alike = {
        one.answers[name]
        for one in ahead.arrivals
        if one.place == chosen.place and _without(one, name) == others
    }
    given = {one.given.answer: one.given for one in ahead.visits if _asks(framework, one) == name}
    return spans_text(framework.questions[name], [given[answer] for answer in alike])


def _without(state: State, name: str) -> dict[str, Value]:
    return {key: value for key, value in state.answers.items() if key != name}


def _asks(framework: Framework, visit: Visit) -> str:
    return framework.nodes[visit.state.place].asks
