"""NAME=VALUE words of the command line to values."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def values(words: Iterable[str], option: str) -> dict[str, Any]:
    """Read NAME=VALUE words; a value is JSON where it reads as JSON, else text.

    >>> values(["epochs=3", "precision=bfloat16", "end_token=false"], "--set")
    {'epochs': 3, 'precision': 'bfloat16', 'end_token': False}

    Raises:
        UsageError: a word has no name, no "=", or names something twice.
    """
    found: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not name or not equals:
            raise click.UsageError(f"{option} takes NAME=VALUE, not {word!r}.")
        if name in found:
            raise click.UsageError(f"{option} names {name!r} twice.")
        found[name] = _value(text)
    return found


def nested_values(words: Iterable[str], option: str) -> dict[str, dict[str, Any]]:
    """Read WHO.NAME=VALUE words.

    >>> nested_values(["lm-tiny.epochs=3"], "--set")
    {'lm-tiny': {'epochs': 3}}

    Raises:
        UsageError: a word is not of that form.
    """
    found: dict[str, dict[str, Any]] = {}
    for path, value in values(words, option).items():
        who, dot, name = path.rpartition(".")
        if not dot or not who or not name:
            raise click.UsageError(f"{option} takes LABEL.PARAMETER=VALUE, not {path!r}.")
        found.setdefault(who, {})[name] = value
    return found


def values_by_name(
    words: Iterable[str], option: str, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Read NAME=VALUE words of the first of some owners, and OWNER.NAME=VALUE words of any.

    >>> values_by_name(["threshold=0.8", "rules.forced=true"], "--set", ["rules+lm", "rules"])
    {'rules+lm': {'threshold': 0.8}, 'rules': {'forced': True}}

    Raises:
        UsageError: as for `values`, also where something is named once in each way.
    """
    found: dict[str, dict[str, Any]] = {name: {} for name in names}
    for path, value in values(words, option).items():
        owner, _, name = path.rpartition(".")
        if owner not in found:
            owner, name = names[0], path
        if name in found[owner]:
            raise click.UsageError(f"{option} names {name!r} of {owner} twice.")
        found[owner][name] = value
    return found


def hours(words: Iterable[str], option: str) -> dict[str, float]:
    """Read WHO=HOURS words.

    Raises:
        UsageError: hours are no number of 0 or more.
    """
    found = values(words, option)
    for who, value in found.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
            raise click.UsageError(f"{option}: {who}={value} is no number of hours.")
    return {who: float(value) for who, value in found.items()}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
