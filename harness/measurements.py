"""What the stored runs of a duel add up to, contestant by contestant.

Only runs on the duel's own machine count. Of several runs of one cell and round the newest that
ended ok counts, a failed one only where none did.

Not covered: comparing contestants with each other (`comparisons`), and what follows (`decision`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.answered_elsewhere import keep_its_own, price_of
from spoonbench.harness.evidence import Measurement, SplitScore
from spoonbench.harness.split_scores import score_split
from spoonbench.harness.stats import estimate, median, quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from spoonbench.harness.duel_records import Duel, Entry, TaskFacts
    from spoonbench.harness.estimates import Estimate
    from spoonbench.harness.records import RunRecord, ScoredAnswer, StoredItem

    Answers = Callable[[str], tuple[ScoredAnswer, ...] | None]
    Items = Callable[[str], tuple[StoredItem, ...]]

NOT_RUN = "missing"
"""Status of a contestant of which a run is not there yet."""

STALL_RATIO = 3.0
STALL_LEAST_NS = 10_000_000
NS_PER_S = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runs:
    """The runs of one contestant that count, by cell, lowest round first.

    Attributes:
        entry: the contestant.
        ok: cell key to runs that ended ok.
        failed: cell key to runs that did not and have no ok one in their round.
        elsewhere: training that was done on another machine.
        load: reads the answers of a run.
        targets: hash of the items of a split to the target of each problem.
    """

    entry: Entry
    ok: Mapping[str, tuple[RunRecord, ...]]
    failed: Mapping[str, tuple[RunRecord, ...]]
    elsewhere: RunRecord | None
    load: Answers
    targets: Mapping[str, Mapping[str, str | None]]

    def records(self, cell_key: str | None) -> tuple[RunRecord, ...]:
        """Of all rounds."""
        return self.ok.get(cell_key or "", ())

    def first(self, cell_key: str | None) -> RunRecord | None:
        """Of the lowest round; answers are scored there."""
        return next(iter(self.records(cell_key)), None)

    def answers(self, record: RunRecord | None) -> tuple[ScoredAnswer, ...] | None:
        """What was said; None where there is no run or its answers were not kept."""
        if record is None:
            return None
        return self.load(record.run_id) if record.answers is None else record.answers


def summarize(
    duel: Duel,
    runs: Iterable[RunRecord],
    answers: Answers | None = None,
    items: Items | None = None,
) -> list[Measurement]:
    """One measurement for each contestant, in the duel's order.

    Args:
        duel: names the contestants and their cells.
        runs: of the store, in any order; those of other cells are left aside.
        answers: run id to its answers, as `StoreReader.answers`; None where the runs hold them.
        items: hash to items, as `StoreReader.items`; None: errors of numbers are not told.

    Raises:
        StoreError: the answers of a run, or the items, are damaged.
    """
    everything, load = list(runs), answers or (lambda _: None)
    targets = _targets(duel.task, items) if items else {}
    return [
        _measure(duel, _of_entry(duel, entry, everything, load, targets)) for entry in duel.entries
    ]


def cells_of(entry: Entry) -> tuple[tuple[str, str], ...]:
    """What each cell of a contestant holds, and its key, in the order in which they matter."""
    named = [("training", entry.train_cell)] if entry.train_cell else []
    named += [(f"answers to {split}", key) for split, key in entry.answer_cells.items()]
    named += [("latency", entry.latency_cell)] if entry.latency_cell else []
    named += [(f"throughput at {size}", key) for size, key in entry.throughput_cells.items()]
    return tuple(named)


def _targets(task: TaskFacts, items: Items) -> dict[str, dict[str, str | None]]:
    """What the answers are held against, where near is good enough."""
    if task.kind != "number" or not task.tolerance:
        return {}
    return {
        facts.items_hash: {item.problem_id: item.target for item in items(facts.items_hash)}
        for facts in task.splits
    }


def _of_entry(
    duel: Duel,
    entry: Entry,
    runs: Sequence[RunRecord],
    load: Answers,
    targets: Mapping[str, Mapping[str, str | None]],
) -> _Runs:
    keys = {key for _, key in cells_of(entry)}
    mine = [run for run in runs if run.cell_key in keys]
    here = [run for run in mine if run.environment_id == duel.environment_id]
    trained = [run for run in mine if run.cell_key == entry.train_cell and run.status == "ok"]
    ok = [run for run in here if run.status == "ok"]
    done = {(run.cell_key, run.round_index) for run in ok}
    return _Runs(
        entry=entry,
        ok=_newest(ok),
        failed=_newest([run for run in here if (run.cell_key, run.round_index) not in done]),
        elsewhere=max(trained, key=lambda run: run.run_id, default=None),
        load=load,
        targets=targets,
    )


def _newest(runs: Sequence[RunRecord]) -> dict[str, tuple[RunRecord, ...]]:
    """Cell key to the newest run of each round, lowest round first."""
    newest: dict[tuple[str, int], RunRecord] = {}
    for run in sorted(runs, key=lambda run: run.run_id):
        newest[run.cell_key, run.round_index] = run
    grouped: dict[str, tuple[RunRecord, ...]] = {}
    for (key, _), run in sorted(newest.items(), key=lambda pair: pair[0]):
        grouped[key] = (*grouped.get(key, ()), run)
    return grouped


def _measure(duel: Duel, runs: _Runs) -> Measurement:
    entry = runs.entry
    status, reason = _status(runs)
    latency = runs.records(entry.latency_cell)
    quantiles = {share: _latency(latency, share) for share in (0.5, 0.95, 0.99)}
    splits = _scores(duel.task, runs)
    training = _training_record(runs)
    answering = _answering_records(duel.task, runs)
    sizes = (*answering, *([training] if training else []))
    measurement = Measurement(
        entry=entry,
        status=status,
        reason=reason,
        splits=splits,
        latency_p50_s=quantiles[0.5],
        latency_p95_s=quantiles[0.95],
        latency_p99_s=quantiles[0.99],
        n_latency=len(latency[0].samples_ns) if latency else 0,
        throughput=_throughput(runs),
        training_s=_training_seconds(runs, training),
        n_training=_metric([training], "n_training"),
        load_s=_median_of(latency or answering, lambda record: record.load_s),
        n_parameters=_metric(sizes, "n_parameters"),
        weight_bytes=_metric(sizes, "weight_bytes"),
        disk_bytes=_on_disk(entry, _metric((training, *answering), "disk_bytes")),
        resident_bytes=_highest(answering, lambda record: record.resident_bytes),
        peak_bytes=_highest(answering, lambda record: record.peak_bytes),
        operations_per_problem=_metric(sizes, "operations_per_problem"),
        operations_formula=_metric(sizes, "operations_formula"),
        energy_j_per_item=_energy(runs, answering),
        price_per_answer=price_of(duel, entry, _deciding_answers(duel, runs)),
        missing=_missing(duel, runs, splits, answering),
        is_deterministic=_is_deterministic(runs),
        n_batch_changes=_batch_changes(duel.task, runs),
        n_stalls=sum(_stalls(record) for record in _timed_records(runs)),
        curve=tuple(_metric([training], "curve") or ()),
        run_ids=_run_ids(runs),
    )
    return keep_its_own(measurement)


def _status(runs: _Runs) -> tuple[str, str | None]:
    """Status and reason of the first cell that is not ok; cells in the order of `cells_of`."""
    for name, key in cells_of(runs.entry):
        if runs.failed.get(key):
            record = runs.failed[key][0]
            return record.status, f"{name}: {record.reason or 'no reason was recorded'}"
        is_training = key == runs.entry.train_cell
        if not runs.ok.get(key) and not (is_training and runs.elsewhere):
            return NOT_RUN, f"{name}: not run yet; the same command goes on where it stopped"
    return "ok", None


def _scores(task: TaskFacts, runs: _Runs) -> tuple[SplitScore, ...]:
    scores = []
    for facts in task.splits:
        record = runs.first(runs.entry.answer_cells.get(facts.name))
        answers = runs.answers(record)
        if record and answers is not None:
            scores.append(score_split(facts, record, answers, runs.targets.get(facts.items_hash)))
    return tuple(scores)


def _latency(records: Sequence[RunRecord], share: float) -> Estimate | None:
    """Quantile of the seconds of one item: in each round, then the median over rounds."""
    rounds = [_item_seconds(record) for record in records if record.samples_ns]
    return estimate([quantile(seconds, share) for seconds in rounds]) if rounds else None


def _item_seconds(record: RunRecord) -> list[float]:
    pairs = zip(record.samples_ns, record.items_per_sample, strict=True)
    return [nanoseconds / NS_PER_S / n_items for nanoseconds, n_items in pairs]


def _throughput(runs: _Runs) -> dict[int, Estimate]:
    """Batch size to items per second: of each whole round, then the median over rounds."""
    figures = {}
    for size, key in runs.entry.throughput_cells.items():
        rounds = [
            sum(record.items_per_sample) * NS_PER_S / sum(record.samples_ns)
            for record in runs.records(key)
            if sum(record.samples_ns)
        ]
        if rounds:
            figures[int(size)] = estimate(rounds)
    return dict(sorted(figures.items()))


def _training_record(runs: _Runs) -> RunRecord | None:
    """Of the training cell; else the first run that fitted in its own process."""
    own = runs.first(runs.entry.train_cell) or runs.elsewhere
    if own:
        return own
    fitted = (record for record in _inference_records(runs) if record.fit_s is not None)
    return next(fitted, None)


def _training_seconds(runs: _Runs, training: RunRecord | None) -> float | None:
    if training is None or _is_from_elsewhere(runs):
        return None
    if runs.entry.train_cell:
        return training.fit_s
    return _median_of(_inference_records(runs), lambda record: record.fit_s)


def _is_from_elsewhere(runs: _Runs) -> bool:
    return runs.elsewhere is not None and runs.first(runs.entry.train_cell) is None


def _answering_records(task: TaskFacts, runs: _Runs) -> tuple[RunRecord, ...]:
    """Runs of the splits, in the task's order, then those of one item at a time.

    Memory is taken from these: larger batches are tried for throughput alone, and what they need
    says nothing about the batch size at which the answers were given.
    """
    keys = [runs.entry.answer_cells.get(facts.name) for facts in task.splits]
    return tuple(record for key in (*keys, runs.entry.latency_cell) for record in runs.records(key))


def _timed_records(runs: _Runs) -> tuple[RunRecord, ...]:
    keys = (runs.entry.latency_cell, *runs.entry.throughput_cells.values())
    return tuple(record for key in dict.fromkeys(keys) for record in runs.records(key))


def _inference_records(runs: _Runs) -> tuple[RunRecord, ...]:
    keys = dict.fromkeys(key for name, key in cells_of(runs.entry) if name != "training")
    return tuple(record for key in keys for record in runs.records(key))


def _metric(records: Iterable[RunRecord | None], name: str) -> Any:
    """The first figure of that name that is there."""
    values = (record.metrics.get(name) for record in records if record is not None)
    return next((value for value in values if value is not None), None)


def _highest(records: Iterable[RunRecord], figure: Callable[[RunRecord], int | None]) -> int | None:
    values = [value for value in map(figure, records) if value is not None]
    return max(values, default=None)


def _median_of(
    records: Iterable[RunRecord], figure: Callable[[RunRecord], float | None]
) -> float | None:
    values = [value for value in map(figure, records) if value is not None]
    return median(values) if values else None


def _energy(runs: _Runs, answering: Sequence[RunRecord]) -> float | None:
    """Joules for each item, at the most frugal batch size that was metered."""
    by_cell: dict[str, list[float]] = {}
    for record in (*_timed_records(runs), *answering):
        n_items = sum(record.items_per_sample)
        if record.energy_j is not None and n_items:
            by_cell.setdefault(record.cell_key, []).append(record.energy_j / n_items)
    return min((median(values) for values in by_cell.values()), default=None)


def _on_disk(entry: Entry, kept: int | None) -> int | None:
    """Bytes of what it learned, and of the weights that it was given and needs beside."""
    known = [n_bytes for n_bytes in (kept, entry.given_bytes) if n_bytes is not None]
    return sum(known) if known else None


def _deciding_answers(duel: Duel, runs: _Runs) -> Sequence[ScoredAnswer]:
    """To the split that decides; none where there is no run."""
    split = duel.requirements.split or duel.task.splits[0].name
    return runs.answers(runs.first(runs.entry.answer_cells.get(split))) or ()


def _missing(
    duel: Duel,
    runs: _Runs,
    splits: Sequence[SplitScore],
    answering: Sequence[RunRecord],
) -> dict[str, str]:
    """Figure to the reason why it is not there, or not whole."""
    missing: dict[str, str] = {}
    for record in (*answering, *_timed_records(runs)):
        missing = {**record.missing, **missing}
    n_items = {facts.name: facts.n_items for facts in duel.task.splits}
    for score in splits:
        if score.accuracy.n < n_items[score.split]:
            done = f"{score.accuracy.n:,} of {n_items[score.split]:,}"
            missing[f"items of {score.split}"] = f"cut short by the time limit after {done}"
    if _is_from_elsewhere(runs):
        missing["training time"] = "trained on another machine or with other library versions"
    return missing


def _said(answers: Iterable[ScoredAnswer] | None) -> dict[str, tuple[str, str | None]]:
    return {answer.problem_id: (answer.status, answer.value) for answer in answers or ()}


def _is_deterministic(runs: _Runs) -> bool | None:
    """The same answers in every round, in each cell that was run in several."""
    compared = False
    for _, key in cells_of(runs.entry):
        rounds = [_said(runs.answers(record)) for record in runs.records(key)]
        kept = [said for said in rounds if said]
        for said in kept[1:]:
            common = kept[0].keys() & said.keys()
            if any(kept[0][problem_id] != said[problem_id] for problem_id in common):
                return False
            compared = compared or bool(common)
    return True if compared else None


def _batch_changes(task: TaskFacts, runs: _Runs) -> int | None:
    """Items answered otherwise one at a time than in the batches that were scored."""
    single = _said(runs.answers(runs.first(runs.entry.latency_cell)))
    batched: dict[str, tuple[str, str | None]] = {}
    for facts in task.splits:
        record = runs.first(runs.entry.answer_cells.get(facts.name))
        if record and max(record.items_per_sample, default=1) > 1:
            batched |= _said(runs.answers(record))
    common = single.keys() & batched.keys()
    if not common:
        return None
    return sum(single[problem_id] != batched[problem_id] for problem_id in common)


def _stalls(record: RunRecord) -> int:
    if not record.samples_ns:
        return 0
    limit = max(STALL_RATIO * median(record.samples_ns), STALL_LEAST_NS)
    return sum(sample > limit for sample in record.samples_ns)


def _run_ids(runs: _Runs) -> tuple[str, ...]:
    used = [run for group in (*runs.ok.values(), *runs.failed.values()) for run in group]
    if _is_from_elsewhere(runs) and runs.elsewhere:
        used.append(runs.elsewhere)
    return tuple(sorted(run.run_id for run in used))
