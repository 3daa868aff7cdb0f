"""Training that starts from given weights: all of them, or an adapter beside them."""

import json
import shutil
from dataclasses import replace
from typing import Any

import pytest
import torch
from peft import PeftModel
from safetensors.torch import load_file
from torch.utils.flop_counter import FlopCounterMode
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    Gemma2Config,
    Gemma2ForCausalLM,
)

from spoonbench.solvers.api import Problem, Settings, Unsupported
from spoonbench.solvers.llm.adapters import adapted_layers, merge, unmerge
from spoonbench.solvers.llm.arithmetic import count_weights, operations
from spoonbench.solvers.llm.base_model import NO_LIMIT
from spoonbench.solvers.llm.batches import IGNORED
from spoonbench.solvers.llm.checkpoints import FILE as CHECKPOINT_FILE
from spoonbench.solvers.llm.optimization import batch_logits
from spoonbench.solvers.llm.recipe import read_recipe
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.llm.tokenizer import encode, encode_prompts
from spoonbench.solvers.model_files import folder_sha256
from spoonbench.solvers.texts import Decoding

TUNES = ("full", "lora")
AMOUNTS: dict[str, Any] = {
    "epochs": 4,
    "batch_size": 8,
    "learning_rate": 0.01,
    "precision": "float32",
}


class Interrupt(Exception):
    """Stands for whatever ends a process."""


@pytest.fixture(scope="module")
def folders(gpt2_folder, llama_folder):
    return {"gpt2": gpt2_folder, "llama": llama_folder}


@pytest.fixture(scope="module")
def tune(make_examples):
    """Train from a folder: how, and parameters over `AMOUNTS`."""

    def run(folder, how, count=48, *, seed=0, checkpoints=None, progress=None, **params):
        solver = LanguageModelSolver()
        given = {**AMOUNTS, "init": str(folder), "tune": how, **params}
        solver.prepare(Settings(seed=seed, params=given))
        made = make_examples(count)
        report = solver.fit(made, made[:16], progress or (lambda *_: None), checkpoints)
        return solver, report

    return run


@pytest.fixture(scope="module", params=[(f, t) for f in ("gpt2", "llama") for t in TUNES])
def tuned(request, folders, tune):
    """A solver with its report, the folder it started from, and how; not to be trained further."""
    family, how = request.param
    solver, report = tune(folders[family], how)
    return solver, report, folders[family], how


@pytest.fixture
def adapter(tune, folders, tmp_path):
    """A saved adapter with the weights that it belongs to, both to be changed at will."""
    base, folder = tmp_path / "base", tmp_path / "adapter"
    shutil.copytree(folders["llama"], base)
    folder.mkdir()
    solver, _ = tune(base, "lora", epochs=1)
    solver.save(folder)
    return solver, base, folder


@pytest.fixture
def every_step_is_told(monkeypatch):
    monkeypatch.setattr("spoonbench.solvers.llm.training._PROGRESS_SECONDS", 0.0)


def answers_of(solver, examples):
    answers = solver.solve([example.problem for example in examples])
    return [(a.status, a.value, a.raw_text, a.log_probability, a.confidence) for a in answers]


def loaded(folder, **params):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params=params))
    solver.load(folder)
    return solver


def weights(solver):
    return {name: p.detach().clone() for name, p in solver._trained.model.named_parameters()}


def logits_of(solver):
    with torch.no_grad():
        return solver._trained.model(input_ids=torch.arange(5, 25)[None]).logits


def test_the_loss_falls(tuned):
    _, report, _, _ = tuned
    losses = [point.validation_loss for point in report.curve]
    assert min(losses) < 0.9 * losses[0]


def test_the_report_says_what_learned(tuned):
    solver, report, folder, how = tuned
    notes = report.notes
    assert notes["trained_from"].startswith(
        f"weights of {folder.name} (SHA-256 {folder_sha256(folder)[:12]}), tuned "
    )
    if how == "full":
        assert notes["n_trained_parameters"] == notes["n_parameters"]
        assert "adapter_bytes" not in notes
        return
    layers = adapted_layers(solver._trained.model)
    assert notes["trained_from"].endswith("by LoRA of rank 8")
    assert notes["n_adapted_layers"] == len(layers) == (8 if "gpt2" in folder.name else 14)
    # Rank 8: eight rows as wide as the input and eight columns as high as the output.
    sides = sum(layer.in_features + layer.out_features for layer in layers)
    assert notes["n_trained_parameters"] == 8 * sides
    assert notes["adapter_bytes"] == 4 * 8 * sides


