"""Language models that the user brings to a duel: from disk or hub, tuned, served, or recorded.

Each becomes a contestant like any other; what its weights or answers are goes into its identity,
so that nothing that was measured of other weights under the same name is taken for it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from spoonbench.harness.duel.lineup import LineupEntry, enter
from spoonbench.harness.models.folders import find_model
from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SAMPLE_LOG = re.compile(r"samples_(?:spoonbench_)?(.+)_[0-9]{4}-[0-9]{2}-[0-9]{2}T.*")
"""Names that lm-evaluation-harness gives its logs; what it was asked stands in the middle."""

_DIGITS = 12
"""Hexadecimal digits of a hash that people see."""


def bring(options: Mapping[str, Any]) -> tuple[LineupEntry, ...]:
    """Contestants of the options --model, --init, --endpoint and --answers, in that order.

    Raises:
        BadTask: a file of answers cannot be read.
        Unsupported: a model cannot be used; the message says why.
        UsageError: options that do not go together.
    """
    entries = [*_models(options), *_tuned(options), *_served(options), *_recorded(options)]
    return tuple(_with_own_labels(entries))


def _models(options: Mapping[str, Any]) -> list[LineupEntry]:
    entries = []
    for given in options["models"]:
        found = find_model(given)
        params = {"model": str(found.path), "shots": options["shots"], "chat": options["chat"]}
        entry = enter("pretrained", params, label=_label(found.name))
        origin = f"{found.name} ({found.identity[:_DIGITS]}), {_shots(options['shots'])}"
        entries.append(replace(entry, content=found.identity, origin=origin))
    return entries


def _tuned(options: Mapping[str, Any]) -> list[LineupEntry]:
    if options["tune"] and not options["inits"]:
        raise click.UsageError("--tune needs --init: weights to start from.")
    entries = []
    for given in options["inits"]:
        found = find_model(given)
        for tune in dict.fromkeys(options["tune"] or ("full",)):
            params = {"init": str(found.path), "init_sha256": found.identity, "tune": tune}
            entry = enter("lm-tuned", params, label=_label(f"{found.name}-{tune}"))
            how = {"full": "all of them tuned here", "lora": "an adapter (LoRA) tuned here"}[tune]
            origin = f"{found.name} ({found.identity[:_DIGITS]}), {how}"
            entries.append(replace(entry, origin=origin))
    return entries


def _served(options: Mapping[str, Any]) -> list[LineupEntry]:
    url, names = options["endpoint"], options["endpoint_models"]
    if (url is None) != (not names):
        raise click.UsageError("--endpoint URL and --endpoint-model NAME belong together.")
    if url is None:
        return []
    check_url(url)
    entries = []
    for name in names:
        params = {"url": url, "model": name, "shots": options["shots"]}
        params |= {"api": options["endpoint_api"]}
        for price in ("price_in", "price_out"):
            if options[price] is not None:
                params[price] = options[price]
        entry = enter("endpoint", params, label=_label(name))
        origin = f"whatever {url} serves as {name}, {_shots(options['shots'])}"
        entries.append(replace(entry, origin=origin, answered_by="server"))
    return entries


def check_url(url: str) -> None:
    """Refuse an address that carries a secret: commands and parameters are stored.

    Raises:
        UsageError: user name, password or query in the address.
    """
    parts = urlsplit(url)
    if parts.username or parts.password or parts.query:
        raise click.UsageError(
            "--endpoint takes an address without user name, password or query, since it is "
            "stored: give a key in the environment (OPENAI_API_KEY)."
        )


def _recorded(options: Mapping[str, Any]) -> list[LineupEntry]:
    entries = []
    for path in map(Path, options["answers"]):
        try:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as exc:
            raise BadTask(f"--answers: {path} cannot be read: {exc.strerror or exc}.") from exc
        entry = enter(
            "recorded",
            {"path": str(path.resolve())},
            label=_label(_SAMPLE_LOG.sub(r"\1", path.stem)),
        )
        info = replace(entry.info, level=options["answers_level"])
        origin = f"answers given before, read from {path.name} ({content[:_DIGITS]})"
        entries.append(
            replace(entry, info=info, content=content, origin=origin, answered_by="file")
        )
    return entries


def _shots(n: int) -> str:
    if not n:
        return "asked without examples"
    return f"asked with {n} {'example' if n == 1 else 'examples'} of the training part"


def _label(name: str) -> str:
    """A name without what separates labels at the command line."""
    return name.replace(",", "_").replace("+", "_")


def _with_own_labels(entries: Sequence[LineupEntry]) -> list[LineupEntry]:
    """Number those that would have the same label."""
    seen: dict[str, int] = {}
    named = []
    for entry in entries:
        seen[entry.label] = seen.get(entry.label, 0) + 1
        count = seen[entry.label]
        named.append(entry if count == 1 else replace(entry, label=f"{entry.label}-{count}"))
    return named
