"""Which cell: advice from half of a configuration's cells, and all others; truth from the rest."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outcomes import ADVISOR, Outcome, is_held_back, judged  # type: ignore[import-not-found]

from spoonbench.harness.frameworks.reading import shipped
from spoonbench.harness.frameworks.walking import walk
from spoonbench.harness.predict.choice import Needs, choose, untried
from spoonbench.harness.predict.neighbours import Known, Neighbours
from spoonbench.harness.predict.observations import observations_of
from spoonbench.harness.predict.performance import TooFewCells, fit
from spoonbench.harness.stats import median, quantile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence
    from spoonbench.harness.predict.observations import Observation
    from spoonbench.harness.predict.performance import PerformanceModel

    Fitted = tuple[str, PerformanceModel, Sequence[Observation], Sequence[Observation]]

PRECISE = frozenset({"word-problems"})
SLACK = 0.05
"""Share of right answers that a cell may lose against the plain one, where accuracy is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A requirement, as quantiles of what was measured of the cells that the advice has seen.

    Attributes:
        seconds: of the times of a batch, at most.
        rate: of the items a second, at least.
        memory: of the peaks, at most.
        accuracy: whether nearly as many right answers as in the plainest cell are asked for.
    """

    seconds: float | None = None
    rate: float | None = None
    memory: float | None = None
    accuracy: bool = False

    @property
    def text(self) -> str:
        """In words."""
        parts = [
            f"{name} within quantile {share}"
            for name, share in (
                ("latency", self.seconds),
                ("throughput", self.rate),
                ("memory", self.memory),
            )
            if share is not None
        ]
        return ", ".join([*parts, *(["accuracy as the plain cell's"] if self.accuracy else [])])


NEEDS = (
    Need(seconds=0.25),
    Need(seconds=0.50),
    Need(rate=0.50),
    Need(rate=0.75),
    Need(seconds=0.75, memory=0.50),
    Need(seconds=0.75, accuracy=True),
)
"""The same for every configuration, written down before anything was measured."""


def outcomes_of(
    evidence: Mapping[str, MatrixEvidence], models: Iterable[Fitted]
) -> Iterator[Outcome]:
    """Every requirement of every configuration."""
    for name, model, seen, everything in models:
        held_back = {one.name for one in everything} - {one.name for one in seen}
        yield from _of_configuration(name, evidence[name], model, [seen, everything], held_back)


def errors_of(models: Iterable[Fitted]) -> str:
    """How far off the times are that cells were chosen by, in a sentence."""
    errors, within = [], []
    for _, model, seen, everything in models:
        for one in everything:
            told = model.predict(one.point)
            if one in seen or told.seconds is None or told.at_most is None:
                continue
            errors.append(abs(one.seconds / told.seconds - 1))
            within.append((one.seconds <= told.at_most, told.at_most / told.seconds))
    n_within, spreads = sum(does for does, _ in within), [spread for _, spread in within]
    return (
        f"The times that cells were chosen by are off by {median(errors):.0%} in the median of "
        f"{len(errors)} cells that were not run for them; {n_within} of these stayed below what "
        f"19 of 20 should, which is {median(spreads):.2f} times what was told, in the median."
    )


def fitted(evidence: Mapping[str, MatrixEvidence]) -> Iterator[Fitted]:
    """Of each configuration the model that chooses, the cells that it has seen, and all cells.

    The model is fitted to rates at the machine's usual pace; requirements and outcomes are of
    medians over rounds, as the tables of a matrix show them.
    """
    observations = {name: observations_of(one) for name, one in evidence.items()}
    for name, mine in observations.items():
        others = [cell for which, cells in observations.items() if which != name for cell in cells]
        seen = [cell for cell in mine if not is_held_back(name, cell.name)]
        try:
            model = fit([*others, *seen])
        except TooFewCells as exc:
            print(f"{name} is left out: {exc}", file=sys.stderr)
            continue
        medians = {one.name: one for one in observations_of(evidence[name], is_even=False)}
        yield name, model, [medians[one.name] for one in seen], [*medians.values()]


def _of_configuration(
    name: str,
    evidence: MatrixEvidence,
    model: PerformanceModel,
    cells: Sequence[Sequence[Observation]],
    held_back: set[str],
) -> Iterator[Outcome]:
    seen, everything = cells
    by_name = {one.cell.name: one for one in evidence.cells}
    truth = {one.name: one for one in everything if one.name in held_back}
    known = [by_name[one.name] for one in seen]
    neighbours = Neighbours(_known(one, by_name[one.name]) for one in seen)
    candidates = [
        untried(
            one.name,
            one.point,
            model.predict(one.point),
            neighbours,
            told_bytes=by_name[one.name].predicted_peak_bytes,
        )
        for one in truth.values()
    ]
    for need in NEEDS:
        if need.accuracy and evidence.baseline.accuracy is None:
            continue
        needs = _needs(need, seen, known)
        choices: dict[str, str | None] = {ADVISOR: choose(candidates, needs).name}
        choices |= _baselines(evidence, model, truth)
        measured = {
            one.name: (_meets(one, by_name[one.name], needs), _item_seconds(one))
            for one in truth.values()
        }
        yield from judged(name, need.text, choices, measured)


def _item_seconds(one: Observation) -> float:
    return one.seconds / one.point.conditions.batch_size


def _needs(need: Need, seen: Sequence[Observation], known: Sequence[CellEvidence]) -> Needs:
    times = [one.seconds for one in seen]
    rates = [1 / _item_seconds(one) for one in seen]
    peaks = [float(one.lean_peak_bytes) for one in known if one.lean_peak_bytes]
    plain = [one.accuracy.value for one in known if one.accuracy and _is_plain(one)]
    return Needs(
        batch_seconds=None if need.seconds is None else quantile(times, need.seconds),
        items_per_second=None if need.rate is None else quantile(rates, need.rate),
        memory_bytes=None if need.memory is None else quantile(peaks, need.memory),
        accuracy=max(plain) - SLACK if need.accuracy and plain else None,
    )


def _is_plain(one: CellEvidence) -> bool:
    at = one.cell.placement
    return at.dtype == "float32" and at.quantization == "none"


def _known(one: Observation, cell: CellEvidence) -> Known:
    """A cell that the advice has seen."""
    return Known(
        point=one.point,
        memory_bytes=cell.lean_peak_bytes,
        told_bytes=cell.predicted_peak_bytes,
        accuracy=cell.accuracy.value if cell.accuracy else None,
    )


def _meets(one: Observation, cell: CellEvidence, needs: Needs) -> bool:
    peak, share = cell.lean_peak_bytes, cell.accuracy.value if cell.accuracy else None
    return (
        (needs.batch_seconds is None or one.seconds <= needs.batch_seconds)
        and (needs.items_per_second is None or 1 / _item_seconds(one) >= needs.items_per_second)
        and (needs.memory_bytes is None or (peak is not None and peak <= needs.memory_bytes))
        and (needs.accuracy is None or (share is not None and share >= needs.accuracy))
    )


def _baselines(
    evidence: MatrixEvidence, model: PerformanceModel, truth: Mapping[str, Observation]
) -> dict[str, str | None]:
    """The duel's four in terms of cells; the plainest stands for rules, the most for the model."""
    told = {name: model.predict(one.point).seconds for name, one in truth.items()}
    rates = {
        name: seconds / truth[name].point.conditions.batch_size
        for name, seconds in told.items()
        if seconds is not None
    }
    return {
        "the documents' rules as written": _by_rules(evidence, truth),
        "always rules (or the lowest level)": min(truth, key=lambda name: _plainness(truth[name])),
        "always the language model (or the highest level)": max(
            truth, key=lambda name: _plainness(truth[name])
        ),
        "the fastest regardless": min(rates, key=lambda name: rates[name], default=None),
    }


def _by_rules(evidence: MatrixEvidence, truth: Mapping[str, Observation]) -> str:
    """Quantized or not by the documents; of batches, on a processor, their small ones."""
    answers = {
        "fits": True,
        "is_precise": evidence.matrix.task.name in PRECISE,
        "is_constrained": False,
        "is_speed_critical": True,
    }
    verdict = walk(shipped("quantize-as-written"), answers).verdict
    wants_bits = verdict is not None and verdict.choice not in {"none", ""}
    small = shipped("device-as-written").thresholds["small_batch"].value

    def distance(name: str) -> tuple[bool, bool, float]:
        at = truth[name].point.conditions
        return (
            (at.quantization != "none") != wants_bits,
            at.dtype != "float32",
            abs(at.batch_size - small),
        )

    return min(truth, key=distance)


def _plainness(one: Observation) -> tuple[int, bool, bool]:
    at = one.point.conditions
    return at.batch_size, at.quantization != "none", at.dtype != "float32"
