"""Asks a real server: transformers' own, with a small model that is trained here."""

import importlib.util
import os
import socket
import subprocess
import sys
import time

import httpx2
import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from spoonbench.solvers.api import Example, Problem, Settings, Unsupported
from spoonbench.solvers.llm.asking import make_asking
from spoonbench.solvers.llm.endpoint.solver import EndpointSolver
from spoonbench.solvers.texts import Decoding

MISSING = [name for name in ("fastapi", "uvicorn", "openai") if not importlib.util.find_spec(name)]
pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"transformers[serving] lacks {', '.join(MISSING)}"),
    pytest.mark.timeout(180),
]

TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SPECIAL = ["<|end|>", "<|pad|>", "<|user|>", "<|assistant|>"]
STARTED_WITHIN_S = 90
EXAMPLES = [
    Example(
        problem=Problem(problem_id=str(i), text=f"add {i} and 3", kind="number"),
        target=str(i + 3),
    )
    for i in range(8)
]
PROBLEMS = [example.problem for example in EXAMPLES]
ASKING = make_asking(EXAMPLES, "number", 0, 0)


def make_tokenizer(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=SPECIAL[0],
        pad_token=SPECIAL[1],
        chat_template=TEMPLATE,
    )


def prompts_of(tokenizer):
    """Chats first, then plain prompts, in the order of the problems."""
    chats = [
        tokenizer.apply_chat_template(
            ASKING.messages(problem.text), tokenize=False, add_generation_prompt=True
        )
        for problem in PROBLEMS
    ]
    return chats, [ASKING.text(problem.text) for problem in PROBLEMS]


def make_model(tokenizer):
    """A Llama that has learned its eight answers by heart."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=256,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
    )
    model = LlamaForCausalLM(config)
    chats, plain = prompts_of(tokenizer)
    answers = [f" The answer is {example.target}.<|end|>" for example in EXAMPLES] * 2
    batch = tokenizer(
        [prompt + answer for prompt, answer in zip(chats + plain, answers, strict=True)],
        return_tensors="pt",
        padding=True,
        padding_side="left",
        return_token_type_ids=False,
    )
    labels = batch["input_ids"].clone()
    # The answers stand at the end, all of one length but for those of two digits.
    labels[:, : -min(len(tokenizer(answer)["input_ids"]) for answer in answers)] = -100
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    losses = []
    for _ in range(150):
        loss = model(**batch, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.05, "the model did not learn its answers"
    return model.eval()


def greedy(model, tokenizer, prompt):
    inputs = tokenizer(prompt, return_tensors="pt", return_token_type_ids=False)
    written = model.generate(**inputs, do_sample=False, max_new_tokens=24)
    return tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True)


@pytest.fixture(scope="module")
def starting(tmp_path_factory):
    """A server that is starting: its process, address and log."""
    home = tmp_path_factory.mktemp("home")
    (home / "hub").mkdir()
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    code = "from transformers.cli.transformers import main; main()"
    where = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    quiet = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home), "OMP_NUM_THREADS": "1"}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", code, "serve", *where],
            env=os.environ | quiet,
            stdout=log,
            stderr=log,
        )
    try:
        yield process, f"http://127.0.0.1:{port}", home / "log"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def trained(starting, tmp_path_factory):
    """The folder of a model, and what transformers itself writes: for chats, and plain prompts.

    It is made while the server starts.
    """
    folder = tmp_path_factory.mktemp("model")
    texts = [f"{ASKING.text(e.problem.text)} The answer is {e.target}." for e in EXAMPLES]
    tokenizer = make_tokenizer(texts)
    model = make_model(tokenizer)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    chats, plain = prompts_of(tokenizer)
    written = {
        "chat": [greedy(model, tokenizer, prompt) for prompt in chats],
        "completions": [greedy(model, tokenizer, prompt) for prompt in plain],
    }
    return folder, written


@pytest.fixture(scope="module")
def served(starting, trained):
    """Address of the server, and the name of its model."""
    process, url, log = starting
    wait_for(process, f"{url}/health", log)
    return url, str(trained[0])


def wait_for(process, url, log):
    end_ns = time.perf_counter_ns() + STARTED_WITHIN_S * 10**9
    while process.poll() is None and time.perf_counter_ns() < end_ns:
        try:
            if httpx2.get(url, trust_env=False, timeout=2).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.2)
    pytest.fail(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")


@pytest.fixture
def make(served, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    opened = []

    def run(**params):
        url, model = served
        solver = EndpointSolver()
        opened.append(solver)
        given = {"url": url, "model": model, "shots": 0, "max_new_tokens": 24, "timeout_s": 30}
        solver.prepare(Settings(params={**given, **params}))
        solver.fit(EXAMPLES, [], lambda *_: None, None)
        return solver

    yield run
    for solver in opened:
        solver.close()


@pytest.mark.parametrize("api", ["chat", "completions"])
@pytest.mark.parametrize("stream", [True, False])
def test_answers_are_what_the_model_writes_by_itself(make, trained, api, stream):
    solver = make(api=api, stream=stream, concurrency=3)
    answers = solver.solve(PROBLEMS)
    assert [answer.raw_text for answer in answers] == trained[1][api]
    assert [answer.value for answer in answers] == [example.target for example in EXAMPLES]
    for answer in answers:
        assert answer.stopped_by == "stopped"
        assert answer.tokens_in > 10
        assert 4 <= answer.tokens_out <= 24
        assert (answer.first_token_s is not None) == stream


def test_a_prompt_goes_on(make, trained):
    solver = make(api="completions")
    (text,) = solver.generate([ASKING.text(PROBLEMS[0].text)], Decoding(max_new_tokens=24))
    assert text.text == trained[1]["completions"][0]
    (short,) = solver.generate([ASKING.text(PROBLEMS[0].text)], Decoding(max_new_tokens=2))
    assert (short.stopped_by, short.tokens_out) == ("limit", 2)


def test_a_stop_string_ends_a_text(make):
    solver = make(api="completions")
    decoding = Decoding(max_new_tokens=24, stop_strings=(" answer",))
    (text,) = solver.generate([ASKING.text(PROBLEMS[0].text)], decoding)
    # This server leaves the stop string in, and does not tell it from an end token.
    assert text.text == " The answer"


def test_a_model_that_is_not_there_is_a_failed_answer(make):
    (answer,) = make(model="/no/such/folder", retries=0).solve(PROBLEMS[:1])
    assert answer.status == "failed"
    assert "HTTP 500" in answer.reason


def test_it_does_not_tell_how_likely_a_text_is(make):
    with pytest.raises(Unsupported, match="does not tell how likely"):
        make().text_likelihood("seven spoons")