def test_beside_an_adapter_no_weight_changes(tune, folders):
    for family in folders:
        solver, _ = tune(folders[family], "lora")
        given = load_file(folders[family] / "model.safetensors")
        kept = {n.replace(".base_layer", ""): p for n, p in weights(solver).items()}
        moved = [n for n, p in kept.items() if "lora_B" in n and p.abs().max() > 0]
        assert moved
        assert all(torch.equal(kept[name], given[name]) for name in given)


def test_all_weights_change_in_full(tune, folders):
    solver, _ = tune(folders["llama"], "full")
    given = load_file(folders["llama"] / "model.safetensors")
    assert not any(torch.equal(p, given[name]) for name, p in weights(solver).items())


def test_what_is_saved_answers_the_same_when_loaded(tuned, make_examples, tmp_path):
    solver, _, folder, how = tuned
    solver.save(tmp_path)
    examples = make_examples(16)
    expected = answers_of(solver, examples)
    assert answers_of(loaded(tmp_path), examples) == expected
    asked = {"init": str(folder), "init_sha256": folder_sha256(folder), "tune": how}
    assert answers_of(loaded(tmp_path, **asked), examples) == expected
    names = {path.name for path in tmp_path.iterdir()}
    assert {"solver.json", "tokenizer.json", "tokenizer_config.json"} <= names
    assert ("model.safetensors" in names) == (how == "full")
    assert ("adapter_model.safetensors" in names) == (how == "lora")
    assert {path.suffix for path in tmp_path.iterdir()} <= {".json", ".jinja", ".safetensors"}


def test_equal_adapters_have_equal_files(tune, folders, tmp_path):
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        tune(folders["llama"], "lora", epochs=1)[0].save(tmp_path / name)
    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes()


def test_other_programs_read_what_was_tuned_in_full(tune, folders, tmp_path):
    solver, _ = tune(folders["gpt2"], "full", epochs=1)
    solver.save(tmp_path)
    theirs = AutoModelForCausalLM.from_pretrained(tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(tmp_path)
    with torch.no_grad():
        logits = theirs(input_ids=torch.arange(5, 25)[None]).logits
    assert torch.equal(logits, logits_of(solver))
    assert (
        tokenizer("ann has 3")["input_ids"] == encode(solver._trained.tokenizer, ["ann has 3"])[0]
    )


@pytest.mark.filterwarnings(
    "ignore:.is_gradient_checkpointing. is deprecated"  # peft asks transformers in the old way
)
@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_peft_reads_the_adapter(tune, folders, family, tmp_path):
    solver, _ = tune(folders[family], "lora")
    solver.save(tmp_path)
    base = AutoModelForCausalLM.from_pretrained(folders[family])
    theirs = PeftModel.from_pretrained(base, tmp_path)
    with torch.no_grad():
        logits = theirs(input_ids=torch.arange(5, 25)[None]).logits
    assert torch.equal(logits, logits_of(solver))


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_merged_and_not_it_says_the_same(tune, folders, family):
    solver, _ = tune(folders[family], "lora")
    model = solver._trained.model
    beside, before = logits_of(solver), weights(solver)
    merge(model)
    merge(model)
    assert any(not torch.equal(p, before[name]) for name, p in weights(solver).items())
    torch.testing.assert_close(logits_of(solver), beside, rtol=1e-3, atol=1e-4)
    unmerge(model)
    unmerge(model)
    torch.testing.assert_close(weights(solver), before, rtol=1e-4, atol=1e-6)


def test_saving_after_answering_keeps_the_same_adapter(tune, folders, make_examples, tmp_path):
    solver, _ = tune(folders["llama"], "lora")
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        solver.save(tmp_path / name)
        solver.solve([example.problem for example in make_examples(2)])
    first, second = (
        (tmp_path / name / "adapter_model.safetensors").read_bytes() for name in ("before", "after")
    )
    assert first == second


@pytest.mark.parametrize("how", TUNES)
def test_steps_go_on_after_answering(tune, folders, make_examples, how):
    solver, _ = tune(folders["llama"], how, epochs=1)
    solver.solve([example.problem for example in make_examples(2)])
    losses = [solver.step(make_examples(8)) for _ in range(8)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("how", TUNES)
def test_a_step_can_be_the_first_thing(folders, make_examples, how):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params={**AMOUNTS, "init": str(folders["gpt2"]), "tune": how}))
    losses = [solver.step(make_examples(8)) for _ in range(8)]
    assert losses[-1] < losses[0]


