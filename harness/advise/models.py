"""The model that a case is about: its shape, from a folder's config.json or from its size."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_OUTLINE = "spoonbench.harness.predict.outline"
CONFIG = "config.json"
_DTYPES = frozenset({"float32", "bfloat16", "float16"})


class BadModel(ValueError):
    """A folder that holds no model that can be read; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model.

    Attributes:
        outline: see `predict.outline.Outline`.
        dtype: of its weights as they are kept; None: it does not say.
        path: of its folder, as it was given.
    """

    outline: Any
    dtype: str | None
    path: str

    @property
    def source(self) -> str:
        """Where this comes from, in words."""
        return f"{CONFIG} of {self.path}"


def outlines() -> Any:
    """The module that tells the shape of a model; imported when it is needed."""
    return import_module(_OUTLINE)


def has_outlines() -> bool:
    """Whether it is there."""
    return find_spec(_OUTLINE) is not None


def read_model(path: Path) -> Model:
    """A model's shape from its folder, or from its config.json.

    Raises:
        BadModel: there is none, or it cannot be read.
    """
    file = path / CONFIG if path.is_dir() else path
    try:
        config = dict(json.loads(file.read_text(encoding="utf-8")))
        outline = outlines().outline_from_config(config)
    except FileNotFoundError as exc:
        raise BadModel(f"{path} is no folder of a model: there is no {CONFIG}.") from exc
    except (OSError, ValueError, KeyError, TypeError) as exc:
        raise BadModel(f"{file} cannot be read: {str(exc).removesuffix('.')}.") from exc
    dtype = config.get("dtype", config.get("torch_dtype"))
    return Model(outline=outline, dtype=dtype if dtype in _DTYPES else None, path=str(path))
