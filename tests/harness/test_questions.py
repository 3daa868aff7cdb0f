from pathlib import Path

import pytest

from spoonbench.harness.questions import read_questions
from spoonbench.harness.tasks.api import BadTask


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
