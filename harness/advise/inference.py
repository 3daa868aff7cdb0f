"""What follows from other facts, and from the machine, so that nobody is asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.advise.facts import TRAINING_TOPICS, USUAL_DTYPE, Fact
from spoonbench.harness.advise.lookups.memory import need
from spoonbench.harness.advise.unknown_sizes import weights_alone
from spoonbench.harness.claims.speculation import expected_tokens, speed_up
from spoonbench.harness.frameworks.showing import show_number

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.frameworks.graph import Value

DRAFT_TOKENS = 5
"""Drafted at once, as the case study plans it, unless it is said."""
PRECISE_KINDS = frozenset({"arithmetic", "code"})
_TASK_KINDS = {
    "word-problems": "arithmetic",
    "expressions": "arithmetic",
    "equations": "arithmetic",
    "option-pricing": "arithmetic",
}


def _measured(name: str, value: Value, why: str) -> Fact:
    return Fact(name=name, value=value, origin="measured", why=why)


def _inferred(name: str, value: Value, why: str) -> Fact:
    return Fact(name=name, value=value, origin="inferred", why=why)


def _device(case: Case) -> Fact:
    """The machine's accelerator, or the processor where there is none."""
    lines = case.sources.devices
    if not lines:
        return _measured("device", "cpu", "no accelerator is seen on this machine")
    kind, _, name = lines[0].partition(":")
    return _measured("device", kind.strip(), f"this machine has {name.strip() or kind}")


def _memory(case: Case) -> Fact | None:
    """Of the machine; a CUDA device has its own, which its driver tells where it is there."""
    device = case.value("device")
    if device == "cuda":
        own = case.sources.cuda_memory_bytes
        if own is None:
            return None
        return _measured("memory", float(own), "memory of this machine's GPU")
    size = case.sources.memory_bytes
    return _measured("memory", float(size), "memory of this machine")


def _parameters(case: Case) -> Fact | None:
    if case.model is None:
        return None
    size = float(case.model.outline.parameters)
    return _inferred("parameters", size, f"from {case.model.source}")


def _task_kind(case: Case) -> Fact | None:
    kind = _TASK_KINDS.get(case.task or "")
    if kind is None:
        return None
    return _inferred("task_kind", kind, f"the task {case.task} is {kind}")


def _is_precise(case: Case) -> Fact | None:
    kind = case.value("task_kind")
    if kind is None:
        return None
    precise = kind in PRECISE_KINDS
    return _inferred(
        "is_precise", precise, f"{kind} {'is' if precise else 'is not'} precision-sensitive"
    )


def _approximate_ok(case: Case) -> Fact | None:
    need = case.given.get("accuracy_need")
    if need is None or isinstance(need.value, bool | str):
        return None
    if need.value >= 1:
        return _inferred("approximate_ok", False, "every answer must be right")
    share = show_number(need.value, "share")
    return _inferred("approximate_ok", True, f"{share} right answers are enough")


def _dtype(case: Case) -> Fact | None:
    """Of the model's folder; else the usual one, where the case is about memory."""
    if case.model is not None and case.model.dtype is not None:
        return _inferred("dtype", case.model.dtype, f"from {case.model.source}")
    if case.topic in TRAINING_TOPICS:
        return None
    return _assumed(case, "dtype", USUAL_DTYPE)


def _assumed(
    case: Case, name: str, value: Value, why: str = "nothing else was said"
) -> Fact | None:
    """What is taken to be so where nobody says otherwise, and where nobody is asked."""
    if case.asks_all:
        return None
    return Fact(name=name, value=value, origin="assumed", why=why)


def _wants_knowledge(case: Case) -> Fact | None:
    if "examples" not in case.given:
        return None
    return _assumed(case, "wants_knowledge", True, "there are examples")


def _fits(case: Case) -> Fact | None:
    """As the case is: in the number format that is said, or in the usual one."""
    fact = _fitting(case, "fits")
    if case.topic == "drafting" and fact is not None and fact.value is True:
        return None  # of one model it is told, and both have to fit
    return fact


def _fits_float16(case: Case) -> Fact | None:
    return _fitting(case, "fits_float16", dtype="float16")


def _fits_full(case: Case) -> Fact | None:
    return _fitting(case, "fits_full", method="full")


def _fits_lora(case: Case) -> Fact | None:
    return _fitting(case, "fits_lora", method="lora")


def _fits_qlora(case: Case) -> Fact | None:
    return _fitting(case, "fits_qlora", method="qlora")


