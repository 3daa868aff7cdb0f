"""Every method changes what it says it changes, and what it says of bytes is so."""

from importlib import import_module

import pytest
import torch

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.quantization.census import take_census
from spoonbench.solvers.llm.quantization.layers import linear_layers
from spoonbench.solvers.llm.quantization.methods import APPLY, CALIBRATE
from spoonbench.solvers.llm.quantization.quantize import check_method, quantize_model
from spoonbench.solvers.quantizations import METHODS, Method

FAMILIES = {"arcee": 12, "gpt2": 8}
FARTHEST = {8: 0.1, 4: 0.35, 3: 0.7, 2: 1.2}
"""Bits of a weight to the greatest relative distance of scores of random weights."""


TEXTS = torch.randint(0, 320, (32, 20), generator=torch.Generator().manual_seed(2)).tolist()
"""For a method that calibrates."""


@pytest.fixture(params=METHODS)
def method(request, needs):
    """Each method whose library is here."""
    found = METHODS[request.param]
    needs(found.requires)
    return found


def changed_share(after, before):
    return float((after - before).norm() / before.norm())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_all_layers_but_the_head_are_quantized(build, scores, method, family, dtype):
    model = build(family, dtype)
    if dtype not in method.dtypes:
        with pytest.raises(Unsupported, match=f"{method.name} computes in float32, not {dtype}"):
            quantize_model(model, method.name, TEXTS)
        return
    before = scores(model)
    done = quantize_model(model, method.name, TEXTS)
    assert (done.method, done.layers_quantized) == (method.name, FAMILIES[family])
    assert done.skipped == ("lm_head",)
    assert done.layers_skipped == 1
    assert done.layers_turned == (8 if family == "gpt2" else 0)
    assert method.requires in done.kernel
    assert done.bytes_after < done.bytes_before
    assert 0 < changed_share(scores(model), before) < FARTHEST[method.bits]


@pytest.mark.parametrize("family", FAMILIES)
def test_fewer_bits_take_fewer_bytes_and_cost_more_accuracy(build, scores, family):
    found = {}
    for name in ("bnb-int8", "bnb-nf4"):
        model = build(family)
        before = scores(model)
        done = quantize_model(model, name)
        found[name] = (done.bytes_after, changed_share(scores(model), before))
    assert found["bnb-nf4"][0] < found["bnb-int8"][0]
    assert found["bnb-nf4"][1] > found["bnb-int8"][1]


def test_bytes_are_those_of_integers_and_scales(build):
    model = build("arcee")
    layers = [layer for name, layer in linear_layers(model).items() if name != "lm_head"]
    n_weights = sum(layer.weight.numel() for layer in layers)
    n_rows = sum(layer.out_features for layer in layers)
    done = quantize_model(model, "bnb-int8")
    assert done.bytes_before == sum(p.nbytes for p in build("arcee").parameters()) + n_buffers()
    assert done.bytes_before - done.bytes_after == 4 * n_weights - (n_weights + 4 * n_rows)


def n_buffers():
    """Bytes of the two tables of rotary frequencies, of 16 numbers each."""
    return 2 * 16 * 4


def torchao_alone(model):
    library = import_module("torchao.quantization")
    library.quantize_(model, library.Int8WeightOnlyConfig())


def quanto_alone(model):
    library = import_module("optimum.quanto")
    library.quantize(model, weights=library.qint8)
    library.freeze(model)


@pytest.mark.parametrize(
    ("name", "quantize"), [("torchao", torchao_alone), ("optimum-quanto", quanto_alone)]
)
def test_libraries_alone_skip_the_layers_of_gpt2_without_a_word(build, needs, name, quantize):
    """Why they are turned first."""
    needs(name)
    model = build("gpt2")
    before = take_census(model)
    with torch.no_grad():
        quantize(model)
    after = take_census(model, tuple(before.layers))
    changed = {name for name, state in before.layers.items() if after.layers[name] != state}
    assert changed == {"lm_head"}


def test_what_changes_nothing_is_said_to_change_nothing(build, monkeypatch):
    idle = Method(name="idle", bits=8, summary="", requires="torch", module="torch")
    monkeypatch.setitem(METHODS, "idle", idle)
    monkeypatch.setitem(APPLY, "idle", lambda model, names: None)
    done = quantize_model(build("gpt2"), "idle")
    assert (done.layers_quantized, done.layers_skipped) == (0, 9)
    assert done.kernel is None
    assert done.bytes_after == done.bytes_before
    assert done.layers_turned == 8


@pytest.mark.parametrize(
    ("name", "device", "dtype", "reason"),
    [
        ("int7", "cpu", "float32", "no quantization 'int7'; there are bnb-fp4, bnb-int8"),
        ("bnb-int8", "mps", "float32", "bnb-int8 runs on cpu, cuda, not mps"),
        ("torch-int8dyn", "cuda:1", "float32", "torch-int8dyn runs on cpu, not cuda:1"),
        ("bnb-nf4", "cpu", "float64", "bnb-nf4 computes in float32, bfloat16, not float64"),
    ],
)
def test_what_cannot_be_had_is_refused_with_the_reason(name, device, dtype, reason):
    with pytest.raises(Unsupported, match=reason):
        check_method(name, device, dtype)


def test_a_missing_library_is_named_with_the_way_to_get_it(monkeypatch):
    missing = Method(
        name="none-such",
        bits=8,
        summary="",
        requires="no-such-library",
        module="no_such_library",
    )
    monkeypatch.setitem(METHODS, "none-such", missing)
    with pytest.raises(Unsupported, match=r"needs no-such-library.*pip install no-such-library"):
        check_method("none-such", "cpu", "float32")


def test_every_method_has_its_code():
    assert [*APPLY, *CALIBRATE] == list(METHODS)
    assert {name for name, one in METHODS.items() if one.calibrates} == set(CALIBRATE)


def test_a_method_that_calibrates_wants_texts(build, monkeypatch):
    wants = Method(
        name="wants", bits=8, summary="", requires="torch", module="torch", calibrates=True
    )
    monkeypatch.setitem(METHODS, "wants", wants)
    with pytest.raises(Unsupported, match="wants calibrates on texts, and was given none"):
        quantize_model(build("arcee"), "wants")


def test_every_part_of_a_method_is_looked_for(monkeypatch):
    parts = Method(
        name="parts",
        bits=8,
        summary="",
        requires="torch",
        module="torch",
        also=("no-such-part",),
        note=" (apart)",
    )
    monkeypatch.setitem(METHODS, "parts", parts)
    with pytest.raises(Unsupported) as caught:
        check_method("parts", "cpu", "float32")
    assert str(caught.value) == ("parts needs no-such-part: pip install torch no-such-part (apart)")


@pytest.mark.parametrize("method", ["bnb-int8", "bnb-nf4"])
def test_layers_of_bitsandbytes_are_in_evaluation(build, method):
    """In training it computes by other kernels than it has for answers."""
    model = build("arcee")
    quantize_model(model, method)
    assert not any(layer.training for layer in model.modules())
