"""What a language model offers to be timed alone: prefill, decoding, scores, parts of a call.

Importing this module is cheap: it is a base of the registered contestant.

Not covered: training steps, which change the model and stay with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spoonbench.solvers.llm.stopwatch import OFF, Stopwatch, make_stopwatch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.api import Example, Settings
    from spoonbench.solvers.llm.artifact import TrainedModel
    from spoonbench.solvers.llm.engines.interface import Execution
    from spoonbench.solvers.texts import DecodeTimes


class TimedPasses:
    """A base of contestants that have settings and a model."""

    _settings: Settings
    _stopwatch: Stopwatch = OFF

    def _ready(self) -> TrainedModel:
        """The model as it is asked for."""
        raise NotImplementedError

    def _fitted(self) -> TrainedModel:
        """The model in whatever number format it is."""
        raise NotImplementedError

    def _executed(self) -> Execution:
        """What runs the model."""
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

        trained, seed = self._ready(), self._settings.seed
        with computing(self._settings):
            return fixed_lengths.decode(
                trained, seed, (n_texts, prompt_tokens, new_tokens), self._executed()
            )

    def score_examples(self, examples: Sequence[Example], /) -> list[float]:
        """Natural logarithm of the probability of each target after its question, in one batch.

        Questions and targets stand in the words that are trained on, end token included.

        Raises:
            ValueError: no examples, or some that are too long or empty; scores that are no numbers.
            MemoryError: the batch does not fit the device.
        """
        from spoonbench.solvers.llm.fitting import encode_checked
        from spoonbench.solvers.llm.likelihood import score_pairs
        from spoonbench.solvers.llm.machine import computing

        trained = self._ready()
        with computing(self._settings):
            return score_pairs(trained.model, encode_checked(trained, examples))

    def count_tokens(self, examples: Sequence[Example], /) -> list[int]:
        """Tokens of each example as it is learned and scored, padding left out.

        Raises:
            ValueError: no examples, or some that are too long or empty.
        """
        from spoonbench.solvers.llm.fitting import encode_checked

        return [example.length for example in encode_checked(self._fitted(), examples)]

    def watch_parts(self, on: bool, /) -> None:
        """Take the times of parts of `solve` from now on, or no longer."""
        self._stopwatch = make_stopwatch(self._settings.device) if on else OFF

    def break_down(self) -> Mapping[str, int]:
        """Nanoseconds of each part of `solve` since this was last asked."""
        return self._stopwatch.take()
