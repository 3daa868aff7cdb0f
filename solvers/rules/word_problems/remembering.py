"""Results of a function of one text, remembered by a dictionary: found again without any call."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")


class Remembered(dict[str, Found]):
    """What a function gives for each text; all of it is forgotten when it gets too much.

    Args:
        function: of one text.
        most: so many results are kept at most.
        longest: what a longer text gives is not kept.
    """

    __slots__ = ("_function", "_longest", "_most")

    def __init__(self, function: Callable[[str], Found], most: int, longest: int) -> None:
        super().__init__()
        self._function = function
        self._most = most
        self._longest = longest

    def __missing__(self, text: str) -> Found:
        found = self._function(text)
        if len(text) <= self._longest:
            if len(self) >= self._most:
                self.clear()
            self[text] = found
        return found
