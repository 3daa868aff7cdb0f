"""Reads a text by the grammar of `grammar.lark`: words, phrases, then a request that is checked.

Nothing of the text is passed over: words without meaning are listed as such in `vocabulary.toml`,
and one that is not, or that stands where no phrase has a place for it, makes the text unread.

Not covered: other languages than English; several strategies at once; options that end on
different days; words for several underlyings.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk.language.assembly import gather
from spoonbench.solvers.hybrid.options_desk.language.drafts import Draft
from spoonbench.solvers.hybrid.options_desk.language.neighbours import settle
from spoonbench.solvers.hybrid.options_desk.language.reading import Reading
from spoonbench.solvers.hybrid.options_desk.language.requesting import finish
from spoonbench.solvers.hybrid.options_desk.language.words import (
    UNREAD,
    Word,
    read_words,
    without_fillers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from lark import Lark, Tree

MOST_CHARACTERS = 2_000
_MOST_UNPLACED = 12


def read_request(text: str, *, today: date) -> Reading:
    """What a text asks for, by the grammar alone.

    Args:
        text: in English, at most `MOST_CHARACTERS` long.
        today: from which days are counted.

    Raises:
        BadInput: the text is empty or too long.
    """
    check_text(text)
    words = without_fillers(read_words(text, today))
    draft = Draft()
    for word in words:
        if word.kind == UNREAD:
            draft.unplaced(word)
    tree = _parsed([word for word in words if word.kind != UNREAD], draft)
    if draft.unread:
        return _unread(text, draft)
    gather(tree, draft, today)
    if draft.unread:
        return _unread(text, draft)
    return finish(text, draft, today)


def check_text(text: str) -> None:
    """Refuse a text that is none, or too long to be a query.

    Raises:
        BadInput: says which.
    """
    if not text.strip():
        raise BadInput("there is nothing to read: say which options are wanted")
    if len(text) > MOST_CHARACTERS:
        raise BadInput(
            f"the text has {len(text):,} characters, and at most {MOST_CHARACTERS:,} are read: "
            "say in a sentence or two which options are wanted"
        )


def _unread(text: str, draft: Draft) -> Reading:
    """What could not be placed; whatever else was understood may be wrong without it."""
    pieces = tuple(dict.fromkeys(piece for _, piece in sorted(draft.unread)))
    return Reading(text=text, request=None, unread=pieces)


def _parsed(words: Sequence[Word], draft: Draft) -> Tree[Any]:
    """The phrases; a word that fits nowhere is noted, and the rest is looked at without it."""
    left = list(words)
    for _ in range(_MOST_UNPLACED):
        found = _parse(left)
        if not isinstance(found, int):
            return found
        draft.unplaced(left.pop(_culprit(left, found)))
    for word in left:
        draft.unplaced(word)
    return _empty()


def _culprit(words: Sequence[Word], index: int) -> int:
    """Where the reading stopped, or the word before, whichever lets the rest be read further."""
    places = [place for place in (index, index - 1) if 0 <= place < len(words)]
    return max(places, key=lambda place: _reach([*words[:place], *words[place + 1 :]]))


def _reach(words: Sequence[Word]) -> int:
    found = _parse(words)
    return found if isinstance(found, int) else len(words) + 1


def _parse(words: Sequence[Word]) -> Tree[Any] | int:
    """The phrases, or the place of the word where the reading stopped."""
    from lark.exceptions import UnexpectedToken

    settled = settle(words)
    try:
        return parser().parse(settled)  # the lexer takes words
    except UnexpectedToken as exc:
        # Words that were put together count as the last of them.
        starts = [word is exc.token.value for word in settled]
        if not any(starts):
            return len(words)
        start = settled[starts.index(True)].start
        return next(place for place, word in enumerate(words) if word.start == start)


def _empty() -> Tree[Any]:
    return parser().parse([])


@cache
def parser() -> Lark:
    """The grammar, read once."""
    from lark import Lark, Token
    from lark.lexer import Lexer

    class WordLexer(Lexer):
        """Words were told apart already."""

        def __init__(self, _: Any) -> None:
            pass

        def lex(self, data: Sequence[Word]) -> Any:  # type: ignore[override]
            for word in data:
                yield Token(word.kind, word)  # str(word) is its text

    package = files("spoonbench.solvers.hybrid.options_desk.language")
    text = package.joinpath("grammar.lark").read_text("utf-8")
    return Lark(text, parser="lalr", lexer=WordLexer, maybe_placeholders=False)
