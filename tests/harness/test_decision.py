from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spoonbench.harness.checks import (
    describe_change,
    format_about,
    format_share,
    make_case,
    relax,
)
from spoonbench.harness.decision import decide
from spoonbench.harness.duel_records import Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.estimates import Estimate
from spoonbench.harness.evidence import Costs, Measurement, SplitScore
from spoonbench.harness.stats import proportion
from spoonbench.solvers.api import Guarantee

TASK = TaskFacts(
    name="sums",
    version="1",
    kind="number",
    source="made up",
    sha256={},
    n_training=0,
    n_validation=0,
    splits=tuple(
        SplitFacts(name=name, summary="", items_hash="h", n_items=1_000, n_unanswerable=0)
        for name in ("test", "larger")
    ),
)
TESTED = Guarantee(kind="tested", domain="sums", covers=("sums@1/test",), source="tests")


def make_score(n_right, n_given, n=1_000, split="test", run_id="run"):
    return SplitScore(
        split=split,
        batch_size=1,
        accuracy=proportion(n_right, n),
        coverage=proportion(n_given, n),
        precision=proportion(n_right, n_given),
        run_id=run_id,
    )


def seconds(value, low=None, high=None):
    return Estimate(value=value, low=low, high=high, n_rounds=1 if low is None else 3)


def make(label, level=1, right=1_000, given=1_000, *, n=1_000, p50=0.001, **more):
    entry_fields = {key: more.pop(key) for key in ("guarantee", "is_hybrid") if key in more}
    values = {
        "status": "ok",
        "splits": (make_score(right, given, n, run_id=f"run-{label}"),),
        "latency_p50_s": seconds(p50),
        "latency_p95_s": seconds(2 * p50, 1.5 * p50, 3 * p50),
        "peak_bytes": 10_000_000,
        "run_ids": (f"run-{label}", f"time-{label}"),
        **more,
    }
    entry = Entry(label=label, solver=label, level=level, **entry_fields)
    return Measurement(entry=entry, **values)


def checks_of(recommendation, label):
    (candidate,) = (one for one in recommendation.candidates if one.label == label)
    return {one.requirement: one for one in candidate.checks}


def test_the_lowest_level_that_meets_everything_is_chosen():
    found = decide(Requirements(), [make("tiny", 5), make("rules"), make("algebra", 2)], TASK)
    assert found.choice == "rules"
    assert found.runners_up == ("algebra", "tiny")
    assert found.confidence == "measured"
    assert found.path == ()
    assert found.reason == (
        "Use rules (level 1): right on 1,000 of 1,000 answered, 100.0% (at least 99.6%), "
        "answered 1,000 of 1,000, 100.0% (at least 99.6%)."
    )


def test_each_contestant_below_the_choice_has_its_reason():
    found = decide(
        Requirements(),
        [make("rules", 1, 300, 300), make("trees", 3, 612), make("net", 4)],
        TASK,
    )
    assert found.choice == "net"
    first, second = found.path
    assert first == (
        "rules (level 1): answered 300 of 1,000, 30.0% (at most 33.0%), where 95% coverage is asked"
    )
    assert second == (
        "trees (level 3): "
        "right on 612 of 1,000 answered, 61.2% (at most 64.2%), where 95% accuracy is asked"
    )


def test_accuracy_is_that_of_the_answers_given():
    found = decide(Requirements(coverage=0.1), [make("rules", 1, 299, 300)], TASK)
    assert checks_of(found, "rules")["accuracy"].verdict == "met"


def test_the_lower_bound_counts_and_not_the_share_itself():
    found = decide(Requirements(), [make("rules", 1, 955)], TASK)
    assert found.choice is None
    assert checks_of(found, "rules")["accuracy"].verdict == "undecided"
    assert found.confidence == "not enough evidence"
    n_more = checks_of(found, "rules")["accuracy"].n_more
    assert n_more == 6_299  # 1.96^2 x 0.95 x 0.05 / 0.005^2 = 7,298.8 in all
    assert found.reason == (
        "Not enough evidence. rules (level 1) may do: about 6,300 more items would settle it."
    )


def test_items_that_are_not_answered_count_when_more_are_asked_for():
    found = decide(Requirements(coverage=0.1), [make("rules", 1, 478, 500)], TASK)
    check = checks_of(found, "rules")["accuracy"]
    alone = 1.959964**2 * 0.95 * 0.05 / 0.006**2 - 500
    assert check.n_more == pytest.approx(2 * alone, abs=2)


