"""The outcome model of the desk: what was learned, how it did on later trades, and its estimates.

It is kept as `outcome_model.json`: weights, calibration tables, resampled ones for intervals, and
the evaluation. Trades themselves are not kept. A target ("win", "severe") has up to two parts: one
for features that are always known at opening, one that also needs the underlying's earlier closes.
A part answers only if it has beaten the formula on later trades; otherwise the formula does.

The probability is calibrated by Platt's logistic. The interval is of 90%: history is drawn again in
whole blocks of time, and the model learned and calibrated on each by Venn-Abers prediction; it goes
from the 5% quantile of p0 to the 95% quantile of p1 (`venn_abers`), and holds the probability.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.outcomes.estimates import Estimate, closed_form
from spoonbench.solvers.hybrid.options_desk.outcomes.evaluation import Evaluation
from spoonbench.solvers.hybrid.options_desk.outcomes.features import PAST
from spoonbench.solvers.hybrid.options_desk.outcomes.history import History, Target, one_trade
from spoonbench.solvers.hybrid.options_desk.outcomes.regression import (
    Design,
    formula_log_odds,
    sigmoid,
)
from spoonbench.solvers.hybrid.options_desk.outcomes.venn_abers import VennAbers
from spoonbench.solvers.probability_scores import Bin, Difference, ProbabilityScores

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from spoonbench.solvers.hybrid.options_desk.outcomes.features import TradeFeatures

    Array = NDArray[np.float64]

FILE_NAME = "outcome_model.json"
FORMAT = 1
_TAIL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One fit.

    Attributes:
        weights: of the columns.
        platt: what log odds are multiplied by, and what is added then.
        calibration: of log odds before that.
    """

    weights: Array
    platt: tuple[float, float]
    calibration: VennAbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Foresight:
    """What was learned from the first two periods for one target.

    Attributes:
        target: what it foresees.
        design: features to columns.
        penalty: that was chosen.
        fit: on the history as it is.
    """

    target: Target
    design: Design
    penalty: float
    fit: Fit

    def probabilities(self, history: History) -> Array:
        """Of trades whose strategies it knows, shape (n,)."""
        slope, shift = self.fit.platt
        offset = formula_log_odds(history, self.target)
        return sigmoid(slope * (offset + self.design.columns(history) @ self.fit.weights) + shift)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What was learned for one target from one set of features, and how it did.

    Attributes:
        foresight: what was learned.
        resampled: on histories drawn from it in blocks.
        evaluation: on later trades.
    """

    foresight: Foresight
    resampled: tuple[Fit, ...]
    evaluation: Evaluation

    def intervals(self, history: History) -> tuple[Array, Array]:
        """Lower and upper ends, shape (n,) each; the probability lies between them."""
        columns = self.foresight.design.columns(history)
        offset = formula_log_odds(history, self.foresight.target)
        bounds = [one.calibration.bounds(offset + columns @ one.weights) for one in self.resampled]
        lows, highs = (np.array(ends) for ends in zip(*bounds, strict=True))
        low, high = np.quantile(lows, _TAIL, axis=0), np.quantile(highs, 1 - _TAIL, axis=0)
        middle = self.foresight.probabilities(history)
        return np.minimum(low, middle), np.maximum(high, middle)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeModel:
    """See this module.

    Attributes:
        source: of the trades, in words.
        n_trades: of the history.
        n_purged: that were open across a border of the periods.
        starts: first days of the periods to calibrate on and to evaluate on.
        parts: the one with earlier closes first.
        remarks: what could not be learned, in sentences.
    """

    source: str
    n_trades: int
    n_purged: int
    starts: tuple[str, str]
    parts: tuple[Learned, ...]
    remarks: tuple[str, ...] = ()

    def win_probability(self, features: TradeFeatures) -> Estimate:
        """That a trade makes a profit."""
        return self._estimate(features, "win", features.probability)

    def risk_score(self, features: TradeFeatures) -> Estimate:
        """Probability of a severe loss; see `estimates.risk_score`."""
        return self._estimate(features, "severe", features.severe_probability)

    def part_for(self, features: TradeFeatures, target: Target) -> Learned | None:
        """The part whose features are all known; that with earlier closes where they are."""
        has_past = all(getattr(features, name) is not None for name in PAST)
        fitting = (
            part
            for part in self.parts
            if part.foresight.target == target and (has_past or not part.foresight.design.with_past)
        )
        return next(fitting, None)

    def save(self, folder: Path) -> None:
        """Write `outcome_model.json` into a folder, which is made where it is missing."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"format": FORMAT, **_plain(asdict(self))}, allow_nan=False)
        (folder / FILE_NAME).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> OutcomeModel:
        """Read what `save` wrote.

        Raises:
            BadInput: the folder holds no such thing.
        """
        path = folder / FILE_NAME
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return _model(values)
        except FileNotFoundError:
            raise BadInput(
                f"{folder} holds no outcome model: there is no {FILE_NAME} in it"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
            raise BadInput(f"{path} is no outcome model of format {FORMAT}: {exc}") from exc

    def _estimate(self, features: TradeFeatures, target: Target, formula: float) -> Estimate:
        part = self.part_for(features, target)
        refusal = _refusal(part, features)
        if part is None or refusal is not None:
            return closed_form(formula, refusal or "")
        trade = one_trade(features)
        low, high = part.intervals(trade)
        return Estimate(
            probability=float(part.foresight.probabilities(trade)[0]),
            low=float(low[0]),
            high=float(high[0]),
            method="outcome model",
            sentence=_praise(part),
        )


def _refusal(part: Learned | None, features: TradeFeatures) -> str | None:
    """Why the formula answers, in a sentence; None where the model does."""
    if part is None:
        return "The outcome model learned nothing about this, so the formula's probability stands."
    if features.strategy not in part.foresight.design.strategies:
        return (
            f"The outcome model has seen no {features.strategy}, so the formula's probability "
            "stands."
        )
    if not part.evaluation.is_better:
        found = part.evaluation.over_closed_form
        return (
            f"On {part.evaluation.model.n:,} later trades the outcome model did not beat the "
            f"formula (log loss {found.mean:+.4f}, 95% interval {found.low:+.4f} to "
            f"{found.high:+.4f}), so the formula's probability stands."
        )
    return None


def _praise(part: Learned) -> str:
    found = part.evaluation.over_closed_form
    without = "" if part.foresight.design.with_past else " without the underlying's earlier closes"
    return (
        f"On {part.evaluation.model.n:,} later trades the outcome model{without} beat the formula "
        f"(log loss {found.mean:+.4f}, 95% interval {found.low:+.4f} to {found.high:+.4f})."
    )


def _plain(value: Any) -> Any:
    """Arrays as lists, named tuples as mappings."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return _plain(value._asdict())
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def _model(values: Mapping[str, Any]) -> OutcomeModel:
    if values["format"] != FORMAT:
        raise ValueError(f"its format is {values['format']!r}")
    first, second = values["starts"]
    return OutcomeModel(
        source=str(values["source"]),
        n_trades=int(values["n_trades"]),
        n_purged=int(values["n_purged"]),
        starts=(str(first), str(second)),
        parts=tuple(_learned(part) for part in values["parts"]),
        remarks=tuple(values["remarks"]),
    )


def _learned(values: Mapping[str, Any]) -> Learned:
    return Learned(
        foresight=_foresight(values["foresight"]),
        resampled=tuple(_fit(one) for one in values["resampled"]),
        evaluation=_evaluation(values["evaluation"]),
    )


def _foresight(values: Mapping[str, Any]) -> Foresight:
    design = values["design"]
    target: Target = "severe" if values["target"] == "severe" else "win"
    return Foresight(
        target=target,
        design=Design(
            strategies=tuple(design["strategies"]),
            with_past=bool(design["with_past"]),
            means=_array(design["means"]),
            scales=_array(design["scales"]),
        ),
        penalty=float(values["penalty"]),
        fit=_fit(values["fit"]),
    )


def _fit(values: Mapping[str, Any]) -> Fit:
    table = values["calibration"]
    slope, shift = values["platt"]
    return Fit(
        weights=_array(values["weights"]),
        platt=(float(slope), float(shift)),
        calibration=VennAbers(
            borders=_array(table["borders"]), low=_array(table["low"]), high=_array(table["high"])
        ),
    )


def _evaluation(values: Mapping[str, Any]) -> Evaluation:
    return Evaluation(
        first_day=str(values["first_day"]),
        last_day=str(values["last_day"]),
        n_blocks=int(values["n_blocks"]),
        model=ProbabilityScores(**values["model"]),
        closed_form=ProbabilityScores(**values["closed_form"]),
        base_rate=ProbabilityScores(**values["base_rate"]),
        over_closed_form=Difference(**values["over_closed_form"]),
        over_base_rate=Difference(**values["over_base_rate"]),
        table=tuple(Bin(**one) for one in values["table"]),
        closed_form_table=tuple(Bin(**one) for one in values["closed_form_table"]),
    )


def _array(values: Any) -> Array:
    found = np.array(values, dtype=float)
    if found.ndim != 1 or not np.isfinite(found).all():
        raise ValueError("a list of numbers is damaged")
    return found
