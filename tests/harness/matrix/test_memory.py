"""What cells will take is told for each as if it were alone, and why it cannot be."""

import itertools

import pytest
from transformers import GPT2Config, GPTNeoConfig, LlamaConfig

from spoonbench.harness.matrix.memory import KnownModel, NotTold, cell_weights, predict_cells
from spoonbench.harness.matrix_records import Conditions
from spoonbench.harness.predict.inference import predict_inference
from spoonbench.harness.predict.prediction import MemoryPrediction
from spoonbench.harness.predict.training import predict_training
from spoonbench.solvers.held_memory import TrainingPass
from spoonbench.solvers.llm.shapes import shape_of
from spoonbench.solvers.text_sizes import PairSizes, TextSizes

PAIR = PairSizes(lengths=(20, 36), targets=6)
SIZES = TextSizes(questions=(12, 30), answer=8, scored=PAIR, learned=PAIR)
BATCHES = (1, 2, 3, 8, 40)


@pytest.fixture(scope="module", params=["llama", "gpt2"])
def model(request):
    config = {
        "llama": LlamaConfig(
            vocab_size=90, hidden_size=32, intermediate_size=64, num_hidden_layers=2,
            num_attention_heads=2,
        ),
        "gpt2": GPT2Config(vocab_size=90, n_embd=32, n_layer=2, n_head=2),
    }[request.param]  # fmt: skip
    return KnownModel(shape=shape_of(config), sizes=SIZES)


def cells(**axes):
    names = list(axes)
    return [
        Conditions(**dict(zip(names, values, strict=True)))
        for values in itertools.product(*axes.values())
    ]


def tell(model, wanted):
    """Predictions of cells, every one of which can be told."""
    found = {}
    for at, told in predict_cells(model, wanted).items():
        assert isinstance(told, MemoryPrediction)
        found[at] = told
    return found


def test_a_whole_sweep_is_told_as_each_cell_alone(model):
    wanted = cells(batch_size=BATCHES, dtype=("float32", "bfloat16"))
    told = tell(model, wanted)
    for at in wanted:
        alone = predict_inference(
            model.shape, at.dtype, batch_size=at.batch_size, prompt_tokens=30, new_tokens=8
        )
        assert told[at].components == alone.components
        assert told[at].moment == alone.moment


@pytest.mark.parametrize("method", ["bnb-int8", "bnb-nf4", "quanto-int4"])
def test_a_quantized_cell_has_its_own_weights(model, method):
    wanted = cells(batch_size=(1, 5, 20), quantization=("none", method))
    told = tell(model, wanted)
    for at in wanted:
        alone = predict_inference(
            model.shape,
            "float32",
            at.quantization,
            batch_size=at.batch_size,
            prompt_tokens=30,
            new_tokens=8,
        )
        assert told[at].components == alone.components
        assert told[at].weights == cell_weights(at, model.shape)


def test_a_model_without_fused_attention_is_told_with_the_plain_one():
    config = GPTNeoConfig(
        vocab_size=90, hidden_size=32, num_layers=2, num_heads=2, attention_types=[[["global"], 2]]
    )
    model = KnownModel(shape=shape_of(config), sizes=SIZES)
    unsaid, plain = cells(attention=(None, "eager"))
    told = tell(model, [unsaid, plain])
    assert told[unsaid].components == told[plain].components
    refused = predict_cells(model, cells(attention=("sdpa",)))
    assert all(isinstance(found, NotTold) for found in refused.values())


def test_every_mode_is_told_with_its_own_lengths(model):
    prefill = Conditions(mode="prefill", batch_size=3, prompt_tokens=50)
    decode = Conditions(mode="decode", batch_size=3, prompt_tokens=50, new_tokens=7)
    train = Conditions(mode="train", batch_size=3, accumulation=2, dtype="bfloat16")
    score = Conditions(mode="score", batch_size=3)
    told = tell(model, [prefill, decode, train, score])
    shape = model.shape
    assert (
        told[prefill].total
        == predict_inference(shape, "float32", batch_size=3, prompt_tokens=50).total
    )
    assert (
        told[decode].total
        == predict_inference(shape, "float32", batch_size=3, prompt_tokens=50, new_tokens=7).total
    )
    assert (
        told[score].total
        == predict_inference(
            shape, "float32", batch_size=3, prompt_tokens=36, scored="all", n_targets=6
        ).total
    )
    step = TrainingPass(
        dtype="float32", autocast="bfloat16", batch_size=3, n_tokens=36, n_targets=6,
        accumulation=2,
    )  # fmt: skip
    assert told[train].total == predict_training(shape, step, stepping="fused").total


def test_few_sizes_of_many_are_traced(model):
    traced = []
    tracer = model.shape.tracer

    class Counting:
        def answering(self, wanted, n_tokens):
            traced.append(wanted.batch_size)
            return tracer.answering(wanted, n_tokens)

    shape = type(model.shape)(
        matrices=model.shape.matrices,
        n_others=model.shape.n_others,
        buffer_bytes=model.shape.buffer_bytes,
        cache=model.shape.cache,
        tracer=Counting(),
    )
    sizes = tuple(range(10, 60))
    predict_cells(KnownModel(shape=shape, sizes=SIZES), cells(batch_size=sizes))
    assert len(traced) <= 12


@pytest.mark.parametrize(
    ("known", "at", "why"),
    [
        (KnownModel(), Conditions(), "does not tell what it is made of"),
        ("no sizes", Conditions(), "how long its texts are"),
        ("all", Conditions(engine="onnxruntime", dtype="bfloat16"), "in bfloat16 on cpu was not"),
        ("all", Conditions(engine="compile", device="cuda:0"), "in float32 on cuda:0 was not"),
        ("all", Conditions(engine="openvino", mode="score"), "in the mode score was not measured"),
        ("all", Conditions(engine="another"), "holds the model in its own way"),
    ],
)
def test_what_cannot_be_told_has_a_reason(model, known, at, why):
    known = (
        known
        if isinstance(known, KnownModel)
        else {
            "no sizes": KnownModel(shape=model.shape),
            "all": model,
        }[known]
    )
    (told,) = predict_cells(known, [at]).values()
    assert isinstance(told, NotTold)
    assert why in str(told)


def test_lengths_that_are_given_need_no_texts(model):
    at = Conditions(mode="prefill", prompt_tokens=16)
    told = tell(KnownModel(shape=model.shape), [at])[at]
    assert told.total > told.weights


@pytest.mark.parametrize("mode", ["answer", "prefill", "decode"])
def test_engines_are_told_as_if_each_were_alone(model, mode):
    prompt, new = (None, None) if mode == "answer" else (16, 4)
    wanted = [
        Conditions(engine=engine, mode=mode, batch_size=size, prompt_tokens=prompt, new_tokens=new)
        for engine in ("native", "compile", "onnxruntime", "openvino")
        for size in (1, 3, 8)
    ]
    told = tell(model, wanted)
    for at in wanted:
        if at.batch_size == 3:
            alone = tell(model, [at])[at]
            assert told[at].components == pytest.approx(alone.components, abs=1)
    for size in (1, 3, 8):
        native, compiled, session, packed = (
            told[at].total for at in wanted if at.batch_size == size
        )
        assert native == compiled
        assert session > packed > native
