"""Claims that are measured, on duels that are made up."""

from dataclasses import replace

import pytest

from spoonbench.harness.duel_records import Effort
from spoonbench.harness.estimates import Estimate
from spoonbench.harness.evidence import NumberErrors

DISTIL = 82_000_000


def rules(made, n_right=1000, **more):
    return made.contestant("rules", n_right, **more)


def model(made, n_right=750, label="lm-distilgpt2", **more):
    values = {"level": 5, "n_parameters": DISTIL, "trained_from": "nothing", **more}
    return made.contestant(label, n_right, **values)


@pytest.mark.parametrize(
    ("n_model", "n_rules", "verdict"),
    [
        (750, 1000, "holds"),
        (36, 1000, "does not hold"),
        (750, 990, "does not hold"),
        (810, 1000, "not yet run"),
    ],
)
def test_t1_needs_both_figures(made, n_model, n_rules, verdict):
    finding = made.check("T1", made.duel(rules(made, n_rules), model(made, n_model)))
    assert finding.verdict == verdict
    assert finding.run_ids == ("lm-distilgpt2/test",)
    assert finding.machine == "a processor"


def test_t1_is_borne_out_whatever_the_figure(made):
    finding = made.check("T1", made.duel(rules(made), model(made, 36)))
    assert (finding.verdict, finding.is_borne_out) == ("does not hold", True)


def test_t1_is_of_a_model_of_that_size(made):
    small = model(made, 750, label="lm-tiny", n_parameters=800_000)
    finding = made.check("T1", made.duel(rules(made), small))
    assert finding.verdict == "not yet run"
    assert "lm-tiny (800,000 parameters) got 75%" in finding.why


def test_other_figures_turn_t1(made):
    duel = made.duel(rules(made), model(made, 36))
    assert made.check("T1", duel, model_accuracy=(0.03, 0.05)).verdict == "holds"


@pytest.mark.parametrize(
    ("inside", "outside", "verdict"),
    [(750, 10, "does not hold"), (900, 10, "holds only if"), (100, 900, "holds only if")],
)
def test_t2_names_the_range_in_which_it_is_true(made, inside, outside, verdict):
    duel = made.duel(model(made, inside, splits={"larger-10x": outside}))
    finding = made.check("T2", duel)
    assert finding.verdict == verdict
    if verdict == "holds only if":
        assert ("test" if inside == 900 else "larger-10x") in finding.condition


@pytest.mark.parametrize(
    ("inside", "outside", "malformed", "verdict"),
    [
        (36, 1, 0, "holds"),
        (900, 1, 0, "holds only if"),
        (900, 900, 0, "does not hold"),
        (36, 1, 500, "does not hold"),
    ],
)
def test_t3_holds_forms_against_answers(made, inside, outside, malformed, verdict):
    one = model(made, inside, splits={"larger-10x": outside}, failures={"malformed": malformed})
    assert made.check("T3", made.duel(one)).verdict == verdict


def stopping(made, with_end, without, **more):
    def ends(n):
        return {"end_token": n, "limit": 1000 - n}

    shared = {"solver": "lm-tiny", "train_cell": "t", "n_parameters": 800_000, **more}
    return made.duel(
        model(made, 1, label="lm-tiny", stopped_by=ends(with_end), **shared),
        model(
            made,
            1,
            label="lm-tiny-no-end",
            params={"end_token": False},
            stopped_by=ends(without),
            **shared,
        ),
    )


@pytest.mark.parametrize(
    ("with_end", "without", "verdict"),
    [(1000, 0, "holds only if"), (0, 0, "holds"), (1000, 1000, "does not hold")],
)
def test_t4_is_about_end_tokens(made, with_end, without, verdict):
    finding = made.check("T4", stopping(made, with_end, without))
    assert made.verdict(finding) == verdict
    assert len(finding.run_ids) == 2
    if verdict == "holds only if":
        assert finding.condition == (
            "training examples do not end in an end token, and the model has about 800,000 "
            "parameters, as the one measured"
        )
    of_size = stopping(made, with_end, without, n_parameters=80_000_000)
    assert "model has" not in made.check("T4", of_size).condition


