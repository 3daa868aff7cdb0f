"""How sure a model of elsewhere is of its answer, read where answers can differ.

"The answer is" opens every answer, so what counts is the probability of the token with which the
value begins. Where a question may have no answer, the tokens in which "The answer" parts from
"There is no answer" count too.

Not covered: doubt that shows only later, at the second token of a value.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.llm.tokenizer import decode_on

if TYPE_CHECKING:
    from spoonbench.solvers.llm.prompt import Reading
    from spoonbench.solvers.texts import Generation

_OPENING = re.compile(r"The\s++answer\s++is\s*+")
_REFUSAL = re.compile(r"There\s++is\s++no\s++answer")
_NUMBER = re.compile(r"[-+]?[0-9]")
_WORD = re.compile(r"[^\s\"']")
_PARTING = len("The")


def confidence(
    tokenizer: Any, text: Generation, reading: Reading, *, is_number: bool, is_refusable: bool
) -> float | None:
    """Probability of the tokens at which this text could have become another answer.

    Args:
        tokenizer: of the model.
        text: what it wrote.
        reading: what was read from it.
        is_number: the kind of answer is a number.
        is_refusable: it was told that a question may have no answer.

    Returns:
        In [0, 1]; None where nothing was answered or abstained from.
    """
    if reading.status == "abstained":
        match = _REFUSAL.search(text.text)
        places = _parting(match)
    elif reading.status == "answered":
        opening = _OPENING.search(text.text)
        if opening is not None:
            places = {opening.end()} | (_parting(opening) if is_refusable else set())
        else:
            bare = (_NUMBER if is_number else _WORD).search(text.text)
            places = {bare.start()} if bare is not None else set()
    else:
        return None
    tokens = {_token_at(tokenizer, text.token_ids, place) for place in places}
    scores = text.token_log_probabilities
    if not tokens or max(tokens) >= len(scores):
        return None
    return math.exp(sum(min(scores[token], 0.0) for token in tokens))


def _parting(match: re.Match[str] | None) -> set[int]:
    return {match.start(), match.start() + _PARTING} if match is not None else set()


def _token_at(tokenizer: Any, ids: tuple[int, ...], place: int) -> int:
    """Index of the token that brings the character at a place; found by halving."""
    return bisect_right(
        range(len(ids)), place, key=lambda index: len(decode_on(tokenizer, ids[: index + 1]))
    )
