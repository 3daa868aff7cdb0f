"""What is wrong with a framework: found by following every answer, and shown with answers.

Not covered: whether what a framework recommends is right. Measurements and claims tell that.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

from spoonbench.harness.frameworks.exploring import State, completions, explore
from spoonbench.harness.frameworks.naming import unnamed, unused
from spoonbench.harness.frameworks.showing import names_in, show_value
from spoonbench.harness.frameworks.spans import spans_text
from spoonbench.harness.frameworks.walking import figures_of, meets, walk
from spoonbench.harness.frameworks.wording import (
    answers_text,
    condition_text,
    verdict_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from spoonbench.harness.frameworks.exploring import Exploration, Visit
    from spoonbench.harness.frameworks.graph import Condition, Edge, Example, Framework, Value

FaultKind = Literal[
    "gap",
    "overlap",
    "unreachable",
    "contradiction",
    "partial",
    "unused",
    "unfilled",
    "unknown",
    "example",
]
"""An answer that no edge takes; one that several take; what no answers lead to; a verdict that
speaks against another, or against the answers that lead to it; a general question that some are
not asked; a question or threshold that does nothing; a name in a text that its path does not
answer; a claim or look-up that nobody knows; a worked example that ends elsewhere."""

FAULT_KINDS: tuple[FaultKind, ...] = get_args(FaultKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        kind: of it.
        place: name of the node, verdict, question, threshold or example where it is.
        sentence: what is wrong, in one sentence.
        answers: that show it, by name of the question; empty where none are needed.
    """

    kind: FaultKind
    place: str
    sentence: str
    answers: Mapping[str, Value] = field(default_factory=dict)


def lint(
    framework: Framework,
    thresholds: Mapping[str, float] | None = None,
    *,
    claims: Collection[str] | None = None,
    lookups: Collection[str] | None = None,
) -> tuple[Fault, ...]:
    """Everything that is wrong with a framework, by kind.

    Args:
        framework: to look at.
        thresholds: name to the figure that takes the place of the rule of thumb.
        claims: ids of all claims that there are; None: those of the framework are not looked up.
        lookups: names of all look-ups of evidence that there are; None likewise.

    Raises:
        ValueError: a threshold is not a number.
    """
    figures = figures_of(framework, thresholds)
    explored = explore(framework, figures)
    found = [
        *_gaps(framework, explored),
        *_overlaps(framework, explored, figures),
        *_unreachable(framework, explored, figures),
        *_contradictions(framework, explored, figures),
        *_partial(framework, explored),
        *_unfilled(framework, explored),
        *(
            Fault(kind="unused", place=name, sentence=sentence)
            for name, sentence in unused(framework)
        ),
        *(
            Fault(kind="unknown", place=place, sentence=sentence)
            for place, sentence in unnamed(framework, claims=claims, lookups=lookups)
        ),
        *_examples(framework, figures),
    ]
    return tuple(sorted(found, key=lambda fault: FAULT_KINDS.index(fault.kind)))


def _gaps(framework: Framework, explored: Exploration) -> Iterator[Fault]:
    by_node: dict[str, list[Visit]] = defaultdict(list)
    for visit in explored.visits:
        if not visit.edges:
            by_node[visit.state.place].append(visit)
    for name, visits in by_node.items():
        given = _given(framework, visits)
        answers = visits[0].state.answers
        sentence = f"No edge of {name} takes {given}{_shown_with(framework, answers, n_said=1)}."
        yield Fault(kind="gap", place=name, sentence=sentence, answers=answers)


def _given(framework: Framework, visits: list[Visit]) -> str:
    question = framework.questions[framework.nodes[visits[0].state.place].asks]
    return f"{question.name} {spans_text(question, [visit.given for visit in visits])}"


def _shown_with(framework: Framework, answers: Mapping[str, Value], *, n_said: int = 0) -> str:
    """Answers that show a fault, if they are more than what was said already."""
    shown = answers_text(framework, answers)
    return f" (for example {shown})" if len(answers) > n_said else ""


def _overlaps(
    framework: Framework, explored: Exploration, figures: Mapping[str, float]
) -> Iterator[Fault]:
    groups: dict[tuple[str, ...], list[Visit]] = defaultdict(list)
    for visit in explored.visits:
        if len(visit.edges) > 1:
            groups[(visit.state.place, *(edge.to for edge in visit.edges))].append(visit)
    for (name, *targets), visits in groups.items():
        given = _given(framework, visits)
        clash = _clash(framework, visits, figures)
        choices, answers = clash or ("", visits[0].state.answers)
        sentence = (
            f"{len(targets)} edges of {name} take {given}, to {' and '.join(targets)}{choices}"
            f"{_shown_with(framework, answers, n_said=1)}."
        )
        kind: FaultKind = "overlap" if clash is None else "contradiction"
        yield Fault(kind=kind, place=name, sentence=sentence, answers=answers)