def test_t4_needs_a_pair_that_differs_in_nothing_else(made):
    alone = made.duel(model(made, 1, train_cell="t", stopped_by={"limit": 10}))
    assert made.check("T4", alone).verdict == "not yet run"


def test_f5_is_about_models_that_were_given(made):
    assert made.check("F5", stopping(made, 1000, 0)).verdict == "not yet run"
    given = stopping(made, 1000, 0, trained_from="a folder")
    finding = made.check("F5", given)
    assert (finding.verdict, made.verdict(finding)) == ("holds only if", "holds")
    assert (finding.model, finding.parameters) == ("lm-tiny-no-end", 800_000)
    assert made.check("T4", given).verdict == "not yet run"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("The answer is 1. The answer is 2. The answer is 3.", "holds only if"),
        ("The answer is 3. The answer is 2. The answer is 5.", "does not hold"),
        ("The answer is 3.", "does not hold"),
    ],
)
def test_t5_counts_answers_in_a_text(made, text, verdict):
    said = [
        made.answer(problem_id=f"p{i}", status="answered", is_correct=False, raw_text=text)
        for i in range(50)
    ]
    shared = {"solver": "lm-tiny", "train_cell": "t"}
    duel = made.duel(
        model(made, 1, label="lm-tiny", **shared),
        model(made, 1, label="lm-no-end", params={"end_token": False}, answers=said, **shared),
    )
    finding = made.check("T5", duel)
    assert finding.verdict == verdict
    assert "50 texts" in finding.found


def test_a_small_model_decides_nothing_about_a_large_one(made):
    small = {"solver": "lm-tiny", "train_cell": "t", "n_parameters": 800_000}
    duel = made.duel(
        model(made, 1, label="lm-tiny", **small),
        model(made, 1, label="lm-no-end", params={"end_token": False}, **small),
    )
    finding = made.check("T5", duel)
    assert finding.verdict == "not yet run"
    assert "decides nothing about one of 82M parameters" in finding.why


def rate(per_second):
    return {64: Estimate(value=per_second, low=per_second, high=per_second, n_rounds=3)}


@pytest.mark.parametrize(
    ("rules_rate", "model_rate", "verdict"),
    [(1e6, 1.0, "holds only if"), (1e3, 1.0, "does not hold")],
)
def test_t7_reports_every_ratio(made, rules_rate, model_rate, verdict):
    duel = made.duel(
        rules(made, throughput=rate(rules_rate), peak_bytes=1_000_000),
        model(made, throughput=rate(model_rate), peak_bytes=700_000_000),
    )
    finding = made.check("T7", duel)
    assert finding.verdict == verdict
    assert "time per problem" in finding.found
    assert "peak memory 700 times" in finding.found
    assert finding.is_borne_out
    assert (finding.low, finding.high) == (700, rules_rate)


@pytest.mark.parametrize(
    ("n_right", "lines", "size", "verdict"),
    [(1000, 50, 1000, "holds"), (70, 50, 1000, "does not hold"), (1000, 90, 1000, "does not hold"),
     (1000, 50, 300_000, "does not hold")],
)  # fmt: skip
def test_t8_needs_lines_memory_and_right_answers(made, n_right, lines, size, verdict):
    spoon = made.contestant("spoon", n_right, source_lines=lines, peak_bytes=size)
    assert made.check("T8", made.duel(spoon, rules(made))).verdict == verdict


@pytest.mark.parametrize(
    ("formula", "inside", "outside", "verdict"),
    [
        (1000, 500, 10, "holds"),
        (1000, 1000, 10, "holds"),
        (1000, 1000, 1000, "does not hold"),
        (500, 1000, 10, "does not hold"),
    ],
)
def test_t9_looks_at_every_split(made, formula, inside, outside, verdict):
    exact = made.contestant("black-scholes", formula, level=2, splits={"far": 1000})
    learner = made.contestant("option-boosting", inside, level=3, splits={"far": outside})
    duel = made.duel(exact, learner, task="option-pricing")
    assert made.check("T9", duel).verdict == verdict


