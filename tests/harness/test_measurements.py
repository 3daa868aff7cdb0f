from dataclasses import replace
from typing import Any

import pytest

from spoonbench.harness.comparisons import CLAIMED_RATIO, paired_tests, resource_ratios
from spoonbench.harness.duel_records import Duel, Entry, Requirements, SplitFacts, TaskFacts
from spoonbench.harness.measurements import NOT_RUN, cells_of, summarize
from spoonbench.harness.records import RunRecord, ScoredAnswer

MS = 1_000_000


def make_entry(label="rules", level=1, **more):
    values = {
        "answer_cells": {"test": f"{label}-test"},
        "latency_cell": f"{label}-1",
        "throughput_cells": {"1": f"{label}-1", "8": f"{label}-8"},
        **more,
    }
    return Entry(label=label, solver=label, level=level, **values)


def make_duel(*entries, n_items=4, split=None, splits=("test",)):
    task = TaskFacts(
        name="sums",
        version="1",
        kind="number",
        source="made up",
        sha256={},
        n_training=10,
        n_validation=2,
        splits=tuple(
            SplitFacts(name=name, summary="", items_hash="h", n_items=n_items, n_unanswerable=0)
            for name in splits
        ),
    )
    return Duel(
        duel_id="d",
        created_at="2026-01-01T00:00:00+00:00",
        command=("spoonbench", "duel"),
        preset="quick",
        environment_id="here",
        n_rounds=3,
        task=task,
        entries=entries,
        requirements=Requirements(split=split),
    )


def make_answers(marks):
    """Right "r", wrong "w" or abstained "a", one letter an item."""
    kinds: dict[str, Any] = {
        "r": {"status": "answered", "value": "5", "is_correct": True},
        "w": {"status": "answered", "value": "6", "is_correct": False, "failure": "wrong value"},
        "a": {"status": "abstained", "is_correct": False, "failure": "abstained"},
    }
    return tuple(ScoredAnswer(problem_id=f"p{i}", **kinds[mark]) for i, mark in enumerate(marks))


def make_run(cell_key, marks=None, **more):
    n = len(marks) if marks else 4
    values = {
        "run_id": f"{cell_key}/{more.get('round_index', 0)}",
        "environment_id": "here",
        "status": "ok",
        "started_at": "2026-01-01T00:00:00+00:00",
        "samples_ns": (2 * MS,) * n,
        "items_per_sample": (1,) * n,
        "answers": None if marks is None else make_answers(marks),
        **more,
    }
    return RunRecord(cell_key=cell_key, **values)


def whole(label="rules", marks="rrwa"):
    """Every run of a contestant, one round."""
    return [
        make_run(f"{label}-test", marks, samples_ns=(8 * MS,), items_per_sample=(len(marks),)),
        make_run(f"{label}-1", marks),
        make_run(f"{label}-8", samples_ns=(4 * MS,), items_per_sample=(4,)),
    ]


def measure(runs, **entry):
    (measurement,) = summarize(make_duel(make_entry(**entry)), runs)
    return measurement


def test_a_score_counts_right_given_and_right_among_given():
    score = measure(whole()).score("test")
    assert (score.accuracy.n_successes, score.accuracy.n) == (2, 4)
    assert (score.coverage.n_successes, score.coverage.n) == (3, 4)
    assert (score.precision.n_successes, score.precision.n) == (2, 3)
    assert score.failures == {"abstained": 1, "wrong value": 1}
    assert (score.batch_size, score.run_id) == (4, "rules-test/0")


def test_abstaining_where_it_is_right_leaves_nothing_open():
    right = replace(make_answers("a")[0], is_correct=True, failure=None)
    run = make_run("rules-test", "rr", answers=(*make_answers("r"), replace(right, problem_id="x")))
    score = measure([run]).score("test")
    assert score.accuracy.value == 1.0
    assert score.coverage.value == 1.0
    assert score.precision.n == 1


def test_faults_of_right_answers_are_counted_apart():
    text = "The answer is 5. The answer is 6."
    answer = replace(make_answers("r")[0], raw_text=text, stopped_by="limit", stage="tiny")
    score = measure([make_run("rules-test", "r", answers=(answer,))]).score("test")
    assert score.failures == {
        "conflicting answers (value right)": 1,
        "endless (value right)": 1,
    }
    assert score.by_stage == {"tiny": 1}
    assert score.stopped_by == {"limit": 1}


