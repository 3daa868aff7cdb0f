"""From the runs of a matrix to what they add up to, cell by cell.

Only runs on the matrix's own machine count. Of several runs of one cell and round the newest that
ended ok counts, and one in a process of its own goes before one inside pytest. Answers, first
tokens and lengths are those of the first round, which answers every item; speeds are medians over
rounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from spoonbench.harness.canonical import from_json
from spoonbench.harness.estimates import PairedTest
from spoonbench.harness.instruction_sets import Arithmetic
from spoonbench.harness.matrix.crossovers import find_crossovers
from spoonbench.harness.matrix.elsewhere import without_the_process
from spoonbench.harness.matrix.evidence import CellEvidence, MatrixEvidence, Noise
from spoonbench.harness.matrix.pace import even_devices
from spoonbench.harness.matrix_records import is_of_pytest
from spoonbench.harness.stats import (
    estimate,
    holm,
    mcnemar,
    median,
    proportion,
    quantile,
    smallest_difference,
)
from spoonbench.harness.token_rates import first_token_s, later_token_s, tokens_per_second

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from spoonbench.harness.estimates import Proportion
    from spoonbench.harness.matrix.pace import Evened
    from spoonbench.harness.matrix_records import Matrix, MatrixCell
    from spoonbench.harness.records import RunRecord, ScoredAnswer

    Answers = Callable[[str], tuple[ScoredAnswer, ...] | None]

NOT_RUN = "missing"
STALL_RATIO = 3.0
_NATURAL = frozenset({"end_token", "stop_string", "stopped"})


def summarize_matrix(
    matrix: Matrix,
    runs: Iterable[RunRecord],
    answers: Answers,
    *,
    crossing: Collection[str] | None = None,
) -> MatrixEvidence:
    """Add up the runs of a matrix.

    Args:
        matrix: names its cells.
        runs: of the store, in any order; those of other cells are left aside.
        answers: run id to its answers.
        crossing: axes whose crossovers are looked for; None: all.
    """
    of_cells = _newest(matrix, runs)
    first_rounds = {
        cell.name: of_cells.get((cell.key, 0)) for cell in matrix.cells if not cell.why_skipped
    }
    said = {
        name: answers(run.run_id) or ()
        for name, run in first_rounds.items()
        if run is not None and run.status == "ok"
    }
    cells = [
        without_the_process(
            _measure(matrix, cell, of_cells, said.get(cell.name, ())), matrix.model.answered_by
        )
        for cell in matrix.cells
    ]
    evened = even_devices(matrix, [run for run in of_cells.values() if run.status == "ok"])
    rates = {
        cell.name: _rates(matrix, cell, of_cells) for cell in matrix.cells if not cell.why_skipped
    }
    compared = _compared(matrix, cells, said, of_cells, answers)
    return MatrixEvidence(
        matrix=matrix,
        cells=tuple(_at_even_pace(cell, evened) for cell in compared),
        noise=_noise(matrix, of_cells),
        paces={device: one.pace for device, one in evened.items()},
        crossovers=find_crossovers(matrix, rates, crossing),
    )


_Runs = dict[tuple[str, int], "RunRecord"]


def _newest(matrix: Matrix, runs: Iterable[RunRecord]) -> _Runs:
    """Newest run of each cell and round; one that ended ok goes before all that did not.

    What a process of its own gave goes before what was measured inside pytest, however it ended.
    """
    keys = {cell.key for cell in matrix.cells}
    newest: _Runs = {}
    for run in sorted(runs, key=_rank):
        if run.cell_key not in keys or run.environment_id != matrix.environment_id:
            continue
        newest[run.cell_key, run.round_index] = run
    return newest


def _rank(run: RunRecord) -> tuple[bool, bool, str]:
    """Of several runs of one cell and round the last in this order counts."""
    return (not is_of_pytest(run), run.status == "ok", run.run_id)


def _rounds(matrix: Matrix, cell: MatrixCell, runs: _Runs) -> list[RunRecord]:
    """Good runs of a cell, lowest round first; the twin's are not among them."""
    found = (runs.get((cell.key, index)) for index in range(matrix.n_rounds))
    return [run for run in found if run is not None and run.status == "ok"]


def _middle(values: Sequence[float]) -> float | None:
    return median(values) if values else None


def _rate(run: RunRecord) -> float | None:
    seconds = sum(run.samples_ns) / 1e9
    return sum(run.items_per_sample) / seconds if seconds else None


