"""Findings as checks give them: what is the same in all of them filled in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.claims.claim import Claim, Figure, Finding, Verdict
from spoonbench.harness.claims.wording import claimed, join, show, show_figure

if TYPE_CHECKING:
    from collections.abc import Sequence


def find(claim: Claim, verdict: Verdict, **fields: Any) -> Finding:
    """A finding about a claim.

    Whether the claim is borne out follows from the verdict, unless it is said otherwise.
    """
    borne_out = {"holds": True, "does not hold": False, "contradicts another claim": False}
    fields.setdefault("is_borne_out", borne_out.get(verdict))
    return Finding(
        claim_id=claim.claim_id,
        verdict=verdict,
        claimed=claimed(claim),
        conflicts=claim.conflicts,
        **fields,
    )


def not_run(claim: Claim, why: str, **fields: Any) -> Finding:
    """Nothing was measured yet."""
    return find(claim, "not yet run", why=why, **fields)


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
        found="; ".join(one.text for one in wrong or compared),
        value=shown.found,
        unit=shown.figure.unit,
        why=why or _sums_up(wrong, len(compared)),
    )


def _sums_up(wrong: Sequence[Compared], n_all: int) -> str:
    if not wrong:
        return (
            "The figures come out as written." if n_all > 1 else "The figure comes out as written."
        )
    names = join(one.figure.name.replace("_", " ") for one in wrong)
    return f"Computed again, {names} come{'s' if len(wrong) == 1 else ''} out otherwise."
