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

from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.duel.lineup import LineupEntry, enter, with_own_labels
from spoonbench.harness.models.folders import find_model
from spoonbench.harness.tasks.api import BadTask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.models.folders import ModelFolder

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
    _refuse_idle(options)
    entries = [*_models(options), *_tuned(options), *_served(options), *_recorded(options)]
    return with_own_labels(entries, ())


def _refuse_idle(options: Mapping[str, Any]) -> None:
    """Refuse what says how to ask a model where no such model is given."""
    if not options["models"]:
        refuse_idle(("chat",), "needs --model.")
    if options["endpoint"] is None:
        refuse_idle(("endpoint_api", "price_in", "price_out"), "needs --endpoint.")
        if not options["models"]:
            refuse_idle(("shots",), "needs --model or --endpoint.")
    if not options["answers"]:
        refuse_idle(("answers_level",), "needs --answers.")


def _models(options: Mapping[str, Any]) -> list[LineupEntry]:
    entries = []
    for given in options["models"]:
        found = find_model(given)
        params = {"model": str(found.path), "shots": options["shots"], "chat": options["chat"]}
        entry = enter("pretrained", params, label=_label(found.name))
        entries.append(
            replace(
                entry,
                content=found.identity,
                origin=_named(found),
                given_bytes=found.n_bytes,
                fixed={"model": "--model"},
            )
        )
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
            entries.append(
                replace(
                    entry,
                    origin=f"{_named(found)}, {how}",
                    # An adapter is of no use without the weights that it belongs to.
                    given_bytes=found.n_bytes if tune == "lora" else None,
                    fixed={"init": "--init", "init_sha256": "--init", "tune": "--tune"},
                )
            )
    return entries


def _named(found: ModelFolder) -> str:
    return f"{found.name} ({found.identity[:_DIGITS]})"


def _served(options: Mapping[str, Any]) -> list[LineupEntry]:
    url, names = options["endpoint"], options["endpoint_models"]
    if (url is None) != (not names):
        raise click.UsageError("--endpoint URL and --endpoint-model NAME belong together.")
    if url is None:
        return []
    check_url(url)
    if (options["price_in"] is None) != (options["price_out"] is None):
        raise click.UsageError(
            "--price-in and --price-out belong together: what an answer costs needs both."
        )
    entries = []
    for name in names:
        params = {"url": url, "model": name, "shots": options["shots"]}
        params |= {"api": options["endpoint_api"]}
        for price in ("price_in", "price_out"):
            if options[price] is not None:
                params[price] = options[price]
        entry = enter("endpoint", params, label=_label(name))
        entries.append(
            replace(
                entry,
                origin=f"whatever {url} serves as {name}",
                answered_by="server",
                fixed={"url": "--endpoint", "model": "--endpoint-model"},
            )
        )
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
        entries.append(
            replace(
                entry,
                info=info,
                content=content,
                origin=f"answers given before, read from {path.name} ({content[:_DIGITS]})",
                answered_by="file",
                fixed={"path": "--answers"},
            )
        )
    return entries


def _label(name: str) -> str:
    """A name without what separates labels at the command line."""
    return name.replace(",", "_").replace("+", "_")
