"""A prepared server: the client with the event loop that it runs in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Unsupported
from spoonbench.solvers.llm.endpoint.answering import answer_of, generation_of
from spoonbench.solvers.llm.endpoint.background import Background
from spoonbench.solvers.llm.endpoint.bodies import prompt_body, question_body, response_format
from spoonbench.solvers.llm.endpoint.client import Client
from spoonbench.solvers.llm.endpoint.failures import Failure, RequestFailed
from spoonbench.solvers.llm.endpoint.likelihood import Reader
from spoonbench.solvers.llm.endpoint.logs import HidingFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.solvers.api import Answer
    from spoonbench.solvers.llm.asking import Asking
    from spoonbench.solvers.llm.endpoint.key import Key
    from spoonbench.solvers.llm.endpoint.parameters import Endpoint
    from spoonbench.solvers.llm.endpoint.replies import Reply
    from spoonbench.solvers.texts import Decoding, Generation, TextLikelihood

_UNAUTHORIZED = 401
_REJECTED = frozenset({400, 422})


class Session:
    """Asks one server and reads what it says.

    Args:
        endpoint: how it is asked.
        base: its address.
        key: sent with every request.
        seed: of the waits between attempts.

    Raises:
        Unsupported: the environment names proxies or certificates that cannot be used.
    """

    def __init__(self, endpoint: Endpoint, base: str, key: Key, seed: int) -> None:
        self.endpoint = endpoint
        self._base, self._key = base, key
        self._client = Client(endpoint, base, key, seed)
        self._hiding = HidingFilter(key)
        self._hiding.start()
        self._background = Background()

    def look(self) -> None:
        """See whether the server is there: one request for its list of models.

        A list that is slow or missing says nothing, since not every server has one.

        Raises:
            Unsupported: it cannot be reached, or refuses the key.
        """
        try:
            self._background.run(self._client.models())
        except RequestFailed as exc:
            failure = exc.failure
            if failure.status == _UNAUTHORIZED:
                raise Unsupported(f"{failure.reason} ({self._key.described()})") from None
            if failure.is_unreached:
                raise Unsupported(failure.reason) from None

    def answer(self, asking: Asking, questions: Sequence[str]) -> list[Answer]:
        """Answers in the order of the questions."""
        bodies = [question_body(self.endpoint, asking, question) for question in questions]
        outcomes = self._background.run(self._client.ask_all(bodies))
        return [answer_of(self.endpoint, asking, outcome) for outcome in outcomes]

    def generate(
        self,
        prompts: Sequence[str],
        decoding: Decoding,
        schema: Mapping[str, Any] | None = None,
    ) -> list[Generation]:
        """Texts in the order of the prompts.

        Args:
            prompts: one a text.
            decoding: settings.
            schema: that the texts are held to, as JSON, by servers that can do that; one that
                refuses it is asked without.

        Raises:
            ValueError: an empty prompt, or a setting that the server does not take.
        """
        bodies = [
            prompt_body(self.endpoint, prompt, decoding, index)
            for index, prompt in enumerate(prompts)
        ]
        held = [body | response_format(schema) for body in bodies] if schema else bodies
        outcomes = self._background.run(self._client.ask_all(held))
        if schema and any(_is_rejected(outcome) for outcome in outcomes):
            outcomes = self._background.run(self._client.ask_all(bodies))
        return [generation_of(self.endpoint, outcome) for outcome in outcomes]

    def text_likelihood(self, text: str, window: int | None, stride: int | None) -> TextLikelihood:
        """How likely a text is.

        Raises:
            ValueError: an empty text, or a window or stride that does not fit.
            Unsupported: the server does not tell.
        """
        if not text:
            raise ValueError("the text is empty")
        reader = Reader(client=self._client, base=self._base, model=self.endpoint.model)
        return self._background.run(reader.score(text, window, stride))

    def close(self) -> None:
        """Close connections and the loop."""
        try:
            self._background.run(self._client.close())
        finally:
            self._background.close()
            self._hiding.stop()


def _is_rejected(outcome: Reply | Failure) -> bool:
    return isinstance(outcome, Failure) and outcome.status in _REJECTED
