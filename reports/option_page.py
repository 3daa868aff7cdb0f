"""A suggestion of the options desk as one HTML file, with its pay-off diagram.

It is made from the suggestion's JSON alone, as `spoonbench options suggest --json` prints it, and
from the diagram's curves.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spoonbench.reports.files import write_files
from spoonbench.reports.plots import Plot
from spoonbench.reports.tables import Column, Table
from spoonbench.reports.templating import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_HEADLINES = {
    "asked": "Something is missing",
    "not understood": "Not understood",
    "impossible": "No suggestion: it cannot be done",
    "forbidden": "No suggestion: a hard rule forbids it",
}
_FINDING_MARKS = {"broken": "failed", "not evaluated": "skipped"}


def write_option_page(told: Mapping[str, Any], file: Path) -> None:
    """Write the page, as a whole or not at all.

    Args:
        told: a suggestion's JSON, and under "diagram" the curves, or None.
        file: of the page.

    Raises:
        OSError: the file cannot be written.
    """
    page = render("option.html", _content(told))
    write_files(file.parent, {file.name: page.encode()}, ())


def _content(told: Mapping[str, Any]) -> dict[str, Any]:
    # Of what is rejected, only the rules are shown, and the stages for who looks for the reason.
    whole = told["suggestion"] or {}
    rules = (whole or told["rejected"] or {}).get("rules") or {}
    return {
        "headline": _headline(told, whole),
        "is_suggested": told["outcome"] == "suggested",
        "confirmation": told["confirmation"],
        "sentences": told["sentences"],
        "notice": told["notice"],
        "legs": _legs(whole),
        "figures": _figures(whole),
        "plot": _plot(told.get("diagram")),
        "reasons": whole.get("reasons", ()),
        "assumptions": [*whole.get("assumptions", ()), *rules.get("assumptions", ())],
        "findings": _findings(rules),
        "stages": _stages(told),
        "trace": [
            {
                "name": stage["stage"],
                "text": json.dumps(
                    {name: stage[name] for name in ("received", "returned")}, indent=2
                ),
            }
            for stage in told["trace"]
        ],
    }


def _headline(told: Mapping[str, Any], whole: Mapping[str, Any]) -> str:
    if told["outcome"] != "suggested":
        return _HEADLINES[told["outcome"]]
    name = whole["strategy"] or "legs as given"
    return f"{name[0].upper()}{name[1:]} on {whole['market']['underlying']}"


def _legs(whole: Mapping[str, Any]) -> Table | None:
    if not whole.get("valuation"):
        return None
    rows = []
    for leg, value in zip(whole["legs"], whole["valuation"]["legs"], strict=True):
        chance = value["probability"]
        rows.append(
            (
                leg["role"],
                "buy" if leg["quantity"] > 0 else "sell",
                f"{abs(leg['quantity']):,}",
                leg["kind"],
                leg["strike"] or "",
                f"{value['price']:,.2f}",
                f"{value['greeks']['delta']:.3f}",
                "" if chance is None else f"{100 * chance:.1f}%",
            )
        )
    words = Column(header="Leg", is_figure=False, is_whole=True)
    return Table(
        title="Legs",
        columns=(
            words,
            Column(header="Side", is_figure=False, is_whole=True),
            Column(header="Number"),
            Column(header="Kind", is_figure=False, is_whole=True),
            Column(header="Strike"),
            Column(header="Price"),
            Column(header="Delta"),
            Column(header="Ends in the money"),
        ),
        rows=tuple(rows),
    )


def _figures(whole: Mapping[str, Any]) -> Table | None:
    if not whole.get("valuation"):
        return None
    value, statistics = whole["valuation"], whole["statistics"]
    rows = [
        ("Opening " + ("brings" if value["cost"] <= 0 else "costs"), _dollars(abs(value["cost"]))),
        ("Largest gain", _most(value["most_gained"])),
        ("Largest loss", _most(value["most_lost"])),
        ("Break-evens", " and ".join(f"{each:,.2f}" for each in value["break_evens"]) or "none"),
        ("Chance of a profit by the formula", _percent(value["probability_of_profit"])),
    ]
    if statistics:
        rows += [
            ("Confidence: chance of a profit", _chance(statistics["win"])),
            ("Risk score: chance of a severe loss", _chance(statistics["risk"])),
        ]
    greeks = value["greeks"]
    rows += [
        ("Delta, in shares", f"{greeks['delta']:,.2f}"),
        ("Gamma, in shares for a dollar", f"{greeks['gamma']:,.4f}"),
        ("Vega, for a percent", _dollars(greeks["vega"])),
        ("Theta, a day", _dollars(greeks["theta"])),
        ("Rho, for a percent", _dollars(greeks["rho"])),
    ]
    rows += [
        (f"Margin of {each['underlying']}, {each['method']}", _dollars(float(each["gross"])))
        for each in (whole["rules"] or {}).get("margins", ())
    ]
    return Table(
        title="Figures",
        columns=(Column(header="Figure", is_figure=False), Column(header="Value")),
        rows=tuple(rows),
    )


def _findings(rules: Mapping[str, Any]) -> Table | None:
    found = rules.get("findings", ())
    if not found:
        return None
    return Table(
        title="Rules, in the order of evaluation",
        columns=(
            Column(header="Stage", is_figure=False, is_whole=True),
            Column(header="Rule", is_figure=False, is_whole=True),
            Column(header="Of", is_figure=False, is_whole=True),
            Column(header="Says", is_figure=False, is_whole=True),
            Column(header="Value"),
            Column(header="Limit"),
            Column(header="Headroom"),
            Column(header="In words", is_figure=False),
            Column(header="Source", is_figure=False),
        ),
        rows=tuple(
            (
                each["stage"],
                each["rule_id"],
                each["subject"],
                f"{each['status']} ({each['severity']})",
                *(each[name] or "" for name in ("value", "limit", "headroom")),
                each["sentence"],
                each["source"],
            )
            for each in found
        ),
        marks=tuple(_FINDING_MARKS.get(each["status"], "") for each in found),
    )


def _stages(told: Mapping[str, Any]) -> Table | None:
    if not told["trace"]:
        return None
    return Table(
        title="Stages",
        columns=(
            Column(header="Stage", is_figure=False, is_whole=True),
            Column(header="Came to", is_figure=False),
            Column(header="Milliseconds"),
        ),
        rows=tuple(
            (each["stage"], each["stopped"] or "a result", f"{1000 * each['seconds']:.2f}")
            for each in told["trace"]
        ),
    )


def _plot(diagram: Mapping[str, Any] | None) -> Plot | None:
    if diagram is None:
        return None
    # Seconds of imports, and only here.
    from spoonbench.reports import option_drawing  # noqa: PLC0415

    drawn = option_drawing.draw(diagram)
    evens = " and ".join(f"{each:,.2f}" for each in diagram["break_evens"]) or "nowhere"
    corners = {diagram["prices"][0], diagram["prices"][-1], diagram["spot"]}
    corners |= {*diagram["strikes"], *diagram["break_evens"]}
    rows = [
        (f"{price:,.2f}", _dollars(expiry), _dollars(today))
        for price, expiry, today in zip(
            diagram["prices"], diagram["at_expiry"], diagram["today"], strict=True
        )
        if price in corners
    ]
    return Plot(
        name=option_drawing.NAME,
        title="Profit by the price of the underlying",
        sentence=(
            f"The solid line is the profit at expiry, which passes zero at {evens}; the dashed "
            "one the profit if the price moved there today. The shape behind them shows how "
            "likely the formula takes each price at expiry; the dotted line is the price now, "
            f"{diagram['spot']:,.2f}."
        ),
        table=Table(
            title="Profit at strikes, break-evens and the ends",
            columns=(Column(header="Price"), Column(header="At expiry"), Column(header="Today")),
            rows=tuple(rows),
        ),
        svg=drawn.svg,
        svg_file=drawn.svg_file,
        png=drawn.png,
    )


def _dollars(amount: float) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}${abs(amount):,.2f}"


def _most(amount: float | None) -> str:
    return "without a limit" if amount is None else _dollars(amount)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"


def _chance(estimate: Mapping[str, Any]) -> str:
    text = _percent(estimate["probability"])
    if estimate["low"] is not None:
        text += f" ({_percent(estimate['low'])} to {_percent(estimate['high'])})"
    return f"{text}, {estimate['method']}"
