"""What a folder says of the lengths of texts is what its model reads and writes."""

import pytest

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.llm.answering import decoding_of
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.text_sizes import TextsToRead


def read(problems, examples=()):
    return TextsToRead(problems=problems, scored=examples, learned=examples)


@pytest.fixture(scope="module")
def folder(trained, tmp_path_factory):
    made = tmp_path_factory.mktemp("trained")
    trained.save(made)
    return made


def test_lengths_are_those_of_answers_and_examples(trained, folder, problems, make_examples):
    examples = make_examples(9)
    told = LanguageModelSolver().text_sizes({}, folder, read(problems, examples))
    answers = trained.solve(problems)
    assert told.questions == tuple(answer.tokens_in for answer in answers)
    assert told.question == max(told.questions)
    assert told.answer == decoding_of(trained._fitted()).max_new_tokens
    assert told.scored.lengths == tuple(trained.count_tokens(examples))
    assert told.scored.tokens == max(told.scored.lengths)
    assert 0 < told.scored.targets < told.scored.tokens
    assert told.learned == told.scored


def test_a_limit_that_is_given_goes_first(folder, problems):
    told = LanguageModelSolver().text_sizes({"max_new_tokens": 3}, folder, read(problems))
    assert (told.answer, told.scored, told.learned) == (3, None, None)


def test_before_training_there_is_no_tokenizer(problems):
    assert LanguageModelSolver().text_sizes({}, None, read(problems)) is None


@pytest.mark.parametrize("tune", ["full", "lora"])
def test_lengths_of_given_weights_are_told_by_their_tokenizer(
    llama_folder, tune, tmp_path, problems, make_examples
):
    solver, examples = LanguageModelSolver(), make_examples(5)
    params = {"init": str(llama_folder), "tune": tune, "epochs": 1, "precision": "float32"}
    solver.prepare(Settings(params=params))
    solver.fit(examples, examples, lambda *_: None, None)
    solver.save(tmp_path)
    told = LanguageModelSolver().text_sizes({}, tmp_path, read(problems, examples))
    assert told is not None
    assert told.question == max(answer.tokens_in for answer in solver.solve(problems))
    assert told.scored.tokens == max(solver.count_tokens(examples))


def test_a_folder_without_a_model_is_refused(tmp_path, problems):
    with pytest.raises(Unsupported, match="holds no trained language model"):
        LanguageModelSolver().text_sizes({}, tmp_path, read(problems))
