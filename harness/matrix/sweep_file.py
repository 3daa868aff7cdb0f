"""A sweep as a TOML file.

    model = "lm-tiny"
    task = "word-problems"
    items = 500
    rounds = 3
    python = "other/bin/python"

    [axes]
    batch = [1, 8, 64]
    dtype = ["fp32", "bf16"]

    [[coupled]]
    quantization = ["none", "torch-int8dyn"]
    threads = [2, 1]

    [[exclude]]
    dtype = "bf16"
    quantization = "torch-int8dyn"

    [[include]]
    dtype = "fp16"
    batch = 8

Everything but the axes may be left out.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spoonbench.harness.matrix.axes import BadSweep
from spoonbench.harness.matrix.sweep import PLAIN, Sweep
from spoonbench.harness.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spoonbench.harness.matrix_records import Conditions

MODEL, TASK, N_ITEMS, N_ROUNDS = "lm-tiny", "word-problems", 500, 3
"""Where a sweep says nothing else."""
_KNOWN = ("model", "task", "items", "rounds", "python", "axes", "coupled", "exclude", "include")
_MOST_ITEMS, _MOST_ROUNDS = 100_000, 100
_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFile:
    """A sweep with what it is made on.

    Attributes:
        model: registered name of a model, or a folder.
        task: registered name.
        items: answered in every cell.
        rounds: of timing.
        sweep: the axes.
        python: interpreter of the cells, a path or a name; None: that of the command.
    """

    model: str
    task: str
    items: int
    rounds: int
    sweep: Sweep
    python: str | None = None


def read_sweep_file(path: Path, usual: Conditions = PLAIN) -> SweepFile:
    """Read a sweep.

    Args:
        path: of the file.
        usual: where no axis says anything else.

    Raises:
        BadSweep: there is no such file, it is no TOML, or it says something else than a sweep.
    """
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise BadSweep(f"{path} cannot be read: {exc.strerror}.") from exc
    if len(content) > _MOST_BYTES:
        raise BadSweep(f"{path} is larger than a sweep ever is.")
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise BadSweep(f"{path} is no TOML: {exc}.") from exc
    try:
        return _sweep_of(data, usual)
    except BadSweep as exc:
        raise BadSweep(f"{path}: {exc}") from exc


def _sweep_of(data: Mapping[str, Any], usual: Conditions) -> SweepFile:
    for name in data:
        if name not in _KNOWN:
            raise BadSweep(f"The key {suggest(name, _KNOWN)}")
    sweep = Sweep(
        axes=_lists(data.get("axes", {}), "[axes]"),
        coupled=tuple(_lists(one, "[[coupled]]") for one in _tables(data, "coupled")),
        exclude=_tables(data, "exclude"),
        include=_tables(data, "include"),
        usual=usual,
    )
    return SweepFile(
        model=_text(data, "model", MODEL),
        task=_text(data, "task", TASK),
        items=_count(data, "items", N_ITEMS, _MOST_ITEMS),
        rounds=_count(data, "rounds", N_ROUNDS, _MOST_ROUNDS),
        sweep=sweep,
        python=_text(data, "python", "") if "python" in data else None,
    )


def _tables(data: Mapping[str, Any], name: str) -> tuple[Mapping[str, Any], ...]:
    found = data.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BadSweep(f"{name} is written as [[{name}]], once for each.")
    return tuple(found)


def _lists(table: Any, where: str) -> dict[str, list[object]]:
    if not isinstance(table, dict):
        raise BadSweep(f"{where} holds axes, each with a list of values.")
    for name, values in table.items():
        if not isinstance(values, list):
            raise BadSweep(f"{where}: {name} has a list of values, such as {name} = [{values!r}].")
    return table


def _text(data: Mapping[str, Any], name: str, usual: str) -> str:
    found = data.get(name, usual)
    if not isinstance(found, str) or not found:
        raise BadSweep(f"{name} is a name in quotes, not {found!r}.")
    return found


def _count(data: Mapping[str, Any], name: str, usual: int, most: int) -> int:
    found = data.get(name, usual)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= most:
        raise BadSweep(f"{name} is a whole number from 1 to {most:,}, not {found!r}.")
    return found
