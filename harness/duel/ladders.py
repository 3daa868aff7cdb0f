"""The ladder of each task: who takes part below the language models, and which hybrids.

A task of its own has a ladder of its own; any other has that of its kind of answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.tasks.user_file import VERSION as FILE_VERSION

if TYPE_CHECKING:
    from spoonbench.harness.tasks.api import Task

MODEL = "MODEL"
"""In a route: the language model that the user brought, else the largest of the preset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Registered names, lowest level first.

    Attributes:
        solvers: below the language models.
        routes: hybrids, each asked in order.
    """

    solvers: tuple[str, ...]
    routes: tuple[tuple[str, ...], ...] = ()


BY_KIND: dict[tuple[str, str], Ladder] = {
    ("number", "text"): Ladder(
        solvers=(
            "spoon",
            "rules",
            "rules-forced",
            "algebra",
            "tfidf-ridge",
            "tfidf-operations",
            "text-network",
        ),
        routes=(("rules", "tfidf-operations"), ("rules", MODEL)),
    ),
    ("label", "text"): Ladder(
        solvers=("keywords", "bm25-neighbour", "tfidf-linear", "tfidf-boosting", "text-network"),
        routes=(("keywords", "tfidf-linear"), ("keywords", MODEL)),
    ),
    ("text", "text"): Ladder(solvers=("bm25-neighbour",)),
    ("label", "image"): Ladder(
        solvers=(
            "stroke-rules",
            "template-matching",
            "pixel-svm",
            "pixel-boosting",
            "image-network",
        ),
        routes=(("stroke-rules", "pixel-svm"), ("stroke-rules", MODEL)),
    ),
}
"""Kind of answer and payload: ladder."""

_NUMBERS = ("tfidf-ridge", "tfidf-operations", "text-network")

BY_TASK: dict[tuple[str, str], Ladder] = {
    ("expressions", "number"): Ladder(
        solvers=("expression-rules", "calculator", "algebra", *_NUMBERS),
        routes=(("expression-rules", "calculator"), ("expression-rules", MODEL)),
    ),
    ("equations", "number"): Ladder(
        solvers=("equation-rules", "algebra", *_NUMBERS),
        routes=(("equation-rules", "algebra"), ("algebra", MODEL)),
    ),
    ("option-pricing", "number"): Ladder(
        solvers=(
            "black-scholes",
            "black-scholes-text",
            "option-ridge",
            "option-boosting",
            "option-boosting-raw",
            "option-network",
        ),
    ),
    ("formats", "label"): Ladder(
        solvers=(
            "format-rules",
            "format-libraries",
            "bm25-neighbour",
            "tfidf-linear",
            "tfidf-boosting",
            "text-network",
        ),
        routes=(("format-rules", "tfidf-linear"), ("format-rules", MODEL)),
    ),
    ("formats", "text"): Ladder(
        solvers=("format-rules", "format-libraries", "bm25-neighbour"),
        routes=(("format-rules", "format-libraries"), ("format-rules", MODEL)),
    ),
    ("option-outcome", "label"): Ladder(
        solvers=(
            "base-rate",
            "closed-form-probability",
            "outcome-model",
            "outcome-logistic",
            "outcome-boosting",
            "outcome-network",
        ),
    ),
}
"""Name of a registered task and kind of answer: ladder."""

THRESHOLDS: dict[str, float] = {"number": 0.0, "label": 0.95, "text": 0.95}
"""Kind of answer: the least confidence at which a stage of a hybrid keeps its answer. Rules for
numbers abstain by themselves, and their confidence is a grade, no probability; that of keyword
lists and the like is one, and 0.95 is the accuracy asked for by default. `--set
A+B.threshold=0.8` changes it."""


def ladder_of(task: Task) -> Ladder:
    """The ladder of a task; an empty one where nobody below the language models can answer."""
    # A file may be called what it likes; its name says nothing of what is in it.
    own = None if task.version == FILE_VERSION else BY_TASK.get((task.name, task.kind))
    return own or BY_KIND.get((task.kind, task.payload), Ladder(solvers=()))
