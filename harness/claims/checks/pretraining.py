"""Pretraining: parameters, perplexities and epochs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

from spoonbench.harness.claims.findings import compare, find, left_to_run, recomputed
from spoonbench.harness.claims.registry import checks
from spoonbench.harness.claims.wording import join, show, show_range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds

_POSITIONS = (0, 512, 1024, 2048)
"""Rows of a position table; 0: there is none."""
_MLP_WIDTHS = (4.0, 8 / 3)
"""Usual widths of the MLP, over the width of the model."""
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Variant:
    """One way to build a transformer of given layers, width and vocabulary."""

    is_tied: bool
    has_biases: bool
    is_gated: bool
    has_norm_biases: bool
    n_positions: int
    inner: int

    def n_parameters(self, layers: int, width: int, vocabulary: int) -> int:
        """Numbers that training sets."""
        mlp = (3 if self.is_gated else 2) * width * self.inner
        layer = 4 * width * width + mlp + 2 * self._norm(width)
        if self.has_biases:
            layer += 5 * width + (2 if self.is_gated else 1) * self.inner
        embeddings = (1 if self.is_tied else 2) * vocabulary * width + self.n_positions * width
        return embeddings + layers * layer + self._norm(width)

    def _norm(self, width: int) -> int:
        return width * (2 if self.has_norm_biases else 1)

    def text(self) -> str:
        """In words."""
        positions = f"{self.n_positions:,} learned positions" if self.n_positions else ""
        return join(
            (
                f"{'a tied' if self.is_tied else 'an untied'} head",
                f"{'' if self.has_biases else 'no '}biases",
                f"a {'gated' if self.is_gated else 'plain'} MLP of width {self.inner:,}",
                f"norms with{'' if self.has_norm_biases else 'out'} biases",
                positions or "no position table",
            )
        )


def _variants(width: int) -> Iterator[_Variant]:
    yes_no = (False, True)
    for tied, biases, gated, norms, positions, times in product(
        yes_no, yes_no, yes_no, yes_no, _POSITIONS, _MLP_WIDTHS
    ):
        yield _Variant(
            is_tied=tied,
            has_biases=biases,
            is_gated=gated,
            has_norm_biases=norms,
            n_positions=positions,
            inner=round(width * times),
        )


@checks("P1")
def parameters_of_a_shape(claim: Claim, grounds: Grounds) -> Finding:
    """Which variants of the shape have exactly so many parameters."""
    del grounds
    figure = claim.figures["parameters"]
    layers, width, vocabulary = (
        round(claim.number(name)) for name in ("layers", "width", "vocabulary")
    )
    counts = {one: one.n_parameters(layers, width, vocabulary) for one in _variants(width)}
    fitting = [one for one, count in counts.items() if figure.agrees(count)]
    gpt2 = next(
        count
        for one, count in counts.items()
        if one.is_tied and one.has_biases and not one.is_gated and one.has_norm_biases
        and one.n_positions == 1024 and one.inner == 4 * width  # noqa: PLR2004 - GPT-2's own
    )  # fmt: skip
    span = show_range(min(counts.values()), max(counts.values()), "parameters")
    beside = f"GPT-2's own way of that shape has {gpt2:,}; all {len(counts)} variants {span}."
    if not fitting:
        text = f"no variant has {figure.value:,.0f}"
        return find(claim, "does not hold", found=text, value=gpt2, unit="parameters", why=beside)
    condition = " or ".join(one.text() for one in fitting[:_MOST_SHOWN])
    return find(
        claim,
        "holds only if",
        found=f"{counts[fitting[0]]:,} parameters",
        value=counts[fitting[0]],
        unit="parameters",
        condition=f"it has {condition}",
        why=f"Layers, width and vocabulary do not settle the count. {beside}",
        is_borne_out=True,
    )


@checks("P3")
def meaning_of_a_perplexity(claim: Claim, grounds: Grounds) -> Finding:
    """Perplexity of the loss, and whether held-out text can be foreseen so well.

    A token has one byte at least, so that bits a token bound bits a byte from above.
    """
    del grounds
    loss = claim.figures["loss"].value
    compared = compare(claim, "perplexity", math.exp(loss))
    if not compared.agrees:
        return recomputed(claim, [compared])
    bits, least = loss / math.log(2), claim.number("least_bits_a_byte")
    text = f"{compared.text}; at most {show(bits, 'bits a byte')}"
    if bits >= least:
        return left_to_run(claim, "The perplexity is that of the loss.", found=text)
    return find(
        claim,
        "does not hold",
        found=text,
        value=bits,
        unit="bits a byte",
        why=(
            f"The perplexity is that of the loss, but it leaves {show(bits)} bits a token and at "
            f"most as many a byte, where English holds at least {show(least)} (Shannon 1951): text "
            "that was really held out cannot be foreseen so well. What was validated on had been "
            "trained on. Training with and without such a leak is not yet run."
        ),
    )


@checks("P5")
def average_of_scores(claim: Claim, grounds: Grounds) -> Finding:
    """Which parts average to the overall score."""
    del grounds
    figures, inputs = claim.figures, claim.inputs
    scores = {name: figures[name].value for name in ("syntax", "generation")}
    scores |= {name: claim.number(name) for name in inputs}
    both = (scores["docstrings"] + scores["functions"]) / 2
    compared = compare(claim, "generation", both)
    overall = figures["overall"]
    headings = (scores["syntax"] + scores["generation"]) / 2
    fitting = [
        names
        for size in range(2, len(scores) + 1)
        for names in combinations(scores, size)
        if overall.agrees(sum(scores[name] for name in names) / size)
    ]
    beside = (
        f"Syntax and generation average {show(headings, 'share', 4)}; "
        f"docstrings and functions {show(both, 'share', 4)}."
    )
    if not compared.agrees:
        return recomputed(claim, [compared], beside)
    shown = f"{show(headings, 'share', 4)} of the two headings"
    found = {"value": headings, "unit": "share"}
    if overall.agrees(headings):
        return find(claim, "holds", found=shown, why=beside, **found)
    if not fitting:
        text = f"{beside} No average of its scores gives {show(overall.value, 'share')}."
        return find(claim, "does not hold", found=shown, why=text, **found)
    means = join((join(names) for names in fitting[:_MOST_SHOWN]), "or")
    return find(
        claim,
        "holds only if",
        found=shown,
        condition=f"the plain average is meant of {means}",
        why=f"{beside} Only with {means} is it {show(overall.value, 'share', 4)}.",
        is_borne_out=True,
        **found,
    )


@checks("P7")
def improvement_across_tokenizers(claim: Claim, grounds: Grounds) -> Finding:
    """The ratio; and what it means where the tokens are not the same."""
    del grounds
    before, after = claim.number("before"), claim.number("after")
    compared = compare(claim, "improvement", 1 - after / before)
    if not compared.agrees:
        return recomputed(claim, [compared])
    bits = [math.log2(one) for one in (before, after)]
    return find(
        claim,
        "holds only if",
        found=compared.text,
        value=compared.found,
        unit="share",
        condition="both perplexities are of the same tokens and of text that was held out",
        why=(
            "The ratio comes out as written, but tokenizer and text changed between the two, and a "
            f"perplexity counts per token: {show(bits[0])} and {show(bits[1])} bits a token are "
            "bits of other things. What the second is worth: P3."
        ),
    )


@checks("P8")
def steps_of_an_epoch(claim: Claim, grounds: Grounds) -> Finding:
    """Bytes of a step, passes over the text, and the perplexity of random weights."""
    del grounds
    steps, corpus, perplexity = (
        claim.figures[name].value for name in ("steps", "corpus", "perplexity")
    )
    vocabulary = claim.number("vocabulary")
    a_step, least = corpus / steps, claim.number("least_tokens_a_step")
    few, many = (least * size / a_step for size in (1, claim.number("most_bytes_a_token")))
    is_epoch = a_step >= least
    is_random = claim.figures["perplexity"].agrees(vocabulary)
    found = f"{show(a_step)} bytes a step; random weights have a perplexity of {show(vocabulary)}"
    one_pass = (
        f"A pass in {show(steps)} steps leaves {show(a_step)} bytes for a step, at most as many "
        f"tokens; with {show(least)} tokens a step, which is little, it was "
        f"{show_range(few, many, 'passes')}."
    )
    random = (
        f"Random weights hold all {show(vocabulary)} tokens alike: a perplexity of "
        f"{show(perplexity, '', 5)} is {show(math.log(vocabulary / perplexity))} nats below that."
    )
    return find(
        claim,
        "holds" if is_epoch and is_random else "does not hold",
        found=found,
        value=a_step,
        unit="bytes",
        why=" ".join(text for text, is_right in ((one_pass, is_epoch), (random, is_random))
                     if not is_right) or "The figures come out as written.",
    )  # fmt: skip