@pytest.mark.usefixtures("every_step_is_told")
@pytest.mark.parametrize(("how", "params"), [("full", {}), ("lora", {"lora_dropout": 0.2})])
def test_interrupted_training_ends_bit_for_bit_as_if_it_had_not_been(
    tune, folders, how, params, tmp_path
):
    """The GPT-2 type also drops a tenth of what passes its layers."""
    told = []

    def give_up(fraction, message):
        told.append(fraction)
        if len(told) > 9:
            raise Interrupt

    params = {**params, "checkpoint_every": 5, "evaluate_every": 4}
    whole, report = tune(folders["gpt2"], how, seed=3, **params)
    with pytest.raises(Interrupt):
        tune(folders["gpt2"], how, seed=3, checkpoints=tmp_path, progress=give_up, **params)
    resumed, resumed_report = tune(folders["gpt2"], how, seed=3, checkpoints=tmp_path, **params)
    assert resumed_report.notes["resumed_from_step"] >= 5
    assert resumed_report.best_step == report.best_step
    expected = weights(whole)
    assert all(torch.equal(p, expected[name]) for name, p in weights(resumed).items())


def test_a_checkpoint_beside_an_adapter_holds_the_adapter_alone(tune, folders, tmp_path):
    tune(folders["llama"], "lora", epochs=1, checkpoints=tmp_path)
    names = [n for n in load_file(tmp_path / CHECKPOINT_FILE) if n.startswith(("model.", "best."))]
    assert names
    assert all(".lora_" in name for name in names)


def test_a_checkpoint_of_other_weights_is_refused_and_of_a_copy_is_not(tune, folders, tmp_path):
    checkpoints, copy = tmp_path / "checkpoints", tmp_path / "copy"
    checkpoints.mkdir()
    tune(folders["llama"], "lora", epochs=1, checkpoints=checkpoints)
    shutil.copytree(folders["llama"], copy)
    _, report = tune(copy, "lora", epochs=1, checkpoints=checkpoints)
    assert report.notes["resumed_from_step"] == report.n_steps
    with pytest.raises(ValueError, match="another training"):
        tune(folders["gpt2"], "lora", epochs=1, checkpoints=checkpoints)


def test_an_adapter_is_refused_when_its_weights_have_changed(adapter):
    _, base, folder = adapter
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "rms_norm_eps": 1e-3}))
    with pytest.raises(Unsupported, match="has changed: its hash is"):
        loaded(folder)


def test_an_adapter_is_refused_when_its_weights_are_gone_and_found_at_another_place(
    adapter, make_examples
):
    solver, base, folder = adapter
    other = base.rename(base.with_name("moved"))
    with pytest.raises(Unsupported, match="made of other weights"):
        loaded(folder)
    examples = make_examples(8)
    assert answers_of(loaded(folder, init=str(other)), examples) == answers_of(solver, examples)


@pytest.mark.parametrize("broken", ["adapter_config.json", "adapter_model.safetensors"])
@pytest.mark.parametrize("content", [None, b"", b"{}", b'{"peft_type": "IA3"}', b"\xff garbage"])
def test_a_broken_adapter_is_refused(adapter, broken, content):
    _, _, folder = adapter
    (folder / broken).unlink()
    if content is not None:
        (folder / broken).write_bytes(content)
    with pytest.raises(Unsupported, match="holds no trained language model"):
        loaded(folder)


def test_an_adapter_of_another_shape_is_refused(adapter):
    _, _, folder = adapter
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**config, "r": 4}))
    with pytest.raises(Unsupported, match="does not fit"):
        loaded(folder)


def test_a_model_is_not_taken_for_one_of_other_weights(tune, folders, tmp_path):
    solver, _ = tune(folders["llama"], "full", epochs=1)
    solver.save(tmp_path)
    loaded(tmp_path, init=str(folders["llama"]))
    for params in (
        {"init": str(folders["gpt2"])},
        {"init": str(folders["gpt2"]), "init_sha256": folder_sha256(folders["gpt2"])},
        {"init": str(folders["llama"]), "tune": "lora"},
    ):
        with pytest.raises(Unsupported, match=r"made (with|of)"):
            loaded(tmp_path, **params)


def test_a_model_from_nothing_is_not_taken_for_a_tuned_one(trained, folders, tmp_path):
    trained.save(tmp_path)
    with pytest.raises(Unsupported, match="made with init ''"):
        loaded(tmp_path, init=str(folders["llama"]))


