"""The user's own task: what is read, how it is split, and what is refused with which words."""

import csv
import hashlib
import io
import json
import os
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.tasks.api import BadTask, Task
from spoonbench.harness.tasks.hash_split import normalised
from spoonbench.harness.tasks.user_file import Columns, read_task


def rows(n, **more):
    return [
        {"id": f"q{i}", "question": f"what is {i} + 1?", "answer": i + 1, **more} for i in range(n)
    ]


@pytest.fixture
def write(tmp_path):
    def write(content, name="mine.jsonl"):
        path = tmp_path / name
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def texts(split):
    return [item.problem.text for item in split.items]


def targets(task):
    items = [item for split in parts(task) for item in split.items]
    return {item.problem.text: item.target for item in items}


def parts(task):
    return (task.training, task.validation, *task.splits)


# What is read


def test_a_jsonl_file_becomes_a_task(write):
    path = write(rows(100))
    task = read_task(path)
    assert (task.name, task.kind, task.payload, task.tolerance) == ("mine", "number", "text", 1e-3)
    assert [split.name for split in task.splits] == ["test"]
    assert sum(len(split.items) for split in parts(task)) == 100
    assert 8 <= len(task.splits[0].items) <= 32
    assert task.sha256 == {"mine.jsonl": hashlib.sha256(path.read_bytes()).hexdigest()}
    assert "mine.jsonl" in task.source
    assert "SHA-256" in task.source
    assert task.skipped_rows == ()


@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ","), (".tsv", "\t"), (".CSV", ",")])
def test_csv_and_tsv_give_the_same_task_as_jsonl(write, suffix, delimiter):
    text = io.StringIO()
    table = csv.DictWriter(text, ["id", "question", "answer"], delimiter=delimiter)
    table.writeheader()
    table.writerows(rows(50))
    from_table = read_task(write(text.getvalue(), f"mine{suffix}"))
    from_json = read_task(write(rows(50)))
    assert from_table.training == from_json.training
    assert from_table.splits == from_json.splits


def test_column_names_can_be_given(write):
    path = write([{"q": f"{i}?", "a": i, "key": i} for i in range(20)])
    task = read_task(path, columns=Columns(question="q", answer="a", id="key"))
    assert {item.problem.problem_id for item in task.training.items} <= set(map(str, range(20)))


def test_a_byte_order_mark_is_accepted(write):
    content = b"\xef\xbb\xbf" + "".join(json.dumps(row) + "\n" for row in rows(20)).encode()
    assert read_task(write(content)).kind == "number"


def test_ids_are_kept_and_made_from_the_line_where_there_is_none(write):
    with_ids, without = rows(20), [{k: v for k, v in row.items() if k != "id"} for row in rows(20)]
    ids = {
        item.problem.problem_id
        for split in parts(read_task(write(with_ids)))
        for item in split.items
    }
    assert ids == {f"q{i}" for i in range(20)}
    ids = {
        item.problem.problem_id
        for split in parts(read_task(write(without)))
        for item in split.items
    }
    assert ids == {f"line-{i}" for i in range(1, 21)}


def test_a_made_id_never_equals_a_given_one(write):
    content = [{"question": "a?", "answer": 1}, {"question": "b?", "answer": 2, "id": "line-1"}]
    task = read_task(write(content))
    assert len({item.problem.problem_id for split in parts(task) for item in split.items}) == 2


# Answers


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ([1, 2.5, "3", "1/2", "1,000", -4], "number"),
        ([1, 1, 2, 2], "number"),
        (["yes", "no"] * 5, "label"),
        ([True, False] * 3, "label"),
        (["yes", "no", 3] * 3, "label"),
        (["Paris", "Rome", "Oslo", "Lima"], "text"),
        (["1", "2", "three", "4"], "text"),
    ],
)
def test_the_kind_is_detected(write, answers, kind):
    content = [{"question": f"{i}?", "answer": answer} for i, answer in enumerate(answers)]
    assert read_task(write(content)).kind == kind


def test_a_kind_that_is_given_wins(write):
    content = [{"question": f"{i}?", "answer": i % 5} for i in range(50)]
    task = read_task(write(content), kind="label")
    assert (task.kind, task.tolerance) == ("label", 0.0)
    assert set(targets(task).values()) == set("01234")


