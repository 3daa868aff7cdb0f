"""Rules in their fixed order: data, positions, margin, largest loss, Greeks, scenarios."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding
    from spoonbench.solvers.hybrid.options_desk.rules.findings import Report, Terms
    from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import RuleSet


def check(holdings: Sequence[Holding], rules: RuleSet, terms: Terms) -> Report:
    """What all rules say of a portfolio.

    Args:
        holdings: of any underlyings.
        rules: see `load_rules`.
        terms: day, account and what else is known.
    """
    raise NotImplementedError
