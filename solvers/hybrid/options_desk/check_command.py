"""`spoonbench options check`: a portfolio against rules, as text or JSON, with an exit code."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.command_numbers import read_number
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import CLASS_NAMES, Underlying
from spoonbench.solvers.hybrid.options_desk.portfolio_file import read_portfolio
from spoonbench.solvers.hybrid.options_desk.rules import Terms, check, load_rules
from spoonbench.solvers.hybrid.options_desk.rules.judging import told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

    from spoonbench.solvers.hybrid.options_desk.margin.results import MarginResult
    from spoonbench.solvers.hybrid.options_desk.rules import Finding, Report, RuleSet
    from spoonbench.solvers.hybrid.options_desk.rules.findings import Unit

NOTE = "This is no statement of compliance and no investment advice."
FORBIDDEN = 1
"""Exit code where a hard rule is broken, or cannot be evaluated."""
_NARROW = 120
_MARKS = {"holds": "holds", "broken": "BROKEN", "not evaluated": "NOT EVALUATED"}


def run_check(file: Path, rules: str, *, as_json: bool, **options: Any) -> int:
    """Check a portfolio and print what comes of it.

    Returns:
        The exit code.

    Raises:
        BadInput: the portfolio, the rules or an option make no sense.
    """
    chosen = load_rules(rules)
    terms = _terms(options)
    portfolio = read_portfolio(file)
    report = check(portfolio.holdings, chosen, terms, unread=portfolio.unread)
    if as_json:
        click.echo(json.dumps({**report.to_json(), "note": NOTE}, indent=2))
    else:
        _print(report, chosen, terms)
    return 0 if report.is_allowed else FORBIDDEN


def _terms(options: Mapping[str, Any]) -> Terms:
    numbers = {
        name: _number(name, options[name])
        for name in ("account", "rate", "dividend_yield", "budget")
    }
    budget = numbers["budget"]
    if budget is not None and budget <= 0:
        raise BadInput(f"--budget is above zero, not {options['budget']}")
    return Terms(
        today=_day(options["today"]),
        underlyings=_classes(options["classes"]),
        betas={root: _given("beta", text) for root, text in _pairs("beta", options["betas"])},
        **numbers,
    )


def _number(name: str, text: str | None) -> Decimal | None:
    return None if text is None else _given(name, text)


def _given(name: str, text: str) -> Decimal:
    return read_number(f"--{name.replace('_', '-')}", text)


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011  # the day where the user is
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"--today {text!r} is no day: YYYY-MM-DD") from None


def _pairs(option: str, given: Sequence[str]) -> list[tuple[str, str]]:
    found = [text.partition("=") for text in given]
    for text, (root, _, value) in zip(given, found, strict=True):
        if not root.strip() or not value.strip():
            raise BadInput(f"--{option} {text!r} is not ROOT=VALUE")
    return [(root.strip().upper(), value.strip()) for root, _, value in found]


def _classes(given: Sequence[str]) -> dict[str, Underlying]:
    found = {}
    for root, value in _pairs("class", given):
        # A name may hold an x of its own: narrow-index.
        name, _, factor = (value, "", "") if value in CLASS_NAMES else value.rpartition("x")
        leverage = _given("class", factor) if name in CLASS_NAMES and factor else Decimal(1)
        if name not in CLASS_NAMES or leverage < 1:
            listed = ", ".join(CLASS_NAMES)
            raise BadInput(
                f"--class {root}={value}: a class is one of {listed}, or equityx3 for a fund of "
                "three times the daily move"
            )
        found[root] = Underlying(name=name, leverage=leverage)  # type: ignore[arg-type]
    return found


def _print(report: Report, rules: RuleSet, terms: Terms) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, emoji=False)
    account = "not given" if terms.account is None else told(terms.account, "dollars")
    console.print(Text(f"Rules: {rules.name}. {rules.summary}"))
    console.print(Text(f"Day: {terms.today}. Account: {account}."))
    for margin in report.margins:
        _print_margin(console, margin)
    console.print()
    console.print(_findings_table(report.findings, console.width))
    for finding in report.findings:
        if finding.status != "holds":
            said = (
                f"{finding.rule_id} ({finding.severity}, {finding.subject}): {finding.sentence} "
                f"Source: {finding.source}."
            )
            console.print(Text(said))
    for sentence in report.assumptions:
        console.print(Text(f"Assumed: {sentence}"))
    verdict = "All hard rules hold." if report.is_allowed else "Hard rules forbid this portfolio."
    console.print(Text(f"{verdict} {NOTE}"))


def _print_margin(console: Console, margin: MarginResult) -> None:
    from rich.text import Text

    console.print()
    name = f"{margin.underlying}: {margin.method} margin, {margin.phase}"
    net, gross = told(margin.net, "dollars"), told(margin.gross, "dollars")
    proceeds = told(margin.proceeds, "dollars")
    console.print(Text(f"{name}: {net} ({gross} less {proceeds} of proceeds)"))
    if margin.groups:
        console.print(_groups_table(margin))
    if margin.is_least:
        console.print(Text("No other pairing of these legs asks for less."))
    if margin.worst_move is not None:
        console.print(Text(f"Greatest loss at a move of {margin.worst_move:+.2%}."))
    for remark in margin.remarks:
        console.print(Text(remark))


def _groups_table(margin: MarginResult) -> Table:
    table = _table("margined as", "legs", "requirement", "how")
    for group in margin.groups:
        legs = "\n".join(group.legs)
        table.add_row(group.name, legs, told(group.requirement, "dollars"), group.reason)
    return table


def _findings_table(findings: Sequence[Finding], width: int) -> Table:
    is_wide = width >= _NARROW
    further = ("source",) if is_wide else ()
    table = _table("rule", "of", "status", "", "value", "limit", "headroom", *further)
    for finding in findings:
        figures = [
            _figure(figure, finding.unit, is_wide=is_wide)
            for figure in (finding.value, finding.limit, finding.headroom)
        ]
        source = (finding.source,) if is_wide else ()
        status = _MARKS[finding.status]
        table.add_row(finding.rule_id, finding.subject, status, finding.severity, *figures, *source)
    return table


def _figure(figure: Decimal | None, unit: Unit, *, is_wide: bool) -> str:
    """Dollars to the cent where there is room for it."""
    if figure is None:
        return "-"
    return f"{figure:,.2f}" if unit == "dollars" and is_wide else f"{figure:,.0f}"


def _table(*titles: str) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in titles:
        is_number = title in ("value", "limit", "headroom", "requirement")
        table.add_column(
            title, justify="right" if is_number else "left", no_wrap=is_number or title == ""
        )
    return table
