"""Answers what somebody says: each text is the one message of a user, in the chat template."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.asking import Asking
from spoonbench.solvers.llm.engines.interface import USUAL
from spoonbench.solvers.llm.generation import generate_batch
from spoonbench.solvers.llm.pretrained.prompts import encode_chat, unfit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.llm.engines.interface import Execution
    from spoonbench.solvers.llm.pretrained.loading import CausalModel
    from spoonbench.solvers.texts import Decoding, Generation


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message(Asking):
    """Nothing stands around the text."""

    def messages(self, question: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": question}]


def answer_messages(
    loaded: CausalModel,
    messages: Sequence[str],
    decoding: Decoding,
    execution: Execution = USUAL,
) -> list[Generation]:
    """Answer messages in one batch.

    Raises:
        Unsupported: the tokenizer has no chat template.
        ValueError: a message that the template refuses, that spells a special token, or that is
            too long for the model.
    """
    if not loaded.tokenizer.chat_template:
        raise Unsupported("the tokenizer of the model has no chat template")
    message = _Message(kind="text", instruction="")
    encoded = [encode_chat(loaded, message, text) for text in messages]
    for ids in encoded:
        reason = unfit(loaded, ids, decoding.max_new_tokens)
        if reason is not None:
            raise ValueError(reason)
    batch = generate_batch(
        loaded.model,
        loaded.tokenizer,
        encoded,
        decoding,
        end_ids=loaded.end_ids,
        execution=execution,
    )
    return batch.texts
