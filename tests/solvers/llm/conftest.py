"""Small language models, trained in seconds, for the tests of this folder."""

import json
from importlib import metadata

import pytest
from tokenizers import Tokenizer, decoders, models, normalizers, trainers
from transformers import PreTrainedTokenizerFast

from spoonbench.solvers.api import Example, Problem, Settings
from spoonbench.solvers.llm.solver import LanguageModelSolver

SMALL = {
    "n_layers": 1,
    "n_heads": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "vocabulary_size": 320,
    "positions": 64,
    "batch_size": 8,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "precision": "float32",
}
NAMES = ("ann", "bob", "cara", "dan")


def skip_without(name):
    """Skip where a distribution is not installed; a folder that it left behind may still be."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{name} is not installed")


@pytest.fixture(scope="session")
def needs():
    """What skips a test without a distribution."""
    return skip_without


@pytest.fixture(scope="session")
def small():
    """Parameters of a model that one core trains in a second or two."""
    return dict(SMALL)


@pytest.fixture(scope="session")
def make_examples():
    """Questions whose answers are few enough to be learned by heart."""

    def make(count, *, refusals=False):
        made = []
        for i in range(count):
            number = i % 5 + 1
            text = f"{NAMES[i % 4]} has {number} apples and gets {number}, question {i % 7}"
            target = None if refusals and i % 3 == 0 else str(2 * number)
            if target is None:
                text = f"{NAMES[i % 4]} has some apples, question {i % 7}"
            problem = Problem(problem_id=f"p{i}", text=text, kind="number")
            made.append(Example(problem=problem, target=target))
        return made

    return make


@pytest.fixture(scope="session")
def train(small, make_examples):
    """Train a solver: parameters over those of `small`, and how many examples."""

    def run(count=160, *, seed=0, refusals=False, checkpoints=None, progress=None, **params):
        solver = LanguageModelSolver()
        solver.prepare(Settings(seed=seed, params={**small, "epochs": 6, **params}))
        made = make_examples(count, refusals=refusals)
        report = solver.fit(made, made[:24], progress or (lambda *_: None), checkpoints)
        return solver, report

    return run


@pytest.fixture(scope="session")
def trained(train):
    """A solver that knows its answers by heart; not to be trained further."""
    solver, _ = train()
    return solver


@pytest.fixture(scope="session")
def sentencepiece():
    """A tokenizer of the Llama 2 type, whose decoder drops the space in front of a text."""
    text = "ann had 3 apples and 5 pears, she got 7 more  from her mom. the card \u6f22\n"
    backend = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
    backend.normalizer = normalizers.Sequence(
        [normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    backend.decoder = decoders.Sequence(
        [
            decoders.Replace("\u2581", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    special = ["<unk>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(vocab_size=340, special_tokens=special, show_progress=False)
    backend.train_from_iterator(text.split() * 4, trainer)
    backend = _with_plain_bytes(backend)
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        unk_token="<unk>",
        eos_token="</s>",
        clean_up_tokenization_spaces=False,
    )


def _with_plain_bytes(backend):
    """Tokens for bytes are special in training alone, which would not make them otherwise."""
    content = json.loads(backend.to_str())
    kept = ("<unk>", "</s>")
    content["added_tokens"] = [each for each in content["added_tokens"] if each["content"] in kept]
    return Tokenizer.from_str(json.dumps(content))


@pytest.fixture(scope="session")
def problems(make_examples):
    """Questions of different lengths."""
    texts = (
        "ann has 3 apples and gets 3, question 1",
        "bob has 5 apples",
        "4",
        "dan and cara " * 3,
    )
    made = [Problem(problem_id=f"x{i}", text=t, kind="number") for i, t in enumerate(texts)]
    return made + [example.problem for example in make_examples(12)]