def test_numbers_are_kept_exactly_in_one_way_of_writing(write):
    path = write(
        '{"question": "a", "answer": 504.0}\n{"question": "b", "answer": 0.8333333333333334}\n'
        '{"question": "c", "answer": "1,250"}\n{"question": "d", "answer": "2/6"}\n'
        '{"question": "e", "answer": 1e2}\n{"question": "f", "answer": 12345678901234567890.5}\n'
    )
    expected = ["504", "0.8333333333333334", "1250", "1/3", "100", "12345678901234567890.5"]
    assert targets(read_task(path)) == dict(zip("abcdef", expected, strict=True))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=6))
def test_any_float_is_kept_exactly(numbers):
    content = [{"question": f"{i}", "answer": number} for i, number in enumerate(numbers)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "floats.jsonl")
        path.write_text("".join(json.dumps(row) + "\n" for row in content))
        found = targets(read_task(path))
    assert [Fraction(found[f"{i}"]) for i in range(len(numbers))] == [
        Fraction(json.dumps(number)) for number in numbers
    ]


def test_a_file_without_any_answer_is_refused(write):
    content = [{"question": "x", "answer": None, "answerable": False}] * 3
    for kind in (None, "number"):
        with pytest.raises(BadTask, match=r"mine\.jsonl: no row has an answer"):
            read_task(write(content), kind=kind)


def test_null_is_an_answer_only_where_the_row_says_so(write):
    unanswerable = {"question": "how old is the captain?", "answer": None, "answerable": False}
    assert targets(read_task(write([*rows(20), unanswerable])))[unanswerable["question"]] is None
    with pytest.raises(BadTask, match="line 21: the answer is empty"):
        read_task(write([*rows(20), {**unanswerable, "answerable": True}]))
    with pytest.raises(BadTask, match="line 21: no 'answer'"):
        read_task(write([*rows(20), {"question": "how old?", "answerable": False}]))
    with pytest.raises(BadTask, match="answerable is false, but there is an answer"):
        read_task(write([*rows(20), {**unanswerable, "answer": 3}]))


def test_an_empty_csv_cell_is_what_null_is_in_json(write):
    lines = ["question,answer,answerable", *(f"{i}?,{i},true" for i in range(9)), "why?,,False"]
    assert targets(read_task(write("\n".join(lines), "mine.csv")))["why?"] is None


def test_the_share_of_number_answers_is_told_where_the_kind_is_no_number(write):
    content = [*rows(20), {"question": "x", "answer": "many"}]
    task = read_task(write(content))
    assert (task.kind, task.options["answers_that_read_as_numbers"]) == ("text", 20)


# Splits


def test_the_split_does_not_depend_on_the_order_of_the_rows(write):
    forward, backward = read_task(write(rows(60))), read_task(write(rows(60)[::-1]))
    for one, other in zip(parts(forward), parts(backward), strict=True):
        assert set(texts(one)) == set(texts(other))


def test_rows_that_are_added_leave_the_others_where_they_were(write):
    few, many = read_task(write(rows(60))), read_task(write(rows(120)))
    assert set(texts(few.splits[0])) <= set(texts(many.splits[0]))


def test_repeated_texts_and_groups_never_stand_on_two_sides(write):
    content = [
        {
            "id": i,
            "question": f"{'How' if i % 2 else '  how'} many {i // 4}?",
            "answer": i,
            "group": i // 8,
        }
        for i in range(400)
    ]
    for drop in ({"group"}, {"id"}, {"id", "group"}, set()):
        task = read_task(write([{k: row[k] for k in row if k not in drop} for row in content]))
        sides = [{normalised(text) for text in texts(split)} for split in parts(task)]
        assert all(sides)
        assert sum(map(len, sides)) == len(set.union(*sides)) == 100
        if "group" not in drop:
            groups = [{item.problem.group for item in split.items} for split in parts(task)]
            assert sum(map(len, groups)) == 50
        assert task.options["texts_shared_with_training"] == 0


