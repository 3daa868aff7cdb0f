"""What a report of a matrix says in sentences: baseline, noise, what is shown, and what is not.

Plain text; whoever shows it makes it harmless for the place (`plaintext`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spoonbench.harness.matrix.series import (
    Series,
    baseline_series,
    batch_sizes,
    same_batch,
    series_of,
)
from spoonbench.harness.matrix.summary import STALL_RATIO
from spoonbench.harness.matrix.verdicts import (
    MEMORY_TOLERANCE,
    PEAK_TOLERANCE,
    SIGNIFICANCE,
    judge_quantizations,
    noise_factor,
)
from spoonbench.harness.records import USUAL
from spoonbench.harness.stats import median
from spoonbench.reports import quantities
from spoonbench.reports.matrix_tables import p_value, ratio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.estimates import Estimate
    from spoonbench.harness.matrix.evidence import Pace
    from spoonbench.harness.matrix.verdicts import (
        CellVerdict,
        QuantizationVerdict,
        SpeedKind,
        SpeedVerdict,
    )
    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.reports.matrix import MatrixReport

SHOWN_NAMES = 8
_ALL = 1.0
_TOLERANCE = f"{MEMORY_TOLERANCE:.0%}"


def headline(report: MatrixReport) -> str:
    """What was measured, and how much of it."""
    matrix = report.matrix
    counts = {"measured": 0, "skipped": 0, "not run": 0, "failed": 0}
    for one in report.evidence.cells:
        known = {"ok": "measured", "skipped": "skipped", "missing": "not run"}
        counts[known.get(one.status, "failed")] += 1
    told = [f"{n:,} {what}" for what, n in counts.items() if n]
    return (
        f"{matrix.model.label} on {matrix.task.name}: {_number(len(matrix.cells), 'cell')}, "
        f"{quantities.listed(told)}."
    )


def baseline(report: MatrixReport) -> str:
    """Which cell all others are compared with, and what it did."""
    found = report.evidence.baseline
    opening = f"Baseline: {found.cell.name} ({described(found.cell.placement)})"
    if found.status != "ok":
        return f"{opening} was not measured: {found.reason or found.status}. Nothing is compared."
    if found.accuracy is None:
        return f"{opening}: {_speed(found.answers_per_s)}. It gives no answers that could be right."
    right = quantities.proportion(found.accuracy)
    return (
        f"{opening}: {right} right of {_number(found.accuracy.n, 'item')}, "
        f"{_speed(found.answers_per_s)}."
    )


def noise(report: MatrixReport) -> str:
    """How far the baseline lies from itself, and how even the machine's own pace was."""
    found, is_same = report.evidence.noise, report.evidence.baseline.is_deterministic
    paces = "".join(f" {_pace(device, one)}" for device, one in report.evidence.paces.items())
    if found is None:
        return (
            "Noise: unknown, for the baseline was not run twice in any round (A/A); no cell is "
            f"called faster or slower.{paces}"
        )
    rounds = _number(len(found.ratios), "round")
    again = {True: " It gave the same answers both times.", None: ""}
    other = " It did NOT give the same answers both times: changed answers may be chance."
    return (
        f"Noise (A/A): run twice in each of {rounds}, the baseline's second run was "
        f"{ratio(found.low)} to {ratio(found.high)} times as fast as its first, so only a "
        f"factor beyond {ratio(noise_factor(found))} counts.{again.get(is_same, other)}{paces}"
    )


def _pace(device: str, found: Pace) -> str:
    return (
        f"The machine's own pace ({device}) varied by {math.expm1(found.deviation):.0%} (standard "
        f"deviation) in spells of some {quantities.duration(found.spell_s)}, as all cells together "
        "show; cells that were not run are predicted from rates with that taken out."
    )


def findings(report: MatrixReport) -> list[tuple[str, tuple[str, ...]]]:
    """What is shown and what is not: titles, each with its sentences, some without any."""
    return [
        ("Speed against the baseline", speed(report)),
        (same_batch_title(report), speed_at_the_same_batch(report)),
        ("Right answers", accuracy(report)),
        ("Memory", memory(report)),
    ]


