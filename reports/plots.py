"""The plots of a report: what each shows, in a sentence, in numbers and as a picture.

Importing this module is cheap; the drawing libraries are imported when something is drawn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.reports import fronts, ladder, quantities, selective
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.harness.evidence import Measurement
    from spoonbench.reports.canvas import Drawn
    from spoonbench.reports.duel import DuelReport

LOSSES = (("train_loss", "training loss"), ("validation_loss", "validation loss"))
"""What a training curve shows: field of a point, and its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """One plot, drawn.

    Attributes:
        name: names its files.
        title: what it shows, in a few words.
        sentence: what to see in it.
        table: its numbers.
        svg: for a page that defines the colours of `palette` as CSS variables; no prologue.
        svg_file: the same, to stand alone.
        png: on white.
    """

    name: str
    title: str
    sentence: str
    table: Table
    svg: str
    svg_file: str
    png: bytes

    @property
    def alt(self) -> str:
        """For who cannot see it."""
        return f"{self.title}. {self.sentence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A plot before it is drawn: `measurements` are those that have something to show."""

    name: str
    title: str
    measurements: Callable[[DuelReport], list[Measurement]]
    sentence: Callable[[DuelReport], str]
    table: Callable[[DuelReport], Table]


def draw_plots(
    report: DuelReport, names: Sequence[str] | None = None, slug: str = ""
) -> tuple[Plot, ...]:
    """Draw every plot that has something to show; takes seconds.

    The same report gives the same bytes with the same versions of the drawing libraries.

    Args:
        report: what to show.
        names: of the plots that are wanted, in any order; None for all.
        slug: begins the names of the plots, where several reports stand in one page.
    """
    # Seconds of imports, and only here.
    from spoonbench.reports import drawing  # noqa: PLC0415

    plots = []
    for subject in SUBJECTS:
        measurements = subject.measurements(report)
        if not measurements or (names is not None and subject.name not in names):
            continue
        plots.append(
            as_plot(
                drawing.draw(subject.name, report, measurements),
                name=subject.name,
                title=subject.title,
                sentence=subject.sentence(report),
                table=subject.table(report),
            )
        )
    return tuple(renamed(plot, f"{slug}-{plot.name}") if slug else plot for plot in plots)


def as_plot(drawn: Drawn, *, name: str, title: str, sentence: str, table: Table) -> Plot:
    """A drawing with what it shows, in words and in numbers."""
    return Plot(
        name=name,
        title=title,
        sentence=sentence,
        table=table,
        svg=drawn.svg,
        svg_file=drawn.svg_file,
        png=drawn.png,
    )


def renamed(plot: Plot, name: str) -> Plot:
    """The same plot under another name: in one page no two have the same ids."""
    old = re.compile(rf'(\bid="|href="#|url\(#){re.escape(plot.name)}-')
    return replace(
        plot,
        name=name,
        svg=old.sub(rf"\1{name}-", plot.svg),
        svg_file=old.sub(rf"\1{name}-", plot.svg_file),
    )


def curve_of(measurement: Measurement, name: str) -> list[tuple[float, float]]:
    """One line of a training curve: step and value, where there is a value."""
    return [
        (float(point["step"]), float(point[name]))
        for point in measurement.curve
        if point.get(name) is not None
    ]


def _right_of_all(report: DuelReport, measurement: Measurement) -> float | None:
    score = report.score(measurement)
    return None if score is None else score.accuracy.value


def _scored(report: DuelReport) -> list[Measurement]:
    return [m for m in report.measurements if _right_of_all(report, m) is not None]


def _split_scored(report: DuelReport) -> list[Measurement]:
    return _scored(report) if len(report.duel.task.splits) > 1 else []


def _answering(report: DuelReport) -> list[Measurement]:
    scores = [(m, report.score(m)) for m in report.measurements]
    return [m for m, score in scores if score is not None and score.precision.value is not None]


def _trained(report: DuelReport) -> list[Measurement]:
    names = ("train_loss", "validation_loss", "validation_accuracy")
    return [m for m in report.measurements if any(len(curve_of(m, name)) > 1 for name in names)]


def _batched(report: DuelReport) -> list[Measurement]:
    has_several = any(len(m.throughput) > 1 for m in report.measurements)
    return [m for m in report.measurements if m.throughput] if has_several else []


def _right_sentence(report: DuelReport) -> str:
    scored = [(_right_of_all(report, m) or 0.0, m.entry.label) for m in _scored(report)]
    best, worst = max(scored, key=lambda one: one[0]), min(scored, key=lambda one: one[0])
    return (
        f'Right answers among all items of "{report.split}", with 95% intervals: from '
        f"{quantities.share(worst[0])} ({worst[1]}) to {quantities.share(best[0])} ({best[1]})."
    )


def _split_sentence(report: DuelReport) -> str:
    falls = []
    for measurement in _scored(report):
        start = _right_of_all(report, measurement) or 0.0
        falls += [
            (start - score.accuracy.value, measurement.entry.label, score.split)
            for score in measurement.splits
            if score.accuracy.value is not None
        ]
    fall, label, split = max(falls, key=lambda one: one[0])
    text = "The fuller a cell, the more items were answered right."
    if fall <= 0:
        return f'{text} Nobody falls below its share on "{report.split}".'
    return f'{text} The deepest fall: {label} loses {100 * fall:.1f} points on "{split}".'


