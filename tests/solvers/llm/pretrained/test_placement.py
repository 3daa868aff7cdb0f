"""A model of a folder answers quantized, by every engine, and in every mode, as it does by hand."""

import functools
import math
from dataclasses import replace
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from spoonbench.solvers.api import Settings, Steps, Unsupported
from spoonbench.solvers.engines import ENGINES, NATIVE, BuildsEngine
from spoonbench.solvers.llm import fixed_lengths
from spoonbench.solvers.llm.pretrained.solver import PretrainedSolver
from spoonbench.solvers.llm.quantization.quantize import quantize_model
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.llm.stopwatch import COMPUTING, TOKENIZING
from spoonbench.solvers.model_shapes import Shaped
from spoonbench.solvers.quantizations import METHODS, Quantizes
from spoonbench.solvers.texts import (
    BreaksDown,
    CountsTokens,
    Decodes,
    Decoding,
    Prefills,
    Reads,
    ScoresExamples,
    StepsIn,
)

FAMILIES = ("gpt2", "llama", "qwen3")
PROMPTS = ("ann had 3 apples", "she got 7 more from her mom and", "?", "Question: where is my card")
NEW = 8
LAYERS = {"gpt2": 8, "llama": 14, "qwen3": 14}


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request):
    return request.getfixturevalue(f"{request.param}_folder")


@pytest.fixture
def place(shown):
    """A contestant with some settings, ready to be asked."""
    made = []

    def run(folder, *, fits=True, **settings):
        solver = PretrainedSolver()
        params: dict[str, Any] = {"model": str(folder), "shots": 2, "max_new_tokens": NEW}
        solver.prepare(Settings(seed=1, params=params, **settings))
        if fits:
            solver.fit(shown, (), lambda *_: None, None)
        made.append(solver)
        return solver

    yield run
    for solver in made:
        solver.close()


