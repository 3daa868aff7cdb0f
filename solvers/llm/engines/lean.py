"""A decoder's layers called one after another, without what transformers puts around them.

The layers are the model's own, so that quantized ones and those with an adapter compute as they do
elsewhere. What is left out: masks made anew for every layer type, hooks, outputs of other kinds,
and a cache that is copied as a whole for each token. Keys and values go into room that is taken
once for a batch. Of a small model that takes away up to half of the time; see the log.

Not covered: rotary positions that depend on the length of a text; layers that see only a window of
it; other families than those of `engines.LEAN`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch.nn import functional as F  # noqa: N812  # as everywhere

from spoonbench.solvers.api import Unsupported

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.llm.engines.interface import Forward

_CHANGING = frozenset({"dynamic", "longrope"})
"""Kinds of rotary positions whose frequencies change with the length of a text."""


class _Family(Protocol):
    """The layers of a family of models."""

    def read(self, batch: _Batch, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Scores of the token after the last one, shape (n, vocabulary)."""
        ...


class LeanRuntime:
    """A model whose layers are called from here.

    Args:
        model: of transformers, in evaluation.

    Raises:
        Unsupported: a model of another family, or with what is not covered.
    """

    notes: Mapping[str, Json] = {}

    def __init__(self, model: Any) -> None:
        self.library = f"torch {torch.__version__}"
        self._layers = model.config.num_hidden_layers
        self._family: _Family = _Gpt2(model) if model.config.model_type == "gpt2" else _Llama(model)

    def start(self, n_rows: int, n_tokens: int, /) -> Forward:
        """A batch with an empty cache."""
        batch = _Batch(self._layers, n_rows, n_tokens)

        def forward(
            tokens: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
        ) -> torch.Tensor:
            batch.move_on(mask, tokens.shape[1])
            return self._family.read(batch, tokens, positions)

        return forward


class _Batch:
    """Keys and values of what a batch has read, and who may look at them."""

    def __init__(self, n_layers: int, n_rows: int, n_tokens: int) -> None:
        self.n_tokens = n_tokens
        self.tables: tuple[torch.Tensor, torch.Tensor] | None = None
        self._n_rows = n_rows
        self._kept: list[torch.Tensor | None] = [None] * n_layers
        self._start = self._end = 0
        self._is_full = False
        self._allowed: torch.Tensor | None = None

    def move_on(self, mask: torch.Tensor, n_new: int) -> None:
        """The next tokens are to be read; `mask` is that of all tokens, shape (n, all)."""
        self._start, self._end = self._end, self._end + n_new
        if self._start == 0:
            self._is_full = bool(mask.all())
        self._allowed = None if self._is_full else self._who_sees_whom(mask.bool())

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """Keep keys and values, and attend to all there are.

        Args:
            layer: its number.
            query: shape (n, m, heads, width of a head).
            key: shape (n, m, heads of keys, width of a head).
            value: like `key`.
            scale: of the products.

        Returns:
            Shape (n, m, heads times the width of a head).
        """
        kept = self._kept[layer]
        if kept is None:
            shape = (2, self._n_rows, key.shape[2], self.n_tokens, key.shape[3])
            kept = self._kept[layer] = key.new_empty(shape)
        keys, values = kept[0, :, :, : self._end], kept[1, :, :, : self._end]
        keys[:, :, self._start :] = key.transpose(1, 2)
        values[:, :, self._start :] = value.transpose(1, 2)
        seen = F.scaled_dot_product_attention(
            query.transpose(1, 2),
            keys,
            values,
            attn_mask=self._allowed,
            is_causal=self._allowed is None and query.shape[1] > 1,
            scale=scale,
            enable_gqa=query.shape[2] != key.shape[2],
        )
        return seen.transpose(1, 2).flatten(2)

    def _who_sees_whom(self, mask: torch.Tensor) -> torch.Tensor:
        """Shape (n, 1, tokens that read, tokens that are read)."""
        allowed = mask[:, None, None, :]
        n_new = self._end - self._start
        if n_new == 1:
            return allowed
        order = torch.ones(n_new, n_new, dtype=torch.bool, device=mask.device)
        allowed = allowed & order.tril()
        # Padding in front sees itself: of scores that are all forbidden there is no softmax.
        return allowed | order.tril().triu() & ~allowed.any(dim=-1, keepdim=True)