def test_two_rows_are_enough_and_one_is_not(write):
    task = read_task(write(rows(2)))
    assert [len(split.items) for split in parts(task)] == [1, 0, 1]
    with pytest.raises(BadTask, match=r"mine\.jsonl: too few rows to split: 1 "):
        read_task(write(rows(1)))
    with pytest.raises(BadTask, match="rows that share a text or a group stay together"):
        read_task(write([{**row, "group": "one"} for row in rows(30)]))


def test_the_split_column_wins(write):
    names = ["train", "Training", "dev", "TEST", "hard", "train"]
    content = [{**row, "split": name} for row, name in zip(rows(6), names, strict=True)]
    task = read_task(write(content))
    assert [split.name for split in task.splits] == ["test", "hard"]
    assert [len(split.items) for split in parts(task)] == [3, 1, 1, 1]
    assert "split column" in task.source


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (["train", "dev"], "name a split 'test'"),
        (["test", "hard"], "no row is left to learn from"),
        (["train", None, "test"], "line 2: no split, but other rows have one"),
    ],
)
def test_a_split_column_that_leaves_a_part_empty_is_refused(write, names, complaint):
    content = [{**row, "split": name} for row, name in zip(rows(len(names)), names, strict=True)]
    with pytest.raises(BadTask, match=complaint):
        read_task(write(content))


def test_a_test_file_is_measured_whole_and_shared_texts_are_counted(write):
    train, test = write(rows(50)), write(rows(60)[45:], "held_out.csv.jsonl")
    task = read_task(train, test_path=test)
    assert len(task.splits[0].items) == 15
    assert len(task.training.items) + len(task.validation.items) == 50
    assert task.options["texts_shared_with_training"] == 5
    assert set(task.sha256) == {"mine.jsonl", "held_out.csv.jsonl"}
    ids = [item.problem.problem_id for split in parts(task) for item in split.items]
    assert len(set(ids)) == len(ids)
    assert task.splits[0].items[0].problem.problem_id == "test:q45"


def test_a_test_file_may_name_further_splits_but_no_training_rows(write):
    train = write(rows(20))
    more = [
        {**row, "id": f"t{i}", "split": "hard" if i % 2 else None} for i, row in enumerate(rows(10))
    ]
    task = read_task(train, test_path=write(more, "test.jsonl"))
    assert [(split.name, len(split.items)) for split in task.splits] == [("test", 5), ("hard", 5)]
    with pytest.raises(BadTask, match="the test file has rows of the split 'train'"):
        read_task(train, test_path=write(rows(3, split="train"), "test.jsonl"))
    with pytest.raises(BadTask, match="a test file is given, but the first file has rows"):
        read_task(write(rows(3, split="test")), test_path=write(rows(3), "test.jsonl"))


def test_a_file_is_not_its_own_test_file(write, tmp_path):
    path = write(rows(20))
    (tmp_path / "link.jsonl").symlink_to(path)
    for same in (path, tmp_path / "link.jsonl", write(rows(20), "copy.jsonl")):
        with pytest.raises(BadTask, match="the test file holds the same, byte by byte"):
            read_task(path, test_path=same)


def test_files_of_one_name_are_told_apart(write, tmp_path):
    (tmp_path / "other").mkdir()
    task = read_task(write(rows(20)), test_path=write(rows(9), "other/mine.jsonl"))
    assert len(task.sha256) == 2
    assert sum(len(split.items) for split in parts(task)) == 29


def test_at_most_500_rows_are_taken_for_validation(write):
    task = read_task(write(rows(9000)), validation_share=0.5)
    assert len(task.validation.items) == 500


# What is refused


