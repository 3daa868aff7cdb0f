import json
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spoonbench.harness.canonical import digest
from spoonbench.harness.duel_records import Duel, Effort, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.records import (
    Artifact,
    Cell,
    Contestant,
    Environment,
    Placement,
    RunRecord,
    ScoredAnswer,
    StoredItem,
    Workload,
)
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.migrations import MIGRATIONS
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.rows import decode_text
from spoonbench.harness.store.writer import open_writer
from spoonbench.solvers.api import Guarantee

ENVIRONMENT = Environment(
    processor="abacus",
    architecture="x86_64",
    n_cores=2,
    instruction_sets=("avx2",),
    memory_bytes=8 * 2**30,
    devices=(),
    system="Linux",
    python="3.11",
    libraries={"numpy": "2.0"},
)
CELL = Cell(
    workload=Workload(task="sums", task_version="1", split="test", items_hash="h"),
    contestant=Contestant(solver="rules", solver_version="1", params={"depth": 3}),
    placement=Placement(batch_size=4),
)
DUEL = Duel(
    duel_id="d1",
    created_at="2026-01-01T00:00:00+00:00",
    command=("spoonbench", "duel"),
    preset="quick",
    environment_id=ENVIRONMENT.environment_id,
    n_rounds=3,
    task=TaskFacts(
        name="sums",
        version="1",
        kind="number",
        source="made up",
        sha256={"a.jsonl": "0"},
        n_training=1,
        n_validation=1,
        splits=(SplitFacts(name="test", summary="", items_hash="h", n_items=1, n_unanswerable=0),),
    ),
    entries=(
        Entry(
            label="rules",
            solver="rules",
            level=1,
            guarantee=Guarantee(kind="tested", covers=("sums/test",)),
            answer_cells={"test": CELL.key},
        ),
    ),
    requirements=Requirements(accuracy=1),
    effort=Effort(build_hours={"rules": 1.5}, hour_price=80),
)
ANSWER = ScoredAnswer(
    problem_id="p1",
    status="answered",
    is_correct=True,
    value="5",
    confidence=0.25,
    reason="because",
    raw_text="The answer is 5.",
    log_probability=-1.5,
    tokens_in=7,
    tokens_out=3,
    first_token_s=0.5,
    stopped_by="end_token",
    cost=0.125,
    failure=None,
    level=5,
    stage="tiny",
)
ARTIFACT = Artifact(
    artifact_id="a1",
    kind="weights",
    recipe={"layers": 2},
    parents=("a0",),
    data_hash=None,
    seed=0,
    sha256="0",
    bytes=5,
    path="models/a1",
)


