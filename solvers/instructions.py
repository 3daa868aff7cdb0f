"""Counts what rules cost: the instructions that the Python interpreter executes for them.

Rules have no matrices to count multiplications in. An instruction of the interpreter is their
nearest unit: at least one machine operation, usually some tens. Work inside a library's C code (one
match of a regular expression) counts as the one instruction that calls it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.api import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from spoonbench.solvers.api import Answer, Problem

FORMULA = "instructions executed by the Python interpreter; a call into C code counts as one"


def size_of_rules(
    solve: Callable[[Sequence[Problem]], list[Answer]], problems: Sequence[Problem]
) -> Size:
    """Size of a contestant without trained numbers, its instructions counted over problems."""
    if not problems:
        return Size()
    count = count_instructions(lambda: solve(problems))
    return Size(operations_per_problem=count / len(problems), formula=FORMULA)


def count_instructions(call: Callable[[], Any]) -> int:
    """Instructions that the interpreter executes in a call, frames below it included."""
    count = 0

    def trace(frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    finally:
        sys.settrace(before)
    return count