def _rates(matrix: Matrix, cell: MatrixCell, runs: _Runs) -> dict[int, float]:
    """Round to items a second."""
    found = {run.round_index: _rate(run) for run in _rounds(matrix, cell, runs)}
    return {index: rate for index, rate in found.items() if rate is not None}


def _at_even_pace(cell: CellEvidence, evened: Mapping[str, Evened]) -> CellEvidence:
    of_device = evened.get(cell.cell.placement.device)
    seconds = None if of_device is None else of_device.seconds.get(cell.cell.key)
    if seconds is None or cell.answers_per_s is None:
        return cell
    return replace(cell, even_answers_per_s=1.0 / seconds)


# -- one cell ------------------------------------------------------------------------------------


def _measure(
    matrix: Matrix, cell: MatrixCell, runs: _Runs, said: Sequence[ScoredAnswer]
) -> CellEvidence:
    if cell.why_skipped is not None:
        return CellEvidence(cell=cell, status="skipped", reason=cell.why_skipped)
    mine = [runs[cell.key, index] for index in range(matrix.n_rounds) if (cell.key, index) in runs]
    bad = [run for run in mine if run.status != "ok"]
    good = [run for run in mine if run.status == "ok" and run.samples_ns]
    if not good or good[0].round_index != 0:
        status, reason = (bad[0].status, bad[0].reason) if bad else (NOT_RUN, "not run yet")
        return CellEvidence(
            cell=cell, status=status, reason=reason, run_ids=tuple(run.run_id for run in mine)
        )
    first = good[0]
    full_calls = [_full_calls(run) for run in good]
    evidence = CellEvidence(
        cell=cell,
        status=bad[0].status if bad else "ok",
        reason=bad[0].reason if bad else None,
        answers_per_s=estimate(list(_rates(matrix, cell, runs).values())),
        call_s=estimate([median(calls) / 1e9 for calls in full_calls]),
        call_p95_s=quantile([call for calls in full_calls for call in calls], 0.95) / 1e9,
        warmup_s=tuple(ns / 1e9 for ns in first.warmup_ns),
        is_settled=first.metrics.get("warmup_settled"),
        load_s=_middle([run.load_s for run in good if run.load_s is not None]),
        cold_start_s=_middle([one for run in good if (one := _cold_start_s(run)) is not None]),
        cold_first_token_s=_middle(
            [ns / 1e9 for run in good if (ns := run.metrics.get("cold_first_token_ns")) is not None]
        ),
        arithmetic=tuple(from_json(Arithmetic, one) for one in first.metrics.get("arithmetic", ())),
        baseline_bytes=first.baseline_bytes,
        resident_bytes=first.resident_bytes,
        peak_bytes=max((run.peak_bytes for run in good if run.peak_bytes), default=None),
        device_peak_bytes=max(
            (run.device_peak_bytes for run in good if run.device_peak_bytes), default=None
        ),
        lean_peak_bytes=first.metrics.get("lean_peak_bytes"),
        cache_bytes=first.metrics.get("cache_bytes"),
        predicted_cache_bytes=_predicted_cache(first, cell),
        weight_bytes=first.metrics.get("weight_bytes"),
        predicted_weight_bytes=cell.weight_bytes,
        predicted_peak_bytes=matrix.predicted_peak_bytes(cell),
        energy_j_per_item=_energy(good),
        kernel=first.kernel,
        layers_quantized=first.layers_quantized,
        layers_skipped=first.layers_skipped,
        bytes_before=first.metrics.get("bytes_before_quantization"),
        n_stalls=sum(_stalls(calls) for calls in full_calls),
        missing=_missing(first, cell),
        run_ids=tuple(run.run_id for run in mine),
    )
    if cell.placement.mode == "answer":
        return _with_answers(evidence, first, said)
    return _with_tokens(evidence, good)


def _predicted_cache(first: RunRecord, cell: MatrixCell) -> int | None:
    """For the texts and tokens whose cache was measured; None where none was."""
    if "cache_bytes" not in first.metrics:
        return None
    return cell.predicted_cache_bytes(first.metrics["cache_texts"], first.metrics["cache_tokens"])


def _missing(first: RunRecord, cell: MatrixCell) -> dict[str, str]:
    """What gave no figure, with the reason."""
    if cell.why_no_peak is None:
        return dict(first.missing)
    return {**first.missing, "predicted_peak_bytes": cell.why_no_peak}


