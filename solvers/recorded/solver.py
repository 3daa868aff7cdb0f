"""The contestant that replays answers from a file.

The file is a sample log of lm-evaluation-harness (`lm_eval run --log_samples`), or what
`spoonbench solve FILE --out` wrote. A problem's answer is found by its id, and where the log shows
another question under that id, or no id, by the text of the question.

Not covered: how long the answers took, and what they cost in memory; the file does not say.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, SolverInfo, Unsupported
from spoonbench.solvers.recorded.lines import read_file
from spoonbench.solvers.recorded.records import answer_of, normalised
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spoonbench.solvers.api import Json, Problem, Settings
    from spoonbench.solvers.recorded.records import Recorded

_UNPREPARED = "recorded: no file is loaded; call prepare first"


class RecordedSolver:
    """Gives the answers that a file holds.

    Parameters: `path`, the file; `filter`, which of the filters of an lm-eval log counts, where
    its lines name several.
    """

    info = SolverInfo(
        name="recorded",
        version="1",
        level=5,
        summary="Answers given elsewhere, read from a file.",
        kinds=("number", "label", "text"),
        modules=(
            "spoonbench.solvers.recorded.solver",
            "spoonbench.solvers.recorded.records",
            "spoonbench.solvers.recorded.lines",
        ),
    )

    def __init__(self) -> None:
        self._file = ""
        self._by_id: dict[str, Recorded] | None = None
        self._by_text: dict[str, list[Recorded]] = {}

    def prepare(self, settings: Settings, /) -> None:
        """Read the whole file.

        Raises:
            Unsupported: there is no such file, or a line of it cannot be used; names the line.
        """
        check_settings(self.info, settings, ("path", "filter"))
        path = _text("path", settings.params.get("path"))
        if path is None:
            raise Unsupported("recorded: say which file, with the parameter path=FILE")
        self._file = Path(path).name
        answers = read_file(Path(path), _text("filter", settings.params.get("filter")))
        self._by_id = {one.given_id: one for one in answers if one.given_id is not None}
        self._by_text = {}
        for one in answers:
            if one.question is not None:
                self._by_text.setdefault(normalised(one.question), []).append(one)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Look each problem up, in order."""
        if self._by_id is None:
            return [Answer(status="failed", reason=_UNPREPARED) for _ in problems]
        return [self._answer(problem, self._by_id) for problem in problems]

    def close(self) -> None:
        """Forget the answers."""
        self._by_id, self._by_text = None, {}

    def _answer(self, problem: Problem, by_id: dict[str, Recorded]) -> Answer:
        found = by_id.get(problem.problem_id)
        text = normalised(problem.text)
        if found is not None and (found.question is None or normalised(found.question) == text):
            return answer_of(found, problem.kind)
        same = self._by_text.get(text, [])
        if len(same) == 1:
            return answer_of(same[0], problem.kind)
        return Answer(status="failed", reason=self._reason(problem, found, len(same)))

    def _reason(self, problem: Problem, found: Recorded | None, n_same: int) -> str:
        """Why no answer of the file is taken."""
        if n_same:
            return f"{self._file} has {n_same} answers to this question, and none under its id"
        shown = problem.problem_id[:60]
        if found is not None:
            return f"{self._file} has another question under the id {shown!a}"
        return f"{self._file} has no answer for {shown!a}"


def _text(name: str, value: Json) -> str | None:
    if value is None or (isinstance(value, str) and value):
        return value
    raise Unsupported(f"recorded: the parameter {name} must be a text, not {value!r}")
