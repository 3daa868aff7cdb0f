"""What the desk says about a trade: a probability, its interval, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from spoonbench.solvers.hybrid.options_desk.outcomes.features import TradeFeatures
    from spoonbench.solvers.hybrid.options_desk.outcomes.model import OutcomeModel

Method = Literal["outcome model", "closed form"]

NO_MODEL = (
    "No outcome model was given, so the probability is that of the formula at the implied "
    "volatility, without an interval."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A probability of a trade.

    Attributes:
        probability: in [0, 1].
        low: lower end of its interval of 90%; None where nothing tells how sure it is.
        high: upper end.
        method: what gave it.
        sentence: why that method, for a person.
    """

    probability: float
    low: float | None
    high: float | None
    method: Method
    sentence: str


def win_probability(features: TradeFeatures, model: OutcomeModel | None) -> Estimate:
    """That a trade makes a profit: by the model where it has proved better, else by the formula."""
    if model is None:
        return closed_form(features.probability, NO_MODEL)
    return model.win_probability(features)


def risk_score(features: TradeFeatures, model: OutcomeModel | None) -> Estimate:
    """Probability of a severe loss: at least half of the stress loss.

    The stress loss is the largest loss while the underlying ends within three deviations, at the
    implied volatility, of its forward price; for trades whose loss is limited that is mostly the
    largest loss of all.
    """
    if model is None:
        return closed_form(features.severe_probability, NO_MODEL)
    return model.risk_score(features)


def closed_form(probability: float, sentence: str) -> Estimate:
    """The formula's probability, which has no interval."""
    return Estimate(
        probability=probability, low=None, high=None, method="closed form", sentence=sentence
    )