def test_weights_that_are_not_those_meant_are_refused(tune, folders):
    with pytest.raises(ValueError, match="has changed: its hash is"):
        tune(folders["llama"], "full", init_sha256="0" * 64)


def test_a_folder_without_a_model_is_refused(tune, tmp_path):
    with pytest.raises(ValueError, match="no folder of a model"):
        tune(tmp_path / "nowhere", "full")


def test_pickled_weights_are_refused(tune, folders, tmp_path):
    folder = tmp_path / "pickled"
    shutil.copytree(folders["llama"], folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match="pickle"):
        tune(folder, "lora")


def test_a_tokenizer_without_end_token_is_refused(tune, folders, tmp_path):
    folder = tmp_path / "endless"
    shutil.copytree(folders["gpt2"], folder)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    del config["eos_token"]
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match="no end token"):
        tune(folder, "full")


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (["nothing"], "no layer of the model"),
        (["lm_head"], "head that shares"),
        (["wte"], "shares"),
    ],
)
def test_layers_that_take_no_adapter_are_refused(tune, folders, targets, message):
    with pytest.raises(ValueError, match=message):
        tune(folders["gpt2"], "lora", lora_targets=targets)


def test_operations_beside_an_adapted_head_are_those_of_the_head_alone(tune, folders):
    plain, _ = tune(folders["llama"], "full", epochs=1)
    adapted, _ = tune(folders["llama"], "lora", epochs=1, lora_targets=["lm_head", "q_proj"])
    expected = operations(count_weights(plain._trained.model), 30, 5)
    assert operations(count_weights(adapted._trained.model), 30, 5) == expected


def test_a_token_that_the_model_does_not_know_is_refused(tune, folders, make_examples):
    solver, _ = tune(folders["gpt2"], "full", epochs=1)
    solver._trained.tokenizer.add_tokens(["applesauce"])
    known, unknown = (
        Problem(problem_id="p", text=text, kind="number") for text in ("ann", "applesauce")
    )
    answers = solver.solve([unknown, known])
    assert answers[0].status == "failed"
    n_rows = solver._trained.model.config.vocab_size
    assert f"token {n_rows}, and the model knows {n_rows}" in answers[0].reason
    assert answers[1].raw_text is not None
    example = replace(make_examples(1)[0], problem=unknown)
    with pytest.raises(ValueError, match=f"and the model knows {n_rows}"):
        solver.step([example])


def test_without_a_limit_of_the_model_a_window_is_asked_for(tune, folders):
    solver, _ = tune(folders["gpt2"], "full", epochs=1)
    recipe = replace(solver._trained.recipe, positions=NO_LIMIT)
    solver._trained = replace(solver._trained, recipe=recipe)
    with pytest.raises(ValueError, match="give a window"):
        solver.text_likelihood("ann had 3 apples")
    assert solver.text_likelihood("ann had 3 apples", window=2).n_windows > 1


