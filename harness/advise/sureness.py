"""How sure an answer is: by what decided the steps of its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.inference import PREDICTED
from spoonbench.harness.advise.lookups.memory import TOLERANCE
from spoonbench.harness.advise.sentences import error_words
from spoonbench.harness.advise.unknown_sizes import untold

if TYPE_CHECKING:
    from spoonbench.harness.advise.advice import Evidence, Sureness
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.frameworks.graph import Framework, Node

RANKS: tuple[Sureness, ...] = ("measured here", "predicted", "reference", "rule of thumb")


def sureness_of_evidence(evidence: Evidence) -> Sureness:
    """By its source; what was predicted of another machine's cells says no more than those do."""
    if evidence.error is not None and (evidence.source == "store" or evidence.machine is None):
        return "predicted"
    return {"store": "measured here", "reference": "reference", "claims": "rule of thumb"}[  # type: ignore[return-value]  # of these words
        evidence.source
    ]


def rests_on(framework: Framework, decision: Decision) -> dict[str, Sureness]:
    """Fact of each step to what decided where it leads."""
    found: dict[str, Sureness] = {}
    for step in decision.walk.steps:
        name = step.question.name
        if name in {*PREDICTED, "speedup"} and decision.facts[name].origin == "inferred":
            found[name] = "predicted"
            continue
        named = _named(step.node)
        if not named and decision.facts[name].origin == "measured":
            continue  # seen on the machine: there is nothing to be sure of
        figures = [decision.figures[one] for one in named if one in decision.figures]
        ranks = [sureness_of_evidence(one) for one in figures] or ["rule of thumb"]
        found[name] = min(ranks, key=RANKS.index)
    return found


def errors_of(case: Case, decision: Decision) -> dict[str, str]:
    """Fact of each step that was predicted to how exact that is, in words."""
    found: dict[str, str] = {}
    exact = "weights alone" if untold(case) else f"good to {TOLERANCE:.0%}"
    for step in decision.walk.steps:
        name = step.question.name
        if decision.facts[name].origin == "inferred" and name in PREDICTED:
            found[name] = exact
        elif decision.facts[name].origin == "inferred" and name == "speedup":
            found[name] = "by theory"
        for threshold in _named(step.node):
            figure = decision.figures.get(threshold)
            if figure is not None and figure.error is not None:
                found[name] = error_words(figure.error)
    return found


def sureness_of(framework: Framework, decision: Decision) -> Sureness:
    """Of the best supported step; how sure each of the others is stands beside it."""
    return min(rests_on(framework, decision).values(), key=RANKS.index, default="rule of thumb")


def _named(node: Node) -> list[str]:
    """Thresholds that a node's conditions name."""
    names: list[str] = []
    for edge in node.edges:
        at = edge.condition
        names += [one for one in (at.least, at.above, at.most, at.below) if isinstance(one, str)]
    return names