def test_an_undecided_lower_level_is_named_beside_the_choice():
    found = decide(Requirements(), [make("rules", 1, 955), make("net", 4)], TASK)
    assert found.choice == "net"
    assert found.confidence == "measured"
    assert "rules (level 1) may do: about 6,300 more items would settle it" in found.flips


def test_a_requirement_that_equals_the_share_is_never_settled():
    found = decide(Requirements(), [make("rules", 1, 950)], TASK)
    assert "no number of items at this rate would settle it" in found.reason


def test_none_that_meets_gives_the_nearest_and_by_how_much():
    found = decide(Requirements(), [make("rules", 1, 300, 300), make("net", 4, 900)], TASK)
    assert found.choice is None
    assert found.nearest == "net"
    assert found.confidence == "measured"
    assert found.reason == (
        "None meets the requirements. The nearest is net (level 4): right on 900 of 1,000 "
        "answered, 90.0% (at most 91.8%), where 95% accuracy is asked."
    )
    assert len(found.path) == 2


def test_exactness_is_met_by_a_guarantee_that_measuring_did_not_refute():
    found = decide(Requirements(accuracy=1), [make("rules", guarantee=TESTED)], TASK)
    assert found.choice == "rules"
    assert found.confidence == "guaranteed and measured"
    assert "as guaranteed (tested)" in found.reason


def test_one_wrong_answer_refutes_a_guarantee():
    found = decide(Requirements(accuracy=1), [make("rules", 1, 997, guarantee=TESTED)], TASK)
    assert found.choice is None
    assert "its guarantee is broken: 3 wrong" in found.reason


def test_no_sample_shows_exactness_without_a_guarantee():
    found = decide(Requirements(accuracy=1), [make("rules")], TASK)
    assert found.choice is None
    assert "no guarantee covers sums@1/test, and no sample can show exactness" in found.reason


def test_a_guarantee_for_another_split_or_of_kind_none_does_not_count():
    requirements = Requirements(accuracy=1, split="larger")
    larger = (make_score(1_000, 1_000, split="larger"),)
    for guarantee in (TESTED, replace(TESTED, kind="none", covers=("sums@1/larger",))):
        found = decide(requirements, [make("rules", guarantee=guarantee, splits=larger)], TASK)
        assert found.choice is None


def test_a_guarantee_that_nothing_was_measured_of_does_not_count():
    found = decide(Requirements(accuracy=1), [make("rules", 1, 0, 0, guarantee=TESTED)], TASK)
    assert found.choice is None


def test_coverage_is_measured_even_under_a_guarantee():
    found = decide(Requirements(accuracy=1), [make("rules", 1, 800, 800, guarantee=TESTED)], TASK)
    assert found.choice is None
    assert checks_of(found, "rules")["coverage"].verdict == "not met"


def test_a_guarantee_for_another_version_of_the_task_does_not_count():
    task = replace(TASK, version="user file")
    assert decide(Requirements(accuracy=1), [make("rules", guarantee=TESTED)], task).choice is None


def test_full_coverage_is_met_where_every_item_was_answered():
    check = checks_of(decide(Requirements(coverage=1), [make("rules")], TASK), "rules")["coverage"]
    assert check.verdict == "met"
    assert check.text == (
        "answered 1,000 of 1,000, which is all, and no sample can show more (at least 99.6%)"
    )


def test_full_coverage_is_not_met_where_one_item_was_not_answered():
    found = decide(Requirements(coverage=1), [make("rules", 1, 999, 999)], TASK)
    check = checks_of(found, "rules")["coverage"]
    assert (check.verdict, check.text) == ("not met", "answered 999 of 1,000, and all is asked")
    assert check.n_more is None
    assert found.flips == ("if coverage 0.99 were enough, rules (level 1) would do",)


@pytest.mark.parametrize(("limit", "verdict"), [(3.0, "met"), (2.0, "undecided"), (1.0, "not met")])
def test_latency_is_held_against_the_interval_of_the_rounds(limit, verdict):
    measurement = make("rules", latency_p95_s=seconds(2.0, 1.5, 2.5))
    found = decide(Requirements(latency_s=limit), [measurement], TASK)
    assert checks_of(found, "rules")["latency"].verdict == verdict


