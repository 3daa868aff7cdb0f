import shutil

import pytest

from spoonbench.solvers.model_files import (
    folder_sha256,
    needed_files,
    refuse_config,
    refuse_files,
    weight_files,
)

PUBLISHED = (
    ".gitattributes",
    "README.md",
    "LICENSE",
    "chat_template.jinja",
    "config.json",
    "consolidated.safetensors",
    "flax_model.msgpack",
    "generation_config.json",
    "merges.txt",
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
    "model.safetensors.index.json",
    "modeling_own.py",
    "onnx/config.json",
    "onnx/decoder_model.onnx",
    "original/params.json",
    "pytorch_model.bin",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "training_args.bin",
    "vocab.json",
)


def test_what_is_fetched_holds_neither_pickle_nor_code_nor_second_copies():
    assert needed_files(PUBLISHED) == (
        "chat_template.jinja",
        "config.json",
        "generation_config.json",
        "merges.txt",
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
        "model.safetensors.index.json",
        "special_tokens_map.json",
        "tokenizer.json",
        "tokenizer.model",
        "tokenizer_config.json",
        "vocab.json",
    )


def test_one_file_of_weights_goes_before_shards():
    assert weight_files([*PUBLISHED, "model.safetensors"]) == ("model.safetensors",)


def test_what_was_published_in_full_is_not_refused():
    assert refuse_files(PUBLISHED) is None


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "no config.json"),
        (("config.json",), "no weights"),
        (("config.json", "pytorch_model.bin", "tokenizer.json"), "pickle format only"),
        (("config.json", "model.ckpt"), "model.ckpt"),
        (("config.json", "model.safetensors"), "no tokenizer"),
        (("config.json", "a.safetensors", "tokenizer.json"), "neither"),
        (("config.json", "model.safetensors", "adapter_config.json"), "adapter"),
        (("adapter_config.json", "adapter_model.safetensors"), "adapter"),
    ],
)
def test_files_that_cannot_be_a_model_are_refused(names, message):
    assert message in refuse_files(names)


def test_a_configuration_of_a_causal_model_is_not_refused():
    assert refuse_config({"model_type": "llama", "auto_map": {}}) is None


@pytest.fixture
def folder(gpt2_folder, tmp_path):
    return shutil.copytree(gpt2_folder, tmp_path / "model")


def test_a_copy_has_the_same_hash_wherever_it_lies(gpt2_folder, folder):
    assert folder_sha256(folder) == folder_sha256(gpt2_folder)


def test_links_are_followed(gpt2_folder, tmp_path):
    for path in gpt2_folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    assert folder_sha256(tmp_path) == folder_sha256(gpt2_folder)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_one_changed_byte_changes_the_hash(gpt2_folder, folder, name):
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    assert folder_sha256(folder) != folder_sha256(gpt2_folder)


def test_a_template_that_is_added_changes_the_hash_and_a_readme_does_not(gpt2_folder, folder):
    (folder / "README.md").write_text("words")
    assert folder_sha256(folder) == folder_sha256(gpt2_folder)
    (folder / "chat_template.jinja").write_text("{{ messages }}")
    assert folder_sha256(folder) != folder_sha256(gpt2_folder)


def test_what_is_no_folder_of_a_model_has_no_hash(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ValueError, match="no folder of a model"):
            folder_sha256(path)
