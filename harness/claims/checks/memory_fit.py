"""Whether models fit: memory of answering and of training, by formula (`predict.outline`)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import find
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import join, show, show_figure, show_range
from spoonbench.harness.predict.outline import (
    METHODS,
    PUBLISHED,
    inference_bytes,
    outline_of,
    training_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.predict.outline import Method, Outline

FORMATS = {
    "fp32": ("float32", "none"),
    "fp16": ("float16", "none"),
    "int8": ("float16", "bnb-int8"),
    "int4": ("float16", "bnb-nf4"),
}
"""How the documents call a format: number format and quantization."""
_CALLED = {"fp32": "float32", "fp16": "float16", "int8": "8 bits", "int4": "4 bits"}
_MOST_TOKENS = 1 << 20
_MOST_PARAMETERS, _STEP = 200_000_000_000, 50_000_000
_GIB, _MIB = 2**30, 2**20
_FLOAT32, _FLOAT16 = 4, 2


def largest(fits: Callable[[int], bool], limit: int) -> int:
    """The largest whole number up to a limit that fits, if smaller ones fit too; 0 for none."""
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low


def _answering(outline: Outline, name: str, context: int, batch: int = 1) -> int:
    dtype, quantization = FORMATS[name]
    parts = inference_bytes(
        outline, dtype=dtype, quantization=quantization, batch=batch, context=context
    )
    return sum(parts.values())


@checks("M3")
def contexts_of_totals(claim: Claim, grounds: Grounds) -> Finding:
    """The context at which each total is reached, one text at a time."""
    del grounds
    outline = PUBLISHED["Llama 2 7B"]  # the shape of the first LLaMA of 7B
    reach = {name: _context_of(outline, name, one.value) for name, one in claim.figures.items()}
    longest = round(claim.number("longest_context"))
    text = "; ".join(
        f"{_CALLED[name]} {show_figure(claim.figures[name])}: {_tokens(tokens)}"
        for name, tokens in reach.items()
    )
    beside = (
        f"Neither context nor batch is stated. At {longest:,} tokens, the most that it reads, one "
        "text takes "
        + join(
            f"{show(_answering(outline, name, longest), 'bytes')} ({_CALLED[name]})"
            for name in reach
        )
        + "."
    )
    found = {
        "found": text,
        "low": min(reach.values()),
        "high": max(reach.values()),
        "unit": "tokens",
    }
    if min(reach.values()) < 1:
        return find(claim, "does not hold", why=f"Not even the weights fit. {beside}", **found)
    if all(one.agrees(_answering(outline, name, longest)) for name, one in claim.figures.items()):
        return find(claim, "holds", why=beside, **found)
    spans = join(f"{_tokens(tokens)} ({_CALLED[name]})" for name, tokens in reach.items())
    return find(
        claim,
        "holds only if",
        condition=f"keys and values of {spans} are held",
        why=f"{beside} What stands beside the weights are keys and values of longer or more texts.",
        **found,
    )


def _context_of(outline: Outline, name: str, total: float) -> int:
    return largest(lambda tokens: _answering(outline, name, tokens) <= total, _MOST_TOKENS)


def _tokens(tokens: int) -> str:
    return f"{tokens:,} tokens" if tokens else "less than the weights"


@checks("M4")
def what_fits(claim: Claim, grounds: Grounds) -> Finding:
    """The largest model that fits, by format, with a short and a long text."""
    del grounds
    memory = claim.figures["memory"].value
    below, above = (claim.figures[name].value for name in ("plenty_below", "too_little_above"))
    short, long = (round(claim.number(name)) for name in ("context", "longest_context"))
    sizes = {
        name: (_largest_model(name, long, memory), _largest_model(name, short, memory))
        for name in FORMATS
    }
    text = "; ".join(
        f"{_CALLED[name]}: up to {show_range(*ends, 'parameters')}" for name, ends in sizes.items()
    )
    # Plenty: even a long text fits with a model just below. Too little: none above, however short.
    right = [name for name, (least, most) in sizes.items() if least >= below and most <= above]
    plenty = [name for name, (least, _) in sizes.items() if least >= below]
    enough = [name for name, (_, most) in sizes.items() if most <= above]
    why = (
        f"In {show(memory, 'bytes')}, one text of {long:,} to {short:,} tokens, models of typical "
        f"shape. Plenty below {show(below, 'parameters')}: {_named(plenty)}; too little above "
        f"{show(above, 'parameters')}: {_named(enough)}."
    )
    fields = {"found": text, "why": why}
    if len(right) == len(sizes):
        return find(claim, "holds", **fields)
    if not plenty or not enough:
        return find(claim, "does not hold", **fields)
    condition = (
        f"weights are held in {_named(right)}"
        if right
        else f"the one is said of {_named(plenty)} and the other of {_named(enough)}"
    )
    return find(claim, "holds only if", condition=condition, is_borne_out=True, **fields)


def _largest_model(name: str, context: int, memory: float) -> int:
    def fits(steps: int) -> bool:
        return _answering(outline_of(steps * _STEP), name, context) <= memory

    return largest(fits, _MOST_PARAMETERS // _STEP) * _STEP


def _named(names: list[str]) -> str:
    return join(_CALLED[name] for name in names) or "no format"


@checks("M5")
def out_of_memory(claim: Claim, grounds: Grounds) -> Finding:
    """A step of training by formula; what was asked for in tokens; whose limit it was."""
    del grounds
    outline = PUBLISHED["GPT-2"]
    batch, tokens = round(claim.number("batch")), round(claim.number("tokens"))
    limit, allocated = (claim.figures[name].value for name in ("limit", "allocated"))
    stated = _step_gib(outline, batch, tokens)
    smaller = _step_gib(
        outline, round(claim.number("smaller_batch")), round(claim.number("smaller_tokens"))
    )
    asked = round(claim.number("request_mib") * _MIB / outline.vocabulary / _FLOAT32)
    times = asked / (batch * tokens)
    really = _step_gib(outline, batch, round(asked / batch))
    machine = limit / claim.number("watermark") / claim.number("recommended")
    left = (allocated - really[1], allocated - really[0])
    could = stated[1] >= allocated and smaller[1] < limit
    steps = [show_range(*one, "GiB") for one in (stated, smaller, really, left)]
    why = (
        f"A step of {batch} x {tokens} tokens needs {steps[0]} (attention fused, or its matrices "
        f"kept for dropout), one of the smaller setting {steps[1]}. The request of "
        f"{claim.number('request_mib'):g} MiB is the float32 logits of {asked:,} tokens, "
        f"{show(times)} times those stated, for which a step needs {steps[2]}. The other "
        f"{steps[3]} of the {show(allocated, 'GiB', 4)} in use were no part of a step: graphs of "
        "earlier steps, or blocks kept for texts of other lengths. "
        f"{show(limit, 'GiB', 4)} is the allocator's own limit, of a machine of "
        f"{show(machine, 'GiB')}."
    )
    return find(
        claim,
        "holds" if could else "does not hold",
        found=(
            f"{steps[0]} as stated, {steps[1]} afterwards; what was asked for is the logits of "
            f"{asked:,} tokens, not {batch * tokens:,}"
        ),
        low=stated[0],
        high=stated[1],
        unit="GiB",
        why=why,
    )


def _step_gib(outline: Outline, batch: int, context: int) -> tuple[float, float]:
    """GiB of a step in float16 with AdamW, attention fused, and its matrices kept for dropout."""
    fused, kept = (
        training_bytes(
            replace(outline, has_dropout=has_dropout),
            method="full",
            dtype="float16",
            batch=batch,
            context=context,
            stepping="foreach",
        )
        for has_dropout in (False, True)
    )
    return sum(fused.values()) / _GIB, sum(kept.values()) / _GIB


@checks("M9")
def memory_of_methods(claim: Claim, grounds: Grounds) -> Finding:
    """Memory of a step at the least, and in the document's own setting."""
    del grounds
    outline = outline_of(claim.number("parameters"))
    batch, tokens = round(claim.number("batch")), round(claim.number("tokens"))
    least = round(claim.number("least_tokens"))
    spans = {
        method: (
            _step(claim, outline, method, 1, least),
            _step(claim, outline, method, batch, tokens),
        )
        for method in METHODS
    }
    wrong = [name for name, span in spans.items() if not _reaches(claim, name, span)]
    text = "; ".join(
        f"{name} {show_range(*span, 'bytes')}, claimed {show_figure(claim.figures[name])}"
        for name, span in spans.items()
    )
    low, high = spans["full"]
    return find(
        claim,
        "does not hold" if wrong else "holds",
        found=text,
        low=low,
        high=high,
        unit="bytes",
        why=(
            f"From one text of {least} tokens to {batch} of {tokens:,}, in bfloat16 with AdamW. "
            f"Weights of 16 bits alone are {show(outline.parameters * _FLOAT16, 'bytes')}; full "
            "tuning holds gradients and two states of the optimizer of the same size beside them."
        ),
    )


