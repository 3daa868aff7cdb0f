import json
import shutil
import sys
from types import SimpleNamespace

import pytest

from spoonbench.harness.errors import explain
from spoonbench.harness.models.folders import find_model
from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.model_files import folder_sha256

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub:
    """Stands for the hub's library: repositories are folders; notes every file it hands out."""

    def __init__(self, cache):
        self.repositories = {}
        self.fetched = []
        self.asked = []
        self.is_offline = False
        self._cache = cache / "snapshots" / COMMIT

    def HfApi(self):  # noqa: N802  # the library's own name
        return self

    def model_info(self, name, revision=None):
        self.asked.append((name, revision))
        if self.is_offline:
            raise ConnectionError("Cannot reach the hub: offline mode is enabled.\nMore advice.")
        if name not in self.repositories:
            raise OSError("404 Client Error.")
        paths = sorted(path.name for path in self.repositories[name].iterdir())
        return SimpleNamespace(
            siblings=[SimpleNamespace(rfilename=path) for path in paths], sha=COMMIT
        )

    def snapshot_download(self, name, *, revision=None, allow_patterns=(), local_files_only=False):
        if local_files_only:
            if not self._cache.is_dir():
                raise FileNotFoundError("not in the cache")
            return str(self._cache)
        assert revision == COMMIT
        self._cache.mkdir(parents=True, exist_ok=True)
        for file in allow_patterns:
            if not (self._cache / file).exists():
                self.fetched.append(file)
                shutil.copy(self.repositories[name] / file, self._cache / file)
        return str(self._cache)


@pytest.fixture
def hub(monkeypatch, tmp_path):
    made = Hub(tmp_path / "cache")
    monkeypatch.setitem(sys.modules, "huggingface_hub", made)
    return made


@pytest.fixture
def folder(gpt2_folder, tmp_path):
    return shutil.copytree(gpt2_folder, tmp_path / "my model")


def refusal(text):
    with pytest.raises(Unsupported) as caught:
        find_model(str(text))
    message = str(caught.value)
    assert message.startswith(f"--model {text}")
    assert "\n" not in message
    assert explain(caught.value) == message
    return message


def test_a_folder_is_found_and_known_by_its_content(folder, gpt2_folder):
    found = find_model(str(folder))
    assert found.path == folder
    assert found.name == "my model"
    assert found.identity == folder_sha256(gpt2_folder)
    assert found.revision is None


def test_a_relative_folder_gets_an_absolute_path_and_its_own_name(folder, monkeypatch):
    monkeypatch.chdir(folder)
    found = find_model(".")
    assert (found.path, found.name) == (folder, "my model")


def test_a_folder_goes_before_a_name_of_the_hub(folder, hub, monkeypatch):
    monkeypatch.chdir(folder.parent)
    folder.rename(folder.parent / "gpt2")
    hub.is_offline = True
    assert find_model("gpt2").path == folder.parent / "gpt2"


def test_what_is_no_folder_and_no_name_is_refused(folder, hub):
    assert "it is a file" in refusal(folder / "config.json")
    assert "no such folder" in refusal(folder / "nowhere")
    assert "no such folder" in refusal("./nowhere")
    assert "no such folder" in refusal("a/b/c")
    with pytest.raises(Unsupported, match="give the folder"):
        find_model("")


def test_a_name_of_the_hub_is_fetched_without_pickle_and_code(folder, hub):
    for name in ("pytorch_model.bin", "modeling.py", "README.md"):
        (folder / name).write_text("no")
    hub.repositories["owner/tiny"] = folder
    found = find_model("owner/tiny")
    assert (found.name, found.revision) == ("owner/tiny", COMMIT)
    assert found.identity == folder_sha256(folder)
    assert found.path.name == COMMIT
    assert sorted(hub.fetched) == [
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    ]


def test_a_revision_stands_behind_the_name(folder, hub):
    hub.repositories["tiny"] = folder
    assert find_model("tiny@v1.0").name == "tiny"
    assert hub.asked == [("tiny", "v1.0")]


def test_pickle_alone_is_refused_before_anything_is_fetched(folder, hub):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    hub.repositories["owner/old"] = folder
    assert "pickle format only (pytorch_model.bin)" in refusal("owner/old")
    assert hub.fetched == []


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_is_refused_before_the_weights_are_fetched(folder, hub, file):
    content = json.loads((folder / file).read_text())
    content["auto_map"] = {"AutoModelForCausalLM": "modeling.Own"}
    (folder / file).write_text(json.dumps(content))
    hub.repositories["owner/code"] = folder
    assert f"{file} names Python code" in refusal("owner/code")
    assert "model.safetensors" not in hub.fetched
    assert f"{file} names Python code" in refusal(folder)


def test_without_the_hub_the_cache_is_asked(folder, hub):
    hub.repositories["owner/tiny"] = folder
    online = find_model("owner/tiny")
    hub.is_offline = True
    assert find_model("owner/tiny") == online


def test_what_neither_hub_nor_cache_has_is_refused_in_one_sentence(hub):
    assert "404 Client Error" in refusal("owner/none")
    hub.is_offline = True
    message = refusal("owner/none")
    assert "offline mode is enabled" in message
    assert "advice" not in message


def test_a_download_that_breaks_off_is_said(folder, hub):
    hub.repositories["owner/tiny"] = folder

    def broken(*_, **__):
        raise OSError("Connection reset")

    hub.snapshot_download = broken
    assert "could not be fetched (Connection reset)" in refusal("owner/tiny")


def test_a_configuration_that_is_no_json_is_refused(folder):
    (folder / "config.json").write_text("{")
    assert "config.json is no JSON" in refusal(folder)


def test_a_name_that_no_file_can_have_is_a_sentence(hub):
    assert "folder" in refusal("a" * 300)


def test_the_bytes_are_those_of_the_files_that_loading_needs(gpt2_folder, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(gpt2_folder, folder)
    before = find_model(str(folder)).n_bytes
    (folder / "README.md").write_text("not needed")
    assert find_model(str(folder)).n_bytes == before
    (folder / "generation_config.json").write_text("{}" + " " * 98)
    given = gpt2_folder / "generation_config.json"
    had = given.stat().st_size if given.exists() else 0
    assert find_model(str(folder)).n_bytes == before - had + 100
