"""What is told from a configuration is what tensors of a real model take, to the byte."""

import copy
from dataclasses import replace

import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model
from transformers import (
    AutoModelForCausalLM,
    DynamicCache,
    Gemma2Config,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MistralConfig,
    MixtralConfig,
    PhiConfig,
    Qwen3Config,
)

from spoonbench.solvers.held_memory import InferencePass, Lora, TrainingPass
from spoonbench.solvers.llm.batches import IGNORED
from spoonbench.solvers.llm.optimization import batch_logits
from spoonbench.solvers.llm.quantization.quantize import quantize_model
from spoonbench.solvers.llm.shapes import shape_of
from spoonbench.solvers.llm.tape import Tape

VOCABULARY = 320
BATCH, LENGTH = 2, 48
IDS = torch.ones(BATCH, LENGTH, dtype=torch.long)
SIZES = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 160,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "bos_token_id": None,
    "eos_token_id": 1,
    "pad_token_id": 0,
}
SHARED = {**SIZES, "num_key_value_heads": 2}
CONFIGS = {
    "gpt2": GPT2Config(
        vocab_size=VOCABULARY, n_embd=64, n_layer=2, n_head=4, bos_token_id=None, eos_token_id=1
    ),
    "llama": LlamaConfig(**SHARED),
    "mistral": MistralConfig(**SHARED, sliding_window=16),
    "qwen3": Qwen3Config(**SHARED, head_dim=16, tie_word_embeddings=True),
    "neox": GPTNeoXConfig(**SIZES),
    "phi": PhiConfig(**SIZES),
}
WAYS = {
    "float32": {},
    "bfloat16": {"dtype": "bfloat16"},
    "autocast": {"autocast": "bfloat16"},
    "eager": {"attention": "eager"},
    "checkpointing": {"checkpointing": True},
    "accumulation": {"accumulation": 2},
    "adapter": {"lora": Lora(rank=4)},
}


def every_pair(ways, ids):
    """Of families and ways; the fast tests have each family in the first way, and all in one."""
    first = next(iter(CONFIGS))
    return [
        pytest.param(
            name,
            way,
            id=f"{name}-{way_id}",
            marks=() if number == 0 or name == first else pytest.mark.slow,
        )
        for name in CONFIGS
        for number, (way, way_id) in enumerate(zip(ways, ids, strict=True))
    ]


def build(name, dtype="float32", attention="sdpa"):
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(
        copy.deepcopy(CONFIGS[name]), dtype=getattr(torch, dtype), attn_implementation=attention
    )
    model.loss_type = "ForCausalLM"
    return model


def wanted(**changes):
    return TrainingPass(**{"dtype": "float32", "batch_size": BATCH, "n_tokens": LENGTH, **changes})


def tape_of(model):
    return Tape([*model.parameters(), *model.buffers()], VOCABULARY)


@pytest.mark.filterwarnings("ignore:fan_in_fan_out", "ignore:Model has `tie_word")
def adapt(model, rank):
    config = LoraConfig(r=rank, target_modules="all-linear", task_type="CAUSAL_LM")
    inject_adapter_in_model(config, model)


def prepared(name, way):
    """A real model that is about to learn."""
    model = build(name, way.dtype, way.attention).train()
    if way.quantization != "none":
        quantize_model(model, way.quantization)
        model.train()
    if way.lora:
        adapt(model, way.lora.rank)
    if way.checkpointing:
        model.activation_checkpointing_enable({"use_reentrant": False})
    return model


def learn(model, way):
    with torch.autocast("cpu", torch.bfloat16, enabled=way.autocast is not None):
        loss = model(input_ids=IDS, labels=IDS, use_cache=False).loss
    loss.backward()


def gradients(model):
    return [each.grad for each in model.parameters() if each.grad is not None]


def real_peak(model, way):
    for _ in range(way.accumulation - 1):
        learn(model, way)
    tape = tape_of(model)
    tape.hold(gradients(model), "gradients")
    with tape:
        learn(model, way)
    tape.hold(gradients(model), "gradients")
    return tape.peak()


