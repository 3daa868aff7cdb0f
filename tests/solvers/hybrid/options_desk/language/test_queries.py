"""Written queries are read exactly: every field, leg, question, problem and unread word."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[5]
_SPEC = importlib.util.spec_from_file_location("option_queries", ROOT / "bench/option_queries.py")
bench = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(bench)

QUERIES = {
    f"{group}-{index}": query
    for path in bench.QUERIES
    for group, queries in bench.load(path).items()
    for index, query in enumerate(queries)
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_read_exactly(name):
    difference, silent = bench.outcome(QUERIES[name])
    assert difference == ""
    assert silent == []


def test_there_are_at_least_200():
    assert len({query["text"] for query in QUERIES.values()}) >= 200


def test_each_says_what_is_expected():
    known = {"text", "today", "is", "ask", "problem", "unread"}
    for query in QUERIES.values():
        assert set(query) <= known
        assert set(query) & {"is", "ask", "problem", "unread"}


def test_a_file_of_somebody_else_is_read(tmp_path, capsys, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text('[[mine]]\ntext = "bullish on AAPL"\nis = {underlying = "MSFT"}\n')
    monkeypatch.setattr("sys.argv", ["option_queries.py", "--queries", str(path), "--wrong"])
    assert bench.main() == 1
    said = capsys.readouterr().out
    assert "0      1" in said
    assert json.dumps("bullish on AAPL")[1:-1] in said


def test_a_field_that_nobody_expected_is_a_silent_default():
    difference, silent = bench.outcome({"text": "bullish on AAPL", "is": {"view": "bullish"}})
    assert difference
    assert silent == ["underlying"]
