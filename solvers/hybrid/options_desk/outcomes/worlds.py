"""Worlds that trades are simulated in: how prices move, and what volatility options are quoted at.

The variance follows Heston's process towards a level that changes with the market's regime, with
jumps on top (Bates 1996); drift, jumps and the level of variance belong to the regime, so that bad
times are short, violent and falling. Options are quoted at the volatility that the market expects,
times a premium, with noise and a slope over strikes: the premium is what Carr and Wu 2009
("Variance Risk Premiums") measure, the slope is that of index options.

The figures are chosen to look like equity indices and large stocks. They were fitted to no data.

Not covered: interest, dividends, costs of trading, weekends quieter than other days.

References:
    Heston 1993, "A Closed-Form Solution for Options with Stochastic Volatility".
    Bates 1996, "Jumps and Stochastic Volatility".
    Hamilton 1989, "A New Approach to the Economic Analysis of Nonstationary Time Series" (regimes).
    Lord, Koekkoek and van Dijk 2010, "A comparison of biased simulation schemes" (full truncation).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One state of the market.

    Attributes:
        volatility: to which that of the calmest underlying is drawn, as a fraction.
        drift: of the underlyings, per year.
        jumps_per_year: expected.
        years: that it lasts on average.
    """

    volatility: float
    drift: float
    jumps_per_year: float
    years: float


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """How prices move and options are quoted.

    Attributes:
        name: what people type.
        summary: one sentence.
        calm: the regime that the market begins in.
        turbulent: the other.
        multiples: of the regime's volatility, one for each underlying.
        reversion: speed per year at which variance is drawn to its level.
        variance_volatility: Heston's volatility of variance, at a level of 1.
        leverage: correlation of the price's and the variance's shocks.
        market_share: squared correlation of an underlying with the market.
        jump_mean: of the log of a jump, at a multiple of 1.
        jump_deviation: likewise.
        premium: quoted over expected volatility, less one.
        quote_noise: deviation of the log of the quoted volatility.
        slope: how the log of the quoted volatility falls by the strike's distance in deviations.
    """

    name: str
    summary: str
    calm: Regime
    turbulent: Regime
    multiples: tuple[float, ...] = (1.0, 1.2, 1.6, 2.0)
    reversion: float = 4.0
    variance_volatility: float = 0.0
    leverage: float = 0.0
    market_share: float = 0.5
    jump_mean: float = 0.0
    jump_deviation: float = 0.0
    premium: float = 0.0
    quote_noise: float = 0.0
    slope: float = 0.0

    @property
    def jump_square(self) -> float:
        """Expected square of the log of a jump, at a multiple of 1."""
        return self.jump_mean**2 + self.jump_deviation**2


_STILL = Regime(volatility=0.16, drift=0.0, jumps_per_year=0.0, years=1.0)

_EXACT = World(
    name="black-scholes",
    summary="Volatility is constant and quoted as it is; the formula's probability is the truth.",
    calm=_STILL,
    turbulent=_STILL,
)
_PREMIUM = replace(
    _EXACT,
    name="premium",
    summary="Volatility is constant, but options are quoted a tenth above it.",
    premium=0.1,
)
_FAIR = World(
    name="fair-quotes",
    summary="Stochastic volatility, jumps, regimes and skewed drift; quotes without a premium.",
    calm=Regime(volatility=0.13, drift=0.12, jumps_per_year=1.5, years=1.5),
    turbulent=Regime(volatility=0.28, drift=-0.15, jumps_per_year=6.0, years=0.4),
    variance_volatility=0.35,
    leverage=-0.7,
    jump_mean=-0.025,
    jump_deviation=0.025,
    quote_noise=0.04,
    slope=0.12,
)
_MARKET = replace(
    _FAIR,
    name="market",
    summary="Stochastic volatility, jumps, regimes, skewed drift, and quotes with a premium.",
    premium=0.12,
)

WORLDS: Mapping[str, World] = {world.name: world for world in (_EXACT, _PREMIUM, _FAIR, _MARKET)}
"""By name."""
