"""Names of contestants and tasks, kept as import strings so that nothing heavy is imported early.

Others add theirs by entry points: groups `spoonbench.solvers` (a class) and `spoonbench.tasks`
(a function from options to a `Task`). A name of ours cannot be taken over.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.tasks.api import Task
    from spoonbench.solvers.api import SolverInfo, Solves

_LANGUAGE_MODEL = "spoonbench.solvers.llm.solver:LanguageModelSolver"


class UnknownName(LookupError):
    """Nothing is registered under that name; the message says what was probably meant."""


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
    distribution: str = "spoonbench"


def _ours(name: str, target: str, **params: object) -> tuple[str, Registered]:
    return name, Registered(name=name, target=f"spoonbench.{target}", params=params)


SOLVERS: dict[str, Registered] = dict(
    [
        _ours("spoon", "solvers.rules.spoon:SpoonSolver"),
        _ours("rules", "solvers.rules.word_problems:RuleSolver"),
        _ours("keywords", "solvers.rules.keywords:KeywordListSolver"),
        _ours("stroke-rules", "solvers.rules.strokes:StrokeRuleSolver"),
        _ours("function", "solvers.rules.function:FunctionSolver"),
        _ours("algebra", "solvers.algorithms.algebra:AlgebraSolver"),
        _ours("bm25-neighbour", "solvers.algorithms.retrieval:RetrievalSolver"),
        _ours("template-matching", "solvers.algorithms.templates:TemplateSolver"),
        _ours("tfidf-ridge", "solvers.classic.regression:TfidfRegressionSolver"),
        _ours("tfidf-operations", "solvers.classic.operations:TfidfOperationSolver"),
        _ours("tfidf-linear", "solvers.classic.labels:TfidfLinearSolver"),
        _ours("tfidf-boosting", "solvers.classic.labels:TfidfBoostingSolver"),
        _ours("pixel-svm", "solvers.classic.pixels:PixelSvmSolver"),
        _ours("pixel-boosting", "solvers.classic.pixels:PixelBoostingSolver"),
        _ours("text-network", "solvers.neural.text:TextNetworkSolver"),
        _ours("image-network", "solvers.neural.image:ImageNetworkSolver"),
        *(
            (
                f"lm-{preset}",
                Registered(name=f"lm-{preset}", target=_LANGUAGE_MODEL, params={"preset": preset}),
            )
            for preset in ("tiny", "small", "gpt-tiny", "gpt-small", "distilgpt2")
        ),
        _ours("router", "solvers.hybrid.router:RouterSolver"),
    ]
)

TASKS: dict[str, Registered] = dict(
    [
        _ours("word-problems", "harness.tasks.word_problems.task:make"),
        _ours("digits", "harness.tasks.digits:make"),
    ]
)


def solver_names() -> tuple[str, ...]:
    """All names of contestants: ours in the order of the ladder, then those of others."""
    return tuple(_with_entry_points("spoonbench.solvers"))


def task_names() -> tuple[str, ...]:
    """All names of tasks: ours, then those of others."""
    return tuple(_with_entry_points("spoonbench.tasks"))


def find_solver(name: str) -> Registered:
    """The contestant registered under a name.

    Raises:
        UnknownName: there is none.
    """
    return _find(name, "spoonbench.solvers", "solver")


def find_task(name: str) -> Registered:
    """The task registered under a name.

    Raises:
        UnknownName: there is none.
    """
    return _find(name, "spoonbench.tasks", "task")


def make_solver(target: str) -> Solves:
    """Import a contestant's class and build one.

    Raises:
        ImportError: its module cannot be imported.
        AttributeError: its module has no such class.
    """
    return cast("Solves", _attribute(target)())


def solver_info(name: str) -> SolverInfo:
    """Facts about the contestant registered under a name."""
    return make_solver(find_solver(name).target).info


def make_task(name: str, options: Mapping[str, object]) -> Task:
    """Make the task registered under a name.

    Raises:
        UnknownName: there is none.
        BadTask: the options do not fit.
    """
    maker = cast("Callable[[Mapping[str, object]], Task]", _attribute(find_task(name).target))
    return maker(options)


def suggest(name: str, known: tuple[str, ...]) -> str:
    """One sentence: the name is unknown, and what was probably meant."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"Did you mean {close[0]!r}? " if close else ""
    return f"{name!r} is unknown. {hint}Known: {', '.join(known)}."


def _find(name: str, group: str, word: str) -> Registered:
    known = _with_entry_points(group)
    if name not in known:
        raise UnknownName(f"The {word} {suggest(name, tuple(known))}")
    return known[name]


@cache
def _with_entry_points(group: str) -> dict[str, Registered]:
    ours = SOLVERS if group == "spoonbench.solvers" else TASKS
    found = dict(ours)
    for entry in metadata.entry_points(group=group):
        if entry.name not in ours:
            origin = entry.dist.name if entry.dist else "unknown"
            found[entry.name] = Registered(name=entry.name, target=entry.value, distribution=origin)
    return found


def _attribute(target: str) -> Any:
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)
