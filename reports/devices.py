"""Speed by batch size on each device, where one overtakes another, and a framework's bands beside.

A framework's band is found by walking it, batch size by batch size: what it recommends, and where
it says nothing. Importing this module is cheap; drawing imports the drawing libraries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from spoonbench.harness.frameworks.walking import walk
from spoonbench.harness.matrix.series import baseline_series, series_of
from spoonbench.reports import quantities
from spoonbench.reports.matrix_crossings import open_crossings
from spoonbench.reports.plots import as_plot
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.estimates import Estimate
    from spoonbench.harness.frameworks.graph import Framework, Value
    from spoonbench.harness.frameworks.walking import Walk
    from spoonbench.harness.matrix.evidence import Crossover, MatrixEvidence
    from spoonbench.reports.plots import Plot

NAME = "devices"
TITLE = "Speed by batch size and device"
_UNTOLD = "not told apart"
_SILENT = "says nothing"
UNSAID = (_UNTOLD, _SILENT)
"""Bands that name no device."""
_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One device: answers a second by batch size, at the baseline's setting where it has that."""

    device: str
    series: str
    rates: Mapping[int, Estimate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Batch sizes for which one and the same is said.

    Attributes:
        low: smallest batch size.
        high: largest.
        choice: what is said of them, in a word or two.
    """

    low: int
    high: int
    choice: str

    @property
    def text(self) -> str:
        """In words, for example "cpu for 1 to 8"."""
        sizes = f"{self.low:,}" if self.low == self.high else f"{self.low:,} to {self.high:,}"
        return f"{self.choice} for {sizes}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCurves:
    """What the figure shows.

    Attributes:
        lines: one for each device.
        measured: bands of what was the fastest.
        written: bands of the framework; empty without one, or where it asks for more than is known.
        crossovers: of devices, within the range measured.
        open: of devices whose lines cross without that being shown.
    """

    lines: tuple[Line, ...]
    measured: tuple[Band, ...]
    written: tuple[Band, ...]
    crossovers: tuple[Crossover, ...]
    open: tuple[Crossover, ...] = ()


def device_curves(evidence: MatrixEvidence, framework: Framework | None) -> DeviceCurves | None:
    """What was measured of each device; None where no device has two batch sizes.

    Args:
        evidence: of a matrix.
        framework: that says which device to take for a batch size; None: no bands beside.
    """
    lines = _lines(evidence)
    if not any(len(line.rates) >= _FEWEST for line in lines):
        return None
    sizes = sorted({size for line in lines for size in line.rates})
    answers: dict[str, Value] = {}
    parameters = parameters_of(evidence)
    if parameters is not None:
        answers["parameters"] = float(parameters)
    return DeviceCurves(
        lines=lines,
        measured=_banded([(size, fastest(lines, size)) for size in sizes]),
        written=() if framework is None else framework_bands(framework, answers, sizes[-1]),
        crossovers=tuple(
            one for one in evidence.crossovers if one.axis == "device" and one.batch_size
        ),
        open=tuple(one for one in open_crossings(evidence) if one.axis == "device"),
    )


def framework_bands(
    framework: Framework, answers: Mapping[str, Value], largest: int
) -> tuple[Band, ...]:
    """What a framework says of every batch size; empty where it asks for what is not known.

    Args:
        framework: that asks for "batch", and maybe for more.
        answers: what else is known, by name of the question.
        largest: the last batch size that matters.
    """
    known = {name: value for name, value in answers.items() if name in framework.questions}
    ends = [
        (size, walk(framework, {**known, "batch": float(size)})) for size in range(1, largest + 1)
    ]
    if any(end.asks is not None for _, end in ends):
        return ()
    return _banded([(size, _said(end)) for size, end in ends])


def parameters_of(evidence: MatrixEvidence) -> int | None:
    """How many weights the model has, from the bytes of a cell without quantization."""
    for cell in evidence.cells:
        at = cell.cell.placement
        n_bytes = cell.weight_bytes or cell.predicted_weight_bytes
        if at.quantization == "none" and at.dtype in _BYTES and n_bytes:
            return round(n_bytes / _BYTES[at.dtype])
    return None


def fastest(lines: Sequence[Line], size: int) -> str:
    """The device that is fastest at a batch size; says so where intervals overlap."""
    found = [(line.rates[size], line.device) for line in lines if size in line.rates]
    found.sort(key=lambda pair: -pair[0].value)
    if len(found) < _FEWEST:
        return f"{found[0][1]} alone" if found else DASH
    (best, device), (second, _) = found[:_FEWEST]
    if best.low is None or second.high is None or best.low <= second.high:
        return _UNTOLD
    return device


def draw_devices(curves: DeviceCurves) -> Plot:
    """Draw the curves, with both kinds of bands below them."""
    from spoonbench.reports import device_drawing  # noqa: PLC0415 - seconds of imports

    return as_plot(
        device_drawing.draw(curves),
        name=NAME,
        title=TITLE,
        sentence=_sentence(curves),
        table=_table(curves),
    )


def _said(end: Walk) -> str:
    return end.verdict.choice or end.verdict.name if end.verdict else _SILENT


def _banded(said: Sequence[tuple[int, str]]) -> tuple[Band, ...]:
    """Neighbouring sizes of which the same is said, as bands."""
    bands = []
    for choice, group in groupby(said, key=lambda pair: pair[1]):
        sizes = [size for size, _ in group]
        bands.append(Band(low=sizes[0], high=sizes[-1], choice=choice))
    return tuple(bands)


def _lines(evidence: MatrixEvidence) -> tuple[Line, ...]:
    """For each device the baseline's series there, or else its first series with a speed."""
    plain = baseline_series(evidence).placement
    lines = {}
    for series in series_of(evidence):
        at = series.placement
        rates = {
            size: cell.answers_per_s
            for size, cell in series.cells.items()
            if cell.answers_per_s is not None and cell.answers_per_s.value > 0
        }
        if not rates or at.work != plain.work:
            continue
        line = Line(device=at.device, series=series.name, rates=rates)
        if at.device not in lines or at == replace(plain, device=at.device):
            lines[at.device] = line
    return tuple(lines.values())


def _sentence(curves: DeviceCurves) -> str:
    names = [line.device for line in curves.lines]
    if len(names) == 1:
        parts = [f"Only {names[0]} was measured, so nothing is said here of another device."]
    elif curves.crossovers or curves.open:
        parts = [one.text for one in (*curves.crossovers, *curves.open)]
    else:
        parts = ["No crossover of two devices lies within the range measured."]
        parts.append(f"Fastest: {quantities.listed([band.text for band in curves.measured])}.")
    if curves.written:
        said = quantities.listed([band.text for band in curves.written])
        parts.append(f"The case study's rule, as written: {said}.")
    parts.append("Shaded: intervals over rounds; both axes count in powers.")
    return " ".join(parts)


def _table(curves: DeviceCurves) -> Table:
    sizes = sorted({size for line in curves.lines for size in line.rates})
    columns = [Column(header="Batch")]
    columns += [Column(header=f"{line.device}, answers/s") for line in curves.lines]
    columns.append(Column(header="Fastest here", is_figure=False, is_whole=True))
    if curves.written:
        columns.append(Column(header="Case study's rule", is_figure=False, is_whole=True))
    rows = tuple(
        (
            f"{size:,}",
            *(_rate(line.rates.get(size)) for line in curves.lines),
            fastest(curves.lines, size),
            *((_written(curves.written, size),) if curves.written else ()),
        )
        for size in sizes
    )
    return Table(title=TITLE, columns=tuple(columns), rows=rows)


def _written(bands: Sequence[Band], size: int) -> str:
    return next((band.choice for band in bands if band.low <= size <= band.high), DASH)


def _rate(rate: Estimate | None) -> str:
    if rate is None:
        return DASH
    text = quantities.significant(rate.value)
    if rate.low is None or rate.high is None:
        return text
    return f"{text} ({quantities.significant(rate.low)}-{quantities.significant(rate.high)})"