BAD_ROWS = [
    ("{", "invalid JSON"),
    ("[]", "not a JSON object"),
    ('{"answer": 1}', "no 'question'"),
    ('{"question": "x"}', "no 'answer'"),
    ('{"question": "  ", "answer": 1}', "the question is empty"),
    ('{"question": "x", "answer": ""}', "the answer is empty"),
    ('{"question": 7, "answer": 1}', "the question is a number, not text"),
    ('{"question": null, "answer": 1}', "the question is null, not text"),
    ('{"question": "x", "answer": [1]}', "the answer is a list, not text or a number"),
    ('{"question": "x", "answer": {}}', "the answer is an object"),
    ('{"question": "x", "answer": 1, "id": true}', "'id' is a truth value"),
    ('{"question": "x", "answer": 1, "id": "' + "i" * 201 + '"}', "longer than 200"),
    ('{"question": "x\\u0000", "answer": 1}', "'question' holds a NUL character"),
    ('{"question": "x", "answer": "\\ud800"}', "'answer' holds a lone surrogate"),
    ('{"question": "x", "answer": 1, "id": "q0"}', "the id 'q0' stands on line 1 too"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_ROWS)
def test_a_bad_row_is_named_and_can_be_skipped(write, line, reason):
    path = write("".join(json.dumps(row) + "\n" for row in rows(10)) + line + "\n")
    with pytest.raises(BadTask) as caught:
        read_task(path)
    assert str(caught.value).startswith("1 bad row:\n  mine.jsonl line 11: ")
    assert reason in str(caught.value)
    assert str(caught.value).endswith("--skip-bad-rows goes on without them")
    task = read_task(path, skip_bad_rows=True)
    assert len(task.skipped_rows) == 1
    assert reason in task.skipped_rows[0]
    assert len(targets(task)) == 10


def test_the_first_ten_bad_rows_are_shown_and_all_are_counted(write):
    path = write("".join(json.dumps(row) + "\n" for row in rows(10)) + "{\n" * 25)
    with pytest.raises(BadTask) as caught:
        read_task(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "25 bad rows:"
    assert len(lines) == 13
    assert lines[11] == "  and 15 more"
    assert len(read_task(path, skip_bad_rows=True).skipped_rows) == 25


def test_an_answer_that_is_no_number_is_a_bad_row_where_numbers_are_asked_for(write):
    path = write([*rows(10), {"question": "x", "answer": "many\x1b[31m"}])
    with pytest.raises(BadTask, match=r"line 11: the answer 'many\\x1b\[31m' is no number"):
        read_task(path, kind="number")
    task = read_task(path, kind="number", skip_bad_rows=True)
    assert (len(task.skipped_rows), len(targets(task))) == (1, 10)


def test_a_file_of_bad_rows_alone_is_refused_even_if_they_may_be_skipped(write):
    with pytest.raises(BadTask, match="3 bad rows"):
        read_task(write("{\n{\n{\n"), skip_bad_rows=True)


@pytest.mark.parametrize("name", ["mine.jsonl", "mine.csv"])
def test_a_missing_column_is_named_with_those_that_are_there(write, name):
    content = '{"prompt": "x", "answer": 1}\n' if name == "mine.jsonl" else "prompt,answer\nx,1\n"
    with pytest.raises(BadTask, match=r"no column 'question'; it has 'prompt', 'answer'"):
        read_task(write(content, name))


def test_what_is_no_such_file_is_refused_in_one_sentence(write, tmp_path):
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    for name, complaint in (
        ("missing.jsonl", "there is no such file"),
        ("folder.jsonl", "this is a folder"),
        ("pipe.jsonl", "no regular file"),
        ("a\0b.jsonl", "there can be no such file"),
        ("x" * 300 + ".jsonl", "cannot be read"),
    ):
        with pytest.raises(BadTask, match=complaint) as caught:
            read_task(tmp_path / name)
        assert "\n" not in str(caught.value)
    with pytest.raises(BadTask, match=r"mine\.xlsx: only \.jsonl"):
        read_task(write("x", "mine.xlsx"))
    with pytest.raises(BadTask, match=r"mine\.jsonl: the file is empty"):
        read_task(write(""))
    with pytest.raises(BadTask, match="the file is binary"):
        read_task(write(b"\x89PNG\0\0", "mine.csv"))


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"columns": Columns(question="a", answer="a")}, "column names must differ"),
        ({"columns": Columns(id="")}, "column names must differ and not be empty"),
        ({"kind": "image"}, "no kind 'image'"),
        ({"tolerance": -1.0}, "tolerance must be"),
        ({"tolerance": float("nan")}, "tolerance must be"),
        ({"test_share": 0}, "test_share must be above 0"),
        ({"validation_share": 1}, "validation_share must be above 0"),
    ],
)
def test_wrong_settings_are_refused(write, settings, complaint):
    with pytest.raises(BadTask, match=complaint):
        read_task(write(rows(10)), **settings)


