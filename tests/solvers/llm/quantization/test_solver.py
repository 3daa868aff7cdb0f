"""A model that was trained here answers with quantized weights, and says what became of them."""

import math
from dataclasses import replace
from importlib import import_module

import pytest

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.llm.fitting import encode_checked
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.quantizations import METHODS
from spoonbench.solvers.texts import Decoding


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


@pytest.mark.parametrize("method", [name for name, one in METHODS.items() if not one.calibrates])
def test_loaded_weights_are_quantized_at_once(load, problems, needs, method):
    needs(METHODS[method].requires)
    plain, packed = load(), load(quantization=method)
    done = packed.quantized()
    assert plain.quantized() is None
    assert (done.method, done.skipped) == (method, ("lm_head",))
    assert done.layers_quantized == 6
    answers = packed.solve(problems)
    assert packed.quantized() is done
    assert all(answer.raw_text for answer in answers)
    if METHODS[method].bits == 8:
        assert [answer.status for answer in answers] == [a.status for a in plain.solve(problems)]


@pytest.mark.parametrize("method", [name for name, one in METHODS.items() if not one.calibrates])
def test_every_mode_runs_on_quantized_weights(load, needs, make_examples, method):
    needs(METHODS[method].requires)
    packed, made = load(quantization=method), make_examples(3)
    assert len(packed.generate(["ann has 3"], Decoding(max_new_tokens=3))[0].token_ids) > 0
    assert all(math.isfinite(score) for score in packed.score_examples(made))
    assert math.isfinite(packed.text_likelihood("ann has 3 apples").log_likelihood)
    packed.prefill(2, 9)
    assert len(packed.decode(2, 9, 3).later_token_ns) == 2


def test_weights_are_calibrated_on_the_examples_given(load, needs, make_examples, monkeypatch):
    seen = []
    quantize = import_module("spoonbench.solvers.llm.quantization.quantize")
    real = quantize.quantize_model

    def look(model, name, texts=()):
        seen.extend(texts)
        return real(model, name)

    monkeypatch.setattr(quantize, "quantize_model", look)
    solver = LanguageModelSolver()
    made = make_examples(3)
    solver.calibrate_on(made)
    trained = load()._fitted()
    solver.prepare(Settings(quantization="bnb-int8"))
    solver._trained = trained
    solver._ready()
    expected = encode_checked(trained, made)
    assert seen == [[*each.prompt, *each.completion] for each in expected]


def test_eight_bits_answer_as_many_bits_do(load, make_examples):
    known = [example.problem for example in make_examples(35)]
    plain, packed = load(), load(quantization="bnb-int8")
    pairs = zip(plain.solve(known), packed.solve(known), strict=True)
    assert sum(one.value == two.value for one, two in pairs) >= 30


def test_size_counts_the_weights_as_they_were_and_the_bytes_as_they_are(load, problems):
    plain, packed = load().size(problems), load(quantization="bnb-nf4")
    size = packed.size(problems)
    assert size.n_parameters == plain.n_parameters
    assert size.operations_per_problem == plain.operations_per_problem
    assert size.weight_bytes == packed.quantized().bytes_after < plain.weight_bytes


def test_quantized_weights_are_neither_trained_nor_kept(load, make_examples, tmp_path):
    solver = load(quantization="bnb-int8")
    with pytest.raises(Unsupported, match="quantized weights cannot be trained further"):
        solver.step(make_examples(4))
    with pytest.raises(Unsupported, match="keeps float32 weights"):
        solver.save(tmp_path)


def test_what_was_just_trained_is_quantized_before_it_answers(small, make_examples):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params={**small, "epochs": 1}, quantization="bnb-int8"))
    made = make_examples(16)
    solver.fit(made, (), lambda *_: None, None)
    assert solver.quantized() is None
    solver.solve([made[0].problem])
    assert solver.quantized().layers_quantized == 6
    solver.close()
    assert solver.quantized() is None


@pytest.mark.parametrize("wrong", [{"dtype": "bfloat16"}, {"device": "mps"}])
def test_a_placement_that_a_method_does_not_have_is_refused(small, wrong):
    settings = Settings(params=dict(small), quantization="torch-int8dyn")
    with pytest.raises(Unsupported):
        LanguageModelSolver().prepare(replace(settings, **wrong))