def described(placement: Conditions) -> str:
    """Where and how a cell runs, in words."""
    parts = [placement.device, placement.dtype]
    unquantized = placement.quantization == USUAL.quantization
    parts.append("not quantized" if unquantized else placement.quantization)
    parts.append(f"batch {placement.batch_size:,}")
    parts.append(_number(placement.threads, "thread"))
    if placement.affinity != USUAL.affinity:
        parts.append(f"cores {placement.affinity}")
    if placement.engine != USUAL.engine:
        parts.append(f"engine {placement.engine}")
    parts += [f"attention {placement.attention}"] if placement.attention else []
    parts += [f"padding {placement.padding}"] if placement.padding else []
    return ", ".join(parts)


# -- speed ---------------------------------------------------------------------------------------


def speed(report: MatrixReport) -> tuple[str, ...]:
    """Who is shown faster or slower than the baseline, and who is not told apart from it."""
    verdicts = report.verdicts
    found = [
        *_shown(report, "faster", "Faster than the baseline, beyond the noise"),
        *_shown(report, "slower", "Slower than the baseline, beyond the noise"),
    ]
    same = [one.name for one in verdicts if one.speed.verdict == "not shown"]
    if same:
        found.append(
            f"Not distinguishable from the baseline in speed: {cells_in_short(report, same)}."
        )
    reasons: dict[str, list[str]] = {}
    for one in verdicts:
        if one.speed.verdict == "not known" and one.cell.answers_per_s is not None:
            reasons.setdefault(one.speed.reason or "", []).append(one.name)
    for why, who in reasons.items():
        found += [f"Speed not compared, as {why}: {cells_in_short(report, who)}."]
    return tuple(found)


def same_batch_title(report: MatrixReport) -> str:
    """What `speed_at_the_same_batch` tells."""
    return f"Speed against {baseline_series(report.evidence).name} at the same batch size"


def speed_at_the_same_batch(report: MatrixReport) -> tuple[str, ...]:
    """Each series against that of the baseline, batch size by batch size."""
    evidence = report.evidence
    reference, beside = baseline_series(evidence), same_batch(evidence)
    if len(batch_sizes(evidence)) < _FEWEST_SIZES:
        return ()
    found = []
    for series in series_of(evidence):
        told = [
            f"{said} at {', '.join(listed)}"
            for verdict, said in _SAID.items()
            if (listed := _sizes(series, beside, verdict))
        ]
        if told and series.placement != reference.placement:
            found.append(f"{series.name}: {'; '.join(told)}.")
    return tuple(found)


def _sizes(series: Series, beside: Mapping[str, SpeedVerdict], verdict: str) -> list[str]:
    return [
        f"{size:,} ({ratio(one.ratio)} times)"
        for size, cell in series.cells.items()
        if cell.status == "ok" and (one := beside[cell.cell.name]).verdict == verdict
    ]


_SAID = {"faster": "faster", "slower": "slower", "not shown": "not distinguishable"}
_FEWEST_SIZES = 2


def _shown(report: MatrixReport, kind: SpeedKind, opening: str) -> list[str]:
    found = [one for one in report.verdicts if one.speed.verdict == kind]
    if not found:
        return []
    found.sort(key=lambda one: one.speed.ratio or 0.0, reverse=kind == "faster")
    who = cells_in_short(report, [one.name for one in found])
    ends = dict.fromkeys(ratio(one.speed.ratio) for one in (found[-1], found[0]))
    return [f"{opening} ({' to '.join(ends)} times as fast): {who}."]


# -- accuracy ------------------------------------------------------------------------------------