def test_a_single_round_is_held_by_its_value():
    measurement = make("rules", latency_p95_s=seconds(0.002))
    found = decide(Requirements(latency_s=0.01), [measurement], TASK)
    assert checks_of(found, "rules")["latency"].text == (
        "95% of answers within 2 ms, in a single round"
    )


def test_memory_has_a_limit():
    found = decide(Requirements(memory_bytes=200_000_000), [make("rules")], TASK)
    assert checks_of(found, "rules")["memory"].text == "memory 10.0 MB"
    found = decide(Requirements(memory_bytes=5_000_000), [make("rules")], TASK)
    assert checks_of(found, "rules")["memory"].text == "memory 10.0 MB, where 5.0 MB is asked"
    assert checks_of(found, "rules")["memory"].shortfall == 1.0


def test_cost_has_a_limit():
    costs = [Costs(label="rules", fixed=50, per_answer=0, total=50)]
    for limit, choice in ((100, "rules"), (10, None)):
        assert decide(Requirements(cost=limit), [make("rules")], TASK, costs).choice == choice


def test_what_was_not_measured_is_undecided_with_its_reason():
    measurement = make(
        "rules", latency_p95_s=None, peak_bytes=None, missing={"peak_bytes": "no meter"}
    )
    requirements = Requirements(latency_s=1, memory_bytes=1, cost=1)
    checks = checks_of(decide(requirements, [measurement], TASK), "rules")
    assert {checks[name].verdict for name in ("latency", "memory", "cost")} == {"undecided"}
    assert "no meter" in checks["memory"].text
    assert "no effort and prices" in checks["cost"].text


def test_a_contestant_that_failed_is_passed_over_with_its_reason():
    failed = make("rules", splits=(), status="oom", reason="took 900 MB")
    found = decide(Requirements(), [failed, make("net", 4)], TASK)
    assert found.choice == "net"
    assert found.path == ("rules (level 1): oom: took 900 MB",)


def test_a_contestant_that_was_not_run_yet_leaves_the_question_open():
    waiting = make("rules", splits=(), status="missing", reason="answers to test: not run yet")
    found = decide(Requirements(), [waiting, make("net", 4, 500)], TASK)
    assert found.choice is None
    assert found.confidence == "not enough evidence"
    assert found.nearest == "net"


@pytest.mark.parametrize("status", ["oom", "crashed", "timeout", "error"])
def test_a_contestant_that_failed_in_some_run_is_not_recommended(status):
    shaky = make("rules", status=status, reason="throughput at 64: signal 9")
    found = decide(Requirements(), [shaky, make("net", 4)], TASK)
    assert (found.choice, found.runners_up) == ("net", ())
    assert found.path == (f"rules (level 1): {status}: throughput at 64: signal 9",)
    assert checks_of(found, "rules")["measurement"].verdict == "not met"
    assert checks_of(found, "rules")["accuracy"].verdict == "met"
    assert decide(Requirements(), [shaky], TASK).choice is None


def test_a_contestant_of_which_a_timing_is_still_missing_can_be_chosen():
    waiting = make("rules", status="missing", reason="throughput at 64: not run yet")
    assert decide(Requirements(), [waiting], TASK).choice == "rules"


def test_a_contestant_without_a_score_is_never_the_nearest():
    failed = make("rules", splits=(), status="oom", reason="took 900 MB")
    found = decide(Requirements(), [failed], TASK)
    assert (found.choice, found.nearest, found.confidence) == (None, None, "measured")
    assert "Nearest" not in found.reason
    assert found.path == ("rules (level 1): oom: took 900 MB",)


def test_hybrids_come_after_the_pure_contestants_of_their_level():
    found = decide(
        Requirements(),
        [make("router", 5, is_hybrid=True, p50=1e-6), make("tiny", 5), make("net", 4, 100)],
        TASK,
    )
    assert (found.choice, found.runners_up) == ("tiny", ("router",))


def test_within_a_level_the_faster_one_is_chosen():
    found = decide(Requirements(), [make("rules", p50=2e-6), make("spoon", p50=1e-6)], TASK)
    assert found.choice == "spoon"
    found = decide(Requirements(), [make("a", latency_p50_s=None), make("b")], TASK)
    assert found.choice == "b"


