"""A trained language model in a folder: weights as safetensors, everything else as JSON.

- `model.safetensors`, `config.json`, `generation_config.json`: as transformers writes them.
- `tokenizer.json` with `tokenizer_config.json`: likewise, so that other programs read them too.
- `solver.json`: the recipe, and what was learned about the answers of the training part.

Of a model whose training started from given weights, the tokenizer is read with its settings; of
one that was trained from nothing, `tokenizer.json` alone is. Of a model with an adapter only the
adapter is there, as peft writes it (`adapter_config.json`,
`adapter_model.safetensors`); `solver.json` names the folder of the weights that it belongs to, and
their hash, without which it is not loaded.

Not covered: models that were not trained here.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_model

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.adapters import load_adapter, save_adapter
from spoonbench.solvers.llm.architecture import empty_model
from spoonbench.solvers.llm.base_model import NO_LIMIT, check_base, load_base
from spoonbench.solvers.llm.confidence import Branches
from spoonbench.solvers.llm.presets import PRESETS
from spoonbench.solvers.llm.recipe import Recipe, read_recipe, write_recipe
from spoonbench.solvers.llm.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transformers import PreTrainedTokenizerFast

    from spoonbench.solvers.api import Json

FORMAT = 1
SOLVER_FILE = "solver.json"
WEIGHTS_FILE = "model.safetensors"

_FREE = ("checkpoint_every", "max_new_tokens", "precision", "stop_strings")
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

    @property
    def positions(self) -> int | None:
        """Tokens of prompt and answer together; None where no limit is known."""
        return None if self.recipe.positions == NO_LIMIT else self.recipe.positions


def save_trained(trained: TrainedModel, folder: Path) -> None:
    """Write a trained model into an existing empty folder."""
    recipe = trained.recipe
    if recipe.tune == "lora":
        save_adapter(trained.model, folder, recipe.init)
    else:
        trained.model.save_pretrained(folder)
    # With its settings beside it, so that others who read folders of models read this one too.
    trained.tokenizer.save_pretrained(folder)
    content = {
        "format": FORMAT,
        "recipe": write_recipe(recipe),
        "facts": asdict(trained.facts),
    }
    text = json.dumps(content, indent=2, sort_keys=True)
    (folder / SOLVER_FILE).write_text(text + "\n", encoding="utf-8")


def load_trained(folder: Path, params: Mapping[str, Json]) -> TrainedModel:
    """Read what `save_trained` wrote; every weight must be there.

    Args:
        folder: of the artifact.
        params: limit, stop strings, and the place of the weights that an adapter belongs to go
            before its own; other parameters must be those that it was made with.

    Raises:
        Unsupported: the folder holds no such thing, another parameter was asked for than the model
            was made with, or the weights that an adapter belongs to are gone or changed.
    """
    made, _ = _read_solver_file(folder / SOLVER_FILE)
    recipe, facts = read_made(folder, params)
    try:
        if recipe.init:
            if recipe.tune == "lora" or (
                recipe.init != made.init and not params.get("init_sha256")
            ):
                _check_base(recipe)
            model, tokenizer, positions = _load_tuned(folder, recipe)
            recipe = replace(recipe, positions=positions)
        else:
            model, tokenizer = _load_own(folder, recipe)
    except (ValueError, OSError, RuntimeError, SafetensorError) as exc:
        raise Unsupported(f"{folder} holds no trained language model: {exc}") from exc
    model.eval()
    return TrainedModel(model=model, tokenizer=tokenizer, recipe=recipe, facts=facts)


def read_made(folder: Path, params: Mapping[str, Json]) -> tuple[Recipe, AnswerFacts]:
    """The recipe of a trained model, with limit and stop strings as asked for, and its facts.

    Raises:
        Unsupported: the folder holds no such thing, or another parameter was asked for than the
            model was made with.
    """
    made, facts = _read_solver_file(folder / SOLVER_FILE)
    return _asked(made, params), facts


def _load_own(folder: Path, recipe: Recipe) -> tuple[Any, PreTrainedTokenizerFast]:
    """A model that was trained from nothing."""
    tokenizer = load_tokenizer(folder)
    family = PRESETS[recipe.preset].family
    with torch.device("meta"):
        _check_shapes(empty_model(folder, family), folder / WEIGHTS_FILE)
    model = empty_model(folder, family)
    load_model(model, folder / WEIGHTS_FILE, strict=True)
    return model, tokenizer


def _load_tuned(folder: Path, recipe: Recipe) -> tuple[Any, PreTrainedTokenizerFast, int]:
    """A model whose training started from given weights."""
    if recipe.tune == "full":
        return load_base(folder)
    model, tokenizer, positions = load_base(Path(recipe.init))
    load_adapter(model, folder)
    return model, tokenizer, positions


def _check_base(recipe: Recipe) -> None:
    try:
        check_base(Path(recipe.init), recipe.init_sha256)
    except (ValueError, OSError) as exc:
        raise Unsupported(f"the model was made of other weights: {exc}") from exc


def _check_shapes(model: Any, weights: Path) -> None:
    """Refuse weights of another shape before anything is allocated for them."""
    with safe_open(weights, framework="pt") as file:
        found = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118  # no mapping
    wanted = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    if found != wanted:
        raise ValueError(f"{weights} does not hold the weights that config.json describes")


def _asked(made: Recipe, params: Mapping[str, Json]) -> Recipe:
    """The recipe that the model was made with; limit and stop strings as asked for.

    Raises:
        Unsupported: another parameter was asked for than the model was made with.
    """
    if bool(params.get("init")) != bool(made.init) and "init" in params:
        raise _made_with("init", made.init, params["init"])
    if params.get("tune", made.tune) != made.tune:
        raise _made_with("tune", made.tune, params["tune"])
    asked = read_recipe({**write_recipe(made), **params})
    if asked.init:
        asked = replace(asked, init=str(Path(asked.init).resolve()))
    for name in sorted(set(params) - {*_FREE, "init"}):
        if getattr(asked, name) != getattr(made, name):
            raise _made_with(name, getattr(made, name), getattr(asked, name))
    return asked


def _made_with(name: str, made: object, asked: object) -> Unsupported:
    return Unsupported(f"the model was made with {name} {made!r}, not {asked!r}")


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
