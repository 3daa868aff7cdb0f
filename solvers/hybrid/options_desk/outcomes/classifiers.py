"""The models behind the contestants of `option-outcome`: rows in, calibrated probabilities out.

Imports scikit-learn: registered modules import this one when they are prepared.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from spoonbench.solvers.api import BadInput, FitReport, Size
from spoonbench.solvers.hybrid.options_desk.outcomes.features import features_of_row
from spoonbench.solvers.hybrid.options_desk.outcomes.history import (
    LABELS,
    History,
    Target,
    join_rows,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.learning import learn_from_periods
from spoonbench.solvers.hybrid.options_desk.outcomes.regression import (
    Design,
    formula_column,
    make_design,
    outcomes,
)
from spoonbench.solvers.learning import answered, failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from spoonbench.solvers.api import Answer, Example, Json, Problem

    Array = NDArray[np.float64]

_DECIMALS = 9
_LEAST = 1e-6


class Probabilities(Protocol):
    """Something that foresees profits, or severe losses."""

    def fit(self, target: Target, training: History, validation: History | None) -> dict[str, Json]:
        """Learn and calibrate; returns notes."""
        ...

    def foresee(self, trades: History) -> Array:
        """Probability of what was learned, shape (n,)."""
        ...

    def size(self) -> tuple[int, float]:
        """Numbers that were learned, and operations for a trade."""
        ...


class OutcomeAnswers:
    """Rows to labels by a probability."""

    def __init__(self, probabilities: Probabilities) -> None:
        self._probabilities = probabilities
        self._target: Target = "win"

    def fit(self, training: Sequence[Example], validation: Sequence[Example]) -> FitReport:
        """Learn from rows.

        Raises:
            ValueError: a row cannot be read, or targets are of no question, or of two.
        """
        self._target = _target_of([*training, *validation])
        learned = _read_examples(training, self._target)
        checked = _read_examples(validation, self._target) if validation else None
        notes = self._probabilities.fit(self._target, learned, checked)
        notes["examples calibrated on"] = len(validation)
        return FitReport(n_examples=len(training), notes=notes)

    def refuse(self, problem: Problem) -> Answer | None:
        """Refuse a problem without a row of features."""
        if problem.row is None:
            return failed("the problem has no row")
        try:
            features_of_row(problem.row)
        except BadInput as exc:
            return failed(f"the row is no trade: {exc}")
        return None

    def answer(self, problems: Sequence[Problem]) -> list[Answer]:
        """Answer; no problem of which is refused."""
        trades = _read(problems, [(False, np.nan)] * len(problems))
        chances = self._probabilities.foresee(trades)
        return [_answer(float(chance), LABELS[self._target]) for chance in chances]

    def size(self, _problems: Sequence[Problem]) -> Size:
        """Numbers that were learned."""
        n_parameters, operations = self._probabilities.size()
        return Size(
            n_parameters=n_parameters,
            operations_per_problem=operations,
            formula="multiplications, additions and comparisons of the model after its features",
        )


def make_model(name: str, seed: int) -> OutcomeAnswers:
    """The model of a registered contestant."""
    return OutcomeAnswers(_MAKERS[name](seed))


class BaseRate:
    """How often it happened in training."""

    def __init__(self) -> None:
        self._share = 0.5

    def fit(
        self, target: Target, training: History, _validation: History | None
    ) -> dict[str, Json]:
        """Count."""
        self._share = float(outcomes(training, target).mean())
        return {"share": self._share}

    def foresee(self, trades: History) -> Array:
        """The same for all."""
        return np.full(len(trades), self._share)

    def size(self) -> tuple[int, float]:
        """One number."""
        return 1, 0.0


class ClosedForm:
    """The formula's probability, as the row holds it."""

    def __init__(self) -> None:
        self._column = formula_column("win")

    def fit(
        self, target: Target, _training: History, _validation: History | None
    ) -> dict[str, Json]:
        """Learn nothing but what is asked."""
        self._column = formula_column(target)
        return {}

    def foresee(self, trades: History) -> Array:
        """As it stands."""
        return trades.columns[self._column]

    def size(self) -> tuple[int, float]:
        """Nothing."""
        return 0, 0.0


class DeskModel:
    """What `learning.learn` fits, without its decision."""

    def __init__(self) -> None:
        self._learned: Any = None

    def fit(self, target: Target, training: History, validation: History | None) -> dict[str, Json]:
        """Learn, and calibrate by Venn-Abers prediction."""
        if validation is None:
            raise ValueError("there is no validation part to calibrate on")
        self._learned = learn_from_periods(target, training, validation)
        return {"penalty": self._learned.penalty}

    def foresee(self, trades: History) -> Array:
        """Calibrated."""
        found: Array = self._learned.probabilities(trades)
        return found

    def size(self) -> tuple[int, float]:
        """Weights and the calibration's table."""
        n_weights = len(self._learned.fit.weights)
        return n_weights + 3 * len(self._learned.fit.calibration.low), 2.0 * n_weights


