"""`spoonbench options suggest`: what it prints, the page it writes, and how it ends."""

import io
import json

import pytest

from spoonbench.harness import cli

CONDOR = "sell an iron condor on SPX, spot 5900, VIX 14, 30 days, risk at most 2% of 250k"
TODAY = ("--today", "2026-11-22")


@pytest.fixture
def run(monkeypatch, capsys):
    def call(*words):
        monkeypatch.setenv("COLUMNS", "100")
        monkeypatch.setattr("sys.argv", ["spoonbench", "options", "suggest", *map(str, words)])
        code = cli.main()
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_a_suggestion_is_printed_and_its_page_written(run, tmp_path):
    page = tmp_path / "condor.html"
    code, out, err = run(CONDOR, *TODAY, "--report", page)
    assert code == 0
    assert "Suggestion: short iron condor on SPX, 1 unit" in out
    assert "sell  1  put   5675" in out
    assert "no investment advice" in out
    assert str(page) in err
    text = page.read_text(encoding="utf-8")
    assert "Short iron condor on SPX" in text
    assert "<svg" in text


def test_json_is_json_alone(run):
    code, out, _ = run(CONDOR, *TODAY, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["outcome"] == "suggested"
    assert len(told["suggestion"]["legs"]) == 4
    assert [stage["stage"] for stage in told["trace"]][-1] == "rules"


def test_a_text_comes_from_standard_input(run, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(CONDOR))
    code, out, _ = run("-", *TODAY)
    assert code == 0
    assert "short iron condor" in out


def test_what_is_held_is_read(run, tmp_path):
    held = tmp_path / "held.csv"
    held.write_text(
        "symbol,quantity,price,underlying_price\nSPX   270319C06000000,-40,60,5900\n",
        encoding="utf-8",
    )
    code, out, _ = run(CONDOR, *TODAY, "--held", held)
    assert code == 1
    assert "a hard rule forbids it" in out
    assert "Suggestion:" not in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("sell 50 strangles on SPX, spot 5900, vol 14%, 30 days, account 100k",), 1, "hard rule"),
        (("sell an iron condor on SPX, VIX 14, 30 days",), 3, "price of SPX"),
        (("sell a covered call on AAPL at 190, vol 25%, 45 days",), 3, "account worth"),
        (("flumox the gribble",), 3, "flumox"),
        (("sell a put on SPX, spot 5900, vol 14%, 30 days, max loss $500",), 3, "cannot be done"),
        ((" ",), 3, "empty"),
        ((CONDOR, "--account", "much"), 3, "--account 'much' is no number"),
        ((CONDOR, "--account", "-5"), 3, "--account is above zero"),
        ((CONDOR, "--strike-step", "nan"), 3, "--strike-step 'nan' is no number"),
        ((CONDOR, "--rules", "none-such"), 3, "no rule set"),
        ((CONDOR, "--held", "none.csv"), 3, "none.csv"),
        ((CONDOR, "--closes", "none.csv"), 3, "none.csv"),
        ((CONDOR, "--outcome-model", "none"), 3, "none"),
        ((CONDOR, "--reader", "none"), 3, "no folder none"),
        ((CONDOR, "--endpoint", "http://127.0.0.1:9"), 3, "go together"),
        ((CONDOR, "--reader", ".", "--endpoint", "http://127.0.0.1:9",
          "--endpoint-model", "m"), 3, "not both"),
        ((CONDOR, "--today", "yesterday"), 2, "yesterday"),
    ],
)  # fmt: skip
def test_it_ends_with_a_code_and_a_sentence(run, words, code, said):
    found, out, err = run(*words, *(() if "--today" in words else TODAY))
    assert found == code
    assert said in " ".join((out + err).split())
    assert "Traceback" not in err


@pytest.mark.parametrize("json_too", [(), ("--json",)])
def test_a_strike_that_cannot_be_listed_is_no_suggestion(run, json_too):
    text = "bull put spread on KO, spot 60, vol 20%, 30 days, account 50k"
    code, out, _ = run(text, *TODAY, "--strike-step", "0.0003", *json_too)
    assert code == 3
    assert "cannot be listed" in out


def test_wings_on_a_fine_ladder_use_up_the_budget(run):
    text = "bull put spread on KO, spot 60, vol 20%, 30 days, risk 500, account 50k"
    code, out, _ = run(text, *TODAY, "--strike-step", "0.001", "--json")
    lost = json.loads(out)["suggestion"]["valuation"]["most_lost"]
    assert code == 0
    assert 499 < lost <= 500


def test_closes_after_today_are_refused(run, tmp_path):
    closes = tmp_path / "closes.csv"
    closes.write_text("date,close\n2026-11-20,60\n2026-11-23,61\n", encoding="utf-8")
    code, _, err = run(CONDOR, *TODAY, "--closes", closes)
    assert code == 3
    assert "2026-11-23 is not known on 2026-11-22" in err


def test_a_page_below_a_file_is_refused_in_a_sentence(run, tmp_path):
    (tmp_path / "file").touch()
    code, _, err = run(CONDOR, *TODAY, "--report", tmp_path / "file" / "page.html")
    assert code == 3
    assert err.startswith("Error: ")