def test_answers_can_be_loaded_when_they_are_needed():
    runs = [replace(run, answers=None) for run in whole()]
    kept = {run.run_id: run.answers for run in whole()}
    (measurement,) = summarize(make_duel(make_entry()), runs, kept.get)
    assert measurement == measure(whole())


def test_times_are_quantiles_of_each_round_and_then_medians_over_rounds():
    rounds = [(1, 2, 3), (10, 20, 90), (2, 4, 6)]
    runs = [
        make_run(
            "rules-1",
            round_index=i,
            samples_ns=tuple(ms * MS for ms in samples),
            items_per_sample=(1, 1, 1),
        )
        for i, samples in enumerate(rounds)
    ]
    measurement = measure(runs)
    assert measurement.latency_p50_s.value == pytest.approx(0.004)
    assert (measurement.latency_p50_s.low, measurement.latency_p50_s.high) == pytest.approx(
        (0.002, 0.020)
    )
    assert measurement.latency_p95_s.value == pytest.approx(0.0058)
    assert measurement.n_latency == 3
    assert measurement.n_stalls == 1  # 90 ms, beyond 3 x 20 ms


def test_a_slow_call_under_ten_milliseconds_is_no_stall():
    run = make_run("rules-1", samples_ns=(1_000, 1_000, 9 * MS), items_per_sample=(1, 1, 1))
    assert measure([run]).n_stalls == 0


def test_throughput_is_items_over_time_and_the_best_batch_has_the_most():
    measurement = measure(whole())
    assert measurement.throughput[8].value == pytest.approx(1000)
    assert measurement.throughput[1].value == pytest.approx(500)
    assert measurement.best_batch == 8


def test_other_answers_in_another_round_show_that_a_contestant_is_not_deterministic():
    first, other = make_run("rules-1", "rrr"), make_run("rules-1", "rwr", round_index=1)
    assert measure([first]).is_deterministic is None
    assert measure([first, replace(first, run_id="b", round_index=1)]).is_deterministic is True
    assert measure([first, other]).is_deterministic is False


def test_answers_that_change_with_the_batch_size_are_counted():
    batch = make_run("rules-test", "rrww", samples_ns=(1,), items_per_sample=(4,))
    assert measure([batch, make_run("rules-1", "rr")]).n_batch_changes == 0
    assert measure([batch, make_run("rules-1", "rwr")]).n_batch_changes == 2
    assert measure([batch]).n_batch_changes is None
    alone = make_run("rules-test", "rrww")
    assert measure([alone, make_run("rules-1", "rr")]).n_batch_changes is None


def test_everything_measured_is_ok():
    measurement = measure(whole())
    assert (measurement.status, measurement.reason) == ("ok", None)
    assert measurement.run_ids == ("rules-1/0", "rules-8/0", "rules-test/0")


def test_a_failed_cell_gives_status_and_reason_and_what_was_measured_stays():
    runs = whole()
    runs[2] = make_run("rules-8", status="oom", reason="took 900 MB of 800 MB")
    measurement = measure(runs)
    assert measurement.status == "oom"
    assert measurement.reason == "throughput at 8: took 900 MB of 800 MB"
    assert measurement.score("test") is not None
    assert measurement.best_batch == 1


def test_a_cell_that_was_not_run_is_said_to_be_missing():
    measurement = measure(whole()[:2])
    assert measurement.status == NOT_RUN
    assert measurement.reason.startswith("throughput at 8: not run yet")


def test_an_ok_run_counts_before_a_failed_one_and_the_newest_of_several():
    failed = make_run("rules-test", run_id="z", status="error", reason="crash")
    old = make_run("rules-test", "wwww", run_id="a")
    new = make_run("rules-test", "rrrr", run_id="b")
    for runs in ([failed, old, new], [new, old, failed]):
        measurement = measure([*whole()[1:], *runs])
        assert measurement.status == "ok"
        assert measurement.score("test").accuracy.value == 1.0


def test_of_failed_runs_the_newest_tells_why():
    old = make_run("rules-test", run_id="a", status="timeout", reason="60 s")
    new = make_run("rules-test", run_id="b", status="error", reason="crash")
    measurement = measure([new, old])
    assert (measurement.status, measurement.reason) == ("error", "answers to test: crash")


def test_runs_of_another_machine_do_not_count():
    elsewhere = [replace(run, environment_id="there") for run in whole()]
    assert measure(elsewhere).status == NOT_RUN
    assert measure(elsewhere).splits == ()


