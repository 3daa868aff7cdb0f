import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.source_lines import (
    count_data_lines,
    count_lines,
    count_lines_of,
    count_source_lines,
)

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


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package with a word list; importing it fails."""
    folder = tmp_path / "package_with_words"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError\n")
    (folder / "words.toml").write_text('# verbs\n\ngive = "transfer"\n  # more\nwin = "gain"\n')
    (folder / "latin.toml").write_bytes(b"\xff\n")
    monkeypatch.syspath_prepend(tmp_path)
    return folder.name


def test_word_lists_are_counted_without_comments_and_each_file_once(package):
    assert count_data_lines([f"{package}:words.toml", f"{package}:words.toml"]) == 2
    assert count_data_lines([]) == 0
    assert package not in sys.modules


@pytest.mark.parametrize("name", ["no_such_package:a.toml", "sys:a.toml", "no.such:a.toml"])
def test_a_package_that_is_not_there_is_refused(name):
    with pytest.raises(ValueError, match=r"package|module"):
        count_data_lines([name])


@pytest.mark.parametrize("file", ["missing.toml", "latin.toml"])
def test_a_data_file_that_cannot_be_read_is_refused(package, file):
    with pytest.raises(ValueError, match="cannot be read"):
        count_data_lines([f"{package}:{file}"])
