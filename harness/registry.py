"""Names of contestants and tasks, kept as import strings so that nothing heavy is imported early.

Others add theirs by entry points: groups `spoonbench.solvers` (a class) and `spoonbench.tasks`
(a function from options to a `Task`). A name of ours cannot be taken over. Whatever is wrong with
one of theirs becomes `CannotLoad`; what is wrong with one of ours is a fault and stays as it is.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any, cast

from spoonbench.harness.records import LEVELS
from spoonbench.harness.suggestions import suggest
from spoonbench.harness.tasks.api import BadTask, Task
from spoonbench.solvers.api import SolverInfo, Solves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

OURS = "spoonbench"
_SOLVERS, _TASKS = "spoonbench.solvers", "spoonbench.tasks"
_OUTCOMES = "solvers.hybrid.options_desk.outcomes.contestants"
_LANGUAGE_MODEL = "spoonbench.solvers.llm.solver:LanguageModelSolver"


class UnknownName(LookupError):
    """Nothing is registered under that name; the message says what was probably meant."""


class CannotLoad(Exception):
    """What another distribution registered cannot be used; the message says whose, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """One registered name.

    Attributes:
        name: what people type.
        target: "module:attribute".
        params: parameters that the name stands for.
        distribution: where it comes from, for those of others.
    """

    name: str
    target: str
    params: Mapping[str, Any] = field(default_factory=dict)
    distribution: str = OURS


def _ours(name: str, target: str, **params: object) -> tuple[str, Registered]:
    return name, Registered(name=name, target=f"spoonbench.{target}", params=params)


SOLVERS: dict[str, Registered] = dict(
    [
        _ours("spoon", "solvers.rules.spoon:SpoonSolver"),
        _ours("rules", "solvers.rules.word_problems.contestant:RuleSolver"),
        # Answers with its best reading where it would abstain.
        _ours("rules-forced", "solvers.rules.word_problems.contestant:RuleSolver", forced=True),
        _ours("expression-rules", "solvers.rules.expressions:ExpressionRuleSolver"),
        _ours("equation-rules", "solvers.rules.equations:EquationRuleSolver"),
        _ours("keywords", "solvers.rules.keywords:KeywordListSolver"),
        _ours("stroke-rules", "solvers.rules.strokes:StrokeRuleSolver"),
        _ours("format-rules", "solvers.rules.formats.contestant:FormatRuleSolver"),
        _ours("function", "solvers.rules.function:FunctionSolver"),
        _ours("calculator", "solvers.algorithms.calculator:CalculatorSolver"),
        _ours("algebra", "solvers.algorithms.algebra:AlgebraSolver"),
        _ours("black-scholes", "solvers.algorithms.option_formula:BlackScholesSolver"),
        _ours("black-scholes-text", "solvers.algorithms.option_formula:BlackScholesTextSolver"),
        _ours("format-libraries", "solvers.algorithms.formats.contestant:FormatLibrarySolver"),
        _ours("bm25-neighbour", "solvers.algorithms.retrieval:RetrievalSolver"),
        _ours("template-matching", "solvers.algorithms.templates:TemplateSolver"),
        _ours("tfidf-ridge", "solvers.classic.regression:TfidfRegressionSolver"),
        _ours("tfidf-operations", "solvers.classic.operations:TfidfOperationSolver"),
        _ours("tfidf-linear", "solvers.classic.labels:TfidfLinearSolver"),
        _ours("tfidf-boosting", "solvers.classic.labels:TfidfBoostingSolver"),
        _ours("pixel-svm", "solvers.classic.pixels:PixelSvmSolver"),
        _ours("pixel-boosting", "solvers.classic.pixels:PixelBoostingSolver"),
        _ours("option-ridge", "solvers.classic.options:OptionRidgeSolver"),
        _ours("option-boosting", "solvers.classic.options:OptionBoostingSolver"),
        _ours("option-boosting-raw", "solvers.classic.options:RawOptionBoostingSolver"),
        _ours("base-rate", f"{_OUTCOMES}:BaseRateSolver"),
        _ours("closed-form-probability", f"{_OUTCOMES}:ClosedFormSolver"),
        _ours("outcome-model", f"{_OUTCOMES}:DeskModelSolver"),
        _ours("outcome-logistic", f"{_OUTCOMES}:OutcomeLogisticSolver"),
        _ours("outcome-boosting", f"{_OUTCOMES}:OutcomeBoostingSolver"),
        _ours("outcome-network", f"{_OUTCOMES}:OutcomeNetworkSolver"),
        _ours("text-network", "solvers.neural.text:TextNetworkSolver"),
        _ours("image-network", "solvers.neural.image:ImageNetworkSolver"),
        _ours("option-network", "solvers.neural.options:OptionNetworkSolver"),
        *(
            (
                f"lm-{preset}",
                Registered(name=f"lm-{preset}", target=_LANGUAGE_MODEL, params={"preset": preset}),
            )
            for preset in ("tiny", "small", "gpt_tiny", "gpt_small", "distilgpt2")
        ),
        # Starts from the weights that its parameter `init` names.
        _ours("lm-tuned", "solvers.llm.solver:LanguageModelSolver", tune="full"),
        _ours("endpoint", "solvers.llm.endpoint.solver:EndpointSolver"),
        _ours("recorded", "solvers.recorded.solver:RecordedSolver"),
        _ours("pretrained", "solvers.llm.pretrained.solver:PretrainedSolver"),
        _ours("router", "solvers.hybrid.router:RouterSolver"),
    ]
)

