"""What a language model offers to be timed alone: prefill, decoding, scores, parts of a call.

Importing this module is cheap: it is a base of the registered contestant.

Not covered: training steps, which change the model and stay with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.engines import NATIVE
from spoonbench.solvers.llm.placed import PlacesModel
from spoonbench.solvers.llm.stopwatch import OFF, Stopwatch, make_stopwatch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.solvers.api import Example, Settings
    from spoonbench.solvers.llm.batches import EncodedExample
    from spoonbench.solvers.llm.fixed_lengths import Reader
    from spoonbench.solvers.texts import CacheHeld, DecodeTimes


class TimedPasses(PlacesModel):
    """A base of contestants that have settings and a model."""

    _settings: Settings
    _stopwatch: Stopwatch = OFF

    def _ready(self) -> Reader:
        """The model as it is asked for, with its tokenizer."""
        raise NotImplementedError

    def _encoded(self, examples: Sequence[Example]) -> list[EncodedExample]:
        """Examples as they are scored.

        Raises:
            ValueError: no examples, or some that are too long or empty.
        """
        raise NotImplementedError

    def prefill(self, n_texts: int, n_tokens: int, /) -> None:
        """One forward pass over drawn tokens: the cache is built, scores of the last position.

        Raises:
            ValueError: a number below 1.
            Unsupported: more tokens than the model reads.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm import fixed_lengths
        from spoonbench.solvers.llm.machine import computing

        with computing(self._settings):
            fixed_lengths.prefill(
                self._ready(), self._settings.seed, n_texts, n_tokens, self._executed()
            )

    def decode(self, n_texts: int, prompt_tokens: int, new_tokens: int, /) -> DecodeTimes:
        """Greedy tokens after drawn prompts, with a cache; nothing ends a row early.

        Raises:
            ValueError: a number below 1.
            Unsupported: more tokens than the model reads.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm import fixed_lengths
        from spoonbench.solvers.llm.machine import computing

        reader, seed = self._ready(), self._settings.seed
        with computing(self._settings):
            return fixed_lengths.decode(
                reader, seed, (n_texts, prompt_tokens, new_tokens), self._executed()
            )

    def score_examples(self, examples: Sequence[Example], /) -> list[float]:
        """Natural logarithm of the probability of each target after its question, in one batch.

        Questions and targets stand in the words that the contestant is asked in.

        Raises:
            ValueError: no examples, or some that are too long or empty; scores that are no numbers.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.likelihood import score_pairs
        from spoonbench.solvers.llm.machine import computing

        reader = self._ready()
        with computing(self._settings):
            return score_pairs(reader.model, self._encoded(examples), reader.tokenizer.pad_token_id)

    def cache_of(self, call: Callable[[], object], /) -> CacheHeld | None:
        """Make a call, and tell the largest cache meanwhile; None where the engine shows none."""
        from spoonbench.solvers.llm.cache_watch import largest_cache

        if self._settings.engine != NATIVE:
            call()
            return None
        return largest_cache(self._ready().model, call)

    def try_engine(self, settings: Settings, n_layers: int, /) -> object:
        """Build an engine for a tiny model and let it write once; what holds both.

        Raises:
            Unsupported: the engine cannot be had here.
        """
        from spoonbench.solvers.llm.engines.trial import try_engine

        return try_engine(settings, n_layers)

    def count_tokens(self, examples: Sequence[Example], /) -> list[int]:
        """Tokens of each example as it is scored, padding left out.

        Raises:
            ValueError: no examples, or some that are too long or empty.
        """
        return [example.length for example in self._encoded(examples)]

    def watch_parts(self, on: bool, /) -> None:
        """Take the times of parts of `solve` from now on, or no longer."""
        self._stopwatch = make_stopwatch(self._settings.device) if on else OFF

    def break_down(self) -> Mapping[str, int]:
        """Nanoseconds of each part of `solve` since this was last asked."""
        return self._stopwatch.take()
