"""Fuzzes the rules for word problems: `python bench/fuzzing/rules.py --inputs 1000000 --seed 0`.

Texts are told anew from the sentences of the property tests and of the task's generator, and
mutated; those that reach new arcs of the code are kept and mutated further. Of every text: `solve`
raises nothing, ends within a second, and says the same again; `explain` says the same as `solve`;
the explanation derives the answer (`spoonbench.solvers.derivations`) from words of the text.

Ends with 1 and the smallest texts that fail, one JSON line each in `--failures`, if there are any.
Needs Linux or macOS: a text that hangs is ended by a signal.

Not covered: whether answers are right.
"""

import argparse
import gc
import hashlib
import json
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from texts import USUAL_LENGTH, Texts, pieces_of  # type: ignore[import-not-found]  # beside this script

from spoonbench.solvers.api import Answer, Problem, Settings
from spoonbench.solvers.derivations import check, check_words, read_value
from spoonbench.solvers.rules.word_problems.contestant import RuleSolver

HANG_S = 1.0  # of the processor: a text that takes longer is taken to hang
MAX_FAILURES = 10  # different ones, after which the run ends
MAX_TRIES, MAX_HANGING_TRIES = 3_000, 60  # to make a failing text smaller
QUIET, SELDOM = 200, 32  # after so many calls without a new arc, one call of so many is traced
RESTART = 500  # texts, after which branches that went one way are looked at again
TIMES_AGAIN, FEWEST_CHARACTERS = 3, 40  # timings of slow texts; length that shorter ones are given
# Shares of texts: answered in any case; explained though there is no answer; solved again.
FORCED, EXPLAINED, AGAIN = 0.25, 0.02, 0.05

PACKAGE = "spoonbench.solvers.rules.word_problems"


class Hang(BaseException):
    """A text took too long; no `except Exception` keeps it from being seen."""


class Fault(Exception):
    """What is promised does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What went wrong with a text; failures with one `kind` have one cause."""

    kind: str
    detail: str
    text: str
    forced: bool


class Traced:
    """Arcs between lines by `sys.settrace`, which cannot switch off single lines.

    A function in which nothing new was seen for long is traced now and then only.
    """

    every = 15  # odd, so that guided texts and others are traced in turn
    is_slow = False

    def __init__(self, files: set[str]) -> None:
        self._files, self.arcs = files, set[tuple[CodeType, int, int]]()
        self._calls: Counter[CodeType] = Counter()

    def watch(self, call: Callable[[], Any]) -> Any:
        """What a call returns."""
        others, self.is_slow = sys.gettrace(), True
        sys.settrace(self._enter)
        try:
            return call()
        finally:
            sys.settrace(others)
            self.is_slow = False

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> Any:
        code, last = frame.f_code, 0
        if code.co_filename not in self._files:
            return None
        self._calls[code] += 1
        if self._calls[code] > QUIET and self._calls[code] % SELDOM:
            return None

        def step(frame: FrameType, event: str, _argument: object) -> Any:
            nonlocal last
            if event == "line":
                if (code, last, frame.f_lineno) not in self.arcs:
                    self.arcs.add((code, last, frame.f_lineno))
                    self._calls[code] = 0
                last = frame.f_lineno
            return step

        return step


class Monitored:
    """Lines and branches by `sys.monitoring`, each switched off once nothing more can be new.

    A branch that always goes one way is switched off for a while: most never go the other.
    """

    every = 1
    is_slow = False

    def __init__(self, files: set[str]) -> None:
        self._files, self.arcs = files, set[tuple[CodeType, int, int]]()
        self._ways: Counter[tuple[CodeType, int]] = Counter()
        self._calls: Counter[CodeType | None] = Counter()
        self._off: Any = None
        if sys.version_info >= (3, 12):
            here, events, self._off = sys.monitoring, sys.monitoring.events, sys.monitoring.DISABLE
            here.use_tool_id(here.COVERAGE_ID, "fuzzing")
            here.register_callback(here.COVERAGE_ID, events.LINE, self._reach_line)
            here.register_callback(here.COVERAGE_ID, events.BRANCH, self._reach)
            here.set_events(here.COVERAGE_ID, events.LINE | events.BRANCH)

    def watch(self, call: Callable[[], Any]) -> Any:
        """What a call returns."""
        self._calls[None] += 1
        if sys.version_info >= (3, 12) and self._calls[None] % RESTART == 0:
            self._calls.clear()
            sys.monitoring.restart_events()
        return call()

    def _reach_line(self, code: CodeType, line: int) -> Any:
        if code.co_filename in self._files:
            self.arcs.add((code, -line, 0))
        return self._off

    def _reach(self, code: CodeType, start: int, end: int) -> Any:
        if code.co_filename in self._files:
            if (code, start, end) not in self.arcs:
                self.arcs.add((code, start, end))
                self._ways[code, start] += 1
            self._calls[code] += 1
            if self._ways[code, start] == 1 and self._calls[code] < QUIET:
                return None  # the other way out of this branch is still to be seen
        return self._off


