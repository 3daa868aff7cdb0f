"""`spoonbench options`: one contract, files of them, and what is wrong in a sentence."""

import json

import pandas as pd
import pytest

from spoonbench.harness import cli

ONE = ["--option", "call", "--spot", "100", "--strike", "95", "--expiry", "0.5", "--rate", "0.03"]
ROWS = """option,spot,strike,expiry,rate,volatility,note
call,100,95,0.5,0.03,0.2,"a, b"
put,100,95,0.5,0.03,abc,007
x,100,95,0.5,0.03,0.2,
call,100,95,0,0.03,0.2,NA
"""


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*words):
        monkeypatch.setattr("sys.argv", ["spoonbench", "options", *map(str, words)])
        code = cli.main()
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_one_contract_is_printed(run):
    code, out, _ = run("price", *ONE, "--volatility", "0.2")
    assert code == 0
    assert out.split() == ["price", "9.251090315", "status", "ok"]


def test_greeks_as_json_in_traders_units(run):
    words = ("--volatility", "0.2", "--units", "trader", "--figures", "vanna", "--json")
    code, out, _ = run("greeks", *ONE, *words)
    found = json.loads(out)
    assert code == 0
    assert list(found) == ["price", "delta", "gamma", "vega", "theta", "rho", "vanna", "status"]
    assert found["vega"] == pytest.approx(0.24389223948)


def test_a_price_implies_a_volatility(run):
    code, out, _ = run("iv", *ONE, "--price", "9.251090315022008")
    assert code == 0
    assert float(out.split()[1]) == pytest.approx(0.2, rel=1e-9)


def test_days_stand_for_years(run):
    year = run("price", *ONE, "--volatility", "0.2")[1]
    in_days = [word if word != "--expiry" else "--days" for word in ONE]
    in_days[in_days.index("0.5")] = "182.5"
    assert run("price", *in_days, "--volatility", "0.2")[1] == year


def test_rows_keep_every_letter_and_get_a_status(run, rows, tmp_path):
    out = tmp_path / "out.csv"
    code, printed, said = run("price", rows, "--out", out)
    assert code == 0
    assert printed == ""
    assert "4 rows: 2 bad input, 1 ok, 1 expired." in said
    table = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert table["note"].tolist() == ["a, b", "007", "", "NA"]
    assert table["volatility"].tolist() == ["0.2", "abc", "0.2", "0.2"]
    assert table["status"].tolist() == ["ok", "bad input", "bad input", "expired"]
    assert table["price"].tolist() == ["9.251090315022008", "", "", "5.0"]


def test_without_a_file_to_write_rows_are_printed(run, rows):
    code, printed, said = run("greeks", rows)
    assert code == 0
    assert printed.splitlines()[0].endswith("note,price,delta,gamma,vega,theta,rho,status")
    assert "4 rows" in said


def test_what_holds_for_all_rows_is_an_option(run, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("strike,volatility\n95,0.2\n105,0.25\n", encoding="utf-8")
    words = ("--option", "put", "--spot", "100", "--expiry", "0.5", "--rate", "0.03")
    code, printed, _ = run("price", path, *words)
    assert code == 0
    assert printed.count(",ok\n") == 2


def test_parquet_where_pyarrow_is(run, rows, tmp_path):
    pytest.importorskip("pyarrow", reason="needs spoonbench[parquet]")
    first, second = tmp_path / "rows.parquet", tmp_path / "out.parquet"
    pd.read_csv(rows).to_parquet(first)
    assert run("price", first, "--out", second)[0] == 0
    assert pd.read_parquet(second)["status"].tolist()[0] == "ok"


def test_columns_that_are_taken_are_named_otherwise(run, rows, tmp_path):
    out, again = tmp_path / "out.csv", tmp_path / "again.csv"
    run("price", rows, "--out", out)
    code, _, said = run("price", out, "--out", again)
    assert code == 3
    assert "has a column 'price' already" in said
    assert not again.exists()
    assert run("price", out, "--out", again, "--prefix", "model_")[0] == 0
    assert "model_price" in again.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["price", "--spot", "100"], "not given: option, strike, expiry, rate, volatility"),
        (["price", *ONE], "not given: volatility"),
        (["iv", *ONE], "not given: price"),
        (["iv", *ONE, "--price", "1"], "no such figure: below intrinsic"),
        (["price", *ONE, "--volatility", "-1"], "no such figure: bad input"),
        (["price", *ONE, "--volatility", "0.2", "--days", "3"], "--days or --expiry, not both"),
        (["price", *ONE, "--volatility", "0.2", "--out", "x.csv"], "for the rows of a file"),
        (["price", *ONE, "--volatility", "0.2", "--figures", "speed"], "no figure 'speed'"),
        (["price", "nothing.csv"], "there is no file nothing.csv"),
        (["price", "rows.txt"], "neither .csv nor .parquet"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(run, words, said):
    code, _, error = run(*words)
    assert code == 3
    assert said in error
    assert len(error.splitlines()) == 1


def test_a_file_that_is_no_table_is_refused(run, tmp_path):
    empty, binary = tmp_path / "empty.csv", tmp_path / "binary.csv"
    empty.write_bytes(b"")
    binary.write_bytes(bytes(range(256)))
    for path in (empty, binary):
        code, _, said = run("price", path)
        assert code == 3
        assert "is no table" in said


def test_a_column_and_an_option_do_not_say_the_same_thing_twice(run, rows):
    code, _, said = run("price", rows, "--spot", "3")
    assert code == 3
    assert "spot is a column of the file and an option" in said