class Calibrated:
    """A classifier of scikit-learn on the design's columns, calibrated by Platt's logistic."""

    def __init__(self, estimator: Any, *, is_crossed: bool) -> None:
        self._estimator = estimator
        self._is_crossed = is_crossed
        self._design: Design | None = None
        self._platt = (1.0, 0.0)

    def fit(self, target: Target, training: History, validation: History | None) -> dict[str, Json]:
        """Learn, then scale and shift log odds."""
        self._design = make_design(training, with_past=training.has_past)
        happened = outcomes(training, target).astype(bool)
        if len(np.unique(happened)) == 1:
            raise ValueError("all trades of the training part ended alike")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self._estimator.fit(self._columns(training), happened)
        if validation is not None:
            later = outcomes(validation, target).astype(bool)
            self._calibrate(self._log_odds(validation), later)
        return {
            "slope": self._platt[0],
            "shift": self._platt[1],
            "warnings": "; ".join(sorted({str(one.message) for one in caught})),
        }

    def _calibrate(self, log_odds: Array, happened: NDArray[np.bool_]) -> None:
        """Choose slope and shift, where both outcomes occur and trades are told apart."""
        if len(np.unique(happened)) > 1 and np.ptp(log_odds) > 0:
            platt = LogisticRegression(C=np.inf, solver="newton-cholesky")
            platt.fit(log_odds[:, None], happened)
            self._platt = float(platt.coef_[0, 0]), float(platt.intercept_[0])

    def foresee(self, trades: History) -> Array:
        """Calibrated."""
        slope, shift = self._platt
        return np.asarray(1 / (1 + np.exp(-(slope * self._log_odds(trades) + shift))))

    def size(self) -> tuple[int, float]:
        """Numbers that were learned; of trees two a split and one a leaf."""
        if hasattr(self._estimator, "coefs_"):
            n = sum(each.size for each in (*self._estimator.coefs_, *self._estimator.intercepts_))
            return int(n) + 2, 2.0 * n
        if hasattr(self._estimator, "coef_"):
            n = int(self._estimator.coef_.size) + 1
            return n + 2, 2.0 * n
        return _trees_size(self._estimator)

    def _log_odds(self, trades: History) -> Array:
        chance = self._estimator.predict_proba(self._columns(trades))[:, 1]
        kept = np.clip(chance, _LEAST, 1 - _LEAST)
        return np.asarray(np.log(kept) - np.log1p(-kept))

    def _columns(self, trades: History) -> Array:
        assert self._design is not None  # for the type checker: fitted before it is asked
        columns = self._design.columns(trades)
        n_plain = len(self._design.means) + len(self._design.strategies)
        return columns if self._is_crossed else columns[:, :n_plain]


def _trees_size(estimator: Any) -> tuple[int, float]:
    # The trees have no public face; their nodes are a structured array.
    trees = [tree.nodes for step in estimator._predictors for tree in step]  # noqa: SLF001
    n_leaves = sum(int(nodes["is_leaf"].sum()) for nodes in trees)
    n_splits = sum(len(nodes) for nodes in trees) - n_leaves
    depth = sum(float(nodes["depth"][nodes["is_leaf"].astype(bool)].mean()) for nodes in trees)
    return 2 * n_splits + n_leaves + 2, depth + len(trees)


def _logistic(_seed: int) -> Probabilities:
    return Calibrated(LogisticRegression(C=0.01, max_iter=500), is_crossed=True)


def _boosting(seed: int) -> Probabilities:
    estimator = HistGradientBoostingClassifier(
        max_iter=80,
        learning_rate=0.05,
        max_leaf_nodes=6,
        min_samples_leaf=100,
        l2_regularization=10.0,
        early_stopping=False,
        random_state=seed,
    )
    return Calibrated(estimator, is_crossed=False)


def _network(seed: int) -> Probabilities:
    # It stops after a fixed number of passes: its own early stopping would draw its validation
    # part from all times.
    estimator = MLPClassifier(
        hidden_layer_sizes=(24, 12), alpha=0.1, max_iter=15, random_state=seed
    )
    return Calibrated(estimator, is_crossed=False)


_MAKERS: Mapping[str, Callable[[int], Probabilities]] = {
    "base-rate": lambda _: BaseRate(),
    "closed-form-probability": lambda _: ClosedForm(),
    "outcome-model": lambda _: DeskModel(),
    "outcome-logistic": _logistic,
    "outcome-boosting": _boosting,
    "outcome-network": _network,
}


def _answer(chance: float, labels: tuple[str, str]) -> Answer:
    # The last digits of a sum depend on how many trades are asked about at a time.
    rounded = round(chance, _DECIMALS)
    happens, otherwise = labels
    if rounded >= 0.5:  # noqa: PLR2004
        return answered(happens, rounded)
    return answered(otherwise, 1 - rounded)


def _target_of(examples: Sequence[Example]) -> Target:
    """What the examples ask."""
    given = {example.target for example in examples}
    for target, labels in LABELS.items():
        if given <= set(labels):
            return target
    pairs = ", or ".join(f"{happens} and {otherwise}" for happens, otherwise in LABELS.values())
    raise ValueError(f"the targets of trades are {pairs}, not {sorted(map(str, given))}")


def _read_examples(examples: Sequence[Example], target: Target) -> History:
    problems = [example.problem for example in examples]
    happened = [example.target == LABELS[target][0] for example in examples]
    if target == "win":
        return _read(problems, [(each, np.nan) for each in happened])
    return _read(problems, [(False, float(each)) for each in happened])


def _read(problems: Sequence[Problem], happened: Sequence[tuple[bool, float]]) -> History:
    """Rows in the order in which they stand, which is that of time."""
    never = np.datetime64("1970-01-01")
    features = []
    for problem in problems:
        if problem.row is None:
            raise ValueError(f"problem {problem.problem_id!r} has no row")
        features.append(features_of_row(problem.row))
    return join_rows("rows", [(never, never)] * len(features), features, happened)
