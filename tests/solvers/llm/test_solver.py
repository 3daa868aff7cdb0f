import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.utils.flop_counter import FlopCounterMode

import spoonbench.solvers.llm as package
from spoonbench.solvers.api import (
    Example,
    Keeps,
    Measures,
    Problem,
    Settings,
    Solves,
    Steps,
    Trains,
    Unsupported,
)
from spoonbench.solvers.llm import engines, quantization
from spoonbench.solvers.llm.arithmetic import count_weights, operations
from spoonbench.solvers.llm.prompt import ABSTAINED
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.texts import Generates, Scores

PROTOCOLS = (Solves, Trains, Steps, Keeps, Measures, Generates, Scores)


def answers_of(solver, problems):
    """All but the time of the first token."""
    return [(a.status, a.value, a.raw_text, a.log_probability) for a in solver.solve(problems)]


def test_it_offers_all_protocols():
    assert all(isinstance(LanguageModelSolver(), protocol) for protocol in PROTOCOLS)


def test_importing_it_is_cheap():
    code = (
        "import sys, spoonbench.solvers.llm.solver as s; s.LanguageModelSolver();"
        "print([m for m in ('torch', 'transformers', 'tokenizers', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_its_modules_are_all_listed():
    names = {p.stem for f in package.__path__ for p in Path(f).glob("*.py")}
    # Models of elsewhere are asked in words of their own; shapes are counted before any is built.
    names -= {
        "__init__",
        "asking",
        "few_bits",
        "products",
        "shapes",
        "tape",
        "text_sizes",
        "tracing",
    }
    for inner in (engines, quantization):
        part = inner.__name__.rpartition(".")[2]
        names |= {f"{part}.{p.stem}" for f in inner.__path__ for p in Path(f).glob("[a-z]*.py")}
    names -= {"engines.trial"}  # of what an engine takes beside tensors; nobody answers with it
    listed = LanguageModelSolver.info.modules
    assert {m.removeprefix(f"{package.__name__}.") for m in listed} == names


def test_an_answer_carries_what_the_model_did(trained, problems):
    answer = trained.solve(problems[4:5])[0]
    assert answer.status == "answered"
    assert answer.raw_text == f" The answer is {answer.value}."
    assert answer.stopped_by == "end_token"
    assert answer.tokens_out >= 5
    assert answer.tokens_in > 5
    assert answer.log_probability <= 0.0
    assert 0.0 < answer.confidence <= 1.0
    assert answer.first_token_s > 0.0


def test_it_learns_what_it_is_taught(trained, make_examples):
    examples = make_examples(20)
    answers = trained.solve([example.problem for example in examples])
    right = [a.value == e.target for a, e in zip(answers, examples, strict=True)]
    assert sum(right) >= 18


def test_it_learns_to_abstain(train, make_examples):
    solver, _ = train(refusals=True)
    examples = make_examples(24, refusals=True)
    answers = solver.solve([example.problem for example in examples])
    for answer, example in zip(answers, examples, strict=True):
        assert (answer.status == "abstained") == (example.target is None)
        if answer.status == "abstained":
            assert answer.reason == ABSTAINED
            assert answer.confidence > 0.5


@pytest.mark.parametrize("kind", ["label", "text"])
def test_it_answers_in_words(small, kind):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params={**small, "epochs": 12}))
    made = [
        Example(
            problem=Problem(
                problem_id=str(i), text=f"{'lost' if i % 2 else 'paid'} {i}", kind=kind
            ),
            target="lost or stolen card" if i % 2 else "bill payment",
        )
        for i in range(80)
    ]
    solver.fit(made, made[:8], lambda *_: None, None)
    answers = solver.solve([example.problem for example in made[:4]])
    assert [answer.value for answer in answers] == [example.target for example in made[:4]]


@pytest.mark.parametrize("tokenizer", ["digits", "whitespace"])
def test_other_tokenizers_answer_too(train, make_examples, tokenizer):
    solver, _ = train(tokenizer=tokenizer)
    examples = make_examples(20)
    answers = solver.solve([example.problem for example in examples])
    assert sum(a.value == e.target for a, e in zip(answers, examples, strict=True)) >= 15


def test_the_gpt2_family_is_trained_the_same_way(train, make_examples):
    solver, report = train(preset="distilgpt2", epochs=10)
    examples = make_examples(20)
    answers = solver.solve([example.problem for example in examples])
    assert sum(a.value == e.target for a, e in zip(answers, examples, strict=True)) >= 15
    assert report.notes["n_rows_of_vocabulary"] == 320


