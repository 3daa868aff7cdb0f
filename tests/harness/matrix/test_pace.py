"""The pace of a machine: told from what cells have for themselves, and only where there is one."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest

from spoonbench.harness.matrix.pace import (
    Timed,
    _filtered,
    _levels,
    _likeliest,
    _smooth,
    _Walk,
    even_devices,
    even_out,
)
from spoonbench.harness.matrix.summary import summarize_matrix
from spoonbench.harness.predict.observations import observations_of
from spoonbench.harness.records import RunRecord
from spoonbench.harness.stats import median

N_CELLS, N_ROUNDS, SECONDS = 24, 6, 4.0


def a_sweep(seed, deviation=0.2, spell=60.0, noise=0.04):
    """Runs in a shuffled order, round after round: cell, moment, logarithm of seconds."""
    dice = random.Random(seed)
    true = [math.log(0.001 * 1.3**index) for index in range(N_CELLS)]
    pace = dice.gauss(0, deviation)
    runs: list[tuple[int, float, float]] = []
    memory = math.exp(-SECONDS / spell)
    for _ in range(N_ROUNDS):
        for cell in dice.sample(range(N_CELLS), N_CELLS):
            runs.append((cell, len(runs) * SECONDS, true[cell] + pace + dice.gauss(0, noise)))
            pace = memory * pace + dice.gauss(0, deviation * math.sqrt(1 - memory**2))
    return true, runs


def evened(runs):
    return even_out(
        [Timed(cell=f"{cell:02}", at=at, seconds=math.exp(log)) for cell, at, log in runs]
    )


def medians(runs):
    return [median([log for cell, _, log in runs if cell == index]) for index in range(N_CELLS)]


def error(found, true):
    """Standard deviation of what cells are off by, the same factor on all of them left out."""
    return float(np.std(np.array(found) - np.array(true)))


def levels(result):
    return [math.log(result.seconds[f"{index:02}"]) for index in range(N_CELLS)]


def test_cells_come_out_nearer_to_the_truth_than_their_medians():
    beside = []
    for seed in range(8):
        true, runs = a_sweep(seed)
        result = evened(runs)
        assert result.pace.share > 0.5
        beside.append(error(levels(result), true) / error(medians(runs), true))
    assert max(beside) < 0.9
    assert median(beside) < 0.5


def test_pace_and_length_are_found():
    found = [evened(a_sweep(seed)[1]).pace for seed in range(8)]
    assert median([one.deviation for one in found]) == pytest.approx(0.2, rel=0.4)
    assert 15 <= median([one.spell_s for one in found]) <= 135


def test_where_there_is_none_none_is_found():
    found = [evened(a_sweep(seed, deviation=0.0)[1]) for seed in range(40)]
    assert sum(one is not None for one in found) <= 5


def test_the_usual_pace_is_that_of_the_medians():
    _, runs = a_sweep(3)
    apart = [one - other for one, other in zip(levels(evened(runs)), medians(runs), strict=True)]
    assert median(apart) == pytest.approx(0, abs=1e-12)


def test_a_stall_counts_little():
    true, runs = a_sweep(5)
    clean = levels(evened(runs))
    cell, at, log = runs[40]
    runs[40] = (cell, at, log + math.log(30))
    stalled = levels(evened(runs))
    assert abs(stalled[cell] - clean[cell]) < 0.05
    assert error(stalled, true) < 0.6 * error(medians(runs), true)


def test_the_order_of_the_records_is_of_no_matter():
    _, runs = a_sweep(4)
    other = random.Random(1).sample(runs, len(runs))
    assert levels(evened(other)) == pytest.approx(levels(evened(runs)))


@pytest.mark.parametrize(
    "runs",
    [
        [],
        [(cell, cell * 4.0, 0.1 * cell) for cell in range(100)],
        [(0, at, 0.1 * at) for at in range(19)],
        [(index % 5, index * 4.0, 0.5) for index in range(60)],
        [(index % 5, 0.0, 0.1 * index) for index in range(60)],
    ],
    ids=["none", "each cell once", "few", "all alike", "all at once"],
)
def test_too_little_to_tell_a_pace_from(runs):
    assert evened(runs) is None


def covariance(moments, weights, walk):
    apart = abs(np.subtract.outer(moments, moments))
    return walk.share * np.exp(-apart / walk.spell) + np.diag((1 - walk.share) / weights)


@pytest.fixture
def dense():
    """A short sweep as arrays, with the covariance of its runs written out."""
    dice = np.random.default_rng(7)
    moments = np.cumsum(dice.uniform(0.5, 20, 30))
    weights, walk = dice.uniform(0.2, 1, 30), _Walk(25.0, 0.6)
    return {
        "times": dice.normal(size=30),
        "cell": np.array([*range(6)] * 5),
        "gaps": np.diff(moments).tolist(),
        "weights": weights,
        "walk": walk,
        "covariance": covariance(moments, weights, walk),
        "pace": walk.share * np.exp(-abs(np.subtract.outer(moments, moments)) / walk.spell),
    }


def test_levels_are_those_of_generalized_least_squares(dense):
    indicators = np.eye(6)[dense["cell"]]
    inverse = np.linalg.inv(dense["covariance"])
    wanted = np.linalg.solve(
        indicators.T @ inverse @ indicators, indicators.T @ inverse @ dense["times"]
    )
    found = _levels(*(dense[name] for name in ("times", "cell", "gaps", "weights", "walk")))
    assert found == pytest.approx(wanted)


def test_the_pace_is_what_is_expected_of_it_given_all_runs(dense):
    wanted = dense["pace"] @ np.linalg.solve(dense["covariance"], dense["times"])
    steps = list(_filtered(*(dense[name] for name in ("times", "gaps", "weights", "walk"))))
    assert _smooth(steps) == pytest.approx(wanted)


def test_likelihoods_are_those_of_the_normal_distribution(dense):
    walk, gain = _likeliest(dense["times"], dense["gaps"], dense["weights"])
    moments = np.concatenate([[0.0], np.cumsum(dense["gaps"])])

    def likelihood(of):
        square = dense["times"] @ np.linalg.solve(of, dense["times"])
        return -0.5 * (len(moments) * math.log(square) + np.linalg.slogdet(of)[1])

    none = likelihood(np.diag(1 / dense["weights"]))
    assert gain == pytest.approx(likelihood(covariance(moments, dense["weights"], walk)) - none)


@pytest.fixture
def swept(laboratory):
    """A matrix of 24 batch sizes, and runs of it at a pace that changes."""
    matrix = replace(
        laboratory.plan({"batch": list(range(1, N_CELLS + 1))}, n_rounds=N_ROUNDS).matrix,
        environment_id="e",
    )
    true, drawn = a_sweep(11)
    counts = [0] * N_CELLS
    runs: list[RunRecord] = []
    for index, at, log in drawn:
        cell = matrix.cells[index]
        runs.append(
            RunRecord(
                run_id=f"{len(runs):04}",
                cell_key=cell.key,
                environment_id="e",
                status="ok",
                started_at=f"2026-01-01T00:{int(at) // 60:02}:{at % 60:06.3f}+00:00",
                round_index=counts[index],
                load_s=0.1,
                samples_ns=(round(6e9 * math.exp(log)),),
                items_per_sample=(6,),
            )
        )
        counts[index] += 1
    return matrix, runs, true


def test_a_matrix_tells_rates_at_the_usual_pace_beside_those_that_were_measured(swept):
    matrix, runs, true = swept
    evidence = summarize_matrix(matrix, runs, lambda run_id: ())
    assert set(evidence.paces) == {"cpu"}
    even = [math.log(1 / one.even_answers_per_s) for one in evidence.cells]
    measured = [math.log(1 / one.answers_per_s.value) for one in evidence.cells]
    assert error(even, true) < 0.6 * error(measured, true)
    seconds = [one.seconds for one in observations_of(evidence)]
    sizes = range(1, N_CELLS + 1)
    assert seconds == pytest.approx(
        [size * math.exp(one) for size, one in zip(sizes, even, strict=True)]
    )
    assert [one.seconds for one in observations_of(evidence, is_even=False)] == pytest.approx(
        [size * math.exp(one) for size, one in zip(sizes, measured, strict=True)]
    )


def test_each_device_has_a_pace_of_its_own(swept):
    matrix, runs, _ = swept
    half = len(matrix.cells) // 2
    cells = [
        replace(cell, placement=replace(cell.placement, device="cuda:0"))
        for cell in matrix.cells[half:]
    ]
    both = replace(matrix, cells=(*matrix.cells[:half], *cells))
    steady = {cell.key: 1000 * (index + 1) for index, cell in enumerate(cells)}
    mixed = [
        replace(run, samples_ns=(steady[run.cell_key],)) if run.cell_key in steady else run
        for run in runs
    ]
    found = even_devices(both, mixed)
    assert set(found) == {"cpu"}
    assert set(found["cpu"].seconds) == {cell.key for cell in matrix.cells[:half]}


def test_few_rounds_leave_the_medians_as_they_are(swept):
    matrix, runs, _ = swept
    first = [run for run in runs if run.round_index == 0]
    evidence = summarize_matrix(replace(matrix, n_rounds=1), first, lambda run_id: ())
    assert evidence.paces == {}
    assert {one.even_answers_per_s for one in evidence.cells} == {None}


def test_a_moment_that_cannot_be_read_tells_no_pace(swept):
    matrix, runs, _ = swept
    odd = [replace(runs[0], started_at="yesterday"), *runs[1:]]
    evidence = summarize_matrix(matrix, odd, lambda run_id: ())
    assert evidence.paces == {}
    assert evidence.cells[0].answers_per_s is not None
