"""`spoonbench perplexity`: how well language models foresee a text.

Perplexity is e to the mean negative log-probability of a token: it depends on what a token is and
on how much stands before it, so it compares models with the same tokenizer and window alone. Bits
per byte divide by the bytes of the text instead, and compare models with any tokenizer.

Not covered: texts that do not fit into memory.

References:
    Gao et al. 2020, The Pile, section 3.1, for bits per byte.
"""

from __future__ import annotations

import hashlib
import json
import math
import string
import time
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spoonbench.harness.commands.assignments import values
from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.models.text_models import Opening, TextModel, open_endpoint, open_text_model
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.records import USUAL
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.texts import Reads, TextLikelihood

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_SHOWN_DIGITS = 16
_MEANING = (
    "Perplexity is of a token: it compares models with the same tokenizer and window only. "
    "Bits per byte compare across tokenizers."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One model's reading of the text, or why there is none.

    Attributes:
        name: of the model.
        origin: what it is, for a person.
        tokenizer: SHA-256 of it; None where it is not known.
        found: None where the model could not read the text.
        seconds: of reading, loading left out.
        failure: why it could not.
    """

    name: str
    origin: str | None = None
    tokenizer: str | None = None
    found: TextLikelihood | None = None
    seconds: float | None = None
    failure: str | None = None


def perplexity(found: TextLikelihood) -> float:
    """Of a token; infinite where it is beyond what a float holds."""
    try:
        return math.exp(-found.log_likelihood / found.n_tokens)
    except OverflowError:
        return math.inf


def bits_per_byte(found: TextLikelihood) -> float:
    """Of the scored part of the text."""
    return -found.log_likelihood / math.log(2) / found.n_bytes


def run_command(**options: Any) -> None:
    """Let every model read the text, one after another, and print a table.

    Raises:
        BadTask: the file holds no text.
        Unsupported: no model could read it; says why.
        UsageError: arguments that do not go together.
    """
    path, window, stride = options["text_path"], options["window"], options["stride"]
    if window is not None and stride is not None and stride > window:
        raise click.UsageError(f"--stride {stride} is more than --window {window}.")
    content = _read(path)
    opening = Opening(
        results=options["results"],
        device=options["device"],
        dtype=options["dtype"],
        params=values(options["overrides"], "--set"),
    )
    readings = [
        _reading(name, opener, content.decode(), window=window, stride=stride)
        for name, opener in _openers(options, opening)
    ]
    if all(reading.found is None for reading in readings):
        raise Unsupported("\n".join(map(_failure, readings)))
    text = {
        "path": str(path),
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }
    if options["as_json"]:
        rows = [_row(reading) for reading in readings]
        click.echo(json.dumps({"text": text, "models": rows, "notes": _notes(readings)}, indent=2))
        return
    _show(text, readings)


def _read(path: Path) -> bytes:
    """The file, which holds UTF-8 text and nothing else.

    Raises:
        BadTask: it does not.
    """
    if path.is_char_device() or path.is_block_device():
        raise BadTask(f"{path} is a device, not a file.")
    try:
        content = path.read_bytes()
    except FileNotFoundError as exc:
        raise BadTask(f"There is no file {path}.") from exc
    except IsADirectoryError as exc:
        raise BadTask(f"{path} is a folder, not a file.") from exc
    if not content:
        raise BadTask(f"{path} is empty: there is nothing to read.")
    if b"\0" in content:
        raise BadTask(f"{path} is no text: it holds zero bytes.")
    try:
        content.decode()
    except UnicodeDecodeError as exc:
        raise BadTask(f"{path} is no UTF-8 text: {exc.reason} at byte {exc.start}.") from exc
    return content


def _openers(
    options: Mapping[str, Any], opening: Opening
) -> list[tuple[str, Callable[[], TextModel]]]:
    """Names, and what opens each model when it is its turn: one at a time is in memory."""
    url, served = options["endpoint"], options["endpoint_models"]
    if (url is None) != (not served):
        raise click.UsageError("--endpoint URL and --endpoint-model NAME belong together.")
    names: Sequence[str] = options["names"]
    if not names and not served:
        raise click.UsageError(
            "No model: give one of your results, a folder or a hub name, or --endpoint URL."
        )
    if not names:
        refuse_idle(("device", "dtype"), "is for models that run here.")
    local = [(name, partial(open_text_model, name, opening)) for name in names]
    there = replace(opening, device=USUAL.device, dtype=USUAL.dtype)
    return [*local, *((name, partial(open_endpoint, url, name, there)) for name in served)]


def _reading(
    name: str,
    opener: Callable[[], TextModel],
    text: str,
    *,
    window: int | None,
    stride: int | None,
) -> _Reading:
    try:
        model = opener()
    except Unsupported as exc:
        return _Reading(name=name, failure=str(exc))
    reading = _Reading(name=name, origin=model.origin, tokenizer=model.tokenizer)
    with closing(model.solver) as solver:
        if not isinstance(solver, Reads):
            return replace(reading, failure="it does not tell how likely a text is.")
        started_ns = time.perf_counter_ns()
        try:
            found = solver.text_likelihood(text, window=window, stride=stride)
        except (Unsupported, ValueError) as exc:
            return replace(reading, failure=str(exc))
        except MemoryError:
            return replace(reading, failure="a window does not fit the memory: give --window.")
        seconds = (time.perf_counter_ns() - started_ns) / 1e9
    return replace(reading, found=found, seconds=seconds)


def _failure(reading: _Reading) -> str:
    said = str(reading.failure)
    return said if reading.name in said else f"{reading.name}: {said}"


def _letters(readings: Sequence[_Reading]) -> dict[str | None, str]:
    """A letter for each tokenizer, in order; "?" where it is not known."""
    known = dict.fromkeys(
        each.tokenizer for each in readings if each.found is not None and each.tokenizer is not None
    )
    letters: dict[str | None, str] = {None: "?"}
    return letters | {tokenizer: _letter(index) for index, tokenizer in enumerate(known)}


def _letter(index: int) -> str:
    round_, place = divmod(index, len(string.ascii_uppercase))
    return string.ascii_uppercase[place] + (str(round_ + 1) if round_ else "")


def _notes(readings: Sequence[_Reading]) -> list[str]:
    """What may be compared with what, in words."""
    notes = [_MEANING]
    pairs = [(each, each.found) for each in readings if each.found is not None]
    tokenizers = {each.tokenizer for each, _ in pairs}
    if len(pairs) > 1 and len(tokenizers) > 1:
        notes.append("Here tokenizers differ: compare bits per byte, not perplexity.")
    if len(pairs) > 1 and None in tokenizers:
        notes.append("A tokenizer that is not known (?) is taken for another one.")
    if len({(found.window, found.stride) for _, found in pairs}) > 1:
        notes.append(
            "Here windows differ: who sees more before a token foresees it better. "
            "The same --window and --stride for all make it fair."
        )
    bare = [f"{each.name} {f.n_unscored_bytes}" for each, f in pairs if f.n_unscored_bytes]
    if bare:
        notes.append(
            f"Bytes in front without a score, since nothing stands before: {', '.join(bare)}."
        )
    return notes


def _row(reading: _Reading) -> dict[str, Any]:
    found = reading.found
    row = {
        "model": reading.name,
        "origin": reading.origin,
        "tokenizer_sha256": reading.tokenizer,
        "failure": reading.failure,
    }
    if found is None or reading.seconds is None:
        return row
    of_token = perplexity(found)
    return row | {
        "n_tokens": found.n_tokens,
        "n_bytes": found.n_bytes,
        "n_unscored_bytes": found.n_unscored_bytes,
        "log_likelihood": found.log_likelihood,
        "perplexity": of_token if math.isfinite(of_token) else None,
        "bits_per_byte": bits_per_byte(found),
        "window": found.window,
        "stride": found.stride,
        "n_windows": found.n_windows,
        "seconds": reading.seconds,
        "tokens_per_s": found.n_tokens / reading.seconds,
    }


def _show(text: Mapping[str, Any], readings: Sequence[_Reading]) -> None:
    click.echo(
        make_plain(f"{text['path']}: {text['bytes']:,} bytes, ")
        + f"SHA-256 {text['sha256'][:_SHOWN_DIGITS]}\n"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("model", overflow="fold")
    # Titles of two lines leave room for the names of models.
    table.add_column("token-\nizer")
    for title in ("tokens", "perplexity", "bits/\nbyte", "window/\nstride", "s", "tokens\n/s"):
        # Where there is little room the names are broken, not the figures.
        table.add_column(title, justify="right", no_wrap=True)
    letters = _letters(readings)
    for reading in readings:
        name = Text(make_plain(reading.name))
        if reading.found is None or reading.seconds is None:
            table.add_row(name, "-", *["-"] * 6)
            continue
        table.add_row(name, letters[reading.tokenizer], *_cells(reading.found, reading.seconds))
    Console().print(table)
    click.echo()
    for reading in readings:
        if reading.failure is not None:
            click.echo(make_plain(_failure(reading)))
    for note in _notes(readings):
        click.echo(make_plain(note))


def _cells(found: TextLikelihood, seconds: float) -> list[str]:
    of_token = perplexity(found)
    return [
        f"{found.n_tokens:,}",
        f"{of_token:,.2f}" if of_token < 1e6 else f"{of_token:.2e}",  # noqa: PLR2004  # fits
        f"{bits_per_byte(found):.4f}",
        f"{found.window}/{found.stride}",
        f"{seconds:.2f}",
        f"{found.n_tokens / seconds:,.0f}",
    ]
