"""From examples to a trained model: tokenizer, model, training, and facts about the answers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.learning import require_examples
from spoonbench.solvers.llm.adapters import adapted_layers, add_adapter
from spoonbench.solvers.llm.architecture import build_model, count_parameters, count_rows
from spoonbench.solvers.llm.artifact import AnswerFacts, TrainedModel
from spoonbench.solvers.llm.base_model import check_base, load_base
from spoonbench.solvers.llm.batches import EncodedExample, check_lengths, encode_examples
from spoonbench.solvers.llm.confidence import find_branches
from spoonbench.solvers.llm.prompt import completion_of, prompt_of
from spoonbench.solvers.llm.recipe import settle_epochs, trained_from, write_recipe
from spoonbench.solvers.llm.tokenizer import FILE as TOKENIZER_FILE
from spoonbench.solvers.llm.tokenizer import load_tokenizer, save_tokenizer, train_tokenizer
from spoonbench.solvers.llm.training import TrainingPlan, TrainingRun

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import Example, FitReport, Progress, Settings
    from spoonbench.solvers.llm.recipe import Recipe

# Of a folder, the hash counts and not the place.
_NOT_OF_TRAINING = ("checkpoint_every", "max_new_tokens", "stop_strings", "init")


def build_untrained(
    training: Sequence[Example], recipe: Recipe, settings: Settings, checkpoints: Path | None
) -> tuple[TrainedModel, list[EncodedExample]]:
    """A tokenizer of the examples and a model with seeded random weights, or both as given.

    Raises:
        ValueError: no examples, or some that are too long or empty; given weights that cannot be
            loaded or are not those meant.
    """
    require_examples(training)
    if recipe.init:
        model, tokenizer, recipe = _given(recipe, settings.seed)
        encoded = encode_examples(tokenizer, training, end_token=recipe.end_token)
        _check(encoded, recipe, count_rows(model))
    else:
        tokenizer = _tokenizer(training, recipe, checkpoints)
        encoded = encode_examples(tokenizer, training, end_token=recipe.end_token)
        _check(encoded, recipe, len(tokenizer))
        model = _new_model(tokenizer, recipe, settings.seed)
    trained = TrainedModel(
        model=model.to(settings.device),
        tokenizer=tokenizer,
        recipe=recipe,
        facts=_facts(training, encoded),
    )
    return trained, encoded


def fit_model(
    examples: tuple[Sequence[Example], Sequence[Example]],
    recipe: Recipe,
    settings: Settings,
    progress: Progress,
    checkpoints: Path | None,
) -> tuple[TrainedModel, FitReport]:
    """Train from nothing, from given weights, or from the checkpoint of an interrupted training.

    Args:
        examples: training part and validation part.
        recipe: of `read_recipe`.
        settings: for device and seed.
        progress: called now and then.
        checkpoints: existing folder, or None.

    Raises:
        ValueError: the examples cannot be learned from, or the checkpoint is of another training.
    """
    training, validation = examples
    recipe = settle_epochs(recipe, len(training))
    progress(0.0, "loading the weights" if recipe.init else "training the tokenizer")
    trained, encoded = build_untrained(training, recipe, settings, checkpoints)
    recipe = trained.recipe
    held_out = encode_examples(trained.tokenizer, validation, end_token=recipe.end_token)
    _check(held_out, recipe, count_rows(trained.model))
    plan = TrainingPlan(
        recipe=recipe,
        training=encoded,
        validation=held_out,
        seed=settings.seed,
        device=settings.device,
        fingerprint=_fingerprint(recipe, settings, encoded, held_out),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        report = TrainingRun(trained.model, plan, checkpoints).run(progress)
    return trained, replace(report, notes={**report.notes, **_notes(trained)})


def encode_checked(trained: TrainedModel, examples: Sequence[Example]) -> list[EncodedExample]:
    """Token ids of examples that the model can learn from.

    Raises:
        ValueError: some are too long or empty, or there are none.
    """
    require_examples(examples)
    encoded = encode_examples(trained.tokenizer, examples, end_token=trained.recipe.end_token)
    _check(encoded, trained.recipe, count_rows(trained.model))
    return encoded


def _new_model(tokenizer: PreTrainedTokenizerFast, recipe: Recipe, seed: int) -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return build_model(
            recipe,
            vocabulary_size=len(tokenizer),
            pad=tokenizer.pad_token_id,
            end=tokenizer.eos_token_id,
        )


def _given(recipe: Recipe, seed: int) -> tuple[Any, PreTrainedTokenizerFast, Recipe]:
    """Given weights, with a new adapter if there is to be one, and what the recipe is then."""
    folder = Path(recipe.init).resolve()
    sha256 = check_base(folder, recipe.init_sha256)
    model, tokenizer, positions = load_base(folder)
    if recipe.tune == "lora":
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            add_adapter(model, recipe)
    settled = replace(recipe, init=str(folder), init_sha256=sha256, positions=positions)
    return model, tokenizer, settled


def _tokenizer(
    training: Sequence[Example], recipe: Recipe, checkpoints: Path | None
) -> PreTrainedTokenizerFast:
    """Train the tokenizer, or take the one that an interrupted training began with."""
    if checkpoints is not None and (checkpoints / TOKENIZER_FILE).exists():
        return load_tokenizer(checkpoints)
    texts = [prompt_of(example.problem.text) for example in training]
    texts += [completion_of(example.target) for example in training]
    tokenizer = train_tokenizer(texts, recipe.tokenizer, recipe.vocabulary_size)
    if checkpoints is not None:
        partial = checkpoints / "new"
        partial.mkdir(exist_ok=True)
        save_tokenizer(tokenizer, partial)
        (partial / TOKENIZER_FILE).replace(checkpoints / TOKENIZER_FILE)
        partial.rmdir()
    return tokenizer


def _check(encoded: Sequence[EncodedExample], recipe: Recipe, n_rows: int) -> None:
    check_lengths(encoded, recipe.positions)
    n_empty = sum(not example.prompt for example in encoded)
    if n_empty:
        raise ValueError(
            f"{n_empty} of {len(encoded)} examples have a question without a single token for the "
            f"{recipe.tokenizer} tokenizer"
        )
    highest = max((max(*each.prompt, *each.completion) for each in encoded), default=0)
    if highest >= n_rows:
        raise ValueError(f"the tokenizer gives token {highest}, and the model knows {n_rows}")


def _facts(training: Sequence[Example], encoded: Sequence[EncodedExample]) -> AnswerFacts:
    answers: list[tuple[int, ...]] = []
    refusals: list[tuple[int, ...]] = []
    for example, tokens in zip(training, encoded, strict=True):
        (refusals if example.target is None else answers).append(tokens.completion)
    lengths = [len(tokens.completion) for tokens in encoded]
    return AnswerFacts(
        branches=find_branches(answers, refusals),
        longest=max(lengths),
        mean_length=sum(lengths) / len(lengths),
        dotted=any("." in (example.target or "") for example in training),
    )


def _fingerprint(
    recipe: Recipe,
    settings: Settings,
    training: Sequence[EncodedExample],
    validation: Sequence[EncodedExample],
) -> str:
    """SHA-256 of everything that decides how the training goes."""
    kept = {k: v for k, v in write_recipe(recipe).items() if k not in _NOT_OF_TRAINING}
    head = {"recipe": kept, "seed": settings.seed, "device": settings.device.partition(":")[0]}
    hasher = hashlib.sha256(json.dumps(head, sort_keys=True).encode())
    for example in (*training, *validation):
        hasher.update(json.dumps([example.prompt, example.completion]).encode())
    hasher.update(str(len(training)).encode())
    return hasher.hexdigest()


def _notes(trained: TrainedModel) -> dict[str, Any]:
    tokenizer, opening = trained.tokenizer, trained.facts.branches.opening
    return {
        "n_parameters": count_parameters(trained.model),
        "n_tokens_in_vocabulary": len(tokenizer),
        "n_rows_of_vocabulary": trained.model.config.vocab_size,
        "shared_opening": tokenizer.decode(list(opening)) if opening else "",
        "longest_completion_tokens": trained.facts.longest,
        "recipe": write_recipe(trained.recipe),
        **(_tuning_notes(trained) if trained.recipe.init else {}),
    }


def _tuning_notes(trained: TrainedModel) -> dict[str, Any]:
    learning = [p for p in trained.model.parameters() if p.requires_grad]
    notes: dict[str, Any] = {
        "trained_from": trained_from(trained.recipe),
        "n_trained_parameters": sum(p.numel() for p in learning),
    }
    if trained.recipe.tune == "lora":
        notes["n_adapted_layers"] = len(adapted_layers(trained.model))
        notes["adapter_bytes"] = sum(p.numel() * p.element_size() for p in learning)
    return notes
