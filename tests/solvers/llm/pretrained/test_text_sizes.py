"""What a folder's tokenizer says of the lengths of texts is what its model reads."""

import pytest

from spoonbench.solvers.api import Example, Problem, Settings, Unsupported
from spoonbench.solvers.llm.pretrained.solver import PretrainedSolver
from spoonbench.solvers.text_sizes import TextsToRead

EXAMPLES = [
    Example(
        problem=Problem(
            problem_id=str(number),
            text=f"ann had {number} apples" + " and pears" * (number % 3),
            kind="number",
        ),
        target=str(number),
    )
    for number in range(1, 9)
]
PROBLEMS = [example.problem for example in EXAMPLES[:5]]


def read(**changes):
    given = {
        "problems": PROBLEMS,
        "scored": EXAMPLES[:4],
        "learned": EXAMPLES[:3],
        "training": EXAMPLES,
    }
    given["seed"] = 3
    return TextsToRead(**{**given, **changes})


@pytest.fixture(params=["gpt2_folder", "llama_folder"])
def folder(request):
    return str(request.getfixturevalue(request.param))


@pytest.mark.parametrize("shots", [0, 2])
def test_lengths_are_those_of_what_is_asked_scored_and_learned(folder, shots):
    params = {"model": folder, "shots": shots, "max_new_tokens": 5}
    told = PretrainedSolver().text_sizes(params, None, read())
    assert told is not None
    solver = PretrainedSolver()
    solver.prepare(Settings(params=params, seed=3))
    solver.fit(EXAMPLES, (), lambda *_: None, None)
    assert told.questions == tuple(answer.tokens_in for answer in solver.solve(PROBLEMS))
    assert told.answer == 5
    assert told.scored.lengths == tuple(solver.count_tokens(EXAMPLES[:4]))
    solver.step(EXAMPLES[:2])
    assert told.learned.lengths == tuple(solver.count_tokens(EXAMPLES[:3]))


def test_where_nothing_can_be_asked_nothing_is_told(folder):
    long = [Problem(problem_id="l", text="ann had 3 apples " * 400, kind="number")]
    params = {"model": folder, "shots": 0}
    unread = read(problems=long, scored=(), learned=())
    assert PretrainedSolver().text_sizes(params, None, unread) is None
    # Four examples cannot be drawn from three.
    few = read(training=EXAMPLES[:3])
    assert PretrainedSolver().text_sizes({"model": folder, "shots": 4}, None, few) is None


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(Unsupported, match="cannot be loaded"):
        PretrainedSolver().text_sizes({"model": str(tmp_path)}, None, read())
