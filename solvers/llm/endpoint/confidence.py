"""How sure a model of elsewhere is, read at the token where answers can differ.

The reply was asked for as one sentence, so its first tokens say nothing. What counts is the token
at which the value begins; where a question may have no answer, the token at which "There is no
answer" parts from "The answer is" counts too.

Not covered: replies in another form, and doubt that shows only later, at the second token of a
value; the first have no confidence.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

OPENING = "The answer is"
REFUSAL = "There is no answer"

_PARTING = len("The")


def reply_confidence(
    text: str, tokens: Sequence[str], log_probabilities: Sequence[float], *, refusable: bool
) -> float | None:
    """Probability of the tokens at which this reply could have become another answer.

    Args:
        text: the reply.
        tokens: shape (n,), what the server says it consists of.
        log_probabilities: shape (n,), natural logarithms.
        refusable: the model was told that a question may have no answer.

    Returns:
        In [0, 1]; None where the reply has another form, or the tokens do not make it up.

    >>> reply_confidence("The answer is 5.", ["The", " answer", " is", " 5", "."],
    ...                  [-9, 0, 0, -1.0, 0], refusable=False) == math.exp(-1)
    True
    """
    if not tokens or not "".join(tokens).startswith(text):
        return None
    lead = len(text) - len(text.lstrip())
    body = text[lead:]
    if body.startswith(REFUSAL):
        places = {lead + _PARTING}
    elif body.startswith(OPENING) and body[len(OPENING) :].strip():
        rest = body[len(OPENING) :]
        places = {lead + len(OPENING) + len(rest) - len(rest.lstrip())}
        places |= {lead + _PARTING} if refusable else set()
    else:
        return None
    ends = list(accumulate(len(token) for token in tokens))
    chosen = {bisect_right(ends, place) for place in places}
    return math.exp(sum(log_probabilities[index] for index in chosen))
