import pytest
import torch
from safetensors.torch import load_file

from spoonbench.solvers.api import Settings
from spoonbench.solvers.llm import architecture
from spoonbench.solvers.llm.checkpoints import FILE
from spoonbench.solvers.llm.fitting import encode_checked
from spoonbench.solvers.llm.optimization import evaluate
from spoonbench.solvers.llm.solver import LanguageModelSolver


class Interrupt(Exception):
    """Stands for whatever ends a process."""


def weights(solver):
    return {name: p.detach().clone() for name, p in solver._trained.model.named_parameters()}


def interrupt_after(calls):
    """A progress callback that gives up."""
    seen = []

    def progress(fraction, message):
        seen.append(fraction)
        if len(seen) > calls:
            raise Interrupt

    return progress


@pytest.fixture(autouse=True)
def every_step_is_told(monkeypatch):
    monkeypatch.setattr("spoonbench.solvers.llm.training._PROGRESS_SECONDS", 0.0)


@pytest.mark.parametrize("optional", [{}, {"accumulation": 2, "loss_on": "all"}])
def test_interrupted_training_ends_bit_for_bit_as_if_it_had_not_been(train, tmp_path, optional):
    params = {"epochs": 3, "checkpoint_every": 7, "evaluate_every": 5, **optional}
    whole, report = train(96, seed=3, **params)
    for calls in (4, 11, 9):
        with pytest.raises(Interrupt):
            train(96, seed=3, checkpoints=tmp_path, progress=interrupt_after(calls), **params)
    resumed, resumed_report = train(96, seed=3, checkpoints=tmp_path, **params)
    assert resumed_report.notes["resumed_from_step"] >= 7
    expected = weights(whole)
    for name, parameter in weights(resumed).items():
        assert torch.equal(parameter, expected[name]), name
    assert curve(resumed_report) == curve(report)
    assert (resumed_report.n_steps, resumed_report.n_tokens, resumed_report.best_step) == (
        report.n_steps,
        report.n_tokens,
        report.best_step,
    )


def test_what_is_random_in_a_step_does_not_hang_on_interruptions(train, tmp_path, monkeypatch):
    plain, _ = train(48, epochs=2)
    shape = architecture._arcee
    monkeypatch.setattr(architecture, "_arcee", lambda r: {**shape(r), "attention_dropout": 0.5})
    whole, _ = train(48, epochs=2, checkpoint_every=5)
    with pytest.raises(Interrupt):
        train(48, epochs=2, checkpoint_every=5, checkpoints=tmp_path, progress=interrupt_after(8))
    resumed, report = train(48, epochs=2, checkpoint_every=5, checkpoints=tmp_path)
    assert report.notes["resumed_from_step"] == 5
    assert all(torch.equal(p, weights(whole)[name]) for name, p in weights(resumed).items())
    assert not all(torch.equal(p, weights(plain)[name]) for name, p in weights(whole).items())


def curve(report):
    return [(p.step, p.train_loss, p.validation_loss, p.validation_accuracy) for p in report.curve]


def test_the_seed_decides_the_weights(train):
    first, second, other = (weights(train(24, seed=s, epochs=1)[0]) for s in (1, 1, 2))
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_training_leaves_the_global_generator_alone(train):
    before = torch.get_rng_state()
    train(24, epochs=1)
    assert torch.equal(torch.get_rng_state(), before)


def test_finished_training_is_found_again(train, tmp_path):
    first, report = train(24, epochs=1, checkpoints=tmp_path)
    again, second = train(24, epochs=1, checkpoints=tmp_path)
    assert second.notes["resumed_from_step"] == report.n_steps
    assert all(torch.equal(p, weights(first)[name]) for name, p in weights(again).items())


def test_a_checkpoint_of_another_training_is_refused(train, tmp_path):
    train(24, epochs=1, checkpoints=tmp_path)
    for other in ({"seed": 1}, {"epochs": 2}, {"count": 25}):
        with pytest.raises(ValueError, match="another training"):
            train(**{"count": 24, "epochs": 1, **other}, checkpoints=tmp_path)


def test_a_broken_checkpoint_is_refused_and_kept(train, tmp_path):
    train(24, epochs=1, checkpoints=tmp_path)
    content = (tmp_path / FILE).read_bytes()[:-100]
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(ValueError, match="no checkpoint"):
        train(24, epochs=1, checkpoints=tmp_path)
    assert (tmp_path / FILE).read_bytes() == content


def test_a_checkpoint_is_one_safetensors_file(train, tmp_path):
    train(24, epochs=1, checkpoints=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {FILE, "tokenizer.json"}
    kinds = {name.split(".")[0] for name in load_file(tmp_path / FILE)}
    assert kinds == {"model", "best", "optimizer"}


def test_the_best_weights_are_kept(train, make_examples):
    solver, report = train(64, epochs=8, evaluate_every=4)
    best = max(report.curve, key=lambda p: (p.validation_accuracy, -p.validation_loss, -p.step))
    assert report.best_step == best.step
    trained = solver._trained
    held_out = encode_checked(trained, make_examples(64)[:24])
    loss, accuracy = evaluate(trained.model, [held_out], trained.recipe)
    assert loss == pytest.approx(best.validation_loss, rel=1e-3)
    assert accuracy == best.validation_accuracy


def test_early_stopping_ends_what_gets_no_better(train):
    # A rate this high never settles.
    _, report = train(64, epochs=60, learning_rate=1.0, evaluate_every=1, patience=3)
    assert report.stopped_by == "early stopping"
    assert report.n_steps < 480
    assert report.best_step < report.n_steps


def test_the_time_limit_ends_training_and_says_so(train):
    _, report = train(64, epochs=100_000, max_seconds=0.4)
    assert report.stopped_by == "time limit"
    assert report.n_steps < 800_000
    assert len(report.curve) >= 1


def test_a_generous_time_limit_changes_nothing(train):
    free, limited = (train(24, epochs=2, max_seconds=limit)[0] for limit in (0, 10_000))
    assert all(torch.equal(p, weights(limited)[name]) for name, p in weights(free).items())


def test_training_without_validation_keeps_the_last_weights(small, make_examples):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params={**small, "epochs": 1}))
    report = solver.fit(make_examples(16), [], lambda *_: None, None)
    assert report.best_step == report.n_steps == 2
    assert all(point.validation_loss is None for point in report.curve)


def test_progress_goes_up_to_one(train):
    told = []
    train(24, epochs=2, progress=lambda fraction, message: told.append((fraction, message)))
    fractions = [fraction for fraction, _ in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert "tokens/s" in told[-1][1]
    assert "s left" in told[-1][1]


def test_a_loss_that_is_no_number_ends_training(train):
    with pytest.raises(ValueError, match="lower learning_rate"):
        train(64, epochs=50, learning_rate=1e9, clip_norm=0.0, patience=0, warmup_share=0.0)


def test_the_report_counts(train):
    _, report = train(20, epochs=2)
    assert report.n_steps == 6
    assert report.n_examples == 20
    assert report.notes["shared_opening"] == " The answer is"
    assert report.n_tokens > 20 * 2 * 5