def test_a_contestant_of_the_same_level_that_fails_is_explained_too():
    found = decide(Requirements(), [make("rules"), make("spoon", 1, 500)], TASK)
    assert [line.split(" ")[0] for line in found.path] == ["spoon"]


def test_another_split_can_decide():
    splits = (make_score(0, 1_000), make_score(1_000, 1_000, split="larger"))
    measurement = make("rules", splits=splits)
    assert decide(Requirements(), [measurement], TASK).choice is None
    assert decide(Requirements(split="larger"), [measurement], TASK).choice == "rules"


def test_the_first_split_decides_even_where_only_another_was_measured():
    measurement = make("rules", splits=(make_score(1_000, 1_000, split="larger"),))
    found = decide(Requirements(), [measurement], TASK)
    assert checks_of(found, "rules")["measurement"].verdict == "undecided"


def test_lower_requirements_that_would_do_are_named():
    found = decide(Requirements(), [make("keywords", 1, 925, 930), make("net", 4)], TASK)
    assert "if coverage 0.91 were enough, keywords (level 1) would do" in found.flips


def test_limits_that_would_do_are_named():
    net = make("net", 4, latency_p95_s=seconds(0.05, 0.04, 0.0601))
    found = decide(Requirements(latency_s=0.045), [net], TASK)
    assert any(flip.startswith("if 61 ms were allowed, net") for flip in found.flips)


def test_a_limit_on_memory_or_cost_that_would_do_is_named():
    costs = [Costs(label="net", fixed=51.2, per_answer=0, total=51.2)]
    asked = Requirements(memory_bytes=9_000_000, cost=48)
    found = decide(asked, [make("net", 4)], TASK, costs)
    assert found.flips == (
        "if 10.0 MB were allowed and a cost of 52.00 were allowed, net (level 4) would do",
    )


def test_an_unknown_cost_is_undecided_with_its_reason():
    costs = [Costs(label="net", fixed=None, per_answer=0, total=None, reason="no hours given")]
    found = decide(Requirements(cost=48), [make("net", 4)], TASK, costs)
    assert checks_of(found, "net")["cost"].text == "the cost is not known: no hours given"
    assert found.confidence == "not enough evidence"
    assert found.reason == (
        "Not enough evidence. net (level 4): the cost is not known: no hours given."
    )


def test_contestants_far_away_are_not_named_as_within_reach():
    found = decide(Requirements(), [make("keywords", 1, 100), make("net", 4)], TASK)
    assert not any("keywords" in flip for flip in found.flips)


def test_nothing_below_half_is_named_as_enough():
    found = decide(Requirements(coverage=0.6), [make("half", 1, 500, 500)], TASK)
    assert found.choice is None
    assert found.flips == ()


def test_what_would_change_the_answer_does_not_repeat_the_reason():
    undecided = [make("rules", 1, 955), make("net", 4, 957)]
    found = decide(Requirements(), undecided, TASK)
    assert "rules (level 1) may do: about 6,300 more items" in found.reason
    assert not any(flip in found.reason for flip in found.flips)
    assert any(flip.startswith("net (level 4) may do") for flip in found.flips)


def test_more_items_are_not_promised_to_whom_another_requirement_refutes():
    found = decide(Requirements(), [make("spoon", 1, 47, 47), make("net", 4)], TASK)
    assert checks_of(found, "spoon")["accuracy"].verdict == "undecided"
    (line,) = found.path
    assert line == (
        "spoon (level 1): answered 47 of 1,000, 4.7% (at most 6.2%), where 95% coverage is asked; "
        "right on 47 of 47 answered, 100.0% (92.4% to 100.0%), where 95% accuracy is asked"
    )


def test_a_choice_says_how_far_the_sample_carries():
    found = decide(Requirements(), [make("rules")], TASK)
    assert found.flips == ("beyond 99.6% accuracy this sample no longer shows that rules does",)


def test_the_evidence_is_every_run_of_the_choice_and_the_answers_of_those_passed_over():
    found = decide(Requirements(), [make("rules", 1, 100), make("net", 4), make("x", 5)], TASK)
    assert found.evidence == ("run-net", "run-rules", "time-net")


def test_without_contestants_there_is_no_evidence():
    found = decide(Requirements(), [], TASK)
    assert (found.choice, found.nearest, found.confidence) == (None, None, "not enough evidence")


