"""Marks by which answers are counted apart, and rows that are left out on purpose."""

import json
from dataclasses import replace

import pytest

from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.duel.lineup import LineupChoice, line_up
from spoonbench.harness.duel.plan import Wishes, make_plan
from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.duel_records import Requirements, SplitFacts, Subset
from spoonbench.harness.registry import make_task
from spoonbench.harness.store.reader import open_reader
from spoonbench.harness.store.writer import open_writer
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.user_file import Columns, read_task

MARKS: tuple[list[str] | None, ...] = (["AddSub", "SingleOp"], ["SingleOp"], [], None)


def rows(n=40, **more):
    return [
        {
            "id": f"q{i}",
            "question": f"what is {i} + 1?",
            "answer": i + 1,
            "split": "test" if i % 2 else "train",
            "subsets": MARKS[i // 2 % 4],
            **more,
        }
        for i in range(n)
    ]


@pytest.fixture
def write(tmp_path):
    def write(content, name="mine.jsonl"):
        path = tmp_path / name
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_text(content, encoding="utf-8")
        return path

    return write


def marks(task):
    items = [
        item for split in (task.training, task.validation, *task.splits) for item in split.items
    ]
    return {item.problem.problem_id: item.subsets for item in items}


def plan(task):
    wishes = Wishes(requirements=Requirements(), effort=None, command=(), environment_id="e")
    lineup = line_up(task, PRESETS["quick"], LineupChoice(only=("spoon",)))
    return make_plan(task, lineup, PRESETS["quick"], wishes)


def test_marks_are_read_from_lists(write):
    found = marks(read_task(write(rows())))
    assert [found[f"q{i}"] for i in (1, 3, 5, 7)] == [("AddSub", "SingleOp"), ("SingleOp",), (), ()]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("AddSub", ("AddSub",)),
        ("AddSub; SingleOp ;", ("AddSub", "SingleOp")),
        (["b", "a", "b", " a "], ("b", "a")),
        (["", "  "], ()),
        (3, ("3",)),
        ("", ()),
    ],
)
def test_marks_are_texts_each_once_in_their_order(write, value, expected):
    assert set(marks(read_task(write(rows(subsets=value)))).values()) == {expected}


def test_marks_of_a_csv_file_stand_in_one_text(write):
    lines = ["question,answer,kind", *(f"{i} + 1?,{i + 1},a;b" for i in range(40))]
    task = read_task(write("\n".join(lines), "mine.csv"), columns=Columns(subset="kind"))
    assert set(marks(task).values()) == {("a", "b")}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": 1}, "'subsets' is an object, not text or a list of texts"),
        (True, "'subsets' is a truth value"),
        ([None], "'subsets' holds something that is no text"),
        (["a" * 201], "longer than 200 characters"),
        (["a\0"], "NUL"),
        (["\ud800"], "surrogate"),
    ],
)
def test_what_is_no_mark_makes_a_bad_row(write, value, reason):
    with pytest.raises(BadTask, match=reason):
        read_task(write(rows(subsets=value)))


def test_ids_are_no_marks(write):
    with pytest.raises(BadTask, match="'id' holds 120 different subsets; at most 100"):
        read_task(write(rows(120)), columns=Columns(id="no", subset="id"))


@pytest.mark.parametrize("columns", [Columns(subset="tags"), Columns(leave_out="label_eror")])
def test_a_column_that_was_asked_for_must_be_there(write, columns):
    with pytest.raises(BadTask, match=r"no column '(tags|label_eror)'"):
        read_task(write(rows(label_error=False)), columns=columns)


@pytest.mark.parametrize("true", [True, "true", "TRUE", "1", 1, "yes"])
def test_marked_rows_are_left_out_named_and_counted(write, true):
    given = rows(label_error=False)
    given[1]["label_error"] = true
    del given[2]["label_error"]
    given[3]["label_error"] = None
    task = read_task(write(given), columns=Columns(leave_out="label_error"))
    assert len(marks(task)) == 39
    assert "q1" not in marks(task)
    assert task.skipped_rows == ("mine.jsonl line 2: left out, as 'label_error' is true",)
    assert task.options["rows_left_out"] == 1
    assert task.options["rows"] == 39