def accuracy(report: MatrixReport) -> tuple[str, ...]:
    """What each quantization did to the right answers, and what could have been shown at all."""
    verdicts = report.verdicts
    found = [_quantization(one) for one in judge_quantizations(verdicts)]
    idle = [one for one in verdicts if one.changed_nothing]
    by_method: dict[str, list[str]] = {}
    for one in idle:
        by_method.setdefault(one.cell.cell.placement.quantization, []).append(one.name)
    found += [
        f"{method} changed nothing in {cells_in_short(report, who)}: it quantized no layer, so "
        "these cells are the unquantized model."
        for method, who in by_method.items()
    ]
    return tuple(found)


def _quantization(found: QuantizationVerdict) -> str:
    is_none = found.quantization == USUAL.quantization
    who = "Not quantized" if is_none else found.quantization
    n_cells = len(found.changed) + len(found.unchanged)
    if not found.changed:
        return (
            f"{who}: no change of right answers shown in {_number(n_cells, 'cell')}{_power(found)}."
        )
    listed = ", ".join(_change(one) for one in found.changed[:SHOWN_NAMES])
    more = len(found.changed) - SHOWN_NAMES
    listed += f" and {more:,} more" if more > 0 else ""
    text = (
        f"{who}: right answers changed in {len(found.changed):,} of {_number(n_cells, 'cell')} "
        f"(Holm p < {SIGNIFICANCE}): {listed}."
    )
    if not found.unchanged:
        return text
    n_same = _number(len(found.unchanged), "other cell")
    return f"{text} In {n_same} no change was shown{_power(found)}."


def _change(one: CellVerdict) -> str:
    points = 100 * (one.accuracy.difference or 0.0)
    return f"{one.name} {points:+.1f} points (p {p_value(one.accuracy.p_holm)})"


def _power(found: QuantizationVerdict) -> str:
    span = found.smallest_differences
    if span is None:
        return ""
    low, high = (f"{100 * end:.1f}" for end in span)
    if span[0] >= _ALL:
        return ", but with so few items none could have been"
    reach = low if low == high else f"{low} to {high}"
    return f"; about {reach} points or more would have been"


# -- memory --------------------------------------------------------------------------------------


def memory(report: MatrixReport) -> tuple[str, ...]:
    """Where weights and peaks take more or less than was predicted."""
    return (*_weights(report), *_caches(report), *_peaks(report))


def _caches(report: MatrixReport) -> tuple[str, ...]:
    found = [one.cache_ratio for one in report.evidence.cells]
    return _near("Caches of keys and values", found, MEMORY_TOLERANCE)


def _peaks(report: MatrixReport) -> tuple[str, ...]:
    cells = report.evidence.cells
    lean, kept = ([one.peak_ratio for one in cells], [one.kept_peak_ratio for one in cells])
    if all(found is None for found in (*lean, *kept)):
        return ("Peaks: no cell has both a predicted and a measured one.",)
    return (
        *_near("Peaks", lean),
        *_near("Peaks of the timed calls, in which freed memory is kept,", kept),
    )


def _near(
    what: str, found: Sequence[float | None], tolerance: float = PEAK_TOLERANCE
) -> tuple[str, ...]:
    """How many are near 1; nothing where none is known."""
    ratios = [one for one in found if one is not None]
    if not ratios:
        return ()
    n_near = sum(abs(one - 1) <= tolerance for one in ratios)
    told = (
        f"{what} within {tolerance:.0%} of what was predicted: {n_near:,} of "
        f"{_number(len(ratios), 'cell')}; measured over predicted {ratio(min(ratios))} to "
        f"{ratio(max(ratios))}, median {ratio(median(ratios))}."
    )
    return (told,)


def _weights(report: MatrixReport) -> tuple[str, ...]:
    verdicts = {one.name: one for one in report.verdicts}
    compared = [one for one in verdicts.values() if one.memory != "not known"]
    if not compared:
        return ("Weights: no cell has both a predicted and a measured size.",)
    good = sum(one.memory == "as predicted" for one in compared)
    n_compared = _number(len(compared), "cell")
    found = [f"Weights within {_TOLERANCE} of what was predicted: {good:,} of {n_compared}."]
    for series in series_of(report.evidence):
        off = [
            one
            for cell in series.cells.values()
            if (one := verdicts[cell.cell.name]).memory in ("more", "less")
        ]
        if off:
            ratios = sorted(one.cell.weight_ratio or 0.0 for one in off)
            told = " to ".join(dict.fromkeys(ratio(end) for end in (ratios[0], ratios[-1])))
            found.append(
                f"{series.name} is off by more than {_TOLERANCE} in {_number(len(off), 'cell')}: "
                f"its weights take {told} times what was predicted."
            )
    return tuple(found)


