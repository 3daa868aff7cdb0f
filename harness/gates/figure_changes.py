"""Changes of figures that are no shares, and why some are not there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.gates.changes import Change
from spoonbench.harness.gates.figures import FIGURES
from spoonbench.harness.gates.round_grounds import OneEach, Rounds

if TYPE_CHECKING:
    from spoonbench.harness.gates.figures import Figure
    from spoonbench.harness.gates.sides import Series, Subject

NOT_MEASURED = "not measured"


def figure_change(
    figure: Figure, one: Subject, other: Subject, *, is_interleaved: bool
) -> tuple[Change | None, str]:
    """The change of a figure, or None and why there is none.

    Args:
        figure: no share.
        one: the first.
        other: the second.
        is_interleaved: both were measured in the same rounds.
    """
    series = _same_detail(figure, one, other)
    if series is None:
        return None, _why_missing(figure.name, one, other)
    first, second = series
    if min(first.value, second.value) < 0 or (figure.kind != "size" and not first.value):
        return None, "a figure that is not above 0 has no ratio"
    if figure.kind == "size" or not (_is_by_round(first) and _is_by_round(second)):
        grounds = OneEach(first=first.value, second=second.value, is_exact=figure.kind == "size")
        return Change(figure=figure, grounds=grounds, detail=first.detail), ""
    rounds = Rounds(one=first, other=second, is_paired=is_interleaved)
    if is_interleaved and not rounds.common[0]:
        return None, "no round was measured on both sides"
    return Change(figure=figure, grounds=rounds, detail=first.detail), ""


def _why_missing(name: str, one: Subject, other: Subject) -> str:
    """Both sides' reason where they share it, else that of the side without the figure."""
    sides = [("A", one), ("B", other)]
    without = [(side, subject) for side, subject in sides if not has_figure(subject, name)]
    if not without:
        return "the two sides were measured under different conditions"
    reasons = {side: _reason(name, subject) for side, subject in without}
    if len(reasons) == len(sides) and len(set(reasons.values())) == 1:
        return reasons["A"]
    return "; ".join(f"{side} has none: {reason}" for side, reason in reasons.items())


def _reason(name: str, subject: Subject) -> str:
    meter = name.rpartition("_")[0]
    return (
        subject.missing.get(name) or subject.missing.get(meter) or subject.problem or NOT_MEASURED
    )


def has_figure(subject: Subject, name: str) -> bool:
    """One side has the figure, whatever the other has."""
    if FIGURES[name].kind == "share":
        return bool(subject.scores)
    return name in subject.series or name in subject.others


def _is_by_round(series: Series) -> bool:
    return bool(series.rounds) or series.estimate is not None


def _same_detail(figure: Figure, one: Subject, other: Subject) -> tuple[Series, Series] | None:
    """Both sides' values under the same condition: where there are several, the first's best."""
    choices, partners = one.others.get(figure.name), other.others.get(figure.name)
    if choices and partners:
        common = [detail for detail in choices if detail in partners]
        if not common:
            return None
        best = max(common, key=lambda detail: choices[detail].value)
        return replace(choices[best], detail=best), replace(partners[best], detail=best)
    first, second = one.series.get(figure.name), other.series.get(figure.name)
    if first is None or second is None or first.detail != second.detail:
        return None
    return first, second
