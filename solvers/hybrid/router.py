"""Rules first, a model for the rest: stages asked in order, by abstention and confidence.

The stages stand in `Settings.parts`. Every stage answers, in one batch, what the stages before it
left open. A stage settles a problem when it answers it with a confidence of at least the
threshold, or without an estimate of its confidence. The last stage settles whatever reaches it:
if it abstains or fails, the problem stays unanswered, because an answer below the threshold is
one that the settings declared not good enough. What every stage said stands in the trace.

Not covered: a threshold for each stage, and stages that see what an earlier stage said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from spoonbench.solvers.api import FitReport, Measures, Size, SolverInfo, TraceStep, Unsupported
from spoonbench.solvers.explanations import Explains, Explanation
from spoonbench.solvers.hybrid.stages import Stage, open_stage
from spoonbench.solvers.learning import failed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import Answer, Example, Json, Problem, Progress, Settings

_Number = TypeVar("_Number", int, float)


class RouterSolver:
    """Asks its stages in order until one is sure enough.

    Parameter: `threshold`, in [0, 1] (default 0): the least confidence that settles a problem.
    In the parameters of a part, `artifact` is the folder of what it learned; the part never sees
    that parameter, it is asked to `load` the folder.

    The class's `info` holds for any stages; once prepared, `info` is that of these stages: the
    level of the highest of them, and training needed if one of them still has to be trained.
    """

    info = SolverInfo(
        name="router",
        version="1",
        level=1,
        summary="Asks cheap contestants first and passes on what they do not answer.",
        kinds=("number", "label", "text"),
        devices=("cpu", "cuda", "mps"),
        dtypes=("float32", "bfloat16", "float16"),
        source="Chow 1970, On optimum recognition error and reject tradeoff",
        modules=("spoonbench.solvers.hybrid.router", "spoonbench.solvers.hybrid.stages"),
    )

    def __init__(self) -> None:
        self._stages: tuple[Stage, ...] = ()
        self._threshold = 0.0

    def prepare(self, settings: Settings, /) -> None:
        """Import and prepare every stage, and load what has an artifact.

        Raises:
            Unsupported: fewer than two stages, two of one name, an unknown parameter, or a stage
                that cannot be imported, prepared or loaded; the message names the stage.
        """
        self.close()
        self._threshold = _threshold(settings.params)
        names = [part.name for part in settings.parts]
        if len(names) < 2:  # noqa: PLR2004  # routing needs somewhere to route to
            raise Unsupported(f"a router needs two stages or more, not {len(names)}")
        if len(set(names)) < len(names):
            raise Unsupported(f"the stages of a router need different names: {', '.join(names)}")
        try:
            for part in settings.parts:
                self._stages += (open_stage(part),)
        except Unsupported:
            self.close()
            raise
        self.info = _describe(type(self).info, self._stages)

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Train, one after another, the stages that need it and have no artifact.

        Raises:
            ValueError: a stage cannot learn from the examples; the message names it.
        """
        open_stages = [stage for stage in self._stages if stage.is_untrained]
        notes: dict[str, Json] = {}
        for index, stage in enumerate(open_stages):
            folder = None if checkpoints is None else checkpoints / f"{index}-{stage.name}"
            if folder is not None:
                folder.mkdir(exist_ok=True)
            share = _share(progress, index, len(open_stages), stage.name)
            report = stage.fit(training, validation, share, folder)
            notes[stage.name] = {
                "n_examples": report.n_examples,
                "n_steps": report.n_steps,
                "stopped_by": report.stopped_by,
                **report.notes,
            }
        progress(1.0, "every stage is trained")
        return FitReport(n_examples=len(training) if open_stages else 0, notes=notes)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem by the first stage that settles it."""
        if not self._stages:
            return [failed("not prepared: a router has no stages before") for _ in problems]
        answers: dict[int, Answer] = {}
        traces: list[tuple[TraceStep, ...]] = [() for _ in problems]
        waiting = list(range(len(problems)))
        for stage in self._stages:
            if not waiting:
                break
            returned = stage.solve([problems[i] for i in waiting])
            for i, answer in zip(waiting, returned, strict=True):
                answers[i] = answer
                traces[i] += (_step(stage, problems[i], answer),)
            waiting = [i for i in waiting if not self._settles(answers[i])]
        return [
            replace(answers[i], trace=trace, cost=_total(step.returned.cost for step in trace))
            for i, trace in enumerate(traces)
        ]

    def explain(self, problem: Problem, /) -> Explanation:
        """Answer one problem; the stage that settled it tells how, where it can.

        What the stages before it said stands in the notes.
        """
        (answer,) = self.solve([problem])
        if not answer.trace:
            return Explanation(answer=answer)
        *passed_on, last = answer.trace
        notes = tuple(f"{step.stage} {_said(step.returned)}" for step in passed_on)
        solver = next(stage.solver for stage in self._stages if stage.name == last.stage)
        if not isinstance(solver, Explains):
            note = f"{last.stage} {_said(answer)}; it has no steps to show"
            return Explanation(answer=answer, notes=(*notes, note))
        told = solver.explain(problem)
        return replace(told, answer=answer, notes=(*notes, *told.notes))

    def close(self) -> None:
        """Close every stage."""
        for stage in self._stages:
            stage.solver.close()
        self._stages = ()

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Sums over the stages; operations as if every stage were asked every problem."""
        sizes = [
            stage.solver.size(problems)
            for stage in self._stages
            if isinstance(stage.solver, Measures)
        ]
        return Size(
            n_parameters=_total(size.n_parameters for size in sizes),
            weight_bytes=_total(size.weight_bytes for size in sizes),
            operations_per_problem=_total(size.operations_per_problem for size in sizes),
            formula="sum over the stages that know their size, each asked every problem",
        )

    def _settles(self, answer: Answer) -> bool:
        if answer.status != "answered":
            return False
        return answer.confidence is None or answer.confidence >= self._threshold