@dataclass(kw_only=True)
class Fuzzing:
    """A run: what solves, and what was seen.

    Every other text is guided by what was reached. What is reached may differ between runs where
    answers do not (sets have no order), so the digest is that of the answers to the other texts.
    """

    solvers: dict[bool, Any]
    arcs: Traced | Monitored
    sources: tuple[Texts, Texts]
    n_inputs: int = 0
    outcome: str = ""
    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, tuple[float, str]] = field(default_factory=dict)
    failures: dict[str, Failure] = field(default_factory=dict)
    digest: Any = field(default_factory=hashlib.sha256)

    def step(self) -> None:
        """Try one more text; keep it if it reaches something new."""
        self.n_inputs += 1
        is_guided = self.n_inputs % 2 == 0
        source = self.sources[is_guided]
        text, forced, luck = source.draw(), source.rng.random() < FORCED, source.rng.random()
        before = len(self.arcs.arcs)

        def attempt() -> Failure | None:
            return self.attempt(text, forced=forced, luck=luck, is_counted=True)

        is_watched = self.n_inputs % self.arcs.every == 0
        failure = self.arcs.watch(attempt) if is_watched else attempt()
        if len(self.arcs.arcs) > before and len(text) <= USUAL_LENGTH:
            self.sources[True].kept.append(text)
        if failure is not None:
            self.failures.setdefault(failure.kind, failure)
        elif not is_guided:
            self.digest.update(self.outcome.encode("utf-8", "backslashreplace"))

    def attempt(
        self, text: str, *, forced: bool, luck: float = 0, is_counted: bool = False
    ) -> Failure | None:
        """Put one text to the solver; what goes wrong, if anything does.

        Args:
            text: the text.
            forced: whether to ask for an answer in any case.
            luck: in [0, 1]; the less, the more is checked.
            is_counted: whether the outcome is one of the run's.
        """
        try:
            self._question(text, forced=forced, luck=luck, is_counted=is_counted)
        except (Exception, Hang) as error:  # whatever it is, it is a finding
            detail = "".join(traceback.format_exception(error))
            return Failure(kind=kind_of(error), detail=detail, text=text, forced=forced)
        return None

    def _question(self, text: str, *, forced: bool, luck: float, is_counted: bool) -> None:
        solver = self.solvers[forced]
        problem = Problem(problem_id="1", text=text, kind="number")
        start = time.perf_counter_ns()
        (answer,) = limited(lambda: solver.solve([problem]))
        microseconds = (time.perf_counter_ns() - start) / 1_000
        check_answer(answer, forced=forced)
        if answer.status == "answered" or luck < EXPLAINED:
            explanation = limited(lambda: solver.explain(problem))
            demand(explanation.answer == answer, "explain says something else than solve")
            check(explanation)
            check_words(explanation, text)
        if luck < AGAIN:
            again = limited(lambda: solver.solve([problem] * 2))
            demand(again == [answer] * 2, "another answer next time")
        if is_counted:
            self._count(answer, forced=forced)
            if not self.arcs.is_slow:
                self._time(problem, solver, microseconds)

    def _count(self, answer: Answer, *, forced: bool) -> None:
        self.outcome = f"{answer.status} {answer.value} {answer.confidence} {answer.reason}\n"
        mode = ", forced" if forced else ""
        kind = re.sub(r"(?s:[:;(].*)|'[^']*'|[0-9][0-9,.]*", "…", answer.reason or "")
        self.outcomes[f"{answer.status}{mode}" + (f": {kind}" if kind else "")] += 1

    def _time(self, problem: Problem, solver: Any, microseconds: float) -> None:
        """Keep the slowest texts; one that seems to be is timed again, its best time counts."""
        n = len(problem.text)
        for name, length in (("in all", 1), ("per character", max(n, FEWEST_CHARACTERS))):
            slowest = self.slowest.get(name, (0.0, ""))[0]
            for _ in range(TIMES_AGAIN):
                if microseconds / length <= slowest:
                    break
                start = time.perf_counter_ns()
                limited(lambda: solver.solve([problem]))
                microseconds = min(microseconds, (time.perf_counter_ns() - start) / 1_000)
            if microseconds / length > slowest:
                self.slowest[name] = microseconds / length, problem.text

    def shrunk(self, failure: Failure) -> Failure:
        """The smallest text found that fails the same way, by leaving out ever smaller pieces."""
        tries = MAX_HANGING_TRIES if failure.kind.startswith("Hang") else MAX_TRIES
        for separator in (". ", " ", ""):
            size = max(1, len(pieces_of(failure.text, separator)) // 2)
            while size and tries > 0:
                failure, used = self._without(failure, separator, size)
                tries -= used
                size //= 2
        return failure

    def _without(self, failure: Failure, separator: str, size: int) -> tuple[Failure, int]:
        """Leave out every run of so many pieces that the failure does not need."""
        at = used = 0
        while at < len(pieces := pieces_of(failure.text, separator)):
            used += 1
            text = separator.join(pieces[:at] + pieces[at + size :])
            found = self.attempt(text, forced=failure.forced)
            if found is not None and found.kind == failure.kind and len(text) < len(failure.text):
                failure = found
            else:
                at += size
        return failure, used


def kind_of(error: BaseException) -> str:
    """What failures of one cause have in common."""
    if isinstance(error, Fault | Hang):
        return f"{type(error).__name__}: {error}"
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}:{place.name}"


