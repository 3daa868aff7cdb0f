"""Rule files: read from TOML, checked, with one sentence for what is wrong and where.

Every file may leave out figures: those of `figures.toml`, which hold what rules and standards ask
for, stand in for them. Rules it has are its own alone.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from fractions import Fraction
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.margin.portfolio_based import PortfolioRates
from spoonbench.solvers.hybrid.options_desk.margin.requirements import StrategyRates
from spoonbench.solvers.hybrid.options_desk.margin.results import Method, Phase
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import CLASS_NAMES, Underlying
from spoonbench.solvers.hybrid.options_desk.rules.findings import STAGES
from spoonbench.solvers.hybrid.options_desk.rules.reading import Table
from spoonbench.solvers.hybrid.options_desk.rules.rule_sets import (
    DATA_CHECKS,
    DataRule,
    Greek,
    GreekRule,
    Limit,
    LossRule,
    MarginRule,
    Per,
    PositionRule,
    Rule,
    RuleSet,
    ScenarioRule,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_FIGURES = "figures"
_SUFFIX = ".toml"
_ONE = Decimal(1)
_SHARES = ("naked", "down", "up")
_WHOLE = "long_dated_months"


def rule_set_names() -> tuple[str, ...]:
    """Names of the rule sets that come with the project."""
    files = resources.files(__package__).iterdir()
    names = (file.name.removesuffix(_SUFFIX) for file in files if file.name.endswith(_SUFFIX))
    return tuple(sorted(name for name in names if name != _FIGURES))


def load_rules(source: str | Path) -> RuleSet:
    """A rule set by its name, or from a file.

    Args:
        source: of `rule_set_names()`, or a path that ends in .toml.

    Raises:
        BadInput: there is none, or it says what is wrong with it.
    """
    path = Path(source)
    if path.suffix == _SUFFIX:
        return read_rules(_read(path), path.name)
    if str(source) not in rule_set_names():
        listed = ", ".join(rule_set_names())
        raise BadInput(f"there is no rule set {str(source)!r}; there are {listed}, or a .toml file")
    return read_rules(_shipped(str(source)), f"{source}{_SUFFIX}")


def read_rules(text: str, place: str) -> RuleSet:
    """A rule set from the text of a file.

    Args:
        text: TOML.
        place: what sentences call the file.

    Raises:
        BadInput: says what is wrong with it.
    """
    table = Table(place, _parse(text, place))
    figures = _parse(_shipped(_FIGURES), f"{_FIGURES}{_SUFFIX}")
    found = RuleSet(
        name=table.text("name"),
        summary=table.text("summary"),
        strategy=_strategy(_over(figures, table, "strategy-based")),
        portfolio=_portfolio(_over(figures, table, "portfolio")),
        underlyings=_underlyings(table.table("classes")),
        betas=_betas(table.table("betas")),
        rules=_rules(table.tables("rule"), place),
    )
    table.finish(("name", "summary", "strategy-based", "portfolio", "classes", "betas", "[[rule]]"))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadInput(f"there is no file {path}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path} is no TOML: it is not UTF-8") from None


def _shipped(name: str) -> str:
    return resources.files(__package__).joinpath(f"{name}{_SUFFIX}").read_text(encoding="utf-8")


def _parse(text: str, place: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ArithmeticError, RecursionError, ValueError) as exc:
        raise BadInput(f"{place} is no TOML: {exc}") from None


def _over(figures: Mapping[str, Any], table: Table, key: str) -> Table:
    """Figures of a file, those of the standard where it has none."""
    given = table.table(key)
    standard: dict[str, Any] = dict(figures[key])
    for name in given.names():
        if name not in standard:
            raise BadInput(f"{given.place}: unknown key {name!r}; it takes {', '.join(standard)}")
        value = given.table(name) if isinstance(standard[name], dict) else None
        if value is None:
            standard[name] = given.value(name)
        else:
            standard[name] = {**standard[name], **value.values()}
    return Table(given.place, standard)


def _strategy(table: Table) -> StrategyRates:
    shares = {name: Fraction(value) for name, value in _by_class(table.table("naked")).items()}
    numbers = {
        name: Fraction(table.number(name))
        for name in table.names()
        if name not in ("naked", _WHOLE)
    }
    return StrategyRates(naked=shares, long_dated_months=table.whole(_WHOLE), **numbers)


def _portfolio(table: Table) -> PortfolioRates:
    down = _by_class(table.table("down"))
    farthest = max(down.values())
    if farthest > 1:
        raise BadInput(f"{table.place}: down is {farthest}, and nothing falls by more than 1")
    numbers = {name: table.number(name) for name in table.names() if name not in _SHARES[1:]}
    return PortfolioRates(down=down, up=_by_class(table.table("up")), **numbers)


def _by_class(table: Table) -> dict[str, Decimal]:
    found = {name: table.number(name) for name in CLASS_NAMES}
    table.finish(CLASS_NAMES)
    return found


def _underlyings(table: Table) -> dict[str, Underlying]:
    found = {}
    for root in table.names():
        if isinstance(table.value(root), str):
            found[root.upper()] = Underlying(name=table.choice(root, CLASS_NAMES))
        else:
            inner = table.table(root)
            name = inner.choice("class", CLASS_NAMES, "equity")
            leverage = inner.number("leverage", default=_ONE)
            if leverage < 1:
                raise BadInput(f"{inner.place}: leverage is less than 1")
            found[root.upper()] = Underlying(name=name, leverage=leverage)
            inner.finish(("class", "leverage"))
    return found


def _betas(table: Table) -> dict[str, Decimal]:
    return {root.upper(): table.number(root, low=Decimal(-100)) for root in table.names()}


def _rules(given: Sequence[Any], place: str) -> tuple[Rule, ...]:
    found: list[Rule] = []
    for number, values in enumerate(given, start=1):
        rule = _rule(Table(f"{place}: rule {number}", values))
        if rule.rule_id in {each.rule_id for each in found}:
            raise BadInput(f"{place}: rule {number}: the id {rule.rule_id!r} stands twice")
        found.append(rule)
    return tuple(sorted((*found, *_unnamed_checks(found)), key=lambda r: STAGES.index(r.stage)))


def _unnamed_checks(rules: Sequence[Rule]) -> list[Rule]:
    """Data that makes no sense is looked for whatever a file says."""
    named = {rule.check for rule in rules if isinstance(rule, DataRule)}
    source = "needed by all other rules"
    return [
        DataRule(rule_id=f"data-{check}", severity="hard", source=source, check=check)
        for check in DATA_CHECKS
        if check not in named
    ]


def _rule(table: Table) -> Rule:
    kind = table.choice("kind", list(_KINDS))
    rule_id = table.text("id")
    table.place = f"{table.place} ({rule_id})"
    head = {
        "rule_id": rule_id,
        "severity": table.choice("severity", ("hard", "soft")),
        "source": table.text("source"),
    }
    found = _KINDS[kind](table, head)
    table.finish()
    return found


def _data_rule(table: Table, head: Mapping[str, Any]) -> Rule:
    return DataRule(**head, check=table.choice("check", DATA_CHECKS))


def _position_rule(table: Table, head: Mapping[str, Any]) -> Rule:
    own = table.table("limits")
    limits = {root.upper(): own.whole(root) for root in own.names()}
    return PositionRule(**head, limit=table.whole("limit"), limits=limits)


def _margin_rule(table: Table, head: Mapping[str, Any]) -> Rule:
    method = table.choice("method", get_args(Method))
    phase = table.choice("phase", get_args(Phase), "maintenance")
    if method == "portfolio" and phase == "initial":
        raise BadInput(f"{table.place}: portfolio margin has no initial phase of its own")
    return MarginRule(**head, method=method, phase=phase, limit=_limit(table))


def _loss_rule(table: Table, head: Mapping[str, Any]) -> Rule:
    return LossRule(**head, per=_per(table), limit=_limit(table))


def _greek_rule(table: Table, head: Mapping[str, Any]) -> Rule:
    greek = table.choice("greek", get_args(Greek))
    return GreekRule(**head, greek=greek, per=_per(table), limit=_limit(table))


def _scenario_rule(table: Table, head: Mapping[str, Any]) -> Rule:
    return ScenarioRule(
        **head,
        spot_moves=table.numbers("spot_moves", Decimal(-1)),
        volatility_moves=table.numbers("volatility_moves", Decimal(-10_000)),
        per=_per(table),
        limit=_limit(table),
    )


_KINDS: Mapping[str, Callable[[Table, Mapping[str, Any]], Rule]] = {
    "data": _data_rule,
    "position-limit": _position_rule,
    "margin": _margin_rule,
    "max-loss": _loss_rule,
    "greek-limit": _greek_rule,
    "scenario": _scenario_rule,
}


def _per(table: Table) -> Any:
    return table.choice("per", get_args(Per))


def _limit(table: Table) -> Limit:
    if ("limit" in table) == ("limit_share" in table):
        raise BadInput(
            f"{table.place}: give limit, in dollars, or limit_share, of the account's value"
        )
    if "limit" in table:
        return Limit(amount=table.number("limit"))
    return Limit(share=table.number("limit_share"))
