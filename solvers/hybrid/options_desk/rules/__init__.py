"""Rules as data: what a portfolio may hold, evaluated in a fixed order, each with its headroom.

    rules = load_rules("standard")
    report = check(holdings, rules, Terms(today=date(2026, 11, 22), account=Decimal(250_000)))
    report.is_allowed, report.findings, report.margins, report.to_json()

Source: the rules themselves name theirs.

Not covered: whether anything complies with a broker's or an exchange's rules as they stand.
"""

from spoonbench.solvers.hybrid.options_desk.rules.evaluation import check
from spoonbench.solvers.hybrid.options_desk.rules.findings import Finding, Report, Terms
from spoonbench.solvers.hybrid.options_desk.rules.rule_file import load_rules, rule_set_names
from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import RuleSet

__all__ = ["Finding", "Report", "RuleSet", "Terms", "check", "load_rules", "rule_set_names"]
