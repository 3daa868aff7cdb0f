"""What is written for peft is run: trained, merged, and asked before and after."""

import json
import runpy
import sys

import pytest

from spoonbench.harness.finetune.plan import plan_for
from spoonbench.harness.finetune.writing import write_plan

# Said by peft of transformers, and of GPT-2's layers.
pytestmark = [
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    pytest.mark.filterwarnings("ignore:fan_in_fan_out is set to False:UserWarning"),
]
ROWS = [
    {"question": f"where is card {n}", "answer": "card" if n % 2 else "bill"} for n in range(30)
]


@pytest.fixture
def run_script(monkeypatch):
    def run(folder, *words):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", list(words))
        runpy.run_path(str(folder / words[0]), run_name="__main__")

    return run


@pytest.fixture
def data_file(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


# With a chat template, and without one.
@pytest.mark.parametrize("family", ["llama", pytest.param("gpt2", marks=pytest.mark.slow)])
def test_merged_answers_are_those_of_the_adapter(
    family, make_model_folder, data_file, run_script, capsys
):
    import torch  # noqa: PLC0415
    from peft import PeftModel  # noqa: PLC0415
    from transformers import AutoModelForCausalLM  # noqa: PLC0415

    base = make_model_folder(family)
    plan = plan_for(
        "lora",
        "peft",
        {"model": str(base), "data": str(data_file), "device": "cpu"},
        rank=4,
        batch=4,
        accumulation=1,
        epochs=1,
        learning_rate=5e-3,
        context=64,
    )
    folder = data_file.parent / "plan"
    write_plan(plan, folder)
    run_script(folder, "train.py", "peft.json")
    run_script(
        folder,
        *("merge.py", "--base", str(base), "--adapter", "trained", "--out", "merged"),
        *("--dtype", "float32", "--least", "1.0"),
    )
    assert "equal next tokens: 100.0%" in capsys.readouterr().out

    ids = torch.arange(3, 40)[None]
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    with torch.no_grad():
        before = plain(ids).logits.clone()
        adapted = PeftModel.from_pretrained(plain, folder / "trained").eval()(ids).logits
        merged = AutoModelForCausalLM.from_pretrained(folder / "merged").eval()(ids).logits
    assert not torch.allclose(adapted, before, atol=1e-2)
    torch.testing.assert_close(merged, adapted, atol=1e-4, rtol=1e-4)
