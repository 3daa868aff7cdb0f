"""Reads a text by the grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from spoonbench.solvers.hybrid.options_desk.language.reading import Reading


def read_request(text: str, *, today: date) -> Reading:
    """What a text asks for, by the grammar alone.

    Args:
        text: in English.
        today: from which days are counted.

    Raises:
        BadInput: the text is empty or too long.
    """
    raise NotImplementedError
