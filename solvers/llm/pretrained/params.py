"""Parameters of a model of elsewhere, checked: unknown names and impossible values are refused.

Not covered: whether the folder can be loaded. This module imports nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.refusals import read_strings, refuse_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json

_CHATS = ("auto", "yes", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class PretrainedParams:
    """How a model of elsewhere is loaded and asked.

    Attributes:
        model: its folder.
        name: shown; decides nothing.
        shots: examples of the training part that stand in every prompt.
        chat: "auto" (with the chat template where the tokenizer has one), "yes" or "no".
        max_new_tokens: limit of an answer.
        stop_strings: an answer ends where one of them is complete; in a prompt without chat
            template also where the model goes on with a question of its own.
        instruction: stands instead of the usual one; empty: the usual one.
    """

    model: str
    name: str = ""
    shots: int = 4
    chat: str = "auto"
    max_new_tokens: int = 64
    stop_strings: tuple[str, ...] = ()
    instruction: str = ""


_LEAST = {"shots": 0, "max_new_tokens": 1}


def read_params(params: Mapping[str, Json]) -> PretrainedParams:
    """Check parameters.

    Args:
        params: JSON values by name; those of `PretrainedParams`.

    Raises:
        Unsupported: an unknown name, a value of the wrong kind or size, or no model.
    """
    known = tuple(spec.name for spec in fields(PretrainedParams))
    for name in params:
        if name not in known:
            raise refuse_name("pretrained", "parameter", name, known)
    if not params.get("model"):
        raise Unsupported("pretrained: the parameter model must name the folder of a model")
    return PretrainedParams(**{name: _checked(name, value) for name, value in params.items()})


def _checked(name: str, value: Json) -> Any:
    if name == "stop_strings":
        return read_strings(name, value)
    if name in _LEAST:
        least = _LEAST[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise Unsupported(f"{name} must be an integer of at least {least}, not {value!r}")
        return value
    if not isinstance(value, str):
        raise Unsupported(f"{name} must be a text, not {value!r}")
    if name == "chat" and value not in _CHATS:
        raise Unsupported(f"chat must be one of {', '.join(_CHATS)}, not {value!r}")
    return value
