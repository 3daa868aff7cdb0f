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
_SUGGESTS = "spoonbench.solvers.hybrid.options_desk.suggest_command"
_PAGE = "spoonbench.reports.option_page"
_GATE_FAILED = 1
_BAD_INPUT = 3
_CHECK = "spoonbench.solvers.hybrid.options_desk.check_command"
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
    """Price options by the formula, suggest strategies, and check portfolios.

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


@desk.command("suggest")
@click.argument("text")
@click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Day of the prices [today]."
)
@click.option("--account", metavar="AMOUNT", help="Value of the account, if TEXT does not say it.")
@click.option(
    "--rules", default="standard", show_default=True, metavar="FILE|NAME", help="See `check`."
)
@click.option(
    "--held",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What the account holds already, as for `check`.",
)
@click.option("--strike-step", metavar="AMOUNT", help="Distance of listed strikes [by the spot].")
@click.option(
    "--outcome-model",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="What `learn` kept [none: the formula's probability].",
)
@click.option(
    "--closes",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Earlier closes of the underlying, for the outcome model: CSV with date and close.",
)
@click.option(
    "--reader",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="A causal language model that reads what the grammar cannot.",
)
@click.option("--endpoint", metavar="URL", help="The same, behind a server of OpenAI's protocol.")
@click.option("--endpoint-model", metavar="NAME", help="The model to ask there.")
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a page with the pay-off diagram and what each stage did.",
)
@JSON
def suggest_strategy(text: str, report: Path | None, **options: Any) -> None:
    """Suggest a strategy for TEXT; - reads it from standard input.

    Such as "sell an iron condor on SPX, spot 5900, VIX 14, 30 days, risk at most 2% of 250k".

    It ends with 1 where a hard rule forbids what was asked for, and with 3 where something is
    missing or not understood.
    """
    told = import_module(_SUGGESTS).run_command(text, **options)
    if report is not None:
        import_module(_PAGE).write_option_page(told, report)
        click.echo(f"report: {report}", err=True)
    if told["outcome"] != "suggested":
        forbidden = told["outcome"] == "forbidden"
        raise click.exceptions.Exit(_GATE_FAILED if forbidden else _BAD_INPUT)


@desk.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--rules",
    default="standard",
    show_default=True,
    metavar="FILE.toml|NAME",
    help="Rules: a file, or standard, portfolio-margin, house-ib or house-tasty.",
)
@click.option("--account", metavar="DOLLARS", help="Net liquidating value of the account.")
@click.option("--budget", metavar="DOLLARS", help="The most that all of it may lose at expiry.")
@click.option("--today", metavar="YYYY-MM-DD", help="Day of the check [today].")
@click.option("--rate", metavar="NUMBER", help="Per year as a fraction: 0.03 [0, and said].")
@click.option("--dividend-yield", metavar="NUMBER", help="Likewise.")
@click.option(
    "--class",
    "classes",
    multiple=True,
    metavar="ROOT=CLASS",
    help="equity, narrow-index, broad-index or high-cap-index; equityx3 for a leveraged fund. "
    "Repeatable.",
)
@click.option("--beta", "betas", multiple=True, metavar="ROOT=NUMBER", help="Repeatable.")
@JSON
def check_portfolio(**options: Any) -> None:
    """Hold a portfolio against rules: margin, limits, largest loss, Greeks, scenarios.

    FILE is CSV or Parquet with the columns symbol (OCC, or a root for shares), quantity (below zero
    where short), price and underlying_price. Ends with 1 where a hard rule is broken or cannot be
    evaluated.
    """
    raise click.exceptions.Exit(import_module(_CHECK).run_check(**options))


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
