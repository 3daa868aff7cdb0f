"""The key of a server: read from the environment, sent to it, and shown to nobody.

It is no parameter, because parameters are kept with results. What a server says may repeat it, so
it is taken out of any text before that goes on.
"""

from __future__ import annotations

import json
import os
import re
from urllib.parse import quote

from spoonbench.solvers.api import Unsupported

HIDDEN = "[key]"

_TOKEN = re.compile(r"[\x21-\x7e]+")
_PARTLY_SHOWN = re.compile(r"\bsk-[\w*.-]{4,}")
"""Some servers repeat the first and last characters of a wrong key, with stars between."""

_LEAST_SECRET = 4
"""Shorter keys hide nothing worth hiding, and cutting them out would spoil every message."""
_LEAST_IN_REPLIES = 16
"""Local servers are given words like EMPTY, which may well stand in an answer."""


class Key:
    """A key that does not show itself.

    Attributes:
        variable: name of the environment variable; empty for no key.
        is_set: the variable is there and not empty.
    """

    __slots__ = ("__value", "is_set", "variable")

    def __init__(self, variable: str, value: str) -> None:
        self.variable = variable
        self.is_set = bool(value)
        self.__value = value

    def __repr__(self) -> str:
        return f"Key({self.variable!r}, is_set={self.is_set})"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written anywhere")

    def headers(self) -> dict[str, str]:
        """What a request carries."""
        return {"Authorization": f"Bearer {self.__value}"} if self.is_set else {}

    def hide(self, message: str) -> str:
        """A message of a server without the key, whole or in part."""
        return _PARTLY_SHOWN.sub(HIDDEN, self._cut(message, _LEAST_SECRET))

    def hide_in_reply(self, text: str) -> str:
        """What a model wrote without the key."""
        return self._cut(text, _LEAST_IN_REPLIES)

    def _cut(self, text: str, least: int) -> str:
        value = self.__value
        if len(value) < least:
            return text
        for form in (value, quote(value, safe=""), quote(value), json.dumps(value)[1:-1]):
            text = text.replace(form, HIDDEN)
        return text

    def described(self) -> str:
        """Which variable was looked at, and whether it was set."""
        if not self.variable:
            return "no key was sent, since key_variable is empty"
        if self.is_set:
            return f"the key in the environment variable {self.variable} was sent"
        return f"no key was sent, since the environment variable {self.variable} is not set"


def read_key(variable: str) -> Key:
    """Read a key from the environment; spaces and line ends around it are left out.

    Args:
        variable: its name; empty for no key.

    Raises:
        Unsupported: a value that no header can carry.
    """
    value = os.environ.get(variable, "").strip() if variable else ""
    if value and _TOKEN.fullmatch(value) is None:
        raise Unsupported(
            f"the environment variable {variable} holds no key: spaces or other characters that "
            "a key does not have (it is not shown)"
        )
    return Key(variable, value)
