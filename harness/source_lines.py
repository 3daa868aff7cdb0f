"""Lines of code of a contestant's own logic: a measure of what has to be understood and kept up.

A line counts if it holds a token of code. Blank lines, comments and docstrings do not count. Word
lists and other data files are counted apart: a line that is neither blank nor a comment ("#").
Modules are found without importing them, so that counting pulls in no heavy library.

Not covered: what a module imports; a contestant names all modules that hold its logic.
"""

from __future__ import annotations

import ast
import importlib.util
import io
import tokenize
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec

_NO_CODE = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
)


def count_source_lines(modules: Sequence[str]) -> int:
    """Lines of code of several modules together.

    Args:
        modules: import names; a module that is named twice counts once.

    Raises:
        ValueError: one of them cannot be found, or is no Python source.
    """
    return sum(count_lines(_source_path(name)) for name in dict.fromkeys(modules))


def count_data_lines(files: Sequence[str]) -> int:
    """Lines of several data files together, blank lines and comments left out.

    Args:
        files: as "package:file.toml"; a file that is named twice counts once.

    Raises:
        ValueError: one of them cannot be found or read.
    """
    return sum(_count_data(name) for name in dict.fromkeys(files))


def _count_data(name: str) -> int:
    package, _, file = name.partition(":")
    try:
        lines = (_package_folder(package) / file).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise ValueError(f"the data file {name} cannot be read: {exc}") from exc
    return sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in lines)


@lru_cache
def count_lines(path: Path) -> int:
    """Lines of code of one file, as it was when it was first counted in this process.

    Raises:
        ValueError: it is no Python source.
    """
    try:
        with tokenize.open(path) as file:
            return count_lines_of(file.read())
    except (OSError, SyntaxError, UnicodeDecodeError) as exc:
        raise ValueError(f"{path} cannot be read as Python: {exc}") from exc


def count_lines_of(source: str) -> int:
    r"""Lines of code of a text.

    >>> count_lines_of('def f():\n    "What it does."\n\n    return 1  # one\n')
    2

    Raises:
        SyntaxError: it is no Python source.
    """
    docstrings = _docstring_lines(ast.parse(source))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - docstrings)


def _docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, owners) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            lines.update(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return lines


def _source_path(name: str) -> Path:
    """The file of a module. Only its parent packages are imported."""
    spec = _find(name)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise ValueError(f"the module {name} has no Python source here")
    return Path(spec.origin)


def _package_folder(name: str) -> Path:
    spec = _find(name)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"there is no package {name} here")
    return Path(next(iter(spec.submodule_search_locations)))


def _find(name: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError) as exc:
        raise ValueError(f"the module {name} cannot be found: {exc}") from exc
