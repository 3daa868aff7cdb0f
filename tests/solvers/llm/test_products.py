"""Products are counted as oneDNN makes kernels for them, in the words of its own log."""

import json
import os
import subprocess
import sys

import pytest
from transformers import LlamaConfig

from spoonbench.solvers.held_memory import InferencePass, TrainingPass
from spoonbench.solvers.llm.shapes import shape_of

SIZES = {
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "bos_token_id": None,
    "eos_token_id": 1,
}
PROGRAM = """
import json, os, sys
import torch
from transformers import LlamaConfig, AutoModelForCausalLM

def run(sizes, lengths, mode, attention, batch_size):
    learns = mode == "train"
    torch.set_num_threads(1)
    dtype = torch.float32 if learns else torch.bfloat16
    config = LlamaConfig(**sizes)
    model = AutoModelForCausalLM.from_config(config, dtype=dtype, attn_implementation=attention)
    for length in lengths:
        os.write(1, b"next length\\n")
        ids = torch.ones(batch_size, length, dtype=torch.long)
        if learns:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                loss = model(input_ids=ids, labels=ids, use_cache=False).loss
            loss.backward()
        else:
            with torch.inference_mode():
                model(input_ids=ids, use_cache=True, logits_to_keep=1)

sizes, lengths, cases = json.loads(sys.argv[1])
for case in cases:
    os.write(1, b"next case\\n")
    # Kernels that one case has made are there for the next one.
    child = os.fork()
    if child == 0:
        run(sizes, lengths, *case)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
"""
LENGTHS = (20, 21, 33, 50, 120, 201)
CASES = [
    (mode, attention, batch_size)
    for mode in ("read", "train")
    for attention in ("sdpa", "eager")
    for batch_size in (1, 3)
]


@pytest.fixture(scope="module")
def made():
    """Kernels that oneDNN says it made for products, for each length after the first."""
    if not hasattr(os, "fork"):
        pytest.skip("cases are forked")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps([SIZES, LENGTHS, CASES])],
        env={**os.environ, "ONEDNN_VERBOSE": "profile_create"},
        capture_output=True,
        text=True,
        check=True,
    )
    logs = done.stdout.split("next case\n")[1:]
    return {case: counted(log) for case, log in zip(CASES, logs, strict=True)}


def counted(log):
    parts = log.split("next length\n")[2:]
    return [
        sum("create:cache_miss" in line and ",matmul," in line for line in part.splitlines())
        for part in parts
    ]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_as_many_as_kernels_are_made(made, case):
    if not any(made[case]):
        pytest.skip("torch multiplies bfloat16 without oneDNN on this processor")
    mode, attention, batch_size = case
    tracer = shape_of(LlamaConfig(**SIZES)).tracer
    told = []
    for length in LENGTHS[1:]:
        sizes = {"attention": attention, "batch_size": batch_size, "n_tokens": length}
        if mode == "read":
            held = tracer.reading(InferencePass(dtype="bfloat16", **sizes))
        else:
            held = tracer.training(TrainingPass(dtype="float32", autocast="bfloat16", **sizes)).peak
        told.append(held.n_products)
    assert told == made[case]


def test_products_in_another_format_do_not_count():
    tracer = shape_of(LlamaConfig(**SIZES)).tracer
    step = TrainingPass(dtype="float32", batch_size=1, n_tokens=20)
    by_autocast = TrainingPass(dtype="float32", autocast="bfloat16", batch_size=1, n_tokens=20)
    plain, cast = tracer.training(step).peak, tracer.training(by_autocast).peak
    assert plain.n_products == cast.n_products
