import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, ByT5Tokenizer, GPT2Config, GPT2LMHeadModel

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.pretrained.loading import load_causal_model
from spoonbench.solvers.llm.pretrained.prompts import encode_plain
from spoonbench.solvers.texts import Decoding

WEIGHTS = "model.safetensors"


def change_json(path, **values):
    content = json.loads(path.read_text())
    content |= values
    path.write_text(json.dumps(content))


def change_weights(folder, change):
    tensors = load_file(folder / WEIGHTS)
    change(tensors)
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


def refusal(folder):
    with pytest.raises(Unsupported) as caught:
        load_causal_model(folder)
    assert str(caught.value).startswith(f"The model {folder} cannot be loaded: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("family", ["gpt2", "llama"])
def test_weights_are_those_of_the_folder(family, request, build_model):
    loaded = load_causal_model(request.getfixturevalue(f"{family}_folder"))
    expected, _ = build_model(family)
    assert not loaded.model.training
    found = dict(loaded.model.named_parameters())
    assert found.keys() == dict(expected.named_parameters()).keys()
    for name, parameter in expected.named_parameters():
        assert torch.equal(found[name], parameter)


def test_what_is_known_of_each_family(gpt2_folder, llama_folder):
    gpt2, llama = load_causal_model(gpt2_folder), load_causal_model(llama_folder)
    assert (gpt2.positions, llama.positions) == (512, 1024)
    assert gpt2.end_ids == (gpt2.tokenizer.eos_token_id,)
    ends = [llama.tokenizer.convert_tokens_to_ids(token) for token in ("<|end|>", "<|turn|>")]
    assert llama.end_ids == tuple(ends)


def test_the_end_token_pads_where_there_is_no_other(gpt2_folder, llama_folder):
    gpt2, llama = load_causal_model(gpt2_folder), load_causal_model(llama_folder)
    assert gpt2.tokenizer.pad_token == gpt2.tokenizer.eos_token == "<|end|>"
    assert llama.tokenizer.pad_token == "<|pad|>"


def test_a_padding_token_beyond_the_embedding_is_not_used(llama_folder, copied):
    folder = copied(llama_folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_special_tokens({"pad_token": "<|late|>"})
    tokenizer.save_pretrained(folder)
    loaded = load_causal_model(folder)
    assert loaded.tokenizer.pad_token == "<|end|>"


def test_a_tied_head_is_not_missing(gpt2_folder):
    assert "lm_head.weight" not in load_file(gpt2_folder / WEIGHTS)
    model = load_causal_model(gpt2_folder).model
    assert model.lm_head.weight is model.transformer.wte.weight


def test_shards_load_as_one_file_does(make_model_folder, llama_folder):
    folder = make_model_folder("llama", max_shard_size="40KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 2
    expected = load_causal_model(llama_folder).model.state_dict()
    found = load_causal_model(folder).model.state_dict()
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())


def test_the_number_format_is_the_one_asked_for(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    change_weights(folder, lambda t: t.update({n: v.bfloat16() for n, v in t.items()}))
    change_json(folder / "config.json", dtype="bfloat16")
    whole = load_causal_model(folder).model
    half = load_causal_model(folder, dtype="bfloat16").model
    assert whole.dtype == torch.float32
    assert half.dtype == torch.bfloat16
    for name, parameter in half.named_parameters():
        assert torch.equal(dict(whole.named_parameters())[name], parameter.float())


def test_settings_of_generation_that_come_along_are_dropped(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    change_json(
        folder / "generation_config.json", repetition_penalty=1.7, do_sample=True, temperature=3.0
    )
    kept = load_causal_model(folder).model.generation_config
    assert (kept.repetition_penalty, kept.do_sample, kept.temperature) == (None, None, None)


def test_tables_that_older_versions_wrote_do_no_harm(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    change_weights(
        folder, lambda t: t.update({"transformer.h.0.attn.bias": torch.ones(1, 1, 4, 4)})
    )
    load_causal_model(folder)


def test_a_tokenizer_without_fast_backend_reads_and_writes(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    for path in folder.iterdir():
        path.unlink()
    tokenizer = ByT5Tokenizer()
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=8, n_layer=1, n_head=1, n_positions=32,
        bos_token_id=None, eos_token_id=tokenizer.eos_token_id,
    )  # fmt: skip
    GPT2LMHeadModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    loaded = load_causal_model(folder)
    assert not loaded.tokenizer.is_fast
    ids = encode_plain(loaded, "ann </s>")
    assert len(ids) == len("ann </s>")  # its end token is taken off, one in the text is text
    assert loaded.tokenizer.decode(ids) == "ann </s>"


def test_a_tokenizer_file_alone_is_taken_as_it_stands(llama_folder, copied):
    expected = load_causal_model(llama_folder)
    folder = copied(llama_folder)
    (folder / "tokenizer_config.json").unlink()
    loaded = load_causal_model(folder)
    text = "ann had 3 apples <|begin|>"
    assert encode_plain(loaded, text) == encode_plain(expected, text)
    assert loaded.tokenizer.pad_token == "<|pad|>"


def test_an_end_token_that_is_part_of_the_text_stays(llama_folder, copied):
    """The folder says that a question mark ends a text, and a question ends in one."""
    expected = load_causal_model(llama_folder)
    (mark,) = expected.tokenizer("?", add_special_tokens=False)["input_ids"]
    folder = copied(llama_folder)
    change_json(folder / "generation_config.json", eos_token_id=[1, mark])
    loaded = load_causal_model(folder)
    assert mark in loaded.end_ids
    for text in ("how many?", "?", "??", "how"):
        assert encode_plain(loaded, text) == encode_plain(expected, text)


def test_a_model_that_was_trained_here_is_a_folder_like_any_other(trained, prepared, tmp_path):
    trained.save(tmp_path)
    prompts = ["ann has 3 apples and gets 3, question 1\n", "bob has 5\n"]
    decoding = Decoding(max_new_tokens=8)
    expected = [text.token_ids for text in trained.generate(prompts, decoding)]
    found = prepared(tmp_path, shots=0).generate(prompts, decoding)
    assert [text.token_ids for text in found] == expected


def test_a_file_and_a_folder_that_is_not_there_are_refused(gpt2_folder):
    assert "it is a file" in refusal(gpt2_folder / "config.json")
    assert "no such folder" in refusal(gpt2_folder / "nowhere")


def test_weights_in_pickle_format_are_refused_with_a_way_out(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")
    message = refusal(folder)
    assert "pickle" in message
    assert "can run code" in message
    assert "save_pretrained" in message


def test_pickle_beside_safetensors_is_never_opened(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    (folder / "pytorch_model.bin").write_bytes(b"not even a pickle")
    load_causal_model(folder)


@pytest.mark.parametrize("file", ["config.json", "tokenizer_config.json"])
def test_code_that_comes_with_weights_is_refused_and_not_run(gpt2_folder, copied, file):
    folder = copied(gpt2_folder)
    (folder / "evil.py").write_text(f"open({str(folder / 'ran')!r}, 'w')\n")
    change_json(folder / file, auto_map={"AutoModelForCausalLM": "evil.Model"})
    assert f"{file} names Python code" in refusal(folder)
    assert not (folder / "ran").exists()


def test_folders_without_what_is_needed_are_refused(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    (folder / "tokenizer.json").unlink()
    assert "its tokenizer" in refusal(folder)
    (folder / "tokenizer_config.json").unlink()
    assert "no tokenizer" in refusal(folder)
    (folder / WEIGHTS).unlink()
    assert "no weights" in refusal(folder)
    (folder / "config.json").unlink()
    assert "no config.json" in refusal(folder)


def test_an_adapter_alone_is_refused(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    (folder / "adapter_config.json").write_text("{}")
    assert "merge the adapter" in refusal(folder)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"model_type": "no-such-model"}, "describes no model"),
        ({"model_type": "vit", "architectures": None}, "vit is no causal language model"),
        ({"model_type": "cpmant", "architectures": None}, "cpmant is not causal"),
        ({"model_type": None}, "names no model_type"),
        ({"is_encoder_decoder": True}, "encoder with a decoder"),
        ({"architectures": ["GPT2ForSequenceClassification"]}, "GPT2ForSequenceClassification is"),
        ({"model_type": "bert", "architectures": None}, "this bert is an encoder"),
        ({"model_type": "bert", "architectures": ["BertForMaskedLM"]}, "BertForMaskedLM is no"),
        ({"quantization_config": {"quant_method": "awq"}}, "quantized"),
    ],
)
def test_what_is_no_causal_model_is_refused(gpt2_folder, copied, values, message):
    folder = copied(gpt2_folder)
    change_json(folder / "config.json", **values)
    assert message in refusal(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000])
def test_a_configuration_that_is_no_json_object_is_refused(gpt2_folder, copied, content):
    folder = copied(gpt2_folder)
    (folder / "config.json").write_bytes(content)
    assert "config.json is no JSON" in refusal(folder)


def test_damaged_weights_are_refused(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    content = (folder / WEIGHTS).read_bytes()
    for damaged in (content[:-100], content[:4], b"", b"\xff" * 64):
        (folder / WEIGHTS).write_bytes(damaged)
        assert "damaged or cut short" in refusal(folder)


def test_a_shard_that_is_missing_or_cut_short_is_refused(make_model_folder, copied):
    folder = copied(make_model_folder("gpt2", max_shard_size="40KB"))
    shard = sorted(folder.glob("model-*.safetensors"))[1]
    content = shard.read_bytes()
    shard.write_bytes(content[: len(content) // 2])
    assert f"{shard.name} is damaged" in refusal(folder)
    shard.unlink()
    assert f"{shard.name}, which model.safetensors.index.json names, is missing" in refusal(folder)


@pytest.mark.parametrize("name", ["../model.safetensors", "pytorch_model.bin", "/etc/passwd"])
def test_an_index_names_safetensors_files_of_the_folder_only(make_model_folder, copied, name):
    folder = copied(make_model_folder("gpt2", max_shard_size="40KB"))
    index = folder / "model.safetensors.index.json"
    weights = json.loads(index.read_text())["weight_map"]
    change_json(index, weight_map={**weights, "transformer.wte.weight": name})
    assert repr(name) in refusal(folder)


def test_weights_that_are_not_there_are_refused_not_drawn_at_random(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    change_weights(folder, lambda tensors: tensors.pop("transformer.h.1.mlp.c_fc.weight"))
    assert "lack transformer.h.1.mlp.c_fc.weight" in refusal(folder)


def test_a_head_of_its_own_that_is_missing_is_refused(llama_folder, copied):
    folder = copied(llama_folder)
    change_weights(folder, lambda tensors: tensors.pop("lm_head.weight"))
    assert "lack lm_head.weight" in refusal(folder)


def test_weights_of_another_shape_are_refused(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    change_json(folder / "config.json", n_inner=48)
    assert "do not fit config.json" in refusal(folder)


def test_weights_that_the_model_has_no_place_for_are_refused(gpt2_folder, copied):
    folder = copied(gpt2_folder)
    change_json(folder / "config.json", n_layer=1)
    message = refusal(folder)
    assert "hold, and the model of config.json does not have" in message
    assert "transformer.h.1" in message