TASKS: dict[str, Registered] = dict(
    [
        _ours("word-problems", "harness.tasks.word_problems.task:make"),
        _ours("expressions", "harness.tasks.expressions.task:make"),
        _ours("equations", "harness.tasks.equations.task:make"),
        _ours("digits", "harness.tasks.digits:make"),
        _ours("formats", "harness.tasks.formats.task:make"),
        _ours("option-pricing", "harness.tasks.option_pricing.task:make"),
        _ours("option-outcome", "harness.tasks.option_outcome:make"),
        _ours("mawps", "harness.tasks.public.mawps:make"),
        _ours("asdiv", "harness.tasks.public.asdiv:make"),
        _ours("svamp", "harness.tasks.public.svamp:make"),
        _ours("gsm8k", "harness.tasks.public.gsm8k:make"),
    ]
)


def solver_names() -> tuple[str, ...]:
    """All names of contestants: ours in the order of the ladder, then those of others."""
    return tuple(_with_entry_points(_SOLVERS))


def task_names() -> tuple[str, ...]:
    """All names of tasks: ours, then those of others."""
    return tuple(_with_entry_points(_TASKS))


def find_solver(name: str) -> Registered:
    """The contestant registered under a name.

    Raises:
        UnknownName: there is none.
    """
    return _find(name, _SOLVERS, "solver")


def find_task(name: str) -> Registered:
    """The task registered under a name.

    Raises:
        UnknownName: there is none.
    """
    return _find(name, _TASKS, "task")


def make_solver(target: str) -> Solves:
    """Import a contestant's class and build one.

    Raises:
        CannotLoad: it is of another distribution, and cannot be imported or built, or is none.
    """
    with _loading(_by_target(target, _SOLVERS)):
        solver = _attribute(target)()
        _check_solver(solver)
    return cast("Solves", solver)


def solver_info(name: str) -> SolverInfo:
    """Facts about the contestant registered under a name.

    Raises:
        UnknownName: there is none.
        CannotLoad: as for `make_solver`.
    """
    return make_solver(find_solver(name).target).info


def task_maker(name: str) -> Callable[[Mapping[str, object]], Task]:
    """The function that makes the task registered under a name.

    Raises:
        UnknownName: there is none.
        CannotLoad: it is of another distribution, and cannot be imported.
    """
    registered = find_task(name)
    with _loading(registered):
        maker = _attribute(registered.target)
        if not callable(maker):
            raise TypeError(f"it is a {type(maker).__name__}, not a function")
    return cast("Callable[[Mapping[str, object]], Task]", maker)


def make_task(name: str, options: Mapping[str, object]) -> Task:
    """Make the task registered under a name.

    Raises:
        UnknownName: there is none.
        BadTask: the options do not fit.
        CannotLoad: it is of another distribution, and cannot be imported or fails.
    """
    maker = task_maker(name)
    with _loading(find_task(name)):
        task: object = maker(options)
        if not isinstance(task, Task):
            raise TypeError(f"it returned a {type(task).__name__}, not a Task")
    return task


def _find(name: str, group: str, word: str) -> Registered:
    known = _with_entry_points(group)
    if name not in known:
        raise UnknownName(f"The {word} {suggest(name, tuple(known))}")
    return known[name]


@cache
def _with_entry_points(group: str) -> dict[str, Registered]:
    ours = SOLVERS if group == _SOLVERS else TASKS
    found = dict(ours)
    for entry in metadata.entry_points(group=group):
        if entry.name not in ours:
            origin = entry.dist.name if entry.dist else "unknown"
            found[entry.name] = Registered(name=entry.name, target=entry.value, distribution=origin)
    return found


def _by_target(target: str, group: str) -> Registered:
    for registered in _with_entry_points(group).values():
        if registered.target == target:
            return registered
    return Registered(name=target, target=target)


@contextmanager
def _loading(registered: Registered) -> Iterator[None]:
    """Code of another distribution may raise anything, SystemExit included."""
    try:
        yield
    except BadTask:
        raise
    except (Exception, SystemExit) as exc:
        if registered.distribution == OURS:
            raise
        raise CannotLoad(
            f"{registered.name!r} of the distribution {registered.distribution} cannot be loaded "
            f"({registered.target}): {type(exc).__name__}: {exc}"
        ) from exc


def _check_solver(solver: object) -> None:
    if not isinstance(solver, Solves):
        raise TypeError("it lacks one of info, prepare, solve and close")
    info: object = solver.info
    if not isinstance(info, SolverInfo):
        raise TypeError(f"its info is a {type(info).__name__}, not a SolverInfo")
    if info.level not in LEVELS:
        raise ValueError(f"its level is {info.level!r}; levels are {', '.join(map(str, LEVELS))}")


def _attribute(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
