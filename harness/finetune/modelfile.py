"""Ollama's Modelfile, written and read.

A long value stands between three quotation marks and ends with the first line that ends with them,
so a text that holds them cannot be written.

References:
    Ollama, docs/modelfile.mdx (commit 071c82b) and parser/parser.go (commit 00dc3af).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_QUOTES = '"""'
_LISTED = {"message": "messages", "license": "licenses"}
_PLAIN = ("from", "adapter", "template", "system", "requires", "renderer", "parser", "draft")
_LINE = re.compile(r"[ \t]*(?P<name>[A-Za-z]+)[ \t]+(?P<rest>.*)")
_SEVERAL = "stop"


def write_modelfile(configuration: Mapping[str, Any], header: str) -> str:
    """The text of a Modelfile.

    Args:
        configuration: `from`, `adapter`, `parameters`, `template`, `system`, `messages`, as the
            schema has them.
        header: one line.

    Raises:
        ValueError: a text holds three quotation marks in a row.
    """
    lines = [f"# {header}"]
    given = [name for name in ("from", "adapter") if name in configuration]
    lines += [f"{name.upper()} {_one_line(name, configuration[name])}" for name in given]
    for name, value in configuration.get("parameters", {}).items():
        lines += [f"PARAMETER {name} {_number(one)}" for one in _several(value)]
    given = [name for name in ("template", "system") if name in configuration]
    lines += [f"{name.upper()} {_quoted(name, configuration[name])}" for name in given]
    lines += [
        f"MESSAGE {message['role']} {_quoted('a message', message['content'])}"
        for message in configuration.get("messages", ())
    ]
    return "\n".join(lines) + "\n"


def parse_modelfile(text: str) -> dict[str, Any]:
    """What a Modelfile says, in the form of the schema.

    Raises:
        ValueError: a line is no instruction, or a quotation does not end.
    """
    found: dict[str, Any] = {}
    lines = iter(enumerate(text.removeprefix("\ufeff").split("\n"), 1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip("\r"))
        if match is None:
            raise ValueError(f"line {number} is no instruction")
        name, rest = match["name"].lower(), match["rest"]
        prefix, start = _split(name, rest, number)
        while (value := _unquoted(start.strip())) is None:
            following = next(lines, None)
            if following is None:
                raise ValueError(f"the quotation that begins in line {number} does not end")
            start += "\n" + following[1]
        _put(found, name, prefix, value, number)
    return found


def _split(name: str, rest: str, number: int) -> tuple[str, str]:
    """The name of a parameter or the role of a message, and where the value begins."""
    if name not in {"parameter", "message"}:
        return "", rest
    prefix, _, start = rest.strip().partition(" ")
    if not start.strip():
        raise ValueError(f"line {number}: {name} takes a name and a value")
    return prefix, start


def _unquoted(value: str) -> str | None:
    """The value without its quotation marks; None where they are not closed."""
    for quotes in (_QUOTES, '"'):
        if value.startswith(quotes):
            is_closed = len(value) >= 2 * len(quotes) and value.endswith(quotes)
            return value[len(quotes) : -len(quotes)] if is_closed else None
    return value


def _put(found: dict[str, Any], name: str, prefix: str, value: str, number: int) -> None:
    if name == "parameter":
        _put_parameter(found.setdefault("parameters", {}), prefix, value, number)
    elif name == "message":
        found.setdefault("messages", []).append({"role": prefix, "content": value})
    elif name in _LISTED:
        found.setdefault(_LISTED[name], []).append(value)
    elif name in _PLAIN:
        if name in found:
            raise ValueError(f"line {number}: {name.upper()} stands twice")
        found[name] = value
    else:
        raise ValueError(f"line {number}: {name.upper()} is no instruction")


def _put_parameter(parameters: dict[str, Any], name: str, value: str, number: int) -> None:
    if name == _SEVERAL:
        parameters.setdefault(name, []).append(value)
    elif name in parameters:
        raise ValueError(f"line {number}: the parameter {name} stands twice")
    else:
        parameters[name] = _as_number(value)


def _as_number(value: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(value)
        except ValueError:
            continue
    return value


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _number(value: Any) -> str:
    return _quoted("a parameter", value) if isinstance(value, str) else repr(value)


def _one_line(name: str, value: str) -> str:
    if "\n" in value or value != value.strip() or value.startswith('"'):
        raise ValueError(f"{name} is no name: {value!r}")
    return value


def _quoted(name: str, text: str) -> str:
    if _QUOTES in text:
        raise ValueError(
            f"{name} holds three quotation marks in a row, which end it in a Modelfile"
        )
    return f"{_QUOTES}{text}{_QUOTES}"
