"""Portfolios of any values: statuses, never a traceback, and nothing that contradicts itself."""

import json
import random
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.holdings import Holding
from spoonbench.solvers.hybrid.options_desk.margin.books import books_of
from spoonbench.solvers.hybrid.options_desk.margin.underlyings import Underlying
from spoonbench.solvers.hybrid.options_desk.portfolio_file import read_holding
from spoonbench.solvers.hybrid.options_desk.rules import Terms, check, load_rules
from spoonbench.solvers.hybrid.options_desk.rules.findings import STAGES
from spoonbench.solvers.hybrid.options_desk.rules.stages import worst_loss
from spoonbench.solvers.hybrid.options_desk.symbols import OptionSymbol, write_symbol

TODAY = date(2026, 11, 22)
SETS = ("standard", "portfolio-margin", "house-ib", "house-tasty")
RULES = {name: load_rules(name) for name in SETS}
ABSURD = ("nan", "inf", "-inf", "0", "-1", "1e99", "1e-30", "99999999999", "", "abc", "1.5", "0.0")
ROOTS = ("AAPL", "SPX", "TQQQ", "XYZ", "RUT", "MSFT")
DEFINED = ("spread", "condor", "butterfly", "long ", "cash-secured")


def draw_price(rng, kind, strike, spot):
    """Mostly of a volatility, now and then of none."""
    if rng.random() < 0.05:
        return str(rng.choice((0, spot * 3, strike * 2)))
    inside = max(spot - strike if kind == "call" else strike - spot, 0)
    return f"{inside + spot * rng.uniform(0.001, 0.08):.2f}"


def draw_option(rng, root, spot):
    kind = rng.choice(("call", "put"))
    strike = max(round(spot * rng.uniform(0.7, 1.3) * 2) / 2, 0.5)
    (days,) = rng.choices((26, 54, 400, 0, -3), (75, 15, 8, 1, 1))
    symbol = OptionSymbol(
        root=root, kind=kind, strike=Decimal(str(strike)), expiry=TODAY + timedelta(days=days)
    )
    quantity = rng.choice((1, 1, 2, 3, 10, 100_000)) * rng.choice((1, -1))
    return [write_symbol(symbol), str(quantity), draw_price(rng, kind, strike, spot), str(spot)]


def draw_rows(rng):
    """One to eight rows, on up to three underlyings; now and then a row spoiled."""
    rows = []
    chosen = [
        (root, round(rng.choice((8, 52, 100, 433.35, 5900)) * rng.uniform(0.9, 1.1), 2))
        for root in rng.sample(ROOTS, rng.choice((1, 1, 1, 2, 3)))
    ]
    for _ in range(rng.randint(1, 8)):
        root, spot = rng.choice(chosen)
        if rng.random() < 0.02:
            # Adjusted roots, other series of an index, and prices that contradict each other.
            root = rng.choice(("BABA2", "SPXW", "RUTW"))
        if rng.random() < 0.12 and root.isalpha():
            row = [root, str(rng.choice((100, 250, -300))), str(spot), str(spot)]
        else:
            row = draw_option(rng, root, spot)
        if rng.random() < 0.01:
            row[rng.randrange(4)] = rng.choice(ABSURD)
        rows.append(row)
    return rows


def draw_terms(rng):
    return Terms(
        today=TODAY,
        account=rng.choice((None, Decimal(0), Decimal(25_000), Decimal(10) ** 7, Decimal(-5))),
        rate=rng.choice((None, Decimal("0.03"), Decimal("-0.01"))),
        underlyings={"XYZ": Underlying(name="narrow-index")} if rng.random() < 0.3 else {},
        budget=rng.choice((None, Decimal(500))),
    )


def read(rows):
    holdings, unread = [], []
    for row in rows:
        try:
            holdings.append(read_holding(*row))
        except BadInput as exc:
            unread.append(str(exc))
    return holdings, unread


def assert_sound(report):
    stages = [STAGES.index(finding.stage) for finding in report.findings]
    assert stages == sorted(stages)
    for finding in report.findings:
        assert finding.rule_id
        assert finding.source
        assert finding.sentence.endswith(".")
        if finding.status == "not evaluated":
            assert finding.value is finding.limit is finding.headroom is None
        elif finding.value is None:
            assert finding.status == "broken"
        else:
            assert finding.headroom == finding.limit - finding.value
            assert (finding.status == "holds") == (finding.value <= finding.limit)
    hard = {f.status for f in report.findings if f.severity == "hard"}
    assert report.is_allowed == (hard <= {"holds"})
    json.dumps(report.to_json(), allow_nan=False)