def test_accuracy_is_taken_in_the_first_round():
    later = make_run("rules-test", "wwww", round_index=1)
    measurement = measure([later, make_run("rules-test", "rrrr")])
    assert measurement.score("test").accuracy.value == 1.0


def test_a_pass_that_was_cut_short_says_so():
    measurement = measure(whole(marks="rrr"))
    assert measurement.missing["items of test"] == "cut short by the time limit after 3 of 4"
    assert measurement.score("test").accuracy.n == 3


CURVE = [{"step": 10, "seconds": 1.0, "train_loss": 2.0, "validation_loss": 2.5}]


def test_training_comes_from_its_own_cell():
    train = make_run(
        "rules-train",
        fit_s=12.5,
        peak_bytes=10**9,
        metrics={"n_training": 10, "disk_bytes": 77, "curve": CURVE},
    )
    answering = replace(whole()[0], fit_s=99.0, metrics={"n_parameters": 3, "weight_bytes": 12})
    measurement = measure([train, answering, *whole()[1:]], train_cell="rules-train")
    assert measurement.status == "ok"
    assert (measurement.training_s, measurement.n_training) == (12.5, 10)
    assert (measurement.disk_bytes, measurement.curve) == (77, tuple(CURVE))
    assert (measurement.n_parameters, measurement.weight_bytes) == (3, 12)
    assert measurement.peak_bytes is None  # training does not count as answering


def test_training_in_the_measuring_processes_is_their_median():
    fits = [(0, 1.0), (1, 3.0), (2, 2.0)]
    runs = [
        make_run("rules-1", round_index=i, fit_s=s, metrics={"n_training": 10}) for i, s in fits
    ]
    measurement = measure(runs)
    assert (measurement.training_s, measurement.n_training) == (2.0, 10)


def test_training_on_another_machine_gives_no_time_but_says_why():
    train = make_run("t", fit_s=12.5, metrics={"n_training": 10}, environment_id="there")
    measurement = measure([train, *whole()], train_cell="t")
    assert measurement.status == "ok"
    assert (measurement.training_s, measurement.n_training) == (None, 10)
    assert "another machine" in measurement.missing["training time"]


def test_failed_training_comes_first():
    train = make_run("t", status="timeout", reason="took longer than 60 s")
    skipped = make_run("rules-test", status="skipped", reason="was not trained")
    measurement = measure([train, skipped], train_cell="t")
    assert (measurement.status, measurement.reason) == (
        "timeout",
        "training: took longer than 60 s",
    )


def test_memory_is_the_highest_at_which_answers_were_given_and_larger_batches_are_left_out():
    runs = whole()
    runs[0] = replace(runs[0], peak_bytes=50, resident_bytes=20)
    runs[1] = replace(runs[1], peak_bytes=30, resident_bytes=25)
    runs[2] = replace(runs[2], peak_bytes=9_000)
    measurement = measure(runs)
    assert (measurement.peak_bytes, measurement.resident_bytes) == (50, 25)


def test_joules_are_those_of_the_most_frugal_batch_size():
    runs = whole()
    runs[1] = replace(runs[1], energy_j=4.0)
    runs[2] = replace(runs[2], energy_j=2.0)
    assert measure(runs).energy_j_per_item == 0.5


def test_a_missing_meter_gives_its_reason():
    runs = [replace(run, missing={"energy_j": "no counter"}) for run in whole()]
    assert measure(runs).energy_j_per_item is None
    assert measure(runs).missing == {"energy_j": "no counter"}


def test_a_contestant_that_never_ended_a_timed_call_has_no_times():
    measurement = measure([make_run("rules-1", "rr", samples_ns=(), items_per_sample=())])
    assert measurement.latency_p50_s is None
    assert measurement.throughput == {}
    assert (measurement.n_latency, measurement.n_stalls) == (0, 0)


def test_the_order_of_the_runs_does_not_matter():
    runs = [
        replace(run, run_id=f"{run.run_id}-{i}", round_index=i) for i in range(3) for run in whole()
    ]
    assert measure(runs[::2] + runs[1::2][::-1]) == measure(runs)


def test_cells_are_named_by_what_they_hold():
    names = [name for name, _ in cells_of(make_entry(train_cell="t"))]
    assert names == [
        "training",
        "answers to test",
        "latency",
        "throughput at 1",
        "throughput at 8",
    ]