def make_run(run_id="r1", answers=(ANSWER,), **more):
    return RunRecord(
        run_id=run_id,
        cell_key=more.pop("cell_key", CELL.key),
        environment_id=more.pop("environment_id", ENVIRONMENT.environment_id),
        status=more.pop("status", "ok"),
        started_at="2026-01-01T00:00:00+00:00",
        samples_ns=(1, 2, 3),
        items_per_sample=(1, 1, 1),
        answers=answers,
        **more,
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results" / "store.sqlite"


@pytest.fixture
def filled(path):
    """A store with one of everything, closed."""
    with open_writer(path) as writer:
        writer.add_environment(ENVIRONMENT)
        writer.add_cell(CELL)
        writer.add_items("h", [StoredItem(problem_id="p1", text="2 and 3?", target="5")])
        writer.add_duel(DUEL)
        writer.add_run(make_run())
        writer.add_artifact(ARTIFACT)
    return path


def test_everything_comes_back_as_it_was_given(filled):
    with open_reader(filled) as reader:
        assert reader.duels() == [DUEL]
        assert reader.duel("d") == DUEL
        assert reader.environment(ENVIRONMENT.environment_id) == ENVIRONMENT
        assert reader.cell(CELL.key) == CELL
        assert reader.items("h") == (StoredItem(problem_id="p1", text="2 and 3?", target="5"),)
        assert reader.runs() == [make_run(answers=None)]
        assert reader.find_run("r") == make_run(answers=None)
        assert reader.answers("r1") == (ANSWER,)
        assert reader.artifacts() == [ARTIFACT]


def test_the_folder_is_made_and_nothing_but_the_store_is_left_in_it(filled):
    assert [child.name for child in filled.parent.iterdir()] == ["store.sqlite"]


def test_a_run_without_answers_is_told_from_one_with_none(path):
    with open_writer(path) as writer, open_reader(path) as reader:
        writer.add_run(make_run("kept", answers=()))
        writer.add_run(make_run("not", answers=None))
        assert reader.answers("kept") == ()
        assert reader.answers("not") is None


def test_a_reader_sees_what_is_added_while_it_is_open(path):
    with open_writer(path) as writer, open_reader(path) as reader:
        assert reader.runs() == []
        writer.add_run(make_run())
        assert len(reader.runs()) == 1


def test_of_a_duel_the_newest_form_counts_and_the_newest_duel_comes_first(path):
    with open_writer(path) as writer:
        for duel_id, preset in (("d1", "old"), ("d2", "x"), ("d1", "new")):
            writer.add_duel(replace(DUEL, duel_id=duel_id, preset=preset))
    with open_reader(path) as reader:
        assert [(duel.duel_id, duel.preset) for duel in reader.duels()] == [
            ("d1", "new"),
            ("d2", "x"),
        ]
        assert reader.duel("d1").preset == "new"


def test_of_an_artifact_the_newest_form_counts(path):
    with open_writer(path) as writer:
        writer.add_artifact(ARTIFACT)
        writer.add_artifact(replace(ARTIFACT, path="elsewhere"))
    with open_reader(path) as reader:
        assert [artifact.path for artifact in reader.artifacts()] == ["elsewhere"]


def test_what_is_known_is_not_added_again(filled):
    with open_writer(filled) as writer:
        assert writer.add_environment(ENVIRONMENT) == ENVIRONMENT.environment_id
        assert writer.add_cell(CELL) == CELL.key
        writer.add_items("h", [StoredItem(problem_id="p1", text="2 and 3?", target="5")])
    with open_reader(filled) as reader:
        assert len(reader.items("h")) == 1


def test_a_run_id_is_taken_once(filled):
    with open_writer(filled) as writer:
        with pytest.raises(StoreError, match="run_id"):
            writer.add_run(make_run(answers=(ANSWER, ANSWER)))
        writer.add_run(make_run("r2"))
    with open_reader(filled) as reader:
        assert reader.answers("r1") == (ANSWER,)


def test_runs_are_chosen_by_cell_machine_and_status(path):
    with open_writer(path) as writer:
        writer.add_run(make_run("a", cell_key="c1", environment_id="e1"))
        writer.add_run(make_run("b", cell_key="c2", environment_id="e1", status="oom"))
        writer.add_run(make_run("c", cell_key="c2", environment_id="e2"))
    with open_reader(path) as reader:
        chosen = {
            "all": reader.runs(),
            "cells": reader.runs(cell_keys=["c2", "c3"]),
            "no cells": reader.runs(cell_keys=[]),
            "machine": reader.runs(environment_id="e1"),
            "ok": reader.runs(status="ok"),
            "both": reader.runs(["c2"], "e2", "ok"),
        }
    ids = {name: "".join(run.run_id for run in runs) for name, runs in chosen.items()}
    assert ids == {
        "all": "abc",
        "cells": "bc",
        "no cells": "",
        "machine": "ab",
        "ok": "ac",
        "both": "c",
    }


def test_thousands_of_cells_can_be_asked_for(filled):
    with open_reader(filled) as reader:
        assert len(reader.runs(cell_keys=[str(i) for i in range(50_000)] + [CELL.key])) == 1


def test_ids_are_found_by_their_beginning_and_ambiguous_ones_are_refused(path):
    with open_writer(path) as writer:
        for run_id in ("20-aa", "20-ab", "20-a", "21_%"):
            writer.add_run(make_run(run_id))
    with open_reader(path) as reader:
        assert reader.find_run("21").run_id == "21_%"
        assert reader.find_run("20-a").run_id == "20-a"  # an id in full
        with pytest.raises(StoreError, match="beginning of 3 runs: 20-a, 20-aa, 20-ab"):
            reader.find_run("20")
        with pytest.raises(StoreError, match="no run whose id begins with '%'"):
            reader.find_run("%")
        with pytest.raises(StoreError, match="no duel whose id begins"):
            reader.duel("x")


def test_what_is_not_there_is_said_not_to_be_there(filled):
    with open_reader(filled) as reader:
        for ask in (reader.cell, reader.environment, reader.items, reader.answers):
            with pytest.raises(StoreError, match="holds no"):
                ask("nothing")


HOSTILE = ["\ud800 alone", "nul \x00 inside", "\x1b[2J", "<script>", "é 👩‍🚀", "", "'; --", "null"]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_survives(path, text):
    answer = replace(ANSWER, problem_id=text, value=text, raw_text=text, reason=text, stage=text)
    item = StoredItem(problem_id=text, text=text, target=text)
    with open_writer(path) as writer:
        writer.add_items("h", [item])
        writer.add_run(make_run(answers=(answer,), reason=text, output_tail=text))
    with open_reader(path) as reader:
        assert reader.items("h") == (item,)
        assert reader.answers("r1") == (answer,)
        assert reader.find_run("r1").output_tail == text


# The store is shared by all examples: each has a hash of its own.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(texts=st.lists(st.text(st.characters()), min_size=1, max_size=5))
def test_any_text_survives(path, texts):
    items = [StoredItem(problem_id=text, text=text, target=None) for text in texts]
    with open_writer(path) as writer:
        writer.add_items(digest(texts), items)
    with open_reader(path) as reader:
        assert list(reader.items(digest(texts))) == items


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM environments",
        "DELETE FROM duels",
        "DELETE FROM cells",
        "DELETE FROM items",
        "DELETE FROM runs",
        "DELETE FROM answers",
        "DELETE FROM artifacts",
        "UPDATE environments SET record = ''",
        "UPDATE duels SET record = ''",
        "UPDATE cells SET record = ''",
        "UPDATE items SET target = ''",
        "UPDATE runs SET status = 'ok'",
        "UPDATE answers SET is_correct = 1",
        "UPDATE artifacts SET record = ''",
    ],
)
def test_rows_can_neither_be_changed_nor_removed_by_any_program(filled, change):
    with (
        closing(sqlite3.connect(filled)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        connection.execute(change)


def test_a_reader_cannot_write(filled):
    with open_reader(filled) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.execute("INSERT INTO cells VALUES ('k', '{}')")


def test_nan_is_refused_instead_of_turned_into_nothing(path):
    with open_writer(path) as writer:
        with pytest.raises(StoreError, match="NaN"):
            writer.add_run(make_run(answers=(replace(ANSWER, confidence=float("nan")),)))
        with pytest.raises(StoreError, match="Run r1 cannot be stored"):
            writer.add_run(make_run(load_s=float("nan")))
    with open_reader(path) as reader:
        assert reader.runs() == []


def test_a_run_that_is_interrupted_half_way_leaves_nothing_behind(filled, monkeypatch):
    class Interrupted(int):
        """Raises when SQLite asks for its value, after the first rows are in."""

        def __conform__(self, protocol):
            raise KeyboardInterrupt

    answers = (*[ANSWER] * 10, replace(ANSWER, tokens_in=Interrupted(1)))
    with open_writer(filled) as writer:
        with pytest.raises(KeyboardInterrupt):
            writer.add_run(make_run("half", answers=answers))
        writer.add_run(make_run("after"))
    with open_reader(filled) as reader:
        assert [run.run_id for run in reader.runs()] == ["r1", "after"]
        with pytest.raises(StoreError, match="holds no run"):
            reader.answers("half")


def test_a_full_disk_is_named_and_what_was_stored_stays(filled):
    with open_writer(filled) as writer:
        (n_pages,) = writer._connection.execute("PRAGMA page_count").fetchone()
        writer._connection.execute(f"PRAGMA max_page_count = {n_pages}")
        with pytest.raises(StoreError, match="the disk is full"):
            writer.add_run(make_run("big", answers=(ANSWER,) * 1_000))
        writer._connection.execute("PRAGMA max_page_count = 1000000")
        writer.add_run(make_run("small"))
    with open_reader(filled) as reader:
        assert [run.run_id for run in reader.runs()] == ["r1", "small"]


def test_a_damaged_text_is_named(filled):
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("INSERT INTO items VALUES ('odd', 0, '\"p', '\"t\"', NULL)")
        connection.commit()
    with open_reader(filled) as reader, pytest.raises(StoreError, match="text in the store"):
        reader.items("odd")


@given(st.text(alphabet='"\\/abu0123\n\x00\x1f\x7f\ud800é ', max_size=9))
def test_a_text_is_read_as_json_reads_it_or_refused(inner):
    for encoded in (inner, f'"{inner}"'):
        try:
            expected = json.loads(encoded)
        except ValueError:
            with pytest.raises(StoreError, match="damaged"):
                decode_text(encoded)
        else:
            assert decode_text(encoded) == expected


def test_a_store_is_made_where_files_cannot_be_linked(path, monkeypatch):
    def refuse(self, target):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    with open_writer(path) as writer:
        writer.add_run(make_run())
    assert [child.name for child in path.parent.iterdir()] == ["store.sqlite"]
    with open_reader(path) as reader:
        assert len(reader.runs()) == 1


def test_a_store_that_another_process_made_first_counts(filled, monkeypatch):
    # As if it had not been there yet when this process looked.
    monkeypatch.setattr(os.path, "lexists", lambda path: False)
    with open_writer(filled) as writer:
        writer.add_run(make_run("r2"))
    with open_reader(filled) as reader:
        assert [run.run_id for run in reader.runs()] == ["r1", "r2"]


# What is no store, or cannot be used, is refused with a sentence and left as it is.


def both(path):
    return [lambda: open_reader(path, timeout_s=0.05), lambda: open_writer(path, timeout_s=0.05)]


def assert_refused(path, match):
    before = path.read_bytes()
    for opening in both(path):
        with pytest.raises(StoreError, match=match) as caught:
            opening()
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.new"))


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty"),
        (b"{}", "does not begin as an SQLite database"),
        (b"hello " * 1_000, "does not begin as an SQLite database"),
        (b"SQLite format 3\x00" + b"\xff" * 5_000, "damaged"),
        (b"SQLite format 3\x00", "damaged"),
    ],
)
def test_what_is_no_store_is_refused(tmp_path, content, match):
    path = tmp_path / "store.sqlite"
    path.write_bytes(content)
    assert_refused(path, match)


