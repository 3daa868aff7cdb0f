"""Measured figures that take the place of rules of thumb, each for the cases that it holds for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.advise.advice import Evidence
    from spoonbench.harness.frameworks.graph import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredFigure:
    """Evidence with a figure, and whom it speaks for.

    Attributes:
        evidence: its `value` takes the threshold's place.
        within: name of a question to the least and the greatest answer for which it does; where
            one of them was not answered, the rule of thumb stays. Empty: for everybody.
    """

    evidence: Evidence
    within: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def figures_for(
    figures: Mapping[str, Sequence[MeasuredFigure]], answers: Mapping[str, Value]
) -> dict[str, float]:
    """Thresholds that are replaced in a case, as the page does it.

    Args:
        figures: of the framework.
        answers: by name of the question.
    """
    found: dict[str, float] = {}
    for name, offered in figures.items():
        for one in offered:
            if one.evidence.value is not None and _speaks_for(one, answers):
                found[name] = one.evidence.value
                break
    return found


def _speaks_for(one: MeasuredFigure, answers: Mapping[str, Value]) -> bool:
    for name, (least, most) in one.within.items():
        answer = answers.get(name)
        if answer is None or isinstance(answer, bool | str) or not least <= answer <= most:
            return False
    return True


def figure_json(one: MeasuredFigure) -> dict[str, Any]:
    """As JSON values. Figures are text, for one that is never reached is no JSON.

    Raises:
        ValueError: a figure is not a number.
    """
    evidence = one.evidence
    given = {
        "value": evidence.value,
        "low": evidence.low,
        "high": evidence.high,
        "error": evidence.error,
    }
    return {
        **{name: _text(figure) for name, figure in given.items() if figure is not None},
        "within": {name: [_text(end) for end in ends] for name, ends in one.within.items()},
        "what": evidence.what,
        "source": evidence.source,
        "machine": evidence.machine,
    }


def _text(value: float) -> str:
    if math.isnan(value):
        raise ValueError("the figure of a threshold is not a number")
    return repr(float(value)) if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"
