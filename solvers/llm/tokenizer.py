"""Tokenizers, trained on the training texts: from text to token ids and back.

- `bytes-bpe`: byte-level BPE; any text comes back as it was.
- `digits`: the same, but every digit is a token of its own, so that no number is a word.
- `whitespace`: BPE inside the words that whitespace and punctuation set apart. It forgets where
  the spaces were, and characters that the training texts lack: the case study's first mistake.

Those of given weights come with them (`adapt_tokenizer`).

Not covered: normalization; upper and lower case stay apart. A lone surrogate, which no encoding of
text can hold, is read as U+FFFD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from spoonbench.solvers.llm.recipe import TokenizerKind

PAD, END, UNKNOWN = "<|pad|>", "<|end|>", "<|unknown|>"
FILE = "tokenizer.json"
_SPACE = "\u2581"
"""How SentencePiece writes a space inside a token."""

_OPENINGS: WeakKeyDictionary[Any, list[int]] = WeakKeyDictionary()
"""Tokenizer to what it puts before a text: every batch of prompts asks for it."""


def train_tokenizer(
    texts: Iterable[str], kind: TokenizerKind, vocabulary_size: int
) -> PreTrainedTokenizerFast:
    """Train a tokenizer.

    Args:
        texts: the training texts.
        kind: see the module.
        vocabulary_size: tokens at most, special ones included; few texts give fewer.
    """
    whitespace = kind == "whitespace"
    backend = Tokenizer(models.BPE(unk_token=UNKNOWN) if whitespace else models.BPE())
    backend.pre_tokenizer = _pre_tokenizer(kind)
    if not whitespace:
        backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size,
        special_tokens=[PAD, END, *([UNKNOWN] if whitespace else [])],
        initial_alphabet=[] if whitespace else pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator((readable(text) for text in texts), trainer)
    return _wrap(backend)


def save_tokenizer(tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write `tokenizer.json`."""
    tokenizer.backend_tokenizer.save(str(folder / FILE))


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Read what `save_tokenizer` wrote.

    Raises:
        ValueError: there is no such file, or it is no tokenizer.
    """
    try:
        text = (folder / FILE).read_text(encoding="utf-8")
        return _wrap(Tokenizer.from_str(text))
    # The library raises plain Exception for whatever it cannot read.
    except Exception as exc:
        raise ValueError(f"{folder / FILE} is no tokenizer: {exc}") from exc


def encode(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of every text; nothing is cut, padded or added."""
    if not texts:
        return []
    batch = tokenizer([readable(text) for text in texts], add_special_tokens=False)
    return cast("list[list[int]]", batch["input_ids"])


def encode_prompts(tokenizer: PreTrainedTokenizerFast, prompts: Sequence[str]) -> list[list[int]]:
    """Token ids of every prompt, after what the tokenizer puts before a text by itself."""
    opening = _opening(tokenizer)
    return [[*opening, *ids] for ids in encode(tokenizer, prompts)]


def encode_on(tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> list[list[int]]:
    """Token ids of texts that go on after others: what `decode_on` turns back.

    Tokenizers of the Llama 2 type put a space in front of every text; it stands for the one that
    a text begins with.
    """
    first, spaced = encode(tokenizer, ["a", " a"])
    is_added = _piece(tokenizer, first[0]).startswith(_SPACE) if first else False
    if is_added and first != spaced:
        # But for a space alone, of which nothing would be left.
        texts = [text[1:] if text[:1] == " " != text else text for text in texts]
    return encode(tokenizer, texts)


def adapt_tokenizer(tokenizer: PreTrainedTokenizerFast) -> None:
    """Make the tokenizer of given weights, loaded safely, read as those that are trained here.

    Raises:
        ValueError: it has no end token.
    """
    if tokenizer.eos_token_id is None:
        raise ValueError("the tokenizer has no end token, so that no answer could end")
    # A question that spells a special token is text like any other.
    tokenizer.split_special_tokens = True


def decode(tokenizer: PreTrainedTokenizerFast, ids: Sequence[int]) -> str:
    """Text of token ids, special tokens left out."""
    return cast("str", tokenizer.decode(list(ids), skip_special_tokens=True))


def decode_on(tokenizer: PreTrainedTokenizerFast, ids: Sequence[int]) -> str:
    """Text of token ids that go on after others, special tokens left out.

    Decoders of the Llama 2 type take the space in front of a text away, since encoding put it
    there; in front of what goes on it was written, and stays.
    """
    text, n_spaces = decode(tokenizer, ids), 0
    for token in ids:
        piece = _piece(tokenizer, token)
        n_spaces += len(piece) - len(piece.lstrip(_SPACE))
        if piece.strip(_SPACE):
            break
    return " " * (n_spaces - len(text) + len(text.lstrip(" "))) + text


def readable(text: str) -> str:
    """The text with lone surrogates replaced by U+FFFD."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _piece(tokenizer: PreTrainedTokenizerFast, token: int) -> str:
    return str(tokenizer.convert_ids_to_tokens(token))


def _opening(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """What the tokenizer puts before a text, such as a begin token; looked for once."""
    if tokenizer not in _OPENINGS:
        _OPENINGS[tokenizer] = _find_opening(tokenizer)
    return _OPENINGS[tokenizer]


def _find_opening(tokenizer: PreTrainedTokenizerFast) -> list[int]:
    """Most put nothing before a text."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is not None and backend.post_processor is None:
        return []
    plain = encode(tokenizer, ["a"])[0]
    whole = cast("list[int]", tokenizer(["a"], add_special_tokens=True)["input_ids"][0])
    for at in range(len(whole)):
        if whole[at : at + len(plain)] == plain:
            return whole[:at]
    raise ValueError("the tokenizer reads a text otherwise when it adds its own tokens to it")


def _pre_tokenizer(kind: TokenizerKind) -> Any:
    if kind == "whitespace":
        return pre_tokenizers.Whitespace()
    bytes_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if kind == "bytes-bpe":
        return bytes_level
    digits = pre_tokenizers.Digits(individual_digits=True)
    return pre_tokenizers.Sequence([digits, bytes_level])


def _wrap(backend: Tokenizer) -> PreTrainedTokenizerFast:
    # A question that spells a special token is text like any other.
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token=PAD,
        eos_token=END,
        padding_side="left",
        clean_up_tokenization_spaces=False,
        split_special_tokens=True,
    )
    # Lengths must be known before padding, so padding is a call of its own here, on purpose.
    tokenizer.deprecation_warnings["Asking-to-pad-a-fast-tokenizer"] = True
    return tokenizer
