"""Level 5: a language model behind an OpenAI-compatible server.

Any that offers `/v1/chat/completions` or `/v1/completions`: vLLM, llama.cpp, Ollama, TGI,
transformers' own, and services of others. Examples of the training part stand in every prompt;
the model itself learns nothing. Whatever goes wrong becomes a failed answer with a reason.

A server that cannot be reached when the contestant is prepared is Unsupported, and so is one that
refuses the key: no answer could come of it. One that is there but slow to list its models is not.

Not covered: the time of the network apart from that of the server; its memory and energy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import FitReport, Settings, SolverInfo, Unsupported
from spoonbench.solvers.learning import NOT_FITTED, failed
from spoonbench.solvers.llm.endpoint.address import base_url, is_loopback
from spoonbench.solvers.llm.endpoint.key import Key, read_key
from spoonbench.solvers.llm.endpoint.parameters import Endpoint, read_endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spoonbench.solvers.api import Answer, Example, Problem, Progress
    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.endpoint.session import Session
    from spoonbench.solvers.texts import Decoding, Generation, TextLikelihood

_MODULES = (
    "address",
    "answering",
    "background",
    "bodies",
    "client",
    "confidence",
    "failures",
    "key",
    "likelihood",
    "logs",
    "parameters",
    "replies",
    "retries",
    "session",
    "solver",
    "stream",
)


class EndpointSolver:
    """A language model behind a server; its parameters are those of `Endpoint`."""

    info = SolverInfo(
        name="endpoint",
        version="3",
        level=5,
        summary="A language model behind an OpenAI-compatible server, shown a few examples.",
        kinds=("number", "label", "text"),
        deterministic=False,
        needs_training=True,
        requires=("httpx2",),
        source="OpenAI API reference, chat completions and completions; Brown et al. 2020 "
        "(few-shot prompts)",
        modules=(
            "spoonbench.solvers.llm.asking",
            "spoonbench.solvers.llm.decoding",
            "spoonbench.solvers.llm.prompt",
            "spoonbench.solvers.llm.refusals",
            "spoonbench.solvers.llm.windows",
            *(f"spoonbench.solvers.llm.endpoint.{name}" for name in _MODULES),
        ),
    )

    def __init__(self) -> None:
        self._seed = 0
        self._session: Session | None = None
        self._asking: Asking | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Check the settings, read the key, and look whether the server is there.

        Raises:
            Unsupported: parameters that do not fit, a server that is not there or refuses the
                key, or a key that would go unencrypted to another machine.
        """
        endpoint = read_endpoint(settings.params)
        if settings.device != "cpu" or settings.dtype != "float32":
            raise Unsupported("endpoint: the server decides on device and number format")
        if settings.engine != "native" or settings.attention or settings.padding:
            raise Unsupported("endpoint: the server decides on engine, attention and padding")
        if settings.quantization != "none" or settings.parts or settings.threads < 1:
            raise Unsupported("endpoint has no quantization and no parts, and at least one thread")
        base = base_url(endpoint.url)
        key = read_key(endpoint.key_variable)
        _check_privacy(endpoint, base, key)
        from spoonbench.solvers.llm.endpoint.session import Session

        self.close()
        self._seed = settings.seed
        self._session = Session(endpoint, base, key, settings.seed)
        try:
            self._session.look()
        except Unsupported:
            self.close()
            raise

    def fit(
        self,
        training: Sequence[Example],
        validation: Sequence[Example],
        progress: Progress,
        checkpoints: Path | None,
        /,
    ) -> FitReport:
        """Draw the examples that stand in every prompt; the server is not asked.

        Raises:
            ValueError: no examples, or fewer than `shots`.
        """
        from spoonbench.solvers.llm.asking import make_asking

        shots = self._prepared().endpoint.shots
        if not training and shots:
            raise ValueError("there are no training examples to draw from; shots=0 does without")
        if not training:
            return FitReport(n_examples=0)
        self._asking = make_asking(training, training[0].problem.kind, shots, self._seed)
        progress(1.0, f"{shots} examples drawn")
        return FitReport(n_examples=shots, notes={"shots": shots})

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Answer every problem, in order, several at once; failures are answers with a reason."""
        asking = self._asking or self._without_training(problems)
        if asking is None:
            return [failed(NOT_FITTED) for _ in problems]
        refusals = [asking.refusal(problem.kind) for problem in problems]
        pairs = zip(problems, refusals, strict=True)
        asked = [problem.text for problem, refusal in pairs if refusal is None]
        answers = iter(self._prepared().answer(asking, asked))
        return [next(answers) if refusal is None else failed(refusal) for refusal in refusals]

    def generate(
        self,
        prompts: Sequence[str],
        decoding: Decoding,
        /,
        *,
        schema: Mapping[str, Any] | None = None,
    ) -> list[Generation]:
        """Continue every prompt, in order; of a chat, a prompt is the user's message.

        Args:
            prompts: one a text.
            decoding: settings.
            schema: of JSON, that the texts are held to by servers that can do that.

        Raises:
            ValueError: an empty prompt, or a setting that the server does not take.
        """
        return self._prepared().generate(prompts, decoding, schema)

    def text_likelihood(
        self, text: str, /, *, window: int | None = None, stride: int | None = None
    ) -> TextLikelihood:
        """Score every token given those before it in its window; see `likelihood`.

        Raises:
            ValueError: an empty text, or a window or stride that does not fit.
            Unsupported: the server does not tell how likely tokens are.
        """
        return self._prepared().text_likelihood(text, window, stride)

    def close(self) -> None:
        """Give connections back; may be called twice."""
        session, self._session, self._asking = self._session, None, None
        if session is not None:
            session.close()

    def _without_training(self, problems: Sequence[Problem]) -> Asking | None:
        """How to ask where no example is to be shown; None where some are."""
        if self._session is None or self._session.endpoint.shots or not problems:
            return None
        from spoonbench.solvers.llm.asking import make_asking

        return make_asking((), problems[0].kind, 0, self._seed)

    def _prepared(self) -> Session:
        if self._session is None:
            raise Unsupported("endpoint: prepare must be called first")
        return self._session


def _check_privacy(endpoint: Endpoint, base: str, key: Key) -> None:
    """The key must not go unencrypted over a network."""
    exposed = key.is_set and base.startswith("http:") and not is_loopback(base)
    if exposed and not endpoint.allow_http:
        raise Unsupported(
            f"the key in {key.variable} would go unencrypted to another machine: use https, or "
            "key_variable='' to send none, or allow_http=true if the network is yours"
        )
