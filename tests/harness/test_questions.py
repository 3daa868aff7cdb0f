from pathlib import Path

import pytest

from spoonbench.harness.questions import read_questions
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.user_file import read_task


def read(path):
    return read_questions(path, "number", question_column="question", id_column="id")


def write(tmp_path, name, text):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_jsonl_csv_and_plain_text_in_order(tmp_path):
    lines = '{"id": "a", "question": "one"}\n\n{"question": "two", "answer": 2}\n'
    found = read(write(tmp_path, "q.jsonl", lines))
    assert [(p.problem_id, p.text) for p in found] == [("a", "one"), ("line-3", "two")]
    found = read(write(tmp_path, "q.csv", 'id,question\nx,"one, two"\n'))
    assert [(p.problem_id, p.text) for p in found] == [("x", "one, two")]
    found = read(write(tmp_path, "q.txt", "one\ntwo\n"))
    assert [(p.problem_id, p.text) for p in found] == [("line-1", "one"), ("line-2", "two")]


def test_other_line_separators_do_not_cut_a_question(tmp_path):
    found = read(write(tmp_path, "q.jsonl", '{"question": "one\u2028two"}\n'))
    assert [p.text for p in found] == ["one\u2028two"]


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("q.jsonl", '{"question": "a"}\nnope\n', "line 2"),
        ("q.jsonl", '{"question": "a"}\n[1]\n', "line 2"),
        ("q.jsonl", '{"question": 5}\n', "question"),
        ("q.jsonl", '{"text": "a"}\n', "question"),
        ("q.csv", "text\na\n", "question"),
        ("q.csv", "id;question\na;b\n", "looks separated by ';', not by ','"),
        ("q.tsv", "id,question\na,b\n", "looks separated by ',', not by tabs"),
        ("q.jsonl", "", "no question"),
        ("q.jsonl", b"\xff\xfe", "UTF-8"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path, name, text, sentence):
    with pytest.raises(BadTask, match=sentence):
        read(write(tmp_path, name, text))


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(BadTask, match="folder"):
        read(tmp_path)


@pytest.mark.skipif(not Path("/dev/zero").is_char_device(), reason="no such device here")
def test_a_device_is_no_file_and_is_not_read():
    with pytest.raises(BadTask, match="device"):
        read(Path("/dev/zero"))


def test_ids_and_lines_are_those_of_a_duel(tmp_path):
    lines = '{"id": 0, "question": "one"}\n{"id": 1.50, "question": "two"}\n'
    content = 'id,question\n,"one\nmore"\n,two\n'
    for name, text in (("q.jsonl", lines), ("q.ndjson", lines), ("q.csv", content)):
        path = write(tmp_path, name, text)
        asked = [problem.problem_id for problem in read(path)]
        with_answers = write(tmp_path, f"a{path.suffix}", answered(text, path.suffix))
        task = read_task(with_answers, kind="number", test_share=0.5)
        items = [*task.training.items, *task.validation.items, *task.splits[0].items]
        assert sorted(item.problem.problem_id for item in items) == sorted(asked)


def answered(text, suffix):
    """The same rows with answers; of a CSV file the last column, since fields may hold lines."""
    if suffix != ".csv":
        return text.replace("}", ', "answer": 1}')
    return (
        text.replace("question\n", "question,answer\n")
        .replace('"\n', '",1\n')
        .replace("two\n", "two,1\n")
    )


def test_the_ending_of_a_name_may_be_in_capitals(tmp_path):
    found = read(write(tmp_path, "q.CSV", "id,question\nx,one\n"))
    assert [(p.problem_id, p.text) for p in found] == [("x", "one")]
    assert [p.text for p in read(write(tmp_path, "q.TXT", "one\n"))] == ["one"]


def test_an_id_that_is_neither_text_nor_a_number_is_refused(tmp_path):
    with pytest.raises(BadTask, match="line 1: the column 'id' holds no text or number"):
        read(write(tmp_path, "q.jsonl", '{"id": [1], "question": "one"}\n'))