@pytest.mark.parametrize(
    ("file", "name", "expected"),
    [
        ("my task.jsonl", None, "my task"),
        ("v1.2.jsonl", None, "v1.2"),
        ("a\x1b[1m.jsonl", None, "a__1m"),
        ("mine.jsonl", "../other", "_other"),
        ("mine.jsonl", "..", "task"),
        ("mine.jsonl", "", "task"),
    ],
)
def test_the_name_of_a_task_is_harmless(write, file, name, expected):
    task = read_task(write(rows(10), file), name=name)
    assert task.name == expected
    assert task.source.isprintable()


# Whatever is in the file


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=3,
)
KEYS = st.sampled_from(["question", "answer", "id", "split", "group", "answerable", "other"])
JSON_FILES = st.lists(st.dictionaries(KEYS, VALUES), max_size=6).map(
    lambda found: "\n".join(map(json.dumps, found)).encode("utf-8")
)
CSV_FILES = st.lists(st.lists(st.text(max_size=6), max_size=4), max_size=6).map(
    lambda found: (
        b"question,answer,id\n" + "\n".join(map(",".join, found)).encode("utf-8", "surrogatepass")
    )
)

GOOD_JSON = "".join(json.dumps(row) + "\n" for row in rows(4)).encode()
GOOD_CSV = b'question,answer,split\n"what, 1?",1,train\nwhat?,2/3,test\nwho?,1.5,train\n'
NEARLY_GOOD = st.builds(
    lambda good, place, patch: good[:place] + patch + good[place + len(patch) :],
    st.sampled_from([GOOD_JSON, GOOD_CSV]),
    st.integers(0, len(GOOD_JSON)),
    st.binary(max_size=2) | st.sampled_from([b'"', b"\n", b",", b"\xff", b"\0", b"\\", b"e9"]),
)


@settings(max_examples=600)
@given(
    content=st.binary(max_size=200) | JSON_FILES | CSV_FILES | NEARLY_GOOD,
    suffix=st.sampled_from([".jsonl", ".json", ".csv", ".tsv"]),
    skip_bad_rows=st.booleans(),
    kind=st.sampled_from([None, "number", "label", "text"]),
)
def test_any_bytes_give_a_task_or_a_sentence(content, suffix, skip_bad_rows, kind):
    with TemporaryDirectory() as folder:
        path = Path(folder, f"any{suffix}")
        path.write_bytes(content)
        try:
            task = read_task(path, skip_bad_rows=skip_bad_rows, kind=kind)
        except BadTask as exc:
            assert str(exc).encode("utf-8")  # noqa: PT017  # either outcome is right
            return
    check_is_whole(task)


@settings(max_examples=60)
@given(
    st.lists(
        st.fixed_dictionaries(
            {"question": st.text("ab ", min_size=1, max_size=3), "answer": st.integers(0, 3)},
            optional={"group": st.sampled_from("xyz")},
        ),
        max_size=20,
    )
)
def test_no_text_or_group_stands_on_two_sides(content):
    with TemporaryDirectory() as folder:
        path = Path(folder, "any.jsonl")
        path.write_text("\n".join(map(json.dumps, content)))
        try:
            task = read_task(path, skip_bad_rows=True)
        except BadTask:
            return
    sides = [{normalised(text) for text in texts(split)} for split in parts(task)]
    assert sum(map(len, sides)) == len(set.union(*sides))
    groups = [{item.problem.group for item in split.items} - {None} for split in parts(task)]
    assert sum(map(len, groups)) == len(set.union(*groups))


def check_is_whole(task: Task):
    ids = [item.problem.problem_id for split in parts(task) for item in split.items]
    assert len(set(ids)) == len(ids)
    assert task.training.items
    assert all(split.items for split in task.splits)
    for split in parts(task):
        assert split.items_hash
        assert all(item.problem.kind == task.kind for item in split.items)
