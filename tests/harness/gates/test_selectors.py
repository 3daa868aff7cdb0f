"""The words that name a side."""

from pathlib import Path

import pytest

from spoonbench.harness.gates.selectors import read_selector
from spoonbench.harness.gates.sides import BadComparison


@pytest.mark.parametrize(
    ("words", "kind", "key", "part"),
    [
        ("1a2b", "any", "1a2b", None),
        ("1a2b/rules", "any", "1a2b", "rules"),
        ("duel:1a2b", "duel", "1a2b", None),
        ("duel:1a2b/rules, then/a model: x", "duel", "1a2b", "rules, then/a model: x"),
        ("matrix:ff/bf16-batch8", "matrix", "ff", "bf16-batch8"),
        ("run:2026", "run", "2026", None),
        ("latest", "latest", "", None),
        ("latest/rules", "latest", "", "rules"),
        ("previous:stories", "previous", "stories", None),
        ("previous:stories/rules", "previous", "stories", "rules"),
        ("reference:epyc-2-cores/x", "reference", "epyc-2-cores", "x"),
        ("reference:epyc-2-cores", "reference", "epyc-2-cores", None),
    ],
)
def test_what_lies_in_the_usual_store(words, kind, key, part):
    found = read_selector(words)
    assert (found.kind, found.key, found.part) == (kind, key, part)
    assert found.store is None
    assert found.file is None


def test_another_store_stands_in_front():
    found = read_selector("ci/results/store.sqlite:duel:1a2b/rules")
    assert (found.store, found.kind, found.key, found.part) == (
        Path("ci/results/store.sqlite"),
        "duel",
        "1a2b",
        "rules",
    )
    assert read_selector("s.sqlite:latest").kind == "latest"


@pytest.mark.parametrize(
    ("words", "file", "part"),
    [
        ("a/b.json", "a/b.json", None),
        ("b.json#bench/x.py::test[1]", "b.json", "bench/x.py::test[1]"),
        ("mine.jsonl#fp32", "mine.jsonl", "fp32"),
        ("ci/base/", "ci/base", None),
        ("base/#bench/x.py::test[1]", "base", "bench/x.py::test[1]"),
    ],
)
def test_files(words, file, part):
    found = read_selector(words)
    assert (found.kind, found.file, found.part) == ("file", Path(file), part)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "is empty"),
        ("duel:", "names no duel"),
        ("foo:1", "begins with 'foo'"),
        ("s.sqlite:", "is empty"),
        ("s.sqlite:b.json", "in that store"),
        ("s.sqlite:reference:x", "in that store"),
    ],
)
def test_what_names_nothing_is_refused(words, why):
    with pytest.raises(BadComparison, match=why):
        read_selector(words)