def _fits_int8(case: Case) -> Fact | None:
    return _fitting(case, "fits_int8", bits="int8")


def _fits_int4(case: Case) -> Fact | None:
    return _fitting(case, "fits_int4", bits="int4")


def inputs_of(name: str, own: Collection[str]) -> tuple[str, ...]:
    """Facts without which a fact cannot be inferred, in the order in which they are asked.

    Args:
        name: of the fact.
        own: what the framework asks by itself, and what is therefore never assumed.
    """
    if name == "speedup":
        return ("acceptance", "draft_cost")
    if name not in PREDICTED:
        return ()
    return ("parameters", *(one for one in ("batch", "context") if one in own), "memory")


PREDICTED = frozenset(
    {
        "fits",
        "fits_float16",
        "fits_int8",
        "fits_int4",
        "fits_full",
        "fits_lora",
        "fits_qlora",
        "memory_share",
    }
)
"""Facts that follow from predicted bytes."""


def _fitting(case: Case, name: str, **how: str) -> Fact | None:
    found = _needed(case, **how)
    memory = case.number("memory")
    if found is None or memory is None:
        return None
    needed, why = found
    return _inferred(name, needed <= memory, why)


def _memory_share(case: Case) -> Fact | None:
    found = _needed(case)
    memory = case.number("memory")
    if found is None or not memory:
        return None
    needed, why = found
    return _inferred("memory_share", needed / memory, why)


def _needed(case: Case, **how: str) -> tuple[float, str] | None:
    """Bytes that are needed, or as many as are too many already; and why."""
    memory, needed = case.number("memory"), need(case, **how)
    if memory is None:
        return None
    there = f"and there is {show_number(memory, 'bytes')}"
    if needed is not None:
        return needed.total, f"{needed.short} needs {show_number(needed.total, 'bytes')}, {there}"
    weights = weights_alone(case, **how)
    if weights is None:
        return None
    return weights, f"the weights alone need {show_number(weights, 'bytes')}, {there}"


def _speedup(case: Case) -> Fact | None:
    """By the theory of speculative decoding; see `claims.speculation`."""
    acceptance, cost = case.number("acceptance"), case.number("draft_cost")
    if acceptance is None or cost is None:
        return None
    drafted = int(case.number("draft_tokens") or DRAFT_TOKENS)
    tokens = expected_tokens(acceptance, drafted)
    why = f"by theory, drafting {drafted} tokens at {show_number(cost, 'share')} of the cost each"
    return _inferred("speedup", speed_up(tokens, drafted, cost), why)


def _has_bfloat16(case: Case) -> Fact | None:
    """Of the processor, by its instruction sets; what an accelerator has is not seen from here."""
    if case.value("device") != "cpu":
        return None
    sets = case.sources.machine.instruction_sets
    found = [one for one in sets if "bf16" in one]
    why = f"instruction sets: {', '.join(found) or 'none for it'}"
    return _measured("has_bfloat16", bool(found), why)


def infer(case: Case, name: str) -> Fact | None:
    """A fact from others, from the machine, or assumed; None where nothing gives it."""
    if name in _INFERENCES:
        return _INFERENCES[name](case)
    if name in _ASSUMED:
        return _assumed(case, name, *_ASSUMED[name])
    return None


_ASSUMED: Mapping[str, tuple[Value, str]] = {
    "is_speed_critical": (False, "nothing else was said"),
    "is_constrained": (False, "nothing else was said"),
    "loss_is_finite": (True, "nothing else was said"),
    "hours": (12.0, "a night; nothing else was said"),
    "skill": ("some", "nothing else was said"),
    "budget": (0.0, "nothing else was said"),
}
"""Fact to what is assumed of it, and why."""

_INFERENCES: Mapping[str, Callable[[Case], Fact | None]] = {
    "device": _device,
    "memory": _memory,
    "parameters": _parameters,
    "task_kind": _task_kind,
    "is_precise": _is_precise,
    "approximate_ok": _approximate_ok,
    "dtype": _dtype,
    "fits": _fits,
    "fits_float16": _fits_float16,
    "fits_int8": _fits_int8,
    "fits_full": _fits_full,
    "fits_lora": _fits_lora,
    "fits_qlora": _fits_qlora,
    "wants_knowledge": _wants_knowledge,
    "fits_int4": _fits_int4,
    "memory_share": _memory_share,
    "speedup": _speedup,
    "has_bfloat16": _has_bfloat16,
}
"""Fact to what gives it; None where the case does not hold enough."""
