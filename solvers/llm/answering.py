"""From problems to answers with a trained model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer
from spoonbench.solvers.learning import failed
from spoonbench.solvers.llm.architecture import count_rows
from spoonbench.solvers.llm.confidence import confidence
from spoonbench.solvers.llm.engines.interface import USUAL
from spoonbench.solvers.llm.generation import generate_batch
from spoonbench.solvers.llm.prompt import prompt_of, read_answer
from spoonbench.solvers.llm.stopwatch import OFF, TOKENIZING
from spoonbench.solvers.llm.tokenizer import encode_prompts
from spoonbench.solvers.texts import Decoding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import AnswerKind, Problem
    from spoonbench.solvers.llm.artifact import AnswerFacts, TrainedModel
    from spoonbench.solvers.llm.engines.interface import Execution
    from spoonbench.solvers.llm.recipe import Recipe
    from spoonbench.solvers.llm.stopwatch import Stopwatch
    from spoonbench.solvers.texts import Generation

_ROOM = 4
"""An answer may be so many times as long as the longest of the training part: enough to see
whether the model goes on after it."""


def decoding_of(trained: TrainedModel) -> Decoding:
    """How answers are generated: limit and stop strings."""
    recipe = trained.recipe
    return Decoding(
        max_new_tokens=limit_of(recipe, trained.facts),
        stop_strings=recipe.stop_strings,
    )


def limit_of(recipe: Recipe, facts: AnswerFacts) -> int:
    """Tokens that an answer may have."""
    return recipe.max_new_tokens or _ROOM * facts.longest


def answer_problems(
    trained: TrainedModel,
    problems: Sequence[Problem],
    started_ns: int,
    *,
    stopwatch: Stopwatch = OFF,
    execution: Execution = USUAL,
) -> list[Answer]:
    """Answer problems in one batch.

    Args:
        trained: the model.
        problems: shape (n,).
        started_ns: `time.perf_counter_ns` when the call began.
        stopwatch: times the parts.
        execution: what runs the model, and the side of the padding.
    """
    decoding = decoding_of(trained)
    texts = [prompt_of(problem.text) for problem in problems]
    with stopwatch.part(TOKENIZING):
        prompts = encode_prompts(trained.tokenizer, texts)
    reasons = [_unfit(prompt, trained, decoding) for prompt in prompts]
    fit = [index for index, reason in enumerate(reasons) if reason is None]
    batch = generate_batch(
        trained.model,
        trained.tokenizer,
        [prompts[index] for index in fit],
        decoding,
        stopwatch=stopwatch,
        execution=execution,
    )
    first_token_s = (
        (batch.first_token_ns - started_ns) / 1e9 if batch.first_token_ns is not None else None
    )
    answers = [failed(reason or "") for reason in reasons]
    for index, text in zip(fit, batch.texts, strict=True):
        answers[index] = _answer(trained, text, problems[index].kind, first_token_s)
    return answers


def continue_prompts(
    trained: TrainedModel,
    prompts: Sequence[str],
    decoding: Decoding,
    execution: Execution = USUAL,
) -> list[Generation]:
    """Continue texts as they stand, in one batch.

    Raises:
        ValueError: a prompt that is empty or too long for the model.
    """
    encoded = encode_prompts(trained.tokenizer, prompts)
    for prompt in encoded:
        reason = _unfit(prompt, trained, decoding)
        if reason is not None:
            raise ValueError(reason)
    batch = generate_batch(trained.model, trained.tokenizer, encoded, decoding, execution=execution)
    return list(batch.texts)


def _unfit(prompt: Sequence[int], trained: TrainedModel, decoding: Decoding) -> str | None:
    """Why a prompt cannot be given to the model; None if it can."""
    positions = trained.recipe.positions
    if not prompt:
        return f"the question holds nothing that the {trained.recipe.tokenizer} tokenizer reads"
    if max(prompt) >= (n_rows := count_rows(trained.model)):
        return f"the tokenizer gives token {max(prompt)}, and the model knows {n_rows}"
    if len(prompt) + decoding.max_new_tokens > positions:
        return (
            f"the question has {len(prompt)} tokens and the answer may have "
            f"{decoding.max_new_tokens}; the model reads {positions} in all"
        )
    return None


def _answer(
    trained: TrainedModel, text: Generation, kind: AnswerKind, first_token_s: float | None
) -> Answer:
    if text.failure is not None:
        return failed(text.failure)
    reading = read_answer(
        text.text, kind, cut_off=text.stopped_by == "limit", dotted=trained.facts.dotted
    )
    facts = trained.facts
    answer = Answer(
        status=reading.status,
        value=reading.value,
        reason=reading.reason,
        confidence=confidence(facts.branches, text.token_ids, text.token_log_probabilities),
        raw_text=text.text,
        log_probability=sum(text.token_log_probabilities),
        tokens_in=text.tokens_in,
        tokens_out=len(text.token_ids),
        first_token_s=first_token_s,
        stopped_by=text.stopped_by,
    )
    return replace(answer, confidence=None) if reading.status == "failed" else answer
