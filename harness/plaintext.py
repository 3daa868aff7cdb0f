r"""Foreign text made plain: what would act where it is shown is written as an escape.

A question, a reason or a model's output may hold terminal escapes, control characters, marks that
turn the reading direction and lone surrogates. Whatever does not print becomes an escape that can
be read (`\x1b`, `\u202e`). A leaf: everything that prints may use it.

Not covered: markup of the place where the text is shown (rich, Markdown, HTML).
"""

from __future__ import annotations

import unicodedata

_LAST_LATIN, _LAST_BASIC = 0xFF, 0xFFFF  # of two and of four hexadecimal digits


def make_plain(text: str, *, keep_newlines: bool = False) -> str:
    r"""The text with everything that does not print written as an escape.

    Args:
        text: may hold any code point, lone surrogates included.
        keep_newlines: leave "\n" as it is, where lines may be shown as lines.

    Returns:
        Printable characters and space separators only, and "\n" where it is kept.

    >>> make_plain("\x1b[31mred\u202e")
    '\\x1b[31mred\\u202e'
    """
    if text.isprintable():
        return text
    return "".join(
        char if _prints(char) or (keep_newlines and char == "\n") else _escape(char)
        for char in text
    )


def _prints(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def _escape(char: str) -> str:
    code = ord(char)
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char)
    if named:
        return named
    if code <= _LAST_LATIN:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_BASIC else f"\\U{code:08x}"
