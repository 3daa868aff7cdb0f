"""One side of a comparison from a store: a duel, a matrix, a run, or a part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import to_json
from spoonbench.harness.gates.rounds import MB, round_series, scores_of, single
from spoonbench.harness.gates.sides import BadComparison, Scores, Series, Side, Subject
from spoonbench.harness.matrix_records import Matrix, is_of_pytest
from spoonbench.harness.measurements import cells_of, summarize
from spoonbench.harness.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spoonbench.harness.duel_records import Duel, Entry, TaskFacts
    from spoonbench.harness.evidence import Measurement
    from spoonbench.harness.gates.selectors import Selector
    from spoonbench.harness.matrix_records import MatrixCell
    from spoonbench.harness.records import RunRecord
    from spoonbench.harness.store.reader import StoreReader

    Plan = Duel | Matrix

_SHORT = 12
_MOST_NAMED = 5
NOT_HERE = "it is answered elsewhere, so its memory and energy are not known here"


def side_from_store(reader: StoreReader, selector: Selector) -> Side:
    """Read what a selector names.

    Raises:
        BadComparison: nothing is so called, or more than one thing is.
        StoreError: the store is damaged, or holds no such id.
    """
    if selector.kind == "run":
        return _run_side(reader, reader.find_run(selector.key))
    if selector.kind in ("latest", "previous"):
        plan, is_former = _in_time(reader, selector)
        return _plan_side(reader, plan, is_former=is_former)
    plans = _begin_with(reader, selector)
    if selector.kind == "any":
        run = _run_or_none(reader, selector.key, is_last=not plans)
        if plans and run:
            raise _ambiguous(selector, [*plans, run])
        if run:
            return _run_side(reader, run)
    if not plans:
        raise BadComparison(
            f"{reader.path} holds no {selector.kind} whose id begins with {selector.key!r}."
        )
    if len(plans) > 1:
        raise _ambiguous(selector, plans)
    return _plan_side(reader, plans[0], is_former=False)


def _begin_with(reader: StoreReader, selector: Selector) -> list[Plan]:
    """Duels and matrices whose ids begin so; one whose id it is in full goes before all others."""
    plans: list[Plan] = []
    if selector.kind in ("any", "duel"):
        plans += reader.duels()
    if selector.kind in ("any", "matrix"):
        plans += reader.matrices()
    found = [plan for plan in plans if _id(plan).startswith(selector.key)]
    return [plan for plan in found if _id(plan) == selector.key] or found


def _run_or_none(reader: StoreReader, key: str, *, is_last: bool) -> RunRecord | None:
    try:
        return reader.find_run(key)
    except StoreError as exc:
        if not is_last:
            return None
        if "beginning of" in str(exc):
            raise
        raise BadComparison(
            f"{reader.path} holds no duel, matrix or run whose id begins with {key!r}, and no "
            "reference and no file is called so."
        ) from exc


def _ambiguous(selector: Selector, found: Sequence[Plan | RunRecord]) -> BadComparison:
    names = [f"{_word(one)}:{_id(one)}" for one in found]
    more = ", ..." if len(names) > _MOST_NAMED else ""
    return BadComparison(
        f"{selector.key!r} is the beginning of {len(names)} ids: "
        f"{', '.join(names[:_MOST_NAMED])}{more}. Give one of these."
    )


def _id(one: Plan | RunRecord) -> str:
    for name in ("duel_id", "matrix_id", "run_id"):
        if hasattr(one, name):
            return str(getattr(one, name))
    raise AssertionError(one)


def _word(one: Plan | RunRecord) -> str:
    if isinstance(one, Matrix):
        return "matrix"
    return "duel" if hasattr(one, "duel_id") else "run"


# -- latest and previous -------------------------------------------------------------------------


def _in_time(reader: StoreReader, selector: Selector) -> tuple[Plan, bool]:
    """The measurement that was begun last, or the one before it of the same kind and task.

    A duel that was measured again (`--fresh`) keeps its id: the one before is then what it had
    measured at first.
    """
    plans: list[Plan] = sorted(
        (*reader.duels(), *reader.matrices()), key=lambda plan: plan.created_at, reverse=True
    )
    plans = [plan for plan in plans if selector.key in ("", plan.task.name)]
    if not plans:
        what = f" of the task {selector.key!r}" if selector.key else ""
        raise BadComparison(f"{reader.path} holds no duel and no matrix{what}.")
    if selector.kind == "latest":
        return plans[0], False
    if _former(_all_runs(reader, plans[0])):
        return plans[0], True
    alike = [
        p for p in plans[1:] if type(p) is type(plans[0]) and p.task.name == plans[0].task.name
    ]
    if not alike:
        raise BadComparison(
            f"{reader.path} holds one {_word(plans[0])} of the task {plans[0].task.name!r}, "
            "measured once: there is none before it."
        )
    return alike[0], False


def _all_runs(reader: StoreReader, plan: Plan) -> list[RunRecord]:
    if isinstance(plan, Matrix):
        keys = [cell.key for cell in plan.cells]
    else:
        keys = [key for entry in plan.entries for _, key in cells_of(entry)]
    return reader.runs(cell_keys=keys)


def _by_round(runs: Iterable[RunRecord]) -> dict[tuple[str, str, int], list[RunRecord]]:
    """Good runs of each cell and round, oldest first; those inside pytest before all others."""
    found: dict[tuple[str, str, int], list[RunRecord]] = {}
    for run in sorted(runs, key=lambda run: (not is_of_pytest(run), run.run_id)):
        if run.status == "ok":
            place = (run.cell_key, run.environment_id, run.round_index)
            found.setdefault(place, []).append(run)
    return found


def _former(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """All but the newest of each cell and round that was measured more than once."""
    return [run for same in _by_round(runs).values() for run in same[:-1]]


# -- a duel --------------------------------------------------------------------------------------


def _plan_side(reader: StoreReader, plan: Plan, *, is_former: bool) -> Side:
    runs = _all_runs(reader, plan)
    if is_former:
        runs = _former(runs)
    newest: dict[str, list[RunRecord]] = {}
    for (key, machine, _), same in sorted(_by_round(runs).items()):
        if machine == plan.environment_id:
            newest.setdefault(key, []).append(same[-1])
    if isinstance(plan, Matrix):
        subjects = tuple(_cell_subject(reader, plan, cell, newest, runs) for cell in plan.cells)
        deciding = None
    else:
        measured = summarize(plan, runs, reader.answers)
        subjects = tuple(_entry_subject(reader, plan, one, newest) for one in measured)
        deciding = plan.requirements.split
    when = f"{plan.created_at[:16].replace('T', ' ')}"
    former = ", the measurement before the newest" if is_former else ""
    splits = tuple(facts.name for facts in plan.task.splits)
    return Side(
        title=f"{_word(plan)} {_id(plan)[:_SHORT]} of {when}{former}",
        kind="cell" if isinstance(plan, Matrix) else "contestant",
        subjects=subjects,
        task=_task(plan.task),
        machine=_machine(reader, plan.environment_id),
        session=f"{reader.path.resolve()} {_id(plan)} {is_former}",
        splits=splits,
        deciding=deciding or (splits[0] if splits else None),
    )


def _task(task: TaskFacts) -> str:
    return f"{task.name} (version {task.version})"


def _machine(reader: StoreReader, environment_id: str) -> Mapping[str, object]:
    facts: dict[str, Any] = to_json(reader.environment(environment_id))
    return facts


def _entry_subject(
    reader: StoreReader, duel: Duel, measured: Measurement, newest: Mapping[str, list[RunRecord]]
) -> Subject:
    entry = measured.entry
    timed = round_series(newest.get(entry.latency_cell or "", ()))
    # One item at a time is slower than in batches: their rate stands with the batches.
    timed.pop("throughput", None)
    rates = {
        f"batch {size}": series
        for size, key in sorted(entry.throughput_cells.items(), key=lambda pair: int(pair[0]))
        if (series := round_series(newest.get(key, ())).get("throughput"))
    }
    singles = {
        "fit_s": single(measured.training_s),
        "energy_j": single(measured.energy_j_per_item),
        "peak_mb": single(measured.peak_bytes, MB),
        "resident_mb": single(measured.resident_bytes, MB),
        "weights_mb": single(measured.weight_bytes, MB),
    }
    return Subject(
        name=entry.label,
        scores=_entry_scores(reader, duel, entry, newest),
        series={**timed, **{name: one for name, one in singles.items() if one}},
        others={"throughput": rates} if rates else {},
        missing=dict(measured.missing),
        problem=_problem(measured.status, measured.reason),
        run_ids=measured.run_ids,
    )


def _problem(status: str, reason: str | None) -> str | None:
    return None if status == "ok" else f"{status}: {reason or 'no reason was recorded'}"


def _entry_scores(
    reader: StoreReader, duel: Duel, entry: Entry, newest: Mapping[str, list[RunRecord]]
) -> dict[str, Scores]:
    scores = {}
    for facts in duel.task.splits:
        runs = newest.get(entry.answer_cells.get(facts.name, ""), ())
        said = reader.answers(runs[0].run_id) if runs else None
        if said is not None:
            scores[facts.name] = _scores(reader, said, facts.items_hash, facts.n_items)
    return scores


def _scores(reader: StoreReader, said: Any, items_hash: str, n_items: int | None) -> Scores:
    try:
        return scores_of(said, items_hash, n_items)
    except ValueError as exc:
        raise StoreError(f"{reader.path} is damaged: {exc}.") from exc


# -- a matrix ------------------------------------------------------------------------------------


def _cell_subject(
    reader: StoreReader,
    matrix: Matrix,
    cell: MatrixCell,
    newest: Mapping[str, list[RunRecord]],
    runs: Sequence[RunRecord],
) -> Subject:
    good = [run for run in newest.get(cell.key, ()) if run.round_index < matrix.n_rounds]
    scores = {}
    first = good[0] if good and good[0].round_index == 0 else None
    said = reader.answers(first.run_id) if first and cell.placement.mode == "answer" else None
    if said:
        facts = matrix.task.splits[0]
        scores[facts.name] = _scores(reader, said, facts.items_hash, facts.n_items)
    is_here = matrix.model.answered_by == "process"
    return Subject(
        name=cell.name,
        scores=scores,
        series={**round_series(good), **(cell_singles(good) if is_here else {})},
        missing={} if is_here else dict.fromkeys(("peak_mb", "resident_mb", "energy_j"), NOT_HERE),
        problem=_cell_problem(cell, good, runs),
        run_ids=tuple(run.run_id for run in good),
    )


def cell_singles(good: Sequence[RunRecord]) -> dict[str, Series]:
    """Figures of one cell that are one a side: the highest memory, weights, energy, fitting."""
    found = {
        "peak_mb": single(_highest(run.peak_bytes for run in good), MB),
        "resident_mb": single(_highest(run.resident_bytes for run in good), MB),
        "device_peak_mb": single(_highest(run.device_peak_bytes for run in good), MB),
        "weights_mb": single(_highest(run.metrics.get("weight_bytes") for run in good), MB),
        "fit_s": single(next((run.fit_s for run in good if run.fit_s is not None), None)),
        "energy_j": single(_energy(good)),
    }
    return {name: series for name, series in found.items() if series}


def _highest(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _energy(good: Sequence[RunRecord]) -> float | None:
    metered = [
        (run.energy_j, sum(run.items_per_sample)) for run in good if run.energy_j is not None
    ]
    n_items = sum(n for _, n in metered)
    return sum(joules for joules, _ in metered) / n_items if n_items else None


def _cell_problem(
    cell: MatrixCell, good: Sequence[RunRecord], runs: Sequence[RunRecord]
) -> str | None:
    if cell.why_skipped is not None:
        return f"skipped: {cell.why_skipped}"
    if good:
        return None
    bad = [run for run in runs if run.cell_key == cell.key and run.status != "ok"]
    return _problem(bad[-1].status, bad[-1].reason) if bad else "missing: not run yet"


# -- a run ---------------------------------------------------------------------------------------


def _run_side(reader: StoreReader, run: RunRecord) -> Side:
    cell = reader.cell(run.cell_key)
    work, good = cell.workload, [run] if run.status == "ok" else []
    said = reader.answers(run.run_id) if good else None
    scores = {} if said is None else {work.split: _scores(reader, said, work.items_hash, None)}
    size = cell.placement.batch_size
    subject = Subject(
        name=f"{cell.contestant.solver}, {work.split}, batch {size}, round {run.round_index + 1}",
        scores=scores,
        series={**round_series(good), **cell_singles(good)},
        problem=_problem(run.status, run.reason),
        run_ids=(run.run_id,),
    )
    return Side(
        title=f"run {run.run_id}",
        kind="run",
        subjects=(subject,),
        task=f"{work.task} (version {work.task_version})",
        machine=_machine(reader, run.environment_id),
        is_selected=True,
        splits=(work.split,),
        deciding=work.split,
    )
