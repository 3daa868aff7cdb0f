"""Texts as indices of words and of hashed pieces of words.

Imports torch: registered modules import the module that needs this one when they are prepared.

Not covered: languages that write no spaces between words: there a word is a whole phrase, and only
its pieces tell something.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

import torch
from torch.nn.utils.rnn import pad_sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from torch import Tensor

_TOKEN = re.compile(r"\w+|[^\w\s]")
_UNKNOWN = 1
_FIRST_WORD = 2
_N_PIECES = 7
_PIECE_LENGTH = 3


def split_words(text: str) -> list[str]:
    """Words in lower case, and punctuation marks.

    >>> split_words("Where's my card?")
    ['where', "'", 's', 'my', 'card', '?']
    """
    return _TOKEN.findall(text.lower())


class Vocabulary:
    """Known words, and buckets into which the pieces of any word are hashed.

    Index 0 is padding, 1 stands for every unknown word, then come words, then buckets.
    """

    def __init__(self, words: Sequence[str], n_buckets: int) -> None:
        self.words = tuple(words)
        self.n_buckets = n_buckets
        known = {word: index for index, word in enumerate(words, start=_FIRST_WORD)}
        self._rows = {word: self._row(word, index) for word, index in known.items()}

    @property
    def n_embeddings(self) -> int:
        """How many indices there are, padding included."""
        return _FIRST_WORD + len(self.words) + self.n_buckets

    def encode(self, words: Sequence[str]) -> Tensor:
        """Indices of a text.

        Returns:
            shape (n_words, 8), int32: the word, then its first seven pieces, then padding; one
            unknown word for a text without words.
        """
        rows = [self._rows.get(word) or self._row(word, _UNKNOWN) for word in words]
        return torch.tensor(rows or [self._row("", _UNKNOWN)], dtype=torch.int32)

    def _row(self, word: str, index: int) -> list[int]:
        marked = f"<{word}>"
        n_pieces = min(_N_PIECES, max(0, len(marked) - _PIECE_LENGTH + 1))
        pieces = [marked[at : at + _PIECE_LENGTH] for at in range(n_pieces)]
        buckets = [self._bucket(piece) for piece in pieces]
        return [index, *buckets, *[0] * (_N_PIECES - n_pieces)]

    def _bucket(self, piece: str) -> int:
        # Not hash(): that one differs from process to process. Lone surrogates have no UTF-8.
        number = crc32(piece.encode("utf-8", "surrogatepass")) % self.n_buckets
        return _FIRST_WORD + len(self.words) + number


def learn_vocabulary(texts: Iterable[Sequence[str]], most_words: int, n_buckets: int) -> Vocabulary:
    """The most frequent words, those that occur once left out: unknown words are learned from them.

    Args:
        texts: the words of each text.
        most_words: known words, at most.
        n_buckets: for pieces of words.
    """
    counts = Counter(word for text in texts for word in text)
    # By count and then by spelling: the order of the texts must not matter.
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return Vocabulary([w for w in ranked[:most_words] if counts[w] > 1], n_buckets)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInputs:
    """Encoded texts of different lengths, padded when they are selected.

    Attributes:
        rows: n of them, each of shape (n_words, n_pieces), int32.
        device: that the network is on.
    """

    rows: Sequence[Tensor]
    device: str

    def __len__(self) -> int:
        return len(self.rows)

    def lengths(self, rows: Sequence[int]) -> list[int]:
        """Words of each."""
        return [len(self.rows[row]) for row in rows]

    def select(self, rows: Sequence[int]) -> Tensor:
        """Shape (len(rows), words of the longest, n_pieces)."""
        chosen = [self.rows[row] for row in rows]
        return pad_sequence(chosen, batch_first=True).to(self.device)
