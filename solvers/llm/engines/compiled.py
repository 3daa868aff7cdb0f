"""Models through torch.compile: machine code for the operations of a step, fused.

Prompts are read by the model as it is, and each new token by what was compiled: one program for a
single row and one for several, of any number and length. Both are made when the runtime is built,
by batches of no meaning. What asked for further programs later would be compiled while answers are
timed; past torch's limit of programs that raises instead of silently going back to single
operations.

torch keeps compiled programs on disk (`TORCHINDUCTOR_CACHE_DIR`), where a second build finds them:
`notes` says how many came from there.
"""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import torch

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.engines.static_cache import StaticCacheRuntime
from spoonbench.solvers.llm.stepping import read_with, step_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.llm.engines.interface import Forward, Runtime

_BATCHES = ((3, 5), (2, 7), (1, 5), (1, 7))
"""Rows and tokens of the batches that are run to have everything compiled."""

_NEW_TOKENS = 4


class CompiledRuntime:
    """A model with its growing cache, whose steps of one token are compiled.

    Args:
        model: of transformers, in evaluation.

    Raises:
        Unsupported: the model cannot be compiled here.
    """

    notes: Mapping[str, Json] = {}

    def __init__(self, model: Any) -> None:
        self.library = f"torch {torch.__version__}"
        self._model = model
        self._step = _compiled(model)
        self.notes = _run_through(self, model)

    def start(self, _n_rows: int, _n_tokens: int, /) -> Forward:
        """A batch with an empty cache."""

        def read(**inputs: Any) -> Any:
            # A cache of one token would be a program of its own.
            is_step = inputs["attention_mask"].shape[1] > max(2, inputs["input_ids"].shape[1])
            return (self._step if is_step else self._model)(**inputs)

        return read_with(read)


class CompiledStaticRuntime:
    """A model with transformers' static cache, whose steps of one token are compiled.

    Args:
        model: of transformers, in evaluation.

    Raises:
        Unsupported: the model cannot be compiled here.
    """

    notes: Mapping[str, Json] = {}

    def __init__(self, model: Any) -> None:
        self.library = f"torch {torch.__version__}"
        self._inner = StaticCacheRuntime(model, _compiled(model))
        self.notes = _run_through(self, model)

    def start(self, n_rows: int, n_tokens: int, /) -> Forward:
        """A batch with room for all its tokens."""
        return self._inner.start(n_rows, n_tokens)


def _compiled(model: Any) -> Any:
    """The model through torch.compile, which does the work at the first call."""
    with _without_farewells():
        return torch.compile(model, dynamic=True)


@contextmanager
def _without_farewells() -> Iterator[None]:
    """Torch's own compiler imports parts of torch that will go one day, and says so."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="torch")
        yield


def _run_through(runtime: Runtime, model: Any) -> dict[str, Json]:
    """Generate a few tokens, for all that can be compiled to be compiled."""
    dynamo: Any = import_module("torch._dynamo.config")
    inductor: Any = import_module("torch._inductor.config")
    dynamo.fail_on_recompile_limit_hit = True
    # Otherwise a pool of processes is started, which outlives the work.
    inductor.compile_threads = 1
    n_before, n_found_before = _count()
    try:
        with _without_farewells():
            for n_rows, width in _BATCHES:
                _run_batch(runtime, model, n_rows, width)
    except MemoryError:
        raise
    # Whatever the compilers, torch's and the machine's, have to say.
    except Exception as exc:
        raise Unsupported(f"torch.compile cannot compile this model here: {exc}") from exc
    n_after, n_found = _count()
    return {"programs": n_after - n_before, "programs_from_disk": n_found - n_found_before}


def _run_batch(runtime: Runtime, model: Any, n_rows: int, width: int) -> None:
    ids = torch.zeros(n_rows, width, dtype=torch.long, device=model.device)
    mask = torch.ones_like(ids)
    mask[: n_rows - 1, 0] = 0  # the last row is the longest
    forward = runtime.start(n_rows, width + _NEW_TOKENS)
    step_rows(forward, (ids, mask), lambda _, scores: scores, None, _NEW_TOKENS, pad=0, end_ids=[])


def _count() -> tuple[int, int]:
    """Programs that torch has compiled in this process, and those of them found on disk."""
    counters = import_module("torch._dynamo.utils").counters
    return counters["stats"]["unique_graphs"], counters["inductor"]["fxgraph_cache_hit"]
