r"""Reads prompts: what `spoonbench generate --file` works through.

A file is plain text with a prompt a line, or JSONL, CSV or TSV with a column. In plain text empty
lines are no prompts; a prompt of several lines needs JSONL.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spoonbench.harness.questions import id_in, read_lines, read_text, text_in
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.rows import SUFFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

STANDARD_INPUT = "-"
_COLUMN = "prompt"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One text to be continued."""

    prompt_id: str
    text: str


def read_prompts(name: str, column: str | None, id_column: str) -> list[Prompt]:
    """Read all prompts, in order; one without an id gets its number.

    Args:
        name: of the file; "-" is standard input.
        column: that holds the prompts; None: "prompt". Given, it makes standard input JSONL.
        id_column: that holds ids.

    Raises:
        BadTask: the file or a row of it cannot be used; the first bad line is named.
    """
    path = Path(name)
    if name == STANDARD_INPUT:
        text = _standard_input()
        path = Path("standard input.jsonl" if column else "standard input.txt")
    else:
        text = read_text(path)
    if path.suffix.lower() not in SUFFIXES:
        if column is not None:
            raise BadTask(f"{path} is plain text, which has no columns: leave --prompt-column out.")
        lines = [line.removesuffix("\r") for line in text.split("\n")]
        prompts = [line for line in lines if line.strip()]
        found = [Prompt(prompt_id=str(i), text=line) for i, line in enumerate(prompts, start=1)]
    else:
        rows = enumerate(read_lines(path, text), start=1)
        found = [
            _prompt(f"{path}, line {line}", row, (column or _COLUMN, id_column), count)
            for count, (line, row) in rows
        ]
    if not found:
        raise BadTask(f"{path} holds no prompt.")
    return found


def read_escapes(text: str) -> str:
    r"""A text of the command line, where a line end is hard to type.

    Raises:
        BadParameter: a backslash that begins nothing known.

    >>> read_escapes("a\\nb")
    'a\nb'
    """
    parts, rest = [], text
    while rest:
        plain, backslash, rest = rest.partition("\\")
        parts.append(plain)
        if backslash:
            if rest[:1] not in _ESCAPES:
                raise click.BadParameter(
                    f"{text!r}: a backslash begins \\n, \\t, \\r or \\\\.", param_hint="--stop"
                )
            parts.append(_ESCAPES[rest[0]])
            rest = rest[1:]
    return "".join(parts)


def _prompt(where: str, row: Mapping[str, object], columns: tuple[str, str], count: int) -> Prompt:
    column, id_column = columns
    text = text_in(row, column)
    if text is None:
        raise BadTask(f"{where}: no text in the column {column!r} (--prompt-column).")
    return Prompt(prompt_id=id_in(row, id_column, where) or str(count), text=text)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadTask(
            f"standard input is no UTF-8 text: {exc.reason} at byte {exc.start}."
        ) from exc