def compare(*marks, split="test"):
    entries = [make_entry(f"c{i}", level=i + 1) for i in range(len(marks))]
    duel = make_duel(*entries, split=split)
    runs = [run for i, mark in enumerate(marks) if mark for run in whole(f"c{i}", mark)]
    kept = {run.run_id: run.answers for run in runs}
    return paired_tests(duel, summarize(duel, runs), kept.get)


def test_neighbours_are_compared_on_the_same_items():
    (test,) = compare("r" * 10, "w" * 6 + "r" * 4)
    assert (test.first, test.second, test.n) == ("c0", "c1", 10)
    assert (test.n_first_only, test.n_second_only) == (6, 0)
    assert test.p_value == test.p_holm == 0.03125
    assert 0.5 < test.smallest_difference < 1


def test_several_comparisons_are_corrected_together():
    tests = compare("r" * 10, "w" * 6 + "r" * 4, "w" * 6 + "r" * 4)
    assert [test.p_value for test in tests] == [0.03125, 1.0]
    assert [test.p_holm for test in tests] == [0.0625, 1.0]


def test_contestants_without_answers_are_left_out_and_their_neighbours_meet():
    (test,) = compare("rr", None, "rw")
    assert (test.first, test.second) == ("c0", "c2")


def test_of_a_pass_that_was_cut_short_only_common_items_are_compared():
    (test,) = compare("rrrr", "rr")
    assert test.n == 2


def test_a_split_that_nobody_answered_gives_no_tests():
    assert compare("rr", "rr", split="unseen") == []


def ratios(first_more, second_more):
    duel = make_duel(make_entry("rules"), make_entry("tiny", level=5))
    runs = [
        replace(run, **more)
        for label, more in (("rules", first_more), ("tiny", second_more))
        for run in whole(label)
    ]
    return {ratio.resource: ratio for ratio in resource_ratios(summarize(duel, runs))}


def test_ratios_are_language_model_over_rules():
    found = ratios(
        {"peak_bytes": 10, "metrics": {"operations_per_problem": 5.0}},
        {"peak_bytes": 4_000, "metrics": {"operations_per_problem": 5e7}},
    )
    assert found["peak memory"].ratio == 400
    assert found["operations per problem"].ratio == 10 * CLAIMED_RATIO
    assert found["time per problem, best batch each"].ratio == 1.0
    assert found["time per problem, one at a time"].unit == "s"


def test_a_ratio_without_figures_says_why():
    found = ratios({"peak_bytes": 0, "missing": {"energy_j": "no counter"}}, {"peak_bytes": 5})
    assert found["peak memory"].ratio is None
    assert found["peak memory"].reason == "rules takes nothing that the meter can show"
    assert found["energy per problem"].reason == "rules: no counter"
    assert found["weights in memory"].reason == "rules has no weights"
    operations = found["operations per problem"]
    assert (operations.reason or "").startswith("these rules run string operations, which are not")
    assert all((ratio.ratio is None) == (ratio.reason is not None) for ratio in found.values())


def test_the_rules_that_are_right_more_often_stand_for_their_level_and_hybrids_for_none():
    entries = [
        make_entry("spoon"),
        make_entry("rules"),
        make_entry("tiny", level=5),
        make_entry("router", level=5, is_hybrid=True),
    ]
    duel = make_duel(*entries)
    marks = {"spoon": "rwww", "rules": "rrrw", "tiny": "rrww", "router": "rrrr"}
    runs = [run for label, mark in marks.items() for run in whole(label, mark)]
    found = resource_ratios(summarize(duel, runs))
    assert {(ratio.first, ratio.second) for ratio in found} == {("rules", "tiny")}


def test_without_a_language_model_there_are_no_ratios():
    duel = make_duel(make_entry("rules"))
    assert resource_ratios(summarize(duel, whole())) == []


def test_every_language_model_is_held_against_the_best_rules():
    entries = [make_entry("rules"), make_entry("tiny", level=5), make_entry("large", level=5)]
    duel = make_duel(*entries)
    runs = [run for entry in entries for run in whole(entry.label)]
    found = resource_ratios(summarize(duel, runs))
    assert {(ratio.first, ratio.second) for ratio in found} == {
        ("rules", "tiny"),
        ("rules", "large"),
    }