def _accuracy_sentence(report: DuelReport) -> str:
    abstains = [
        f"{m.entry.label} ({quantities.share(score.coverage.value)})"
        for m in _answering(report)
        if (score := report.score(m)) is not None and (score.coverage.value or 0.0) < 1
    ]
    text = (
        "Up and to the right is better: who stands left abstains, who stands low is wrong in what "
        "it answers. The "
        "dashed lines are what was asked for."
    )
    if not abstains:
        return f"{text} Everybody answers everything."
    return f"{text} Not answering everything: {quantities.listed(abstains)}."


def _curve_sentence(report: DuelReport) -> str:
    parts = []
    for measurement in _trained(report):
        points = curve_of(measurement, "validation_loss")
        if points:
            step, value = min(points, key=lambda point: point[1])
            parts.append(
                f"{measurement.entry.label} is at its lowest validation loss, "
                f"{quantities.significant(value)}, after step {step:,.0f}"
            )
    text = (
        "Where the validation loss turns up while the training loss goes on falling, a model "
        "learns its examples by heart."
    )
    return f"{text} {'; '.join(parts)}." if parts else text


def _batch_sentence(report: DuelReport) -> str:
    gains = []
    for measurement in _batched(report):
        best, least = measurement.best_batch, min(measurement.throughput)
        if best is not None and len(measurement.throughput) > 1:
            gain = measurement.throughput[best].value / measurement.throughput[least].value
            gains.append((gain, measurement.entry.label, best))
    gain, label, best = max(gains)
    return (
        "Higher is better; a flat line gains nothing from batches. The most is gained by "
        f"{label}: {quantities.times(gain)} at batch size {best:,}."
    )


def _right_table(report: DuelReport) -> Table:
    rows = tuple(
        (m.entry.label, quantities.proportion(score.accuracy), f"{score.accuracy.n:,}")
        for m in _scored(report)
        if (score := report.score(m)) is not None
    )
    return _table("Right of all", ("Right of all (95%)", "Items"), rows)


def _accuracy_table(report: DuelReport) -> Table:
    rows = tuple(
        (
            m.entry.label,
            quantities.proportion(score.coverage),
            quantities.proportion(score.precision),
        )
        for m in _answering(report)
        if (score := report.score(m)) is not None
    )
    return _table("Coverage and accuracy", ("Coverage (95%)", "Accuracy (95%)"), rows)


def _curve_table(report: DuelReport) -> Table:
    names = ("train_loss", "validation_loss", "validation_accuracy")
    rows = tuple(
        (
            m.entry.label,
            f"{point['step']:,}",
            quantities.duration(point.get("seconds")),
            *(DASH if (v := point.get(name)) is None else f"{v:.4g}" for name in names),
        )
        for m in _trained(report)
        for point in m.curve
    )
    headers = ("Step", "Time", "Training loss", "Validation loss", "Validation: right of all")
    return _table("Training", headers, rows)


def _batch_table(report: DuelReport) -> Table:
    batched = _batched(report)
    sizes = sorted({size for m in batched for size in m.throughput})
    rows = tuple(
        (
            m.entry.label,
            *(quantities.rate(quantities.estimate(m.throughput.get(size))) for size in sizes),
        )
        for m in batched
    )
    return _table("Throughput", tuple(f"Batch {size:,}" for size in sizes), rows)


def _table(title: str, headers: Sequence[str], rows: tuple[tuple[str, ...], ...]) -> Table:
    columns = (
        Column(header="Contestant", is_figure=False),
        *(Column(header=header) for header in headers),
    )
    return Table(title=title, columns=columns, rows=rows)


SUBJECTS = (
    _Subject(
        name="accuracy",
        title="Right of all",
        measurements=_scored,
        sentence=_right_sentence,
        table=_right_table,
    ),
    _Subject(
        name="splits",
        title="Right of all by split",
        measurements=_split_scored,
        sentence=_split_sentence,
        table=ladder.split_table,
    ),
    _Subject(
        name="speed",
        title="Right of all against time",
        measurements=lambda report: [m for m, _, _ in fronts.speed_points(report)],
        sentence=fronts.speed_sentence,
        table=fronts.speed_table,
    ),
    _Subject(
        name="cost",
        title="Right of all against cost",
        measurements=lambda report: [m for m, _, _ in fronts.cost_points(report)],
        sentence=fronts.cost_sentence,
        table=fronts.cost_table,
    ),
    _Subject(
        name="precision",
        title="Coverage against accuracy",
        measurements=_answering,
        sentence=_accuracy_sentence,
        table=_accuracy_table,
    ),
    _Subject(
        name="risk",
        title="Risk against coverage",
        measurements=selective.choosing,
        sentence=selective.curve_sentence,
        table=selective.curve_table,
    ),
    _Subject(
        name="batches",
        title="Throughput by batch size",
        measurements=_batched,
        sentence=_batch_sentence,
        table=_batch_table,
    ),
    _Subject(
        name="training",
        title="Training curves",
        measurements=_trained,
        sentence=_curve_sentence,
        table=_curve_table,
    ),
)
"""Every plot that a report may hold, in order."""
