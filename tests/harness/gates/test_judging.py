"""Gates: fail by the whole interval, pass by it, and are undecided in between."""

import random
from dataclasses import replace

import pytest

from spoonbench.harness.gates.comparing import Choices, compare
from spoonbench.harness.gates.expressions import read_gate
from spoonbench.harness.gates.judging import exit_code, judge_gates
from spoonbench.harness.gates.sides import Series


@pytest.fixture
def judge(make_side, make_subject):
    """Results of gates over one pair, or over sides that are given."""

    def run(*texts, first=None, second=None, is_strict=False, **choices):
        one, other = (
            make_side(*(side if isinstance(side, list) else [make_subject(**side)]))
            for side in (first, second)
        )
        comparison = compare(one, other, Choices(**choices))
        return judge_gates([read_gate(t) for t in texts], comparison, is_strict=is_strict)

    return run


def marks(n_right, n=200):
    return "1" * n_right + "0" * (n - n_right)


def statuses(results):
    return [result.status for result in results]


@pytest.mark.parametrize(
    ("n_second", "status"),
    [(190, "undecided"), (188, "undecided"), (150, "failed"), (200, "passed")],
)
def test_a_change_of_accuracy_is_held_against_its_limit(judge, n_second, status):
    (result,) = judge(
        "accuracy<-1%", first={"marks": marks(190)}, second={"marks": marks(n_second)}
    )
    assert result.status == status
    assert result.value == pytest.approx((n_second - 190) / 200)


def test_strictly_the_figure_itself_decides(judge):
    options = {"first": {"marks": marks(190)}, "second": {"marks": marks(187)}}
    assert statuses(judge("accuracy<-1%", **options)) == ["undecided"]
    assert statuses(judge("accuracy<-1%", is_strict=True, **options)) == ["failed"]
    assert statuses(judge("accuracy<-2%", is_strict=True, **options)) == ["passed"]


def test_a_change_that_is_exactly_the_limit_keeps_it(judge):
    options = {"first": {"marks": marks(190)}, "second": {"marks": marks(188)}}
    assert statuses(judge("accuracy<-1%", is_strict=True, **options)) == ["passed"]


@pytest.mark.parametrize(
    ("gate", "second", "status"),
    [
        ("p50_ms>+10%", [2.0, 2.01, 1.99, 2.0, 2.01], "failed"),
        ("p50_ms>+10%", [1.0, 1.01, 0.99, 1.0, 1.01], "passed"),
        ("p50_ms>+10%", [1.0, 1.4, 1.2, 0.9, 1.1], "undecided"),
        ("p50_ms>+0.5", [2.0, 2.01, 1.99, 2.0, 2.01], "failed"),
        ("p50_ms>+1.5", [2.0, 2.01, 1.99, 2.0, 2.01], "passed"),
        ("p50_ms>1.9", [2.0, 2.01, 1.99, 2.0, 2.01], "failed"),
        ("p50_ms>2.1", [2.0, 2.01, 1.99, 2.0, 2.01], "passed"),
    ],
)
def test_times(judge, gate, second, status):
    first = {"times": [1.0, 1.01, 0.99, 1.0, 1.01]}
    assert statuses(judge(gate, first=first, second={"times": second})) == [status]


def test_one_round_is_undecided_and_says_how_many_more_give_an_interval(judge):
    (result,) = judge("p50_ms>+10%", first={"times": [1.0]}, second={"times": [9.0]})
    assert (result.status, result.n_more, result.unit_more) == ("undecided", 1, "rounds")