# -- the rest ------------------------------------------------------------------------------------


def crossovers(report: MatrixReport) -> tuple[str, ...]:
    """Where one setting overtakes another as batches grow; where none does stands last."""
    found = sorted(report.evidence.crossovers, key=lambda one: one.batch_size is None)
    return tuple(one.text for one in found)


def remarks(report: MatrixReport) -> tuple[str, ...]:
    """What the measurements show about themselves: rounds, stalls, failed answers, meters."""
    cells = report.evidence.cells
    n_rounds = report.matrix.n_rounds
    found = []
    short = [
        one.cell.name
        for one in cells
        if one.answers_per_s is not None and one.answers_per_s.n_rounds < n_rounds
    ]
    if short:
        found.append(
            f"Timed in fewer than the {n_rounds:,} rounds: {cells_in_short(report, short)}."
        )
    stalled = [f"{one.cell.name} ({one.n_stalls:,})" for one in cells if one.n_stalls]
    if stalled:
        found.append(
            f"Stalled (calls beyond {STALL_RATIO:g} times the median of their round): "
            f"{quantities.listed(stalled)}."
        )
    broken = [f"{one.cell.name} ({one.n_failed:,})" for one in cells if one.n_failed]
    if broken:
        found.append(
            f"Items without an answer because something went wrong: {quantities.listed(broken)}."
        )
    return (*found, *_emulated(report), *_meters(report), *report.notes)


def _emulated(report: MatrixReport) -> list[str]:
    """Number formats that the processor has no instructions for, each with its cells."""
    found: dict[str, list[str]] = {}
    for cell in report.evidence.cells:
        for one in cell.arithmetic:
            if one.is_emulated:
                found.setdefault(one.text, []).append(cell.cell.name)
    return [
        f"{text}: the speed of {cells_in_short(report, who)} says nothing of processors that have "
        "the instructions."
        for text, who in found.items()
    ]


def _meters(report: MatrixReport) -> list[str]:
    """Meters that gave nothing, each reason once."""
    reasons: dict[tuple[str, str], list[str]] = {}
    n_measured = sum(one.accuracy is not None for one in report.evidence.cells)
    for one in report.evidence.cells:
        for meter, why in one.missing.items():
            reasons.setdefault((meter, why), []).append(one.cell.name)
    return [
        f"No {meter}: {why}"
        + ("." if len(who) == n_measured else f" ({cells_in_short(report, who)}).")
        for (meter, why), who in reasons.items()
    ]


def cells_in_short(report: MatrixReport, found: Iterable[str]) -> str:
    """Cells by their series, each with its batch sizes: "bf16-full (batch 1, 8)"."""
    wanted = set(found)
    told = []
    for series in series_of(report.evidence):
        sizes = [size for size, cell in series.cells.items() if cell.cell.name in wanted]
        if sizes and len(batch_sizes(report.evidence)) == 1:
            told.append(series.name)
        elif sizes:
            told.append(f"{series.name} (batch {', '.join(f'{size:,}' for size in sizes)})")
    return quantities.listed(told)


def _speed(found: Estimate | None) -> str:
    if found is None:
        return "no speed measured"
    text = f"{quantities.significant(found.value)} answers/s"
    if found.low is None or found.high is None:
        return text
    low, high = quantities.significant(found.low), quantities.significant(found.high)
    return f"{text} ({low}-{high} over {_number(found.n_rounds, 'round')})"


def _number(n: int, noun: str) -> str:
    return f"{n:,} {noun}" + ("" if n == 1 else "s")
