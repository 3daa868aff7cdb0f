"""Rules in their fixed order: data, positions, margin, largest loss, Greeks, scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.rules.cases import assumptions_of, open_case
from spoonbench.solvers.hybrid.options_desk.rules.findings import STAGES, Report
from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import Limit, LossRule
from spoonbench.solvers.hybrid.options_desk.rules.stages import findings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding
    from spoonbench.solvers.hybrid.options_desk.rules.findings import Terms
    from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import Rule, RuleSet

BUDGET = "trade-budget"


def check(
    holdings: Sequence[Holding], rules: RuleSet, terms: Terms, *, unread: Sequence[str] = ()
) -> Report:
    """What all rules say of a portfolio.

    Args:
        holdings: of any underlyings and any values: what makes no sense is a finding.
        rules: see `load_rules`.
        terms: day, account and what else is known; a budget is a hard rule of its own.
        unread: rows that are no holding at all, in sentences without a full stop.

    Raises:
        BadInput: terms make no sense.
    """
    _check_terms(terms)
    case = open_case(holdings, rules, terms, unread)
    ordered = sorted((*rules.rules, *_budget(terms)), key=lambda rule: STAGES.index(rule.stage))
    findings = tuple(finding for rule in ordered for finding in findings_of(rule, case))
    return Report(
        rules=rules.name,
        findings=findings,
        margins=case.margins(),
        assumptions=assumptions_of(case),
    )


def _check_terms(terms: Terms) -> None:
    for name in ("account", "rate", "dividend_yield", "budget"):
        value = getattr(terms, name)
        if value is not None and not value.is_finite():
            raise BadInput(f"{name.replace('_', ' ')} is not a finite number")
    for name in ("rate", "dividend_yield"):
        value = getattr(terms, name)
        if value is not None and abs(value) > 1:
            raise BadInput(f"{name.replace('_', ' ')} is a fraction per year, between -1 and 1")


def _budget(terms: Terms) -> tuple[Rule, ...]:
    if terms.budget is None:
        return ()
    limit = Limit(amount=terms.budget)
    source = "the budget of the trade"
    return (LossRule(rule_id=BUDGET, severity="hard", source=source, per="portfolio", limit=limit),)
