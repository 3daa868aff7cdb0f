import json
import shlex

import pytest

from spoonbench.harness.finetune.plan import BadPlan, plan_for
from spoonbench.harness.finetune.rendering import read_configuration
from spoonbench.harness.finetune.schema import find_faults, read_schema
from spoonbench.harness.finetune.scripts import (
    MERGE_SCRIPT,
    TRAIN_SCRIPT,
    UNSLOTH_SCRIPT,
    read_script,
)
from spoonbench.harness.finetune.steps import steps_text
from spoonbench.harness.finetune.training_data import (
    divide,
    item_of,
    read_pairs,
    write_training_data,
)
from spoonbench.harness.finetune.writers.llama_factory import merge_configuration
from spoonbench.harness.finetune.writers.mlx import configure as configure_mlx
from spoonbench.harness.finetune.writers.ollama import deployed
from spoonbench.harness.finetune.writers.registry import WRITERS
from spoonbench.harness.finetune.writers.writer import Form, Material
from spoonbench.harness.finetune.writing import STEPS, write_plan
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.user_file import read_task

TRAINERS = [name for name in WRITERS if name != "ollama-modelfile"]


@pytest.fixture
def data_file(tmp_path):
    rows = [{"question": f"what is {n} and 1?", "answer": str(n + 1)} for n in range(200)]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def make_plan(data_file):
    def make(method="lora", tool="axolotl", **given):
        return plan_for(method, tool, {"model": "Qwen/Qwen3-0.6B", "data": str(data_file)}, **given)

    return make


