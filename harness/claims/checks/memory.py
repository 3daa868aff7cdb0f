"""Memory: weights, keys and values, and tables against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import compare, find, left_to_run, not_run, recomputed
from spoonbench.harness.claims.grounds import CPU
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.runs import training_cells
from spoonbench.harness.claims.wording import join, show, show_range
from spoonbench.harness.predict.outline import PUBLISHED

if TYPE_CHECKING:
    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds
    from spoonbench.harness.claims.runs import MeasuredMatrix
    from spoonbench.harness.matrix.evidence import CellEvidence

_BITS = 8
_SHOWN = 1.1
"""Peaks of processes differ by a few percent anyway: only a larger ratio shows something."""


@checks("M1")
def weights_in_float32(claim: Claim, grounds: Grounds) -> Finding:
    """Parameters times bytes."""
    del grounds
    size = claim.number("parameters") * claim.number("parameter_bytes")
    return recomputed(claim, [compare(claim, "weights", size)])


@checks("M2")
def sizes_of_classes(claim: Claim, grounds: Grounds) -> Finding:
    """Parameters times bytes at the bounds of every class."""
    compared = []
    for name in claim.figures:
        dtype, _, bound = name.partition("_at_")
        size = claim.number(f"at_{bound}") * claim.number(dtype)
        compared.append(compare(claim, name, size))
    wrong = [one for one in compared if not one.agrees]
    finding = grounds.claims["M4"].figures
    memory = finding["memory"].value
    fits = [show(memory / claim.number(dtype), "parameters") for dtype in ("fp32", "fp16", "int8")]
    why = (
        "" if wrong else "All twelve sizes are parameters times bytes: weights alone, without "
        "keys and values, scales, or layers that stay in another format. What of it fits is "
        f"another matter: {show(memory, 'bytes')} hold {join(fits)} in float32, float16 and int8, "
        "which is not where the classes end."
    )  # fmt: skip
    return recomputed(claim, compared, why)


@checks("M7")
def cache_of_an_example(claim: Claim, grounds: Grounds) -> Finding:
    """Keys and values with and without grouped queries, and the tokens that the figure means."""
    del grounds
    outline = PUBLISHED["Llama 3.1 8B"]
    tokens = claim.number("tokens")
    a_head = 2 * outline.layers * outline.head_size * claim.number("value_bytes")
    grouped, plain = outline.kv_heads * a_head, outline.heads * a_head
    compared = compare(claim, "cache", grouped * tokens)
    needed = compared.figure.value / grouped
    whole = claim.number("prompt_tokens") + tokens
    why = (
        f"{outline.kv_heads} heads of keys and values keep "
        f"{show(grouped, 'bytes')} of a token, so {show(tokens, 'tokens')} take "
        f"{show(grouped * tokens, 'bytes')}; without grouped queries it would be "
        f"{show(plain * tokens, 'bytes')}. {show(compared.figure.value, 'bytes')} are "
        f"{show(needed, 'tokens')}"
    )
    if compared.figure.agrees(grouped * whole) and not compared.agrees:
        why += f", about a prompt of {show(whole - tokens)} and {show(tokens)} new ones"
    return recomputed(claim, [compared], f"{why}.")


@checks("M8")
def use_of_a_card(claim: Claim, grounds: Grounds) -> Finding:
    """Weights and caches over memory, with the document's cache and with that of the model."""
    weights, memory = claim.number("weights"), claim.number("memory")
    batches = {"at_200": claim.number("small_batch"), "at_300": claim.number("large_batch")}

    def use(cache: float) -> list[float]:
        return [(weights + batch * cache) / memory for batch in batches.values()]

    shares = use(claim.number("cache"))
    compared = [compare(claim, name, one) for name, one in zip(batches, shares, strict=True)]
    cache = grounds.finding("M7")
    if not all(one.agrees for one in compared) or cache.verdict == "holds" or not cache.value:
        return recomputed(claim, compared)
    really = use(cache.value)
    fitting = (memory - weights) / cache.value
    return find(
        claim,
        "holds only if",
        found="; ".join(one.text for one in compared),
        value=shares[0],
        unit="share",
        condition=f"an example keeps {show(claim.number('cache'), 'bytes')}",
        why=(
            f"The sums are right, the cache is not (M7): with {show(cache.value, 'bytes')} it is "
            f"{show(really[0], 'share')} and {show(really[1], 'share')}, and "
            f"{show(int(fitting))} examples fit."
        ),
    )


