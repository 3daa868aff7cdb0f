"""Measures under another interpreter, and trains under this one.

What a contestant keeps is learned here, so that all interpreters are given the same weights, and
what differs between them is the interpreter. What keeps nothing learns where it is measured.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from spoonbench.harness.environment import observe, probe
from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.protocol import Host

if TYPE_CHECKING:
    from collections.abc import Callable

    from spoonbench.harness.executors.interpreters import Interpreter
    from spoonbench.harness.protocol import CellResult, Job, JobResult
    from spoonbench.solvers.api import Part


class OtherInterpreterExecutor:
    """Runs jobs one after another, as `LocalExecutor` does, each under the interpreter it needs."""

    def __init__(self, interpreter: Interpreter) -> None:
        """Prepare; nothing is started before the first job."""
        self._interpreter = interpreter
        self._there = LocalExecutor(python=interpreter.path)
        self._here = LocalExecutor()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what was started; may be called twice."""
        self._there.close()
        self._here.close()

    def begin(self, part: Part) -> None:
        """As `LocalExecutor.begin`, where cells are measured."""
        self._there.begin(part)

    @property
    def notes(self) -> list[str]:
        """What did not go as planned without changing a result."""
        return [*self._there.notes, *self._here.notes]

    def run(
        self,
        job: Job,
        on_progress: Callable[[float, str], None] | None = None,
        on_cell: Callable[[CellResult, JobResult], None] | None = None,
    ) -> JobResult:
        """Run one job in a child of its own, and wait for it.

        Returns:
            the result, whatever happened, with the environment in which it came about.

        Raises:
            Exception: what `on_progress` or `on_cell` raise; the child is killed before.
            KeyboardInterrupt: likewise.
        """
        learns_here = job.training is not None and job.training.save_to is not None
        host = self._host(learns_here=learns_here)
        executor = self._here if learns_here else self._there

        def tell(cell: CellResult, so_far: JobResult) -> None:
            if on_cell is not None:
                on_cell(cell, replace(so_far, host=host))

        return replace(executor.run(job, on_progress, tell), host=host)

    def _host(self, *, learns_here: bool) -> Host:
        if learns_here:
            return Host(environment=probe(), observed=observe())
        return Host(
            environment=self._interpreter.environment,
            observed={**observe(), **self._interpreter.observed()},
        )
