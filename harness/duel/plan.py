"""From a task and a line-up to cells: everything that will be run, known before it is run.

The cells of one contestant: its training (where it keeps what it learned), its answers on every
split, one item at a time on a sample of the deciding split, and larger batches on another sample.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.harness.artifacts import Recipe
from spoonbench.harness.canonical import digest, to_json
from spoonbench.harness.duel_records import Duel, Entry, SplitFacts, Subset, TaskFacts
from spoonbench.harness.environment import n_cores
from spoonbench.harness.records import USUAL, Cell, Contestant, Placement, Workload
from spoonbench.harness.source_lines import count_data_lines, count_lines, count_source_lines
from spoonbench.harness.tasks.api import BadTask, Item, Split, Task

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.duel.presets import Preset
    from spoonbench.harness.duel_records import Effort, Requirements

Role = Literal["answers", "latency", "throughput"]

WARM_UP_CALLS = 2
"""Before a pass is timed; answers are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCell:
    """One cell of a contestant.

    Attributes:
        role: what it is for; answers are taken in the first round only.
        cell: the cell.
        split: the items.
        seconds: time after which a pass may be cut short; None: never.
    """

    role: Role
    cell: Cell
    split: Split
    seconds: float | None

    @property
    def asked(self) -> tuple[int, ...]:
        """Places of the items in the order in which they are asked.

        Answers that are not timed are asked for longest text first: batches of one length need
        little padding, and a batch that does not fit the memory shows at once. Timed calls keep
        the order of the split.
        """
        places = range(len(self.split.items))
        if self.role != "answers":
            return tuple(places)
        return tuple(sorted(places, key=lambda at: -len(self.split.items[at].problem.text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedEntry:
    """One contestant with its cells.

    Attributes:
        lineup: the contestant.
        placement: device, number format and threads; the batch size is each cell's.
        recipe: of what it learns, where it keeps that; None otherwise.
        train_cell: the cell of its training; None where it keeps nothing.
        cells: measured in this order.
    """

    lineup: LineupEntry
    placement: Placement
    recipe: Recipe | None
    train_cell: Cell | None
    cells: tuple[PlannedCell, ...]

    def cells_of_round(
        self, round_index: int, done: Collection[tuple[str, int]]
    ) -> list[PlannedCell]:
        """What a round measures: answers in the first only, and nothing that is there already.

        Args:
            round_index: from 0.
            done: (cell key, round) of what is there.
        """
        return [
            planned
            for planned in self.cells
            if (round_index == 0 or planned.role != "answers")
            and (planned.cell.key, round_index) not in done
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A whole duel before it is run."""

    duel: Duel
    task: Task
    preset: Preset
    seed: int
    entries: tuple[PlannedEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the user asks of a duel beside task and line-up."""

    requirements: Requirements
    effort: Effort | None
    command: tuple[str, ...]
    environment_id: str
    seed: int = 0


def make_plan(task: Task, lineup: Sequence[LineupEntry], preset: Preset, wishes: Wishes) -> Plan:
    """Plan every cell of a duel.

    Raises:
        BadTask: the split that is to decide does not exist.
    """
    deciding = _deciding_split(task, wishes.requirements.split)
    samples = _Samples(
        latency=sample_split(deciding, preset.latency_items, "one at a time"),
        throughput=sample_split(deciding, preset.throughput_items, "in batches"),
    )
    planner = _Planner(task=task, preset=preset, seed=wishes.seed, samples=samples)
    entries = tuple(planner.plan_entry(entry) for entry in lineup)
    identity = [
        [to_json(planned.train_cell), [to_json(cell.cell) for cell in planned.cells]]
        for planned in entries
    ]
    duel = Duel(
        duel_id=digest([wishes.environment_id, preset.n_rounds, identity])[:16],
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        command=wishes.command,
        preset=preset.name,
        environment_id=wishes.environment_id,
        n_rounds=preset.n_rounds,
        task=_facts(task),
        entries=tuple(_entry(planned) for planned in entries),
        requirements=replace(wishes.requirements, split=deciding.name),
        effort=wishes.effort,
    )
    return Plan(duel=duel, task=task, preset=preset, seed=wishes.seed, entries=entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Samples:
    latency: Split
    throughput: Split


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planner:
    task: Task
    preset: Preset
    seed: int
    samples: _Samples

    def plan_entry(self, entry: LineupEntry) -> PlannedEntry:
        # Boosting answers one item several times slower on two threads than on one.
        threads = n_cores() if "torch" in entry.info.requires else 1
        recipe = self._recipe(entry) if entry.info.keeps_weights else None
        contestant = Contestant(
            solver=entry.name,
            solver_version=_version(entry),
            params=_all_params(entry),
            artifact_id=self._artifact_ids(entry),
        )
        # Of a hybrid that of a part which knows what is asked for: the router computes nothing.
        asked, leaves = self.preset, entry.leaves
        placement = Placement(
            device=_unlike(USUAL.device, [leaf.device_among(asked.device) for leaf in leaves]),
            dtype=_unlike(USUAL.dtype, [leaf.dtype_among(asked.dtype) for leaf in leaves]),
            threads=threads,
        )
        train_cell = None
        if recipe is not None:
            trained_at = replace(placement, dtype=USUAL.dtype)
            train_cell = self._cell(contestant, self.task.training, trained_at, mode="train")
        return PlannedEntry(
            lineup=entry,
            placement=placement,
            recipe=recipe,
            train_cell=train_cell,
            cells=tuple(
                PlannedCell(
                    role=role,
                    cell=self._cell(contestant, split, replace(placement, batch_size=size)),
                    split=split,
                    seconds=seconds,
                )
                for role, split, size, seconds in self._wanted(entry)
            ),
        )

    def _wanted(self, entry: LineupEntry) -> list[tuple[Role, Split, int, float | None]]:
        """Role, items, batch size and time limit of each cell."""
        preset = self.preset
        wanted: list[tuple[Role, Split, int, float | None]] = [
            ("answers", split, preset.answer_batch, None) for split in self.task.splits
        ]
        if not preset.is_timed or entry.answered_by == "file":
            return wanted
        wanted.append(("latency", self.samples.latency, 1, preset.cell_seconds))
        # What a server does with more at once is its own affair, and every request has its price.
        sizes = preset.batch_sizes if entry.answered_by == "process" else (preset.answer_batch,)
        wanted += [
            ("throughput", self.samples.throughput, size, preset.cell_seconds) for size in sizes
        ]
        return wanted

    def _cell(
        self,
        contestant: Contestant,
        split: Split,
        placement: Placement,
        mode: Literal["answer", "train"] = "answer",
    ) -> Cell:
        workload = Workload(
            task=self.task.name,
            task_version=self.task.version,
            split=split.name,
            items_hash=split.items_hash,
            mode=mode,
            tolerance=self.task.tolerance,
        )
        return Cell(workload=workload, contestant=contestant, placement=placement, seed=self.seed)

    def _recipe(self, entry: LineupEntry) -> Recipe:
        return Recipe(
            kind="weights",
            solver=entry.name,
            solver_version=entry.info.version,
            settings={
                "label": entry.label,
                "task": self.task.name,
                "kind": self.task.kind,
                "params": dict(entry.params),
                "threads": n_cores(),
                **self._trained_on(entry),
            },
            data_hash=digest([self.task.training.items_hash, self.task.validation.items_hash]),
            seed=self.seed,
        )

    def _trained_on(self, entry: LineupEntry) -> dict[str, str]:
        """The device, left out where it is the processor: recipes keep their ids."""
        device = entry.device_among(self.preset.device)
        return {} if device == USUAL.device else {"device": device}

    def _artifact_ids(self, entry: LineupEntry) -> str | None:
        """What is learned is part of who is asked, kept or learned again in each process."""
        ids = [self._recipe(e).artifact_id for e in entry.leaves if e.info.needs_training]
        return "+".join(ids) or None


def _version(entry: LineupEntry) -> str:
    """Of the contestant, and of the user's own function, weights or answers that it holds."""
    if entry.content:
        return f"{entry.info.version}+{entry.content[:16]}"
    if entry.name != "function":
        return entry.info.version
    try:
        content = Path(entry.params["path"]).read_bytes()
    except OSError:
        # The child says what is wrong with the file.
        return f"{entry.info.version}+unread"
    return f"{entry.info.version}+{hashlib.sha256(content).hexdigest()[:16]}"


def _all_params(entry: LineupEntry) -> Mapping[str, Any]:
    if not entry.parts:
        return dict(entry.params)
    parts = [
        {"name": p.name, "version": _version(p), "params": dict(p.params)} for p in entry.parts
    ]
    return {**entry.params, "parts": parts}


def _source_lines(lineup: LineupEntry) -> int | None:
    """Lines of code of its own logic; for the user's function those of the user's file.

    Whoever gave the answers of a file is not here to be counted.
    """
    if any(entry.answered_by == "file" for entry in lineup.leaves):
        return None
    own = [entry for entry in lineup.leaves if entry.name == "function"]
    modules = [m for m in lineup.info.modules if not (own and m.endswith(".rules.function"))]
    try:
        theirs = sum(count_lines(Path(entry.params["path"])) for entry in own)
    except (OSError, ValueError):
        # The child says what is wrong with the file.
        return None
    return theirs + (count_source_lines(modules) if modules else 0) or None


def _deciding_split(task: Task, name: str | None) -> Split:
    if name is None:
        return task.splits[0]
    for split in task.splits:
        if split.name == name:
            return split
    known = ", ".join(split.name for split in task.splits)
    raise BadTask(f"The task {task.name!r} has no split {name!r}. Its splits: {known}.")


def sample_split(split: Split, n: int, use: str) -> Split:
    """A fixed sample in the order of the split, since file order may be sorted by label.

    Args:
        split: to draw from.
        n: items at most.
        use: what for, a part of the name.
    """
    chosen: Sequence[Item] = split.items
    if len(chosen) > n:
        indices = random.Random(0).sample(range(len(chosen)), n)  # noqa: S311  # no secret
        chosen = [split.items[index] for index in sorted(indices)]
    return Split(
        name=f"{split.name} ({len(chosen)} {use})", items=tuple(chosen), summary=split.summary
    )


def _facts(task: Task) -> TaskFacts:
    return TaskFacts(
        name=task.name,
        version=task.version,
        kind=task.kind,
        source=task.source,
        sha256=task.sha256,
        n_training=len(task.training.items),
        n_validation=len(task.validation.items),
        splits=tuple(
            SplitFacts(
                name=split.name,
                summary=split.summary,
                items_hash=split.items_hash,
                n_items=len(split.items),
                n_unanswerable=sum(item.target is None for item in split.items),
                subsets=_subsets(split),
            )
            for split in task.splits
        ),
        skipped_rows=task.skipped_rows,
        options=to_json(task.options),
        tolerance=task.tolerance,
    )


def _subsets(split: Split) -> tuple[Subset, ...]:
    """Items that carry a mark, by the mark."""
    members: dict[str, list[str]] = {}
    for item in split.items:
        for name in item.subsets:
            members.setdefault(name, []).append(item.problem.problem_id)
    return tuple(Subset(name=name, problem_ids=tuple(members[name])) for name in sorted(members))


def _unlike(usual: str, values: Sequence[str]) -> str:
    """The first that is not the usual one, if one is."""
    return next((value for value in values if value != usual), usual)


def _entry(planned: PlannedEntry) -> Entry:
    lineup = planned.lineup
    by_role = {
        role: [c for c in planned.cells if c.role == role]
        for role in ("answers", "latency", "throughput")
    }
    latency = next((c.cell.key for c in by_role["latency"]), None)
    throughput = {str(c.cell.placement.batch_size): c.cell.key for c in by_role["throughput"]}
    return Entry(
        label=lineup.label,
        solver=lineup.name,
        level=lineup.info.level,
        is_hybrid=bool(lineup.parts),
        summary=lineup.info.summary,
        source=lineup.info.source,
        guarantee=lineup.info.guarantee,
        source_lines=_source_lines(lineup),
        data_lines=count_data_lines(lineup.info.data_files) or None,
        trained_from=lineup.trained_from,
        answered_by=lineup.answered_by,
        given_bytes=lineup.given_bytes,
        device=planned.placement.device,
        dtype=planned.placement.dtype,
        train_cell=planned.train_cell.key if planned.train_cell else None,
        answer_cells={c.split.name: c.cell.key for c in by_role["answers"]},
        latency_cell=latency,
        throughput_cells={**({"1": latency} if latency else {}), **throughput},
    )
