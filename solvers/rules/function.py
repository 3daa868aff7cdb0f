"""The user's own Python function as a contestant.

The function takes the text of a problem and returns a string, an integer, a float, a `Fraction`, a
`Decimal`, an `Answer`, or None to abstain. A float is read as the decimal that Python prints.

Not covered: isolation. The file is executed like any program of the user.
"""

from __future__ import annotations

import importlib.util
import math
import traceback
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
        self._path = Path()

    def prepare(self, settings: Settings, /) -> None:
        """Load the function.

        Raises:
            Unsupported: the file or the function is not there.
            RuntimeError: the file raises; the message names the line.
        """
        check_settings(self.info, settings, ("path", "function"))
        path = settings.params.get("path")
        if path is None:
            raise Unsupported("function: say which file, with the parameter path=FILE.py")
        self._path = Path(_string("path", path)).absolute()
        name = _string("function", settings.params.get("function", "solve"))
        self._function = load_function(self._path, name)

    def solve(self, problems: Sequence[Problem], /) -> list[Answer]:
        """Call the function once for each problem, in order."""
        if self._function is None:
            reason = "function: no function is loaded; call prepare first"
            return [Answer(status="failed", reason=reason) for _ in problems]
        return [_call(self._function, problem.text, self._path) for problem in problems]

    def close(self) -> None:
        """Forget the function."""
        self._function = None


def load_function(path: Path, name: str) -> Callable[[str], object]:
    """Execute a Python file and take one function from it.

    Args:
        path: absolute, so that its frames are known by it.
        name: of the function.

    Raises:
        Unsupported: there is no such file or function.
        RuntimeError: the file raises, or is no Python; the message names the line.
    """
    if not path.is_file():
        raise Unsupported(f"function: there is no file {path}")
    spec = importlib.util.spec_from_file_location(f"_spoonbench_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise Unsupported(f"function: {path} is no Python file (its name must end in .py)")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:  # whatever the user's file raises is its own
        raise RuntimeError(f"{path.name}: {_described(error, path)}") from error
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


def _call(function: Callable[[str], object], text: str, path: Path) -> Answer:
    try:
        returned = function(text)
    except MemoryError:
        raise
    except Exception as error:  # a failing function fails its answer, not the run
        return Answer(status="failed", reason=_described(error, path))
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


def _described(error: BaseException, path: Path) -> str:
    """On which line of the user's file it happened, as far as known, and what."""
    line, message = _line_of(error, path), str(error)
    if isinstance(error, SyntaxError) and line is not None:
        message = error.msg  # the whole text names file and line again
    place = "" if line is None else f"line {line}: "
    return f"{place}{type(error).__name__}: {message}"


def _line_of(error: BaseException, path: Path) -> int | None:
    """The innermost line of that file on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno
    lines = [
        line
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_code.co_filename == str(path)
    ]
    return lines[-1] if lines else None
