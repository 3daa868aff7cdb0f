"""The axes of a sweep: their names, their values, and the short forms that people type.

A value is checked for what it is, not for whether this machine has it: a device that is absent
makes a skipped cell, with the reason (`skips`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.harness.affinity import WORDS, read_affinity
from spoonbench.harness.suggestions import suggest
from spoonbench.solvers.engines import ATTENTIONS, ENGINES, NATIVE
from spoonbench.solvers.number_formats import AUTOCAST
from spoonbench.solvers.quantizations import METHODS, NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.harness.records import Mode

_DEVICE = re.compile(r"cpu|mps|cuda(?::(?:0|[1-9][0-9]{0,2}))?")
_DTYPES = {
    "float32": "float32",
    "fp32": "float32",
    "bfloat16": "bfloat16",
    "bf16": "bfloat16",
    "float16": "float16",
    "fp16": "float16",
    AUTOCAST: AUTOCAST,
    "autocast-bf16": AUTOCAST,
    "autocast": AUTOCAST,
}
BY_BITS = {"int8": "bnb-int8", "int4": "bnb-nf4"}
"""Quantizations that are named by their bits alone, and the method that is then meant."""
_QUANTIZATIONS = {NONE: NONE, **{name: name for name in METHODS}, **BY_BITS}
MODES: tuple[Mode, ...] = ("answer", "prefill", "decode", "score", "train")
_MOST = 1 << 20

Value = str | int


class BadSweep(Exception):
    """A sweep that cannot be run as it is described; the message is for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One axis.

    Attributes:
        name: what people type.
        field: the field of `Conditions` that it sets.
        summary: what it may be, in words.
        read: a value as it was given, to the value of the field.
        is_of_work: it is about what is timed, not about where and how.
    """

    name: str
    field: str
    summary: str
    read: Callable[[object], Value]
    is_of_work: bool = False


def read_axis(name: str, values: Sequence[object]) -> tuple[Axis, tuple[Value, ...]]:
    """An axis and its values, in the order given.

    Raises:
        BadSweep: no such axis, no value, one that it cannot have, or one value twice.
    """
    axis = axis_of(name)
    if not values:
        raise BadSweep(f"The axis {name!r} has no value.")
    found = tuple(axis.read(value) for value in values)
    for value in found:
        if found.count(value) > 1:
            raise BadSweep(f"The axis {name!r} has the value {value!r} twice.")
    return axis, found


def axis_of(name: str) -> Axis:
    """The axis of a name.

    Raises:
        BadSweep: there is none.
    """
    if name not in AXES:
        raise BadSweep(f"The axis {suggest(name, tuple(AXES))}")
    return AXES[name]


def _device(value: object) -> str:
    if not isinstance(value, str) or not _DEVICE.fullmatch(value):
        raise BadSweep(f"A device is cpu, cuda, cuda:N or mps, not {value!r}.")
    return value


def _affinity(value: object) -> str:
    try:
        is_core = isinstance(value, (int, str)) and not isinstance(value, bool)
        return read_affinity(str(value) if is_core else "")
    except ValueError as exc:
        raise BadSweep(
            f"An affinity is {', '.join(WORDS)}, or cores such as 0 or 0-3, not {value!r}: {exc}."
        ) from exc


def _one_of(what: str, known: Mapping[str, str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or value not in known:
            raise BadSweep(f"The {what} {suggest(str(value), tuple(known))}")
        return known[value]

    return read


def _count(what: str) -> Callable[[object], int]:
    def read(value: object) -> int:
        text = str(value)
        is_whole = not isinstance(value, bool) and isinstance(value, (int, str))
        if (
            not is_whole
            or not text.isascii()
            or not text.isdecimal()
            or len(text) > len(str(_MOST))
        ):
            raise BadSweep(f"A {what} is a whole number above 0, not {value!r}.")
        if not 0 < int(text) <= _MOST:
            raise BadSweep(f"A {what} is at least 1 and at most {_MOST:,}, not {value!r}.")
        return int(text)

    return read


AXES: Mapping[str, Axis] = {
    axis.name: axis
    for axis in (
        Axis(
            name="mode",
            field="mode",
            summary="What is timed: answer (whole answers), prefill (reading prompts), decode "
            "(writing tokens), score (held-out texts), train (steps).",
            read=_one_of("mode", {name: name for name in MODES}),
            is_of_work=True,
        ),
        Axis(
            name="device",
            field="device",
            summary="Devices: cpu, cuda, cuda:N, mps.",
            read=_device,
        ),
        Axis(
            name="dtype",
            field="dtype",
            summary="Number formats: fp32, bf16, fp16, autocast-bf16 (weights in fp32).",
            read=_one_of("number format", _DTYPES),
        ),
        Axis(
            name="quantization",
            field="quantization",
            summary=f"Quantizations: none, {', '.join(METHODS)}; "
            f"{', '.join(f'{bits} is {name}' for bits, name in BY_BITS.items())}.",
            read=_one_of("quantization", _QUANTIZATIONS),
        ),
        Axis(
            name="engine",
            field="engine",
            summary=f"Engines: {', '.join(ENGINES)}.",
            read=_one_of("engine", {"torch": NATIVE, **{name: name for name in ENGINES}}),
        ),
        Axis(
            name="attention",
            field="attention",
            summary=f"Ways of computing attention: {', '.join(ATTENTIONS)} [the model's own].",
            read=_one_of("attention", {name: name for name in ATTENTIONS}),
        ),
        Axis(
            name="padding",
            field="padding",
            summary="Sides on which batches are padded: left, right (which is wrong) [left].",
            read=_one_of("padding", {name: name for name in ("left", "right")}),
        ),
        Axis(
            name="threads",
            field="threads",
            summary="Threads of numeric work [all cores].",
            read=_count("number of threads"),
        ),
        Axis(
            name="affinity",
            field="affinity",
            summary=f"Cores of the threads: {', '.join(WORDS)}, or a list such as 0-1 [any].",
            read=_affinity,
        ),
        Axis(
            name="prompt",
            field="prompt_tokens",
            summary="Tokens of each prompt, in the modes prefill and decode [64].",
            read=_count("number of tokens"),
            is_of_work=True,
        ),
        Axis(
            name="new",
            field="new_tokens",
            summary="New tokens of each text, in the mode decode [32].",
            read=_count("number of tokens"),
            is_of_work=True,
        ),
        Axis(
            name="accumulation",
            field="accumulation",
            summary="Forward and backward passes of one step, in the mode train [1].",
            read=_count("number of passes"),
            is_of_work=True,
        ),
        Axis(
            name="order",
            field="order",
            summary="Order of the items, in the mode answer: given, length (longest first).",
            read=_one_of("order", {name: name for name in ("given", "length")}),
            is_of_work=True,
        ),
        Axis(
            name="batch",
            field="batch_size",
            summary="Batch sizes.",
            read=_count("batch size"),
        ),
    )
}
"""By name; the last ones change fastest in a sweep."""
