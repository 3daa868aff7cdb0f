"""A report of exhausted memory is held against what it says and what it leaves out."""

from dataclasses import replace

from transformers import GPT2Config

from spoonbench.harness.predict.exhaustion import OutOfMemory, hold_against, tokens_of_logits
from spoonbench.harness.predict.training import predict_training
from spoonbench.solvers.held_memory import TrainingPass
from spoonbench.solvers.llm.shapes import shape_of

VOCABULARY = 512
SHAPE = shape_of(
    GPT2Config(
        vocab_size=VOCABULARY, n_embd=64, n_layer=2, n_head=4, bos_token_id=None, eos_token_id=1
    )
)
STATED = TrainingPass(dtype="float32", batch_size=2, n_tokens=32)
TRUE = replace(STATED, n_tokens=128)


def report(limit_bytes):
    """Of a run that was longer than stated, and broke off at its logits."""
    logits = TRUE.batch_size * TRUE.n_tokens * VOCABULARY * 4
    told = predict_training(SHAPE, TRUE, stepping="foreach")
    return OutOfMemory(
        limit_bytes=limit_bytes,
        allocated_bytes=told.total - logits,
        other_bytes=1_000,
        wanted_bytes=logits + 40,
        rounding_bytes=50,
    )


def test_the_tensor_that_was_wanted_tells_the_tokens():
    assert tokens_of_logits(report(10**6), VOCABULARY) == 2 * 128
    assert tokens_of_logits(report(10**6), VOCABULARY, item_bytes=2) == 2 * 2 * 128


def test_a_tensor_of_another_size_tells_nothing():
    other = replace(report(10**6), wanted_bytes=VOCABULARY * 4 * 7 + 100)
    assert tokens_of_logits(other, VOCABULARY) is None
    assert tokens_of_logits(replace(other, wanted_bytes=10), VOCABULARY) is None


def test_what_was_run_explains_the_report_and_what_was_stated_does_not():
    limit = predict_training(SHAPE, TRUE, stepping="foreach").total
    ways = {"as stated": STATED, "as run": TRUE}
    stated, run = hold_against(report(limit), SHAPE, ways)
    assert (stated.name, stated.n_tokens, stated.does_not_fit) == ("as stated", 64, False)
    assert (run.name, run.n_tokens, run.does_not_fit) == ("as run", 256, True)
    assert stated.share < run.share
    assert abs(run.share - 1) < 1e-3
