"""Rules as data: what each kind holds, and sets of them with the figures they compute with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from spoonbench.solvers.hybrid.options_desk.margin.portfolio_based import PortfolioRates
    from spoonbench.solvers.hybrid.options_desk.margin.requirements import StrategyRates
    from spoonbench.solvers.hybrid.options_desk.margin.results import Method, Phase
    from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying
    from spoonbench.solvers.hybrid.options_desk.rules.findings import Severity, Stage

Per = Literal["underlying", "portfolio"]
Greek = Literal["delta", "beta-weighted-delta", "gamma", "vega", "theta"]
DataCheck = Literal["values", "duplicates", "spot", "size", "expired", "intrinsic", "maximum"]
DATA_CHECKS: tuple[DataCheck, ...] = get_args(DataCheck)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most that is allowed: one of both.

    Attributes:
        amount: in dollars.
        share: of the account's value.
    """

    amount: Decimal | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What every rule has.

    Attributes:
        rule_id: no two rules of a set share it.
        severity: hard rules forbid, soft ones warn.
        source: where it comes from.
    """

    stage: ClassVar[Stage]

    rule_id: str
    severity: Severity
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataRule(Rule):
    """No row has this fault.

    Attributes:
        check: which; those that a set does not name are hard rules of it all the same.
    """

    stage: ClassVar[Stage] = "data"

    check: DataCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRule(Rule):
    """Contracts on one side of the market: long calls and short puts, or long puts and short calls.

    Attributes:
        limit: contracts, of every underlying.
        limits: by root, instead.
    """

    stage: ClassVar[Stage] = "position"

    limit: int
    limits: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginRule(Rule):
    """What is asked to be kept, less what short positions bring.

    Attributes:
        method: how it is computed.
        phase: when opening, or while holding; of strategy-based margin.
        limit: the most, of all underlyings together.
    """

    stage: ClassVar[Stage] = "margin"

    method: Method
    phase: Phase
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRule(Rule):
    """The largest loss at expiry, from today's prices on.

    Attributes:
        per: of each underlying, or of all, each at its worst.
        limit: the most.
    """

    stage: ClassVar[Stage] = "loss"

    per: Per
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class GreekRule(Rule):
    """Size of a Greek in dollars, long or short.

    Attributes:
        greek: delta times the underlying's value, the same times beta, gamma of a move of 1%, vega
            of a point, theta of a day.
        per: of each underlying, or of all together.
        limit: the most.
    """

    stage: ClassVar[Stage] = "greeks"

    greek: Greek
    per: Per
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRule(Rule):
    """Loss in the worst cell of a grid of moves.

    Attributes:
        spot_moves: of every underlying at once, as fractions.
        volatility_moves: of every implied volatility, in points of 0.01.
        per: of each underlying, or of all together.
        limit: the most.
    """

    stage: ClassVar[Stage] = "scenario"

    spot_moves: tuple[Decimal, ...]
    volatility_moves: tuple[Decimal, ...]
    per: Per
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """Rules and what they compute with.

    Attributes:
        name: of the set.
        summary: what it is for.
        rules: in the order of evaluation.
        strategy: figures of strategy-based margin.
        portfolio: figures of portfolio margin.
        underlyings: classes by root, before those that are known.
        betas: by root.
    """

    name: str
    summary: str
    rules: tuple[Rule, ...]
    strategy: StrategyRates
    portfolio: PortfolioRates
    underlyings: Mapping[str, Underlying]
    betas: Mapping[str, Decimal]
