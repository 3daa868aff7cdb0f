"""LoRA through peft: two small matrices beside each layer learn, the weights themselves stay.

The layers go into the model in place, so that it is asked and trained as any other. For answers
they are merged into the weights, which costs nothing for each answer then, and can be undone.

Not covered: several adapters of one model; layers that are no linear ones, such as the experts of
a mixture that stand in one tensor.

References:
    Hu et al. 2021, LoRA.
"""

from __future__ import annotations

import logging
import warnings
from typing import TYPE_CHECKING, Any

from safetensors.torch import load_file, save_file

if TYPE_CHECKING:
    from pathlib import Path

    import torch

    from spoonbench.solvers.llm.recipe import Recipe

# peft imports it, and it says which kernels for quantized weights it does without: none are here.
logging.getLogger("bitsandbytes").setLevel(logging.ERROR)

CONFIG_FILE, WEIGHTS_FILE = "adapter_config.json", "adapter_model.safetensors"
_NAME = "default"
_PREFIX = "base_model.model."
"""In front of every name in peft's files."""


def add_adapter(model: Any, recipe: Recipe) -> None:
    """Put new layers into a model, from torch's global generator; no other weight learns then.

    Raises:
        ValueError: no layer has one of the names, or one shares its weights with another.
    """
    from peft import LoraConfig

    config = LoraConfig(
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        target_modules=list(recipe.lora_targets) or "all-linear",
        task_type="CAUSAL_LM",
    )
    _inject(model, config)


def save_adapter(model: Any, folder: Path, base: str) -> None:
    """Write the adapter as peft does.

    Args:
        model: with an adapter, merged or not.
        folder: existing.
        base: folder of the weights that it belongs to.
    """
    config = model.peft_config[_NAME]
    # Sets have no order, and equal adapters shall have equal files.
    config.target_modules = sorted(config.target_modules)
    config.base_model_name_or_path = base
    config.save_pretrained(folder)
    tensors = {_PREFIX + name: tensor for name, tensor in _tensors(model).items()}
    save_file(tensors, folder / WEIGHTS_FILE, metadata={"format": "pt"})


def load_adapter(model: Any, folder: Path) -> None:
    """Put the adapter of a folder into a model.

    Raises:
        ValueError: the folder holds no LoRA, or one of another model.
    """
    from peft import LoraConfig, set_peft_model_state_dict

    try:
        config = LoraConfig.from_pretrained(str(folder))
        tensors = load_file(folder / WEIGHTS_FILE)
    # The libraries raise OSError, ValueError, TypeError, KeyError and errors of their own.
    except Exception as exc:
        raise ValueError(f"{folder} holds no adapter: {exc}") from exc
    if not isinstance(config, LoraConfig):
        raise ValueError(f"{folder / CONFIG_FILE} is no LoRA but {config.peft_type}")
    # Otherwise it could not be trained further.
    config.inference_mode = False
    _inject(model, config)
    wanted = {_PREFIX + name: tensor.shape for name, tensor in _tensors(model).items()}
    if {name: tensor.shape for name, tensor in tensors.items()} != wanted:
        raise ValueError(f"{folder / WEIGHTS_FILE} does not fit the model or {CONFIG_FILE}")
    set_peft_model_state_dict(model, tensors)


def merge(model: Any) -> None:
    """Add the adapter to the weights, unless that is done."""
    for layer in adapted_layers(model):
        if not layer.merged:
            layer.merge()


def unmerge(model: Any) -> None:
    """Take the adapter out of the weights again, up to rounding, for further training."""
    for layer in adapted_layers(model):
        if layer.merged:
            layer.unmerge()


def adapted_layers(model: torch.nn.Module) -> list[Any]:
    """The layers that have matrices beside them; none where there is no adapter."""
    return [module for module in model.modules() if hasattr(module, "lora_A")]


def _inject(model: Any, config: Any) -> None:
    from peft import inject_adapter_in_model

    try:
        with warnings.catch_warnings():
            # GPT-2 keeps its matrices transposed; peft sees that by itself, and says so.
            warnings.filterwarnings("ignore", message="fan_in_fan_out is set to")
            # Shared weights are refused below.
            warnings.filterwarnings("ignore", message="Model has `tie_word_embeddings=True`")
            inject_adapter_in_model(config, model, adapter_name=_NAME)
    except ValueError as exc:
        raise ValueError(f"no layer of the model takes the adapter: {exc}") from exc
    _check_hit(model)


def _check_hit(model: Any) -> None:
    if not adapted_layers(model):
        raise ValueError("no layer of the model takes the adapter")
    tied = {id(parameter) for parameter in model.get_input_embeddings().parameters()}
    for layer in adapted_layers(model):
        if any(id(parameter) in tied for parameter in layer.get_base_layer().parameters()):
            raise ValueError(
                "the adapter stands beside the embeddings or a head that shares their weights: "
                "name other layers in lora_targets"
            )


def _tensors(model: Any) -> dict[str, torch.Tensor]:
    from peft import get_peft_model_state_dict

    found = get_peft_model_state_dict(model, save_embedding_layers=False)
    return {name: tensor.detach().cpu().contiguous() for name, tensor in found.items()}
