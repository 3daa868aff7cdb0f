"""What can be asked of a language model beside answers: text that goes on, and how likely text is.

Some of it is asked to be timed alone: reading a prompt (prefill), writing on from its cache
(decoding), scoring examples, and the parts of an answering call.

Not covered: beams; constraints on what is generated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from spoonbench.solvers.api import Example, StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoding:
    """How text is generated: greedy, up to a limit, unless said otherwise.

    Attributes:
        max_new_tokens: the limit, at least 1.
        stop_strings: the text ends where one of them is complete.
        temperature: 0 is greedy; otherwise scores are divided by it and a token is drawn.
        top_p: a token is drawn among the likeliest whose probabilities add up to this, in (0, 1].
        top_k: a token is drawn among so many likeliest; 0: among all.
        repetition_penalty: above 1, tokens of prompt and text become less likely to come again
            (Keskar et al. 2019, CTRL); 1 changes nothing.
        seed: of what is drawn. Row i of a batch is drawn with seed + i, as it would be alone.
    """

    max_new_tokens: int = 24
    stop_strings: tuple[str, ...] = ()
    temperature: float = 0.0
    top_p: float = 1.0
    top_k: int = 0
    repetition_penalty: float = 1.0
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """One generated text. None stands for what a server does not tell.

    Attributes:
        text: the new text, without the prompt; end token left out, stop string included where
            it is known: some servers cut it off and do not tell.
        tokens_in: prompt tokens.
        tokens_out: new tokens, end token included where there is one.
        token_ids: the new tokens; empty where they are not known.
        token_log_probabilities: natural logarithms of the probability of each new token under the
            model, before temperature and the like; empty where they are not known.
        stopped_by: what ended it; None where the text could not be had, see `failure`.
        first_token_s: seconds until the first new token.
        cost: price in US dollars, where prices are known.
        failure: why there is no text; None where there is one.
    """

    text: str
    tokens_in: int | None
    tokens_out: int | None
    token_ids: tuple[int, ...] = ()
    token_log_probabilities: tuple[float, ...] = ()
    stopped_by: StopReason | None
    first_token_s: float | None = None
    cost: float | None = None
    failure: str | None = None


@runtime_checkable
class Generates(Protocol):
    """Continues text."""

    def generate(self, prompts: Sequence[str], decoding: Decoding, /) -> list[Generation]:
        """Continue every prompt as it stands, in one batch, in order.

        Raises:
            ValueError: a setting or a prompt that the model cannot take; says which.
        """
        ...


@runtime_checkable
class Chats(Protocol):
    """Answers what somebody says, through a chat template."""

    def chat(self, messages: Sequence[str], decoding: Decoding, /) -> list[Generation]:
        """Answer every text as the one message of a user, in one batch, in order.

        Raises:
            ValueError: a setting or a message that the model cannot take; says which.
            Unsupported: the model has no chat template.
        """
        ...


@runtime_checkable
class Scores(Protocol):
    """Knows how likely a text is."""

    def log_likelihood(self, prompts: Sequence[str], texts: Sequence[str], /) -> list[float]:
        """Natural logarithm of the probability of each text after its prompt."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLikelihood:
    """How likely a long text is to a model.

    Attributes:
        log_likelihood: natural logarithm of the probability of the scored tokens.
        n_tokens: tokens that were scored.
        n_bytes: bytes of UTF-8 that the scored tokens stand for.
        n_unscored_bytes: bytes at the beginning without a score, since nothing stands before them.
        n_windows: windows that were read.
        window: tokens that the model read at most at once.
        stride: tokens by which the window moved on.
        n_right: scored tokens that the model held the likeliest; None where that is not known.
    """

    log_likelihood: float
    n_tokens: int
    n_bytes: int
    n_unscored_bytes: int
    n_windows: int
    window: int
    stride: int
    n_right: int | None = None


