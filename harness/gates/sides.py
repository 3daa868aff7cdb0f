"""What stands on either side of a comparison: types only. The modules `*_side` make them.

A side is one measurement (a duel, a matrix, a run, a file); its subjects are its contestants, cells
or benchmarks. All figures are in the units of `figures`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from spoonbench.harness.stats import quantile

if TYPE_CHECKING:
    from spoonbench.harness.estimates import Estimate, Proportion


class BadComparison(Exception):
    """Two things cannot be compared, or one is not there; the message says which and why."""


class Outcome(NamedTuple):
    """What became of one item."""

    is_right: bool
    is_answered: bool

    @property
    def is_covered(self) -> bool:
        """Answered, or rightly left open."""
        return self.is_answered or self.is_right


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """The answers to one split.

    Attributes:
        items_hash: of the items in order, targets included; None where it is not known.
        outcomes: problem id to what became of it; None where only counts are known.
        shares: figure to counts, where `outcomes` is None.
        n_items: of the split; more than were answered where the time ran out.
    """

    items_hash: str | None
    outcomes: Mapping[str, Outcome] | None = None
    shares: Mapping[str, Proportion] = field(default_factory=dict)
    n_items: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One figure of one subject, round by round.

    Attributes:
        values: shape (n,), above 0; a single one for figures that are one a side.
        rounds: index of each; empty for figures that are one a side.
        estimate: in place of `values`, where only a median and its interval are known.
        detail: what must be the same on both sides, such as "batch 64".
        share: the values are the calls of one process, of which the figure is this quantile.
    """

    values: tuple[float, ...] = ()
    rounds: tuple[int, ...] = ()
    estimate: Estimate | None = None
    detail: str = ""
    share: float = 0.5

    @property
    def value(self) -> float:
        """The figure itself."""
        return self.estimate.value if self.estimate else quantile(self.values, self.share)

    @property
    def n_rounds(self) -> int:
        """Rounds that it stands on."""
        return self.estimate.n_rounds if self.estimate else len(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A contestant, a cell or a benchmark.

    Attributes:
        name: unique on its side; subjects of two sides are paired by it.
        scores: split to answers.
        series: figure to values.
        others: further choices of a figure, by detail, such as throughput at every batch size.
        missing: figure to the reason why it is not there.
        problem: how it ended, where that was not well; None otherwise.
        run_ids: every run that it stands on.
    """

    name: str
    scores: Mapping[str, Scores] = field(default_factory=dict)
    series: Mapping[str, Series] = field(default_factory=dict)
    others: Mapping[str, Mapping[str, Series]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    run_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One measurement, or a part of it that was selected.

    Attributes:
        title: for people, such as "duel 1a2b3c4d5e6f of 2026-11-22".
        kind: "contestant", "cell" or "benchmark": what its subjects are.
        task: name and version; None where it is not known.
        machine: fact to value; two sides with the same facts were measured on the same machine.
        session: what has the same one was measured in interleaved rounds; None: never interleaved.
        subjects: in order.
        is_selected: one subject was named.
        is_one_process: its rounds are calls of one process, not processes.
        splits: all of the task, in order.
        deciding: the split that decides.
    """

    title: str
    kind: str
    subjects: tuple[Subject, ...]
    task: str | None = None
    machine: Mapping[str, object] = field(default_factory=dict)
    session: str | None = None
    is_selected: bool = False
    is_one_process: bool = False
    splits: tuple[str, ...] = ()
    deciding: str | None = None
