"""Findings as checks give them: what is the same in all of them filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.claims.claim import Claim, Figure, Finding, Subject, Verdict
from spoonbench.harness.claims.intervals import Agreement, Span, agreement
from spoonbench.harness.claims.wording import (
    claimed,
    join,
    show,
    show_figure,
    show_range,
    show_size,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


_MOST_TOLD = 4
"""Figures that come out as written: more are only counted."""
_SPEAKS_FOR = 4.0
"""A model speaks for models of its size within this factor."""


def find(claim: Claim, verdict: Verdict, **fields: Any) -> Finding:
    """A finding about a claim.

    Whether the claim is borne out follows from the verdict, unless it is said otherwise. What was
    measured with a model of another size than is claimed holds for models of that size alone.

    Args:
        claim: that it is about.
        verdict: on it.
        fields: of the finding; in place of `model` and `parameters` a `subject`, where the verdict
            speaks of models of its size.
    """
    subject: Subject | None = fields.pop("subject", None)
    borne_out = {"holds": True, "does not hold": False, "contradicts another claim": False}
    fields.setdefault("is_borne_out", borne_out.get(verdict))
    if subject is not None:
        fields |= {"model": subject.label, "parameters": subject.parameters}
        if verdict in ("holds", "holds only if") and not _is_claimed(claim, subject):
            verdict = "holds only if"
            size = f"the model has {show_size(subject)}, as the one measured"
            given = fields.get("condition")
            fields["condition"] = f"{given}, and {size}" if given else size
    return Finding(
        claim_id=claim.claim_id,
        verdict=verdict,
        claimed=claimed(claim),
        conflicts=claim.conflicts,
        **fields,
    )


def _is_claimed(claim: Claim, subject: Subject) -> bool:
    """Whether the claim is of models of about that size."""
    size = claim.inputs.get("parameters")
    if not isinstance(size, int | float) or subject.parameters is None:
        return False
    return size / _SPEAKS_FOR <= subject.parameters <= size * _SPEAKS_FOR


def not_run(claim: Claim, why: str, **fields: Any) -> Finding:
    """Nothing was measured yet."""
    return find(claim, "not yet run", why=why, **fields)


def left_to_run(claim: Claim, why: str, **fields: Any) -> Finding:
    """Its own figures add up, as far as that can be told; the experiment is open."""
    return not_run(claim, f"{why} Left to run: {claim.how}.", **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A figure beside what was found.

    Attributes:
        figure: as claimed.
        found: computed again.
        agrees: both are the same, as exactly as the document writes it.
        text: both in words.
    """

    figure: Figure
    found: float
    agrees: bool
    text: str


def compare(claim: Claim, name: str, found: float, digits: int = 4) -> Compared:
    """A figure of a claim beside a number.

    Args:
        claim: whose figure.
        name: of the figure.
        found: in its unit.
        digits: significant ones in words.
    """
    figure = claim.figures[name]
    said = show_figure(figure)
    text = f"{name.replace('_', ' ')}: {show(found, figure.unit, digits)}, claimed {said}"
    return Compared(figure=figure, found=found, agrees=figure.agrees(found), text=text)


def recomputed(claim: Claim, compared: Sequence[Compared], why: str = "") -> Finding:
    """Holds where every figure agrees; the first that does not is the one that is shown."""
    wrong = [one for one in compared if not one.agrees]
    shown = (wrong or compared)[0]
    return find(
        claim,
        "does not hold" if wrong else "holds",
        found=_told(wrong or compared, is_right=not wrong),
        value=shown.found,
        unit=shown.figure.unit,
        why=why or _sums_up(wrong, len(compared)),
    )


def _told(compared: Sequence[Compared], *, is_right: bool) -> str:
    if is_right and len(compared) > _MOST_TOLD:
        return f"all {len(compared)} figures"
    return "; ".join(one.text for one in compared)


def _sums_up(wrong: Sequence[Compared], n_all: int) -> str:
    if not wrong:
        return (
            "The figures come out as written." if n_all > 1 else "The figure comes out as written."
        )
    names = join(one.figure.name.replace("_", " ") for one in wrong)
    return f"Computed again, {names} come{'s' if len(wrong) == 1 else ''} out otherwise."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of several statements of a claim, against what was measured.

    Attributes:
        name: in words.
        agreement: of the two.
        text: what was found.
        span: with its interval; None where there is none.
        unit: of that.
    """

    name: str
    agreement: Agreement
    text: str
    span: Span | None = None
    unit: str = ""


def part(claim: Claim, name: str, span: Span, called: str = "") -> Part:
    """A figure of a claim against a measured value."""
    figure = claim.figures[name]
    words = called or name.replace("_", " ")
    interval = show_range(span.low, span.high, figure.unit)
    text = f"{words} {show(span.value, figure.unit)} ({interval}), claimed {show_figure(figure)}"
    return Part(
        name=words, agreement=agreement(figure, span), text=text, span=span, unit=figure.unit
    )


def weigh(claim: Claim, parts: Sequence[Part], *, is_each: bool = False, **fields: Any) -> Finding:
    """The verdict that several parts give together.

    Args:
        claim: whose parts they are.
        parts: at least one.
        is_each: the parts are claimed one by one, so that some may hold and others not; otherwise
            all of them have to hold.
        fields: of the finding; `found`, figures and `condition` are filled in where they are left
            out.
    """
    verdict = _together([one.agreement for one in parts], is_each=is_each)
    right = [one for one in parts if one.agreement == "agrees"]
    if verdict == "holds only if" and not fields.get("condition"):
        fields["condition"] = f"it is said of {join(one.name for one in right)} alone"
    shown = next((one for one in parts if one.span and one.agreement != "agrees"), parts[0])
    fields.setdefault("found", "; ".join(one.text for one in parts))
    if shown.span:
        figures = {"value": shown.span.value, "low": shown.span.low, "high": shown.span.high}
        fields = {**figures, "unit": shown.unit, **fields}
    if verdict == "not yet run":
        names = join(one.name for one in parts if one.agreement == "undecided")
        undecided = (
            f"Undecided: the interval of {names} reaches the claimed figure, or is too wide to "
            "tell; more items would."
        )
        fields["why"] = f"{undecided} {fields.get('why', '')}".strip()
    return find(claim, verdict, **fields)


def _together(agreements: Sequence[Agreement], *, is_each: bool) -> Verdict:
    if all(one == "agrees" for one in agreements):
        return "holds"
    if is_each and "agrees" in agreements:
        return "holds only if"
    if "disagrees" in agreements and not (is_each and "undecided" in agreements):
        return "does not hold"
    return "not yet run"