def _threshold(params: Mapping[str, Json]) -> float:
    unknown = sorted(set(params) - {"threshold"})
    if unknown:
        raise Unsupported(f"router has no parameter {', '.join(unknown)} (it has: threshold)")
    value = params.get("threshold", 0.0)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise Unsupported(f"the parameter threshold must be from 0 to 1, not {value!r}")
    return float(value)


def _describe(info: SolverInfo, stages: Sequence[Stage]) -> SolverInfo:
    """What holds for these stages together."""
    parts = [stage.solver.info for stage in stages]
    return replace(
        info,
        level=max(part.level for part in parts),
        summary=f"Asks in order: {', '.join(stage.name for stage in stages)}.",
        kinds=tuple(dict.fromkeys(kind for part in parts for kind in part.kinds)),
        payload=parts[0].payload,
        deterministic=all(part.deterministic for part in parts),
        needs_training=any(stage.is_untrained for stage in stages),
        requires=tuple(sorted({name for part in parts for name in part.requires})),
        modules=tuple(
            dict.fromkeys((*info.modules, *(name for part in parts for name in part.modules)))
        ),
        data_files=tuple(dict.fromkeys(name for part in parts for name in part.data_files)),
    )


def _step(stage: Stage, problem: Problem, answer: Answer) -> TraceStep:
    return TraceStep(
        stage=stage.name, level=stage.solver.info.level, received=problem.text, returned=answer
    )


def _said(answer: Answer) -> str:
    """For a note, after the name of a stage."""
    if answer.status != "answered":
        return f"{answer.status}: {answer.reason}"
    sure = "" if answer.confidence is None else f" with confidence {answer.confidence:g}"
    return f"answered {answer.value}{sure}"


def _share(progress: Progress, index: int, count: int, name: str) -> Progress:
    """The progress of one stage as part of the whole."""
    return lambda done, message: progress((index + done) / count, f"{name}: {message}")


def _total(values: Iterable[_Number | None]) -> _Number | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
