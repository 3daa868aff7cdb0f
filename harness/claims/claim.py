"""What a claim is, and what is found about it: types only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["arithmetic", "model", "logic", "measure", "advice"]
Basis = Literal["measured", "estimated", "expected", "asserted"]
"""What the document rests a claim on: an experiment, a projection, a hope, a rule of thumb."""
Device = Literal["any", "cuda", "mps", "gpu"]
Verdict = Literal[
    "holds",
    "holds only if",
    "does not hold",
    "contradicts another claim",
    "not testable here",
    "not yet run",
]

OPEN: tuple[Verdict, ...] = ("not testable here", "not yet run")
"""Verdicts that say nothing about the claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number that a document gives, or a range.

    Attributes:
        name: unique in its claim.
        low: lower end; of a single number the number.
        high: upper end; of a single number the number.
        unit: of both; "" for a plain number.
        place: the last place that the document writes (0.01 of "0.84"): what is found is rounded to
            it before both are compared. 0: they must be equal.
        about: factor within which a figure is kept that is given as "about"; None: see `place`.
    """

    name: str
    low: float
    high: float
    unit: str = ""
    place: float = 0.0
    about: float | None = None

    @property
    def value(self) -> float:
        """The number itself; of a range its middle."""
        return self.low if self.low == self.high else (self.low + self.high) / 2

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which a number agrees with the figure."""
        if self.about is not None:
            return self.low / self.about, self.high * self.about
        # Half a place to each side, and the rounding of binary numbers.
        slack = self.place / 2 + 1e-9 * max(abs(self.low), abs(self.high))
        return self.low - slack, self.high + slack

    def agrees(self, found: float) -> bool:
        """Whether a number is the figure, as exactly as the document writes it."""
        low, high = self.bounds
        return low <= found <= high


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One claim of the case study's documents.

    Attributes:
        claim_id: letter of the topic and number, "T6".
        topic: where it is listed.
        source: where it stands, in words.
        text: what is claimed.
        kind: how it can be checked.
        basis: what the document rests it on.
        device: what a measurement needs.
        conflicts: ids of claims that cannot hold at the same time.
        rests_on: ids of the claims that an advice rests on.
        how: how it is checked.
        figures: numbers that are claimed, by name.
        inputs: numbers from which figures are computed again, by name; a tuple for a range.
    """

    claim_id: str
    topic: str
    source: str
    text: str
    kind: Kind
    basis: Basis = "measured"
    device: Device = "any"
    conflicts: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    how: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)
    inputs: Mapping[str, float | tuple[float, ...]] = field(default_factory=dict)

    def number(self, name: str) -> float:
        """An input that is one number.

        Raises:
            KeyError: there is none of that name.
            TypeError: it is a range.
        """
        value = self.inputs[name]
        if isinstance(value, tuple):
            raise TypeError(f"{self.claim_id}: {name} is a range")
        return value

    def ends(self, name: str) -> tuple[float, float]:
        """Lowest and highest of an input that is a range.

        Raises:
            KeyError: there is none of that name.
            TypeError: it is one number.
        """
        value = self.inputs[name]
        if not isinstance(value, tuple):
            raise TypeError(f"{self.claim_id}: {name} is no range")
        return min(value), max(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The model that something was measured with.

    Attributes:
        label: its name.
        parameters: numbers that training sets; None where they are not known.
    """

    label: str
    parameters: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found about a claim.

    Attributes:
        claim_id: of the claim.
        verdict: on it.
        claimed: its figures in words; "" where it has none.
        found: what was found in words; "" where nothing was.
        value: the figure that was found; None where there is none, or more than one counts.
        low: lower end of its interval; None where there is none.
        high: upper end.
        unit: of the three.
        condition: under which it holds, or would.
        why: the reason of the verdict, in a sentence or a few.
        is_borne_out: whether what it says holds apart from its figures, as rules that build on it
            need; None where that is not known.
        model: that it was measured with; None for what was measured with none, or computed.
        parameters: of that model; None where they are not known.
        machine: on which it was measured, in words; None for what was computed.
        is_elsewhere: the machine is another one than this.
        run_ids: records that it rests on.
        conflicts: ids of claims that cannot hold at the same time.
    """

    claim_id: str
    verdict: Verdict
    claimed: str = ""
    found: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    unit: str = ""
    condition: str = ""
    why: str = ""
    is_borne_out: bool | None = None
    model: str | None = None
    parameters: float | None = None
    machine: str | None = None
    is_elsewhere: bool = False
    run_ids: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