def by_hand(folder, method=None, dtype="float32"):
    """What transformers writes after each prompt alone, greedily, quantized where asked."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=getattr(torch, dtype)).eval()
    if method is not None:
        quantize_model(model, method)
    plan = GenerationConfig(
        max_new_tokens=NEW, do_sample=False, eos_token_id=model.config.eos_token_id, pad_token_id=0
    )
    found = []
    for prompt in PROMPTS:
        ids = tokenizer(prompt, return_tensors="pt")["input_ids"]
        out = model.generate(ids, attention_mask=torch.ones_like(ids), generation_config=plan)
        found.append(tuple(out[0, ids.shape[1] :].tolist()))
    return found


def written(solver, prompts=PROMPTS):
    return [text.token_ids for text in solver.generate(prompts, Decoding(max_new_tokens=NEW))]


def test_it_offers_what_a_model_trained_here_offers():
    timed = (Prefills, Decodes, ScoresExamples, CountsTokens, BreaksDown, Steps, StepsIn)
    protocols: tuple[Any, ...] = (*timed, Reads, Shaped, Quantizes, BuildsEngine)
    assert all(isinstance(PretrainedSolver(), protocol) for protocol in protocols)
    ours, theirs = PretrainedSolver.info, LanguageModelSolver.info
    for name in ("devices", "dtypes", "engines", "attentions", "paddings"):
        assert getattr(ours, name) == getattr(theirs, name)
    calibrating = {name for name, method in METHODS.items() if method.calibrates}
    assert set(ours.quantizations) == set(theirs.quantizations) - calibrating


def test_its_own_engine_writes_what_transformers_writes(folder, place):
    assert written(place(folder)) == by_hand(folder)


@pytest.mark.parametrize("name", ["lean", "static-cache"])
def test_other_engines_write_the_same_and_say_what_they_are(folder, place, shown, name):
    plain, other = place(folder), place(folder, engine=name)
    report = other.build_engine()
    assert report.engine == name
    assert other.build_engine() is report
    assert plain.build_engine() is None
    assert written(other) == written(plain)
    problems = [example.problem for example in shown]
    texts = [[answer.raw_text for answer in one.solve(problems)] for one in (plain, other)]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", ["onnxruntime", "openvino"])
def test_exported_graphs_write_the_same(folder, place, shown, needs, name):
    for distribution in ENGINES[name].requires:
        needs(distribution)
    plain, other = place(folder), place(folder, engine=name)
    assert other.build_engine().library.startswith(f"{name} ")
    assert written(other) == written(plain)
    problems = [example.problem for example in shown]
    texts = [[answer.raw_text for answer in one.solve(problems)] for one in (plain, other)]
    assert texts[0] == texts[1]


def test_a_chat_goes_through_the_engine_too(llama_folder, place):
    decoding = Decoding(max_new_tokens=NEW)
    texts = [
        [text.token_ids for text in place(llama_folder, engine=name).chat(PROMPTS, decoding)]
        for name in (NATIVE, "lean")
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("method", ["bnb-int8", "bnb-nf4", "torch-int8dyn"])
def test_quantized_weights_are_those_that_are_quantized_by_hand(folder, place, method):
    solver = place(folder)
    packed = place(folder, quantization=method)
    done = packed.quantized()
    assert (done.method, done.skipped) == (method, ("lm_head",))
    assert solver.quantized() is None
    assert written(packed, PROMPTS[:1]) == by_hand(folder, method)[:1]


@pytest.mark.parametrize("method", [m for m in METHODS if m.startswith(("torchao", "quanto"))])
def test_libraries_that_see_no_layers_of_gpt2_quantize_them_all(gpt2_folder, place, needs, method):
    needs(METHODS[method].requires)
    done = place(gpt2_folder, quantization=method).quantized()
    assert (done.layers_quantized, done.layers_turned) == (8, 8)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_layer_but_the_head_is_quantized(request, place, family):
    solver = place(request.getfixturevalue(f"{family}_folder"), quantization="bnb-int8")
    assert solver.quantized().layers_quantized == LAYERS[family]


def test_size_counts_weights_as_they_were_and_bytes_as_they_are(llama_folder, place, shown):
    problems = [example.problem for example in shown]
    plain = place(llama_folder).size(problems)
    packed = place(llama_folder, quantization="bnb-int8")
    size = packed.size(problems)
    assert size.n_parameters == plain.n_parameters
    assert size.operations_per_problem == plain.operations_per_problem
    assert size.weight_bytes == packed.quantized().bytes_after < plain.weight_bytes


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_formats_of_16_bits_write_what_transformers_writes_in_them(llama_folder, place, dtype):
    solver = place(llama_folder, dtype=dtype)
    assert solver.quantized() is None
    alone = [written(solver, [prompt])[0] for prompt in PROMPTS]
    assert alone == by_hand(llama_folder, dtype=dtype)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_attention_is_computed_as_asked(qwen3_folder, place, attention):
    solver = place(qwen3_folder, attention=attention)
    assert solver._loaded.model.config._attn_implementation == attention
    assert written(solver) == written(place(qwen3_folder))


def test_padding_on_the_right_changes_shorter_rows_alone(llama_folder, place):
    left, right = written(place(llama_folder)), written(place(llama_folder, padding="right"))
    longest = max(range(len(PROMPTS)), key=lambda index: len(PROMPTS[index]))
    assert right != left
    assert right[longest] == left[longest]


def test_prompts_of_a_fixed_length_are_read_and_gone_on_with(folder, place, monkeypatch):
    solver = place(folder, fits=False)
    model, seen = solver._loaded.model, []
    forward = model.forward

    @functools.wraps(forward)
    def watch(*args, **given):
        seen.append(tuple(given["input_ids"].shape))
        return forward(*args, **given)

    monkeypatch.setattr(model, "forward", watch)
    solver.prefill(3, 17)
    times = solver.decode(2, 11, 4)
    assert seen == [(3, 17), (2, 11), (2, 1), (2, 1), (2, 1)]
    assert len(times.later_token_ns) == 3


def test_more_tokens_than_the_model_reads_are_refused(gpt2_folder, place):
    with pytest.raises(Unsupported, match="600 tokens: the model reads 512 in all"):
        place(gpt2_folder, fits=False).prefill(1, 600)


def test_a_model_without_a_limit_reads_any_length(gpt2_folder, place):
    solver = place(gpt2_folder, fits=False)
    endless = replace(solver._loaded, positions=None)
    fixed_lengths.check_lengths(endless, n_texts=1, prompt_tokens=1 << 20)


def test_targets_are_scored_after_the_questions_as_they_are_asked(folder, place, shown):
    """The same as the likelihood of the right sentence after the prompt, when both are written."""
    solver = place(folder)
    manner = solver._manner()
    scores = solver.score_examples(shown)
    assert len(set(scores)) > 1
    assert all(math.isfinite(score) and score < 0 for score in scores)
    if not manner.chat:
        prompts = [manner.asking("number").text(example.problem.text) for example in shown]
        texts = [f" The answer is {example.target}." for example in shown]
        assert scores == pytest.approx(solver.log_likelihood(prompts, texts), abs=1e-3)
    alone = [solver.score_examples([example])[0] for example in shown]
    assert scores == pytest.approx(alone, abs=1e-3)
    counts = solver.count_tokens(shown)
    asked = [answer.tokens_in for answer in solver.solve([e.problem for e in shown])]
    assert all(count > length for count, length in zip(counts, asked, strict=True))


def test_without_examples_of_the_training_part_nothing_is_scored(gpt2_folder, place, shown):
    with pytest.raises(Unsupported, match="not trained"):
        place(gpt2_folder, fits=False).score_examples(shown)


def test_parts_of_an_answering_call_are_told(llama_folder, place, shown):
    solver = place(llama_folder)
    solver.watch_parts(True)
    solver.solve([example.problem for example in shown])
    parts = solver.break_down()
    assert {TOKENIZING, COMPUTING} <= set(parts)
    assert all(part >= 0 for part in parts.values())


def test_steps_are_those_of_the_contestant_that_tunes_given_weights(qwen3_folder, place, shown):
    tuned = LanguageModelSolver()
    tuned.prepare(Settings(seed=1, params={"init": str(qwen3_folder), "precision": "float32"}))
    solver = place(qwen3_folder)
    losses = [[one.step(shown, accumulation=2) for _ in range(3)] for one in (solver, tuned)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-6)
    assert losses[0][2] < losses[0][0]
    assert solver.step_dtype() == "float32"
    assert solver.count_tokens(shown) == tuned.count_tokens(shown)
    with pytest.raises(Unsupported, match="its weights are in training"):
        solver.solve([shown[0].problem])


def test_steps_in_bfloat16_learn_in_float32(gpt2_folder, place, shown):
    solver = place(gpt2_folder, dtype="bfloat16")
    solver.step(shown)
    assert solver.step_dtype() == solver._trainee.step_dtype() == "bfloat16"
    assert solver._trainee._trained.model.dtype == torch.float32


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"quantization": "bnb-int8"}, "quantized weights cannot be trained"),
        ({"dtype": "float16"}, "learns in float32 or bfloat16"),
    ],
)
def test_what_is_for_answers_alone_takes_no_steps(gpt2_folder, place, shown, settings, reason):
    with pytest.raises(Unsupported, match=reason):
        place(gpt2_folder, **settings).step(shown)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"engine": "warp"}, "runs on the engine native, lean"),
        ({"engine": "lean", "attention": "eager"}, "has the attention sdpa, not eager"),
        ({"engine": "compile", "quantization": "bnb-int8"}, "no weights quantized by bnb-int8"),
        ({"padding": "middle"}, "has no padding 'middle'"),
        ({"quantization": "torch-int8dyn", "dtype": "bfloat16"}, "computes in float32"),
    ],
)
def test_what_cannot_be_had_is_refused_before_anything_is_loaded(gpt2_folder, wrong, reason):
    settings = Settings(params={"model": str(gpt2_folder)}, **wrong)
    with pytest.raises(Unsupported, match=reason):
        PretrainedSolver().prepare(settings)


def test_the_shape_is_told_without_weights(gpt2_folder, place):
    solver = place(gpt2_folder, fits=False)
    shape = PretrainedSolver().shape({"model": str(gpt2_folder)}, None)
    assert shape.n_parameters == solver._loaded.model.num_parameters()
    assert len(shape.cache) == 2


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("method", ["bnb-nf4", "bnb-fp4", "bnb-int8"])
def test_lean_computes_with_quantized_layers_as_the_model_does(llama_folder, place, method, dtype):
    """Layers too narrow for bitsandbytes' kernels too, on which these fail."""
    plain, other = (
        place(llama_folder, quantization=method, dtype=dtype, engine=name)
        for name in (NATIVE, "lean")
    )
    prompts = PROMPTS[:1]
    assert len(written(other, prompts)[0]) == len(written(plain, prompts)[0]) > 0
    if dtype == "float32":
        assert written(other, prompts) == written(plain, prompts)
