"""The page chooses a setting as `spoonbench advise setting` does, from the same cells."""

import random

import pytest

from spoonbench.harness import advise
from spoonbench.harness.advise.lookups.figures import Figures, Measured, Row
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.predict.choice import Candidate, Needs, choose
from spoonbench.reports.advisor.gathering import gather_advisor
from spoonbench.reports.advisor.part import advisor_part, render_advisor_page
from spoonbench.reports.advisor.settings import SettingRow, SettingTable, table_json

SIZES = (1, 2, 4, 8, 32)
FRAMES = {name: (name, "") for name in ("certain", "likeliest", "nearest", "none", "untold")}
CHOSEN = """(cases) => cases.map(([cells, needs]) => {
  const { found, cell } = spoonbenchAdvisor.chooseCell(cells, needs);
  return [found, cell && cell.name];
})"""


def a_row(size, dtype, seconds, n_right):
    rate = size / seconds
    return Row(
        name=f"{dtype} at {size}",
        device="cpu",
        dtype=dtype,
        quantization="none",
        engine="native",
        batch=size,
        rate=Measured(value=rate, low=0.95 * rate, high=1.05 * rate),
        accuracy=Measured(value=n_right / 400, low=n_right / 400 - 0.04, high=n_right / 400 + 0.04),
        n_right=n_right,
        n_items=400,
        peak_bytes=int(1e6 * (20 + size)),
        predicted_peak_bytes=int(1e6 * (18 + size)),
        run_ids=(f"{dtype} {size}",),
        settings={"dtype": dtype, "batch_size": size},
    )


@pytest.fixture
def sources():
    """A matrix of two number formats, of which one was not run at batch 32."""
    rows = [a_row(size, "float32", 0.010 + 0.0050 * size, 300) for size in SIZES]
    rows += [a_row(size, "bfloat16", 0.030 + 0.0025 * size, 280) for size in SIZES[:-1]]
    rows.append(a_row(64, "bfloat16", 0.19, 280))
    found = Sources(None, has_references=False, has_claims=False)
    found.__dict__["works"] = (
        Figures(
            source="store",
            name="0123456789ab",
            machine="A desk",
            model="lm",
            task="sums",
            parameters=1e6,
            rows=tuple(rows),
        ),
    )
    return found


LIMITS = [
    {},
    {"latency": "60ms"},
    {"latency": "115 ms", "memory": "60MB"},
    {"rate": "300"},
    {"memory": "28MB"},
    {"accuracy_need": "0.65", "rate": "150"},
    {"accuracy_need": "99%"},
    {"latency": "1us"},
    {"latency": "150ms"},
    {"dtype": "bfloat16", "latency": "60ms"},
]


@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_the_page_says_what_the_command_says(visit, sources, limits):
    tab, seen = visit(render_advisor_page(gather_advisor(sources)))
    place = tab.locator("[data-part=settings]")
    for name, value in limits.items():
        if name == "dtype":
            place.locator("[name=dtype]").select_option(value)
        else:
            place.locator(f"[name=limit-{name.partition('_')[0]}]").fill(value)
    told = advise.setting(sources, **limits)
    assert place.locator("[role=status]").inner_text() == told.sentence
    assert seen == []


def test_every_kind_of_end_is_among_these(sources):
    heads = ("Use ", "No setting that was measured on sums with lm does what", "No setting")
    told = [advise.setting(sources, **limits) for limits in LIMITS]
    assert all(any(one.sentence.startswith(head) for one in told) for head in heads)
    assert {one.sureness for one in told if one.choice} == {"measured here", "predicted"}


def drawn(dice, index):
    """A cell of which anything may be unknown but its time."""
    seconds = dice.choice([0.1, 0.2, dice.uniform(0.01, 1)])
    memory = dice.choice([None, 1e9, dice.uniform(1e8, 2e9)])
    return Candidate(
        name=f"cell {index}",
        batch_size=dice.choice([1, 2, 4, 8]),
        seconds=seconds,
        at_most=dice.choice([None, seconds, 1.2 * seconds]),
        memory_bytes=memory,
        memory_at_most=memory and dice.choice([None, memory, 1.1 * memory]),
        accuracy=dice.choice([None, 0.5, dice.random()]),
    )


def asked(dice):
    def perhaps(value):
        return value if dice.random() < 0.4 else None

    return Needs(
        batch_seconds=perhaps(dice.choice([0.1, 0.2, 0.24, dice.uniform(0.01, 1)])),
        items_per_second=perhaps(dice.choice([10.0, 20.0, dice.uniform(1, 100)])),
        memory_bytes=perhaps(dice.choice([1e9, 1.1e9, dice.uniform(1e8, 2e9)])),
        accuracy=perhaps(dice.choice([0.5, dice.random()])),
    )


def in_python(candidates, needs):
    found = choose(candidates, needs)
    if found.name is not None:
        return ["certain" if found.is_certain else "likeliest", found.name]
    return ["none" if found.nearest is None else "nearest", found.nearest]


def test_a_thousand_choices_are_the_same(visit):
    tab, _ = visit(render_advisor_page(advisor_part([])))
    dice = random.Random(20)
    cases = [([drawn(dice, index) for index in range(7)], asked(dice)) for _ in range(1000)]
    given = []
    for candidates, needs in cases:
        rows = tuple(
            SettingRow(candidate=one, words="", how="", device="cpu", dtype="float32")
            for one in candidates
        )
        cells = table_json(SettingTable(title="", frames=FRAMES, rows=rows))["cells"]
        limits = {
            "latency": needs.batch_seconds,
            "rate": needs.items_per_second,
            "memory": needs.memory_bytes,
            "accuracy": needs.accuracy,
        }
        given.append([cells, limits])
    found = tab.evaluate(CHOSEN, given)
    expected = [in_python(candidates, needs) for candidates, needs in cases]
    assert found == expected
    assert {end for end, _ in expected} == {"certain", "likeliest", "nearest", "none"}


def test_a_limit_that_cannot_be_read_is_told_and_nothing_is_chosen(visit, sources):
    tab, seen = visit(render_advisor_page(gather_advisor(sources)))
    place = tab.locator("[data-part=settings]")
    place.locator("[name=limit-latency]").fill("soon")
    assert place.locator("[role=status]").inner_text() == ""
    assert (
        "Longest time of a batch is a number such as"
        in place.locator(".error").all_inner_texts()[0]
    )
    place.locator("[name=limit-latency]").fill("0")
    assert "above 0" in place.locator(".error").all_inner_texts()[0]
    place.locator("[name=limit-latency]").fill("")
    assert place.locator("[role=status]").inner_text().startswith("Use ")
    assert seen == []


def test_without_a_matrix_the_page_names_the_command(visit):
    tab, seen = visit(render_advisor_page(advisor_part([])))
    words = tab.locator("[data-part=settings]").inner_text()
    assert words == "No matrix of whole answers was measured here: spoonbench matrix measures one."
    assert seen == []
