"""The pace of a machine during a sweep, and what cells would take if it had been even.

Beside other work, or as it gets warm, a machine is faster for some minutes and slower for others,
and whatever is measured in them comes out faster or slower together. A sweep measures its cells in
a shuffled order, round after round, so that what all on one device have in common at a time can be
told from what each has for itself:

    logarithm of seconds = level of the cell + pace at the time + what is left

The pace is a random walk that is drawn back to its mean (an Ornstein-Uhlenbeck process, whose
deviation and length are the likeliest ones), the levels are generalized least squares, and a run
that a stall made slow counts less the farther off it is (Huber's weights).

Not covered: cells that ran side by side, on several machines; a pace that differs between settings.

References:
    Rauch, Tung and Striebel 1965, "Maximum Likelihood Estimates of Linear Dynamic Systems".
    Huber 1964, "Robust Estimation of a Location Parameter".
"""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from spoonbench.harness.matrix.evidence import Pace
from spoonbench.harness.stats import median

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from spoonbench.harness.matrix_records import Matrix
    from spoonbench.harness.records import RunRecord

FEWEST_RUNS, FEWEST_AGAIN = 20, 10
"""Runs, and runs beyond the first of each cell, below which no pace is looked for."""
_SPELLS = tuple(5.0 * 3.0**power for power in range(7))
"""Lengths that are tried, in seconds: from 5 s to an hour."""
_SHARES = (0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
"""Shares of the variance that the pace may have."""
_CERTAIN = 3.0
"""Natural logarithm of the likelihoods' ratio that tells a pace from none: two more parameters."""
_TUNING, _TO_DEVIATION = 1.5, 1.4826
_FIRST_STEPS, _MOST_STEPS, _ENOUGH = 3, 20, 1e-4
_LEAST = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """One run.

    Attributes:
        cell: that it was of.
        at: seconds since any moment, the same for all.
        seconds: that an item took; above 0.
    """

    cell: str
    at: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evened:
    """Runs with the machine's pace taken out.

    Attributes:
        seconds: cell to what an item of it would have taken at the usual pace.
        pace: that was taken out.
    """

    seconds: Mapping[str, float]
    pace: Pace


def even_devices(matrix: Matrix, runs: Iterable[RunRecord]) -> dict[str, Evened]:
    """Runs that ended well, at one pace for each device; devices that tell no pace are left out.

    Args:
        matrix: names its cells; those of the result go by their keys.
        runs: that count, of any rounds.
    """
    devices = {cell.key: cell.placement.device for cell in matrix.cells}
    of_devices: dict[str, list[RunRecord]] = {}
    for run in runs:
        if sum(run.samples_ns) > 0 and sum(run.items_per_sample) > 0:
            of_devices.setdefault(devices[run.cell_key], []).append(run)
    found = {}
    for device, mine in sorted(of_devices.items()):
        # A moment that cannot be read tells no pace: records may come from elsewhere.
        with contextlib.suppress(ValueError):
            found[device] = even_out([_timed(run) for run in mine])
    return {device: evened for device, evened in found.items() if evened is not None}


def _timed(run: RunRecord) -> Timed:
    return Timed(
        cell=run.cell_key,
        at=datetime.fromisoformat(run.started_at).timestamp(),
        seconds=sum(run.samples_ns) / 1e9 / sum(run.items_per_sample),
    )


def even_out(runs: Sequence[Timed]) -> Evened | None:
    """Runs at one pace; None where they are too few, or tell no pace from chance.

    Args:
        runs: in any order.
    """
    names = sorted({run.cell for run in runs})
    if len(runs) < FEWEST_RUNS or len(runs) - len(names) < FEWEST_AGAIN:
        return None
    if len({run.at for run in runs}) == 1:  # Nothing tells spells from one another.
        return None
    import numpy as np  # noqa: PLC0415  # 80 ms that only those pay who add runs up

    ordered = sorted(runs, key=lambda run: run.at)
    number = {name: index for index, name in enumerate(names)}
    cell = np.array([number[run.cell] for run in ordered])
    gaps = [later.at - earlier.at for earlier, later in pairwise(ordered)]
    times = np.log([run.seconds for run in ordered])
    usual = np.array([median(times[cell == index].tolist()) for index in range(len(names))])
    if float(abs(times - usual[cell]).max()) < _LEAST:
        return None
    fitted = _fit(times, cell, gaps, usual)
    if fitted is None:
        return None
    levels, deviation, walk = fitted
    # The pace has no level of its own: the cells keep theirs, in the median.
    levels = levels + median((usual - levels).tolist())
    return Evened(
        seconds=dict(zip(names, np.exp(levels).tolist(), strict=True)),
        pace=Pace(
            deviation=deviation * math.sqrt(walk.share), spell_s=walk.spell, share=walk.share
        ),
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """How the pace moves, in units of the variance of one run; arrays where several are tried.

    Attributes:
        spell: seconds.
        share: of the pace in the variance.
    """

    spell: Any
    share: Any


@dataclass(frozen=True, slots=True)
class _Step:
    """One run, as a Kalman filter sees it."""

    expected: Any
    """Of the pace before the run is looked at."""
    expected_variance: Any
    found: Any
    """After it."""
    found_variance: Any
    innovation: Any
    """Run minus what was expected."""
    variance: Any
    """Of the innovation."""
    memory: Any
    """Share of the pace that is left at the next run."""


def _filtered(runs: Any, gaps: Sequence[float], weights: Any, walk: _Walk) -> Iterator[_Step]:
    """A Kalman filter over runs, one after the other.

    Args:
        runs: what was measured less the level, shape (n,) or (n, k) for k series at once.
        gaps: seconds to the next run, n - 1 of them.
        weights: of the runs, shape (n,).
        walk: of the pace; arrays of shape (k,) filter one series with k walks.
    """
    import numpy as np  # noqa: PLC0415  # as above

    expected, variance = 0.0 * runs[0], walk.share
    for run, gap, weight in zip(runs, [*gaps, math.inf], weights, strict=True):
        whole = variance + (1.0 - walk.share) / weight
        innovation, gain = run - expected, variance / whole
        found, found_variance = expected + gain * innovation, variance * (1.0 - gain)
        memory = np.exp(-gap / walk.spell)
        yield _Step(expected, variance, found, found_variance, innovation, whole, memory)
        expected = memory * found
        variance = memory**2 * found_variance + (1.0 - memory**2) * walk.share


def _smooth(steps: Sequence[_Step]) -> Any:
    """The pace at each run, from those before and after it, shape (n,)."""
    import numpy as np  # noqa: PLC0415  # as above

    pace = np.array([step.found for step in steps])
    for index in range(len(steps) - 2, -1, -1):
        step, later = steps[index], steps[index + 1]
        back = step.found_variance * step.memory / later.expected_variance
        pace[index] += back * (pace[index + 1] - later.expected)
    return pace


def _fit(
    times: Any, cell: Any, gaps: Sequence[float], usual: Any
) -> tuple[Any, float, _Walk] | None:
    """Levels of cells, deviation of a run, and how the pace moves; None where there is no pace.

    Args:
        times: logarithms of seconds in the order of the runs, shape (n,).
        cell: numbers of their cells, shape (n,).
        gaps: seconds from each run to the next, n - 1 of them.
        usual: levels to begin from, shape (c,).
    """
    import numpy as np  # noqa: PLC0415  # as above

    levels, left = usual, times - usual[cell]
    weights = _weights(left, max(_LEAST, _TO_DEVIATION * float(np.median(abs(left)))))
    n_free = len(times) - len(usual)
    walk, deviation = _Walk(1.0, 0.0), 0.0
    for step in range(_MOST_STEPS):
        if step < _FIRST_STEPS:
            walk, gain = _likeliest(times - levels[cell], gaps, weights)
            if gain < _CERTAIN:
                return None
        before, levels = levels, _levels(times, cell, gaps, weights, walk)
        steps = list(_filtered(times - levels[cell], gaps, weights, walk))
        squares = sum(one.innovation**2 / one.variance for one in steps)
        deviation = max(_LEAST, math.sqrt(squares / n_free))
        left = times - levels[cell] - _smooth(steps)
        weights = _weights(left, deviation * math.sqrt(1.0 - walk.share))
        if step >= _FIRST_STEPS and float(abs(levels - before).max()) < _ENOUGH:
            break
    return levels, deviation, walk


def _weights(left: Any, deviation: float) -> Any:
    """Huber's: 1 within one and a half deviations, then less and less."""
    import numpy as np  # noqa: PLC0415  # as above

    return np.minimum(1.0, _TUNING * deviation / np.maximum(abs(left), _LEAST))


def _likeliest(within: Any, gaps: Sequence[float], weights: Any) -> tuple[_Walk, float]:
    """The walk that makes the runs likeliest, and by how much, beside no pace at all."""
    import numpy as np  # noqa: PLC0415  # as above

    spells, shares = (grid.ravel() for grid in np.meshgrid(_SPELLS, _SHARES))
    squares, logs = np.zeros((2, len(spells)))
    every = np.repeat(within[:, None], len(spells), axis=1)
    for step in _filtered(every, gaps, weights, _Walk(spells, shares)):
        squares += step.innovation**2 / step.variance
        logs += np.log(step.variance)
    likelihoods = -0.5 * (len(within) * np.log(squares) + logs)
    alone = len(within) * math.log(float(weights @ within**2)) - float(np.log(weights).sum())
    best = int(likelihoods.argmax())
    walk = _Walk(float(spells[best]), float(shares[best]))
    return walk, float(likelihoods[best]) + 0.5 * alone


def _levels(times: Any, cell: Any, gaps: Sequence[float], weights: Any, walk: _Walk) -> Any:
    """Levels by generalized least squares: runs and indicators of cells whitened by one filter."""
    import numpy as np  # noqa: PLC0415  # as above

    columns = np.zeros((len(times), 2 + int(cell.max())))
    columns[np.arange(len(times)), cell] = 1.0
    columns[:, -1] = times
    steps = _filtered(columns, gaps, weights, walk)
    white = np.array([step.innovation / math.sqrt(step.variance) for step in steps])
    return np.linalg.lstsq(white[:, :-1], white[:, -1], rcond=None)[0]