@pytest.mark.parametrize(
    "text",
    ["", "\x00\x1b[31m\u202e", "\ud800\udfff", "<|end|><|pad|>", "7" * 5000, "\n" * 30, "<b>&"],
)
def test_hostile_text_gets_an_answer_not_an_exception(trained, problems, text):
    hostile = Problem(problem_id="h", text=text, kind="number")
    beside = trained.solve([problems[4], hostile, problems[5]])
    assert beside[1].status in {"answered", "abstained", "failed"}
    assert [beside[0].raw_text, beside[2].raw_text] == [
        answer.raw_text for answer in trained.solve(problems[4:6])
    ]


def test_a_question_that_is_too_long_is_not_cut(trained):
    (answer,) = trained.solve([Problem(problem_id="l", text="ann has " * 60, kind="number")])
    assert answer.status == "failed"
    assert "the model reads 64 in all" in answer.reason


def test_a_question_without_tokens_fails_with_a_reason(train):
    solver, _ = train(24, epochs=1, tokenizer="whitespace")
    (answer,) = solver.solve([Problem(problem_id="e", text=" \n", kind="number")])
    assert answer.status == "failed"
    assert "whitespace tokenizer" in answer.reason


def test_training_examples_that_are_too_long_are_refused(small, make_examples):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params={**small, "positions": 12, "epochs": 1}))
    with pytest.raises(ValueError, match="of 8 examples have more tokens"):
        solver.fit(make_examples(8), [], lambda *_: None, None)
    with pytest.raises(ValueError, match="at least 1"):
        solver.fit([], [], lambda *_: None, None)


def test_what_is_saved_answers_the_same_when_loaded(trained, problems, tmp_path):
    trained.save(tmp_path)
    again = LanguageModelSolver()
    again.prepare(Settings())
    again.load(tmp_path)
    assert answers_of(again, problems) == answers_of(trained, problems)
    assert [a.confidence for a in again.solve(problems)] == [
        a.confidence for a in trained.solve(problems)
    ]
    names = {path.name for path in tmp_path.iterdir()}
    assert {"model.safetensors", "config.json", "tokenizer.json", "solver.json"} <= names
    assert {path.suffix for path in tmp_path.iterdir()} <= {".json", ".safetensors"}


def test_tied_weights_are_saved_and_loaded(train, problems, tmp_path):
    solver, _ = train(24, epochs=1, preset="distilgpt2")
    solver.save(tmp_path)
    again = LanguageModelSolver()
    again.prepare(Settings(params={"preset": "distilgpt2"}))
    again.load(tmp_path)
    assert answers_of(again, problems) == answers_of(solver, problems)
    assert again.size([]).n_parameters == solver.size([]).n_parameters


@pytest.mark.parametrize(
    "broken", ["model.safetensors", "config.json", "tokenizer.json", "solver.json"]
)
@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff\xfe garbage"])
def test_a_folder_that_holds_no_such_model_is_refused(trained, tmp_path, broken, content):
    trained.save(tmp_path)
    if content is None:
        (tmp_path / broken).unlink()
    else:
        (tmp_path / broken).write_bytes(content)
    other = LanguageModelSolver()
    other.prepare(Settings())
    with pytest.raises(Unsupported):
        other.load(tmp_path)


def test_a_missing_weight_is_refused(trained, tmp_path):
    trained.save(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors.popitem()
    save_file(tensors, tmp_path / "model.safetensors")
    other = LanguageModelSolver()
    other.prepare(Settings())
    with pytest.raises(Unsupported, match="no trained language model"):
        other.load(tmp_path)


def test_a_newer_format_is_refused(trained, tmp_path):
    trained.save(tmp_path)
    content = json.loads((tmp_path / "solver.json").read_text())
    (tmp_path / "solver.json").write_text(json.dumps({**content, "format": 2}))
    other = LanguageModelSolver()
    other.prepare(Settings())
    with pytest.raises(Unsupported, match="format 2"):
        other.load(tmp_path)


def test_a_loaded_model_takes_limits_but_no_other_recipe(trained, problems, tmp_path):
    trained.save(tmp_path)
    other = LanguageModelSolver()
    other.prepare(Settings(params={"max_new_tokens": 3}))
    other.load(tmp_path)
    assert other.solve(problems[4:5])[0].stopped_by == "limit"
    other.prepare(Settings(params={"end_token": False}))
    with pytest.raises(Unsupported, match="made with end_token True"):
        other.load(tmp_path)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(device="tpu"),
        Settings(device="cpu:1"),
        Settings(device="cuda:x"),
        Settings(device="cuda:99"),
        Settings(dtype="float64"),
        Settings(quantization="int8"),
        Settings(threads=0),
        Settings(params={"epoch": 1}),
    ],
)
def test_settings_that_cannot_be_met_are_refused(settings):
    with pytest.raises(Unsupported):
        LanguageModelSolver().prepare(settings)