def test_marked_rows_may_hold_anything_and_others_are_still_checked(write):
    given = rows()
    given[0] = {"question": 5, "label_error": True}
    task = read_task(write(given), columns=Columns(leave_out="label_error"))
    assert len(marks(task)) == 39
    given[1] = {"question": 5}
    with pytest.raises(BadTask, match="1 bad row"):
        read_task(write(given), columns=Columns(leave_out="label_error"))


def test_a_mark_that_is_neither_true_nor_false_is_a_bad_row(write):
    with pytest.raises(BadTask, match="'label_error' is neither true nor false"):
        read_task(write(rows(label_error="maybe")), columns=Columns(leave_out="label_error"))


def test_nothing_is_left_out_unless_asked(write):
    task = read_task(write(rows(label_error=True)))
    assert len(marks(task)) == 40
    assert "rows_left_out" not in task.options


def test_where_all_rows_are_left_out_it_is_said(write):
    with pytest.raises(BadTask, match="no row has an answer"):
        read_task(write(rows(label_error=True)), columns=Columns(leave_out="label_error"))


def test_marks_change_neither_items_nor_cells(write):
    marked = read_task(write(rows()))
    bare = read_task(write([{k: v for k, v in row.items() if k != "subsets"} for row in rows()]))
    assert marked.splits[0].items_hash == bare.splits[0].items_hash
    keys = [[cell.cell.key for cell in plan(task).entries[0].cells] for task in (marked, bare)]
    assert keys[0] == keys[1]
    assert plan(marked).duel.duel_id == plan(bare).duel.duel_id


def test_a_duel_knows_who_carries_a_mark_and_keeps_it_in_the_store(write, tmp_path):
    duel = plan(read_task(write(rows(12)))).duel
    (facts,) = duel.task.splits
    assert facts.subsets == (
        Subset(name="AddSub", problem_ids=("q1", "q9")),
        Subset(name="SingleOp", problem_ids=("q1", "q3", "q9", "q11")),
    )
    with open_writer(tmp_path / "store.sqlite") as writer:
        writer.add_duel(duel)
    with open_reader(tmp_path / "store.sqlite") as reader:
        assert reader.duels() == [duel]


def test_facts_of_an_older_version_have_no_marks(write):
    (facts,) = plan(read_task(write(rows()))).duel.task.splits
    values = to_json(facts)
    assert values.pop("subsets")
    assert from_json(SplitFacts, values) == replace(facts, subsets=())


# Public sets


def published(n=40):
    return [
        {
            "iIndex": i,
            "sQuestion": f"Yan has {i} kites and buys 2. How many kites?",
            "lSolutions": [float(i + 2)],
            "subsets": MARKS[i % 4],
            "Type": "Sum",
            "label_error": i % 10 == 0,
        }
        for i in range(n)
    ]


def read(path, **options):
    return make_task("mawps", {"data": str(path), "measured": "all", **options})


def test_public_rows_carry_their_marks(write):
    path = write(json.dumps(published()), "mawps.json")
    assert [marks(read(path))[str(i)] for i in range(4)] == [
        ("AddSub", "SingleOp"),
        ("SingleOp",),
        (),
        (),
    ]
    assert set(marks(read(path, subset_column="Type")).values()) == {("Sum",)}


def test_public_rows_are_left_out_where_asked(write):
    path = write(json.dumps(published()), "mawps.json")
    assert len(marks(read(path))) == 40
    task = read(path, leave_out_column="label_error")
    assert len(marks(task)) == 36
    assert task.options["rows_left_out"] == len(task.skipped_rows) == 4
    assert task.skipped_rows[0] == "mawps.json row 1: left out, as 'label_error' is true"


@pytest.mark.parametrize("option", ["subset_column", "leave_out_column"])
def test_a_field_that_no_public_row_has_is_refused(write, option):
    path = write(json.dumps(published()), "mawps.json")
    with pytest.raises(BadTask, match="no row has the field 'typo'"):
        read(path, **{option: "typo"})
    with pytest.raises(BadTask, match=f"{option} must be the name of a field"):
        read(path, **{option: ""})