def _clash(
    framework: Framework, visits: list[Visit], figures: Mapping[str, float]
) -> tuple[str, Mapping[str, Value]] | None:
    """Two choices that the same answers lead to, in words, and the answers."""
    for visit in visits:
        first, *others = visit.edges
        for other in others:
            found = _two_ends(framework, visit, (first, other), figures)
            if found is not None:
                return found
    return None


def _two_ends(
    framework: Framework, visit: Visit, edges: tuple[Edge, Edge], figures: Mapping[str, float]
) -> tuple[str, Mapping[str, Value]] | None:
    here = State(place=edges[0].to, answers=visit.state.answers)
    for taken, state in completions(framework, figures, here):
        there = State(place=edges[1].to, answers=state.answers)
        for other, end in completions(framework, figures, there):
            if taken.choice != other.choice:
                words = f", and lead to different choices, {taken.choice} and {other.choice}"
                return words, end.answers
    return None


def _unreachable(
    framework: Framework, explored: Exploration, figures: Mapping[str, float]
) -> Iterator[Fault]:
    nodes = {visit.state.place for visit in explored.visits}
    reached = nodes | {state.place for state in explored.arrivals}
    led_to = {edge.to for node in framework.nodes.values() for edge in node.edges}
    for name in (*framework.nodes, *framework.verdicts):
        if name not in reached:
            why = "No answers lead" if name in led_to else "No edge leads"
            yield Fault(kind="unreachable", place=name, sentence=f"{why} to {name}.")
    taken = {(visit.state.place, id(edge)) for visit in explored.visits for edge in visit.edges}
    for name in (name for name in framework.nodes if name in nodes):
        node = framework.nodes[name]
        for edge in node.edges:
            if (name, id(edge)) not in taken and edge.to in reached:
                asked = condition_text(framework.questions[node.asks], edge.condition, figures)
                sentence = f"No answers take the edge of {name} to {edge.to} ({asked})."
                yield Fault(kind="unreachable", place=name, sentence=sentence)


def _contradictions(
    framework: Framework, explored: Exploration, figures: Mapping[str, float]
) -> Iterator[Fault]:
    seen = set()
    for state in explored.arrivals:
        for name, condition in framework.verdicts[state.place].needs.items():
            answer = state.answers.get(name)
            is_met = answer is not None and meets(condition, answer, figures)
            # One of each is enough: the answer is wrong, or was never asked for.
            if is_met or (state.place, name, answer is None) in seen:
                continue
            seen.add((state.place, name, answer is None))
            yield _unmet(framework, state, name, condition, figures)


def _unmet(
    framework: Framework,
    state: State,
    name: str,
    condition: Condition,
    figures: Mapping[str, float],
) -> Fault:
    question = framework.questions[name]
    needed = condition_text(question, condition, figures)
    answer = state.answers.get(name)
    but = "does not ask it" if answer is None else f"has {show_value(question, answer)}"
    return Fault(
        kind="contradiction",
        place=state.place,
        sentence=f"{verdict_name(framework.verdicts[state.place])} needs {name} {needed}, and a "
        f"path to it {but}{_shown_with(framework, state.answers)}.",
        answers=state.answers,
    )


def _partial(framework: Framework, explored: Exploration) -> Iterator[Fault]:
    for question in framework.questions.values():
        without = [one for one in explored.ends if question.name not in one.answers]
        is_asked = any(question.name in one.answers for one in explored.ends)
        if question.is_general and is_asked and without:
            answers = without[0].answers
            sentence = (
                f"{question.name} matters to everyone and is asked of some only"
                f"{_shown_with(framework, answers)}."
            )
            yield Fault(kind="partial", place=question.name, sentence=sentence, answers=answers)


def _unfilled(framework: Framework, explored: Exploration) -> Iterator[Fault]:
    seen = set()
    for state in explored.arrivals:
        for name in names_in(framework.verdicts[state.place].text):
            is_known = name in framework.thresholds or name in state.answers
            if is_known or (state.place, name) in seen:
                continue
            seen.add((state.place, name))
            sentence = (
                f"The text of {state.place} tells {name}, and a path to it does not ask it"
                f"{_shown_with(framework, state.answers)}."
            )
            yield Fault(
                kind="unfilled", place=state.place, sentence=sentence, answers=state.answers
            )


def _examples(framework: Framework, figures: Mapping[str, float]) -> Iterator[Fault]:
    for example in framework.examples:
        end = _end(framework, example, figures)
        if end != example.verdict:
            yield Fault(
                kind="example",
                place=example.text,
                sentence=f"The example {example.text!r} should end in {example.verdict} and "
                f"{'ends in ' + end if end in framework.verdicts else end}.",
                answers=example.answers,
            )


def _end(framework: Framework, example: Example, figures: Mapping[str, float]) -> str:
    found = walk(framework, example.answers, figures)
    if found.verdict is not None:
        return found.verdict.name
    if found.asks is not None:
        return f"does not answer {found.asks.name}"
    return f"ends in a gap of {found.steps[-1].node.name}"
