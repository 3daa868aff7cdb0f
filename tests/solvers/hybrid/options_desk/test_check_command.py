"""`spoonbench options check`: what it prints, as text and JSON, and the code that it ends with."""

import json
from decimal import Decimal

import pandas as pd
import pytest

from spoonbench.harness import cli

ROWS = """symbol,quantity,price,underlying_price,note
SPX   261218P05600000,-2,18.40,5900,a
SPX   261218P05500000,2,12.10,5900,b
SPX   261218C06150000,-2,15.20,5900,
SPX   261218C06250000,2,7.30,5900,
aapl,300,231.50,231.50,shares
AAPL261218C00240000,-2,3.10,231.50,
"""
TERMS = (
    "--today",
    "2026-11-22",
    "--rate",
    "0.03",
    "--dividend-yield",
    "0",
    "--class",
    "AAPL=equity",
)
RULES = """name = "mine"
summary = "My own."
[[rule]]
id = "small-loss"
kind = "max-loss"
per = "underlying"
limit_share = 0.02
severity = "hard"
source = "my own"
"""


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*words, width=80):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setattr("sys.argv", ["spoonbench", "options", "check", *map(str, words)])
        code = cli.main()
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def write(tmp_path):
    def put(text=ROWS, name="portfolio.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


@pytest.mark.parametrize("width", [80, 200])
def test_a_portfolio_within_its_rules(run, write, width):
    code, out, err = run(write(), *TERMS, "--account", 250_000, width=width)
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= width
    words = " ".join(out.split())
    assert "Rules: standard." in words
    # 2 condors, 100 points wide: 20,000 and two long options at 12.10 and 7.30.
    assert "SPX: strategy-based margin, maintenance: $17,160.00 ($23,880.00 less $6,720.00" in words
    for name in ("iron condor", "covered call", "shares", "worst-scenario", "data-values"):
        assert name in words
    assert "No other pairing of these legs asks for less." in words
    assert "no statement of compliance and no investment advice" in words
    assert "Assumed: The account's value counts everything" in words
    assert ("Cboe Rule 8.30" in words) == (width == 200)


def test_json_is_exact(run, write):
    code, out, _ = run(write(), *TERMS, "--account", "250_000", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["is_allowed"] is True
    spx, aapl = found["margins"]
    assert (spx["gross"], spx["net"], spx["is_least"]) == ("23880", "17160", True)
    assert Decimal(aapl["net"]) == Decimal("231.50") * 300 / 4 - 620
    keys = {"rule_id", "value", "limit", "headroom", "source", "severity", "status", "sentence"}
    assert all(keys <= finding.keys() for finding in found["findings"])
    assert "no investment advice" in found["note"]


def test_own_rules_and_what_they_break(run, write):
    rules = write(RULES, "my_rules.toml")
    code, out, _ = run(write(), "--rules", rules, *TERMS, "--account", 250_000)
    assert code == 1
    words = " ".join(out.split())
    assert (
        "small-loss (hard, SPX): Largest loss at expiry: $17,160.00, $12,160.00 more than" in words
    )
    assert "Hard rules forbid this portfolio." in words
    assert run(write(), "--rules", rules, *TERMS, "--account", 10**7)[0] == 0


def test_a_hard_rule_that_nobody_can_evaluate_does_not_pass(run, write):
    code, out, _ = run(write(), *TERMS)
    assert code == 1
    assert "the value of the account is not given" in " ".join(out.split())


def test_a_budget_is_a_rule(run, write):
    code, out, _ = run(write(), *TERMS, "--account", 250_000, "--budget", 5_000)
    assert code == 1
    assert "trade-budget (hard, portfolio)" in out


def test_classes_and_portfolio_margin(run, write):
    words = ("--rules", "portfolio-margin", "--account", 250_000, "--json", *TERMS)
    as_index = json.loads(run(write(), *words)[1])["margins"][0]
    assert as_index["method"] == "portfolio"
    assert Decimal(as_index["worst_move"]) in (Decimal("-0.08"), Decimal("0.06"))
    as_equity = json.loads(run(write(), *words, "--class", "SPX=equityx2")[1])["margins"][0]
    assert Decimal(as_equity["net"]) > Decimal(as_index["net"])


def test_the_mark_that_spreadsheets_put_first_does_no_harm(run, write):
    words = (*TERMS, "--account", 250_000, "--json")
    assert run(write("\ufeff" + ROWS), *words) == run(write(), *words)


def test_parquet_gives_the_same(run, write, tmp_path):
    pytest.importorskip("pyarrow")
    table = pd.read_csv(write())
    table.to_parquet(tmp_path / "portfolio.parquet")
    words = (*TERMS, "--account", 250_000, "--json")
    assert run(tmp_path / "portfolio.parquet", *words)[1] == run(write(), *words)[1]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("AAPL261218C0024000,-1,3,231.50,", "row 8: 'AAPL261218C0024000' is no option symbol"),
        ("AAPL261232C00240000,-1,3,231.50,", "expires on a day that there is not"),
        ("MSFT,1.5,3,231.50,", "row 8: a quantity of '1.5' is no whole number"),
        ("MSFT,nan,3,231.50,", "row 8: quantity 'nan' is no finite number"),
        ("MSFT,1,inf,231.50,", "row 8: price 'inf' is no finite number"),
        ("MSFT,1,,231.50,", "row 8: price '' is no finite number"),
        ("MSFT,1e9999999999,3,3,", "row 8: quantity '1e9999999999' is no finite number"),
        ("MSFT,1,3,0,", "MSFT shares: an underlying price is above zero"),
        ("MSFT,0,3,3,", "MSFT shares: a quantity is a whole number"),
        ("MSFT,1,-3,3,", "MSFT shares: a price is a number from zero"),
        ("AAPL,1,231,231,", "AAPL shares: stands 2 times"),
    ],
)
def test_a_row_that_makes_no_sense_is_told_and_passes_nothing(run, write, row, said):
    code, out, err = run(write(ROWS + row + "\n"), *TERMS, "--account", 250_000)
    assert code == 1
    assert said in " ".join(out.split())
    assert "Traceback" not in out + err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rules", "stndard"), "there is no rule set 'stndard'"),
        (("--rules", "none.toml"), "there is no file none.toml"),
        (("--account", "much"), "--account 'much' is no number"),
        (("--account", "inf"), "--account 'inf' is no number"),
        (("--rate", "3"), "rate is a fraction per year, between -1 and 1"),
        (("--today", "tomorrow"), "--today 'tomorrow' is no day"),
        (("--class", "SPX"), "--class 'SPX' is not ROOT=VALUE"),
        (("--class", "SPX=stock"), "--class SPX=stock: a class is one of equity"),
        (("--beta", "SPX=x"), "--beta 'x' is no number"),
    ],
)
def test_bad_input_is_one_line(run, write, words, said):
    code, _, err = run(write(), *words)
    assert code == 3
    assert said in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("symbol,quantity,price\nAAPL,1,2\n", "needs one column underlying_price"),
        ("symbol,quantity,price,underlying_price\n", "holds no rows"),
        ("", "is no table"),
    ],
)
def test_a_file_that_is_no_portfolio(run, write, text, said):
    code, _, err = run(write(text))
    assert code == 3
    assert said in err


def test_a_budget_of_nothing_is_refused(run, write):
    code, _, err = run(write(), *TERMS, "--account", 250_000, "--budget", -5)
    assert code == 3
    assert "--budget is above zero" in err
