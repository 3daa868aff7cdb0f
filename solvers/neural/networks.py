"""The networks of this level: small, and made for a processor without an accelerator.

Imports torch: registered modules import this one when they are prepared.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

PADDING = 0
"""The index that stands for nothing, in the vocabulary of words and of pieces alike."""


class TextNetwork(nn.Module):  # type: ignore[misc]  # the types of torch are not read
    """Convolutions over words (Kim 2014), words made of themselves and their pieces.

    A word is the mean of an embedding of its own and of embeddings of its hashed pieces
    (Bojanowski et al. 2017), so that a word that training never saw is not nothing. Convolutions
    over three and five words follow; their maxima and means over the text go into a linear layer.
    """

    def __init__(self, n_embeddings: int, n_classes: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.EmbeddingBag(n_embeddings, width, mode="mean", padding_idx=PADDING)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, kernel_size=size, padding=size // 2) for size in (3, 5)
        )
        self.dropout = nn.Dropout(0.4)
        self.head = nn.Linear(2 * len(self.convolutions) * width, n_classes)

    def forward(self, ids: Tensor) -> Tensor:
        """Scores of texts.

        Args:
            ids: shape (n, n_words, n_pieces); a word of padding only ends the text.

        Returns:
            shape (n, n_classes).
        """
        n, n_words, n_pieces = ids.shape
        is_word = (ids[:, :, 0] != PADDING).unsqueeze(1)  # (n, 1, n_words)
        words = self.embedding(ids.reshape(n * n_words, n_pieces)).reshape(n, n_words, -1)
        # (n, width, n_words); padding is zero, as the convolution pads too: a text scores alike
        # whatever batch it stands in.
        states = self.dropout(words).transpose(1, 2) * is_word
        pooled: list[Tensor] = []
        for convolution in self.convolutions:
            features = torch.relu(convolution(states)) * is_word
            # After the rectifier nothing is below the zero of the padding.
            n_read = is_word.sum(dim=2).clamp(min=1)
            pooled += [features.amax(dim=2), features.sum(dim=2) / n_read]
        scores: Tensor = self.head(self.dropout(torch.cat(pooled, dim=1)))
        return scores


class ImageNetwork(nn.Module):  # type: ignore[misc]  # the types of torch are not read
    """Two convolutions, pooled to four by four, and a linear layer (after LeCun et al. 1998)."""

    def __init__(self, n_classes: int, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, width, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, kernel_size=3, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(4),
            nn.Flatten(),
            nn.Dropout(0.3),
            nn.Linear(2 * width * 16, n_classes),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Scores of images, shape (n, height, width) to (n, n_classes)."""
        scores: Tensor = self.layers(images.unsqueeze(1))
        return scores


def count_parameters(network: nn.Module) -> tuple[int, int]:
    """How many numbers training sets, and their bytes."""
    parameters = list(network.parameters())
    return (
        sum(parameter.numel() for parameter in parameters),
        sum(parameter.numel() * parameter.element_size() for parameter in parameters),
    )