def test_bfloat16_answers_with_half_the_bytes(train, problems, tmp_path):
    solver, _ = train()
    solver.save(tmp_path)
    half = LanguageModelSolver()
    half.prepare(Settings(dtype="bfloat16"))
    half.load(tmp_path)
    full = solver.size(problems[4:])
    assert half.size(problems[4:]).weight_bytes == full.weight_bytes / 2
    same = [
        a.value == b.value
        for a, b in zip(half.solve(problems[4:]), solver.solve(problems[4:]), strict=True)
    ]
    assert sum(same) >= 10
    (tmp_path / "other").mkdir()
    with pytest.raises(Unsupported, match="float32"):
        half.save(tmp_path / "other")


def test_scores_that_are_no_numbers_are_a_failure_that_says_so(train, problems):
    solver, _ = train(16, epochs=1)
    solver._trained.model.lm_head.weight.data.fill_(math.nan)
    (answer,) = solver.solve(problems[:1])
    assert (answer.status, answer.stopped_by) == ("failed", None)
    assert "NaN" in answer.reason


def test_steps_are_taken_in_float32_after_answers_in_another_format(train, problems, tmp_path):
    solver, _ = train(16, epochs=1)
    solver.save(tmp_path)
    half = LanguageModelSolver()
    half.prepare(Settings(dtype="bfloat16"))
    half.load(tmp_path)
    half.solve(problems[:1])
    assert half._trained.model.dtype == torch.bfloat16
    half.step([Example(problem=problems[4], target="4")])
    assert half._trained.model.dtype == torch.float32
    half.solve(problems[:1])
    assert half._trained.model.dtype == torch.bfloat16


def test_steps_follow_the_recipe_of_the_model_that_was_loaded(train, problems, tmp_path):
    solver, _ = train(16, epochs=1, learning_rate=0.5)
    solver.save(tmp_path)
    other = LanguageModelSolver()
    other.prepare(Settings())
    other.load(tmp_path)
    other.step([Example(problem=problems[4], target="4")])
    assert other._optimizer.param_groups[0]["lr"] == 0.5


def test_one_step_after_another_lowers_the_loss(small, make_examples):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params=small))
    losses = [solver.step(make_examples(8)) for _ in range(6)]
    assert losses[-1] < losses[0]


def test_operations_agree_with_a_count_of_what_runs(trained, problems):
    model, recipe = trained._trained.model, trained._trained.recipe
    n_tokens = 30
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(input_ids=torch.ones(1, n_tokens, dtype=torch.long), logits_to_keep=1)
    counts = {str(op): n for op, n in counter.get_flop_counts()["Global"].items()}
    matrices = sum(n for op, n in counts.items() if "attention" not in op)
    attention = 4 * recipe.n_layers * recipe.hidden_size * n_tokens * (n_tokens + 1) / 2
    assert operations(count_weights(model), n_tokens, 1) == pytest.approx(matrices + attention)


def test_size_counts_over_the_problems_given(trained, problems):
    short, long = trained.size(problems[2:3]), trained.size(problems[3:4])
    assert short.operations_per_problem < long.operations_per_problem
    assert short.weight_bytes == 4 * short.n_parameters
    assert trained.size([]).operations_per_problem is None


def test_nothing_is_answered_before_training_or_after_closing(train, problems):
    solver = LanguageModelSolver()
    assert [a.status for a in solver.solve(problems[:2])] == ["failed", "failed"]
    with pytest.raises(Unsupported, match="prepare"):
        solver.step([])
    solver, _ = train(16, epochs=1)
    solver.close()
    solver.close()
    assert solver.solve(problems[:1])[0].status == "failed"
    with pytest.raises(Unsupported, match="not trained"):
        solver.size([])


def test_the_same_answers_twice(trained, problems):
    assert answers_of(trained, problems) == answers_of(trained, problems)