def limited(call: Callable[[], Any]) -> Any:
    """What a call returns, if it does before it is taken to hang."""
    signal.setitimer(signal.ITIMER_VIRTUAL, HANG_S)
    try:
        return call()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def demand(holds: bool, fault: str) -> None:
    if not holds:
        raise Fault(fault)


def check_answer(answer: Answer, *, forced: bool) -> None:
    """An answer is of the documented form."""
    demand(answer.status in {"answered", "abstained"}, "a status that is not documented")
    demand((answer.value is None) == (answer.status == "abstained"), "a value without an answer")
    demand(answer.value is not None or bool(answer.reason), "abstained without a reason")
    demand(0 <= (answer.confidence or 0) <= 1, "a confidence outside [0, 1]")
    if answer.value is not None and not forced:
        demand(read_value(answer.value) >= 0, "answered with a negative number")


def prepare(solver_class: Any, seed: int) -> Fuzzing:
    """Make the solver ready, with and without `forced`, and have signals end what hangs."""
    signal.signal(signal.SIGVTALRM, stop)
    solvers = {forced: solver_class() for forced in (False, True)}
    for forced, solver in solvers.items():
        solver.prepare(Settings(params={"forced": forced}))
        solver.solve([Problem(problem_id="1", text="Ann has 5 cups.", kind="number")])
    # A collection that looks at everything that was imported takes longer than a text may.
    gc.collect()
    gc.freeze()
    modules = [sys.modules[name] for name in sys.modules if name.startswith(PACKAGE)]
    files = {str(module.__file__) for module in modules}
    arcs = Monitored(files) if sys.version_info >= (3, 12) else Traced(files)
    plain, guided = (
        Texts(random.Random(f"{name} {seed}"), PACKAGE) for name in ("plain", "guided")
    )
    return Fuzzing(solvers=solvers, arcs=arcs, sources=(plain, guided))


def report(run: Fuzzing, seconds: float) -> Iterator[str]:
    """What was seen, line by line."""
    yield f"inputs: {run.n_inputs:,} in {seconds:,.0f} s of the processor"
    for outcome, count in run.outcomes.most_common(30):
        yield f"{count:>10,}  {outcome}"
    yield f"kinds of outcomes: {len(run.outcomes):,}"
    yield f"arcs reached: {len(run.arcs.arcs):,}; texts kept: {len(run.sources[True].kept):,}"
    for name, (value, text) in run.slowest.items():
        yield f"slowest {name}: {value:,.1f} µs, {len(text):,} characters: {text[:80]!a}"
    yield f"digest of the answers: {run.digest.hexdigest()[:16]}"
    yield f"failures: {len(run.failures)}"


def stop(*_: object) -> None:
    raise Hang(f"more than {HANG_S} s")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--failures", type=Path, default=Path("fuzzing-failures.jsonl"))
    options = parser.parse_args()
    run = prepare(RuleSolver, options.seed)
    start = time.process_time()
    while run.n_inputs < options.inputs and len(run.failures) < MAX_FAILURES:
        run.step()
    for line in report(run, time.process_time() - start):
        print(line.encode("utf-8", "backslashreplace").decode(), flush=True)
    lines = [json.dumps(asdict(run.shrunk(failure))) for failure in run.failures.values()]
    if lines:
        options.failures.write_text("".join(f"{line}\n" for line in lines), "utf-8")
        print(f"the smallest texts that fail: {options.failures}", *lines, sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
