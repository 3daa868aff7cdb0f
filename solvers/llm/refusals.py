"""What the readers of parameters of language models have in common: plain refusals.

This module imports nothing heavy.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Unsupported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Json


def refuse_name(owner: str, what: str, name: str, known: Sequence[str]) -> Unsupported:
    """The refusal of a name that is not known, with the one that was probably meant.

    >>> str(refuse_name("endpoint", "parameter", "urls", ["url", "model"]))
    "endpoint has no parameter 'urls'. Did you mean 'url'? It has: url, model."
    """
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return Unsupported(f"{owner} has no {what} {name!r}.{hint} It has: {', '.join(known)}.")


def read_strings(name: str, value: Json) -> tuple[str, ...]:
    """Read a list of strings.

    Raises:
        Unsupported: it is none, or one of them is empty.
    """
    strings = [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
    if not isinstance(value, list) or len(strings) != len(value) or "" in strings:
        raise Unsupported(f"{name} must be a list of strings that are not empty, not {value!r}")
    return tuple(strings)
