"""Language models that the reader can ask: one behind an endpoint, and one in a local folder.

Both are the contestants `endpoint` and `pretrained`, with their parameters, asked without examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.texts import Decoding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.api import Json
    from spoonbench.solvers.texts import Generation

MOST_NEW_TOKENS = 800


class EndpointWriter:
    """A model behind an OpenAI-compatible server.

    Args:
        params: of the contestant `endpoint`; `url` and `model` at least.

    Raises:
        Unsupported: parameters that do not fit, or a server that is not there.
    """

    def __init__(self, params: Mapping[str, Json]) -> None:
        from spoonbench.solvers.llm.endpoint.solver import EndpointSolver

        self._solver = EndpointSolver()
        self._solver.prepare(Settings(params={"stream": False, **params, "shots": 0}))

    def write(self, prompt: str, schema: dict[str, Any], /) -> Generation:
        """One text, held to the schema where the server can do that."""
        decoding = Decoding(max_new_tokens=MOST_NEW_TOKENS)
        return self._solver.generate([prompt], decoding, schema=schema)[0]

    def close(self) -> None:
        """Give connections back."""
        self._solver.close()


class FolderWriter:
    """A model of transformers in a folder.

    Args:
        params: of the contestant `pretrained`; `model`, its folder, at least.
        device: where it runs.

    Raises:
        Unsupported: parameters that do not fit, or a folder that holds no such model.
    """

    def __init__(self, params: Mapping[str, Json], *, device: str = "cpu") -> None:
        from spoonbench.solvers.llm.pretrained.solver import PretrainedSolver

        self._solver = PretrainedSolver()
        self._solver.prepare(Settings(device=device, params={**params, "shots": 0}))

    def write(self, prompt: str, schema: dict[str, Any], /) -> Generation:
        """One text; the schema stands in the prompt."""
        from spoonbench.solvers.texts import Generation

        decoding = Decoding(max_new_tokens=MOST_NEW_TOKENS)
        try:
            try:
                return self._solver.chat([prompt], decoding)[0]
            except Unsupported:
                return self._solver.generate([prompt], decoding)[0]
        except ValueError as exc:
            return Generation(
                text="", tokens_in=None, tokens_out=None, stopped_by=None, failure=str(exc)
            )

    def close(self) -> None:
        """Let the model go."""
        self._solver.close()
