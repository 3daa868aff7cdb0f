"""The dialogue, at a terminal that is none but looks like one."""

import json
import os
import pty
import subprocess
import sys

import pytest

from spoonbench.harness.advise import session
from spoonbench.harness.advise.dialogue import explain
from spoonbench.harness.advise.facts import INPUTS

CODE = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"


@pytest.fixture
def talk(call_main, monkeypatch):
    """The command, whose questions are answered by these lines; then the input ends."""

    def run(words, lines):
        said = iter(lines)

        def answer():
            try:
                return next(said)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr(session, "_is_answerable", lambda: True)
        return call_main("advise", *words)

    return run


def test_it_asks_what_about_and_then_the_framework_s_questions(talk):
    code, output, errors = talk((), ["tool", "no", "no", "yes", "yes", "no"])
    assert code == 0
    assert output.startswith("A neural network is viable")
    asked = [line for line in errors.split("] ") if "?" in line]
    assert len(asked) >= 5
    assert "What about?" in errors


def test_only_what_is_open_is_asked(talk):
    code, output, errors = talk(("tool", "--rules", "no", "--accuracy", "1.0"), ["no"])
    assert code == 0
    assert "mathematical formula" in errors
    assert "approximate" not in errors
    assert "find a deterministic solution" in output


def test_a_question_mark_explains(talk):
    code, _, errors = talk((), ["?", "tool", "?", "yes"])
    assert code == 0
    assert "device: Which device" in errors
    assert "Answer yes or no." in errors


def test_an_unusable_answer_is_said_and_asked_again(talk):
    code, output, errors = talk((), ["spoons", "tool", "perhaps", "yes"])
    assert code == 0
    assert "'spoons' is none of: " in errors
    assert "has_rules is answered with yes or no, not 'perhaps'." in errors
    assert output.startswith("Use rules")


@pytest.mark.parametrize(
    ("lines", "missing"), [([], "the topic"), (["tool"], "has_rules"), (["tool", "no"], "has_form")]
)
def test_the_end_of_the_input_is_said(talk, lines, missing):
    code, output, errors = talk((), lines)
    assert (code, output) == (2, "")
    assert "The input ended" in errors
    assert missing in errors


def test_in_a_dialogue_nothing_is_assumed(talk):
    lines = ["quantize", "124M", "1", "no"]
    code, output, errors = talk((), lines)
    assert "Is the speed of answers critical?" in errors
    assert code in {0, 2}
    assert "(assumed: nothing else was said)" not in output


def test_options_before_the_topic_are_kept(talk):
    code, output, _ = talk(("--rules", "yes", "--accuracy", "1.0"), ["tool"])
    assert code == 0
    assert output.startswith("Use rules")


def test_json_is_never_asked_for(talk):
    code, output, errors = talk(("tool", "--json"), ["yes"])
    assert (code, json.loads(output)["asks"]) == (2, "has_rules")
    assert "--rules is missing" in errors


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_every_question_explains_itself(name):
    assert len(explain(INPUTS[name])) > 10


@pytest.mark.slow
def test_at_a_real_terminal(tmp_path):
    parent, child = pty.openpty()
    words = [sys.executable, "-P", "-c", CODE, "advise", "tool", "--out", str(tmp_path)]
    started = subprocess.Popen(words, stdin=child, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(child)
    os.write(parent, b"perhaps\nyes\n")
    output, errors = started.communicate(timeout=60)
    os.close(parent)
    assert started.returncode == 0
    assert output.startswith(b"Use rules")
    assert b"not 'perhaps'" in errors


def test_without_a_terminal_nobody_is_asked(tmp_path):
    words = [sys.executable, "-P", "-c", CODE, "advise", "tool", "--out", str(tmp_path)]
    done = subprocess.run(words, input=b"yes\n", capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"--rules is missing" in done.stderr


def test_answers_through_a_pipe_are_json(call_main):
    code, output, _ = call_main("advise", "tool", "--rules", "yes", "--json")
    assert code == 0
    assert json.loads(output)["path"][0]["origin"] == "given"