@pytest.mark.filterwarnings("ignore:fan_in_fan_out", "ignore:Model has `tie_word")
@pytest.mark.parametrize(("name", "changes"), every_pair(WAYS.values(), WAYS))
def test_a_training_pass_is_told_to_the_byte(name, changes):
    way = wanted(**changes)
    told = shape_of(CONFIGS[name]).tracer.training(way)
    real = real_peak(prepared(name, way), way)
    assert replace(told.peak, n_products=0) == real


@pytest.mark.filterwarnings("ignore:fan_in_fan_out", "ignore:Model has `tie_word")
@pytest.mark.parametrize("name", ["gpt2", "llama"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_an_adapter_beside_weights_of_4_bits_is_told_to_the_byte(name, dtype):
    way = wanted(dtype=dtype, quantization="bnb-nf4", lora=Lora(rank=4))
    told = shape_of(CONFIGS[name]).tracer.training(way)
    model = prepared(name, way)
    learning = [each for each in model.parameters() if each.requires_grad]
    assert told.adapter_bytes == sum(each.nbytes for each in learning)
    assert told.peak.total == real_peak(model, way).total


@pytest.mark.parametrize(
    ("name", "changes"),
    every_pair([{}, {"attention": "eager"}, {"autocast": "bfloat16"}], ("plain", "eager", "cast")),
)
def test_what_autograd_saves_is_what_the_forward_pass_is_said_to_keep(name, changes):
    way = wanted(**changes)
    model = prepared(name, way)
    there = {each.untyped_storage().data_ptr() for each in [*model.parameters(), *model.buffers()]}
    saved = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in there:
            saved[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = torch.ones(BATCH, LENGTH, dtype=torch.long)
    with (
        torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor),
        torch.autocast("cpu", torch.bfloat16, enabled=way.autocast is not None),
    ):
        loss = model(input_ids=ids, labels=ids, use_cache=False).loss
    told = shape_of(CONFIGS[name]).tracer.training(way)
    assert loss.requires_grad
    # The loss itself, and what a graph holds without having asked for it, come on top.
    assert sum(saved.values()) == pytest.approx(told.saved, rel=0.02)


@pytest.mark.parametrize("name", CONFIGS)
def test_gradients_are_told_to_the_byte(name):
    way = wanted()
    model = prepared(name, way)
    learn(model, way)
    told = shape_of(CONFIGS[name]).tracer.training(way)
    assert sum(each.bytes for each in told.learning) == sum(g.nbytes for g in gradients(model))
    assert [each.shape for each in told.learning] == [tuple(p.shape) for p in model.parameters()]


def reading(name, way):
    model = build(name, way.dtype, way.attention).eval()
    ids = torch.ones(BATCH, LENGTH, dtype=torch.long)
    tape = tape_of(model)
    with tape, torch.no_grad():
        if way.scored == "all":
            logits = model(input_ids=ids, use_cache=False).logits
            scores = logits.float().log_softmax(dim=-1)
        else:
            found = model(input_ids=ids, use_cache=True, logits_to_keep=1)
            scores = found.logits[:, -1].float().logsumexp(dim=-1)
    assert len(scores) == BATCH
    return tape.peak()


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("scored", ["last", "all"])
@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_reading_is_told_to_the_byte(name, scored, attention, dtype):
    way = InferencePass(
        dtype=dtype, attention=attention, batch_size=BATCH, n_tokens=LENGTH, scored=scored
    )
    assert shape_of(CONFIGS[name]).tracer.reading(way).total == reading(name, way).total


def targets_of(n_targets):
    """Of every text, the tokens that follow its last ones but one are to be told."""
    targets = torch.full((BATCH, LENGTH), IGNORED)
    targets[:, -n_targets:] = 1
    return targets


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("n_targets", [1, 9])
def test_learning_some_tokens_is_told_as_the_own_step_does_it(name, n_targets):
    way = wanted(n_targets=n_targets)
    model = prepared(name, way)
    tape = tape_of(model)
    with tape:
        logits, following, _ = batch_logits(model, IDS, targets_of(n_targets))
        loss = torch.nn.functional.cross_entropy(logits.float(), following)
        loss.backward()
    tape.hold(gradients(model), "gradients")
    told = shape_of(CONFIGS[name]).tracer.training(way).peak
    # The mask itself, and the places that it tells, come on top.
    assert told.total == pytest.approx(tape.peak().total, rel=0.02)


@pytest.mark.parametrize("name", CONFIGS)
def test_scoring_some_tokens_is_told_as_likelihoods_are_computed(name):
    model = build(name).eval()
    tape = tape_of(model)
    with tape, torch.no_grad():
        logits, _, _ = batch_logits(model, IDS, targets_of(9))
        scores = logits.float().log_softmax(dim=-1)
    assert len(scores) == BATCH * 9
    way = InferencePass(
        dtype="float32", batch_size=BATCH, n_tokens=LENGTH, scored="all", n_targets=9
    )
    told = shape_of(CONFIGS[name]).tracer.reading(way)
    assert told.total == pytest.approx(tape.peak().total, rel=0.02)


def tensors_of(cache):
    for layer in cache.layers:
        yield from (each for each in vars(layer).values() if isinstance(each, torch.Tensor))


@pytest.mark.parametrize("name", CONFIGS)
def test_writing_the_last_token_is_told_to_the_byte(name):
    way = InferencePass(dtype="float32", batch_size=BATCH, n_tokens=LENGTH)
    model = build(name).eval()
    ids = torch.ones(BATCH, LENGTH - 1, dtype=torch.long)
    with torch.no_grad():
        cache = DynamicCache(config=model.config)
        for part in (ids[:, :-1], ids[:, -1:]):
            model(input_ids=part, past_key_values=cache, use_cache=True)
        tape = tape_of(model)
        tape.hold(tensors_of(cache), "cache")
        last = torch.ones(BATCH, 1, dtype=torch.long)
        with tape:
            found = model(input_ids=last, past_key_values=cache, use_cache=True, logits_to_keep=1)
            scores = found.logits[:, -1].float().logsumexp(dim=-1)
    assert len(scores) == BATCH
    assert shape_of(CONFIGS[name]).tracer.continuing(way).total == tape.peak().total


@pytest.mark.parametrize(
    ("name", "changes"),
    every_pair(
        [{}, {"autocast": "bfloat16"}, {"quantization": "bnb-nf4"}], ("plain", "cast", "quantized")
    ),
)
def test_reading_and_writing_together_is_told_as_each_alone(name, changes):
    way = InferencePass(dtype="float32", batch_size=BATCH, n_tokens=LENGTH, **changes)
    tracer = shape_of(CONFIGS[name]).tracer
    read, written = tracer.answering(way, LENGTH + 9)
    assert read == tracer.reading(way)
    assert written == tracer.continuing(replace(way, n_tokens=LENGTH + 9))


def test_tracing_leaves_the_random_generator_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    shape_of(CONFIGS["gpt2"]).tracer.training(wanted())
    assert torch.equal(torch.get_rng_state(), before)


def test_the_configuration_is_not_changed():
    before = CONFIGS["llama"].to_dict()
    shape_of(CONFIGS["llama"]).tracer.training(wanted(attention="eager"))
    assert CONFIGS["llama"].to_dict() == before


def test_quantized_weights_do_not_learn():
    with pytest.raises(ValueError, match="do not learn: add an adapter"):
        shape_of(CONFIGS["llama"]).tracer.training(wanted(quantization="bnb-nf4"))


def test_nothing_goes_on_after_no_token():
    way = InferencePass(dtype="float32", batch_size=1, n_tokens=1)
    with pytest.raises(ValueError, match="after at least one token"):
        shape_of(CONFIGS["llama"]).tracer.continuing(way)


def test_a_model_without_that_attention_is_refused():
    shape = shape_of(Gemma2Config(**SHARED, head_dim=16))
    way = InferencePass(dtype="float32", attention="sdpa", batch_size=1, n_tokens=8)
    with pytest.raises(ValueError, match="gemma2 cannot be built with sdpa attention"):
        shape.tracer.reading(way)


def test_a_model_that_cannot_be_traced_is_refused():
    shape = shape_of(MixtralConfig(**SHARED))
    with pytest.raises(ValueError, match="mixtral models cannot be told beforehand"):
        shape.tracer.training(wanted())
