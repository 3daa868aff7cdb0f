"""Models of transformers, built from a recipe with random weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import ArceeConfig, ArceeForCausalLM, GPT2Config, GPT2LMHeadModel

from spoonbench.solvers.llm.presets import PRESETS

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from spoonbench.solvers.llm.presets import Family
    from spoonbench.solvers.llm.recipe import Recipe

CONFIG_FILE = "config.json"
_CLASSES: dict[Family, tuple[Any, Any]] = {
    "arcee": (ArceeConfig, ArceeForCausalLM),
    "gpt2": (GPT2Config, GPT2LMHeadModel),
}


def build_model(recipe: Recipe, *, vocabulary_size: int, pad: int, end: int) -> Any:
    """A model with random weights, from torch's global generator.

    Args:
        recipe: filled in by `read_recipe`.
        vocabulary_size: rows of the embedding, where the preset does not fix them.
        pad: token id of the padding.
        end: token id that ends a text.
    """
    preset = PRESETS[recipe.preset]
    if preset.fixed_vocabulary:
        vocabulary_size = recipe.vocabulary_size
    config_class, model_class = _CLASSES[preset.family]
    shape = _arcee(recipe) if preset.family == "arcee" else _gpt2(recipe)
    config = config_class(
        vocab_size=vocabulary_size,
        pad_token_id=pad,
        bos_token_id=None,
        eos_token_id=end,
        **shape,
    )
    return model_class(config)


def empty_model(folder: Path, family: Family) -> Any:
    """A model of the shape that `config.json` in a folder describes, weights still to be loaded.

    Raises:
        ValueError: there is no such file, or it describes no such model.
    """
    config_class, model_class = _CLASSES[family]
    try:
        return model_class(config_class.from_json_file(str(folder / CONFIG_FILE)))
    # The library raises its own validation errors, OSError, ValueError and TypeError.
    except Exception as exc:
        raise ValueError(f"{folder / CONFIG_FILE} describes no model: {exc}") from exc


def count_parameters(model: torch.nn.Module) -> int:
    """Numbers that training sets; a tied head counts once."""
    return sum(parameter.numel() for parameter in model.parameters())


def count_rows(model: Any) -> int:
    """Tokens that a model knows: rows of its embedding."""
    return int(model.get_input_embeddings().weight.shape[0])


def _arcee(recipe: Recipe) -> dict[str, Any]:
    return {
        "hidden_size": recipe.hidden_size,
        "intermediate_size": recipe.intermediate_size,
        "num_hidden_layers": recipe.n_layers,
        "num_attention_heads": recipe.n_heads,
        "max_position_embeddings": recipe.positions,
    }


def _gpt2(recipe: Recipe) -> dict[str, Any]:
    return {
        "n_embd": recipe.hidden_size,
        "n_inner": recipe.intermediate_size,
        "n_layer": recipe.n_layers,
        "n_head": recipe.n_heads,
        "n_positions": recipe.positions,
        # The tanh form of GELU in one kernel: the same function, a fifth less time on a processor.
        "activation_function": "gelu_pytorch_tanh",
        # Few epochs from nothing: dropout would only slow them down.
        "resid_pdrop": 0.0,
        "embd_pdrop": 0.0,
        "attn_pdrop": 0.0,
    }
