import errno

import pytest

from spoonbench.harness.errors import explain
from spoonbench.harness.registry import CannotLoad
from spoonbench.harness.tasks.api import BadTask


def test_lines_of_a_message_stay_lines_and_cannot_act():
    found = explain(BadTask("2 bad rows:\n  a line 1: \x1b[31m\n\n  a line 2: \u202e\n"))
    assert found == "2 bad rows:\n  a line 1: \\x1b[31m\n  a line 2: \\u202e"


def test_no_other_separator_makes_a_line():
    assert explain(BadTask("one\rtwo\x0bthree\u2028four")) == "one\\rtwo\\x0bthree\\u2028four"


def test_a_broken_plugin_is_the_users_business():
    assert explain(CannotLoad("'theirs' cannot be loaded")) == "'theirs' cannot be loaded"


@pytest.mark.parametrize(
    ("exc", "sentence"),
    [
        (OSError(errno.ENOSPC, "", "a\x1bb"), "a\\x1bb: no space is left on the disk."),
        (OSError(errno.EIO, "", "a"), None),
        (KeyError("a fault of ours"), None),
    ],
)
def test_what_the_system_refuses_is_explained_and_faults_of_ours_are_not(exc, sentence):
    assert explain(exc) == sentence
