"""Versions of PEP 440, read from left to right and brought into normal form.

Source: PEP 440, "Normalization": spellings, separators, implicit numbers, leading "v" and zeros.
"""

from __future__ import annotations

from spoonbench.harness.tasks.formats.cases import LeftOut

_SEPARATORS = ".-_"
_PRE = (("alpha", "a"), ("beta", "b"), ("preview", "rc"), ("pre", "rc"), ("rc", "rc"), ("a", "a"),
        ("b", "b"), ("c", "rc"))  # fmt: skip
_POST = (("post", ".post"), ("rev", ".post"), ("r", ".post"))
_DEV = (("dev", ".dev"),)


def judge_pep440(text: str) -> str | None:
    """The normal form of a version.

    Raises:
        LeftOut: a separator separates nothing.
    """
    version, plus, local = text.lower().partition("+")
    if not version.isascii() or not local.isascii():
        return None
    reader = _Reader(version.removeprefix("v"))
    normal = reader.read()
    if normal is None:
        if reader.has_loose_separator:
            raise LeftOut("a separator that separates nothing")
        return None
    if not plus:
        return normal
    pieces = local.replace("-", ".").replace("_", ".").split(".")
    if not all(piece.isalnum() for piece in pieces):
        return None
    return f"{normal}+{'.'.join(_plain(piece) for piece in pieces)}"


def _plain(piece: str) -> str:
    return str(int(piece)) if piece.isdigit() else piece


class _Reader:
    """Takes one piece after the other from the front of a version."""

    def __init__(self, text: str) -> None:
        self._rest = text
        self.has_loose_separator = False

    def read(self) -> str | None:
        release = self._take_release()
        if release is None:
            return None
        pre, post = self._take(_PRE), self._take(_POST)
        if not post:
            post = self._take_bare_post()
        dev = self._take(_DEV)
        return release + pre + post + dev if not self._rest else None

    def _take_release(self) -> str | None:
        number = self._take_digits()
        epoch = ""
        if number and self._rest.startswith("!"):
            self._rest = self._rest[1:]
            epoch = "" if int(number) == 0 else f"{int(number)}!"
            number = self._take_digits()
        if not number:
            return None
        numbers = [number]
        while self._rest[:1] == "." and self._rest[1:2].isdigit():
            self._rest = self._rest[1:]
            numbers.append(self._take_digits())
        return epoch + ".".join(str(int(number)) for number in numbers)

    def _take(self, spellings: tuple[tuple[str, str], ...]) -> str:
        """A word and its number, each with a separator before it or none."""
        start = 1 if self._rest[:1] in set(_SEPARATORS) else 0
        for spelling, normal in spellings:
            if self._rest.startswith(spelling, start):
                self._rest = self._rest[start + len(spelling) :]
                return f"{normal}{int(self._take_number() or '0')}"
        return ""

    def _take_number(self) -> str:
        if self._rest[:1] in set(_SEPARATORS):
            if self._rest[1:2].isdigit():
                self._rest = self._rest[1:]
            else:
                self.has_loose_separator = True
        return self._take_digits()

    def _take_bare_post(self) -> str:
        """A post-release that is only a hyphen and a number."""
        if self._rest[:1] != "-" or not self._rest[1:2].isdigit():
            return ""
        self._rest = self._rest[1:]
        return f".post{int(self._take_digits())}"

    def _take_digits(self) -> str:
        end = 0
        while end < len(self._rest) and self._rest[end].isdigit():
            end += 1
        digits, self._rest = self._rest[:end], self._rest[end:]
        return digits
