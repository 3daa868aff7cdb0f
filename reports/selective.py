"""When it answers, how often is it right: tables and sentences on coverage and risk.

What is measured stands beside figures that others published on nearly the same set of problems,
where there are any; those are marked as published and were not measured here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness import confidence_scores, risk_coverage
from spoonbench.reports import quantities
from spoonbench.reports.published import RULES_ONLY, PublishedFigure, best_of, published_on
from spoonbench.reports.quantities import DASH
from spoonbench.reports.tables import Column, Table, level_mark, level_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from spoonbench.harness.evidence import Measurement, RiskCurve, SplitScore, SubsetScore
    from spoonbench.reports.duel import DuelReport

    Score = SplitScore | SubsetScore

TITLE = "When it answers, how often is it right"
PUBLISHED = "published"
"""Marks the rows of a table that were not measured here."""

DEFINITIONS = (
    "Answered: items that got an answer, of all items. Right of those: right answers among them; "
    "at least: the one-sided 95% bound of Clopper and Pearson. AURC: share of wrong answers, "
    "surest answers first, averaged over all numbers of answers; 0 is best. E-AURC: how far that "
    "is above a perfect order of the same answers. At 1% risk: items that could be answered with "
    "at most 1% wrong, if the least sure were left out; chosen in hindsight. Log loss (in nats), "
    "Brier and calibration error (ten equal bins) take confidences for probabilities of being "
    "right; 0 is best."
)
"""What the columns mean, for readers."""

_READING = (
    "Down and to the right is better. Answers are let in from the surest on; a curve ends where "
    "nothing more is answered. Shaded: up to the one-sided 95% bound of Clopper and Pearson, at "
    "each point for itself. The upright axis is stretched near 0."
)

NOT_MEASURED_HERE = (
    "Published figures are the authors' own, on this set or nearly this set (versions, splits and "
    "scoring differ). They were not measured here."
)

_SHOWN_SHARES = (0.2, 0.4, 0.6, 0.8)
_RISKS = (0.01, 0.05)
_MOST_PANELS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Items that are looked at together: a split, or a subset of it.

    Attributes:
        name: of the split or of the subset.
        n_items: all of them.
        scores: contestants with their scores, in the order of the ladder.
        published: what others reported on this set.
        is_subset: not the whole split.
    """

    name: str
    n_items: int
    scores: tuple[tuple[Measurement, Score], ...]
    published: tuple[PublishedFigure, ...] = ()
    is_subset: bool = False

    @property
    def title(self) -> str:
        """Its name, with how many items there are."""
        what = self.name if self.is_subset else f'All of split "{self.name}"'
        return f"{what} ({self.n_items:,} items)"

    @property
    def curves(self) -> list[tuple[Measurement, RiskCurve]]:
        """Contestants that answered something and had something to choose by."""
        return [
            (m, score.curve)
            for m, score in self.scores
            if score.curve is not None and score.curve.is_selective and score.curve.points
        ]


def scopes(report: DuelReport) -> tuple[Scope, ...]:
    """The split that decides, then its subsets; nothing where nothing was answered."""
    facts = report.split_facts
    scored = [(m, score) for m in report.measurements if (score := report.score(m)) is not None]
    if facts is None or not scored:
        return ()
    task = report.duel.task.name
    first_word = re.split(r"[\W_]+", task)[0]
    whole = Scope(
        name=facts.name,
        n_items=facts.n_items,
        scores=tuple(scored),
        published=published_on(task, first_word),
    )
    subsets = (
        Scope(
            name=subset.name,
            n_items=len(subset.problem_ids),
            scores=tuple((m, mine) for m, score in scored if (mine := score.subset(subset.name))),
            published=published_on(subset.name),
            is_subset=True,
        )
        for subset in facts.subsets
    )
    return (whole, *subsets)


def has_choice(report: DuelReport) -> bool:
    """Somebody gives confidences, or leaves items open; or there is something to stand beside."""
    return any(scope.curves or scope.published for scope in scopes(report))


