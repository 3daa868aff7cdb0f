"""What a model needs to run or to be trained, told from its shape before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from spoonbench.harness.advise.advice import Evidence
from spoonbench.harness.advise.facts import TRAINING_TOPICS, USUAL_DTYPE
from spoonbench.harness.advise.models import has_outlines, outlines
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.case import Case

USUAL: Mapping[str, int | str] = {"dtype": USUAL_DTYPE, "batch": 1, "context": 2_048}
"""What is assumed, and said, where nobody gives it."""
FINETUNING: Mapping[str, int | str] = {"dtype": "bfloat16", "batch": 1, "context": 2_048}
"""Likewise of a fine-tuning: larger batches are accumulated where they do not fit."""
TOLERANCE = 0.15
"""Of the closed form, against traces of the models' own code: what
tests/harness/predict/test_outline_against_traces.py holds it to (docs/memory.md)."""
QUANTIZATIONS: Mapping[str, str] = {"int8": "bnb-int8", "int4": "bnb-nf4"}
"""Whose bytes stand for so many bits a weight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Bytes that a case needs.

    Attributes:
        parts: component to bytes.
        short: what is done, in words.
        guesses: what was assumed, in words.
    """

    parts: Mapping[str, int]
    short: str
    guesses: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.parts.values())

    @property
    def words(self) -> str:
        """What is done, with the parts and what was assumed."""
        shown = ((name, show_number(size, "bytes")) for name, size in self.parts.items() if size)
        each = ", ".join(f"{name} {size}" for name, size in shown)
        tail = f"; assumed: {', '.join(self.guesses)}" if self.guesses else ""
        return f"{self.short} needs {show_number(self.total, 'bytes')} ({each}{tail})"


def assumed(case: Case, name: str) -> float | None:
    """The number that is assumed where nobody gives it; None where none is."""
    value = _usual(case).get(name)
    return None if value is None or isinstance(value, str) else float(value)


def _usual(case: Case) -> Mapping[str, int | str]:
    return FINETUNING if case.topic == "finetune" else USUAL


def need(
    case: Case, *, dtype: str | None = None, bits: str | None = None, method: str | None = None
) -> Need | None:
    """What a case needs; None where the size of its model is not known.

    Args:
        case: that is asked about.
        dtype: number format in the place of the case's.
        bits: quantized so, "int8" or "int4".
        method: trained so, "full", "lora" or "qlora"; None: as the topic has it.
    """
    parameters = case.number("parameters")
    if parameters is None or not has_outlines():
        return None
    found = _outline(case, parameters)
    if found is None or any(case.fact(name) is None for name in USUAL if name in case.own):
        return None
    outline, shape = found
    guesses: list[str] = []
    fixed = dtype or ("float32" if case.topic == "format" else None)
    known: dict[str, Any] = {"dtype": fixed or _or_assumed(case, "dtype", guesses)}
    known |= {name: _or_assumed(case, name, guesses) for name in ("batch", "context")}
    what, parts = _bytes(case, outline, known, bits, method)
    return Need(parts=parts, short=what, guesses=(*guesses, *shape))


def _outline(case: Case, parameters: float) -> tuple[Any, list[str]] | None:
    """The model's own, or the usual one of that size, which is said; None beyond all sizes."""
    if case.model is not None and case.model.outline.parameters == parameters:
        return case.model.outline, []
    try:
        return _outline_of(parameters), ["the usual shape of that size"]
    except ValueError:
        return None


def _or_assumed(case: Case, name: str, guesses: list[str]) -> int | str:
    usual, value = _usual(case)[name], case.value(name)
    fact = case.fact(name)
    if fact is not None and fact.origin == "assumed":
        guesses.append(f"{name} {fact.value}")
    if value is not None:
        return str(value) if isinstance(usual, str) else int(float(value))
    guesses.append(f"{name} {usual:,}" if isinstance(usual, int) else f"{name} {usual}")
    return usual


def _bytes(
    case: Case, outline: Any, known: Mapping[str, Any], bits: str | None, method: str | None
) -> tuple[str, Mapping[str, int]]:
    """What is done, and the bytes that it takes."""
    if case.topic in TRAINING_TOPICS:
        how = method or "full"
        parts = _told(
            "training_bytes", outline, method=how, checkpointing=case.topic == "finetune", **known
        )
        return f"training ({how}, {known['dtype']})", parts
    quantization = QUANTIZATIONS[bits] if bits else "none"
    words = f"{known['dtype']}{f', {bits}' if bits else ''}"
    parts = _told("inference_bytes", outline, quantization=quantization, **known)
    return f"answering in {words}", parts


@lru_cache(maxsize=4_096)
def _told(function: str, outline: Any, **settings: Any) -> Mapping[str, int]:
    """Bytes, told once: what would flip is asked for with all but one fact the same."""
    parts: Mapping[str, int] = getattr(outlines(), function)(outline, **settings)
    return parts


@lru_cache(maxsize=4_096)
def _outline_of(parameters: float) -> Any:
    """The usual outline of that size.

    Raises:
        ValueError: there is none.
    """
    return outlines().outline_of(parameters)


def find_fit(case: Case) -> tuple[Evidence, ...]:
    """What the inferred steps of the path need; what a person answered is no prediction."""
    needs = (need(case, **how) for how in _asked_ways(case))
    return tuple(
        Evidence(
            what=f"{found.words[:1].upper()}{found.words[1:]}.",
            source="reference",
            value=float(found.total),
            unit="bytes",
            error=TOLERANCE,
        )
        for found in needs
        if found is not None
    )


WAYS: Mapping[str, Mapping[str, str]] = {
    "fits": {},
    "memory_share": {},
    "fits_float16": {"dtype": "float16"},
    "fits_int8": {"bits": "int8"},
    "fits_int4": {"bits": "int4"},
    "fits_full": {"method": "full"},
    "fits_lora": {"method": "lora"},
    "fits_qlora": {"method": "qlora"},
}
"""Fact to how its bytes are told."""


def close_calls(case: Case) -> tuple[str, ...]:
    """Where what is needed and what there is lie nearer than the prediction is exact."""
    memory = case.number("memory")
    if memory is None:
        return ()
    needs = (need(case, **how) for how in _asked_ways(case))
    return tuple(
        f"{one.short[:1].upper()}{one.short[1:]} needs {show_number(one.total, 'bytes')} by a "
        f"prediction that is good to {TOLERANCE:.0%}: too near to {show_number(memory, 'bytes')} "
        "to be settled without a measurement."
        for one in needs
        if one is not None and one.total / (1 + TOLERANCE) <= memory <= one.total * (1 + TOLERANCE)
    )


def _asked_ways(case: Case) -> list[Mapping[str, str]]:
    return [how for name, how in WAYS.items() if case.was_inferred(name)]
