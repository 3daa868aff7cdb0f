"""Cell keys and the first schema are kept for good: stores of users must stay readable."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.duel_records import Duel
from spoonbench.harness.records import (
    Artifact,
    Cell,
    Environment,
    RunRecord,
    ScoredAnswer,
    StoredItem,
)
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize(
    "pinned",
    json.loads((GOLDEN / "cell_keys.json").read_text(encoding="utf-8")),
    ids=lambda pinned: pinned["key"][:8],
)
def test_cell_keys_are_those_that_stores_hold(pinned):
    assert from_json(Cell, pinned["cell"]).key == pinned["key"]


def test_a_field_at_its_default_leaves_the_key_alone():
    pinned = json.loads((GOLDEN / "cell_keys.json").read_text(encoding="utf-8"))
    for entry in pinned:
        spelled_out = to_json(from_json(Cell, entry["cell"]))
        assert from_json(Cell, spelled_out).key == entry["key"]


@pytest.fixture
def first_schema(tmp_path):
    """A store as the first version wrote it."""
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((GOLDEN / "store_v1.sql").read_text(encoding="utf-8"))
    return path


def test_a_store_of_the_first_version_is_read_in_full(first_schema):
    expected = json.loads((GOLDEN / "store_v1.json").read_text(encoding="utf-8"))

    def rebuilt(kind, name):
        """Fields that were added since then have their default."""
        return [from_json(kind, value) for value in expected[name]]

    open_writer(first_schema).close()  # brings it up to date
    with open_reader(first_schema) as reader:
        runs = reader.runs()
        assert runs == rebuilt(RunRecord, "runs")
        assert list(reader.answers(runs[0].run_id) or ()) == rebuilt(ScoredAnswer, "answers")
        assert reader.answers(runs[1].run_id) is None
        assert reader.duels() == rebuilt(Duel, "duels")
        assert list(reader.items("items-1")) == rebuilt(StoredItem, "items")
        assert reader.artifacts() == rebuilt(Artifact, "artifacts")
        assert [reader.cell(runs[0].cell_key)] == rebuilt(Cell, "cells")
        assert [reader.environment(runs[0].environment_id)] == rebuilt(Environment, "environments")


def tables(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in rows}


def test_a_new_store_has_the_tables_of_the_migrated_one(first_schema, tmp_path):
    open_writer(first_schema).close()
    open_writer(tmp_path / "new.sqlite").close()
    assert tables(tmp_path / "new.sqlite") == tables(first_schema)
