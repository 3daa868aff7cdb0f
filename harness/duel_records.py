"""A duel as it is stored before it runs: the task, the contestants, and what was asked.

A leaf: what its runs add up to stands in `evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from spoonbench.solvers.guarantees import Guarantee

AnsweredBy = Literal["process", "server", "file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What the user needs. None: not asked for.

    Attributes:
        accuracy: least share of right answers among the answers given, in [0, 1]; 1 asks for
            exactness, which only a guarantee can give.
        coverage: least share of items answered, or rightly abstained from, in [0, 1].
        latency_s: greatest 95th percentile of the time of one answer.
        memory_bytes: greatest peak memory above the process's own baseline.
        cost: greatest total cost (`Costs`), in the user's currency.
        split: the split that decides; None for the task's first.
    """

    accuracy: float = 0.95
    coverage: float = 0.95
    latency_s: float | None = None
    memory_bytes: int | None = None
    cost: float | None = None
    split: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What the user says about effort and price.

    Attributes:
        build_hours: hours to build, by label of a contestant or by name of a level ("rules").
        hour_price: price of an hour of work.
        machine_hour_price: price of an hour of this machine.
        answers_per_year: volume.
        years: how long the costs are added up.
    """

    build_hours: Mapping[str, float] = field(default_factory=dict)
    hour_price: float = 0.0
    machine_hour_price: float = 0.0
    answers_per_year: float = 0.0
    years: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subset:
    """The items of a split that carry one mark; an item may carry several."""

    name: str
    problem_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitFacts:
    """One measured split of a task.

    Attributes:
        name: of the split.
        summary: one sentence: what it tests.
        items_hash: SHA-256 of the items in order, targets included.
        n_items: all of them.
        n_unanswerable: those that abstaining from is right.
        subsets: items that are also counted apart, in the order of names.
    """

    name: str
    summary: str
    items_hash: str
    n_items: int
    n_unanswerable: int
    subsets: tuple[Subset, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFacts:
    """What a report says of the task.

    Attributes:
        name: of the task.
        version: of its generator or reader.
        kind: "number", "label" or "text".
        source: where the items come from.
        sha256: file name to hash.
        n_training: items to learn from.
        n_validation: items to choose by.
        splits: measured; the first decides unless the requirements name another.
        skipped_rows: rows left out, with line number and reason.
        options: how it was made.
        tolerance: relative, of numbers that are not whole; 0: they must be equal.
    """

    name: str
    version: str
    kind: str
    source: str
    sha256: Mapping[str, str]
    n_training: int
    n_validation: int
    splits: tuple[SplitFacts, ...]
    skipped_rows: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One contestant of a duel, and which cells hold what about it.

    Attributes:
        label: shown, unique in the duel.
        solver: registered name.
        level: 1 to 5; for a hybrid the highest of its parts.
        is_hybrid: several parts behind one name.
        summary: one sentence.
        source: where the method comes from.
        guarantee: what it promises.
        source_lines: lines of code of its own logic, comments and blank lines left out.
        data_lines: lines of its word lists, comments and blank lines left out; None for none.
        trained_from: where the weights of a language model come from, in words; "nothing" where
            they began at random; None where there are none.
        answered_by: "process": here, measured; "server": by a server, of whose memory and energy
            nothing is known here; "file": before, with a file of answers as the only trace.
        given_bytes: size on disk of the weights that it was given and needs to answer, beside
            what it learned here; None where there are none, or they lie elsewhere.
        device: on which it answered; of a hybrid that of a part that knew the one asked for.
        dtype: number format in which it answered, as for the device.
        train_cell: key of the cell that holds its training, None where there is none.
        answer_cells: split name to the key of the cell that holds its answers.
        latency_cell: key of the cell with one item at a time.
        throughput_cells: batch size, as text, to cell key.
    """

    label: str
    solver: str
    level: int
    is_hybrid: bool = False
    summary: str = ""
    source: str = ""
    guarantee: Guarantee = field(default_factory=Guarantee)
    source_lines: int | None = None
    data_lines: int | None = None
    trained_from: str | None = None
    answered_by: AnsweredBy = "process"
    given_bytes: int | None = None
    device: str = "cpu"
    dtype: str = "float32"
    train_cell: str | None = None
    answer_cells: Mapping[str, str] = field(default_factory=dict)
    latency_cell: str | None = None
    throughput_cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """One duel: a task, its contestants, and what was asked of them.

    Attributes:
        duel_id: hash of task, contestants and environment: the same command finds it again.
        created_at: UTC, ISO 8601.
        command: words of the command that made it.
        preset: name of the preset.
        environment_id: of the machine.
        n_rounds: rounds of timing.
        task: the task.
        entries: contestants, lowest level first, hybrids last.
        requirements: what the user needs.
        effort: what the user says about effort and price, None where nothing was said.
    """

    duel_id: str
    created_at: str
    command: tuple[str, ...]
    preset: str
    environment_id: str
    n_rounds: int
    task: TaskFacts
    entries: tuple[Entry, ...]
    requirements: Requirements
    effort: Effort | None = None