def choosing(report: DuelReport) -> list[Measurement]:
    """Contestants that give confidences, or leave items open."""
    found = {m.entry.label for scope in scopes(report) for m, _ in scope.curves}
    return [m for m in report.measurements if m.entry.label in found]


def panels(report: DuelReport) -> tuple[Scope, ...]:
    """What is drawn: the split, and its subsets, those first on which something was published."""
    found = scopes(report)
    by_interest = sorted(found[1:], key=lambda scope: not scope.published)
    chosen = [scope.name for scope in by_interest[: _MOST_PANELS - 1]]
    return (*found[:1], *(scope for scope in found[1:] if scope.name in chosen))


def risk_table(scope: Scope) -> Table:
    """What was measured, without what was published."""
    columns = (
        Column(header="Lvl"),
        Column(header="Contestant", is_figure=False),
        *(Column(header=header, priority=priority) for header, priority, _ in _FIGURES),
    )
    rows = tuple(
        (level_mark(m.entry), m.entry.label, *(show(score) for _, _, show in _FIGURES))
        for m, score in scope.scores
    )
    return Table(title=scope.title, columns=columns, rows=rows)


def compared_table(scope: Scope) -> Table:
    """The same with what was published below it, and where every row is from."""
    measured = risk_table(scope)
    origins = [f"measured here, {level_name(m.entry)}" for m, _ in scope.scores]
    rows = [(*row, origin) for row, origin in zip(measured.rows, origins, strict=True)]
    return Table(
        title=measured.title,
        columns=(*measured.columns, Column(header="Where from", is_figure=False)),
        rows=(*rows, *map(_published_row, scope.published)),
        marks=("",) * len(rows) + (PUBLISHED,) * len(scope.published),
    )


def right_by_subset(report: DuelReport, *, has_intervals: bool = True) -> Table:
    """Share of the items of each subset that each contestant got right."""
    show = quantities.proportion if has_intervals else _share
    return _by_subset(report, "Right of all by subset", lambda score: show(score.accuracy))


def given_by_subset(report: DuelReport) -> Table:
    """Share of right ones among the answers given, with how many items were answered."""
    table = _by_subset(report, "Right of those answered, by subset", _right_of_given)
    chosen = {m.entry.label for m in choosing(report)}
    return Table(
        title=table.title,
        columns=table.columns,
        rows=tuple(row for row in table.rows if row[1] in chosen),
    )


def published_in_short(report: DuelReport) -> tuple[str, ...]:
    """One sentence for each set on which others published something."""
    return tuple(
        f"Published on {scope.published[0].set_name}, not measured here: "
        f"{'; '.join(_best(scope.published))}."
        for scope in scopes(report)
        if scope.published
    )


def curve_table(report: DuelReport) -> Table:
    """The numbers of the curves: risk and its bound by the share of items answered."""
    headers = ("Answered", "Wrong of those", "At most (95%)", "Confidence from")
    columns = (
        Column(header="Contestant", is_figure=False),
        Column(header="Items", is_figure=False),
        *(Column(header=header) for header in headers),
    )
    rows = tuple(
        (m.entry.label, scope.name, *row)
        for scope in panels(report)
        for m, curve in scope.curves
        for row in _curve_rows(curve)
    )
    return Table(title="Risk against coverage", columns=columns, rows=rows)


def curve_sentence(report: DuelReport) -> str:
    """What to see in the curves."""
    shown = panels(report)
    parts = [_READING]
    if any(scope.published for scope in shown):
        parts.append(f"Hollow squares: the best of what was published. {NOT_MEASURED_HERE}")
    if len(shown) < len(scopes(report)):
        parts.append(f"Drawn are {len(shown) - 1} of {len(scopes(report)) - 1} subsets.")
    return " ".join(parts)


def _by_subset(report: DuelReport, title: str, show: Callable[[Score], str]) -> Table:
    found = scopes(report)
    subsets = found[1:]
    columns = (
        Column(header="Lvl"),
        Column(header="Contestant", is_figure=False),
        *(Column(header=f"{scope.name} ({scope.n_items:,})") for scope in subsets),
    )
    by_label = [{m.entry.label: score for m, score in scope.scores} for scope in subsets]
    rows = tuple(
        (
            level_mark(m.entry),
            m.entry.label,
            *(DASH if (one := s.get(m.entry.label)) is None else show(one) for s in by_label),
        )
        for m, _ in (found[0].scores if subsets else ())
    )
    return Table(title=title, columns=columns, rows=rows)