def test_shares_are_never_rounded_to_all_or_nothing():
    assert format_share(2_499 / 2_500) == "99.96%"
    assert format_share(0.00001) == "0.001%"
    assert format_share(0.0) == "0.0%"


@given(st.integers(1, 10**9))
def test_about_rounds_up_by_less_than_a_tenth(n):
    about = int(format_about(n).replace(",", ""))
    assert n <= about <= n * 1.1


counts = st.integers(1, 400).flatmap(
    lambda n: st.integers(0, n).flatmap(
        lambda given: st.tuples(st.integers(0, given), st.just(given), st.just(n))
    )
)


@st.composite
def contestants(draw):
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(1, 5),
                st.booleans(),
                counts,
                st.sampled_from([1e-6, 1e-3, 0.1]),
                st.booleans(),
            ),
            min_size=1,
            max_size=5,
        )
    )
    return [
        make(
            f"c{index}",
            level,
            right,
            given,
            n=n,
            p50=p50,
            is_hybrid=is_hybrid,
            guarantee=TESTED if has_guarantee else Guarantee(),
        )
        for index, (level, is_hybrid, (right, given, n), p50, has_guarantee) in enumerate(drawn)
    ]


shares = st.sampled_from([0.0, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0])
limits = st.sampled_from([None, 1.0, 1e-3, 1e-5])
needs = st.builds(Requirements, accuracy=shares, coverage=shares, latency_s=limits)


def rung(recommendation, measurements):
    """Place of the choice on the ladder; beyond its end where nothing was chosen."""
    entries = {one.entry.label: one.entry for one in measurements}
    entry = entries.get(recommendation.choice)
    return (entry.level, entry.is_hybrid) if entry else (9, True)


@given(contestants(), needs, needs)
def test_stricter_requirements_never_lower_the_chosen_level(measurements, one, other):
    tight = [limit for limit in (one.latency_s, other.latency_s) if limit is not None]
    stricter = Requirements(
        accuracy=max(one.accuracy, other.accuracy),
        coverage=max(one.coverage, other.coverage),
        latency_s=min(tight, default=None),
    )
    # Full coverage is a question of its own: of the sample, not of the interval.
    assume(one.coverage == stricter.coverage or stricter.coverage < 1)
    loose, strict = (decide(need, measurements, TASK) for need in (one, stricter))
    assert rung(loose, measurements) <= rung(strict, measurements)


@given(contestants(), needs, st.randoms())
def test_the_order_of_the_measurements_does_not_matter(measurements, requirements, order):
    shuffled = list(measurements)
    order.shuffle(shuffled)
    assert decide(requirements, shuffled, TASK) == decide(requirements, measurements, TASK)


@given(contestants(), needs)
def test_a_choice_meets_everything_and_nothing_lower_does(measurements, requirements):
    found = decide(requirements, measurements, TASK)
    verdicts = {one.label: one.verdict for one in found.candidates}
    assert set(verdicts) == {one.entry.label for one in measurements}
    meeting = {label for label, verdict in verdicts.items() if verdict == "met"}
    assert meeting == {*found.runners_up, *([found.choice] if found.choice else [])}
    assert (found.choice is None) == (found.nearest is not None)


@given(contestants(), needs)
def test_what_would_do_with_lower_requirements_does(measurements, requirements):
    for measurement in measurements:
        relaxed = relax(requirements, make_case(requirements, measurement, TASK, {}))
        if relaxed is None:
            continue
        found = decide(relaxed, [measurement], TASK)
        assert found.choice == measurement.entry.label
        assert relaxed.accuracy <= requirements.accuracy
        assert relaxed.coverage <= requirements.coverage
        if relaxed != requirements:
            assert describe_change(requirements, relaxed).startswith("if ")


@given(counts, shares)
def test_more_items_at_the_same_rate_settle_what_they_are_said_to_settle(drawn, required):
    right, n_given, n = drawn
    requirements = Requirements(accuracy=0, coverage=required)
    check = checks_of(decide(requirements, [make("c", 1, right, n_given, n=n)], TASK), "c")
    n_more = check["coverage"].n_more
    if n_more is None:
        return
    # Whole multiples of the sample keep the rate exactly.
    times = n_more // n + 2
    grown = make("c", 1, right * times, n_given * times, n=n * times)
    again = checks_of(decide(requirements, [grown], TASK), "c")
    assert again["coverage"].verdict != "undecided"
