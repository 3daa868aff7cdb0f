"""A causal language model of elsewhere, from a folder that transformers can read.

Nothing is fetched, no code of the folder is run, no pickle is read. Whatever transformers would
only warn of is refused: weights that the files lack (it would draw them at random), weights that
the model has no place for, shapes that differ.

Settings of generation that come with a model (temperature, repetition penalty and the like) are
dropped, but for the end tokens: how text is generated is for the caller to say.

Not covered: adapters, quantized weights, models with code of their own, several devices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
import transformers
from safetensors import SafetensorError, safe_open
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedTokenizerFast,
)
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
    MODEL_FOR_MASKED_LM_MAPPING_NAMES,
)

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.machine import memory_errors
from spoonbench.solvers.model_files import (
    CONFIG_FILE,
    INDEX_FILE,
    TOKENIZER_CONFIG_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    read_object,
    refuse_code,
    refuse_config,
    refuse_files,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_FLAGS: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
_PROBE = "The answer is 5."
_SHOWN = 3
_PLAIN = "TokenizersBackend"
_TWO_WAY = frozenset({"cpmant", "prophetnet", "xlnet"})
"""Model types that transformers lists as causal and that are not as it calls them. Of those of
transformers 5.23, tried one by one."""
# Masks and tables that older versions of transformers wrote beside the weights.
_TABLES = re.compile(r"(^|\.)(attn\.bias|attn\.masked_bias|inv_freq|position_ids)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class CausalModel:
    """A loaded model, ready to be asked.

    Attributes:
        model: of transformers, in evaluation mode.
        tokenizer: pads on the left; its padding token is the end token where it had none, which
            is harmless since padding is masked.
        end_ids: tokens that end a text, at least those of the generation configuration.
        positions: tokens of prompt and answer together; None where the configuration has no limit.
        n_rows: rows of the embedding.
        special_tokens: spellings that the tokenizer takes for one special token.
    """

    model: Any
    tokenizer: Any
    end_ids: tuple[int, ...]
    positions: int | None
    n_rows: int
    special_tokens: tuple[str, ...]


def load_causal_model(folder: Path, *, dtype: str = "float32", device: str = "cpu") -> CausalModel:
    """Load a model and its tokenizer.

    Args:
        folder: as `save_pretrained` writes it, or as it lies on a model hub.
        dtype: number format of the weights in memory, a torch name.
        device: a torch name.

    Raises:
        Unsupported: the folder holds no such model, or a damaged one; the message says why.
        MemoryError: it does not fit the device.
    """
    _check(folder)
    config = read_config(folder)
    tokenizer = _tokenizer(folder, config)
    with memory_errors():
        model = _model(folder, config, dtype).to(device)
    model.eval()
    rows = int(model.get_input_embeddings().weight.shape[0])
    end_ids = _end_ids(model.config, model.generation_config, tokenizer)
    _settle_padding(tokenizer, end_ids, rows, folder)
    model.generation_config = GenerationConfig(
        eos_token_id=list(end_ids) or None, pad_token_id=tokenizer.pad_token_id
    )
    return CausalModel(
        model=model,
        tokenizer=tokenizer,
        end_ids=end_ids,
        positions=_positions(config),
        n_rows=rows,
        special_tokens=_special_tokens(tokenizer),
    )


def load_causal_tokenizer(folder: Path) -> CausalModel:
    """What reads texts of a model, without its weights (`model` is None), to count tokens.

    Raises:
        Unsupported: the folder holds no such model; the message says why.
    """
    _check(folder, reads_weights=False)
    config = read_config(folder)
    tokenizer = _tokenizer(folder, config)
    return CausalModel(
        model=None,
        tokenizer=tokenizer,
        end_ids=_end_ids(config, GenerationConfig.from_model_config(config), tokenizer),
        positions=_positions(config),
        n_rows=int(config.get_text_config().vocab_size),
        special_tokens=_special_tokens(tokenizer),
    )


def _refused(folder: Path, why: str) -> Unsupported:
    return Unsupported(f"The model {folder} cannot be loaded: {why}.")


def _check(folder: Path, *, reads_weights: bool = True) -> None:
    """Refuse what the files alone show."""
    if not folder.is_dir():
        what = "it is a file, not a folder" if folder.exists() else "there is no such folder"
        raise _refused(folder, what)
    names = [path.name for path in folder.iterdir() if path.is_file()]
    why = refuse_files(names)
    if why is not None:
        raise _refused(folder, why)
    try:
        why = refuse_config(read_object(folder / CONFIG_FILE))
        if why is None and TOKENIZER_CONFIG_FILE in names:
            content = read_object(folder / TOKENIZER_CONFIG_FILE)
            why = refuse_code(TOKENIZER_CONFIG_FILE) if content.get("auto_map") else None
        if why is None and reads_weights:
            why = _damage(folder)
    except (OSError, ValueError) as exc:
        raise _refused(folder, str(exc)) from exc
    if why is not None:
        raise _refused(folder, why)


def _damage(folder: Path) -> str | None:
    """What is wrong with the files of weights; None if nothing is."""
    shards = [WEIGHTS_FILE]
    if not (folder / WEIGHTS_FILE).is_file():
        weights = read_object(folder / INDEX_FILE).get("weight_map")
        if not isinstance(weights, dict) or not all(isinstance(v, str) for v in weights.values()):
            return f"{INDEX_FILE} names no files"
        shards = sorted(set(weights.values()))
    for name in shards:
        if "/" in name or "\\" in name or not name.endswith(".safetensors"):
            return f"{INDEX_FILE} names {name!r}, which is no safetensors file of the folder"
        if not (folder / name).is_file():
            return f"{name}, which {INDEX_FILE} names, is missing"
        try:
            with safe_open(folder / name, framework="pt"):
                pass
        except (SafetensorError, OSError, ValueError) as exc:
            return f"{name} is damaged or cut short ({exc})"
    return None


def read_config(folder: Path) -> Any:
    """The configuration of a causal model.

    Raises:
        Unsupported: there is none, or it is of another kind of model; the message says which.
    """
    try:
        config = AutoConfig.from_pretrained(folder, **_FLAGS)
    # The library raises errors of many kinds for a configuration that it cannot read.
    except Exception as exc:
        raise _refused(
            folder, f"config.json describes no model that is known ({_first_line(exc)})"
        ) from exc
    kind = config.model_type
    if kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise _refused(folder, f"{kind} is no causal language model that transformers knows")
    known = set(MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.values())
    for architecture in config.architectures or ():
        if architecture not in known:
            raise _refused(folder, f"{architecture} is no causal language model")
    if kind in _TWO_WAY:
        raise _refused(
            folder, f"{kind} is not causal: it scores a token with what stands behind it"
        )
    if kind in MODEL_FOR_MASKED_LM_MAPPING_NAMES and not getattr(config, "is_decoder", False):
        raise _refused(folder, f"this {kind} is an encoder, not a causal language model")
    return config


def _model(folder: Path, config: Any, dtype: str) -> Any:
    """The model, every weight of it from the files, and every weight of the files in it."""
    try:
        model, report = AutoModelForCausalLM.from_pretrained(
            folder,
            config=config,
            dtype=getattr(torch, dtype),
            use_safetensors=True,
            output_loading_info=True,
            **_FLAGS,
        )
    # Whatever the library raises is about the folder, unless the memory is full.
    except Exception as exc:
        if isinstance(exc, MemoryError) or "memory" in str(exc).lower():
            raise
        raise _refused(folder, f"its weights do not fit config.json ({_first_line(exc)})") from exc
    unexpected = [name for name in report["unexpected_keys"] if not _TABLES.search(name)]
    mismatched = [str(item[0] if isinstance(item, tuple) else item) for item in _wrong(report)]
    for what, names in (
        ("lack", list(report["missing_keys"])),
        ("hold in another shape than config.json says", mismatched),
        ("hold, and the model of config.json does not have,", unexpected),
    ):
        if names:
            raise _refused(folder, f"its weights {what} {_some(names)}")
    return model


def _wrong(report: dict[str, Any]) -> list[Any]:
    return [*report.get("mismatched_keys", ()), *report.get("error_msgs", ())]


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(sorted(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _first_line(exc: BaseException) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0].rstrip(".:")


def _tokenizer(folder: Path, config: Any) -> Any:
    """The tokenizer; where only `tokenizer.json` is there, it is taken as it stands."""
    try:
        if not (folder / TOKENIZER_CONFIG_FILE).is_file() and (folder / TOKENIZER_FILE).is_file():
            tokenizer = _bare_tokenizer(folder, config)
        else:
            tokenizer = _reader(folder).from_pretrained(folder, **_FLAGS)
        ids = tokenizer(_PROBE, add_special_tokens=False)["input_ids"]
    # The library raises errors of many kinds, plain Exception among them.
    except Exception as exc:
        raise _refused(folder, f"its tokenizer cannot be read ({_first_line(exc)})") from exc
    if not ids or all(token == tokenizer.unk_token_id for token in ids):
        raise _refused(folder, "its tokenizer has no vocabulary: files of it are missing")
    tokenizer.padding_side = "left"
    tokenizer.clean_up_tokenization_spaces = False
    # Lengths must be known before padding, so padding is a call of its own, on purpose.
    tokenizer.deprecation_warnings["Asking-to-pad-a-fast-tokenizer"] = True
    return tokenizer


def _reader(folder: Path) -> Any:
    """What reads the tokenizer; transformers 4 does not know its plain one by the name of 5."""
    is_plain = read_object(folder / TOKENIZER_CONFIG_FILE).get("tokenizer_class") == _PLAIN
    is_renamed = is_plain and not hasattr(transformers, _PLAIN)
    return PreTrainedTokenizerFast if is_renamed else AutoTokenizer


def _bare_tokenizer(folder: Path, config: Any) -> Any:
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / TOKENIZER_FILE))
    text = config.get_text_config()
    for role in ("bos", "eos", "pad"):
        token_id = getattr(text, f"{role}_token_id", None)
        if isinstance(token_id, int):
            setattr(tokenizer, f"{role}_token", tokenizer.convert_ids_to_tokens(token_id))
    return tokenizer


def _special_tokens(tokenizer: Any) -> tuple[str, ...]:
    added = [str(token) for token in tokenizer.added_tokens_decoder.values() if token.special]
    return tuple(dict.fromkeys([*tokenizer.all_special_tokens, *added]))


def _end_ids(config: Any, generation: Any, tokenizer: Any) -> tuple[int, ...]:
    found: set[Any] = set()
    text = config.get_text_config()
    for value in (generation.eos_token_id, text.eos_token_id, tokenizer.eos_token_id):
        found |= set(value) if isinstance(value, list | tuple) else {value}
    return tuple(sorted(found - {None}))


def _settle_padding(tokenizer: Any, end_ids: Sequence[int], rows: int, folder: Path) -> None:
    """Any token of the embedding can pad, since padding is masked; special ones go first."""
    if tokenizer.pad_token_id is not None and tokenizer.pad_token_id < rows:
        return
    wanted = (tokenizer.eos_token_id, *end_ids, tokenizer.bos_token_id, tokenizer.unk_token_id)
    for token_id in wanted:
        if token_id is not None and token_id < rows:
            tokenizer.pad_token = tokenizer.convert_ids_to_tokens(token_id)
            return
    raise _refused(folder, "its tokenizer has neither a padding token nor an end token")


def _positions(config: Any) -> int | None:
    text = config.get_text_config()
    for name in ("max_position_embeddings", "n_positions", "max_seq_len", "n_ctx"):
        value = getattr(text, name, None)
        if isinstance(value, int) and value > 0:
            return value
    return None