@pytest.mark.parametrize(("who", "words"), [("server", "server answered"), ("file", "a file")])
def test_answers_made_elsewhere_show_no_figures_of_the_process(who, words):
    entry = make_entry("m", 5, answered_by=who)
    priced = tuple(
        replace(a, cost=c) for a, c in zip(make_answers("rrwa"), (1, 2, 3, 4), strict=True)
    )
    run = make_run("m-test", answers=priced, resident_bytes=10, peak_bytes=20, energy_j=3.0)
    (measured,) = summarize(make_duel(entry), [run])
    assert measured.score("test").accuracy.n_successes == 2
    assert (measured.peak_bytes, measured.resident_bytes, measured.energy_j_per_item) == (None,) * 3
    assert words in measured.missing["peak_bytes"]
    assert measured.price_per_answer == 2.5


def test_the_price_is_that_of_the_split_that_decides():
    cells = {name: f"m-{name}" for name in ("test", "larger")}
    entry = make_entry("m", 5, answered_by="server", answer_cells=cells, latency_cell=None)
    entry = replace(entry, throughput_cells={})
    runs = [
        make_run(f"m-{name}", answers=tuple(replace(a, cost=cost) for a in make_answers("rr")))
        for name, cost in (("test", 1.0), ("larger", 3.0))
    ]
    splits = ("test", "larger")
    (first,) = summarize(make_duel(entry, splits=splits), runs)
    (other,) = summarize(make_duel(entry, splits=splits, split="larger"), runs)
    assert (first.price_per_answer, other.price_per_answer) == (1.0, 3.0)


def test_all_items_of_a_hybrid_share_what_its_server_took_for_some():
    some = tuple(
        replace(answer, cost=cost)
        for answer, cost in zip(make_answers("rrrr"), (None, None, None, 2.0), strict=True)
    )
    runs = [make_run("m-test", answers=some)]
    for is_hybrid, price in ((True, 0.5), (False, 2.0)):
        entry = make_entry("m", 5, answered_by="server", is_hybrid=is_hybrid)
        (measured,) = summarize(make_duel(entry), runs)
        assert measured.price_per_answer == price


def test_weights_that_were_given_count_on_the_disk_beside_what_was_learned():
    run = make_run("m-train", metrics={"disk_bytes": 7})
    assert measure([run], label="m", train_cell="m-train", given_bytes=100).disk_bytes == 107
    assert measure([], label="m", given_bytes=100).disk_bytes == 100
    assert measure([], label="m").disk_bytes is None


def test_what_a_file_cannot_tell_is_missing_for_that_reason():
    measured = measure([make_run("m-test", "rr")], label="m", level=5, answered_by="file")
    for name in ("latency_p95_s", "throughput", "is_deterministic", "source_lines", "disk_bytes"):
        assert measured.missing[name] == "the answers were read from a file"
    served = measure([make_run("m-test", "rr")], label="m", level=5, answered_by="server")
    assert "latency_p95_s" not in served.missing


def test_a_ratio_to_a_server_says_that_its_memory_is_not_seen():
    rules, served = make_entry("rules", 1), make_entry("m", 5, answered_by="server")
    figures = {"weight_bytes": 1, "operations_per_problem": 1.0}
    here = [replace(run, peak_bytes=5, metrics=figures) for run in whole("rules")]
    runs = [*here, *whole("m")]
    found = {r.resource: r for r in resource_ratios(summarize(make_duel(rules, served), runs))}
    for resource in ("peak memory", "weights in memory", "operations per problem"):
        assert "a server answered" in found[resource].reason
    assert found["time per problem, one at a time"].ratio == 1.0


def test_answers_of_a_file_stand_in_no_ratio():
    rules, said = make_entry("rules", 1), make_entry("a", 1, answered_by="file")
    model = make_entry("m", 5)
    runs = [*whole("rules", "rwww"), *whole("a", "rrrr"), *whole("m")]
    found = resource_ratios(summarize(make_duel(rules, said, model), runs))
    assert {ratio.first for ratio in found} == {"rules"}


@pytest.mark.parametrize(
    ("label", "stage", "price"),
    [("rules+m", "rules", 0.0), ("rules+m", "m", None), ("m+rules", "rules", None)],
)
def test_a_hybrid_that_never_asked_its_server_costs_nothing(label, stage, price):
    served = make_entry("m", 5, answered_by="server")
    hybrid = make_entry(label, 5, answered_by="server", is_hybrid=True)
    answers = tuple(replace(answer, stage=stage) for answer in make_answers("rr"))
    runs = [make_run(f"{label}-test", answers=answers)]
    _, measured = summarize(make_duel(served, hybrid), runs)
    assert measured.price_per_answer == price
