import json
import shutil
from dataclasses import replace

import click
import pytest

from spoonbench.harness.duel.brought import bring, check_url
from spoonbench.harness.tasks.api import BadTask
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.model_files import needed_files

NOTHING = {
    "models": (),
    "shots": 4,
    "chat": "auto",
    "inits": (),
    "tune": (),
    "endpoint": None,
    "endpoint_models": (),
    "endpoint_api": "chat",
    "price_in": None,
    "price_out": None,
    "answers": (),
    "answers_level": 5,
}


def brought(**options):
    return bring({**NOTHING, **options})


def test_nothing_asked_brings_nobody():
    assert brought() == ()


def test_a_folder_of_a_model_takes_part_under_its_name(gpt2_folder):
    (entry,) = brought(models=(str(gpt2_folder),), shots=2)
    assert entry.name == "pretrained"
    assert entry.label == gpt2_folder.name
    assert entry.params["shots"] == 2
    assert entry.content[:12] in entry.origin
    assert entry.trained_from.endswith(", asked with 2 examples of the training part")
    without = replace(entry, params={**entry.params, "shots": 0})
    assert without.trained_from.endswith(", asked without examples")
    assert entry.given_bytes == sum(
        (gpt2_folder / name).stat().st_size
        for name in needed_files([path.name for path in gpt2_folder.iterdir()])
    )


def test_two_folders_of_one_name_get_labels_of_their_own(gpt2_folder, tmp_path):
    twin = tmp_path / "twin" / gpt2_folder.name
    shutil.copytree(gpt2_folder, twin)
    one, other = brought(models=(str(gpt2_folder), str(twin)))
    assert [one.label, other.label] == [gpt2_folder.name, f"{gpt2_folder.name}-2"]
    assert one.content == other.content


def test_other_weights_under_the_same_path_are_another_contestant(gpt2_folder, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(gpt2_folder, folder)
    (before,) = brought(models=(str(folder),))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "layer_norm_epsilon": 1e-3}))
    (after,) = brought(models=(str(folder),))
    assert before.content != after.content


def test_given_weights_are_tuned_in_each_way_asked_for(gpt2_folder):
    full, lora = brought(inits=(str(gpt2_folder),), tune=("full", "lora"))
    assert [full.params["tune"], lora.params["tune"]] == ["full", "lora"]
    assert {full.name, lora.name} == {"lm-tuned"}
    assert full.label.endswith("-full")
    assert full.given_bytes is None
    assert lora.given_bytes > 0
    assert "LoRA" in lora.origin
    (only,) = brought(inits=(str(gpt2_folder),))
    assert only.params["tune"] == "full"


def test_a_served_model_is_answered_elsewhere_and_keeps_its_prices():
    options = {"endpoint": "http://127.0.0.1:1/v1", "endpoint_models": ("a+b", "c")}
    one, other = brought(**options, price_in=0.5, price_out=2.0)
    assert [one.label, other.label] == ["a_b", "c"]
    assert one.answered_by == "server"
    assert (one.params["price_in"], one.params["price_out"]) == (0.5, 2.0)
    assert "price_in" not in brought(**options)[0].params


def test_recorded_answers_stand_at_the_level_that_is_said(tmp_path):
    path = tmp_path / "run,1.jsonl"
    path.write_text("{}\n")
    (entry,) = brought(answers=(str(path),), answers_level=2)
    assert (entry.label, entry.info.level, entry.answered_by) == ("run_1", 2, "file")
    path.write_text('{"a": 1}\n')
    (other,) = brought(answers=(str(path),))
    assert other.content != entry.content


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"tune": ("lora",)}, "--tune needs --init"),
        ({"endpoint": "http://x/v1"}, "belong together"),
        ({"endpoint_models": ("m",)}, "belong together"),
        ({"endpoint": "http://x/v1", "endpoint_models": ("m",), "price_in": 1.0}, "needs both"),
        ({"endpoint": "https://me:key@x/v1", "endpoint_models": ("m",)}, "without user name"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, words):
    with pytest.raises(click.UsageError, match=words):
        brought(**options)


@pytest.mark.parametrize("url", ["https://k@x/v1", "https://x/v1?key=k", "http://:p@x"])
def test_an_address_never_carries_a_secret(url):
    with pytest.raises(click.UsageError, match="OPENAI_API_KEY"):
        check_url(url)


def test_files_and_folders_that_are_not_there_are_named(tmp_path):
    with pytest.raises(BadTask, match=r"nothing\.jsonl cannot be read"):
        brought(answers=(str(tmp_path / "nothing.jsonl"),))
    with pytest.raises(Unsupported, match="no such folder"):
        brought(models=("./nowhere",))