def _right_of_given(score: Score) -> str:
    if score.precision.value is None:
        return "nothing answered"
    answered = quantities.share(score.precision.n / score.accuracy.n)
    return f"{quantities.share(score.precision.value)} of {answered}"


def _answered(score: Score) -> str:
    n_items = score.accuracy.n
    return quantities.share(score.precision.n / n_items if n_items else None)


def _share(value: object) -> str:
    return quantities.share(getattr(value, "value", None))


def _at_least(score: Score) -> str:
    end = score.curve.end if score.curve else None
    return quantities.share(None if end is None else 1 - risk_coverage.risk_bound(end))


def _area(score: Score, figure: Callable[[RiskCurve], float | None]) -> str:
    """An area; a dash where there is nothing to choose by, and so no order."""
    if score.curve is None or not score.curve.is_selective:
        return DASH
    value = figure(score.curve)
    return DASH if value is None else f"{value:.4f}"


def _at_risk(risk: float) -> Callable[[Score], str]:
    def cell(score: Score) -> str:
        curve = score.curve
        if curve is None or not curve.is_selective:
            return DASH
        return quantities.share(risk_coverage.coverage_at_risk(curve, risk))

    return cell


_FIGURES: tuple[tuple[str, int, Callable[[Score], str]], ...] = (
    ("Answered", 0, _answered),
    ("Right of those", 0, lambda score: _share(score.precision)),
    ("At least (95%)", 0, _at_least),
    ("AURC", 1, lambda score: _area(score, risk_coverage.area)),
    ("E-AURC", 4, lambda score: _area(score, risk_coverage.excess_area)),
    ("Log loss", 5, lambda score: _area(score, confidence_scores.log_loss)),
    ("Brier", 6, lambda score: _area(score, confidence_scores.brier)),
    ("Calibration error", 7, lambda score: _area(score, confidence_scores.calibration_error)),
    *((f"At {risk:.0%} risk", 2 + place, _at_risk(risk)) for place, risk in enumerate(_RISKS)),
)
"""Header, priority, and what stands in a cell."""


def _published_row(figure: PublishedFigure) -> tuple[str, ...]:
    shown = {
        "Answered": quantities.share(figure.coverage),
        "Right of those": quantities.share(figure.precision),
    }
    cells = (shown.get(header, DASH) for header, _, _ in _FIGURES)
    return (DASH, figure.name, *cells, _origin(figure))


def _origin(figure: PublishedFigure) -> str:
    other = f"another set, {figure.set_name}" if figure.is_other_set else ""
    checked = "" if figure.is_checked else "from memory, not checked again"
    parts = (PUBLISHED, figure.made, other, figure.note, figure.source, checked)
    return "; ".join(part for part in parts if part)


def _best(figures: Sequence[PublishedFigure]) -> Iterator[str]:
    """The best by rules only and the best of all that answered every problem."""
    has_rules = any(one.made == RULES_ONLY for one in figures)
    for one in best_of(figures, 2 if has_rules else 1):
        remarks = [one.made, one.note, "" if one.is_checked else "from memory"]
        said = ", ".join(remark for remark in remarks if remark)
        yield f"{quantities.share(one.precision)} by {one.name} ({said})"


def _curve_rows(curve: RiskCurve) -> Iterator[tuple[str, ...]]:
    points = [risk_coverage.point_at(curve, share) for share in _SHOWN_SHARES]
    for point in dict.fromkeys([*points, curve.end]):
        if point is not None:
            yield (
                quantities.share(risk_coverage.coverage(curve, point)),
                quantities.share(point.risk),
                quantities.share(risk_coverage.risk_bound(point)),
                DASH if point.confidence is None else f"{point.confidence:.3f}",
            )
