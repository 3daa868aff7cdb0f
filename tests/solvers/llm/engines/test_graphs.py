"""Graphs that others compute write what the model itself writes; without their library, a reason.

`tox run -e engines` runs these; the usual tests have none of these libraries and skip them.
"""

import os
import subprocess
import sys
from importlib import metadata

import pytest
import torch
from transformers import AutoModelForCausalLM, MistralConfig

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.engines import ENGINES
from spoonbench.solvers.llm.engines.build import build_execution
from spoonbench.solvers.llm.solver import LanguageModelSolver
from spoonbench.solvers.texts import Decoding

FAMILIES = ("arcee", "gpt2", "llama")
GRAPHS = ("onnxruntime", "openvino")


@pytest.fixture(scope="module", params=GRAPHS)
def name(request, needs):
    """Each engine whose libraries are here."""
    for distribution in ENGINES[request.param].requires:
        needs(distribution)
    return request.param


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_tokens_and_scores(build, compare, name, family, side):
    model = build(family)
    execution, report = build_execution(model, Settings(engine=name, threads=1))
    assert report.library.startswith(f"{name} ")
    assert report.notes["threads"] == 1
    pairs, distance = compare(execution.runtime, model, side=side)
    rows = [pair for ours, theirs in pairs for pair in zip(ours, theirs, strict=True)]
    assert len(rows) >= 48
    assert sum(one == other for one, other in rows) >= 0.99 * len(rows)
    assert distance < 1e-3


def test_a_window_that_cannot_be_carried_on_is_refused(needs):
    needs("onnxruntime")
    config = MistralConfig(
        vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, sliding_window=6,
    )  # fmt: skip
    model = AutoModelForCausalLM.from_config(config).eval()
    with pytest.raises(Unsupported, match=r"more than keys and values \(a layer with a window"):
        build_execution(model, Settings(engine="onnxruntime", threads=1))


def test_two_batches_at_once_do_not_share_what_they_read(build, name):
    model = build("arcee")
    runtime = build_execution(model, Settings(engine=name))[0].runtime
    ids = torch.tensor([[5, 6, 7], [8, 9, 10]])
    places = torch.arange(3)[None].expand(2, -1)
    first, second = runtime.start(2, 6), runtime.start(2, 6)
    first(ids, torch.ones_like(ids), places)
    second(ids + 20, torch.ones_like(ids), places)
    step = (torch.tensor([[3], [4]]), torch.ones(2, 4, dtype=torch.long), torch.tensor([[3], [3]]))
    ours = first(*step)
    with torch.no_grad():
        theirs = model(torch.cat([ids, step[0]], dim=1)).logits[:, -1]
    assert torch.allclose(ours, theirs, atol=1e-3)


@pytest.fixture(scope="module")
def folder(train, tmp_path_factory):
    """What a training kept."""
    solver, _ = train()
    place = tmp_path_factory.mktemp("weights")
    solver.save(place)
    return place


def load(folder, small, **settings):
    solver = LanguageModelSolver()
    solver.prepare(Settings(params=dict(small), **settings))
    solver.load(folder)
    return solver


def test_trained_models_answer_the_same(folder, small, name, make_examples, problems):
    plain, other = load(folder, small), load(folder, small, engine=name)
    report = other.build_engine()
    assert (report.engine, report.build_s > 0) == (name, True)
    known = [*problems, *(example.problem for example in make_examples(40))]
    texts = [[answer.raw_text for answer in solver.solve(known)] for solver in (plain, other)]
    alone = [other.solve([problem])[0].raw_text for problem in known[:4]]
    assert texts[0] == texts[1]
    assert alone == texts[0][:4]
    decoding = Decoding(max_new_tokens=12, stop_strings=("ans", "never"))
    prompts = [problem.text + "\n" for problem in problems]
    ours, theirs = (solver.generate(prompts, decoding) for solver in (other, plain))
    assert [(t.text, t.stopped_by) for t in ours] == [(t.text, t.stopped_by) for t in theirs]
    assert "stop_string" in {text.stopped_by for text in ours}


def test_openvino_says_what_it_computes_in_where_bfloat16_is_asked(folder, small, needs, problems):
    """A processor without such products is given float32, and the cell says so."""
    needs("openvino")
    able = pytest.importorskip("openvino").Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    plain = load(folder, small, dtype="bfloat16")
    other = load(folder, small, dtype="bfloat16", engine="openvino")
    assert other.build_engine().notes["precision"] == ("bf16" if "BF16" in able else "f32")
    pairs = zip(plain.solve(problems), other.solve(problems), strict=True)
    assert sum(one.value == two.value for one, two in pairs) >= 0.8 * len(problems)


def test_openvino_tells_nobody_of_its_use(needs, tmp_path):
    needs("openvino")
    code = (
        "import sys; from spoonbench.solvers.llm.engines.openvino_runtime import _import_quietly;"
        "_import_quietly(); import openvino.tools.ovc;"
        "print(sys.modules['openvino_telemetry'], openvino.__name__)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout.split() == ["None", "openvino"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name_without", GRAPHS)
def test_without_its_library_an_engine_is_refused_with_the_extra_to_install(
    monkeypatch, small, name_without
):
    real = metadata.version

    def version(distribution):
        if distribution in ENGINES[name_without].requires:
            raise metadata.PackageNotFoundError(distribution)
        return real(distribution)

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(Unsupported, match=rf"pip install 'spoonbench\[{name_without}\]'"):
        LanguageModelSolver().prepare(Settings(params=dict(small), engine=name_without))