def test_the_items_that_it_asks_for_decide_it(judge):
    """With as many more items of the same kind the gate is no longer undecided."""

    def half(n):  # a fall of 5 points
        return {"marks": "1" * n}, {"marks": "1" * (n - n // 20) + "0" * (n // 20)}

    first, second = half(200)
    (before,) = judge("accuracy<-3%", first=first, second=second)
    assert before.status == "undecided"
    first, second = half((200 + before.n_more) // 20 * 20 + 40)
    assert statuses(judge("accuracy<-3%", first=first, second=second)) == ["failed"]


def test_the_rounds_that_it_asks_for_decide_it(judge):
    draw = random.Random(4)

    def times(middle, n):
        return {"times": [middle * 2 ** draw.gauss(0, 0.15) for _ in range(n)]}

    (before,) = judge("p50_ms>+10%", first=times(1, 4), second=times(1.25, 4))
    assert before.status == "undecided"
    assert 0 < before.n_more < 1000
    n = 4 * (4 + before.n_more)
    assert statuses(judge("p50_ms>+10%", first=times(1, n), second=times(1.25, n))) == ["failed"]


def test_memory_is_judged_as_it_stands(judge):
    gates = ("peak_mb>+10%", "peak_mb>120")
    results = judge(*gates, first={"peak": 100.0}, second={"peak": 111.0})
    assert statuses(results) == ["failed", "passed"]
    assert all(result.confidence is None for result in results)


def test_intervals_are_widened_for_all_comparisons_of_all_gates(judge, make_subject):
    subjects = [make_subject(f"c{i}", marks=marks(150), times=[1.0, 1.1]) for i in range(5)]
    results = judge("accuracy<-1%", "p50_ms>+10%", first=subjects, second=subjects)
    assert {result.confidence for result in results} == {1 - 0.05 / 10}


def test_a_gate_may_name_one_contestant(judge, make_subject):
    first = [make_subject("a", marks=marks(190)), make_subject("b", marks=marks(190))]
    second = [make_subject("a", marks=marks(190)), make_subject("b", marks=marks(90))]
    results = judge("a: accuracy<-5%", first=first, second=second)
    assert [(result.pair, result.status) for result in results] == [("a", "passed")]
    results = judge("accuracy<-5%", first=first, second=second)
    assert statuses(results) == ["passed", "failed"]


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        ("nobody: accuracy<-1%", "no pair called 'nobody'"),
        ("energy_j>+1%", "no pair has the figure energy_j"),
        ("rules: energy_j>+1%", "not measured"),
        ("gone: accuracy<-1%", "gone is in A alone"),
    ],
)
def test_a_gate_that_cannot_be_judged_is_an_error(judge, make_subject, gate, why):
    first = [make_subject(marks="11"), make_subject("gone", marks="11")]
    results = judge(gate, first=first, second={"marks": "11"})
    assert statuses(results) == ["missing"]
    assert why in results[0].text
    assert exit_code(results, fails_undecided=False) == 3


def test_a_figure_that_one_side_lost_is_an_error_also_beside_others(judge, make_subject):
    first = [make_subject(name, marks="11", times=[1.0, 1.1]) for name in ("a", "b")]
    second = [first[0], make_subject("b", problem="timeout: 60 s")]
    results = judge("p50_ms>+10%", first=first, second=second)
    assert statuses(results) == ["undecided", "missing"]
    assert "timeout" in results[1].text
    assert exit_code(results, fails_undecided=False) == 3


def test_what_neither_side_has_is_said_and_not_an_error_for_a_gate_of_all(judge, make_subject):
    subjects = [
        make_subject("a", marks="1" * 200),
        make_subject("b", problem="skipped: this machine has no GPU"),
    ]
    results = judge("accuracy<-50%", first=subjects, second=subjects)
    assert statuses(results) == ["passed", "not compared"]
    assert exit_code(results, fails_undecided=True) == 0


def test_a_gate_on_times_of_other_machines_is_an_error(make_side, make_subject):
    subject = make_subject(times=[1.0, 1.1])
    comparison = compare(
        make_side(subject), make_side(subject, machine={"processor": "Another"}), Choices()
    )
    results = judge_gates([read_gate("p50_ms>+10%")], comparison)
    assert statuses(results) == ["missing"]
    assert "--across-machines" in results[0].text


def test_the_gate_missing_fails_where_something_is_gone(judge, make_subject):
    both = [make_subject("a", marks="1"), make_subject("b", marks="1")]
    assert statuses(judge("missing", first=both, second=both)) == ["passed"]
    results = judge("missing", first=both, second=both[:1])
    assert [(one.status, one.pair) for one in results] == [("failed", "b")]


@pytest.mark.parametrize(
    ("found", "fails_undecided", "code"),
    [
        ([], False, 0),
        (["passed"], True, 0),
        (["undecided"], False, 0),
        (["undecided"], True, 1),
        (["failed", "passed"], False, 1),
        (["failed", "missing"], False, 3),
        (["not compared"], True, 0),
    ],
)
def test_exit_codes(judge, found, fails_undecided, code):
    (result,) = judge("missing", first={"marks": "1"}, second={"marks": "1"})
    results = [replace(result, status=status) for status in found]
    assert exit_code(results, fails_undecided=fails_undecided) == code


def test_a_tail_of_few_calls_has_no_interval(judge, make_subject):
    def calls(n):
        values = tuple(1.0 + i / 1000 for i in range(n))
        series = Series(values=values, rounds=tuple(range(n)), share=0.95)
        return [replace(make_subject(), series={"p95_ms": series})]

    (result,) = judge("p95_ms>+10%", first=calls(10), second=calls(10))
    assert (result.status, result.n_more) == ("undecided", 30)
    (result,) = judge("p95_ms>+10%", first=calls(60), second=calls(60))
    assert result.status == "passed"
