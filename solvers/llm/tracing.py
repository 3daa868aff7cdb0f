"""What a causal model of transformers would hold in memory, from its configuration alone.

The model's own code runs on fake tensors, which have shapes and lifetimes and no memory, and a
`Tape` notes what is there at every moment. Nothing is fitted: what autograd saves, what autocast
copies and what a layer holds while it computes come out as torch and transformers do it for this
configuration, on a processor. A model of 7 billion parameters takes two seconds.

The texts of a batch are taken to be equally long, so that nothing is masked but what comes later.

Not covered: the mask of padded batches (a number for each pair of tokens of each text), models
whose shapes depend on the data (mixtures of experts that sort tokens), models with other inputs
than token ids, kernels that only other devices have.

References:
    Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models": which
    activations a backward pass needs; the sums there are of one layout, the tape's of any.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import logging
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from transformers import AutoModelForCausalLM, DynamicCache
from transformers.cache_utils import DynamicLayer
from transformers.utils import import_utils

from spoonbench.solvers.held_memory import (
    Held,
    HeldInTraining,
    InferencePass,
    TrainingPass,
)
from spoonbench.solvers.learned_tensors import Parameter
from spoonbench.solvers.llm.few_bits import dequantize_in_passes
from spoonbench.solvers.llm.optimization import has_plain_head
from spoonbench.solvers.llm.tape import Tape
from spoonbench.solvers.quantizations import NONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spoonbench.solvers.held_memory import Lora


class ConfigTracer:
    """Traces passes of the causal model of one configuration of transformers."""

    def __init__(self, config: Any) -> None:
        self._config = config

    def reading(self, wanted: InferencePass) -> Held:
        """What is held while prompts are read; see `InferencePass`.

        Raises:
            ValueError: the model cannot be traced.
        """
        model = self._frozen(wanted)
        with _faked(model):
            return _read(model, wanted)[0]

    def continuing(self, wanted: InferencePass) -> Held:
        """What is held while the last token is read, all others being in the cache.

        Raises:
            ValueError: the model cannot be traced, or there is but one token.
        """
        if wanted.n_tokens <= 1:
            raise ValueError("a text goes on after at least one token")
        model = self._frozen(wanted)
        with _faked(model):
            before = torch.ones(wanted.batch_size, wanted.n_tokens - 1, dtype=torch.long)
            last = torch.ones(wanted.batch_size, 1, dtype=torch.long)
            with _autocast(wanted.autocast):
                cache = _filled(model, before)
            return _continued(model, wanted, cache, last)

    def answering(self, wanted: InferencePass, n_tokens: int) -> tuple[Held, Held]:
        """What is held while prompts are read, and while the last of so many tokens is.

        The same as `reading` and `continuing` tell, in half of their time where a cache is as long
        as its texts.

        Raises:
            ValueError: the model cannot be traced.
        """
        later = replace(wanted, n_tokens=n_tokens)
        model = self._frozen(wanted)
        with _faked(model):
            read, cache = _read(model, wanted)
            # Copies of weights that autocast keeps are those of the pass that made them.
            if wanted.autocast is None and _lengthen(cache, n_tokens - 1):
                last = torch.ones(wanted.batch_size, 1, dtype=torch.long)
                return read, _continued(model, later, cache, last)
        del cache
        return read, self.continuing(later)

    def training(self, wanted: TrainingPass) -> HeldInTraining:
        """What is held in a forward and a backward pass; see `TrainingPass`.

        With accumulation it is a later pass than the first, gradients being there already.

        Raises:
            ValueError: the model cannot be traced, or weights in few bits are to learn.
        """
        if wanted.quantization != NONE and wanted.lora is None:
            raise ValueError("weights in fewer bits do not learn: add an adapter")
        model = self._empty(wanted.dtype, wanted.attention).train()
        n_before = _n_bytes(model)
        if wanted.lora is not None:
            _adapt(model, wanted.lora, _adapter_format(wanted))
        n_added = _n_bytes(model) - n_before
        if wanted.quantization != NONE:
            dequantize_in_passes(model)
        if wanted.checkpointing:
            _checkpoint(model)
        with _faked(model):
            learning = [each for each in model.parameters() if each.requires_grad]
            if wanted.accumulation > 1:
                _learn(model, wanted, _tape(model))
            tape = _tape(model)
            tape.hold([each.grad for each in learning if each.grad is not None], "gradients")
            saved = _learn(model, wanted, tape)
            tape.hold([each.grad for each in learning if each.grad is not None], "gradients")
            return HeldInTraining(
                peak=replace(tape.peak(), n_products=_n_products(tape, wanted)),
                saved=saved,
                learning=tuple(
                    Parameter(shape=tuple(each.shape), item_bytes=each.element_size())
                    for each in learning
                ),
                adapter_bytes=n_added,
            )

    def _empty(self, dtype: str, attention: str | None) -> Any:
        """A model on the meta device."""
        config = copy.deepcopy(self._config)
        try:
            with torch.device("meta"):
                model = AutoModelForCausalLM.from_config(
                    config, dtype=getattr(torch, dtype), attn_implementation=attention
                )
        except ValueError as exc:
            chosen = f" with {attention} attention" if attention else ""
            raise ValueError(f"{config.model_type} cannot be built{chosen}: {exc}") from exc
        model.tie_weights()
        # What a loss is computed by where the configuration names none; it would be said aloud.
        model.loss_type = "ForCausalLM"
        return model

    def _frozen(self, wanted: InferencePass) -> Any:
        model = self._empty(wanted.dtype, wanted.attention).eval()
        # Autocast keeps copies of weights that could learn alone, even where none does.
        model.requires_grad_(wanted.autocast is not None)
        if wanted.quantization != NONE:
            dequantize_in_passes(model)
        return model


def _read(model: Any, wanted: InferencePass) -> tuple[Held, Any]:
    """What is held while prompts are read, and the cache that is kept, if one is."""
    ids = torch.ones(wanted.batch_size, wanted.n_tokens, dtype=torch.long)
    tape = _tape(model)
    with tape, _autocast(wanted.autocast):
        # Both names keep what a caller would still hold.
        found, scores = _score(model, ids, wanted.scored, n_targets=wanted.n_targets)
    if found is not None:
        tape.hold(_cached(found), "cache")
    del scores
    return replace(tape.peak(), n_products=_n_products(tape, wanted)), found


def _continued(model: Any, wanted: InferencePass, cache: Any, last: torch.Tensor) -> Held:
    """What is held while the last token is read, all others being in the cache."""
    tape = _tape(model)
    tape.hold(_cached(cache), "cache")
    with tape, _autocast(wanted.autocast):
        if wanted.autocast is not None:
            # The copies of the weights are there since the first token.
            _score(model, last, "last")
        found, scores = _score(model, last, "last", cache)
    tape.hold(_cached(found), "cache")
    del scores
    return replace(tape.peak(), n_products=_n_products(tape, wanted))


def _lengthen(cache: Any, n_tokens: int) -> bool:
    """Give a cache the size that it has after so many tokens; False where it grows otherwise."""
    layers = getattr(cache, "layers", None)
    if not layers or any(type(layer) is not DynamicLayer for layer in layers):
        return False
    for layer in layers:
        for name in ("keys", "values"):
            before = getattr(layer, name)
            longer = (*before.shape[:-2], n_tokens, before.shape[-1])
            setattr(layer, name, before.new_empty(longer))
    return True


def _autocast(precision: str | None) -> contextlib.AbstractContextManager[Any]:
    """As on a processor; nothing for None."""
    if precision is None:
        return contextlib.nullcontext()
    casts: contextlib.AbstractContextManager[Any] = torch.autocast(
        "cpu", dtype=getattr(torch, precision)
    )
    return casts


def _n_bytes(model: Any) -> int:
    return sum(parameter.nbytes for parameter in model.parameters())


@contextlib.contextmanager
def _faked(model: Any) -> Iterator[None]:
    """Fake tensors, in the model too, and the global generator left as it was."""
    with torch.random.fork_rng(devices=[]), _as_if_real(), _quiet(), FakeTensorMode():
        _make_fake(model)
        try:
            yield
        # What torch raises for shapes that depend on data, and for kernels that tell no shapes.
        except RuntimeError as exc:
            raise ValueError(
                f"the memory of {model.config.model_type} models cannot be told beforehand: {exc}"
            ) from exc


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No tracebacks of failures that are raised as well."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    kept = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = kept


@contextlib.contextmanager
def _as_if_real() -> Iterator[None]:
    """Let transformers take the ways that it takes with real tensors.

    Where it sees fake ones it prepares for a compiler: masks are made that are otherwise left out,
    and shared heads are copied because of them.
    """
    kept = import_utils.is_fake_tensor
    import_utils.is_fake_tensor = lambda _: False
    try:
        yield
    finally:
        import_utils.is_fake_tensor = kept


def _make_fake(model: Any) -> None:
    """Put fake tensors of a processor in the place of those of the meta device."""
    made: dict[int, Any] = {}
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            if id(parameter) not in made:
                empty = torch.empty(parameter.shape, dtype=parameter.dtype)
                made[id(parameter)] = torch.nn.Parameter(empty, parameter.requires_grad)
            module.register_parameter(name, made[id(parameter)])
        for name, buffer in list(module.named_buffers(recurse=False)):
            setattr(module, name, torch.empty(buffer.shape, dtype=buffer.dtype))


def _tape(model: Any) -> Tape:
    held = [*model.parameters(), *model.buffers()]
    return Tape(held, model.get_output_embeddings().weight.shape[0])


def _n_products(tape: Tape, wanted: InferencePass | TrainingPass) -> int:
    """Of the products that were made, those that texts of another length make anew."""
    lengths = {wanted.n_tokens, wanted.batch_size * wanted.n_tokens}
    if wanted.n_targets is not None:
        lengths.add(wanted.batch_size * wanted.n_targets)
    return tape.products.count(getattr(torch, wanted.autocast or wanted.dtype), lengths)


def _score(
    model: Any,
    ids: torch.Tensor,
    scored: str,
    cache: Any = None,
    *,
    n_targets: int | None = None,
) -> tuple[Any, torch.Tensor]:
    """The cache, if one is kept, and what the caller makes of the logits, all in float32."""
    if scored == "all":
        with torch.no_grad():
            logits = _logits(model, ids, n_targets)
            scores = logits.float().log_softmax(dim=-1)
        return None, scores
    can_keep = "logits_to_keep" in inspect.signature(model.forward).parameters
    keep = {"logits_to_keep": 1} if can_keep else {}
    with torch.no_grad():
        found = model(input_ids=ids, past_key_values=cache, use_cache=True, **keep)
        scores = found.logits[:, -1].float().logsumexp(dim=-1)
    return found.past_key_values, scores


def _logits(model: Any, ids: torch.Tensor, n_targets: int | None) -> torch.Tensor:
    """Logits of all tokens, or of some of each text, as `optimization.batch_logits` makes them."""
    if n_targets is None:
        return model(input_ids=ids, use_cache=False).logits
    if not has_plain_head(model):
        return _last(model(input_ids=ids, use_cache=False).logits, n_targets)
    hidden = model.base_model(input_ids=ids, use_cache=False).last_hidden_state
    return model.lm_head(_last(hidden, n_targets))


def _last(of_tokens: torch.Tensor, n_targets: int) -> torch.Tensor:
    """What foretells the last tokens of each text, which stand for any that are as many."""
    before = of_tokens[:, :-1]
    rows = torch.arange(len(before))[:, None]
    places = torch.arange(before.shape[1] - n_targets, before.shape[1])
    return before[rows, places].flatten(0, 1)


def _loss(
    model: Any, ids: torch.Tensor, n_targets: int | None
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """The loss of transformers' models; or that of some tokens, and the logits that are kept."""
    if n_targets is None:
        return model(input_ids=ids, labels=ids, use_cache=False).loss, None
    logits = _logits(model, ids, n_targets)
    targets = ids[:, -n_targets:].flatten()
    return torch.nn.functional.cross_entropy(logits.float(), targets), logits


