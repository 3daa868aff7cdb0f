"""A trained language model in a folder: weights as safetensors, everything else as JSON.

- `model.safetensors`, `config.json`, `generation_config.json`: as transformers writes them.
- `tokenizer.json`: as tokenizers writes it.
- `solver.json`: the recipe, and what was learned about the answers of the training part.

Not covered: models of elsewhere.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_model

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.architecture import empty_model
from spoonbench.solvers.llm.confidence import Branches
from spoonbench.solvers.llm.presets import PRESETS
from spoonbench.solvers.llm.recipe import Recipe, read_recipe
from spoonbench.solvers.llm.tokenizer import load_tokenizer, save_tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import Json

FORMAT = 1
SOLVER_FILE = "solver.json"
WEIGHTS_FILE = "model.safetensors"

_FREE = ("checkpoint_every", "max_new_tokens", "stop_strings")
"""Parameters that may differ from those the model was made with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFacts:
    """What the training part shows about answers.

    Attributes:
        branches: where they part ways.
        longest: tokens of the longest completion, end token included.
        mean_length: tokens of the average completion.
        dotted: some answers contain full stops.
    """

    branches: Branches
    longest: int
    mean_length: float
    dotted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """All that answering takes."""

    model: Any
    tokenizer: PreTrainedTokenizerFast
    recipe: Recipe
    facts: AnswerFacts


def save_trained(trained: TrainedModel, folder: Path) -> None:
    """Write a trained model into an existing empty folder."""
    trained.model.save_pretrained(folder)
    save_tokenizer(trained.tokenizer, folder)
    content = {
        "format": FORMAT,
        "recipe": asdict(trained.recipe),
        "facts": asdict(trained.facts),
    }
    text = json.dumps(content, indent=2, sort_keys=True)
    (folder / SOLVER_FILE).write_text(text + "\n", encoding="utf-8")


def load_trained(folder: Path) -> TrainedModel:
    """Read what `save_trained` wrote; every weight must be there.

    Raises:
        Unsupported: the folder holds no such thing.
    """
    recipe, facts = _read_solver_file(folder / SOLVER_FILE)
    try:
        tokenizer = load_tokenizer(folder)
        family = PRESETS[recipe.preset].family
        with torch.device("meta"):
            _check_shapes(empty_model(folder, family), folder / WEIGHTS_FILE)
        model = empty_model(folder, family)
        load_model(model, folder / WEIGHTS_FILE, strict=True)
    except (ValueError, OSError, RuntimeError, SafetensorError) as exc:
        raise Unsupported(f"{folder} holds no trained language model: {exc}") from exc
    model.eval()
    return TrainedModel(model=model, tokenizer=tokenizer, recipe=recipe, facts=facts)


def _check_shapes(model: Any, weights: Path) -> None:
    """Refuse weights of another shape before anything is allocated for them."""
    with safe_open(weights, framework="pt") as file:
        found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  # no mapping
    wanted = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    if found != wanted:
        raise ValueError(f"{weights} does not hold the weights that config.json describes")


def with_decoding(trained: TrainedModel, params: Mapping[str, Json]) -> TrainedModel:
    """The model with the limit and the stop strings that were asked for.

    Raises:
        Unsupported: another parameter was asked for than the model was made with.
    """
    asked = read_recipe({**_given(trained.recipe), **params})
    for name in sorted(set(params) - set(_FREE)):
        made = getattr(trained.recipe, name)
        if getattr(asked, name) != made:
            raise Unsupported(
                f"the model was made with {name} {made!r}, not {getattr(asked, name)!r}"
            )
    return replace(trained, recipe=asked)


def _given(recipe: Recipe) -> dict[str, Json]:
    return {**asdict(recipe), "stop_strings": list(recipe.stop_strings)}


def _read_solver_file(path: Path) -> tuple[Recipe, AnswerFacts]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise Unsupported(
                f"{path} has format {content['format']!r}; this version reads {FORMAT}"
            )
        facts = dict(content["facts"])
        branches = facts.pop("branches")
        return read_recipe(content["recipe"]), AnswerFacts(
            branches=Branches(opening=tuple(branches["opening"]), refusal=branches["refusal"]),
            **facts,
        )
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise Unsupported(f"{path.parent} holds no trained language model: {exc}") from exc
