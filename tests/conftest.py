"""Folders of models of elsewhere, as their publishers would write them: tiny, with random weights.

Torch and transformers are heavy, and imported where a fixture is asked for (noqa: PLC0415).
"""

import gc
import os

import pytest
from hypothesis import settings

from spoonbench.harness import timing

# Nothing is timed: a busy machine makes no test fail.
settings.register_profile("untimed", deadline=None, max_examples=50)
settings.register_profile("few", deadline=None, max_examples=10)
settings.load_profile("untimed")

if "PYTEST_XDIST_WORKER" in os.environ:
    # This process is measured. Its children would take twice as long to import torch, and leave
    # their data in folders that are thrown away, or, being forks, none.
    os.environ.pop("COVERAGE_PROCESS_START", None)


@pytest.fixture(autouse=True, scope="module")
def _old_things_are_set_aside():
    """What earlier modules left is not looked at by each collection of this one: in a process that
    has run many of them that takes a second, and whatever is timed begins with a collection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timing, "_aside", [True])
        gc.freeze()
        yield
        gc.unfreeze()


TEXTS = (
    "Answer with one sentence of the form: The answer is NUMBER.",
    "If the question cannot be answered, write: There is no answer.",
    "Question: ann had 3 apples and 5 pears, she got 7 more from her mom",
    "Answer: The answer is 10.",
    "user assistant LABEL is one of: card, bill. where is my card pay the bill 0 1 2 4 6 8 9",
) * 4
BEGIN, END, TURN, PAD = "<|begin|>", "<|end|>", "<|turn|>", "<|pad|>"
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}<|turn|>{% endfor %}"
    "{% if add_generation_prompt %}[assistant]{% endif %}"
)


def train_backend(special, *, begins):
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers  # noqa: PLC0415

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(TEXTS, trainer)
    if begins:
        backend.post_processor = processors.TemplateProcessing(
            single=f"{BEGIN} $A", special_tokens=[(BEGIN, backend.token_to_id(BEGIN))]
        )
    return backend


def build_gpt2():
    """GPT-2 type: tied head, transposed matrices, no begin token, no padding token."""
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast  # noqa: PLC0415

    backend = train_backend([END], begins=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=END)
    config = GPT2Config(
        vocab_size=backend.get_vocab_size(),
        n_embd=32,
        n_layer=2,
        n_head=2,
        n_positions=512,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    return GPT2LMHeadModel(config), tokenizer


def build_llama():
    """Llama type: grouped queries, two end tokens, a begin token, a chat template, an own head."""
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast  # noqa: PLC0415

    backend = train_backend([BEGIN, END, TURN, PAD], begins=True)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token=BEGIN, eos_token=END, pad_token=PAD
    )
    tokenizer.chat_template = TEMPLATE
    config = LlamaConfig(
        vocab_size=backend.get_vocab_size(),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.eos_token_id, backend.token_to_id(TURN)],
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config), tokenizer


def build_qwen3():
    """Qwen3 type: heads normed apart, head and embedding shared, no begin token, no template."""
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM  # noqa: PLC0415

    backend = train_backend([END, PAD], begins=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token=END, pad_token=PAD)
    config = Qwen3Config(
        vocab_size=backend.get_vocab_size(),
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen3ForCausalLM(config), tokenizer


BUILDERS = {"gpt2": build_gpt2, "llama": build_llama, "qwen3": build_qwen3}


@pytest.fixture(scope="session")
def build_model():
    """A tiny model, always with the same weights, and its tokenizer: a name of `BUILDERS`."""
    import torch  # noqa: PLC0415

    def build(family):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            model, tokenizer = BUILDERS[family]()
        # Random weights of the usual size say nearly the same about every token.
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.data *= 8
        return model.eval(), tokenizer

    return build


@pytest.fixture(scope="session")
def make_model_folder(build_model, tmp_path_factory):
    """Write a tiny model into a folder; options are those of `save_pretrained`."""

    def make(family, **options):
        folder = tmp_path_factory.mktemp(family)
        model, tokenizer = build_model(family)
        model.save_pretrained(folder, **options)
        tokenizer.save_pretrained(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def gpt2_folder(make_model_folder):
    """Not to be changed: copy it first."""
    return make_model_folder("gpt2")


@pytest.fixture(scope="session")
def llama_folder(make_model_folder):
    """Not to be changed: copy it first."""
    return make_model_folder("llama")


@pytest.fixture(scope="session")
def qwen3_folder(make_model_folder):
    """Not to be changed: copy it first."""
    return make_model_folder("qwen3")