def test_layers_can_be_named(tune, folders):
    _, report = tune(folders["llama"], "lora", lora_targets=["q_proj", "v_proj"], lora_rank=2)
    assert report.notes["n_adapted_layers"] == 4
    # Width 32, keys and values of two of four heads.
    assert report.notes["n_trained_parameters"] == 2 * 2 * ((32 + 32) + (32 + 16))


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"tune": "full"}, "give init"),
        ({"tune": "lora", "init": ""}, "give init"),
        ({"lora_rank": 4}, "give init"),
        ({"init_sha256": "0" * 64}, "give init"),
        ({"init": "x", "init_sha256": "0"}, "64 hex digits"),
        ({"init": 3}, "must be a string"),
        ({"init": "x", "tune": "half"}, "Did you mean|It has"),
        ({"init": "x", "lora_rank": 4}, "without tune lora"),
        ({"init": "x", "tune": "lora", "lora_rank": 0}, "lora_rank must lie"),
        ({"init": "x", "tune": "lora", "lora_dropout": 1.5}, "lora_dropout must lie"),
        ({"init": "x", "tune": "lora", "lora_dropout": 1.0}, "to learn anything"),
        ({"init": "x", "tune": "lora", "lora_alpha": 0}, "to learn anything"),
        ({"init": "x", "preset": "tiny"}, "preset with init"),
        ({"init": "x", "n_layers": 2, "hidden_size": 8}, "n_layers and hidden_size with init"),
        ({"init": "x", "vocabulary_size": 500}, "vocabulary_size with init"),
        ({"init": "x", "tokenizer": "digits"}, "tokenizer with init"),
        ({"init": "x", "positions": 64}, "positions with init"),
        ({"tokenizer": "own"}, "tokenizer"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(params, message):
    with pytest.raises(Unsupported, match=message):
        read_recipe(params)


def test_training_and_asking_begin_as_the_tokenizer_does(tune, folders, make_examples):
    solver, _ = tune(folders["llama"], "full", epochs=1)
    tokenizer = solver._trained.tokenizer
    (prompt,) = encode_prompts(tokenizer, ["ann\n"])
    assert prompt == [tokenizer.bos_token_id, *encode(tokenizer, ["ann\n"])[0]]
    assert prompt == tokenizer("ann\n")["input_ids"]
    example = make_examples(1)[0]
    (ids,) = encode_prompts(tokenizer, [example.problem.text + "\n"])
    answer = solver.solve([example.problem])[0]
    assert answer.tokens_in == len(ids)
    (score,) = solver.log_likelihood([example.problem.text + "\n"], [answer.raw_text])
    (text,) = solver.generate([example.problem.text + "\n"], Decoding(max_new_tokens=24))
    assert text.text == answer.raw_text
    if text.stopped_by == "end_token":
        assert sum(text.token_log_probabilities[:-1]) == pytest.approx(score, abs=1e-4)


def test_a_tokenizer_without_begin_token_gets_none(tune, folders):
    tokenizer = tune(folders["gpt2"], "full", epochs=1)[0]._trained.tokenizer
    assert encode_prompts(tokenizer, ["ann\n"]) == encode(tokenizer, ["ann\n"])


def test_a_question_that_spells_a_special_token_is_text_like_any_other(tuned):
    solver = tuned[0]
    special = set(solver._trained.tokenizer.all_special_ids)
    (ids,) = encode(solver._trained.tokenizer, ["<|end|> <|turn|> <|begin|> <|pad|>"])
    assert not special & set(ids)
    problem = Problem(problem_id="h", text="<|end|><|begin|>" * 3, kind="number")
    assert solver.solve([problem])[0].status in {"answered", "abstained", "failed"}


def test_a_model_that_was_trained_here_goes_on_where_it_stood(train, tune, make_examples, tmp_path):
    first, _ = train(64, epochs=8)
    first.save(tmp_path)
    untouched, _ = tune(tmp_path, "full", epochs=1, learning_rate=1e-9)
    text = "ann has 3 apples and gets 3, question 1\n"
    assert encode_prompts(untouched._trained.tokenizer, [text]) == encode(
        first._trained.tokenizer, [text]
    )
    examples = make_examples(20)
    assert [a[1] for a in answers_of(untouched, examples)] == [
        a[1] for a in answers_of(first, examples)
    ]
    for how in TUNES:
        _, report = tune(tmp_path, how)
        assert report.curve[-1].validation_loss < report.curve[0].validation_loss + 0.1
        assert report.curve[-1].validation_accuracy >= 0.8


def test_the_head_of_every_type_is_applied_as_the_model_does(build_model):
    """Gemma 2 bends its scores after the head; the others do not."""
    config = Gemma2Config(
        vocab_size=90,
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        final_logit_softcapping=0.5,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
    )
    models = [build_model("gpt2")[0], build_model("llama")[0], Gemma2ForCausalLM(config).eval()]
    ids = torch.tensor([[5, 6, 7, 8], [9, 10, 11, 12]])
    targets = torch.tensor([[IGNORED, IGNORED, 7, 8], [IGNORED, 10, 11, 12]])
    for model in models:
        with torch.no_grad():
            found, wanted, rows = batch_logits(model, ids, targets)
            expected = model(input_ids=ids).logits[:, :-1]
        torch.testing.assert_close(found, expected[targets[:, 1:] != IGNORED])
        assert (wanted.tolist(), rows.tolist()) == ([7, 8, 10, 11, 12], [0, 0, 1, 1, 1])


def test_operations_agree_with_a_count_of_what_runs(tuned, make_examples):
    solver = tuned[0]
    solver.solve([make_examples(1)[0].problem])
    model = solver._trained.model
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(input_ids=torch.ones(1, 30, dtype=torch.long), logits_to_keep=1)
    counts = {str(op): n for op, n in counter.get_flop_counts()["Global"].items()}
    matrices = sum(n for op, n in counts.items() if "attention" not in op)
    attention = 4 * 2 * 32 * 30 * 31 / 2
    assert operations(count_weights(model), 30, 1) == pytest.approx(matrices + attention)
