import copy
from typing import ClassVar

import pytest
import torch
from torch.nn import functional

from spoonbench.solvers.llm.architecture import build_model
from spoonbench.solvers.llm.batches import IGNORED, EncodedExample, collate
from spoonbench.solvers.llm.optimization import (
    batch_logits,
    evaluate,
    has_bfloat16,
    make_optimizer,
    rate_share,
    train_step,
    training_precision,
)
from spoonbench.solvers.llm.ranks import ALONE, Ranks
from spoonbench.solvers.llm.recipe import read_recipe

# Completions of unequal lengths: there the mean of means goes wrong.
EXAMPLES = [
    EncodedExample(
        prompt=tuple(range(5, 8 + i % 3)), completion=tuple(range(10, 12 + (7 if i < 4 else 0)))
    )
    for i in range(8)
]


@pytest.fixture
def recipe(small):
    return read_recipe({**small, "clip_norm": 0.0})


@pytest.fixture
def model(recipe):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return build_model(recipe, vocabulary_size=40, pad=0, end=1)


def gradients(model, recipe, parts, ranks=ALONE):
    model = copy.deepcopy(model)
    # A rate of 0 leaves the weights alone: what is compared is the gradient.
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    loss = train_step((model, optimizer), parts, recipe, torch.float32, ranks)
    return loss, torch.cat([p.grad.flatten() for p in model.parameters()])


def test_accumulated_parts_give_the_gradient_of_the_whole_batch(model, recipe):
    whole_loss, whole = gradients(model, recipe, [EXAMPLES])
    parts = [EXAMPLES[:2], EXAMPLES[2:5], EXAMPLES[5:]]
    parts_loss, accumulated = gradients(model, recipe, parts)
    assert parts_loss == pytest.approx(whole_loss, rel=1e-5)
    torch.testing.assert_close(accumulated, whole, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("world", [2, 3, 11])
def test_the_shares_of_several_processes_add_up_to_the_gradient_of_the_whole(model, recipe, world):
    class Apart(Ranks):
        """Leaves the sum to the test."""

        def sum_gradients(self, parameters):
            for parameter in parameters:
                parameter.grad = (
                    torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
                )

    parts = [EXAMPLES[:3], EXAMPLES[3:6], EXAMPLES[6:]]
    whole_loss, whole = gradients(model, recipe, parts)
    shares = [
        gradients(model, recipe, parts, Apart(rank=rank, world=world)) for rank in range(world)
    ]
    assert sum(loss for loss, _ in shares) == pytest.approx(whole_loss, rel=1e-5)
    torch.testing.assert_close(sum(share for _, share in shares), whole, rtol=1e-4, atol=1e-6)


def test_validation_is_the_same_whoever_takes_which_batch(model, recipe):
    class Gathers(Ranks):
        """Adds up what all processes of a test found."""

        found: ClassVar[list[list[float]]] = []

        def sum(self, values):
            self.found.append(values)
            return [sum(column) for column in zip(*self.found, strict=True)]

    batches = [EXAMPLES[:3], EXAMPLES[3:5], EXAMPLES[5:]]
    shared = [evaluate(model, batches, recipe, Gathers(rank=rank, world=2)) for rank in (0, 1)]
    assert shared[-1] == evaluate(model, batches, recipe)


def test_the_mean_of_the_parts_means_would_be_another_gradient(model, recipe):
    _, whole = gradients(model, recipe, [EXAMPLES])
    halves = [gradients(model, recipe, [part])[1] for part in (EXAMPLES[:4], EXAMPLES[4:])]
    naive = sum(halves) / 2
    assert (naive - whole).norm() / whole.norm() > 0.05


def test_the_loss_is_that_of_transformers(model, recipe):
    recipe_all = read_recipe({"loss_on": "all", "hidden_size": 32, "n_heads": 2})
    loss, _ = gradients(model, recipe_all, [EXAMPLES])
    ids, targets = collate(EXAMPLES, "all", 0)
    assert loss == pytest.approx(model(input_ids=ids, labels=targets).loss.item(), rel=1e-4)


def test_padding_changes_nothing(model):
    ids, targets = collate(EXAMPLES[:1], "answer", 0)
    alone, _, _ = batch_logits(model, ids, targets)
    padded = functional.pad(ids, (0, 9)), functional.pad(targets, (0, 9), value=IGNORED)
    beside, _, _ = batch_logits(model, *padded)
    torch.testing.assert_close(beside, alone, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("loss_on", ["answer", "all"])
def test_accuracy_counts_the_examples_with_every_answer_token_right(small, model, loss_on):
    recipe = read_recipe({**small, "loss_on": loss_on, "learning_rate": 0.02})
    optimizer = make_optimizer(model, recipe)
    taught = [EncodedExample(prompt=(5 + i, 9), completion=(20 + i, 30, 1)) for i in range(3)]
    never = [EncodedExample(prompt=(35, 36), completion=(37, 38))]
    assert evaluate(model, [taught], recipe)[1] == 0.0
    for _ in range(40):
        train_step((model, optimizer), [taught], recipe, torch.float32)
    loss, accuracy = evaluate(model, [taught, never], recipe)
    assert accuracy == 0.75
    assert loss > evaluate(model, [taught], recipe)[0]


def test_matrices_decay_and_vectors_do_not(model, recipe):
    groups = make_optimizer(model, recipe).param_groups
    dims = [{p.dim() for p in group["params"]} for group in groups]
    assert dims == [{2}, {1}]
    assert groups[1]["weight_decay"] == 0.0


def test_the_rate_rises_and_then_falls():
    shares = [rate_share(done / 100, 0.1) for done in range(1, 101)]
    assert shares[:10] == sorted(shares[:10])
    assert shares[9:] == sorted(shares[9:], reverse=True)
    assert max(shares) == 1.0
    assert shares[-1] == pytest.approx(0.01)
    assert rate_share(0.0, 0.0) == 1.0


def test_gradients_are_clipped(model, small):
    step = train_step
    clipped = read_recipe({**small, "clip_norm": 1e-3})
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    step((model, optimizer), [EXAMPLES], clipped, torch.float32)
    norm = torch.cat([p.grad.flatten() for p in model.parameters()]).norm()
    assert norm.item() == pytest.approx(1e-3, rel=1e-2)


def test_small_models_train_in_float32_unless_told_otherwise(model, small):
    auto = read_recipe({**small, "precision": "auto"})
    assert training_precision(auto, model, "cpu") == torch.float32
    told = read_recipe({**small, "precision": "bfloat16"})
    assert training_precision(told, model, "cpu") == torch.bfloat16


def test_large_models_train_in_bfloat16_where_the_processor_has_it(small):
    recipe = read_recipe({"preset": "gpt_tiny"})
    with torch.device("meta"):
        large = build_model(recipe, vocabulary_size=1, pad=0, end=1)
    expected = torch.bfloat16 if has_bfloat16("cpu") else torch.float32
    assert training_precision(recipe, large, "cpu") == expected


def test_training_under_autocast_lowers_the_loss(model, recipe):
    optimizer = make_optimizer(model, recipe)
    losses = [train_step((model, optimizer), [EXAMPLES], recipe, torch.bfloat16) for _ in range(5)]
    assert losses[-1] < losses[0]
    assert all(p.dtype == torch.float32 for p in model.parameters())
