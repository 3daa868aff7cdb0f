"""Names in a framework that nothing uses, and names in it that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.showing import names_in
from spoonbench.harness.frameworks.wording import bounds_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from spoonbench.harness.frameworks.graph import Condition, Framework


def unused(framework: Framework) -> Iterator[tuple[str, str]]:
    """Questions that no node asks and thresholds that bound nothing: name and sentence.

    A question that a verdict needs is left out: that no path to the verdict asks it, is a
    contradiction, and told as such.
    """
    asked = {node.asks for node in framework.nodes.values()}
    needed = {name for verdict in framework.verdicts.values() for name in verdict.needs}
    for name in framework.questions:
        if name not in asked | needed:
            yield name, f"No node asks the question {name}."
    texts = {name for verdict in framework.verdicts.values() for name in names_in(verdict.text)}
    bounds = {bound for condition in _conditions(framework) for bound in bounds_of(condition)}
    for name in framework.thresholds:
        if name not in bounds | texts:
            yield name, f"No condition and no text uses the threshold {name}."


def unnamed(
    framework: Framework,
    *,
    claims: Collection[str] | None,
    lookups: Collection[str] | None,
) -> Iterator[tuple[str, str]]:
    """Claims and look-ups that nobody knows: name of the place and sentence."""
    for place, cited, looked_up in _references(framework):
        for name in cited:
            if claims is not None and name not in claims:
                yield place, f"{place} rests on the claim {name}, which is not there."
        for name in looked_up:
            if lookups is not None and name not in lookups:
                yield place, f"{place} looks up {name}, which nobody answers."


def _references(framework: Framework) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    for threshold in framework.thresholds.values():
        evidence = () if threshold.evidence is None else (threshold.evidence,)
        yield threshold.name, threshold.claims, evidence
    for node in framework.nodes.values():
        yield node.name, node.claims, node.evidence
    for verdict in framework.verdicts.values():
        yield verdict.name, verdict.claims, verdict.evidence


def _conditions(framework: Framework) -> Iterator[Condition]:
    for node in framework.nodes.values():
        yield from (edge.condition for edge in node.edges)
    for verdict in framework.verdicts.values():
        yield from verdict.needs.values()
