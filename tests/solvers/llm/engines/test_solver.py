"""A model that was trained here answers the same by every engine, and says what runs it."""

from dataclasses import replace

import pytest

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.engines import NATIVE, BuildsEngine
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.texts import Decoding

QUICK = ("lean", "static-cache")


@pytest.fixture(scope="module")
def folder(train, tmp_path_factory):
    """What a training kept."""
    solver, _ = train()
    place = tmp_path_factory.mktemp("weights")
    solver.save(place)
    return place


@pytest.fixture
def load(folder, small):
    """The weights, loaded with other settings."""
    solvers = []

    def run(**settings):
        solver = LanguageModelSolver()
        solver.prepare(Settings(params=dict(small), **settings))
        solver.load(folder)
        solvers.append(solver)
        return solver

    yield run
    for solver in solvers:
        solver.close()


def timeless(answers):
    return [replace(a, first_token_s=None, confidence=None, log_probability=None) for a in answers]


@pytest.mark.parametrize("name", QUICK)
def test_answers_are_those_of_the_model_itself(load, problems, name):
    plain, other = load(), load(engine=name)
    for asked in (problems, problems[:1]):
        ours, theirs = other.solve(asked), plain.solve(asked)
        assert timeless(ours) == timeless(theirs)
        for one, two in zip(ours, theirs, strict=True):
            assert one.log_probability == pytest.approx(two.log_probability, abs=1e-4)


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize(
    "decoding",
    [
        Decoding(max_new_tokens=12),
        Decoding(max_new_tokens=12, stop_strings=("ans", "never")),
        Decoding(max_new_tokens=9, repetition_penalty=1.4),
        Decoding(max_new_tokens=9, temperature=0.9, top_p=0.8, top_k=40, seed=5),
    ],
)
def test_texts_are_those_of_the_model_itself(load, problems, name, decoding):
    prompts = [problem.text + "\n" for problem in problems]
    ours, theirs = (solver.generate(prompts, decoding) for solver in (load(engine=name), load()))
    assert [(t.token_ids, t.stopped_by) for t in ours] == [
        (t.token_ids, t.stopped_by) for t in theirs
    ]
    if decoding.stop_strings:
        assert "stop_string" in {text.stopped_by for text in ours}


@pytest.mark.parametrize("name", QUICK)
def test_an_engine_is_built_once_and_reported(load, problems, name):
    solver = load(engine=name)
    report = solver.build_engine()
    assert (report.engine, report.library.split()[0]) == (
        name,
        "torch" if name == "lean" else "transformers",
    )
    assert report.build_s >= 0
    solver.solve(problems)
    assert solver.build_engine() is report
    solver.close()
    assert solver.build_engine() is None


def test_the_solver_says_that_it_builds_engines():
    assert isinstance(LanguageModelSolver(), BuildsEngine)


def test_the_model_itself_is_no_engine_to_report(load, problems):
    solver = load()
    assert solver.build_engine() is None
    solver.solve(problems[:1])
    assert solver.build_engine() is None


@pytest.mark.parametrize("name", QUICK)
@pytest.mark.parametrize("method", ["bnb-int8", "torch-int8dyn"])
def test_quantized_weights_are_run_too(load, problems, name, method):
    plain, other = load(quantization=method), load(quantization=method, engine=name)
    texts = [[answer.raw_text for answer in one.solve(problems)] for one in (plain, other)]
    assert texts[0] == texts[1]
    assert other.quantized().layers_quantized == 6


def test_after_a_training_step_the_engine_runs_the_new_weights(load, make_examples, problems):
    plain, other = load(), load(engine="lean")
    for solver in (plain, other):
        solver.solve(problems)
        for _ in range(3):
            solver.step(make_examples(8))
    texts = [[answer.raw_text for answer in one.solve(problems)] for one in (plain, other)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_attention_is_computed_as_asked(load, problems, attention):
    plain, other = load(), load(attention=attention)
    assert timeless(other.solve(problems)) == timeless(plain.solve(problems))
    assert other._trained.model.config._attn_implementation == attention


def test_padding_on_the_right_changes_answers_of_mixed_lengths_alone(load, problems):
    left, right = load(padding="left"), load(padding="right")
    alone = [left.solve([problem])[0].raw_text for problem in problems]
    assert [answer.raw_text for answer in left.solve(problems)] == alone
    wrong = [answer.raw_text for answer in right.solve(problems)]
    longest = max(range(len(problems)), key=lambda i: right.solve(problems)[i].tokens_in)
    assert wrong != alone
    assert wrong[longest] == alone[longest]
    assert [right.solve([problem])[0].raw_text for problem in problems] == alone


@pytest.mark.parametrize("name", QUICK)
def test_padding_on_the_right_is_as_wrong_with_an_engine(load, problems, name):
    plain, other = load(padding="right"), load(padding="right", engine=name)
    assert timeless(other.solve(problems)) == timeless(plain.solve(problems))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"engine": "warp"}, "runs on the engine native, lean"),
        ({"engine": "onnxruntime", "dtype": "bfloat16"}, "computes in float32, not bfloat16"),
        ({"engine": "compile", "quantization": "bnb-int8"}, "no weights quantized by bnb-int8"),
        ({"engine": "lean", "attention": "eager"}, "has the attention sdpa, not eager"),
        ({"attention": "flash"}, "has no attention 'flash'"),
        ({"attention": "flash_attention_2"}, "runs on cuda in 16 bits"),
        ({"padding": "middle"}, "has no padding 'middle'"),
    ],
)
def test_what_cannot_be_had_is_refused(small, wrong, reason):
    with pytest.raises(Unsupported, match=reason):
        LanguageModelSolver().prepare(Settings(params=dict(small), **wrong))


def test_the_engine_of_settings_that_say_nothing_is_native():
    assert Settings().engine == NATIVE
