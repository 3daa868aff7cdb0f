import pytest

from spoonbench.solvers.api import Example, Problem
from spoonbench.solvers.llm.asking import STOP, Asking, make_asking, read_reply
from spoonbench.solvers.llm.prompt import ABSTAINED, CUT_OFF, NOTHING_FOUND


def examples(kind, *targets):
    problems = (Problem(problem_id=str(i), text="?", kind=kind) for i in range(len(targets)))
    return [Example(problem=p, target=t) for p, t in zip(problems, targets, strict=True)]


def read(text, kind="number", *, cut_off=False, **asking):
    reading = read_reply(Asking(kind=kind, instruction="", **asking), text, cut_off=cut_off)
    return reading.value or reading.reason


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The answer is 5.", "5"),
        ("5", "5"),
        ("I think it is 5, yes.", "5"),
        ("2 or 3", NOTHING_FOUND),
        ("the answer is five, or 5", NOTHING_FOUND),
        ("There is no answer.", ABSTAINED),
        (f"5{STOP} 7 and 8", "5"),
    ],
)
def test_the_sentence_counts_first_and_then_a_number_that_stands_alone(text, value):
    assert read(text) == value


@pytest.mark.parametrize("kind", ["number", "label", "text"])
@pytest.mark.parametrize(
    "text", ["The answer is", "The answer is ", "the answer is", "The ans", "Let me think", ""]
)
def test_a_reply_that_the_limit_cut_before_the_value_says_so(text, kind):
    assert read(text, kind, cut_off=True) == CUT_OFF


def test_an_answer_before_a_question_of_the_models_own_is_whole():
    assert read(f"The answer is 14{STOP} and", cut_off=True) == "14"
    assert read("The answer is 14", cut_off=True) == CUT_OFF


@pytest.mark.parametrize("n_shots", [0, 1])
def test_whether_values_hold_full_stops_is_seen_in_the_whole_training_part(n_shots):
    """Also where the example that is shown has none."""
    made = examples("text", *["soon"] * 20, "1.2.3")
    asking = make_asking(made, "text", n_shots, 0)
    assert all("1.2" not in answer for _, answer in asking.shots)
    assert read_reply(asking, " The answer is 2.0.1.", cut_off=False).value == "2.0.1"
    plain = make_asking(made[:-1], "text", n_shots, 0)
    assert read_reply(plain, " The answer is later. Or so.", cut_off=False).value == "later"


def test_a_question_of_another_kind_is_not_asked_with_these_examples():
    asking = make_asking(examples("number", "1", "2"), "number", 1, 0)
    assert asking.refusal("number") is None
    assert "kind number, not label" in asking.refusal("label")