def test_a_missing_store_is_not_made_by_reading(path):
    with pytest.raises(StoreError, match="does not exist"):
        open_reader(path)
    assert not path.parent.exists()


def test_a_folder_is_no_store(tmp_path):
    for opening in both(tmp_path):
        with pytest.raises(StoreError, match="cannot be read"):
            opening()


def test_a_place_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be made"):
        open_writer(tmp_path / "file" / "store.sqlite")


def test_the_database_of_another_program_is_refused(tmp_path):
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")
    assert_refused(path, "not one that spoonbench made")


def test_a_newer_schema_is_refused(filled):
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("PRAGMA user_version = 7")
    assert_refused(filled, r"newer spoonbench \(schema 7, this one knows 2\)")


def fill_more(path):
    with open_writer(path) as writer:
        for index in range(20):
            writer.add_run(make_run(f"more{index}", answers=(ANSWER,) * 50))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_truncated_store_is_refused(filled, share):
    fill_more(filled)
    os.truncate(filled, int(filled.stat().st_size * share))
    assert_refused(filled, "damaged")


def test_a_store_with_overwritten_pages_is_refused(filled):
    fill_more(filled)
    size = filled.stat().st_size
    with filled.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 8_192)
    assert_refused(filled, "damaged")


def test_damage_that_was_not_looked_for_shows_where_it_is_read(filled):
    fill_more(filled)
    with filled.open("r+b") as file:
        file.seek(filled.stat().st_size // 2)
        file.write(b"\xa5" * 8_192)
    with open_reader(filled, checks_pages=False) as reader:
        assert reader.duels() == [DUEL]
        runs = reader.runs()
        with pytest.raises(StoreError, match="damaged"):
            list(map(reader.answers, [run.run_id for run in runs]))


def test_lost_answers_are_noticed(filled):
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("DROP TRIGGER answers_refuses_delete")
        connection.execute("DELETE FROM answers")
        connection.commit()
    lost = "stored with 1 answers, 0 are there"
    with open_reader(filled) as reader, pytest.raises(StoreError, match=lost):
        reader.answers("r1")


@pytest.mark.parametrize("record", ["{", "[]", '{"task": 1}', '{"unheard_of": 1}'])
def test_a_record_that_cannot_be_read_is_named(filled, record):
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("INSERT INTO cells VALUES ('odd', ?)", (record,))
        connection.commit()
    with open_reader(filled) as reader, pytest.raises(StoreError, match="Cell odd cannot be read"):
        reader.cell("odd")


def test_a_store_that_another_process_is_writing_to_is_read_but_not_written(filled):
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_reader(filled) as reader:
            assert len(reader.runs()) == 1
        with pytest.raises(StoreError, match="is locked: another process"):
            open_writer(filled, timeout_s=0.05)
        other.execute("ROLLBACK")
    open_writer(filled, timeout_s=0.05).close()


def test_a_writer_waits_its_turn_and_then_says_that_the_store_is_locked(filled):
    with open_writer(filled, timeout_s=0.05) as one, open_writer(filled) as other:
        with other._transaction(), pytest.raises(StoreError, match="is locked"):
            one.add_run(make_run("late"))
        one.add_run(make_run("late"))


def test_a_store_that_nobody_else_may_touch_is_refused(filled):
    with closing(sqlite3.connect(filled, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert_refused(filled, "is locked")


@contextmanager
def powerless(folder):
    """Act as a user who owns nothing, in a folder that such a user can reach."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public(filled):
    """A store in a folder that everybody may enter and only its owner may write to."""
    folder = Path(tempfile.mkdtemp(prefix="spoonbench-test-"))
    path = folder / "store.sqlite"
    shutil.copy(filled, path)
    path.chmod(0o444)
    folder.chmod(0o555)
    yield path
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_store_in_a_folder_without_write_permission_is_read_but_not_written(public):
    with powerless(public.parent):
        with open_reader(public) as reader:
            assert reader.answers("r1") == (ANSWER,)
        with pytest.raises(StoreError, match="cannot be opened or written"):
            open_writer(public)
        with pytest.raises(StoreError, match="cannot be made"):
            open_writer(public.with_name("other.sqlite"))


def test_an_unreadable_store_is_refused(public):
    public.chmod(0o000)
    with powerless(public.parent):
        for opening in both(public):
            with pytest.raises(StoreError, match=r"cannot be read: Permission denied"):
                opening()


def test_a_name_full_of_odd_characters_is_a_name_like_any_other(tmp_path):
    path = tmp_path / "100% ?mode=rw#x" / "störe.sqlite"
    with open_writer(path) as writer:
        writer.add_run(make_run())
    with open_reader(path) as reader:
        assert len(reader.runs()) == 1


@pytest.fixture
def next_schema():
    """A program one step ahead."""

    def m003_notes(connection):
        connection.execute("CREATE TABLE notes (text TEXT)")

    MIGRATIONS.append(m003_notes)
    yield
    MIGRATIONS.pop()


def test_an_older_store_is_brought_up_to_date_by_writing(filled, next_schema):
    with pytest.raises(StoreError, match=r"older spoonbench \(schema 2, this one reads 3\)"):
        open_reader(filled)
    open_writer(filled).close()
    with open_reader(filled) as reader:
        assert reader.runs() == [make_run(answers=None)]
        assert reader._rows("SELECT * FROM notes") == []


def test_a_step_that_fails_changes_nothing(filled):
    def m003_broken(connection):
        connection.execute("CREATE TABLE notes (text TEXT)")
        raise sqlite3.OperationalError("no luck")

    before = filled.read_bytes()
    MIGRATIONS.append(m003_broken)
    try:
        with pytest.raises(StoreError, match="no luck"):
            open_writer(filled)
    finally:
        MIGRATIONS.pop()
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetchall()
    assert filled.read_bytes() == before
