"""The command group `spoonbench options`: what it takes. The options desk itself answers."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.commands.options import JSON, grouped

if TYPE_CHECKING:
    from collections.abc import Callable

_ANSWERS = "spoonbench.solvers.hybrid.options_desk.command"
_OUTCOMES = "spoonbench.solvers.hybrid.options_desk.outcomes.command"


def _number(name: str, help_text: str) -> Callable[..., Any]:
    return click.option(f"--{name}", type=float, help=help_text)


_CONTRACT = grouped(
    click.argument("file", required=False, type=click.Path(path_type=Path)),
    click.option("--option", metavar="call|put", help="Also c, p, 1 or -1."),
    _number("spot", "Price of the underlying; this or --forward."),
    _number("forward", "Price of the future or forward."),
    _number("strike", "Strike."),
    _number("expiry", "Years to expiry; this or --days."),
    _number("days", "Days to expiry, of 365 in a year."),
    _number("rate", "Per year as a fraction, continuously compounded: 0.03."),
    _number("dividend-yield", "Likewise; with --spot [0]."),
    _number("foreign-rate", "Likewise, of the currency that is bought; with --spot."),
    _number("carry", "Cost of carry, likewise; with --spot."),
)
_SETTINGS = grouped(
    click.option(
        "--mode",
        type=click.Choice(["fast", "accurate"]),
        default="fast",
        show_default=True,
        help="In doubles, or in 32 digits and rounded once.",
    ),
    click.option(
        "--out",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="CSV or Parquet file for the rows [CSV, printed].",
    ),
    click.option("--prefix", default="", help="Before the names of new columns."),
    JSON,
)
_UNITS = click.option(
    "--units",
    type=click.Choice(["raw", "trader"]),
    default="raw",
    show_default=True,
    help="Derivatives by a year and by 1, or by a day and a percent.",
)
_VOLATILITY = _number("volatility", "Per root of a year as a fraction: 0.2.")
_FIGURES = click.option(
    "--figures",
    metavar="NAME[,NAME]",
    help="More of them: vanna, volga, charm, dual_delta, dual_gamma, dividend_rho, carry_rho, "
    "elasticity, probability, cash_digital, asset_digital, d1, d2.",
)


@click.group("options")
def desk() -> None:
    """Price European options by the formula, or imply their volatility.

    FILE holds rows: a CSV or Parquet file whose columns are named as the options, with
    underscores. What holds for all rows may be given as an option instead.
    """


@desk.command("price")
@_CONTRACT
@_VOLATILITY
@_FIGURES
@_SETTINGS
def price_options(**options: Any) -> None:
    """The price of an option, or of every row of FILE."""
    _call("price", options)


@desk.command("greeks")
@_CONTRACT
@_VOLATILITY
@_FIGURES
@_UNITS
@_SETTINGS
def greeks_of_options(**options: Any) -> None:
    """Price, delta, gamma, vega, theta and rho."""
    _call("greeks", options)


@desk.command("iv")
@_CONTRACT
@_number("price", "Of the option.")
@_SETTINGS
def imply_volatility(**options: Any) -> None:
    """The volatility at which an option has its price."""
    _call("iv", {**options, "figures": None})


@desk.command("learn")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--simulated", is_flag=True, help="Learn from simulated trades; needs --seed.")
@click.option("--world", metavar="NAME", help="They are simulated in [market].")
@click.option("--seed", type=int, help="Of the simulation, and of the drawing behind intervals.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Keeps the model.",
)
@JSON
def learn_outcomes(**options: Any) -> None:
    """Learn the probability of a profit from trades that are over.

    FILE holds them, one a row: see docs/option_outcome.md for its columns. The model is judged by
    the latest trades; the desk uses it only if it beats the formula on them.
    """
    import_module(_OUTCOMES).run_learning(**options)


def _call(asked: str, options: dict[str, Any]) -> None:
    import_module(_ANSWERS).run_command(asked, **options)
