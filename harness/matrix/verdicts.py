"""What the figures of a matrix show, and what they do not: the rules, nothing that is drawn.

Speed: a cell is faster than another only where even its lowest speed lies above the highest of the
other by more than the baseline ever differed from itself. Accuracy: changed where the paired test
against the baseline, corrected for all cells after Holm, gives p below 5%. Memory: as predicted
within a tenth.

Not covered: differences between two cells neither of which is the baseline, in accuracy.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.harness.estimates import Estimate
    from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence, Noise

SIGNIFICANCE = 0.05
MEMORY_TOLERANCE, PEAK_TOLERANCE = 0.1, 0.25
"""Relative, of weights and of the highest memory; beyond them a prediction is called off."""
FEWEST_ROUNDS = 2
"""Speeds of a single round have no interval, and one pair of runs says little about noise."""

SpeedKind = Literal["baseline", "faster", "slower", "not shown", "not known"]
AccuracyKind = Literal["baseline", "better", "worse", "not shown", "not known"]
MemoryKind = Literal["as predicted", "more", "less", "not known"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedVerdict:
    """One speed against another.

    Attributes:
        verdict: "not shown": the two cannot be told apart here; "not known": there is no figure,
            or nothing to tell noise by.
        ratio: of the medians over rounds; None where one is not there.
        low: lowest of this over highest of the other; None without intervals.
        high: highest of this over lowest of the other.
        reason: why it is not known; None otherwise.
    """

    verdict: SpeedKind
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccuracyVerdict:
    """The right answers of a cell against those of the baseline, on the same items.

    Attributes:
        verdict: see `SpeedVerdict`.
        difference: of the shares of right answers, cell minus baseline, in [-1, 1].
        p_holm: corrected for all cells.
        smallest_difference: of the shares, that would have been shown with a power of 80%.
    """

    verdict: AccuracyKind
    difference: float | None = None
    p_holm: float | None = None
    smallest_difference: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellVerdict:
    """What is shown of one cell.

    Attributes:
        cell: as it was measured.
        speed: answers a second against the baseline.
        accuracy: against the baseline.
        memory: weights against what was predicted.
        changed_nothing: a quantization was asked for, and left every layer as it was.
    """

    cell: CellEvidence
    speed: SpeedVerdict
    accuracy: AccuracyVerdict
    memory: MemoryKind
    changed_nothing: bool

    @property
    def name(self) -> str:
        """Of the cell."""
        return self.cell.cell.name


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizationVerdict:
    """What a quantization did to the right answers, over all its cells that were compared.

    Attributes:
        quantization: name; "none" for cells that differ from the baseline otherwise.
        changed: cells whose accuracy changed.
        unchanged: cells in which no change was shown; those that changed nothing included.
    """

    quantization: str
    changed: tuple[CellVerdict, ...]
    unchanged: tuple[CellVerdict, ...]

    @property
    def smallest_differences(self) -> tuple[float, float] | None:
        """Lowest and highest that the unchanged cells would have shown; None without such cells."""
        found = [
            one.accuracy.smallest_difference
            for one in self.unchanged
            if one.accuracy.smallest_difference is not None
        ]
        return (min(found), max(found)) if found else None


def judge(evidence: MatrixEvidence) -> tuple[CellVerdict, ...]:
    """Every cell, in the order of the matrix."""
    return tuple(_judge_cell(cell, evidence) for cell in evidence.cells)


def judge_quantizations(verdicts: Sequence[CellVerdict]) -> tuple[QuantizationVerdict, ...]:
    """Every quantization with a cell that was compared with the baseline, in order."""
    grouped: dict[str, list[CellVerdict]] = {}
    for one in verdicts:
        if one.accuracy.verdict in ("better", "worse", "not shown"):
            grouped.setdefault(one.cell.cell.placement.quantization, []).append(one)
    return tuple(
        QuantizationVerdict(
            quantization=name,
            changed=tuple(one for one in found if one.accuracy.verdict != "not shown"),
            unchanged=tuple(one for one in found if one.accuracy.verdict == "not shown"),
        )
        for name, found in grouped.items()
    )


def compare_speed(
    rate: Estimate | None, reference: Estimate | None, noise: Noise | None
) -> SpeedVerdict:
    """Whether one speed is shown to be higher or lower than another, beyond the noise.

    Args:
        rate: answers a second.
        reference: likewise.
        noise: of the baseline against itself.
    """
    if rate is None or reference is None:
        who = "no speed was measured" if rate is None else "what it is compared with has none"
        return SpeedVerdict(verdict="not known", reason=who)
    if reference.value <= 0 or rate.value <= 0:
        return SpeedVerdict(verdict="not known", reason="a speed is zero")
    ratio = rate.value / reference.value
    bounds = _bounds(rate, reference)
    if bounds is None:
        return SpeedVerdict(
            verdict="not known", ratio=ratio, reason="one round tells nothing about noise"
        )
    low, high = bounds
    if noise is None or len(noise.ratios) < FEWEST_ROUNDS:
        why = "the baseline was not run twice in two rounds or more"
        return SpeedVerdict(verdict="not known", ratio=ratio, low=low, high=high, reason=why)
    return SpeedVerdict(
        verdict=_beyond(low, high, noise_factor(noise)), ratio=ratio, low=low, high=high
    )


def compare_cells(
    cell: CellEvidence, reference: CellEvidence | None, noise: Noise | None
) -> SpeedVerdict:
    """Like `compare_speed`; of cells that failed in any round no verdict is given.

    Args:
        cell: in question.
        reference: compared with; None where there is no such cell.
        noise: of the baseline against itself.
    """
    found = compare_speed(
        cell.answers_per_s, None if reference is None else reference.answers_per_s, noise
    )
    bad = next((one for one in (cell, reference) if one is not None and one.status != "ok"), None)
    if bad is None or found.ratio is None:
        return found
    whose = "" if bad is cell else f" of {bad.cell.name}"
    why = f"not every round{whose} ended well ({bad.status})"
    return replace(found, verdict="not known", reason=why)


def noise_factor(noise: Noise) -> float:
    """How many times as fast as itself the baseline seemed at most, in either direction; 1 or more.

    >>> from spoonbench.harness.matrix.evidence import Noise
    >>> noise_factor(Noise(ratios=(0.8, 1.1), low=0.8, high=1.1))
    1.25
    """
    return max(noise.high, 1 / noise.low, 1.0)


def compare_accuracy(cell: CellEvidence) -> AccuracyVerdict:
    """Whether the right answers changed against the baseline."""
    test = cell.test
    if test is None or test.n == 0:
        return AccuracyVerdict(verdict="not known")
    difference = (test.n_second_only - test.n_first_only) / test.n
    kind: AccuracyKind = "not shown"
    if test.p_holm < SIGNIFICANCE:
        kind = "better" if difference > 0 else "worse"
    return AccuracyVerdict(
        verdict=kind,
        difference=difference,
        p_holm=test.p_holm,
        smallest_difference=test.smallest_difference,
    )


def compare_memory(cell: CellEvidence) -> MemoryKind:
    """Whether the weights take what was predicted."""
    ratio = cell.weight_ratio
    if ratio is None:
        return "not known"
    if abs(ratio - 1) <= MEMORY_TOLERANCE:
        return "as predicted"
    return "more" if ratio > 1 else "less"


def changed_nothing(cell: CellEvidence) -> bool:
    """A quantization was asked for, and is known to have left every layer as it was."""
    return cell.cell.placement.quantization != NONE and cell.layers_quantized == 0


def _judge_cell(cell: CellEvidence, evidence: MatrixEvidence) -> CellVerdict:
    is_baseline = cell.cell.name == evidence.matrix.baseline
    reference = evidence.reference_of(cell)
    return CellVerdict(
        cell=cell,
        speed=_speed_of_baseline(cell)
        if reference is cell
        else compare_cells(cell, reference, evidence.noise),
        accuracy=AccuracyVerdict(verdict="baseline") if is_baseline else compare_accuracy(cell),
        memory=compare_memory(cell),
        changed_nothing=changed_nothing(cell),
    )


def _speed_of_baseline(cell: CellEvidence) -> SpeedVerdict:
    return SpeedVerdict(verdict="baseline", ratio=None if cell.answers_per_s is None else 1.0)


def _bounds(rate: Estimate, reference: Estimate) -> tuple[float, float] | None:
    """Least and greatest ratio within both intervals; None where one has no interval."""
    if not rate.low or not rate.high or not reference.low or not reference.high:
        return None
    return rate.low / reference.high, rate.high / reference.low


def _beyond(low: float, high: float, factor: float) -> SpeedKind:
    if low > factor:
        return "faster"
    return "slower" if high < 1 / factor else "not shown"
