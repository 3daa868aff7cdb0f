import json
import shutil

import pytest

from spoonbench.harness.models.text_models import Opening, open_text_model, tokenizer_identity
from spoonbench.harness.models.trained import list_trained
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.texts import Chats, Generates, Reads


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)


def ids(results, label):
    found = [m for m in list_trained(results) if m.recipe["settings"]["label"] == label]
    return [model.artifact_id for model in found]


def test_a_label_and_the_beginning_of_an_id_open_the_same_model(trained_results):
    opening = Opening(results=trained_results)
    (whole,) = ids(trained_results, "lm-mine")
    by_label = open_text_model("lm-mine", opening)
    by_id = open_text_model(whole[:10], opening)
    assert isinstance(by_label.solver, Generates)
    assert isinstance(by_label.solver, Reads)
    assert not isinstance(by_label.solver, Chats)
    assert by_label.origin == by_id.origin == f"lm-mine {whole[:16]}, trained on mine"
    assert by_label.tokenizer == by_id.tokenizer is not None


def test_models_of_several_tasks_are_told_apart_by_id(trained_results):
    with pytest.raises(Unsupported, match="Give the id of one") as caught:
        open_text_model("lm-twice", Opening(results=trained_results))
    for whole in ids(trained_results, "lm-twice"):
        assert whole[:16] in str(caught.value)
        open_text_model(whole[:16], Opening(results=trained_results))


def test_a_folder_goes_when_no_label_is_meant(llama_folder, trained_results):
    model = open_text_model(str(llama_folder), Opening(results=trained_results))
    assert isinstance(model.solver, Generates)
    assert isinstance(model.solver, Reads)
    assert isinstance(model.solver, Chats)
    assert model.tokenizer == tokenizer_identity(llama_folder)


def test_what_was_meant_is_said(trained_results, tmp_path):
    with pytest.raises(
        Unsupported, match=r"no model 'lm-mien'. Did you mean 'lm-mine'\?"
    ) as caught:
        open_text_model("lm-mien", Opening(results=trained_results))
    assert "holds lm-mine, lm-twice" in str(caught.value)
    assert "no folder of that name" in str(caught.value)
    with pytest.raises(Unsupported, match="holds no model"):
        open_text_model("lm-mine", Opening(results=tmp_path))
    (tmp_path / "empty").mkdir()
    with pytest.raises(Unsupported, match=r"empty cannot be used: it holds no config\.json"):
        open_text_model("./empty", Opening(results=trained_results))


def test_parameters_reach_the_contestant(llama_folder, tmp_path):
    opening = Opening(results=tmp_path, params={"no_such": 1})
    with pytest.raises(Unsupported, match="no_such"):
        open_text_model(str(llama_folder), opening)


def test_tokenizers_are_the_same_if_they_cut_text_in_the_same_way(llama_folder, tmp_path):
    copy = shutil.copytree(llama_folder, tmp_path / "copy")
    content = json.loads((copy / "tokenizer.json").read_text("utf-8"))
    content["truncation"] = {"max_length": 9}
    (copy / "tokenizer.json").write_text(json.dumps(content), "utf-8")
    assert tokenizer_identity(copy) == tokenizer_identity(llama_folder)
    content["model"]["merges"].pop()
    (copy / "tokenizer.json").write_text(json.dumps(content), "utf-8")
    assert tokenizer_identity(copy) != tokenizer_identity(llama_folder)
    (copy / "tokenizer.json").unlink()
    assert tokenizer_identity(copy) is None
    (copy / "vocab.json").write_text("{}", "utf-8")
    assert tokenizer_identity(copy) is not None
