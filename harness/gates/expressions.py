r"""Gates: what may not become of a figure, read from one line.

    [NAME:] FIGURE < THRESHOLD        or >

    accuracy<-1%        B is lower than A by more than one point (percentage points for shares)
    p95_ms>+10%         B is more than 10% above A
    p95_ms>+5           B is more than 5 ms above A
    p95_ms>50           B itself is above 50 ms
    accuracy<95%        B itself is below 95%
    rules: coverage<-2% of the contestant, cell or benchmark "rules" alone
    missing             something that A has is not in B

A sign makes a threshold a change from A to B; without one it is a level of B.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from spoonbench.harness.gates.figures import FIGURES

MISSING = "missing"
Basis = Literal["points", "relative", "unit", "level"]

_GATE = re.compile(
    r"\s*(?:(?P<name>.*\S)\s*:\s*)?(?P<figure>[^\s<>=!:]+)\s*(?P<sign>[<>=!]+)\s*(?P<limit>.*?)\s*",
    re.DOTALL,
)
_LIMIT = re.compile(r"(?P<sign>[+-]?)(?P<number>\d+(?:\.\d*)?|\.\d+)\s*(?P<percent>%?)")
_NEAR = 1.0


class BadGate(ValueError):
    """A gate cannot be read; the message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One gate.

    Attributes:
        text: as it was given.
        figure: key of `FIGURES`, or "missing".
        is_below: it fails below its limit; otherwise above it.
        limit: points as a share (0.01 is one point), a relative change (0.1 is 10%), a change in
            the figure's unit, or a level of B in the figure's unit.
        basis: which of these.
        name: of the contestant, cell or benchmark; None for all.
    """

    text: str
    figure: str
    is_below: bool = False
    limit: float = 0.0
    basis: Basis = "level"
    name: str | None = None


def read_gate(text: str) -> Gate:
    """Read a gate.

    Raises:
        BadGate: it is none.
    """
    if text.strip() == MISSING:
        return Gate(text=MISSING, figure=MISSING)
    match = _GATE.fullmatch(text)
    if match is None:
        raise BadGate(
            f"{text!r} is no gate: write [NAME:] FIGURE<LIMIT or >LIMIT, such as accuracy<-1%."
        )
    name, figure = match["name"], match["figure"]
    if figure not in FIGURES:
        raise BadGate(f"{text!r}: there is no figure {figure!r}; there are: {', '.join(FIGURES)}.")
    if match["sign"] not in ("<", ">"):
        raise BadGate(f"{text!r}: a gate compares with < or >, not with {match['sign']}.")
    limit, basis = _limit(text, figure, match["limit"])
    return Gate(
        text=text.strip(),
        figure=figure,
        is_below=match["sign"] == "<",
        limit=limit,
        basis=basis,
        name=name,
    )


def _limit(text: str, figure: str, words: str) -> tuple[float, Basis]:
    match = _LIMIT.fullmatch(words)
    if match is None:
        raise BadGate(f"{text!r}: {words!r} is no limit; write -1%, +10%, +5 or 50.")
    number = float(f"{match['sign']}{match['number']}")
    is_percent, is_change = bool(match["percent"]), bool(match["sign"])
    if FIGURES[figure].kind == "share":
        return _share_limit(text, number / 100 if is_percent else number, is_change=is_change)
    if not is_change and is_percent:
        raise BadGate(f"{text!r}: a change has a sign: write +{words} or -{words}.")
    if not is_percent:
        return number, "unit" if is_change else "level"
    if number <= -100:  # noqa: PLR2004  # percent
        raise BadGate(f"{text!r}: nothing falls by 100% or more.")
    return number / 100, "relative"


def _share_limit(text: str, share: float, *, is_change: bool) -> tuple[float, Basis]:
    if abs(share) > _NEAR:
        raise BadGate(f"{text!r}: a share lies between 0 and 1, or 0% and 100%.")
    return share, "points" if is_change else "level"
