"""An explanation that does not derive its answer is found out, wherever it breaks."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spoonbench.solvers.api import Answer
from spoonbench.solvers.derivations import (
    Underived,
    check,
    check_words,
    compute,
    names_in,
    read_value,
    whole_formula,
)
from spoonbench.solvers.explanations import DerivationStep, Explanation, Fact

A, B, C = Fraction(9), Fraction(4), Fraction(1, 2)
VALUES = {"a": A, "b": B, "c": C}


def fact(name, value, use="used"):
    return Fact(name=name, text=f"{value} cups", value=value, thing="cup", says="", use=use)


def step(name, formula, numbers, value):
    return DerivationStep(
        name=name, rule="change", formula=formula, numbers=numbers, value=value, thing="", why=""
    )


SOUND = Explanation(
    answer=Answer(status="answered", value="2.5"),
    facts=(fact("a", "9"), fact("b", "4"), fact("c", "7", "of Tom"), fact("d", None, "not told")),
    steps=(step("s1", "a - b", "9 - 4", "5"), step("s2", "s1 / 2", "5 / 2", "5/2")),
)


def with_step(place, **changes):
    steps = list(SOUND.steps)
    steps[place] = replace(steps[place], **changes)
    return replace(SOUND, steps=tuple(steps))


def with_fact(place, **changes):
    facts = list(SOUND.facts)
    facts[place] = replace(facts[place], **changes)
    return replace(SOUND, facts=tuple(facts))


def test_a_sound_explanation_passes():
    check(SOUND)


def test_no_answer_needs_no_steps_but_those_it_has_must_compute():
    none = Answer(status="abstained", reason="two readings")
    check(Explanation(answer=none))
    check(replace(SOUND, answer=none))
    with pytest.raises(Underived, match="come to"):
        check(replace(with_step(0, value="6"), answer=none))
    with pytest.raises(Underived, match="abstained"):
        check(Explanation(answer=replace(none, value="3")))


BROKEN = {
    "another answer": (replace(SOUND, answer=Answer(status="answered", value="3")), "not what s2"),
    "no value": (replace(SOUND, answer=Answer(status="answered")), "not what s2"),
    "no steps": (replace(SOUND, steps=()), "without a step"),
    "a wrong sum": (with_step(0, value="6"), "s1: a - b does not come to 6"),
    "other numbers": (with_step(0, numbers="9 - 5"), "'9 - 5'"),
    "a later step": (with_step(0, formula="s2 - b"), "'s2'"),
    "an unknown name": (with_step(0, formula="a - e"), "'e'"),
    "a fact without a value": (with_step(0, formula="a - d"), "'d'"),
    "an unused fact": (with_fact(2, use="used"), "fact c is marked as used"),
    "a used fact that is not marked": (with_fact(0, use="of Tom"), "fact a is used"),
    "a fact twice": (replace(SOUND, facts=SOUND.facts * 2), "same name"),
    "a step with the name of a fact": (with_step(0, name="c"), "named 'c'"),
    "a step twice": (replace(SOUND, steps=SOUND.steps * 2), "named 's1'"),
    "a name that is none": (with_step(1, name="s 2"), "named 's 2'"),
    "a step that leads nowhere": (
        replace(SOUND, steps=(*SOUND.steps, step("s3", "a", "9", "9"))),
        "not what s3",
    ),
    "an idle step": (
        replace(SOUND, steps=(step("s0", "c", "7", "7"), *SOUND.steps)),
        "s0 leads nowhere",
    ),
    "constants alone": (
        replace(SOUND, facts=(), steps=(step("s1", "5 / 2", "5 / 2", "2.5"),)),
        "on no fact",
    ),
    "a value in words": (with_fact(0, value="nine"), "'nine'"),
}


@pytest.mark.parametrize(("explanation", "message"), BROKEN.values(), ids=BROKEN)
def test_what_does_not_follow_is_refused(explanation, message):
    with pytest.raises(Underived, match=message):
        check(explanation)


def test_words_of_facts_must_stand_in_the_text():
    explanation = replace(SOUND, facts=SOUND.facts[:1])
    check_words(explanation, "Ann has \uff19 \uff23ups.")
    with pytest.raises(Underived, match="'cups'"):
        check_words(explanation, "Ann has 9 plates.")


def test_steps_are_put_into_one_formula():
    assert whole_formula(SOUND) == "(a - b) / 2"
    assert whole_formula(Explanation(answer=SOUND.answer)) == ""


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("a", A),
        ("a - b - c", A - B - C),
        ("a - (b - c)", A - (B - C)),
        ("a + b * c", A + B * C),
        ("(a + b) * c", (A + B) * C),
        ("a / b / c", A / B / C),
        ("a*b/3+0.25", A * B / 3 + Fraction(1, 4)),
        ("((a))", A),
        ("(" * 50_000 + "a" + ")" * 50_000, A),
        ("a" + " + 1" * 50_000, A + 50_000),
    ],
    ids=lambda value: str(value)[:20],
)
def test_formulas_are_computed_as_written(formula, value):
    assert compute(formula, VALUES) == value


NO_FORMULAS = [
    *("", " ", "a b", "a +", "+ a", "-a", "a + - b", "(a", "a)", "()", "a ** b", "a // b", "2a"),
    *("a(b)", "1.", ".5", "1e3", "a; b", "a.b", "__import__('os')", "a if b else c", "\u0663"),
    *("a\nb", "1/0", "a / (b - b)", "9" * 5_000),
]


@pytest.mark.parametrize("formula", NO_FORMULAS, ids=lambda formula: formula[:20])
def test_what_is_no_formula_is_refused(formula):
    with pytest.raises(Underived):
        compute(formula, VALUES)


@pytest.mark.parametrize("text", ["", "1,000", "+1", "--1", "1/-2", "1/0", "1.5/2", " 1", "\u0663"])
def test_values_written_otherwise_are_refused(text):
    with pytest.raises(Underived):
        read_value(text)


def trees():
    """Formulas with full parentheses, and their values by the operators of Python."""
    leaves = st.sampled_from([*VALUES.items(), ("3", Fraction(3))])

    def join(left, mark, right):
        (left_text, x), (right_text, y) = left, right
        value = {"+": x + y, "-": x - y, "*": x * y}[mark]
        return f"({left_text} {mark} {right_text})", value

    return st.recursive(leaves, lambda inner: st.builds(join, inner, st.sampled_from("+-*"), inner))


@given(trees())
def test_formulas_come_to_what_python_makes_of_them(tree):
    formula, value = tree
    assert compute(formula, VALUES) == value


@given(st.text(alphabet="ab12+-*/(). ", max_size=30))
def test_any_text_is_computed_or_refused(text):
    try:
        compute(text, VALUES)
    except Underived:
        return
    assert set(names_in(text)) <= {"a", "b"}