@runtime_checkable
class Reads(Protocol):
    """Reads a text of any length through a sliding window."""

    def text_likelihood(
        self, text: str, /, *, window: int | None = None, stride: int | None = None
    ) -> TextLikelihood:
        """Score every token given those before it in its window.

        Args:
            text: not empty.
            window: tokens read at once; None: as many as the model has positions.
            stride: tokens by which the window moves, at most `window`; None: half a window.

        Raises:
            ValueError: an empty text, or a window or stride that does not fit.
            Unsupported: the model does not tell how likely tokens are.
        """
        ...


@runtime_checkable
class Prefills(Protocol):
    """Reads prompts of a fixed length, so that this can be timed alone."""

    def prefill(self, n_texts: int, n_tokens: int, /) -> None:
        """One forward pass over drawn tokens: the cache is built, scores of the last position.

        Args:
            n_texts: rows of the batch.
            n_tokens: of every row, none of them padding; drawn from the seed of the settings.

        Raises:
            ValueError: a number below 1.
            Unsupported: more tokens than the model reads.
            MemoryError: the batch does not fit the device.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeTimes:
    """When the tokens of one batch were there.

    Attributes:
        first_token_ns: nanoseconds from the beginning to the first new token of all rows: reading
            the prompts is in it.
        later_token_ns: shape (new tokens - 1,), nanoseconds from one token of all rows to the next.
    """

    first_token_ns: int
    later_token_ns: tuple[int, ...]


@runtime_checkable
class Decodes(Protocol):
    """Writes a fixed number of tokens, so that each can be timed."""

    def decode(self, n_texts: int, prompt_tokens: int, new_tokens: int, /) -> DecodeTimes:
        """Greedy tokens after drawn prompts, with a cache; nothing ends a row early.

        Args:
            n_texts: rows of the batch.
            prompt_tokens: of every row; drawn as for `prefill`.
            new_tokens: of every row, no more and no fewer.

        Raises:
            ValueError: a number below 1.
            Unsupported: more tokens than the model reads.
            MemoryError: the batch does not fit the device.
        """
        ...


@runtime_checkable
class ScoresExamples(Protocol):
    """Knows how likely the targets of examples are, in the words in which it learns them."""

    def score_examples(self, examples: Sequence[Example], /) -> list[float]:
        """Natural logarithm of the probability of each target after its question, in one batch.

        Raises:
            ValueError: no examples, or some that the model cannot read; scores that are no numbers.
            MemoryError: the batch does not fit the device.
        """
        ...


@runtime_checkable
class CountsTokens(Protocol):
    """Knows how many tokens it reads."""

    def count_tokens(self, examples: Sequence[Example], /) -> list[int]:
        """Tokens of each example as it is learned and scored, padding left out."""
        ...


@runtime_checkable
class StepsIn(Protocol):
    """Knows the number format of its training steps."""

    def step_dtype(self) -> str:
        """A torch name: what steps multiply in, which need not be the format of the settings."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheHeld:
    """Keys and values that a model kept of a batch.

    Attributes:
        bytes: of all layers.
        n_texts: rows of the batch.
        n_tokens: of each row, padding included.
    """

    bytes: int
    n_texts: int
    n_tokens: int


@runtime_checkable
class HoldsCache(Protocol):
    """Keeps keys and values of earlier tokens, and can tell how large they were."""

    def cache_of(self, call: Callable[[], object], /) -> CacheHeld | None:
        """Make a call of one of its methods, and tell the largest cache meanwhile.

        Returns:
            None where there was none, or where its engine does not show it.
        """
        ...


@runtime_checkable
class BreaksDown(Protocol):
    """Can tell how long the parts of an answering call took."""

    def watch_parts(self, on: bool, /) -> None:
        """Take the times of parts from now on, or no longer."""
        ...

    def break_down(self) -> Mapping[str, int]:
        """Nanoseconds of each part since this was last asked, by name; parts never overlap."""
        ...
