"""From what a server sent to answers, generated texts and reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer
from spoonbench.solvers.learning import failed
from spoonbench.solvers.llm.asking import read_reply
from spoonbench.solvers.llm.endpoint.confidence import REFUSAL, reply_confidence
from spoonbench.solvers.llm.endpoint.failures import Failure
from spoonbench.solvers.texts import Generation

if TYPE_CHECKING:
    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.endpoint.parameters import Endpoint
    from spoonbench.solvers.llm.endpoint.replies import Reply

MOST_CHARACTERS = 100_000
"""A longer answer is refused: answers are kept whole or not at all."""

_REASONED = "the limit of new tokens was spent on reasoning, before an answer: raise max_new_tokens"


def answer_of(endpoint: Endpoint, asking: Asking, outcome: Reply | Failure) -> Answer:
    """The answer to a problem."""
    if isinstance(outcome, Failure):
        return failed(outcome.reason)
    if len(outcome.text) > MOST_CHARACTERS:
        return failed(f"the server sent an answer of more than {MOST_CHARACTERS:,} characters")
    cut_off = outcome.stopped_by == "limit"
    reading = read_reply(asking, outcome.text, cut_off=cut_off)
    is_lost = cut_off and outcome.is_reasoned and not outcome.text.strip()
    return Answer(
        status=reading.status,
        value=reading.value,
        reason=_REASONED if is_lost else reading.reason,
        confidence=None if reading.status == "failed" else _confidence(asking, outcome),
        raw_text=outcome.text,
        log_probability=sum(outcome.log_probabilities) if outcome.log_probabilities else None,
        tokens_in=outcome.tokens_in,
        tokens_out=outcome.tokens_out,
        first_token_s=outcome.first_token_s,
        stopped_by=outcome.stopped_by,
        cost=endpoint.cost(outcome.tokens_in, outcome.tokens_out),
    )


def generation_of(endpoint: Endpoint, outcome: Reply | Failure) -> Generation:
    """A generated text."""
    if isinstance(outcome, Failure):
        return Generation(
            text="", tokens_in=None, tokens_out=None, stopped_by=None, failure=outcome.reason
        )
    return Generation(
        text=outcome.text,
        tokens_in=outcome.tokens_in,
        tokens_out=outcome.tokens_out,
        token_log_probabilities=outcome.log_probabilities,
        stopped_by=outcome.stopped_by,
        first_token_s=outcome.first_token_s,
        cost=endpoint.cost(outcome.tokens_in, outcome.tokens_out),
    )


def _confidence(asking: Asking, reply: Reply) -> float | None:
    return reply_confidence(
        reply.text,
        reply.tokens,
        reply.log_probabilities,
        refusable=REFUSAL in asking.instruction,
    )