def alone(book, name):
    """Each leg for itself, by the published formula, written down once more."""
    share = {"SPX": "0.15", "RUT": "0.15", "TQQQ": "0.6"}.get(name, "0.2")
    least = Fraction("0.3") if name == "TQQQ" else Fraction("0.1")
    total = Fraction(0)
    for leg in book.legs:
        value = leg.price
        if leg.side == "short":
            out = leg.strike - book.spot if leg.kind == "call" else book.spot - leg.strike
            floor = least * (book.spot if leg.kind == "call" else leg.strike)
            value += max(Fraction(share) * book.spot - max(out, 0), floor)
        total += value * 100 * leg.quantity
    part = Fraction("0.75") if name == "TQQQ" else Fraction("0.25")
    if book.shares >= 0:
        return total + part * book.spot * book.shares
    if book.spot < 5:
        return total - book.shares * (book.spot + max(book.spot, Fraction("2.5")))
    factor = 3 if name == "TQQQ" else 1
    return total - book.shares * (book.spot + max(Fraction("0.3") * factor * book.spot, 5))


def assert_right(margin, book):
    """What holds whatever the pairing is."""
    assert margin.is_least, book
    assert margin.gross == sum(group.requirement for group in margin.groups)
    assert margin.net == margin.gross - margin.proceeds
    gross = Fraction(margin.gross)
    slack = Fraction(1, 10**6)
    assert gross <= alone(book, margin.underlying) + slack
    held: Counter[str] = Counter()
    for group in margin.groups:
        for leg in group.legs:
            count, what = leg.split(" ", 1)
            held[what] += int(count.replace(",", ""))
    expected: Counter[str] = Counter()
    for leg in book.legs:
        what = f"{leg.kind[0].upper()}{Decimal(leg.strike.numerator) / leg.strike.denominator:f}"
        sign = 1 if leg.side == "long" else -1
        expected[f"{what} {leg.expiry}"] += sign * leg.quantity
    if book.shares:
        expected["shares"] = book.shares
    assert {k: v for k, v in held.items() if v} == {k: v for k, v in expected.items() if v}
    if book.shares or len({leg.expiry for leg in book.legs}) != 1:
        return
    loss = worst_loss(book)
    # An impossible price may leave no loss at all: then there is nothing to compare.
    if loss and all(any(word in g.name for word in DEFINED) for g in margin.groups):
        longs = sum(
            (leg.price * 100 * leg.quantity for leg in book.legs if leg.side == "long"), Fraction(0)
        )
        # Long-dated options are asked for in part when they stand alone.
        assert Fraction(margin.net) + longs / 4 + slack >= loss
        if all(leg.expiry < TODAY + timedelta(days=200) for leg in book.legs):
            assert Fraction(margin.net) + slack >= loss


def run_portfolios(count, seed):
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    for _ in range(count):
        rows = draw_rows(rng)
        holdings, unread = read(rows)
        name = rng.choice((*SETS, "standard", "standard"))
        report = check(holdings, RULES[name], draw_terms(rng), unread=unread)
        assert_sound(report)
        seen.update(finding.status for finding in report.findings)
        if unread:
            assert not report.is_allowed
            assert not report.margins
        sound = [m.underlying for m in report.margins]
        strategies = [m for m in report.margins if m.method == "strategy-based"]
        assert len(set(sound)) == len(sound)
        if strategies:
            roots = {m.underlying: m for m in strategies}
            for book in books_of([h for h in holdings if known(h, roots)]):
                assert_right(roots[book.underlying], book)
            seen["margin"] += len(strategies)
    return seen


def known(holding, roots):
    return {"SPXW": "SPX", "RUTW": "RUT"}.get(holding.underlying, holding.underlying) in roots


def test_random_portfolios_get_statuses_that_agree_with_each_other():
    seen = run_portfolios(200, seed=20261122)
    assert min(seen[status] for status in ("holds", "broken", "not evaluated")) > 150
    assert seen["margin"] > 100


@pytest.mark.slow
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_random_portfolios(seed):
    assert run_portfolios(10_000, seed=seed)["margin"] > 4_000


def test_holdings_of_any_values_are_findings():
    """What no file can hold, but who calls from Python can."""
    odd = [
        None, True, 0, -1, 10**40, 1.5, float("nan"), Decimal("NaN"), Decimal("Infinity"),
        Decimal(-1), Decimal("1e30"), Decimal("1e-30"), "", "x", date(9999, 12, 31),
    ]  # fmt: skip
    fields = (
        "underlying",
        "kind",
        "quantity",
        "price",
        "underlying_price",
        "strike",
        "expiry",
        "size",
    )
    good: dict[str, Any] = {
        "underlying": "AAPL", "kind": "put", "quantity": -1, "price": Decimal(2),
        "underlying_price": Decimal(100), "strike": Decimal(95),
        "expiry": date(2026, 12, 18), "size": 100,
    }  # fmt: skip
    terms = Terms(today=TODAY, account=Decimal(100_000))
    for name in fields:
        for value in odd:
            report = check([Holding(**{**good, name: value})], RULES["standard"], terms)
            assert_sound(report)
            is_fine = (name, repr(value)) in {("quantity", "-1"), ("underlying", "'x'")}
            assert report.is_allowed == is_fine, (name, value)
