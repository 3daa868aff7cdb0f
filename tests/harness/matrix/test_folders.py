"""A matrix of a model of elsewhere: its cells, what is skipped, and that it can be prepared."""

import json
import shutil

import pytest

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.pretrained.params import read_params


@pytest.fixture
def cells(laboratory):
    """The cells of a matrix of a folder, by name."""

    def run(folder, axes):
        plan = laboratory.plan(axes, str(folder))
        return {cell.name: cell for cell in plan.matrix.cells}

    return run


def test_its_parameters_are_those_that_the_contestant_takes(laboratory, gpt2_folder):
    plan = laboratory.plan({"batch": [1]}, str(gpt2_folder))
    params = read_params(plan.entry.lineup.params)
    assert (params.model, params.shots, params.chat) == (str(gpt2_folder), 4, "auto")


def test_everything_is_tried_that_is_here(cells, qwen3_folder):
    found = cells(
        qwen3_folder,
        {
            "dtype": ["fp32", "bf16", "fp16"],
            "quantization": ["none", "int8", "int4"],
            "engine": ["torch", "lean"],
        },
    )
    skipped = {name for name, cell in found.items() if cell.why_skipped is not None}
    assert skipped == {f"fp16-{m}-{e}" for m in ("bnb-int8", "bnb-nf4") for e in ("native", "lean")}


@pytest.mark.parametrize("mode", ["answer", "prefill", "decode", "score", "train"])
def test_every_mode_is_tried(cells, gpt2_folder, mode):
    (cell,) = cells(gpt2_folder, {"mode": [mode]}).values()
    assert cell.why_skipped is None


def test_weights_are_predicted_from_the_configuration_alone(cells, gpt2_folder, tmp_path):
    shutil.copytree(gpt2_folder, tmp_path / "model")
    (tmp_path / "model" / "model.safetensors").write_bytes(b"no weights")
    found = cells(tmp_path / "model", {"dtype": ["fp32", "bf16"], "batch": [1]})
    whole, half = (cell.weight_bytes for cell in found.values())
    assert whole == pytest.approx(2 * half, rel=0.05)
    assert all(cell.peak_parts["weights"] == cell.weight_bytes for cell in found.values())


def test_engines_that_do_not_run_its_type_are_skipped_beforehand(cells, gpt2_folder, tmp_path):
    folder = shutil.copytree(gpt2_folder, tmp_path / "model")
    config = {
        "model_type": "mpt",
        "architectures": ["MptForCausalLM"],
        "d_model": 32,
        "n_heads": 2,
        "n_layers": 1,
        "max_seq_len": 64,
        "vocab_size": 400,
    }
    (folder / "config.json").write_text(json.dumps(config))
    native, lean = cells(folder, {"engine": ["native", "lean"]}).values()
    assert native.why_skipped is None
    assert lean.why_skipped == (
        "the engine lean runs models of arcee, gpt2, llama, mistral, qwen2, qwen3, not mpt"
    )


def test_an_encoder_is_refused_before_any_cell(cells, gpt2_folder, tmp_path):
    folder = shutil.copytree(gpt2_folder, tmp_path / "model")
    config = {"model_type": "bert", "architectures": ["BertForMaskedLM"], "hidden_size": 32}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(Unsupported, match="BertForMaskedLM is no causal language model"):
        cells(folder, {"batch": [1]})
