"""Parameters of the language model, checked: unknown names and impossible values are refused.

Not covered: whether the training texts fit; `fit` says so. This module is imported by that of the
registered contestant and therefore imports nothing heavy.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.presets import PRESET_EXAMPLES, PRESETS, TUNING, Preset, Tune
from spoonbench.solvers.llm.refusals import read_strings, refuse_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json

NAME = "language-model"

TokenizerKind = Literal["bytes-bpe", "digits", "whitespace", "own"]
Precision = Literal["auto", "float32", "bfloat16"]
LossOn = Literal["answer", "all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How a language model is built, trained and asked. A 0 stands for the preset's own amount.

    With `init` there is no preset: shape and tokenizer are those of the folder, and other amounts
    come from `TUNING`.

    Attributes:
        preset: name of a size in `PRESETS`; empty with `init`.
        tokenizer: "bytes-bpe" (byte-level BPE), "digits" (the same, every digit a token of its
            own) or "whitespace" (BPE inside words; the spaces between them are lost); "own" with
            `init`.
        vocabulary_size: tokens at most; 0: the preset's.
        n_layers: 0: the preset's; so with the next three.
        n_heads: attention heads; must divide the width.
        hidden_size: width.
        intermediate_size: width inside the MLP.
        positions: tokens of prompt and answer together; 0: the preset's, or the folder's, known
            when it is loaded.
        end_token: training examples end in an end token.
        epochs: passes over the training examples; 0: as `settle_epochs` says.
        max_seconds: training time limit in seconds; 0: none. The learning rate then follows
            whichever of steps and time is further on, so that a run cut short has cooled down.
        batch_size: examples of one forward pass; 0: the preset's.
        accumulation: forward passes of one optimizer step.
        learning_rate: at its peak; 0: the preset's.
        warmup_share: share of the steps in which the learning rate rises.
        weight_decay: of AdamW, on matrices only.
        clip_norm: gradients are scaled down to this norm; 0: they are not (but GPT-2 needs it).
        evaluate_every: steps between validations; 0: so that they take about a twentieth of the
            time, at least 4 and at most 20 of them.
        checkpoint_every: steps between checkpoints.
        patience: validations without improvement before training stops; 0: never.
        precision: of training: "float32", "bfloat16" (autocast) or "auto" (bfloat16 where the
            processor has instructions for it and the model is large enough to gain).
        loss_on: "answer" or "all": which tokens are learned.
        max_new_tokens: limit of an answer; 0: four times the longest in the training part.
        stop_strings: an answer ends where one of them is complete.
        init: folder of the causal model whose weights training starts from; empty: from nothing.
        init_sha256: `folder_sha256` of that folder; empty: not to be checked.
        tune: "full": all weights; "lora": an adapter beside them (Hu et al. 2021, LoRA).
        lora_rank: of the two matrices beside each layer.
        lora_alpha: their product counts `lora_alpha / lora_rank` times.
        lora_dropout: share of their inputs that is left out in training.
        lora_targets: names of the layers, or how the names end; empty: every linear layer but the
            head.
    """

    preset: str = "tiny"
    tokenizer: TokenizerKind = "bytes-bpe"
    vocabulary_size: int = 0
    n_layers: int = 0
    n_heads: int = 0
    hidden_size: int = 0
    intermediate_size: int = 0
    positions: int = 0
    end_token: bool = True
    epochs: float = 0.0
    max_seconds: float = 0.0
    batch_size: int = 0
    accumulation: int = 1
    learning_rate: float = 0.0
    warmup_share: float = 0.1
    weight_decay: float = 0.1
    clip_norm: float = 1.0
    evaluate_every: int = 0
    checkpoint_every: int = 500
    patience: int = 8
    precision: Precision = "auto"
    loss_on: LossOn = "answer"
    max_new_tokens: int = 0
    stop_strings: tuple[str, ...] = ()
    init: str = ""
    init_sha256: str = ""
    tune: Tune = "full"
    lora_rank: int = 8
    lora_alpha: float = 16.0
    lora_dropout: float = 0.0
    lora_targets: tuple[str, ...] = ()


_OF_FOLDER = (
    "preset",
    "tokenizer",
    "vocabulary_size",
    "n_layers",
    "n_heads",
    "hidden_size",
    "intermediate_size",
    "positions",
)
_LORA = ("lora_rank", "lora_alpha", "lora_dropout", "lora_targets")
_OF_TUNING = ("init", "init_sha256", "tune", *_LORA)
_CHOICES: dict[str, tuple[str, ...]] = {
    "preset": tuple(PRESETS),
    "tokenizer": ("bytes-bpe", "digits", "whitespace"),
    "precision": ("auto", "float32", "bfloat16"),
    "loss_on": ("answer", "all"),
    "tune": ("full", "lora"),
}
_LEAST = {"accumulation": 1, "checkpoint_every": 1, "lora_rank": 1}
_SHARES = ("warmup_share", "lora_dropout")
_SHA256 = re.compile(r"[0-9a-f]{64}|")
_MOST_EPOCHS = 5
_FROM_PRESET = (
    "vocabulary_size",
    "n_layers",
    "n_heads",
    "hidden_size",
    "intermediate_size",
    "positions",
    "batch_size",
    "learning_rate",
)


