"""The user's own Python function as a contestant.

The function takes the text of a problem and returns a string, an integer, a float, a `Fraction`, a
`Decimal`, an `Answer`, or None to abstain. A float is read as the decimal that Python prints.

Not covered: isolation. The file is executed like any program of the user.
"""

from __future__ import annotations

import importlib.util
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from spoonbench.solvers.api import Answer, SolverInfo, Unsupported
from spoonbench.solvers.numerals import write_number
from spoonbench.solvers.rules.settings import check_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spoonbench.solvers.api import Json, Problem, Settings


class FunctionSolver:
    """Calls a function from a file of the user.

    Parameters: `path`, the Python file; `function`, its name, "solve" unless given.
    """

    info = SolverInfo(
        name="function",
        version="1",
        level=1,
        summary="Your own Python function.",
        kinds=("number", "label", "text"),
        modules=("spoonbench.solvers.rules.function",),
    )

    def __init__(self) -> None:
        self._function: Callable[[str], object] | None = None

    def prepare(self, settings: Settings, /) -> None:
        """Load the function.

        Raises:
            Unsupported: the file or the function is not there, or does not load.
        """
        check_settings(self.info, settings, ("path", "function"))
        path = settings.params.get("path")
        if path is None:
            raise Unsupported("function: say which file, with the parameter path=FILE.py")
        self._function = load_function(
            Path(_string("path", path)),
            _string("function", settings.params.get("function", "solve")),
        )

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Call the function once for each problem, in order."""
        if self._function is None:
            reason = "function: no function is loaded; call prepare first"
            return [Answer(status="failed", reason=reason) for _ in problems]
        return [_call(self._function, problem.text) for problem in problems]

    def close(self) -> None:
        """Forget the function."""
        self._function = None


def load_function(path: Path, name: str) -> Callable[[str], object]:
    """Execute a Python file and take one function from it.

    Raises:
        Unsupported: there is no such file or function, or the file does not load.
    """
    if not path.is_file():
        raise Unsupported(f"function: there is no file {path}")
    spec = importlib.util.spec_from_file_location(f"_spoonbench_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Unsupported(f"function: {path} is no Python file (its name must end in .py)")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever the user's file raises is its own
        raise Unsupported(f"function: {path} does not load: {_described(error)}") from error
    if not hasattr(module, name):
        raise Unsupported(f"function: {path} defines no {name!r}")
    function = getattr(module, name)
    if not callable(function):
        raise Unsupported(f"function: {name!r} in {path} is not callable")
    found: Callable[[str], object] = function
    return found


def _string(name: str, value: Json) -> str:
    if isinstance(value, str) and value:
        return value
    raise Unsupported(f"function: the parameter {name} must be a text, not {value!r}")


def _call(function: Callable[[str], object], text: str) -> Answer:
    try:
        returned = function(text)
    except (MemoryError, RecursionError) as error:
        if isinstance(error, MemoryError):
            raise
        return Answer(status="failed", reason=_described(error))
    except Exception as error:  # a failing function fails its answer, not the run
        return Answer(status="failed", reason=_described(error))
    return _answer(returned)


def _answer(returned: object) -> Answer:
    """Turn what the function returned into an answer."""
    if isinstance(returned, Answer):
        return returned
    if returned is None:
        return Answer(status="abstained", reason="the function returned None")
    try:
        return Answer(status="answered", value=_value(returned))
    except (TypeError, ValueError) as error:
        return Answer(status="failed", reason=str(error))


def _value(returned: object) -> str:
    if isinstance(returned, str):
        return returned
    if isinstance(returned, bool) or not isinstance(returned, int | float | Decimal | Fraction):
        raise TypeError(
            f"the function returned {type(returned).__name__}; "
            "str, int, float, Fraction, Decimal, Answer or None are understood"
        )
    if not math.isfinite(returned):
        raise ValueError(f"the function returned {returned}, which is no number")
    # The shortest decimal that stands for the float, not its 53 binary digits.
    exact = Fraction(repr(returned)) if isinstance(returned, float) else Fraction(returned)
    return write_number(exact)


def _described(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