def lines_of(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("method", ["lora", "qlora", "full"])
@pytest.mark.parametrize("tool", TRAINERS)
def test_what_is_written_fits_the_schema_and_names_files_that_are_there(
    tool, method, make_plan, tmp_path
):
    folder = tmp_path / "plan"
    paths = write_plan(make_plan(method, tool), folder, parameters=0.6e9)
    assert all(path.is_file() for path in paths)
    assert find_faults(read_configuration(paths[0], tool), read_schema(tool)) == []
    steps = (folder / STEPS).read_text(encoding="utf-8")
    for command in WRITERS[tool].train(make_plan(method, tool)):
        assert command in steps
        names = [word for word in shlex.split(command) if word.endswith((".py", ".yaml", ".json"))]
        assert all((folder / name).is_file() for name in names)
    assert "never into a quantized one" in steps or method == "full" or tool == "unsloth"
    assert "GB" in steps


@pytest.mark.parametrize("tool", TRAINERS)
def test_what_a_duel_measures_is_never_trained_on(tool, make_plan, data_file, tmp_path):
    write_plan(make_plan(tool=tool), tmp_path / "plan", is_forced=True)
    written = "".join(path.read_text() for path in (tmp_path / "plan" / "data").glob("*.jsonl"))
    measured = [item.problem.text for split in read_task(data_file).splits for item in split.items]
    assert measured
    assert not any(f'"{text}"' in written for text in measured)


def test_a_prompt_shows_examples_and_trains_nothing(make_plan, tmp_path):
    plan = make_plan("prompt", "ollama-modelfile", system="Answer with a number.")
    paths = write_plan(plan, tmp_path / "plan")
    found = read_configuration(paths[0], "ollama-modelfile")
    assert found["from"] == "Qwen/Qwen3-0.6B"
    assert found["system"] == "Answer with a number."
    assert [message["role"] for message in found["messages"]] == ["user", "assistant"] * 4
    assert not (tmp_path / "plan" / "data").exists()


def test_files_that_are_there_are_left_unless_told_otherwise(make_plan, tmp_path):
    (tmp_path / "plan").mkdir()
    (tmp_path / "plan" / "axolotl.yaml").write_text("mine")
    with pytest.raises(BadPlan, match=r"axolotl\.yaml is there already: .* --force"):
        write_plan(make_plan(), tmp_path / "plan")
    assert [path.name for path in (tmp_path / "plan").iterdir()] == ["axolotl.yaml"]
    assert (tmp_path / "plan" / "axolotl.yaml").read_text() == "mine"
    write_plan(make_plan(), tmp_path / "plan", is_forced=True)
    assert "base_model" in (tmp_path / "plan" / "axolotl.yaml").read_text()


def test_nothing_is_written_where_the_plan_is_refused(make_plan, tmp_path):
    with pytest.raises(BadPlan, match="rank is 0"):
        write_plan(make_plan(rank=0), tmp_path / "plan")
    with pytest.raises(BadPlan, match="by prediction"):
        write_plan(make_plan("full"), tmp_path / "plan", parameters=7e9, memory_bytes=24e9)
    with pytest.raises(BadPlan, match="Name the file"):
        write_plan(plan_for("lora", "trl", {"model": "m"}), tmp_path / "plan")
    with pytest.raises(BadPlan, match="decoder is outlined"):
        write_plan(make_plan(), tmp_path / "plan", parameters=3)
    assert not (tmp_path / "plan").exists()


def test_a_folder_beside_the_user_is_named_in_full(data_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "base").mkdir()
    plan = plan_for("lora", "trl", {"model": "base", "data": data_file.name})
    paths = write_plan(plan, tmp_path / "plan")
    assert read_configuration(paths[0], "trl")["model_name_or_path"] == str(tmp_path / "base")
    assert str(data_file) in (tmp_path / "plan" / STEPS).read_text()


def test_names_cannot_act_in_commands(make_plan, tmp_path):
    model = "org/x; rm -rf ~ `id`"
    plan = make_plan("qlora", "mlx", model=model)
    text = steps_text(plan, WRITERS["mlx"], Material(n_train=100))
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    naming = [command for command in commands if "rm -rf" in command]
    assert naming
    assert all(model in shlex.split(command) for command in naming)
    assert "`id`" not in text.splitlines()[0]


def test_llama_factory_finds_its_data(make_plan, tmp_path):
    write_plan(make_plan(tool="llama-factory"), tmp_path)
    config = read_configuration(tmp_path / "llama_factory.yaml", "llama-factory")
    table = json.loads((tmp_path / config["dataset_dir"] / "dataset_info.json").read_text())
    for name in (config["dataset"], config["eval_dataset"]):
        rows = lines_of(tmp_path / config["dataset_dir"] / table[name]["file_name"])
        tags = table[name]["tags"]
        message = rows[0][table[name]["columns"]["messages"]][0]
        assert message[tags["role_tag"]] == tags["user_tag"]
    allowed = read_schema("llama-factory")["properties"]
    assert set(merge_configuration(make_plan())) <= set(allowed)
    assert "quantization_bit" not in merge_configuration(make_plan("qlora", "llama-factory"))


def test_mlx_counts_batches_and_its_schedule_counts_steps(make_plan):
    plan = make_plan("lora", "mlx", batch=4, accumulation=4, epochs=3, warmup_share=0.1)
    config = configure_mlx(plan, Material(n_train=160))
    assert config["iters"] == 120
    assert config["lr_schedule"]["warmup"] == 3
    assert config["lr_schedule"]["arguments"] == [2e-4, 27]
    assert config["lora_parameters"]["scale"] == 2.0


@pytest.mark.parametrize(
    ("targets", "keys"),
    [
        (("q_proj", "up_proj"), ["self_attn.q_proj", "mlp.up_proj"]),
        (("attn.qkv",), ["attn.qkv"]),
    ],
)
def test_mlx_names_layers_within_their_block(make_plan, targets, keys):
    config = configure_mlx(make_plan("lora", "mlx", targets=targets), Material(n_train=100))
    assert config["lora_parameters"]["keys"] == keys


def test_mlx_trains_beside_4_bits_and_merges_into_16(make_plan):
    plan = make_plan("qlora", "mlx")
    train, merge = WRITERS["mlx"].train(plan), WRITERS["mlx"].merge(plan)
    assert "--mlx-path base-4bit -q --q-bits 4" in train[0]
    assert configure_mlx(plan, Material(n_train=100))["model"] == "base-4bit"
    assert "--model Qwen/Qwen3-0.6B" in merge[0]


@pytest.mark.parametrize("tool", [name for name in TRAINERS if name != "cloud"])
def test_only_qlora_asks_for_4_bits(tool, make_plan):
    def asked(method):
        text = json.dumps(WRITERS[tool].configure(make_plan(method, tool), Material(n_train=100)))
        words = ('_4bit": true', '"quantization_bit": 4', '"base-4bit"')
        return any(word in text for word in words)

    assert [asked(method) for method in ("lora", "qlora", "full")] == [False, True, False]


@pytest.mark.parametrize("tool", TRAINERS)
def test_full_training_has_no_adapter(tool, make_plan):
    config = WRITERS[tool].configure(make_plan("full", tool), Material(n_train=100))
    assert not [name for name in config if name.startswith("lora_")]
    assert config.get("lora") is None


def test_a_rented_machine_is_the_smallest_that_holds_the_prediction(make_plan, tmp_path):
    paths = write_plan(make_plan("full", "cloud"), tmp_path, parameters=2e9)
    told = read_configuration(paths[0], "cloud")
    assert told["memory_bytes"] > 8 * 2e9
    assert told["smallest_device"].startswith(("24", "48", "80", "141"))
    assert (
        find_faults(
            read_configuration(tmp_path / "axolotl.yaml", "axolotl"), read_schema("axolotl")
        )
        == []
    )


@pytest.mark.parametrize("family", ["chatml", "llama3", "gemma", "mistral", "phi3"])
def test_the_served_model_has_the_template_of_its_family(family, make_plan):
    config = deployed(make_plan(template=family), "./m.gguf")
    assert "{{ .Prompt }}" in config["template"]
    assert all(stop in config["template"] for stop in config["parameters"]["stop"])
    assert find_faults(config, read_schema("ollama-modelfile")) == []


def test_a_model_of_no_known_family_keeps_the_template_of_its_file(make_plan):
    config = deployed(make_plan(model="org/model"), "./m.gguf")
    assert "template" not in config
    assert "stop" not in config["parameters"]


def test_data_is_divided_once_for_all(make_plan, data_file):
    pairs = read_pairs(data_file)
    train, valid = divide(pairs, make_plan())
    assert sorted(train + valid) == sorted(pairs)
    assert len(valid) == max(round(len(pairs) * 0.05), 4)
    assert divide(pairs, make_plan()) == (train, valid)
    assert divide(pairs, make_plan(seed=1)) != (train, valid)
    assert divide(pairs, make_plan(valid_share=0.0))[1] == []
    assert divide(pairs[:17], make_plan())[1] == []


FORMS: dict[Form, list[str]] = {
    "messages": ["messages"],
    "prompt-completion": ["prompt", "completion"],
}


@pytest.mark.parametrize("form", FORMS)
def test_data_of_either_form(form, make_plan, data_file, tmp_path):
    plan = make_plan(system="Be brief.")
    material = write_training_data(read_pairs(data_file), tmp_path, form, plan)
    rows = lines_of(tmp_path / "train.jsonl")
    assert len(rows) == material.n_train
    assert list(rows[0]) == FORMS[form]
    assert rows[0][FORMS[form][0]][0] == {"role": "system", "content": "Be brief."}


def test_bad_rows_are_refused_or_left_out_as_asked(make_plan, data_file, tmp_path):
    with data_file.open("a") as file:
        file.write('{"question": "what?", "answer": ""}\n')
    with pytest.raises(BadTask, match="line 201: the answer is empty"):
        write_plan(make_plan(), tmp_path / "plan")
    write_plan(make_plan(), tmp_path / "plan", skip_bad_rows=True)
    assert '"what?"' not in (tmp_path / "plan" / "data" / "train.jsonl").read_text()


def test_a_text_with_line_separators_stays_on_its_line(make_plan, tmp_path):
    pairs = [(f"a\u2028b\x85{n}", "c\nd") for n in range(40)]
    write_training_data(pairs, tmp_path, "messages", make_plan(valid_share=0.0))
    assert len(lines_of(tmp_path / "train.jsonl")) == 40
    assert item_of(pairs[0], "messages")["messages"][0]["content"] == pairs[0][0]


@pytest.mark.parametrize("name", [TRAIN_SCRIPT, UNSLOTH_SCRIPT, MERGE_SCRIPT])
def test_scripts_are_python(name):
    compile(read_script(name), name, "exec")