def read_recipe(params: Mapping[str, Json]) -> Recipe:
    """Check parameters and fill in those of the preset, or of `TUNING`.

    Args:
        params: JSON values by name; those of `Recipe`.

    Returns:
        The recipe; but for `epochs`, and with `init` the shape, no amount in it stands for the
        preset's any more.

    Raises:
        Unsupported: an unknown name, or a value of the wrong kind or size.
    """
    known = {spec.name: spec.default for spec in fields(Recipe)}
    for name in params:
        if name not in known:
            raise refuse_name(NAME, "parameter", name, tuple(known))
    values = {name: _checked(name, value, known[name]) for name, value in params.items()}
    _check_tuning(values)
    if values.get("init"):
        return _tuned(values)
    preset = PRESETS[values.get("preset", "tiny")]
    for name in _FROM_PRESET:
        values[name] = values.get(name) or getattr(preset, name)
    recipe = Recipe(**values)
    _check_together(recipe, preset)
    return recipe


def write_recipe(recipe: Recipe) -> dict[str, Json]:
    """The parameters that `read_recipe` makes this recipe of, but for what a folder decides."""
    dropped: tuple[str, ...] = _OF_FOLDER if recipe.init else _OF_TUNING
    if recipe.init and recipe.tune != "lora":
        dropped += _LORA
    params = {name: value for name, value in asdict(recipe).items() if name not in dropped}
    return {n: list(value) if isinstance(value, tuple) else value for n, value in params.items()}


def settle_epochs(recipe: Recipe, n_training: int) -> Recipe:
    """Replace 0 epochs by the preset's, which are meant for 10,000 examples.

    Fewer examples are passed over more often and more of them less often, so that about as many
    steps are made: between 1 epoch and five times the preset's.

    Args:
        recipe: of `read_recipe`.
        n_training: training examples.
    """
    if recipe.epochs:
        return recipe
    usual = TUNING[recipe.tune].epochs if recipe.init else PRESETS[recipe.preset].epochs
    wanted = usual * PRESET_EXAMPLES / max(n_training, 1)
    return replace(recipe, epochs=float(min(max(wanted, 1.0), _MOST_EPOCHS * usual)))


def trained_from(recipe: Recipe) -> str:
    """Where the weights came from, in words for a table; empty where they came from nothing.

    >>> trained_from(Recipe(init="/models/gpt2", init_sha256="0" * 64, tune="lora"))
    'weights of gpt2 (SHA-256 000000000000), tuned by LoRA of rank 8'
    """
    if not recipe.init:
        return ""
    how = f"by LoRA of rank {recipe.lora_rank}" if recipe.tune == "lora" else "in full"
    hashed = f" (SHA-256 {recipe.init_sha256[:12]})" if recipe.init_sha256 else ""
    return f"weights of {Path(recipe.init).name}{hashed}, tuned {how}"


def _tuned(values: dict[str, Any]) -> Recipe:
    """The recipe of a training that starts from given weights."""
    tuning = TUNING[values.get("tune", "full")]
    for name in ("batch_size", "learning_rate"):
        values[name] = values.get(name) or getattr(tuning, name)
    recipe = Recipe(**{**values, "preset": "", "tokenizer": "own"})
    if recipe.lora_alpha <= 0 or recipe.lora_dropout >= 1:
        raise Unsupported("lora_alpha must be above 0 and lora_dropout below 1 to learn anything")
    return recipe


def _check_tuning(values: Mapping[str, Any]) -> None:
    """Refuse what would have no effect."""
    if values.get("init"):
        given = [name for name in _OF_FOLDER if name in values]
        if given:
            raise Unsupported(f"{_listed(given)} with init: the folder decides that; leave it out")
        given = [name for name in _LORA if name in values and values.get("tune") != "lora"]
        if given:
            raise Unsupported(f"{_listed(given)} without tune lora has no effect: leave it out")
        return
    given = [name for name in _OF_TUNING if name in values and name != "init"]
    if given:
        raise Unsupported(
            f"{_listed(given)} needs weights to start from: give init, a folder of a causal model"
        )


def _listed(names: list[str]) -> str:
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"  # noqa: PLR2004  # a list has a comma from three on


def _checked(name: str, value: Json, default: object) -> Any:
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise refuse_name(NAME, name, str(value), _CHOICES[name])
        return value
    if isinstance(default, tuple):
        return read_strings(name, value)
    if isinstance(default, str):
        return _text(name, value)
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise Unsupported(f"{name} must be true or false, not {value!r}")
        return value
    return _amount(name, value, default)


def _text(name: str, value: Json) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise Unsupported(f"{name} must be a string, not {value!r}")
    if name == "init_sha256" and not _SHA256.fullmatch(value):
        raise Unsupported(f"{name} must be 64 hex digits in lower case, not {value!r}")
    return value


def _amount(name: str, value: Json, default: object) -> float:
    kinds = (int,) if isinstance(default, int) else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds):
        kind = "an integer" if isinstance(default, int) else "a number"
        raise Unsupported(f"{name} must be {kind}, not {value!r}")
    least, most = _LEAST.get(name, 0), 1.0 if name in _SHARES else 1e12
    # NaN fails the comparison.
    if not least <= value <= most:
        raise Unsupported(f"{name} must lie from {least} to {most:g}, not be {value!r}")
    return value


def _check_together(recipe: Recipe, preset: Preset) -> None:
    if recipe.hidden_size % recipe.n_heads or (recipe.hidden_size // recipe.n_heads) % 2:
        raise Unsupported(
            f"hidden_size {recipe.hidden_size} must be an even multiple of n_heads {recipe.n_heads}"
        )
    if recipe.vocabulary_size < (least := 300):
        raise Unsupported(
            f"vocabulary_size must be at least {least}: 256 bytes, the special tokens and merges"
        )
    if preset.family == "gpt2" and recipe.clip_norm <= 0:
        raise Unsupported("clip_norm must be above 0")
