"""Level 2: answer a question as the most similar training questions were answered.

Similarity is Okapi BM25; the best `k` training questions vote with their scores. Nothing is
optimized: `fit` counts words. The scores themselves are computed in `postings`, imported late.

Not covered: spelling, synonyms, word order; numbers as answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.api import FitReport, Size, SolverInfo, Unsupported
from spoonbench.solvers.learning import (
    NOT_FITTED,
    abstained,
    answered,
    check_settings,
    failed,
    require_examples,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from spoonbench.solvers.algorithms.postings import Postings
    from spoonbench.solvers.api import Answer, Example, Problem, Progress, Settings

LABEL_NEIGHBOURS = 10
"""Voters for a label where `k` is not given; a free text is taken from the one best question."""

_BATCH = 256
"""Questions scored at a time: bounds the memory for scores."""


@dataclass(frozen=True, slots=True)
class _Index:
    postings: Postings
    targets: tuple[str | None, ...]  # shape (n_documents,)


class RetrievalSolver:
    """Nearest neighbours under BM25, by weighted vote.

    Parameters: `k`, the number of neighbours (by default 10 for labels and 1 for texts); `k1`,
    how fast repeated words stop counting; `b`, how much long questions are discounted.

    References:
        Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond",
        Foundations and Trends in Information Retrieval 3(4), equation 3.15.
    """

    info = SolverInfo(
        name="bm25-neighbour",
        version="1",
        level=2,
        summary="Answers as the most similar training questions were answered (Okapi BM25).",
        kinds=("label", "text"),
        needs_training=True,
        requires=("numpy", "scipy"),
        source="Robertson and Zaragoza 2009, The Probabilistic Relevance Framework",
        modules=(
            "spoonbench.solvers.algorithms.retrieval",
            "spoonbench.solvers.algorithms.postings",
        ),
    )

    def __init__(self) -> None:
        self._k: int | None = None
        self._k1, self._b = 1.2, 0.75
        self._index: _Index | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the parameters and import what scores.

        Raises:
            Unsupported: a setting or parameter that it does not have.
        """
        values = check_settings(self.info, settings, {"k": 1, "k1": 1.2, "b": 0.75})
        self._k = int(values["k"]) if "k" in settings.params else None
        self._k1, self._b = values["k1"], values["b"]
        if self._b > 1:
            raise Unsupported(f"the parameter b must be at most 1, not {self._b}")
        from spoonbench.solvers.algorithms import postings  # noqa: F401  # imported untimed

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],  # nothing is chosen
        progress: Progress,
        checkpoints: Path | None,  # takes seconds
        /,
    ) -> FitReport:
        """Index the training questions.

        Raises:
            ValueError: there are no examples, one of them is no text question with a label or a
                text for an answer, or none holds a word.
        """
        from spoonbench.solvers.algorithms.postings import Postings

        require_examples(training)
        for example in training:
            refusal = self._refusal(example.problem)
            if refusal:
                raise ValueError(f"problem {example.problem.problem_id!r}: {refusal}")
        postings = Postings.build(
            [example.problem.text for example in training], k1=self._k1, b=self._b
        )
        self._index = _Index(postings, tuple(example.target for example in training))
        progress(1.0, "indexed")
        return FitReport(n_examples=len(training), notes={"n_terms": len(postings.terms)})

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem by the vote of its neighbours; without a shared word, abstain."""
        if self._index is None:
            return [failed(NOT_FITTED) for _ in problems]
        answers: list[Answer] = []
        for start in range(0, len(problems), _BATCH):
            answers += self._solve_batch(self._index, problems[start : start + _BATCH])
        return answers

    def close(self) -> None:
        """Free the index."""
        self._index = None

    def size(self, problems: Sequence[Problem], /) -> Size:
        """Weights of the index, and the additions and multiplications for one question."""
        if self._index is None:
            return Size()
        postings = self._index.postings
        touched = postings.count_touched([problem.text for problem in problems])
        return Size(
            n_parameters=postings.n_weights,
            weight_bytes=postings.n_bytes,
            operations_per_problem=2 * touched / len(problems) if problems else None,
            formula="2 x entries of the index under the words of the question",
        )

    def _refusal(self, problem: Problem) -> str | None:
        if problem.payload is not None:
            return "reads text, not images"
        if problem.kind not in self.info.kinds:
            return f"answers with a label or a text, not a {problem.kind}"
        return None

    def _solve_batch(self, index: _Index, problems: Sequence[Problem]) -> list[Answer]:
        refusals = [self._refusal(problem) for problem in problems]
        texts = [
            "" if refusal else problem.text
            for problem, refusal in zip(problems, refusals, strict=True)
        ]
        most = max((self._neighbours(problem) for problem in problems), default=1)
        found = index.postings.nearest(texts, most)
        return [
            abstained(refusal)
            if refusal
            else _vote([(index.targets[d], s) for d, s in near[: self._neighbours(problem)]])
            for problem, refusal, near in zip(problems, refusals, found, strict=True)
        ]

    def _neighbours(self, problem: Problem) -> int:
        return self._k or (LABEL_NEIGHBOURS if problem.kind == "label" else 1)


def _vote(ballots: list[tuple[str | None, float]]) -> Answer:
    """The answer with the largest sum of scores; of equal ones that of the better neighbour."""
    if not ballots:
        return abstained("shares no word with the training questions")
    votes: dict[str | None, float] = {}
    for target, score in ballots:
        votes[target] = votes.get(target, 0.0) + score
    winner = max(votes, key=votes.__getitem__)
    share = min(1.0, votes[winner] / sum(votes.values()))
    if winner is None:
        return abstained("the nearest training questions have no answer", share)
    return answered(winner, share)
