r"""Text from tasks and models, made harmless: what could act is shown instead.

A question or a model's output may hold terminal escapes, control characters, marks that turn the
reading direction, lone surrogates, or markup of the place where it is shown. `make_plain` turns
whatever does not print into an escape that can be read (`\x1b`, `\u202e`); `for_terminal` and
`for_markdown` also take the meaning from the marks of rich and of Markdown. In HTML the template
engine escapes `make_plain` text.

Not covered: text that misleads by its look alone (homoglyphs, towers of accents).
"""

from __future__ import annotations

import re

from rich.text import Text

from spoonbench.harness.plaintext import make_plain

__all__ = ["for_csv", "for_markdown", "for_terminal", "line_for_markdown", "make_plain", "shorten"]

SHOWN_CHARACTERS = 600
"""How much of one foreign text a report shows."""

SHOWN_RULES = 20_000
"""Characters that a report shows of one set of learned rules."""

# Every mark that can open something within a line in CommonMark or GitHub's dialect: autolinks,
# mentions, mathematics and emoji codes included.
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~&@$]|:(?=\S))")
# What makes a list or a heading of a line that it opens.
_LINE_START = re.compile(r"^([0-9]*)([-+=.)])")
# What makes a formula of a cell of a spreadsheet, in its wide forms too; spaces before it do not
# keep every program from computing it.
_FORMULA = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][+-]?\d+)?%?")
# A bare "www." is a link to GitHub's dialect.
_BARE_LINK = re.compile(r"(?i)(www)\.")


def shorten(text: str, limit: int = SHOWN_CHARACTERS) -> str:
    """The beginning of a long text, with a note that says how long it is.

    >>> shorten("abcdef", 3)
    'abc\u2026 (6 characters)'
    """
    if len(text) <= limit:
        return text
    return f"{text[:limit]}\u2026 ({len(text):,} characters)"


def for_terminal(text: str) -> Text:
    r"""Text to be printed through rich: escapes visible; neither markup nor emoji codes act.

    >>> for_terminal("[red]:smile:\a").plain
    '[red]:smile:\\x07'
    """
    return Text(make_plain(text))


def for_markdown(text: str) -> str:
    r"""Text to stand within a line or a table cell of Markdown, every mark without a meaning.

    >>> for_markdown("a|b <i>")
    'a\\|b \\<i\\>'
    """
    return _BARE_LINK.sub(r"\1\\.", _MARKDOWN.sub(r"\\\1", make_plain(text)))


def for_csv(text: str) -> str:
    r"""Text to stand in a cell of a CSV file: what a spreadsheet would compute gets an apostrophe.

    >>> for_csv("=1+1"), for_csv("-3.5"), for_csv("-cmd"), for_csv("\t=1")
    ("'=1+1", '-3.5', "'-cmd", '\\t=1')
    """
    plain = make_plain(text)
    is_formula = _FORMULA.match(plain) and not _NUMBER.fullmatch(plain)
    return f"'{plain}" if is_formula else plain


def line_for_markdown(text: str) -> str:
    r"""Like `for_markdown`, for text that opens a line; spaces around it are left out.

    >>> line_for_markdown(" 1. a"), line_for_markdown("- a")
    ('1\\. a', '\\- a')
    """
    return _LINE_START.sub(r"\1\\\2", for_markdown(text).strip())
