"""docs/advise.md says what the commands say."""

import re
import shlex
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[3] / "docs" / "advise.md"
BLOCK = r"```console\n\$ spoonbench (advise [^\n]*)\n(.*?)\n\n"
EXAMPLES = re.findall(BLOCK, DOCS.read_text("utf-8"), re.DOTALL)
OF_A_STORE = "word-problems"


def test_there_are_eleven_questions():
    assert len(EXAMPLES) == 11


@pytest.mark.parametrize(
    ("command", "answer"), [one for one in EXAMPLES if OF_A_STORE not in one[0]]
)
def test_the_answer_of_the_docs_is_the_command_s(call_main, monkeypatch, command, answer):
    code, output, _ = call_main(*shlex.split(command))
    assert code == 0
    assert " ".join(output.split("\n\n")[0].split()) == " ".join(answer.split())