def _with_answers(
    evidence: CellEvidence, first: RunRecord, said: Sequence[ScoredAnswer]
) -> CellEvidence:
    """What was said, and the times of its tokens."""
    n_covered = sum(one.status == "answered" or one.is_correct for one in said)
    evidence = replace(
        evidence,
        accuracy=proportion(sum(one.is_correct for one in said), len(said)),
        coverage=proportion(n_covered, len(said)),
        n_failed=sum(one.status == "failed" for one in said),
        natural_stops=_natural_stops(said),
        bits_per_byte=first.metrics.get("held_out_bits_per_byte"),
        next_token=_next_token(first),
        parts=_parts(first),
    )
    # Inside pytest one batch is timed again and again: its calls are not those of the answers.
    calls = [] if is_of_pytest(first) else list(_calls(first, said))
    return _with_times(evidence, calls) if calls else evidence


def _next_token(first: RunRecord) -> Proportion | None:
    n_right, n_tokens = (
        first.metrics.get(name) for name in ("held_out_tokens_right", "held_out_tokens")
    )
    return None if n_right is None or n_tokens is None else proportion(n_right, n_tokens)


def _parts(first: RunRecord) -> dict[str, float]:
    """Of all calls of the first round together."""
    totals: dict[str, int] = {}
    for call in first.metrics.get("parts_ns", ()):
        for name, ns in call.items():
            totals[name] = totals.get(name, 0) + ns
    whole = sum(totals.values())
    return {name: ns / whole for name, ns in totals.items()} if whole else {}


def _with_tokens(evidence: CellEvidence, good: Sequence[RunRecord]) -> CellEvidence:
    """Times of tokens in the modes that say nothing."""
    rates, firsts, laters = (
        [median(found) for run in good if (found := read(run))]
        for read in (tokens_per_second, first_token_s, later_token_s)
    )
    return replace(
        evidence,
        tokens_per_s=_middle(rates),
        first_token_s=_middle(firsts),
        token_s=_middle(laters),
    )


def _full_calls(run: RunRecord) -> list[int]:
    """Nanoseconds of the calls that held a whole batch; all of them where none did."""
    size = max(run.items_per_sample, default=0)
    pairs = zip(run.samples_ns, run.items_per_sample, strict=True)
    return [ns for ns, n_items in pairs if n_items == size]


def _stalls(calls: Sequence[int]) -> int:
    return sum(call > STALL_RATIO * median(calls) for call in calls)


def _cold_start_s(run: RunRecord) -> float | None:
    """None where the first call was not in a child of its own, or is not known."""
    if run.load_s is None or not run.warmup_ns:
        return None
    return run.load_s + float(run.metrics.get("engine_build_s") or 0.0) + run.warmup_ns[0] / 1e9


def _energy(runs: Sequence[RunRecord]) -> float | None:
    measured = [run for run in runs if run.energy_j is not None]
    n_items = sum(sum(run.items_per_sample) for run in measured)
    return sum(run.energy_j or 0.0 for run in measured) / n_items if n_items else None


def _natural_stops(said: Sequence[ScoredAnswer]) -> Proportion | None:
    ended = [one.stopped_by for one in said if one.stopped_by is not None]
    return proportion(sum(one in _NATURAL for one in ended), len(ended)) if ended else None


@dataclass(frozen=True, slots=True)
class _Call:
    """One timed call whose answers were kept, all of them texts of a model."""

    seconds: float
    first_token_s: float | None
    n_tokens: tuple[int, ...]


def _calls(run: RunRecord, said: Sequence[ScoredAnswer]) -> Iterator[_Call]:
    rest = iter(said)
    for ns, size in zip(run.samples_ns, run.items_per_sample, strict=True):
        answers = list(islice(rest, size))
        counts = [one.tokens_out for one in answers if one.tokens_out]
        firsts = [one.first_token_s for one in answers if one.first_token_s is not None]
        # A server may tell either without the other.
        if counts or firsts:
            yield _Call(ns / 1e9, max(firsts, default=None), tuple(counts))


