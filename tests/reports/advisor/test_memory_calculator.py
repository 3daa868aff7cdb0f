"""The page's memory calculator gives Python's numbers, to the byte."""

import random
from dataclasses import asdict, replace
from itertools import product

import pytest

from spoonbench.harness.predict.optimizers import OPTIMIZERS
from spoonbench.harness.predict.outline import METHODS, inference_bytes, training_bytes
from spoonbench.harness.predict.published import LEAST, MOST, PUBLISHED, outline_of
from spoonbench.harness.predict.weights import ITEM_BYTES
from spoonbench.solvers.quantizations import METHODS as QUANTIZATIONS
from spoonbench.solvers.quantizations import NONE

SUMS = """([name, outlines, cases]) => cases.map(([index, asked]) => {
  const bytes = spoonbenchAdvisor[name](outlines[index], asked);
  return Object.fromEntries(Object.entries(bytes).map(([part, one]) => [part, String(one)]));
})"""
OUTLINED = """(sizes) => {
  const data = JSON.parse(document.querySelector("[data-advisor] script").textContent);
  return sizes.map((one) => spoonbenchAdvisor.outlineOf(one, data.published));
}"""


@pytest.fixture(scope="module")
def outlines():
    """Published ones, assumed ones of odd sizes, one of no multiples, one that forgets."""
    assumed = [outline_of(size) for size in (500_000, 27e6, 1.1e9, 7e9, 33e9, 1e12)]
    odd = replace(outline_of(3e8), width=1001, inner=77, heads=7, kv_heads=3, head_size=13)
    dropped = replace(PUBLISHED["GPT-2"], has_dropout=True)
    return [*PUBLISHED.values(), *assumed, odd, dropped]


def compare(tab, name, function, outlines, cases):
    told = tab.evaluate(SUMS, [name, [asdict(one) for one in outlines], cases])
    for (index, asked), bytes_ in zip(cases, told, strict=True):
        expected = function(outlines[index], **asked)
        assert bytes_ == {part: str(one) for part, one in expected.items()}, (index, asked)


def test_answering_takes_the_same_bytes(asked, outlines):
    random_source = random.Random(2)
    cases = [
        [
            random_source.randrange(len(outlines)),
            {
                "dtype": dtype,
                "quantization": method,
                "batch": random_source.choice([1, 3, 64, 10**7]),
                "context": random_source.choice([1, 777, 4096, 131_072, 10**7]),
            },
        ]
        for dtype, method, _ in product(ITEM_BYTES, [NONE, *QUANTIZATIONS], range(15))
    ]
    compare(asked, "inferenceBytes", inference_bytes, outlines, cases)


def test_training_takes_the_same_bytes(asked, outlines):
    random_source = random.Random(3)
    cases = [
        [
            random_source.randrange(len(outlines)),
            {
                "method": method,
                "dtype": dtype,
                "optimizer": optimizer,
                "checkpointing": random_source.choice([False, True]),
                "stepping": random_source.choice(["loop", "foreach"]),
                "batch": random_source.choice([1, 2, 7, 1024]),
                "context": random_source.choice([1, 128, 4095, 10**6]),
                "rank": random_source.choice([1, 16, 129]),
            },
        ]
        for method, dtype, optimizer, _ in product(METHODS, ITEM_BYTES, OPTIMIZERS, range(16))
    ]
    compare(asked, "trainingBytes", training_bytes, outlines, cases)


def test_sizes_in_between_are_outlined_alike(asked):
    random_source = random.Random(11)
    sizes = [LEAST, MOST, *(one.parameters for one in PUBLISHED.values()), 7e9, 124e6, 1e9]
    sizes += [LEAST * (MOST / LEAST) ** random_source.random() for _ in range(600)]
    assert asked.evaluate(OUTLINED, sizes) == [asdict(outline_of(size)) for size in sizes]


def test_sizes_that_nobody_published_are_refused(asked):
    assert asked.evaluate(OUTLINED, [LEAST - 1, MOST + 1]) == [None, None]


def test_the_form_tells_the_sum_and_what_fits(visit, page):
    tab, seen = visit(page)
    tab.fill("[name=parameters]", "7B")
    tab.fill("[name=memory]", "16GB")
    outline = outline_of(7e9)
    expected = inference_bytes(outline, dtype="bfloat16", batch=1, context=4096)
    assert tab.inner_text("[data-part=sum]") == f"{sum(expected.values()):,}"
    told = tab.inner_text("[data-part=memory] [role=status]")
    assert "fits into 16 GB" in told
    most = int(told.split("batch that fits is ")[1].rstrip("."))
    for batch, is_within in ((most, True), (most + 1, False)):
        bytes_ = inference_bytes(outline, dtype="bfloat16", batch=batch, context=4096)
        assert (sum(bytes_.values()) <= 16e9) == is_within
    tab.select_option("[name=use]", "full")
    assert tab.locator("[name=optimizer]").is_visible()
    assert not tab.locator("[name=quantization]").is_visible()
    assert "does not fit" in tab.inner_text("[data-part=memory] [role=status]")
    assert seen == []


def test_a_field_that_cannot_be_read_says_so_and_gives_no_sum(visit, page):
    tab, _ = visit(page)
    tab.fill("[name=context]", "1.5")
    assert "whole number" in tab.inner_text("[data-field=context] .error")
    assert tab.locator("[data-part=sum]").count() == 0
    tab.fill("[name=context]", "2k")
    assert tab.locator("[data-part=sum]").count() == 1
