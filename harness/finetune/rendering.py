"""Configurations as text and back: YAML, JSON and Ollama's Modelfile.

What is read here may be anybody's file: no tag of YAML makes an object, names of anchors are not
followed, and a key that stands twice is refused.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from spoonbench.harness.finetune.modelfile import parse_modelfile

if TYPE_CHECKING:
    from pathlib import Path

_MOST_BYTES = 1 << 16
_WIDTH = 100
_ODD_BREAKS = re.compile("[\\x85\\u2028\\u2029]")


class BadConfiguration(ValueError):
    """A file that cannot be read as a configuration; the message says why."""


def to_yaml(configuration: dict[str, Any], header: str) -> str:
    """YAML in the order of the mapping, below a comment.

    Args:
        configuration: as JSON has it.
        header: one line.
    """
    text: str = yaml.dump(
        configuration,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=_WIDTH,
        default_flow_style=False,
    )
    return f"# {header}\n{text}"


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]  # it has no types
    """Escapes breaks of lines that YAML would fold into blanks in a text that is not escaped."""


def _text(dumper: yaml.SafeDumper, text: str) -> Any:
    style = '"' if _ODD_BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def to_json(configuration: dict[str, Any]) -> str:
    """JSON with a line for each value."""
    return json.dumps(configuration, indent=2, ensure_ascii=False) + "\n"


def read_configuration(path: Path, tool: str) -> Any:
    """What a configuration file holds, as JSON has it.

    Args:
        path: of the file.
        tool: whose configuration it is.

    Raises:
        BadConfiguration: it cannot be read.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise BadConfiguration(f"{path} cannot be read: {exc}.") from exc
    if len(content) > _MOST_BYTES:
        raise BadConfiguration(f"{path} is larger than {_MOST_BYTES} bytes.")
    try:
        if tool == "ollama-modelfile":
            return parse_modelfile(text)
        return from_json(text) if path.suffix == ".json" else from_yaml(text)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        told = " ".join(str(exc).split()) or "it is nested too deeply"
        raise BadConfiguration(f"{path}: {told.rstrip('.')}.") from exc


def from_json(text: str) -> Any:
    """JSON without a key that stands twice.

    Raises:
        ValueError: it is none.
    """
    return json.loads(text, object_pairs_hook=_pairs)


def from_yaml(text: str) -> Any:
    """YAML as the tools read it: 1e-4 is a number.

    Raises:
        YAMLError: it is none, has a key twice, or refers to an anchor.
        ValueError: it has a date of a day that is none.
    """
    return yaml.load(text, _Loader)  # noqa: S506  # a SafeLoader


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # it has no types
    """Refuses what a configuration does not need and a reader may stumble over."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.constructor.ConstructorError(
                None, None, f"references such as *{event.anchor} are not read", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        pairs = [(self.construct_object(key, deep=True), key) for key, _ in node.value]
        seen: set[str] = set()
        for name, key in pairs:
            if not isinstance(name, str) or name in seen:
                why = "stands twice" if name in seen else "is no name"
                raise yaml.constructor.ConstructorError(
                    None, None, f"{name!r} {why}", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)


# YAML 1.1 takes 1e-4 for a text, and none of the tools does.
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:\d[\d_]*)(?:\.[\d_]*)?[eE][-+]?\d+$"),
    list("-+0123456789"),
)


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} stands twice")
        found[name] = value
    return found