def _filled(model: Any, ids: torch.Tensor) -> Any:
    """The cache after tokens, the last of which came alone.

    A layer with a window keeps a view of all tokens that came at once, and of no more than the
    window from the next one on.
    """
    cache = DynamicCache(config=model.config)
    with torch.no_grad(), _tape(model):
        for part in (ids[:, :-1], ids[:, -1:]):
            if part.shape[1]:
                model(input_ids=part, past_key_values=cache, use_cache=True)
    return cache


def _cached(cache: Any) -> list[torch.Tensor]:
    """The tensors of a cache."""
    return [
        tensor
        for layer in cache.layers
        for tensor in vars(layer).values()
        if isinstance(tensor, torch.Tensor)
    ]


def _learn(model: Any, wanted: TrainingPass, tape: Tape) -> int:
    """One forward and backward pass on the tape; bytes that the forward pass kept."""
    ids = torch.ones(wanted.batch_size, wanted.n_tokens, dtype=torch.long)
    before = tape.live_bytes()
    with tape:
        with _autocast(wanted.autocast):
            loss, logits = _loss(model, ids, wanted.n_targets)
        saved = tape.live_bytes() - before
        loss.backward()
    del logits
    return saved


def _checkpoint(model: Any) -> None:
    """Keep the inputs of the layers alone; the method has had two names."""
    named = ("activation_checkpointing_enable", "gradient_checkpointing_enable")
    enable = next(getattr(model, name) for name in named if hasattr(model, name))
    enable({"use_reentrant": False})


def _adapter_format(wanted: TrainingPass) -> torch.dtype:
    """Adapters have the number format of their layers, and float32 beside those in few bits."""
    return torch.float32 if wanted.quantization != NONE else getattr(torch, wanted.dtype)


def _adapt(model: Any, lora: Lora, dtype: torch.dtype) -> None:
    """Add an adapter through peft, which converts none on the meta device."""
    from peft import LoraConfig, inject_adapter_in_model

    config = LoraConfig(
        r=lora.rank,
        lora_dropout=lora.dropout,
        target_modules=list(lora.targets) or "all-linear",
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        # GPT-2 keeps its matrices transposed; peft sees that by itself, and says so.
        warnings.filterwarnings("ignore", message="fan_in_fan_out is set to")
        warnings.filterwarnings("ignore", message="Model has `tie_word_embeddings=True`")
        inject_adapter_in_model(config, model)
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            parameter.data = parameter.data.to(dtype)
