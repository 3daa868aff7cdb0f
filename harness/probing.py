"""What a child looks at before it loads anything: packages, instruction sets, threads.

A package that is missing ends the job here, in words, and not after weights were read. Imports
nothing heavy; takes milliseconds.

Not covered: whether a device is there, which the contestant's `prepare` finds out.
"""

from __future__ import annotations

import sys
from importlib import metadata
from typing import TYPE_CHECKING

from spoonbench.harness.executors.libraries import required
from spoonbench.harness.instruction_sets import (
    Arithmetic,
    architecture,
    arithmetic_of,
    read_instruction_sets,
)
from spoonbench.harness.protocol import Probe
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.engines import ENGINES
from spoonbench.solvers.engines import why_not as engine_why_not
from spoonbench.solvers.quantizations import METHODS, NONE, why_not

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.solvers.api import Part, Settings


def probe_part(part: Part) -> Probe:
    """What is there of what a contestant needs; its libraries are imported already.

    Raises:
        Unsupported: its quantization or its engine cannot be had here; the message says why.
    """
    arithmetic: dict[Arithmetic, None] = {}
    sets = read_instruction_sets()
    for settings in _settings_of(part):
        _check(settings)
        asked = (settings.device, settings.dtype, settings.quantization)
        arithmetic |= dict.fromkeys(arithmetic_of(*asked, architecture(), sets))
    return Probe(arithmetic=tuple(arithmetic), packages=_versions(part), threads=_threads())


def _settings_of(part: Part) -> Iterator[Settings]:
    """Of a contestant, or of every part of a hybrid."""
    if not part.settings.parts:
        yield part.settings
    for inner in part.settings.parts:
        yield from _settings_of(inner)


def _check(settings: Settings) -> None:
    method, engine = METHODS.get(settings.quantization), ENGINES.get(settings.engine)
    why = None if method is None else why_not(method, settings.device, settings.dtype)
    if why is None and engine is not None:
        asked = (settings.device, settings.dtype, settings.quantization)
        why = engine_why_not(engine, *asked)
    if why is not None:
        raise Unsupported(why)


def _versions(part: Part) -> dict[str, str]:
    """Of everything that the contestant, its quantization and its engine need."""
    names = set(required(part))
    for settings in _settings_of(part):
        if settings.quantization != NONE and settings.quantization in METHODS:
            method = METHODS[settings.quantization]
            names.update((method.requires, *method.also))
        if settings.engine in ENGINES:
            names.update(ENGINES[settings.engine].requires)
    return {name: metadata.version(name) for name in sorted(names)}


def _threads() -> dict[str, int]:
    torch = sys.modules.get("torch")
    if torch is None:
        return {}
    return {"intra_op": torch.get_num_threads(), "inter_op": torch.get_num_interop_threads()}