@checks("M10")
def saving_of_low_rank(claim: Claim, grounds: Grounds) -> Finding:
    """Until both are run: what the document's own tables say."""
    saved = _savings(grounds)
    low, high = min(saved), max(saved)
    figure = claim.figures["memory"]
    text = f"{show_range(low, high, 'times')} less memory by the document's own tables"
    fields = {"found": text, "low": low, "high": high, "unit": "times"}
    if low <= figure.bounds[1] and high >= figure.bounds[0]:
        return left_to_run(claim, "Its tables agree.", **fields)
    return find(
        claim,
        "contradicts another claim",
        why=(
            f"Its own figures for full tuning and for adapters (M9, M12) give {text}, not "
            f"{show(figure.value)}. Memory and speed of both are not yet run."
        ),
        **fields,
    )


def _savings(grounds: Grounds) -> list[float]:
    """Full tuning over adapters, table by table, at both ends."""
    first, second = (grounds.claims[name].figures for name in ("M9", "M12"))
    adapters = [first["lora"], first["qlora"]]
    saved = [first["full"].value / end for one in adapters for end in (one.low, one.high)]
    return [
        *saved,
        *(second["full"].value / end for end in (second["qlora"].low, second["qlora"].high)),
    ]


@checks("M11")
def weights_in_four_bits(claim: Claim, grounds: Grounds) -> Finding:
    """Parameters times half a byte."""
    del grounds
    n_parameters = claim.number("parameters")
    size = n_parameters * claim.number("bits") / _BITS
    compared = compare(claim, "weights", size)
    bits = compared.figure.value * _BITS / n_parameters
    why = (
        f"{show(claim.number('bits'))} bits of {show(n_parameters, 'parameters')} are "
        f"{show(size, 'bytes')}, before scales and what stays in 16 bits. "
        f"{show(compared.figure.value, 'bytes')} would be {show(bits)} bits each."
    )
    return recomputed(claim, [compared], why)


@checks("M12")
def two_tables(claim: Claim, grounds: Grounds) -> Finding:
    """One table against the other, and the saving they leave."""
    other = grounds.claims["M9"].figures
    pairs = [(claim.figures[name], other[name]) for name in ("full", "qlora")]
    apart = [
        f"{one.name}: {show_range(one.low, one.high, 'bytes')} against "
        f"{show_range(two.low, two.high, 'bytes')}"
        for one, two in pairs
        if one.low > two.bounds[1] or one.high < two.bounds[0]
    ]
    saved = _savings(grounds)
    text = f"full tuning takes {show_range(min(saved), max(saved), 'times')} as much as adapters"
    promised = grounds.claims["M10"].figures["memory"]
    is_less = max(saved) < promised.bounds[0]
    if not apart and not is_less:
        return find(claim, "holds", found=text, why="Both tables say the same.")
    why = [f"M9 gives other figures for the same ({'; '.join(apart)})."] if apart else []
    if is_less:
        why.append(f"By both tables {text}, not {show(promised.value)} times (M10).")
    return find(
        claim,
        "contradicts another claim",
        found="; ".join([*apart, text]),
        low=min(saved),
        high=max(saved),
        unit="times",
        why=" ".join(why),
    )


@checks("M6")
def accumulated_passes(claim: Claim, grounds: Grounds) -> Finding:
    """Memory and time of a step of several passes against one of the whole batch."""
    batch = round(claim.number("batch"))
    for matrix in grounds.runs.matrices():
        whole = training_cells(matrix, CPU).get(batch)
        parts = _accumulated(matrix, batch)
        if whole is None or parts is None or not whole.peak_bytes or not parts.peak_bytes:
            continue
        if whole.call_s is None or parts.call_s is None:
            continue
        memory = parts.peak_bytes / whole.peak_bytes
        time = parts.call_s.value / whole.call_s.value
        text = (
            f"{batch} passes of 1 take {show(memory, 'times')} the memory of one of {batch} and "
            f"{show(time, 'times')} the time"
        )
        if 1 / _SHOWN < memory < _SHOWN:
            why = (
                "Undecided: weights and libraries take most of the memory of so small a model. A "
                "larger one would tell."
            )
            return not_run(claim, why, found=text, **matrix.fields([whole, parts]))
        is_less = memory < 1
        return find(
            claim,
            "holds only if" if is_less else "does not hold",
            found=text,
            value=memory,
            unit="times",
            condition="each pass counts by its tokens, so that the gradients are those of the batch"
            if is_less
            else "",
            why=f"Training of {matrix.model} in float32. Gradients are not part of a matrix.",
            is_borne_out=is_less,
            **matrix.fields([whole, parts]),
        )
    return not_run(claim, f"No matrix holds training of {batch} at once and in {batch} passes.")


def _accumulated(matrix: MeasuredMatrix, n_passes: int) -> CellEvidence | None:
    for one in matrix.cells():
        at = one.cell.placement
        is_plain = at.mode == "train" and at.dtype == "float32" and at.device == CPU
        if is_plain and at.batch_size == 1 and at.accumulation == n_passes:
            return one
    return None
