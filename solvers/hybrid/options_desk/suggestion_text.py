"""A suggestion as text for a terminal of any width."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from spoonbench.solvers.hybrid.options_desk import reasons
from spoonbench.solvers.hybrid.options_desk.suggestions import NO_ADVICE
from spoonbench.solvers.hybrid.options_desk.symbols import OptionSymbol, write_symbol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spoonbench.solvers.hybrid.options_desk.margin.results import MarginResult
    from spoonbench.solvers.hybrid.options_desk.outcomes.estimates import Estimate
    from spoonbench.solvers.hybrid.options_desk.proposals import Proposal, ProposedLeg
    from spoonbench.solvers.hybrid.options_desk.suggestions import Outcome, Suggestion
    from spoonbench.solvers.hybrid.options_desk.valuation import LegValue, Valuation

_HEADS: dict[Outcome, str] = {
    "suggested": "Suggestion",
    "asked": "Something is missing",
    "not understood": "Not understood",
    "impossible": "No suggestion: it cannot be done",
    "forbidden": "No suggestion: a hard rule forbids it",
}
_LEAST_WIDTH = 40
_MOST_WIDTH = 120


def write(suggestion: Suggestion, width: int) -> str:
    """The text.

    Args:
        suggestion: whatever came of it.
        width: of the terminal, in characters.
    """
    page = _Page(min(max(width, _LEAST_WIDTH), _MOST_WIDTH))
    if suggestion.confirmation is not None:
        page.paragraph(f"Understood: {suggestion.confirmation}")
    page.paragraph(f"{_HEADS[suggestion.outcome]}{_title(suggestion)}")
    page.points(suggestion.sentences)
    if suggestion.outcome == "suggested":
        _write_whole(page, suggestion)
    page.paragraph(NO_ADVICE)
    return page.text()


class _Page:
    def __init__(self, width: int) -> None:
        self._width = width
        self._lines: list[str] = []

    def paragraph(self, text: str) -> None:
        if self._lines:
            self._lines.append("")
        self._lines += textwrap.wrap(text, self._width)

    def points(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self._lines += textwrap.wrap(
                sentence, self._width, initial_indent="  - ", subsequent_indent="    "
            )

    def rows(self, rows: Sequence[tuple[str, ...]]) -> None:
        """In columns; the last one is broken into lines where there is no room."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
        for *cells, last in rows:
            start = "  " + "".join(
                cell.ljust(width + 2) for cell, width in zip(cells, widths, strict=True)
            )
            self._lines += textwrap.wrap(
                last, self._width, initial_indent=start, subsequent_indent=" " * len(start)
            )

    def text(self) -> str:
        return "\n".join(self._lines)


def _title(suggestion: Suggestion) -> str:
    proposal = suggestion.proposal
    if proposal is None or suggestion.outcome != "suggested":
        return ""
    name = proposal.strategy or "legs as given"
    unit = "unit" if proposal.quantity == 1 else "units"
    return f": {name} on {proposal.market.underlying}, {proposal.quantity:,} {unit}"


def _write_whole(page: _Page, suggestion: Suggestion) -> None:
    proposal, valuation, statistics = (
        suggestion.proposal,
        suggestion.valuation,
        suggestion.statistics,
    )
    # For the type checker: a suggestion has gone through all stages.
    assert proposal is not None
    assert valuation is not None
    assert statistics is not None
    assert suggestion.report is not None
    page.rows(
        [
            _leg_row(proposal, leg, each)
            for leg, each in zip(proposal.legs, valuation.legs, strict=True)
        ]
    )
    page.paragraph("Figures")
    page.rows(
        [
            *_money_rows(valuation),
            ("confidence: chance of a profit", _chance(statistics.win)),
            ("risk score: chance of a severe loss", _chance(statistics.risk)),
            *_greek_rows(valuation),
            *map(_margin_row, suggestion.report.margins),
        ]
    )
    page.paragraph("Reasons")
    page.points(suggestion.reasons)
    page.paragraph("Assumed, for it was not said")
    page.points((*proposal.assumptions, *suggestion.report.assumptions))


def _leg_row(proposal: Proposal, leg: ProposedLeg, each: LegValue) -> tuple[str, ...]:
    market = proposal.market
    side = "buy" if leg.quantity > 0 else "sell"
    at = f"at {each.price:,.2f}"
    if leg.kind == "share" or leg.strike is None:
        return side, f"{abs(leg.quantity):,}", "shares", "", at, market.underlying
    symbol = OptionSymbol(
        root=market.underlying, expiry=market.expiry, kind=leg.kind, strike=leg.strike
    )
    return side, f"{abs(leg.quantity):,}", leg.kind, f"{leg.strike:f}", at, write_symbol(symbol)


def _money_rows(valuation: Valuation) -> list[tuple[str, str]]:
    opening = "opening brings" if valuation.cost <= 0 else "opening costs"
    return [
        (opening, reasons.dollars(abs(valuation.cost))),
        ("largest gain", reasons.most(valuation.most_gained)),
        ("largest loss", reasons.most(valuation.most_lost)),
        ("break-evens", reasons.break_evens(valuation)),
        ("chance of a profit by the formula", reasons.percent(valuation.probability_of_profit)),
    ]


def _greek_rows(valuation: Valuation) -> list[tuple[str, str]]:
    greeks = valuation.greeks
    return [
        ("delta, gamma", f"{greeks['delta']:,.2f} shares, {greeks['gamma']:,.4f} for each dollar"),
        (
            "vega, rho",
            f"{reasons.dollars(greeks['vega'])} and {reasons.dollars(greeks['rho'])} for a percent",
        ),
        ("theta", f"{reasons.dollars(greeks['theta'])} a day"),
    ]


def _margin_row(margin: MarginResult) -> tuple[str, str]:
    told = reasons.dollars(float(margin.gross))
    if margin.proceeds:
        told += f", of which sold options bring {reasons.dollars(float(margin.proceeds))}"
    return f"margin, {margin.underlying} ({margin.method})", told


def _chance(estimate: Estimate) -> str:
    return f"{reasons.percent(estimate.probability)}{reasons.interval(estimate)}, {estimate.method}"