class _Llama:
    """Llama and its kin: rotary positions, norms by the root of the mean square.

    Qwen3 norms each head of queries and keys too.
    """

    def __init__(self, model: Any) -> None:
        kind = model.config.rope_parameters["rope_type"]
        if kind in _CHANGING:
            raise Unsupported(f"the engine lean has no rotary positions of the kind {kind!r}")
        if _has_windows(model.config):
            raise Unsupported("the engine lean has no layers that see only a window of the text")
        self._inner = model.model
        self._head = model.lm_head
        self._half = model.model.layers[0].self_attn.head_dim // 2
        self._norms_heads = hasattr(model.model.layers[0].self_attn, "q_norm")

    def read(self, batch: _Batch, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        inner = self._inner
        states = inner.embed_tokens(tokens)
        if batch.tables is None:
            batch.tables = self._tables(states, batch.n_tokens)
        turns = tuple(table[positions][:, :, None] for table in batch.tables)
        for index, layer in enumerate(inner.layers):
            states = states + self._attention(
                batch, index, layer, _normed(layer.input_layernorm, states), turns
            )
            states = states + layer.mlp(_normed(layer.post_attention_layernorm, states))
        scores: torch.Tensor = self._head(_normed(inner.norm, states[:, -1]))
        return scores

    def _attention(
        self,
        batch: _Batch,
        index: int,
        layer: Any,
        states: torch.Tensor,
        turns: tuple[torch.Tensor, ...],
    ) -> torch.Tensor:
        own = layer.self_attn
        shape = (*states.shape[:-1], -1, own.head_dim)
        query, key = own.q_proj(states).view(shape), own.k_proj(states).view(shape)
        if self._norms_heads:
            query, key = _normed(own.q_norm, query), _normed(own.k_norm, key)
        query, key = self._turned(query, turns), self._turned(key, turns)
        value = own.v_proj(states).view(shape)
        seen: torch.Tensor = own.o_proj(batch.attend(index, query, key, value, own.scaling))
        return seen

    def _tables(self, states: torch.Tensor, n_tokens: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Cosines and sines by position, shape (n_tokens, width of a head).

        The first half of the sines has its sign turned, which saves turning that of the states.
        """
        places = torch.arange(n_tokens, device=states.device)[None]
        cosines, sines = (part[0] for part in self._inner.rotary_emb(states, places))
        return cosines, torch.cat([-sines[:, : self._half], sines[:, self._half :]], dim=-1)

    def _turned(self, heads: torch.Tensor, turns: tuple[torch.Tensor, ...]) -> torch.Tensor:
        cosines, sines = turns
        return heads * cosines + heads.roll(self._half, -1) * sines


class _Gpt2:
    """GPT-2: learned positions, norms of layers, one matrix for query, key and value."""

    def __init__(self, model: Any) -> None:
        if model.config.add_cross_attention:
            raise Unsupported("the engine lean has no attention to another model")
        self._inner = model.transformer
        self._head = model.lm_head
        config = model.config
        scale = (config.n_embd // config.n_head) ** -0.5 if config.scale_attn_weights else 1.0
        by_layer = config.scale_attn_by_inverse_layer_idx
        self._scales = [scale / (n + 1) if by_layer else scale for n in range(config.n_layer)]

    def read(self, batch: _Batch, tokens: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        inner = self._inner
        states = inner.wte(tokens) + inner.wpe(positions)
        for index, layer in enumerate(inner.h):
            own = layer.attn
            shape = (*states.shape[:-1], -1, own.head_dim)
            parts = own.c_attn(layer.ln_1(states)).split(own.split_size, dim=2)
            query, key, value = (part.view(shape) for part in parts)
            seen = batch.attend(index, query, key, value, self._scales[index])
            states = states + own.c_proj(seen)
            states = states + layer.mlp(layer.ln_2(states))
        scores: torch.Tensor = self._head(inner.ln_f(states[:, -1]))
        return scores


def _normed(norm: Any, states: torch.Tensor) -> torch.Tensor:
    return F.rms_norm(states, (states.shape[-1],), norm.weight, norm.variance_epsilon)


def _has_windows(config: Any) -> bool:
    """Some layers see only so many tokens back."""
    kinds = getattr(config, "layer_types", None)
    if kinds is not None:
        return "sliding_attention" in kinds
    return getattr(config, "sliding_window", None) is not None
