import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.source_lines import count_lines, count_lines_of, count_source_lines

SOURCE = '''"""Module.

Two paragraphs.
"""

import os  # counts

# does not count


class A:
    """One line."""

    text = """
    a string that is code

    """  # 4 lines

    def f(self):
        r"""Docstring."""
        return (
            1
        )


async def g(): "docstring"
'''


def test_only_lines_of_code_count():
    # import, class, text (4), def, return (3); the line of g holds its docstring, too.
    assert count_lines_of(SOURCE) == 10


def test_a_string_after_the_first_statement_is_code():
    assert count_lines_of('x = 1\n"not a docstring"\n') == 2


@settings(deadline=None)
@given(st.lists(st.sampled_from(["", "# comment", "    # comment", "\t"]), max_size=8))
def test_blank_lines_and_comments_never_count(lines):
    assert count_lines_of("\n".join(["x = 1", *lines, "y = 2"])) == 2


def test_modules_are_counted_without_being_imported(tmp_path, monkeypatch):
    (tmp_path / "heavy_to_import.py").write_text("raise RuntimeError\nx = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert count_source_lines(["heavy_to_import", "heavy_to_import"]) == 2
    assert "heavy_to_import" not in sys.modules


@pytest.mark.parametrize("name", ["no_such_module_at_all", "no.such", "_io", ".relative"])
def test_a_module_without_source_is_refused(name):
    with pytest.raises(ValueError, match="the module"):
        count_source_lines([name])


@pytest.mark.parametrize("content", [b"def f(:", b"\xff\xfe\x00", b"# coding: no-such-codec\n"])
def test_what_is_no_python_is_refused(tmp_path, content):
    path = tmp_path / "bad.py"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="cannot be read as Python"):
        count_lines(path)
