"""What lies in the folder of a model of elsewhere, judged by file names and JSON alone.

Whoever downloads a model asks here before anything large is moved, and whoever loads one asks
again. Pickle files can run code when they are read, and so can Python files that a configuration
names; neither is ever read here.

Not covered: the content of weights. This module imports nothing heavy.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

CONFIG_FILE = "config.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
TOKENIZER_FILE = "tokenizer.json"
WEIGHTS_FILE = "model.safetensors"
INDEX_FILE = "model.safetensors.index.json"
ADAPTER_FILE = "adapter_config.json"

_PICKLED = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle")
_VOCABULARY = ("vocab.txt", "merges.txt", "spm.model", "tokenizer.model", "sentencepiece.bpe.model")
_SUFFIXES = (".json", ".jinja", ".spm", ".tiktoken")
_MOST_JSON_BYTES = 100 << 20
_BLOCK_BYTES = 1 << 20


def needed_files(names: Iterable[str]) -> tuple[str, ...]:
    """The files that loading needs: configuration, tokenizer, templates, weights as safetensors.

    Files in folders inside are left out (other formats of the same model lie there), and so are
    second copies of the weights.

    Args:
        names: of all files, with "/" between folders.

    >>> needed_files(["config.json", "model.safetensors", "pytorch_model.bin", "run.py"])
    ('config.json', 'model.safetensors')
    """
    top = sorted({name for name in names if "/" not in name})
    texts = [n for n in top if n.endswith(_SUFFIXES) or n in _VOCABULARY]
    return tuple(sorted([*texts, *weight_files(top)]))


def weight_files(names: Iterable[str]) -> tuple[str, ...]:
    """The files of weights among them that transformers reads; empty where there are none."""
    found = sorted(n for n in names if n.endswith(".safetensors") and "/" not in n)
    if WEIGHTS_FILE in found:
        return (WEIGHTS_FILE,)
    return tuple(n for n in found if not n.startswith(("adapter", "consolidated")))


def refuse_files(names: Iterable[str]) -> str | None:
    """Why a folder with these files cannot be loaded; None if nothing speaks against it."""
    known = set(names)
    if ADAPTER_FILE in known:
        return (
            "it holds an adapter (adapter_config.json), not a whole model: merge the adapter into "
            "its base model and save that"
        )
    if CONFIG_FILE not in known:
        return "it holds no config.json"
    if not weight_files(known):
        return _no_weights(known)
    if WEIGHTS_FILE not in known and INDEX_FILE not in known:
        return f"it holds safetensors files, but neither {WEIGHTS_FILE} nor {INDEX_FILE}"
    if not _names_tokenizer(known):
        return "it holds no tokenizer (tokenizer.json, or what the tokenizer's class needs)"
    return None


def refuse_config(config: Mapping[str, Any]) -> str | None:
    """Why a model with this `config.json` cannot be loaded; None if nothing speaks against it."""
    if config.get("auto_map"):
        return refuse_code(CONFIG_FILE)
    if not isinstance(config.get("model_type"), str):
        return "config.json names no model_type"
    if config.get("is_encoder_decoder"):
        return "it is an encoder with a decoder, not a causal language model"
    if config.get("quantization_config"):
        return (
            "its weights are quantized (quantization_config in config.json); weights in float32, "
            "bfloat16 or float16 are read"
        )
    return None


def refuse_code(file: str) -> str:
    """The refusal of a folder that wants Python code of its own to be run."""
    return (
        f"its {file} names Python code of its own (auto_map), and code that comes with weights is "
        "never run; if transformers knows the architecture by itself, remove auto_map from a copy"
    )


def folder_sha256(folder: Path) -> str:
    """SHA-256 over names, lengths and bytes of the files that loading needs, in order of names.

    Links are followed, as caches of a model hub are made of them. Other files (a README, weights
    in another format) change nothing.

    Raises:
        ValueError: there is no such folder, or it holds no such file.
        OSError: a file cannot be read.
    """
    names = [path.name for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    total = hashlib.sha256()
    for name in needed_files(names):
        path = folder / name
        # Lengths before texts: no two folders give the same stream.
        total.update(f"{len(name.encode())} {name} {path.stat().st_size} ".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                total.update(block)
    if not needed_files(names):
        raise ValueError(f"{folder} is no folder of a model: there is no file of one in it")
    return total.hexdigest()


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ValueError: the file is no JSON object; the message says so.
        OSError: it cannot be read.
    """
    if path.stat().st_size > _MOST_JSON_BYTES:
        raise ValueError(f"{path.name} is larger than {_MOST_JSON_BYTES} bytes")
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as exc:
        raise ValueError(f"{path.name} is no JSON: {exc}") from exc
    if not isinstance(content, dict):
        raise ValueError(f"{path.name} is no JSON object")
    return content


def _no_weights(names: set[str]) -> str:
    pickled = sorted(n for n in names if PurePosixPath(n).suffix in _PICKLED)
    if not pickled:
        return "it holds no weights (model.safetensors)"
    return (
        f"its weights are in pickle format only ({pickled[0]}), which can run code when it is "
        "read; load them once where you trust them, and write them with "
        "save_pretrained(FOLDER, safe_serialization=True)"
    )


def _names_tokenizer(names: set[str]) -> bool:
    known = {TOKENIZER_FILE, TOKENIZER_CONFIG_FILE, "vocab.json", *_VOCABULARY}
    return bool(names & known) or any(n.endswith((".spm", ".tiktoken")) for n in names)
