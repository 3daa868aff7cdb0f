"""Writes a GPT-2 of a few million random weights, with a tokenizer of bytes, as a folder.

    python small_checkpoint.py FOLDER

Under the oldest transformers that will read it: newer ones read what older ones wrote.
"""

import sys
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

END = "<|end|>"


def main() -> None:
    folder = Path(sys.argv[1])
    spellings = [END, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE(vocab={s: i for i, s in enumerate(spellings)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    torch.manual_seed(0)
    model = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=len(spellings),
            n_positions=512,
            n_embd=384,
            n_layer=6,
            n_head=6,
            bos_token_id=0,
            eos_token_id=0,
        )
    )
    wrapped = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END)
    wrapped.save_pretrained(folder)
    model.save_pretrained(folder)


if __name__ == "__main__":
    main()
