import io
import json
import types

import click
import pytest

from spoonbench.harness.prompts import read_escapes, read_prompts
from spoonbench.harness.tasks.api import BadTask


@pytest.fixture
def standard_input(monkeypatch):
    def give(content):
        stdin = types.SimpleNamespace(buffer=io.BytesIO(content))
        monkeypatch.setattr("sys.stdin", stdin)

    return give


def test_plain_text_is_a_prompt_a_line_with_its_spaces(tmp_path):
    path = tmp_path / "prompts.txt"
    path.write_bytes(b"one \r\n\n  two\n")
    found = read_prompts(str(path), None, "id")
    assert [(p.prompt_id, p.text) for p in found] == [("1", "one "), ("2", "  two")]


def test_json_lines_have_a_column_and_ids(tmp_path):
    path = tmp_path / "prompts.jsonl"
    rows = [{"prompt": "one\ntwo", "id": "a"}, {"prompt": "", "id": 0}, {"prompt": "three"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_prompts(str(path), None, "id")
    assert [(p.prompt_id, p.text) for p in found] == [("a", "one\ntwo"), ("0", ""), ("3", "three")]
    with pytest.raises(BadTask, match=r"line 1: no text in the column 'words' \(--prompt-column\)"):
        read_prompts(str(path), "words", "id")


def test_standard_input_is_plain_unless_a_column_is_named(standard_input):
    standard_input(b'{"prompt": "one"}\n')
    assert [p.text for p in read_prompts("-", None, "id")] == ['{"prompt": "one"}']
    standard_input(b'{"prompt": "one"}\n')
    assert [p.text for p in read_prompts("-", "prompt", "id")] == ["one"]
    standard_input(b"\xff")
    with pytest.raises(BadTask, match="standard input is no UTF-8 text"):
        read_prompts("-", None, "id")
    standard_input(b"\n")
    with pytest.raises(BadTask, match="holds no prompt"):
        read_prompts("-", None, "id")


def test_files_that_hold_no_prompts_are_refused(tmp_path):
    with pytest.raises(BadTask, match="There is no file"):
        read_prompts(str(tmp_path / "none.txt"), None, "id")
    with pytest.raises(BadTask, match="is a folder"):
        read_prompts(str(tmp_path), None, "id")
    path = tmp_path / "plain.txt"
    path.write_text("one\n")
    with pytest.raises(BadTask, match="leave --prompt-column out"):
        read_prompts(str(path), "prompt", "id")


def test_escapes_of_the_command_line():
    assert read_escapes(r"a\n\t\r\\n") == "a\n\t\r\\n"
    assert read_escapes("") == ""
    for text in (r"\d", "a\\"):
        with pytest.raises(click.BadParameter, match="a backslash begins"):
            read_escapes(text)


@pytest.mark.parametrize("name", ["prompts.ndjson", "prompts.JSONL"])
def test_json_lines_of_other_names_are_json_lines(tmp_path, name):
    path = tmp_path / name
    path.write_text('{"prompt": "one"}\n')
    assert [p.text for p in read_prompts(str(path), None, "id")] == ["one"]


def test_a_number_is_no_prompt(tmp_path):
    path = tmp_path / "prompts.jsonl"
    path.write_text('{"prompt": 5}\n')
    with pytest.raises(BadTask, match="no text in the column 'prompt'"):
        read_prompts(str(path), None, "id")
