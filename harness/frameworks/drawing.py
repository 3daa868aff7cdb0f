"""A framework as text: its graph as a tree, each node drawn once, then what belongs to it."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.showing import show_threshold
from spoonbench.harness.frameworks.walking import figures_of
from spoonbench.harness.frameworks.wording import (
    answers_text,
    condition_text,
    verdict_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.frameworks.graph import Edge, Framework, Node

_DEEPEST = 0.6
"""Share of the width that branches may take; what lies deeper is drawn from the margin again."""


def drawn(framework: Framework, *, width: int = 80) -> list[str]:
    """Lines of at most `width` characters.

    Single words may be longer, where a name or an address is.

    Args:
        framework: to draw.
        width: in characters, at least 40.
    """
    return list(_Drawing(framework, width).lines())


class _Drawing:
    """What was drawn already, so that each node is drawn once."""

    def __init__(self, framework: Framework, width: int) -> None:
        self._framework = framework
        self._width = width
        self._figures = figures_of(framework)
        self._drawn: set[str] = set()
        self._later: list[str] = [framework.start]

    def lines(self) -> Iterator[str]:
        framework = self._framework
        head = f"{framework.framework_id} {framework.version}: {framework.title}"
        yield from self._wrapped(head, "")
        mends = f", mends {framework.mends}" if framework.mends else ""
        yield from self._wrapped(f"{framework.reading}{mends}; {framework.source}", "  ")
        while self._later:
            place = self._later.pop(0)
            if place in framework.nodes and place not in self._drawn:
                yield ""
                yield from self._node(framework.nodes[place], "", "")
        for title, rows in self._sections():
            if rows:
                yield from ("", f"{title}:")
                for row in rows:
                    yield from self._wrapped(row, "  ")

    def _node(self, node: Node, start: str, margin: str) -> Iterator[str]:
        self._drawn.add(node.name)
        question = self._framework.questions[node.asks]
        claims = f" [{', '.join(node.claims)}]" if node.claims else ""
        yield from self._wrapped(f"{node.name}: {question.text}{claims}", margin, start)
        for edge in node.edges:
            is_last = edge is node.edges[-1]
            mark, below = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
            yield from self._edge(node, edge, f"{margin}{mark}", f"{margin}{below}")

    def _edge(self, node: Node, edge: Edge, start: str, margin: str) -> Iterator[str]:
        question = self._framework.questions[node.asks]
        asked = condition_text(question, edge.condition, self._figures)
        if edge.to in self._framework.verdicts:
            verdict = self._framework.verdicts[edge.to]
            yield from self._wrapped(f"{asked} → {verdict_name(verdict)}", margin, start)
            return
        target = self._framework.nodes[edge.to]
        is_deep = len(margin) > _DEEPEST * self._width
        if edge.to in self._drawn or is_deep:
            if is_deep:
                self._later.append(edge.to)
            yield from self._wrapped(f"{asked} → {edge.to}, see there", margin, start)
            return
        yield from self._wrapped(asked, margin, start)
        yield from self._node(target, margin, margin)

    def _sections(self) -> Iterator[tuple[str, list[str]]]:
        framework = self._framework
        yield (
            "verdicts",
            [
                f"{verdict_name(one)}: {one.text}{_cited(one.claims)}"
                for one in framework.verdicts.values()
            ],
        )
        yield (
            "thresholds",
            [
                f"{one.name} = {show_threshold(framework, one.name, one.value)}: {one.text}"
                f"{_cited(one.claims)}{_replaced(one.evidence)}"
                for one in framework.thresholds.values()
            ],
        )
        yield (
            "examples",
            [
                f"{one.text}: {answers_text(framework, one.answers)} → {one.verdict}"
                for one in framework.examples
            ],
        )
        yield "faults, kept as written", list(framework.faults)

    def _wrapped(self, text: str, margin: str, start: str | None = None) -> list[str]:
        return wrap(
            text,
            self._width,
            initial_indent=start or margin,
            subsequent_indent=margin + "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def _cited(claims: tuple[str, ...]) -> str:
    return f" [{', '.join(claims)}]" if claims else ""


def _replaced(evidence: str | None) -> str:
    return f" (a measurement takes its place: {evidence})" if evidence else ""
