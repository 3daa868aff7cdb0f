"""Classes of underlying: which requirement and which moves hold for an option on it.

Classes and the roots known here stand in `underlyings.toml`; a root that is in no list counts as an
equity, and whoever asks is told so.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

ClassName = Literal["equity", "narrow-index", "broad-index", "high-cap-index"]
CLASS_NAMES: tuple[str, ...] = get_args(ClassName)


@dataclass(frozen=True, slots=True, kw_only=True)
class Underlying:
    """What margin depends on beside the price.

    Attributes:
        name: class; "broad-index" and "high-cap-index" differ in portfolio margin alone.
        leverage: of a leveraged fund, above zero; 1 for all others.
        is_assumed: in no list and not given: taken as an equity.
    """

    name: ClassName = "equity"
    leverage: Decimal = Decimal(1)
    is_assumed: bool = False


def underlying_of(root: str, given: Mapping[str, Underlying]) -> Underlying:
    """Class of a root symbol.

    Args:
        root: in capitals.
        given: what the user says, before what is listed here.
    """
    return given.get(root) or _listed().get(root) or Underlying(is_assumed=True)


def underlying_root(root: str) -> str:
    """The symbol of what a root is an option on: SPX for SPXW, most roots themselves."""
    alias: str = _data()["same"].get(root, root)
    return alias


@cache
def _data() -> Any:
    return tomllib.loads(resources.files(__package__).joinpath("underlyings.toml").read_text())


@cache
def _listed() -> Mapping[str, Underlying]:
    found: dict[str, Underlying] = {}
    for name in CLASS_NAMES:
        for root in _data()["roots"].get(name, "").split():
            found[root] = Underlying(name=name)  # type: ignore[arg-type]  # of CLASS_NAMES
    for root, leverage in _data()["leverage"].items():
        found[root] = Underlying(leverage=Decimal(leverage))
    return found
