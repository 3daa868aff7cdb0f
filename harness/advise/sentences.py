"""What a decision says, in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.showing import show_number, show_value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.frameworks.graph import Framework


def sentence_of(
    framework: Framework, decision: Decision, shown: Mapping[str, str] | None = None
) -> str:
    """The recommendation, or why there is none.

    Args:
        framework: that was walked.
        decision: where it led.
        shown: name of a fact to the words for it, where its value alone would mislead: "less than
            7B" and not "7B", as which 6,999,999,999 is shown.
    """
    if decision.measured is not None:
        return decision.measured.sentence
    return sentence_of_rule(framework, decision, shown)


def sentence_of_rule(
    framework: Framework, decision: Decision, shown: Mapping[str, str] | None = None
) -> str:
    """The framework's verdict, with answers and thresholds in the places of their names."""
    walk = decision.walk
    if walk.gap is not None:
        answer = show_value(walk.gap.question, walk.gap.answer)
        return f"The framework says nothing about {walk.gap.question.name} {answer}."
    if walk.verdict is None:
        raise AssertionError("a walk that neither asks nor ends")
    told = _fill(walk.verdict.text, framework, decision, shown or {})
    return _with_origins(told, _predicted(walk.verdict.text, decision))


def _with_origins(told: str, origins: list[str]) -> str:
    """One sentence still."""
    return f"{told.rstrip('.')} ({'; '.join(origins)})." if origins else told


def error_words(error: float) -> str:
    """Of a fit, on what it had not seen.

    >>> error_words(0.0321)
    'median error 3.2% on cells left out'
    """
    return f"median error {show_number(round(error, 3), 'share')} on cells left out"


def either(words: Sequence[str]) -> str:
    """As in "a, b or c".

    >>> either(["a", "b", "c"]), either(["a"])
    ('a, b or c', 'a')
    """
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _predicted(text: str, decision: Decision) -> list[str]:
    """Where figures of a verdict come from that nobody measured."""
    found = []
    for name, figure in decision.figures.items():
        if f"{{{name}}}" in text and figure.n_cells is not None and figure.error is not None:
            how = f"{figure.n_cells} cells, {error_words(figure.error)}"
            found.append(f"that batch is predicted from {how}")
    speedup = decision.facts.get("speedup")
    if "{speedup}" in text and speedup is not None and speedup.origin == "inferred":
        found.append("by theory, not measured")
    return found


def _fill(text: str, framework: Framework, decision: Decision, instead: Mapping[str, str]) -> str:
    """A name that this path does not know stays as it is."""
    for step in decision.walk.steps:
        name = step.question.name
        shown = instead.get(name) or show_value(step.question, step.answer)
        text = text.replace(f"{{{name}}}", shown)
    for threshold in framework.thresholds.values():
        found = decision.figures.get(threshold.name)
        value = threshold.value if found is None or found.value is None else found.value
        shown = show_number(value, _unit_of(framework, threshold.name))
        text = text.replace(f"{{{threshold.name}}}", shown)
    return text


def _unit_of(framework: Framework, threshold: str) -> str:
    """Of the question that a threshold bounds."""
    for node in framework.nodes.values():
        for edge in node.edges:
            at = edge.condition
            if threshold in (at.least, at.above, at.most, at.below):
                return framework.questions[node.asks].unit
    return ""
