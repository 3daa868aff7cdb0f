"""From problems to answers, and from prompts to texts, with a model of elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer
from spoonbench.solvers.learning import failed
from spoonbench.solvers.llm.asking import STOP, read_reply
from spoonbench.solvers.llm.engines.interface import USUAL
from spoonbench.solvers.llm.generation import generate_batch
from spoonbench.solvers.llm.pretrained.confidence import confidence
from spoonbench.solvers.llm.pretrained.prompts import Prompt, encode_plain, encode_question, unfit
from spoonbench.solvers.llm.stopwatch import OFF, TOKENIZING
from spoonbench.solvers.texts import Decoding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.api import AnswerKind, Problem
    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.engines.interface import Execution
    from spoonbench.solvers.llm.pretrained.loading import CausalModel
    from spoonbench.solvers.llm.pretrained.params import PretrainedParams
    from spoonbench.solvers.llm.stopwatch import Stopwatch
    from spoonbench.solvers.texts import Generation


FORMULA = (
    "2 x weights of the matrices but embeddings and head x (tokens in + tokens out - 1)"
    " + 2 x weights of the head x tokens out"
    " + 4 x layers x heads x width of a head x positions attended to;"
    " tokens in with instruction and examples, tokens out as in the average answer sentence;"
    " all experts of a mixture and whole attention counted, norms and softmax left out"
)
"""How the operations of an answer are counted; see `spoonbench.solvers.llm.arithmetic`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How questions are asked.

    Attributes:
        asking: gives what stands around a question, by the kind of answer; raises ValueError for
            a kind that was not learned.
        is_refusable: the instruction says that a question may have no answer.
        chat: with the chat template.
        decoding: how answers are generated.
    """

    asking: Callable[[AnswerKind], Asking]
    is_refusable: bool
    chat: bool
    decoding: Decoding


def decoding_of(params: PretrainedParams, *, chat: bool) -> Decoding:
    """How answers are generated: greedy, up to the limit or a stop string."""
    return Decoding(
        max_new_tokens=params.max_new_tokens,
        stop_strings=params.stop_strings if chat else (STOP, *params.stop_strings),
    )


def prompts_of(loaded: CausalModel, manner: Manner, problems: Sequence[Problem]) -> list[Prompt]:
    """The prompts of problems, in order."""
    return [_prompt(loaded, manner, problem) for problem in problems]


def answer_problems(
    loaded: CausalModel,
    manner: Manner,
    problems: Sequence[Problem],
    started_ns: int,
    *,
    stopwatch: Stopwatch = OFF,
    execution: Execution = USUAL,
) -> list[Answer]:
    """Answer problems in one batch.

    Args:
        loaded: the model.
        manner: how it is asked.
        problems: shape (n,).
        started_ns: `time.perf_counter_ns` when the call began.
        stopwatch: times the parts.
        execution: what runs the model, and the side of the padding.
    """
    with stopwatch.part(TOKENIZING):
        prompts = prompts_of(loaded, manner, problems)
    fit = [index for index, prompt in enumerate(prompts) if prompt.refusal is None]
    batch = generate_batch(
        loaded.model,
        loaded.tokenizer,
        [prompts[index].ids for index in fit],
        manner.decoding,
        end_ids=loaded.end_ids,
        stopwatch=stopwatch,
        execution=execution,
    )
    first_token_s = (
        (batch.first_token_ns - started_ns) / 1e9 if batch.first_token_ns is not None else None
    )
    answers = [failed(prompt.refusal or "") for prompt in prompts]
    for index, text in zip(fit, batch.texts, strict=True):
        answer = _answer(loaded, manner, text, problems[index].kind)
        answers[index] = replace(answer, first_token_s=first_token_s)
    return answers


def continue_prompts(
    loaded: CausalModel,
    prompts: Sequence[str],
    decoding: Decoding,
    execution: Execution = USUAL,
) -> list[Generation]:
    """Continue texts as they stand, in one batch, without chat template.

    Raises:
        ValueError: a prompt that is empty or too long for the model.
    """
    encoded = [encode_plain(loaded, prompt) for prompt in prompts]
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
    return list(batch.texts)


def _prompt(loaded: CausalModel, manner: Manner, problem: Problem) -> Prompt:
    try:
        asking = manner.asking(problem.kind)
    except ValueError as exc:
        return Prompt(refusal=str(exc))
    room = manner.decoding.max_new_tokens
    return encode_question(loaded, asking, problem.text, chat=manner.chat, room=room)


def _answer(loaded: CausalModel, manner: Manner, text: Generation, kind: AnswerKind) -> Answer:
    if text.failure is not None:
        return failed(text.failure)
    reading = read_reply(manner.asking(kind), text.text, cut_off=text.stopped_by == "limit")
    return Answer(
        status=reading.status,
        value=reading.value,
        reason=reading.reason,
        confidence=confidence(
            loaded.tokenizer,
            text,
            reading,
            is_number=kind == "number",
            is_refusable=manner.is_refusable,
        ),
        raw_text=text.text,
        log_probability=sum(text.token_log_probabilities),
        tokens_in=text.tokens_in,
        tokens_out=text.tokens_out,
        stopped_by=text.stopped_by,
    )
