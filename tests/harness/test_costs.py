from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.harness.costs import crossings, total_costs, unknown_names
from spoonbench.harness.duel_records import Effort, Entry
from spoonbench.harness.estimates import Estimate
from spoonbench.harness.evidence import Costs, Measurement, SplitScore
from spoonbench.harness.stats import proportion


def make(label="rules", level=1, per_second=None, parts=(), **more):
    throughput = {}
    if per_second:
        throughput = {4: Estimate(value=per_second, low=None, high=None, n_rounds=1)}
    everything = proportion(1, 1)
    splits = (
        SplitScore(
            split="test",
            batch_size=1,
            accuracy=everything,
            coverage=everything,
            precision=everything,
            by_stage=dict.fromkeys(parts, 1),
        ),
    )
    entry = Entry(label=label, solver=label, level=level, is_hybrid=bool(parts))
    return Measurement(entry=entry, status="ok", splits=splits, throughput=throughput, **more)


EFFORT = Effort(
    build_hours={"rules": 10, "tiny": 2},
    hour_price=100.0,
    machine_hour_price=3.6,
    answers_per_year=1_000_000,
    years=2,
)


def test_costs_add_up_building_training_and_answering():
    rules, model = total_costs(
        EFFORT,
        [make(per_second=1_000), make("tiny", 5, per_second=10, training_s=1_800, n_training=9)],
    )
    assert rules.fixed == 1_000
    assert rules.per_answer == pytest.approx(1e-6)
    assert rules.total == pytest.approx(1_002)
    assert model.fixed == pytest.approx(2 * 100 + 0.5 * 3.6)
    assert model.per_answer == pytest.approx(1e-4)
    assert model.total == pytest.approx(201.8 + 200)


def test_hours_are_looked_up_by_label_before_level():
    effort = Effort(build_hours={"rules": 1, "spoon": 5}, hour_price=10)
    spoon, other = total_costs(effort, [make("spoon"), make("keywords")])
    assert (spoon.fixed, other.fixed) == (50, 10)


def test_what_is_missing_is_said_and_the_rest_is_still_given():
    (costs,) = total_costs(EFFORT, [make("net", 4, per_second=100)])
    assert (costs.fixed, costs.total) == (None, None)
    assert costs.per_answer == pytest.approx(1e-5)
    assert costs.reason == "hours to build are given neither for 'net' nor for 'neural networks'"


def test_a_label_that_is_also_the_name_of_its_level_is_named_once():
    (costs,) = total_costs(Effort(hour_price=10), [make("rules")])
    assert costs.reason == "no hours to build are given for 'rules'"


def test_names_that_no_hours_belong_to_are_found():
    effort = Effort(build_hours={"rulez": 8, "rules": 1, "language models": 2, "my net": 3})
    assert unknown_names(effort, ["spoon", "my net"]) == ("rulez",)
    assert unknown_names(effort, ["rulez"]) == ("my net",)
    assert unknown_names(Effort(), []) == ()


def test_several_missing_figures_are_all_named():
    (costs,) = total_costs(EFFORT, [make("net", 4)])
    first, second = (costs.reason or "").split("; ")
    assert first.startswith("hours to build")
    assert second == "no throughput was measured"


def test_training_without_a_time_gives_no_figure():
    measurement = make(n_training=5, per_second=1, missing={"training time": "done elsewhere"})
    (costs,) = total_costs(EFFORT, [measurement])
    assert costs.fixed is None
    assert costs.reason == "no time of training of 'rules': done elsewhere"


def test_what_has_no_price_needs_no_figure():
    (costs,) = total_costs(Effort(), [make(n_training=5)])
    assert (costs.fixed, costs.per_answer, costs.total, costs.reason) == (0, 0, 0, None)


def test_a_hybrid_pays_for_the_training_of_the_parts_that_answered():
    effort = Effort(machine_hour_price=1.0)
    parts = [
        make(per_second=1),
        make("tiny", 5, per_second=1, training_s=3_600, n_training=1),
        make("other", 5, per_second=1, training_s=36_000, n_training=1),
    ]
    hybrid = make("router", 5, parts=("rules", "tiny"), per_second=1)
    assert total_costs(effort, [*parts, hybrid])[-1].fixed == 1.0


def cost(label, fixed, per_answer):
    total = None if fixed is None or per_answer is None else fixed + per_answer
    return Costs(label=label, fixed=fixed, per_answer=per_answer, total=total)


def test_lines_cross_where_the_costs_are_equal():
    (crossing,) = crossings([cost("rules", 1_000, 0.001), cost("model", 100, 0.01)])
    assert (crossing.below, crossing.beyond) == ("model", "rules")
    assert crossing.n_answers == pytest.approx(100_000)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (cost("a", 1, 1), cost("b", 2, 2)),
        (cost("a", 1, 1), cost("b", 1, 2)),
        (cost("a", 1, 1), cost("b", 2, 1)),
        (cost("a", None, 1), cost("b", 2, 1)),
        (cost("a", 1, None), cost("b", 2, 1)),
    ],
)
def test_lines_that_never_cross_beyond_zero_give_nothing(one, other):
    assert crossings([one, other]) == []


amounts = st.integers(0, 10**6).map(float)


@given(amounts, amounts, amounts, amounts)
def test_the_order_of_two_changes_exactly_at_a_crossing(fixed, slope, other_fixed, other_slope):
    lines = {"a": (fixed, slope), "b": (other_fixed, other_slope)}
    for crossing in crossings([cost(label, *line) for label, line in lines.items()]):
        below, beyond = lines[crossing.below], lines[crossing.beyond]
        n = crossing.n_answers
        slack = 1e-9 * (1 + below[0] + beyond[0] + (below[1] + beyond[1]) * n)
        assert below[0] < beyond[0]
        assert below[1] > beyond[1]
        assert below[0] + below[1] * n == pytest.approx(beyond[0] + beyond[1] * n, abs=slack)


def test_crossings_come_smallest_first():
    found = crossings([cost("a", 3, 1), cost("b", 2, 2), cost("c", 0, 3)])
    assert [crossing.n_answers for crossing in found] == [1.0, 1.5, 2.0]


def served(**more):
    measurement = make("m", 5, per_second=10, **more)
    return replace(measurement, entry=replace(measurement.entry, answered_by="server"))


def test_a_servers_price_is_added_to_what_this_machine_costs():
    (costs,) = total_costs(EFFORT, [served(price_per_answer=0.002)])
    assert costs.per_answer == pytest.approx(0.002 + 1e-4)


def test_without_a_known_price_a_server_has_no_total():
    (costs,) = total_costs(EFFORT, [served()])
    assert costs.total is None
    assert "--price-in" in costs.reason


def test_what_the_answers_of_a_file_cost_is_not_known():
    one = served()
    (costs,) = total_costs(EFFORT, [replace(one, entry=replace(one.entry, answered_by="file"))])
    assert "of a file" in costs.reason
