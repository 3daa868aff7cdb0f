"""What the child of one cell is asked to do, mode by mode."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.harness.duel.plan import WARM_UP_CALLS, PlannedCell
from spoonbench.harness.duel.run import examples_of
from spoonbench.harness.protocol import CellWork
from spoonbench.solvers.number_formats import autocast_format
from spoonbench.solvers.quantizations import METHODS

if TYPE_CHECKING:
    from spoonbench.harness.duel.lineup import LineupEntry
    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.harness.records import Cell
    from spoonbench.harness.tasks.api import Split, Task
    from spoonbench.solvers.api import Example, Problem

N_CALLS = 200
"""Timed calls at most, in the modes that have no items to go through; time ends them before."""
FEWEST_CALLS = 5
MOST_EXAMPLES = 512
N_CALIBRATION = 128
"""As many as Frantar et al. 2022 took, though theirs were longer."""
HELD_OUT_CHARACTERS = 8_000
_TRAINS_IN_ITS_PRECISION = "language-model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How long cells may take.

    Attributes:
        seconds: of a pass that is only timed, after which it ends once `least_items` are done.
        least_items: see above.
    """

    seconds: float = 3.0
    least_items: int = 20


def planned_cell(cell: Cell, split: Split, at: Conditions) -> PlannedCell:
    """The cell with its items, in the order in which they are asked."""
    return PlannedCell(
        role="answers" if at.order == "length" else "throughput",
        cell=cell,
        split=split,
        seconds=None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """What children read: the same tuples for every job that reads the same.

    Attributes:
        given: problems of the matrix as they stand.
        longest_first: the same, longest text first.
        training: to learn from.
        validation: to choose by.
        learned: taken in turn by training steps.
        scored: taken in turn where likelihoods are timed.
        held_out: see `held_out_text`.
    """

    given: tuple[Problem, ...]
    longest_first: tuple[Problem, ...]
    training: tuple[Example, ...]
    validation: tuple[Example, ...]
    learned: tuple[Example, ...]
    scored: tuple[Example, ...]
    held_out: str | None


def texts_of(split: Split, task: Task) -> Texts:
    """The texts of a matrix on these items."""
    problems = tuple(item.problem for item in split.items)
    training, validation = examples_of(task.training), examples_of(task.validation)
    return Texts(
        given=problems,
        longest_first=tuple(sorted(problems, key=lambda problem: -len(problem.text))),
        training=training,
        validation=validation,
        learned=training[:MOST_EXAMPLES],
        scored=validation[:MOST_EXAMPLES],
        held_out=held_out_text(task),
    )


def work_of(
    planned: PlannedCell,
    at: Conditions,
    texts: Texts,
    pacing: Pacing,
    *,
    is_first: bool,
    tells_parts: bool,
    tells_memory: bool,
) -> CellWork:
    """What is asked of the child.

    Args:
        planned: the cell.
        at: under what it runs.
        texts: of the matrix.
        pacing: how long a pass may take.
        is_first: every item is answered and the answers are kept; otherwise it is only timed.
        tells_parts: the contestant tells where the time of an answering call goes.
        tells_memory: what it takes is foretold, and is worth a further call; none is made of a
            server, whose memory is its own.
    """
    plain = CellWork(
        cell_key=planned.cell.key,
        problems=(),
        batch_size=at.batch_size,
        n_warmup=WARM_UP_CALLS,
        keep_answers=is_first,
        seconds=pacing.seconds,
        least_items=max(pacing.least_items, at.batch_size),
        mode=at.mode,
        prompt_tokens=at.prompt_tokens,
        new_tokens=at.new_tokens,
        accumulation=at.accumulation,
        lean_peak=is_first and tells_memory,
    )
    if at.mode == "answer":
        return replace(
            plain,
            problems=texts.longest_first if at.order == "length" else texts.given,
            seconds=None if is_first else pacing.seconds,
            breakdown=is_first and tells_parts,
            held_out=texts.held_out if is_first else None,
        )
    examples = {"score": texts.scored, "train": texts.learned}.get(at.mode, ())
    per_call = at.batch_size * at.accumulation
    return replace(
        plain,
        examples=examples,
        n_calls=N_CALLS,
        least_items=FEWEST_CALLS * per_call,
    )


def held_out_text(task: Task) -> str | None:
    """Questions of the validation part, a line each: what no model here has learned from."""
    found, n_characters = [], 0
    for item in task.validation.items:
        if n_characters >= HELD_OUT_CHARACTERS:
            break
        found.append(item.problem.text)
        n_characters += len(item.problem.text)
    return "\n".join(found) or None


def calibration_of(at: Conditions, texts: Texts) -> tuple[Example, ...]:
    """Training examples for a quantization that calibrates; none for others."""
    method = METHODS.get(at.quantization)
    return texts.training[:N_CALIBRATION] if method is not None and method.calibrates else ()


def learner_of(lineup: LineupEntry, at: Conditions) -> tuple[LineupEntry, Conditions]:
    """The contestant and its placement in this cell.

    Training steps keep their weights in float32; what a step multiplies in is a parameter of the
    language model, and a step in bfloat16 is one under autocast. A server is sent a whole batch at
    once.
    """
    if lineup.answered_by == "server":
        return replace(lineup, params={**lineup.params, "concurrency": at.batch_size}), at
    if at.mode != "train" or lineup.info.name != _TRAINS_IN_ITS_PRECISION:
        return lineup, at
    params = {**lineup.params, "precision": autocast_format(at.dtype) or at.dtype}
    return replace(lineup, params=params), replace(at, dtype="float32")
