"""Writes a model of a few million random weights, with a tokenizer of bytes, as a folder.

    python small_checkpoint.py FOLDER [gpt2|gpt_neo]

A GPT-2 unless said otherwise. A GPT-Neo is as large, and is written with by transformers' own
`generate`, whoever times it.

Under the oldest transformers that will read it: newer ones read what older ones wrote.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, GPT2Config, GPTNeoConfig, PreTrainedTokenizerFast

END = "<|end|>"
N_LAYERS, N_HEADS, WIDTH, N_POSITIONS = 6, 6, 384, 512


def main() -> None:
    folder = Path(sys.argv[1])
    spellings = [END, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={s: i for i, s in enumerate(spellings)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    torch.manual_seed(0)
    family = sys.argv[2] if len(sys.argv) > 2 else "gpt2"  # the second word
    model = AutoModelForCausalLM.from_config(configuration(family, len(spellings)))
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END)
    wrapped.save_pretrained(folder)
    model.save_pretrained(folder)


def configuration(family: str, vocabulary: int) -> GPT2Config | GPTNeoConfig:
    ends = {"vocab_size": vocabulary, "bos_token_id": 0, "eos_token_id": 0}
    if family == "gpt2":
        return GPT2Config(
            n_positions=N_POSITIONS, n_embd=WIDTH, n_layer=N_LAYERS, n_head=N_HEADS, **ends
        )
    return GPTNeoConfig(
        max_position_embeddings=N_POSITIONS,
        hidden_size=WIDTH,
        num_layers=N_LAYERS,
        num_heads=N_HEADS,
        attention_types=[[["global"], N_LAYERS]],
        **ends,
    )


if __name__ == "__main__":
    main()
