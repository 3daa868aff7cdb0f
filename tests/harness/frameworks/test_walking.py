import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spoonbench.harness.frameworks.paths import answers_of, every_path
from spoonbench.harness.frameworks.reading import parse_framework, shipped, shipped_ids
from spoonbench.harness.frameworks.walking import BadAnswer, check_answer, walk
from tests.harness.frameworks.small import SMALL, changed

FRAMEWORK = parse_framework(SMALL)


def test_a_walk_asks_for_what_it_needs_and_for_nothing_else():
    assert walk(FRAMEWORK, {}).asks.name == "batch"
    assert walk(FRAMEWORK, {"batch": 15}).verdict.name == "cpu"
    assert walk(FRAMEWORK, {"batch": 16}).asks.name == "device"
    found = walk(FRAMEWORK, {"batch": 16, "device": "cuda", "is_late": "never asked"})
    assert found.verdict.name == "cuda"
    assert [(step.node.name, step.answer, step.to) for step in found.steps] == [
        ("batch", 16, "which"),
        ("which", "cuda", "cuda"),
    ]


def test_otherwise_is_taken_only_where_nothing_else_fits():
    assert walk(FRAMEWORK, {"batch": 16, "device": "none"}).verdict.name == "cpu"
    first = changed('{ is = ["cuda"], to = "cuda" },', '{ otherwise = true, to = "cpu" },').replace(
        '{ otherwise = true, to = "cpu" },\n]', '{ is = ["cuda"], to = "cuda" },\n]'
    )
    assert walk(parse_framework(first), {"batch": 16, "device": "cuda"}).verdict.name == "cuda"


def test_of_several_edges_the_first_is_taken_and_the_others_are_told():
    overlapping = parse_framework(changed('{ below = "many"', '{ most = "many"'))
    (step,) = walk(overlapping, {"batch": 16}).steps
    assert (step.to, step.others) == ("cpu", ("which",))


def test_an_answer_without_an_edge_is_a_gap():
    gaping = parse_framework(changed('{ below = "many"', "{ below = 9"))
    found = walk(gaping, {"batch": 12})
    assert found.verdict is None
    assert found.asks is None
    assert found.gap == found.steps[-1]
    assert found.gap.to is None


@pytest.mark.parametrize(("figure", "name"), [(4, "cuda"), (16.5, "cpu"), (math.inf, "cpu")])
def test_a_threshold_gives_way_to_a_measurement(figure, name):
    found = walk(FRAMEWORK, {"batch": 16, "device": "cuda"}, {"many": figure})
    assert found.verdict.name == name


def test_a_threshold_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="many is not a number"):
        walk(FRAMEWORK, {"batch": 16}, {"many": math.nan})


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("batch", 0, "at least 1, not 0"),
        ("batch", 1.5, "a whole number, not 1.5"),
        ("batch", "16", "a number, not '16'"),
        ("batch", True, "a number, not True"),
        ("batch", None, "a number, not None"),
        ("batch", [16], "a number, not"),
        ("batch", math.nan, "a number, not nan"),
        ("batch", math.inf, "a number, not inf"),
        ("batch", Decimal(16), "a number, not Decimal"),
        ("device", "CUDA", "one of cuda, mps, none, not 'CUDA'"),
        ("device", ["cuda"], "one of cuda"),
        ("device", True, "one of cuda"),
        ("is_late", 1, "yes or no, not with 1"),
        ("is_late", "yes", "yes or no, not with 'yes'"),
    ],
)
def test_answers_that_a_question_does_not_allow_are_refused(name, answer, words):
    with pytest.raises(BadAnswer, match=words):
        check_answer(FRAMEWORK.questions[name], answer)


def test_numbers_too_large_for_a_float_are_refused_in_a_sentence():
    with pytest.raises(BadAnswer, match="batch is a number"):
        check_answer(FRAMEWORK.questions["batch"], 10**400)
    with pytest.raises(BadAnswer, match="batch is a number"):
        check_answer(FRAMEWORK.questions["batch"], 10**5000)


ANSWERS = st.one_of(
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, 10**5000]),
    st.floats(),
    st.floats(0, 1),
    st.text(max_size=5),
    st.none(),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(["cpu", "cuda", "mps", "language", "none", "float32", "users", "expert"]),
)


@settings(max_examples=100)
@given(st.sampled_from(shipped_ids()), st.data())
def test_random_answers_end_in_exactly_one_of_three_or_in_a_refusal(framework_id, data):
    framework = shipped(framework_id)
    asked = dict.fromkeys(framework.questions, ANSWERS)
    answers = data.draw(st.fixed_dictionaries({}, optional=asked))
    thresholds = data.draw(
        st.dictionaries(
            st.sampled_from([*framework.thresholds, "other"]), st.floats(allow_nan=False)
        )
    )
    assert n_ends(framework, answers, thresholds) == 1


def n_ends(framework, answers, thresholds):
    """How a walk ends, in so many ways; a refusal is one."""
    try:
        found = walk(framework, answers, thresholds)
    except BadAnswer as exc:
        return int(str(exc).endswith("."))
    return sum(end is not None for end in (found.verdict, found.asks, found.gap))


@settings(max_examples=50)
@given(st.sampled_from(shipped_ids()), st.data())
def test_answers_that_are_allowed_behave_as_a_representative_does(framework_id, data):
    """A walk with any allowed answers takes the nodes of one of the paths."""
    framework = shipped(framework_id)
    answers = {name: data.draw(allowed(one)) for name, one in framework.questions.items()}
    found = walk(framework, answers)
    ends = {end(path) for path in every_path(framework)}
    assert end(found) in ends


def end(found):
    return tuple((step.node.name, step.to) for step in found.steps)


def allowed(question):
    if question.type == "yes-no":
        return st.booleans()
    if question.type == "choice":
        return st.sampled_from([choice.name for choice in question.choices])
    if question.is_whole:
        whole = st.integers(math.ceil(question.low), 2**53)
        return st.one_of(whole, st.integers(math.ceil(question.low), 300))
    high = question.high if question.high is not None else 1e300
    return st.one_of(st.floats(question.low, high), st.floats(question.low, min(high, 2)))


@pytest.mark.parametrize("framework_id", shipped_ids())
def test_a_path_is_walked_the_same_from_its_answers(framework_id):
    framework = shipped(framework_id)
    for found in every_path(framework):
        assert walk(framework, answers_of(found)) == found