@pytest.mark.parametrize(("confidence", "verdict"), [(0.99, "holds"), (0.01, "does not hold")])
def test_t10_compares_log_losses(made, confidence, verdict):
    def said(sure):
        return [
            made.answer(
                problem_id=f"p{i}", status="answered", is_correct=i % 10 != 0, confidence=sure
            )
            for i in range(1000)
        ]

    base = made.contestant("base-rate", 900, answers=said(0.6))
    learned = made.contestant("outcome-model", 900, level=3, answers=said(confidence))
    sharp = made.duel(base, learned, task="option-outcome")
    finding = made.check("T10", sharp)
    assert finding.verdict == verdict
    assert finding.low < finding.value < finding.high


def test_t11_needs_a_task_that_no_one_solves_alone(made):
    full = made.duel(rules(made), made.contestant("rules+model", 1000, level=5, is_hybrid=True))
    assert made.check("T11", full).verdict == "not yet run"
    half = made.duel(
        rules(made, 500), made.contestant("rules+model", 700, level=5, is_hybrid=True), task="own"
    )
    assert made.check("T11", half).verdict == "holds"
    both = made.check("T11", full, half)
    assert (both.verdict, both.condition) == (
        "holds only if",
        "no contestant alone answers everything",
    )
    worse = made.duel(rules(made, 500), made.contestant("rules+model", 400, is_hybrid=True))
    assert made.check("T11", worse).verdict == "does not hold"


def test_t11_names_the_size_of_the_largest_language_model_of_its_hybrids(made):
    def hybrid(n_parameters):
        words = {"level": 5, "is_hybrid": True, "n_parameters": n_parameters}
        return made.contestant("rules+model", 700, **words)

    duels = [made.duel(rules(made, 500), hybrid(n), task=f"own {n}") for n in (2_000_000, 900_000)]
    finding = made.check("T11", *duels)
    assert (finding.model, finding.parameters) == ("rules+model", 2_000_000)
    assert finding.condition == "the model has about 2M parameters, as the one measured"


@pytest.mark.parametrize(("minutes", "verdict"), [(12, "holds only if"), (60, "does not hold")])
def test_t14_takes_the_users_prices(made, minutes, verdict):
    effort = Effort(
        build_hours={"rules": 0.5, "language models": 0.1},
        hour_price=100,
        machine_hour_price=1,
        answers_per_year=1e6,
    )
    contestants = (
        rules(made, throughput=rate(1e4)),
        model(made, throughput=rate(10), training_s=minutes * 60, n_training=10),
    )
    finding = made.check("T14", made.duel(*contestants, effort=effort))
    assert finding.verdict == verdict
    assert "cheaper than" in finding.why
    assert made.check("T14", made.duel(*contestants)).verdict == "not yet run"


@pytest.mark.parametrize(("worst", "verdict"), [(1e-12, "holds only if"), (1e-3, "does not hold")])
def test_o1_looks_at_the_largest_error(made, worst, verdict):
    errors = NumberErrors(
        n=10,
        mean_absolute=worst,
        largest_absolute=worst,
        mean_relative=worst,
        largest_relative=worst,
    )
    one, params, answers = made.contestant("black-scholes", 1000, level=2)
    one = replace(one, splits=tuple(replace(score, errors=errors) for score in one.splits))
    finding = made.check("O1", made.duel((one, params, answers), task="option-pricing"))
    assert finding.verdict == verdict


def test_d4_tells_the_natural_stops_of_our_models(made):
    duel = made.duel(model(made, stopped_by={"end_token": 900, "limit": 100}))
    finding = made.check("D4", duel)
    assert finding.verdict == "holds"
    assert "ends 90% of its greedy texts itself" in finding.why


def test_advice_follows_what_holds_and_not_its_figures(made):
    hybrid = made.contestant("rules+model", 1000, level=5, is_hybrid=True)
    duel = made.duel(
        rules(made, throughput=rate(1e3), peak_bytes=1_000_000),
        model(made, 36, throughput=rate(1.0), peak_bytes=700_000_000),
        hybrid,
    )
    finding = made.check("T13", duel)
    assert "T1: does not hold" in finding.found
    assert "What T1 and T7 say holds, the figures do not." in finding.why
    assert finding.verdict == "not yet run"  # T11 is open: rules alone answer everything
