"""Another Python interpreter for the children: found, asked what it is, refused if it cannot do.

It needs a spoonbench that speaks the same protocol; every other package may have another version
there, or be missing. What it is and has goes into its environment, by its path too: what was
measured under it is never taken for a measurement under this interpreter.

Not covered: interpreters on other machines; one whose packages change while a command runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spoonbench.harness.canonical import canonical_json, from_json, to_json
from spoonbench.harness.executors.children import new_token
from spoonbench.harness.executors.surroundings import ALLOCATOR, WAITING, variables
from spoonbench.harness.introduction import MARK
from spoonbench.harness.protocol import PROTOCOL_VERSION
from spoonbench.harness.records import Environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spoonbench.harness.matrix_records import Conditions
    from spoonbench.solvers.api import SolverInfo

OLDEST = (3, 11)
"""As in the metadata of this package."""
ANSWER_S = 60.0
_MOST_BYTES = 1 << 22
_MODULE = "spoonbench.harness.introduction"
_ASK = f"""
import sys
print('{MARK}{{"python": [%d, %d]}}' % tuple(sys.version_info[:2]))
sys.stdout.flush()
if sys.version_info >= {OLDEST}:
    import json
    try:
        from {_MODULE} import introduce
        print(introduce())
    except ImportError as exc:
        print("{MARK}" + json.dumps({{"missing": exc.name, "message": str(exc)}}))
"""
"""Run by whatever is called a Python, so that the first lines are such that any version takes."""


class BadInterpreter(Exception):
    """Nothing can be measured under this interpreter; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """An interpreter that can run children.

    Attributes:
        path: absolute, as it is started.
        environment: the machine with the versions of this interpreter, and its path.
        spoonbench: version of this package there.
        revision: commit of the checkout that it is imported from, if any, and whether files differ.
    """

    path: str
    environment: Environment
    spoonbench: str
    revision: Mapping[str, Any] = field(default_factory=dict)

    def observed(self) -> dict[str, Any]:
        """What records say of it beside the environment."""
        return {**self.revision, "interpreter": self.path, "spoonbench": self.spoonbench}

    def why_skipped(
        self, placements: Sequence[Conditions], info: SolverInfo
    ) -> tuple[str | None, ...]:
        """Why each cell cannot be measured there; None for one that can be tried.

        Raises:
            BadInterpreter: it gives no answer.
        """
        question = canonical_json({"info": to_json(info), "placements": to_json(list(placements))})
        command = (self.path, "-P", "-m", _MODULE)
        said = _ask(command, question)
        skips = said.get("skips")
        if not isinstance(skips, list) or len(skips) != len(placements):
            raise BadInterpreter(f"{self.path} does not say which cells it can run.")
        return tuple(None if why is None else str(why) for why in skips)


def find_interpreter(name: str) -> Interpreter:
    """Look for an interpreter and ask it what it is.

    Args:
        name: a path, or a name that is looked for where programs are.

    Raises:
        BadInterpreter: there is none, it is no Python, it is too old, or has no spoonbench that
            speaks the same protocol.
    """
    path = _located(name)
    said = _ask((path, "-c", _ASK), "")
    version = said.get("python")
    if not isinstance(version, list):
        raise BadInterpreter(f"{path} is no Python interpreter: it does not say its version.")
    if tuple(version) < OLDEST:
        told = ".".join(map(str, version))
        oldest = ".".join(map(str, OLDEST))
        raise BadInterpreter(f"{path} is Python {told}; spoonbench needs {oldest} or newer.")
    if "message" in said:
        raise BadInterpreter(_without_spoonbench(path, str(said["missing"]), said["message"]))
    if said.get("protocol") != PROTOCOL_VERSION:
        raise BadInterpreter(
            f"{path} has spoonbench {said.get('spoonbench')}, which speaks protocol "
            f"{said.get('protocol')}, this one {PROTOCOL_VERSION}: install the same version there."
        )
    try:
        environment: Environment = from_json(Environment, said["environment"])
        # Children get the settings of this side, whichever spoonbench is there.
        allocator = {**ALLOCATOR, **WAITING}
        return Interpreter(
            path=path,
            environment=replace(environment, allocator=allocator, interpreter=path),
            spoonbench=str(said["spoonbench"]),
            revision=dict(said["revision"]),
        )
    except (KeyError, TypeError, ValueError) as exc:
        raise BadInterpreter(f"{path} describes itself in another form: {exc}.") from exc


def is_this_one(name: str) -> bool:
    """Whether a path is that of the interpreter that runs now, or another name of it beside it."""
    found = shutil.which(name)
    if found is None:
        return False
    there, here = Path(_absolute(found)), Path(_absolute(sys.executable))
    return there.parent == here.parent and there.samefile(here)


def _absolute(path: str) -> str:
    """Without following links: an environment's python is a link to the one that it was made of."""
    return os.path.normpath(Path(path).absolute())


def _located(name: str) -> str:
    path = Path(name)
    if path.is_dir():
        raise BadInterpreter(f"{name} is a folder, not a Python interpreter: name its bin/python.")
    found = shutil.which(name)
    if found is not None:
        return _absolute(found)
    if path.exists():
        raise BadInterpreter(f"{name} is no program: it may not be executed.")
    raise BadInterpreter(f"There is no Python interpreter {name}.")


def _without_spoonbench(path: str, missing: str, message: str) -> str:
    if missing == _MODULE:
        return f"{path} has a spoonbench that is older than --python: install this version there."
    if "spoonbench".startswith(missing.partition(".")[0]):
        return f"{path} has no spoonbench: install the same version there."
    return f"{path} cannot import its spoonbench: {message}."


def _ask(command: Sequence[str], question: str) -> dict[str, Any]:
    """What a program says in its marked lines; nothing of it may outlive the time for an answer.

    Raises:
        BadInterpreter: it cannot be started, takes too long, or talks too much.
    """
    path = command[0]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=variables(1, [], new_token()),
            start_new_session=True,
        )
    except OSError as exc:
        raise BadInterpreter(f"{path} cannot be started: {exc.strerror or exc}.") from exc
    late = threading.Event()

    def give_up() -> None:
        late.set()
        _kill(process)

    timer = threading.Timer(ANSWER_S, give_up)
    timer.start()
    try:
        text = _exchange(process, question)
    finally:
        timer.cancel()
        _kill(process)
        process.wait()
    if late.is_set():
        raise BadInterpreter(f"{path} gives no answer within {ANSWER_S:.0f} s.")
    return _understood(text)


def _exchange(process: subprocess.Popen[bytes], question: str) -> str:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the pipes are missing")
    with process.stdin, process.stdout:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(question.encode("ascii"))
            process.stdin.close()
        return process.stdout.read(_MOST_BYTES).decode("utf-8", errors="replace")


def _understood(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line in text.splitlines():
        if line.startswith(MARK):
            with contextlib.suppress(ValueError):
                said = json.loads(line.removeprefix(MARK))
                found |= said if isinstance(said, dict) else {}
    return found


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
