"""Everything that can happen in a framework, without walking every path.

Paths multiply with every question. What can happen from a place on depends on fewer answers: those
that are asked for again, and those that a verdict needs. Two paths that agree on these are one
state, and are followed once. So the linter stays quick where paths are millions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.paths import Representative, places_after, representatives
from spoonbench.harness.frameworks.showing import names_in
from spoonbench.harness.frameworks.walking import fitting_edges

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.harness.frameworks.graph import Edge, Framework, Value, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A place, and a way to it.

    Attributes:
        place: name of a node or a verdict.
        answers: that lead there, by name of the question, in the order in which they were asked.
    """

    place: str
    answers: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An answer at a node.

    Attributes:
        state: with this answer.
        given: what was answered, and for what it stands.
        edges: that fit, in order; the first is taken.
    """

    state: State
    given: Representative
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """What happened.

    Attributes:
        visits: of nodes, each with one answer.
        arrivals: at verdicts.
    """

    visits: tuple[Visit, ...]
    arrivals: tuple[State, ...]

    @property
    def ends(self) -> tuple[State, ...]:
        """Where paths end: verdicts and gaps."""
        return (*self.arrivals, *(visit.state for visit in self.visits if not visit.edges))


def explore(
    framework: Framework, figures: Mapping[str, float], start: State | None = None
) -> Exploration:
    """Follow every answer, shortest ways first.

    Args:
        framework: to explore.
        figures: of all thresholds.
        start: where to begin, with answers that are known; None: at the start, with none.
    """
    explorer = _Explorer(framework, figures)
    visits: list[Visit] = []
    arrivals: list[State] = []
    start = start or State(place=framework.start, answers={})
    waiting = [State(place=start.place, answers=explorer.as_offered(start.answers))]
    seen = set()
    while waiting:
        state = waiting.pop(0)
        key = explorer.key(state)
        if key in seen:
            continue
        seen.add(key)
        if state.place in framework.verdicts:
            arrivals.append(state)
            continue
        for visit in explorer.visits(state):
            visits.append(visit)
            if visit.edges:
                waiting.append(State(place=visit.edges[0].to, answers=visit.state.answers))
    return Exploration(visits=tuple(visits), arrivals=tuple(arrivals))


def completions(
    framework: Framework, figures: Mapping[str, float], state: State
) -> Iterator[tuple[Verdict, State]]:
    """Every verdict that paths from a state end in, with the answers that lead there.

    Paths that end in a gap are left out.
    """
    explorer = _Explorer(framework, figures)
    waiting = [state]
    seen = set()
    while waiting:
        one = waiting.pop()
        if one.place in framework.verdicts:
            yield framework.verdicts[one.place], one
            continue
        key = (one.place, tuple(sorted(one.answers.items())))
        if key in seen:
            continue
        seen.add(key)
        waiting.extend(
            State(place=visit.edges[0].to, answers=visit.state.answers)
            for visit in explorer.visits(one)
            if visit.edges
        )


class _Explorer:
    """What follows a state."""

    def __init__(self, framework: Framework, figures: Mapping[str, float]) -> None:
        self._framework = framework
        self._figures = figures
        places = places_after(framework)
        self._matters = {place: self._matter(after) for place, after in places.items()}
        self._told = {place: self._tell(after) for place, after in places.items()}
        # The same everywhere, so that a question that is asked again finds its answer among them.
        self._offered = {
            name: _typical_first(
                representatives(framework, question, figures, places[framework.start])
            )
            for name, question in framework.questions.items()
        }

    def key(self, state: State) -> tuple[object, ...]:
        """Equal for states from which the same can happen."""
        matters, told = self._matters[state.place], self._told[state.place]
        answers = tuple((name, state.answers[name]) for name in matters if name in state.answers)
        return (state.place, answers, tuple(name for name in told if name in state.answers))

    def as_offered(self, answers: Mapping[str, Value]) -> dict[str, Value]:
        """Each answer as the one that is offered in its place."""
        return {
            name: next(
                (one.answer for one in self._offered[name] if one.stands_for(answer)), answer
            )
            for name, answer in answers.items()
        }

    def visits(self, state: State) -> Iterator[Visit]:
        """A node with every answer that it can still be given."""
        node = self._framework.nodes[state.place]
        question = self._framework.questions[node.asks]
        for one in self._offered[question.name]:
            if state.answers.get(question.name, one.answer) != one.answer:
                continue
            answers = {**state.answers, question.name: one.answer}
            yield Visit(
                state=State(place=state.place, answers=answers),
                given=one,
                edges=tuple(fitting_edges(node, one.answer, self._figures)),
            )

    def _matter(self, after: frozenset[str]) -> list[str]:
        """Questions whose answers change what happens at these places."""
        names: set[str] = set()
        for place in after:
            if place in self._framework.nodes:
                names.add(self._framework.nodes[place].asks)
            else:
                names |= self._framework.verdicts[place].needs.keys()
        return sorted(names)

    def _tell(self, after: frozenset[str]) -> list[str]:
        """Questions of which it matters only whether they were asked."""
        names = {one.name for one in self._framework.questions.values() if one.is_general}
        for place in after & self._framework.verdicts.keys():
            names |= set(names_in(self._framework.verdicts[place].text))
        return sorted(names)


def _typical_first(offered: list[Representative]) -> list[Representative]:
    """Numbers between bounds first: as examples they say more than the bounds do."""
    return sorted(offered, key=lambda one: one.low is not None and one.low == one.high)
