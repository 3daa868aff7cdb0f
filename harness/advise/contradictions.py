"""Where measurement speaks against the documents: shown, and measurement wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.decision import decide
from spoonbench.harness.advise.onward import endings
from spoonbench.harness.advise.sentences import either, sentence_of_rule
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.assertions import Claimed
    from spoonbench.harness.advise.lookups.choices import MeasuredChoice
    from spoonbench.harness.frameworks.graph import Framework, Threshold

WHERE = {"store": "measured here", "reference": "measured on a reference machine"}


def find_contradictions(
    framework: Framework,
    case: Case,
    decision: Decision,
    claims: Sequence[Claimed],
) -> tuple[str, ...]:
    """One sentence each: of figures, of choices, of sources, of claims that do not hold."""
    found = [
        *_of_figures(framework, case, decision),
        *_of_choice(framework, case, decision),
        *_of_sources(decision),
        *_of_claims(claims),
    ]
    return tuple(dict.fromkeys(found))


def _of_figures(framework: Framework, case: Case, decision: Decision) -> Iterator[str]:
    """Thresholds outside of the measured interval, and what the rule would have said."""
    by_thumb = decide(framework, case, by_thumb=True)
    if by_thumb.walk.asks is not None:
        return
    changes = by_thumb.outcome != decision.outcome
    for name, found in decision.figures.items():
        threshold = framework.thresholds[name]
        if not _differs(threshold, found):
            continue
        tail = f" By its figure the answer would be: {_end(by_thumb)}" if changes else ""
        yield (
            f"{_capital(threshold.text)}: {_shown(threshold.value, found.unit)} by the case study, "
            f"{_with_interval(found)} {_where(found)}.{tail}"
        )


def _differs(threshold: Threshold, found: Evidence) -> bool:
    """The rule's figure lies outside the interval; without an interval: it is another figure."""
    if found.value is None:
        return False
    if found.low is None or found.high is None:
        return found.value != threshold.value
    return not found.low <= threshold.value <= found.high


def _of_choice(framework: Framework, case: Case, decision: Decision) -> Iterator[str]:
    measured = decision.measured
    if measured is None or measured.asks is not None:
        return
    if decision.walk.asks is not None and measured.choice is not None:
        yield from _of_all_that_is_ahead(framework, case, decision, measured)
    elif decision.walk.verdict is not None and not measured.agrees_with(decision.ruled):
        yield (
            f"The framework says {decision.ruled or 'nothing'} "
            f"({sentence_of_rule(framework, decision).rstrip('.')}); {_told(measured)}"
        )


def _of_all_that_is_ahead(
    framework: Framework, case: Case, decision: Decision, measured: MeasuredChoice
) -> Iterator[str]:
    """Where every verdict that the framework could still come to is another one."""
    ahead = [one.choice for one in endings(framework, case, decision)]
    if ahead and not any(measured.agrees_with(choice) for choice in ahead):
        yield f"The framework can only come to {either(ahead)} from here; {_told(measured)}"


def _told(measured: MeasuredChoice) -> str:
    choice = measured.choice or "that nothing will do"
    return f"what was measured says {choice}, and that is what is recommended."


def _of_sources(decision: Decision) -> Iterator[str]:
    """Other sources of the same figure whose intervals do not meet."""
    for found in decision.figures.values():
        for other in decision.beside:
            is_same = other.unit == found.unit and other.source != found.source
            if is_same and other.value is not None and not _meet(found, other):
                yield (
                    f"{_with_interval(found)} {_where(found)}, "
                    f"{_with_interval(other)} {_where(other)} ({other.machine})."
                )


def _of_claims(claims: Sequence[Claimed]) -> Iterator[str]:
    """Claims that the path rests on and that the ledger refutes."""
    for one in claims:
        if one.is_refuted:
            yield f"The path rests on claim {one.evidence.claims[0]}. {one.evidence.what}"


def _meet(one: Evidence, other: Evidence) -> bool:
    if None in (one.low, one.high, other.low, other.high):
        return one.value == other.value
    return one.low <= other.high and other.low <= one.high  # type: ignore[operator]  # none is None


def _where(found: Evidence) -> str:
    """As it was found out."""
    if found.n_cells is not None:
        return "predicted" if found.source == "store" else "predicted of a reference machine"
    return WHERE.get(found.source, "found")


def _with_interval(found: Evidence) -> str:
    if found.value is None:
        return found.what
    shown = _shown(found.value, found.unit)
    if found.low is None or found.high is None:
        return shown
    return f"{shown} ({_shown(found.low, found.unit)} to {_shown(found.high, found.unit)})"


def _shown(value: float, unit: str) -> str:
    return show_number(value, unit)


def _end(decision: Decision) -> str:
    verdict = decision.walk.verdict
    if verdict is not None:
        return verdict.text if not verdict.choice else f"{verdict.choice}."
    return "none: the framework has no verdict for it."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".")
