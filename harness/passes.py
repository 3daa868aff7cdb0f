"""What a cell times: the calls of each mode, how each is checked, and what is kept of it.

- "answer": `solve`, over the problems in batches;
- "prefill": one forward pass over prompts of a fixed length;
- "decode": a fixed number of new tokens after such prompts;
- "score": how likely the targets of examples are;
- "train": training steps.

A contestant that has no method for a mode is skipped, with one sentence. Checks and figures are
made between the timed calls, outside the clock.

Not covered: clocks and meters (`spoonbench.harness.cells`); figures that follow from others, which
are computed when read (`spoonbench.harness.token_rates`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from spoonbench.harness.answer_checks import BadAnswers, check_answers
from spoonbench.harness.timing import batches
from spoonbench.solvers.api import Steps, Unsupported
from spoonbench.solvers.texts import (
    BreaksDown,
    CountsTokens,
    Decodes,
    DecodeTimes,
    Prefills,
    ScoresExamples,
    StepsIn,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.harness.protocol import CellWork
    from spoonbench.solvers.api import Answer, Example, Solves


class BadWork(Exception):
    """A cell asks for what cannot be done; the message says what."""


class Outcome(NamedTuple):
    """What is kept of one timed call; a plain tuple, for one is made between any two calls.

    Attributes:
        figures: raw figures of the call by the name of their series, JSON values.
        answers: of the problems; none in other modes.
    """

    figures: Mapping[str, Any]
    answers: Sequence[Answer] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """The calls of one cell.

    Attributes:
        batches: the texts of each call.
        run: what is timed, given a batch.
        keep: checks what came back and says what is kept; given the batch, what `run` returned and
            the nanoseconds that it took.
        keeps_at_once: `keep` belongs right behind its call and cannot wait for the end of the pass.
        only_answers: what comes back are answers, and they are all that is kept.
        facts: says what holds for the whole pass, asked after it.
        close: called after the last one, whatever happened.
    """

    batches: Sequence[Sequence[Any]]
    run: Callable[[Any], Any]
    keep: Callable[[Any, Any, int], Outcome]
    keeps_at_once: bool = False
    only_answers: bool = False
    facts: Callable[[], Mapping[str, Any]] = dict
    close: Callable[[], None] = lambda: None


def make_calls(solver: Solves, work: CellWork) -> Calls:
    """The calls of a cell.

    Raises:
        Unsupported: the contestant has no such mode.
        BadWork: the work does not say what the mode needs, or says what it has no use for.
    """
    _check_work(work)
    return _MAKERS[work.mode](solver, work)


def _answering(solver: Solves, work: CellWork) -> Calls:
    parts: BreaksDown | None = None
    if work.breakdown:
        parts = _able(solver, BreaksDown, "tell the parts of an answering call apart")
        parts.watch_parts(True)

    def keep(batch: Sequence[Any], answers: Any, elapsed_ns: int) -> Outcome:
        check_answers(answers, len(batch))
        figures = {} if parts is None else {"parts_ns": _parts(parts, elapsed_ns)}
        return Outcome(figures, answers)

    return Calls(
        batches=batches(work.problems, work.batch_size),
        run=solver.solve,
        keep=keep,
        keeps_at_once=parts is not None,
        only_answers=parts is None,
        close=lambda: parts.watch_parts(False) if parts is not None else None,
    )


def _prefilling(solver: Solves, work: CellWork) -> Calls:
    able: Prefills = _able(solver, Prefills, "time the reading of a prompt alone")
    n_tokens = _given(work.prompt_tokens)

    def keep(batch: Sequence[Any], _: Any, elapsed_ns: int) -> Outcome:
        return Outcome(figures={"tokens_per_call": len(batch) * n_tokens})

    return Calls(batches=_rows(work), run=lambda b: able.prefill(len(b), n_tokens), keep=keep)


def _decoding(solver: Solves, work: CellWork) -> Calls:
    able: Decodes = _able(solver, Decodes, "time new tokens one by one")
    prompt_tokens, new_tokens = _given(work.prompt_tokens), _given(work.new_tokens)

    def keep(batch: Sequence[Any], times: Any, elapsed_ns: int) -> Outcome:
        _check_times(times, new_tokens, elapsed_ns)
        figures = {
            "tokens_per_call": len(batch) * new_tokens,
            "first_token_ns": times.first_token_ns,
            "later_token_ns": list(times.later_token_ns),
        }
        return Outcome(figures=figures)

    return Calls(
        batches=_rows(work),
        run=lambda batch: able.decode(len(batch), prompt_tokens, new_tokens),
        keep=keep,
    )


def _scoring(solver: Solves, work: CellWork) -> Calls:
    able: ScoresExamples = _able(solver, ScoresExamples, "score examples")

    def keep(batch: Sequence[Example], scores: Any, elapsed_ns: int) -> Outcome:
        _check_scores(scores, len(batch))
        return Outcome(figures=_tokens(solver, batch))

    return Calls(batches=_turns(work), run=able.score_examples, keep=keep)


def _training(solver: Solves, work: CellWork) -> Calls:
    able: Steps = _able(solver, Steps, "take a training step by itself")

    def keep(batch: Sequence[Example], loss: Any, elapsed_ns: int) -> Outcome:
        if not isinstance(loss, float) or not math.isfinite(loss):
            raise BadAnswers(f"`step` returned {loss!r}, not a loss")
        return Outcome(figures={"loss": float(loss), **_tokens(solver, batch)})

    def facts() -> Mapping[str, Any]:
        return {"step_dtype": solver.step_dtype()} if isinstance(solver, StepsIn) else {}

    return Calls(
        batches=_turns(work),
        run=lambda batch: able.step(batch, accumulation=work.accumulation),
        keep=keep,
        facts=facts,
    )


_MAKERS: Mapping[str, Callable[[Solves, CellWork], Calls]] = {
    "answer": _answering,
    "prefill": _prefilling,
    "decode": _decoding,
    "score": _scoring,
    "train": _training,
}

_MODES_OF = {
    "problems": ("answer",),
    "breakdown": ("answer",),
    "prompt_tokens": ("prefill", "decode"),
    "new_tokens": ("decode",),
    "examples": ("score", "train"),
    "accumulation": ("train",),
}
"""Fields of the work that not every mode has a use for."""

_NOT_GIVEN: Mapping[str, Any] = {
    "problems": (),
    "breakdown": False,
    "prompt_tokens": None,
    "new_tokens": None,
    "examples": (),
    "accumulation": 1,
}


def _check_work(work: CellWork) -> None:
    if work.mode not in _MAKERS:
        raise BadWork(f"the mode {work.mode!r} is none of {', '.join(_MAKERS)}")
    for name, modes in _MODES_OF.items():
        if work.mode not in modes and getattr(work, name) != _NOT_GIVEN[name]:
            raise BadWork(f"the mode {work.mode!r} has no {name}: leave it out")
    if work.mode in _MODES_OF["examples"] and not work.examples:
        raise BadWork(f"the mode {work.mode!r} needs examples")
    numbers = ["batch_size", "accumulation", "n_calls"]
    numbers += [n for n in ("prompt_tokens", "new_tokens") if work.mode in _MODES_OF[n]]
    for name in numbers:
        number = getattr(work, name)
        if number is None or number < 1:
            raise BadWork(f"the mode {work.mode!r} needs {name} of at least 1, not {number}")


def _able(solver: Any, protocol: type[Any], ability: str) -> Any:
    if not isinstance(solver, protocol):
        raise Unsupported(f"{solver.info.name} cannot {ability}")
    return solver


def _given(number: int | None) -> int:
    """A number that `_check_work` has seen."""
    assert number is not None
    return number


def _rows(work: CellWork) -> list[range]:
    """As many texts a call as asked for; the contestant draws them."""
    return [range(work.texts_per_call)] * work.n_calls


def _turns(work: CellWork) -> list[list[Example]]:
    """The examples in turn, from the first on again after the last."""
    size, given = work.texts_per_call, work.examples
    return [
        [given[at % len(given)] for at in range(call * size, (call + 1) * size)]
        for call in range(work.n_calls)
    ]


def _tokens(solver: Any, batch: Sequence[Example]) -> dict[str, Any]:
    if not isinstance(solver, CountsTokens):
        return {}
    counts: Any = solver.count_tokens(batch)
    if not isinstance(counts, list) or len(counts) != len(batch):
        raise BadAnswers(f"`count_tokens` did not return {len(batch)} counts")
    return {"tokens_per_call": sum(counts)}


def _parts(parts: BreaksDown, elapsed_ns: int) -> dict[str, int]:
    """The parts of one call, and what of it belongs to none."""
    found = dict(parts.break_down())
    rest = elapsed_ns - sum(found.values())
    if rest < 0 or any(part < 0 for part in found.values()) or "rest" in found:
        raise BadAnswers(f"`break_down` returned {found} for a call of {elapsed_ns} ns")
    return {**found, "rest": rest}


def _check_times(times: Any, new_tokens: int, elapsed_ns: int) -> None:
    if not isinstance(times, DecodeTimes):
        raise BadAnswers(f"`decode` returned a {type(times).__name__}, not DecodeTimes")
    found = (times.first_token_ns, *times.later_token_ns)
    if len(found) != new_tokens:
        raise BadAnswers(f"`decode` returned the times of {len(found)} tokens, not {new_tokens}")
    if any(time < 0 for time in found) or sum(found) > elapsed_ns:
        raise BadAnswers(f"`decode` returned times of {sum(found)} ns for a call of {elapsed_ns}")


def _check_scores(scores: Any, n_examples: int) -> None:
    if not isinstance(scores, list) or len(scores) != n_examples:
        raise BadAnswers(f"`score_examples` did not return {n_examples} scores")
    for score in scores:
        if not isinstance(score, float) or not math.isfinite(score):
            raise BadAnswers(f"`score_examples` returned {score!r}, which is no log-probability")