def _step(claim: Claim, outline: Outline, method: Method, batch: int, tokens: int) -> int:
    rank = round(claim.number("rank"))
    parts = training_bytes(
        outline, method=method, dtype="bfloat16", batch=batch, context=tokens, rank=rank
    )
    return sum(parts.values())


def _reaches(claim: Claim, name: str, span: tuple[float, float]) -> bool:
    low, high = claim.figures[name].bounds
    return low <= span[1] and high >= span[0]


@checks("F16")
def batches_that_fit(claim: Claim, grounds: Grounds) -> Finding:
    """The longest texts at which one batch fits and the other does not."""
    del grounds
    outline = PUBLISHED["Gemma 2 2B"]
    fitting, failing = (
        round(claim.figures[name].value) for name in ("fitting_batch", "failing_batch")
    )
    memory, tokens = claim.figures["memory"].value, round(claim.number("tokens"))
    rank = round(claim.number("rank"))

    def longest(batch: int) -> int:
        def fits(context: int) -> bool:
            parts = training_bytes(
                outline,
                method="qlora",
                dtype="bfloat16",
                batch=batch,
                context=context,
                rank=rank,
                checkpointing=True,
            )
            return sum(parts.values()) <= memory

        return largest(fits, _MOST_TOKENS)

    low, high = longest(failing), longest(fitting)
    text = f"a batch of {fitting} fits up to {high:,} tokens a text, one of {failing} up to {low:,}"
    why = (
        f"LoRA on 4 bits of {outline.source} in {show(memory, 'bytes')}, activations computed "
        f"again, texts of equal length; most of it are logits of {outline.vocabulary:,} tokens. "
        f"The document's own setting is {tokens:,} tokens. How unsteady small batches are is "
        "another study."
    )
    fields = {"found": text, "low": low, "high": high, "unit": "tokens", "why": why}
    if low >= high:
        return find(claim, "does not hold", **fields)
    if low < tokens <= high:
        return find(claim, "holds", **fields)
    condition = f"texts have {low + 1:,} to {high:,} tokens"
    return find(claim, "holds only if", condition=condition, **fields)
