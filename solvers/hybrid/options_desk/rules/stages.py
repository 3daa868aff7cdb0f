"""What each kind of rule measures, in the order of evaluation."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import payoffs
from spoonbench.solvers.hybrid.options_desk.margin import repricing
from spoonbench.solvers.hybrid.options_desk.margin.books import books_of
from spoonbench.solvers.hybrid.options_desk.margin.strategy_based import dollars
from spoonbench.solvers.hybrid.options_desk.rules.cases import NotKnown
from spoonbench.solvers.hybrid.options_desk.rules.findings import PORTFOLIO, Finding
from spoonbench.solvers.hybrid.options_desk.rules.judging import judge, limit_of
from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import (
    DataRule,
    GreekRule,
    LossRule,
    MarginRule,
    PositionRule,
    ScenarioRule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spoonbench.solvers.hybrid.options_desk.margin.books import Book
    from spoonbench.solvers.hybrid.options_desk.margin.repricing import Priced
    from spoonbench.solvers.hybrid.options_desk.rules.cases import Case
    from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import Per, Rule

_ZERO = Decimal(0)
_SHOWN = 3
_WHAT = {
    "delta": "Dollar delta",
    "beta-weighted-delta": "Beta-weighted dollar delta",
    "gamma": "Gamma of a move of 1%",
    "vega": "Vega of a point",
    "theta": "Theta of a day",
}


def findings_of(rule: Rule, case: Case) -> Iterator[Finding]:
    """What one rule says, of one subject or of several.

    Raises:
        TypeError: the rule is of no known kind.
    """
    if isinstance(rule, DataRule):
        yield _data(rule, case)
    elif isinstance(rule, PositionRule):
        yield from (_position(rule, root, case) for root in case.roots)
    elif isinstance(rule, MarginRule):
        yield _margin(rule, case)
    elif isinstance(rule, LossRule):
        yield from (_loss(rule, subject, case) for subject in _subjects(rule.per, case))
    elif isinstance(rule, GreekRule):
        yield from (_greek(rule, subject, case) for subject in _subjects(rule.per, case))
    elif isinstance(rule, ScenarioRule):
        yield from (_scenario(rule, subject, case) for subject in _subjects(rule.per, case))
    else:
        raise TypeError(f"{type(rule).__name__} is no kind of rule")


def worst_loss(book: Book) -> Fraction | None:
    """At expiry of all options on one day, in dollars, prices of today included.

    Returns:
        Zero or more; None without a limit.
    """
    shares = payoffs.Leg(kind="share", quantity=Fraction(book.shares), price=book.spot)
    options = [
        payoffs.Leg(
            kind=leg.kind,
            quantity=Fraction(leg.quantity * leg.size * (1 if leg.side == "long" else -1)),
            price=leg.price,
            strike=leg.strike,
        )
        for leg in book.legs
    ]
    return payoffs.largest_loss([shares, *options])


def _subjects(per: Per, case: Case) -> tuple[str, ...]:
    return case.roots if per == "underlying" else (PORTFOLIO,)


def _roots(subject: str, case: Case) -> tuple[str, ...]:
    return case.roots if subject == PORTFOLIO else (subject,)


def _data(rule: DataRule, case: Case) -> Finding:
    found = [fault for fault in case.faults if fault.check == rule.check]
    said = "; ".join(fault.sentence for fault in found[:_SHOWN])
    more = f"; and {len(found) - _SHOWN:,} more" if len(found) > _SHOWN else ""
    count = Decimal(len(found))
    return Finding(
        stage="data",
        rule_id=rule.rule_id,
        subject=PORTFOLIO,
        status="broken" if found else "holds",
        severity=rule.severity,
        value=count,
        limit=_ZERO,
        headroom=-count,
        unit="rows",
        source=rule.source,
        sentence=f"{said}{more}." if found else f"No row has this fault ({rule.check}).",
    )


def _position(rule: PositionRule, root: str, case: Case) -> Finding:
    def measure() -> tuple[Decimal, Decimal]:
        bullish = bearish = 0
        for holding in case.holdings(root):
            if holding.kind != "share":
                is_bullish = (holding.kind == "call") == (holding.quantity > 0)
                bullish += abs(holding.quantity) if is_bullish else 0
                bearish += 0 if is_bullish else abs(holding.quantity)
        most = rule.limits.get(root, rule.limit)
        return Decimal(max(bullish, bearish)), Decimal(most)

    return judge(rule, root, "Contracts on one side of the market", "contracts", measure)


def _margin(rule: MarginRule, case: Case) -> Finding:
    def measure() -> tuple[Decimal, Decimal]:
        case.require_rows()
        margins, reasons = [], []
        # All of them, so that a report has those that are known.
        for root in case.roots:
            try:
                margins.append(case.margin(root, rule.method, rule.phase))
            except NotKnown as exc:
                reasons.append(str(exc))
        if reasons:
            raise NotKnown(reasons[0])
        return sum((each.net for each in margins), _ZERO), limit_of(rule.limit, case)

    name = "Portfolio margin" if rule.method == "portfolio" else f"{rule.phase} margin".capitalize()
    return judge(rule, PORTFOLIO, name, "dollars", measure)


def _loss(rule: LossRule, subject: str, case: Case) -> Finding:
    def measure() -> tuple[Decimal | None, Decimal]:
        case.require_rows()
        losses = [_worst_of(root, case) for root in _roots(subject, case)]
        known = [loss for loss in losses if loss is not None]
        is_limited = len(known) == len(losses)
        limit = limit_of(rule.limit, case)
        return (dollars(sum(known, Fraction(0))) if is_limited else None), limit

    return judge(rule, subject, "Largest loss at expiry", "dollars", measure)


def _worst_of(root: str, case: Case) -> Fraction | None:
    (book,) = books_of(case.holdings(root))
    if len({leg.expiry for leg in book.legs}) > 1:
        raise NotKnown(f"options on {root} expire on different days")
    return worst_loss(book)


def _greek(rule: GreekRule, subject: str, case: Case) -> Finding:
    def measure() -> tuple[Decimal, Decimal]:
        case.require_rows()
        total = sum(_greek_of(rule, root, case) for root in _roots(subject, case))
        return abs(repricing.cents(total)), limit_of(rule.limit, case)

    return judge(rule, subject, _WHAT[rule.greek], "dollars", measure)


def _greek_of(rule: GreekRule, root: str, case: Case) -> float:
    name = "delta" if rule.greek == "beta-weighted-delta" else rule.greek
    try:
        value = repricing.greeks(case.repriceable(root))[name]
    except BadInput as exc:
        raise NotKnown(str(exc)) from None
    if rule.greek != "beta-weighted-delta":
        return value
    beta = case.terms.betas.get(root, case.rules.betas.get(root))
    if beta is None:
        raise NotKnown(f"the beta of {root} is not given")
    return value * float(beta)


def _scenario(rule: ScenarioRule, subject: str, case: Case) -> Finding:
    def measure() -> tuple[Decimal, Decimal]:
        case.require_rows()
        held = [each for root in _roots(subject, case) for each in case.repriceable(root)]
        return _worst_cell(rule, held), limit_of(rule.limit, case)

    return judge(rule, subject, "Loss in the worst scenario", "dollars", measure)


def _worst_cell(rule: ScenarioRule, held: Sequence[Priced]) -> Decimal:
    try:
        gains = repricing.profits(held, rule.spot_moves, rule.volatility_moves)
    except BadInput as exc:
        raise NotKnown(str(exc)) from None
    return max(repricing.cents(-float(gains.min())), _ZERO)