def _with_times(evidence: CellEvidence, calls: Sequence[_Call]) -> CellEvidence:
    """Tokens and their times; a row that has ended waits for the longest of its batch."""
    counted = [call for call in calls if call.n_tokens]
    n_tokens = sum(sum(call.n_tokens) for call in counted)
    seconds = sum(call.seconds for call in counted)
    later = [
        (call.seconds - call.first_token_s) / (max(call.n_tokens) - 1)
        for call in counted
        if call.first_token_s is not None and max(call.n_tokens) > 1
    ]
    firsts = [call.first_token_s for call in calls if call.first_token_s is not None]
    return replace(
        evidence,
        first_token_s=_middle(firsts),
        token_s=_middle(later),
        tokens_per_s=n_tokens / seconds if seconds else None,
        tokens_per_answer=n_tokens / sum(len(call.n_tokens) for call in counted)
        if counted
        else None,
    )


# -- against the baseline ------------------------------------------------------------------------


def _compared(
    matrix: Matrix,
    cells: Sequence[CellEvidence],
    said: dict[str, tuple[ScoredAnswer, ...]],
    runs: _Runs,
    answers: Answers,
) -> list[CellEvidence]:
    reference = {one.problem_id: one for one in said.get(matrix.baseline, ())}
    tests = {
        cell.cell.name: _test(matrix, cell.cell.name, reference, said[cell.cell.name])
        for cell in cells
        if reference and said.get(cell.cell.name) and cell.cell.name != matrix.baseline
    }
    corrected = dict(zip(tests, holm([test.p_value for test in tests.values()]), strict=True))
    compared = []
    for cell in cells:
        name = cell.cell.name
        if name in tests:
            cell = replace(  # noqa: PLW2901 - the same cell, with more known of it
                cell,
                test=replace(tests[name], p_holm=corrected[name]),
                n_changed=_n_changed(reference, said[name]),
                log_probability_shift=_shift(reference, said[name]),
            )
        elif name == matrix.baseline:
            cell = replace(cell, is_deterministic=_is_same(matrix, cell, reference, runs, answers))  # noqa: PLW2901 - likewise
        compared.append(cell)
    return compared


def _test(
    matrix: Matrix,
    name: str,
    reference: dict[str, ScoredAnswer],
    said: Sequence[ScoredAnswer],
) -> PairedTest:
    pairs = [(reference[one.problem_id], one) for one in said if one.problem_id in reference]
    first_only = sum(first.is_correct and not second.is_correct for first, second in pairs)
    second_only = sum(second.is_correct and not first.is_correct for first, second in pairs)
    p_value = mcnemar(first_only, second_only)
    n_pairs = len(pairs)
    return PairedTest(
        split=matrix.task.splits[0].name,
        first=matrix.baseline,
        second=name,
        n=n_pairs,
        n_first_only=first_only,
        n_second_only=second_only,
        p_value=p_value,
        p_holm=p_value,
        smallest_difference=smallest_difference(
            n_pairs, (first_only + second_only) / n_pairs if n_pairs else 0.0
        ),
    )


def _n_changed(reference: dict[str, ScoredAnswer], said: Sequence[ScoredAnswer]) -> int:
    return sum(
        (one.status, one.value)
        != (reference[one.problem_id].status, reference[one.problem_id].value)
        for one in said
        if one.problem_id in reference
    )


def _shift(reference: dict[str, ScoredAnswer], said: Sequence[ScoredAnswer]) -> float | None:
    """How far apart the log-probabilities of texts lie that both wrote."""
    found = [
        abs(one.log_probability - other.log_probability)
        for one in said
        if (other := reference.get(one.problem_id)) is not None
        and one.raw_text == other.raw_text
        and one.log_probability is not None
        and other.log_probability is not None
    ]
    return _middle(found)


def _is_same(
    matrix: Matrix,
    cell: CellEvidence,
    reference: dict[str, ScoredAnswer],
    runs: _Runs,
    answers: Answers,
) -> bool | None:
    twin = runs.get((cell.cell.key, matrix.twin_round(0)))
    if twin is None or twin.status != "ok" or not reference:
        return None
    return _n_changed(reference, answers(twin.run_id) or ()) == 0


def _noise(matrix: Matrix, runs: _Runs) -> Noise | None:
    key = matrix.cell(matrix.baseline).key
    ratios = []
    for index in range(matrix.n_rounds):
        pair = [runs.get((key, one)) for one in (index, matrix.twin_round(index))]
        first, second = (_rate(run) if run and run.status == "ok" else None for run in pair)
        if first and second:
            ratios.append(second / first)
    return Noise(ratios=tuple(ratios), low=min(ratios), high=max(ratios)) if ratios else None
