"""Progress on the terminal: what is running, and how long it still takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from rich.console import Console


_NAME_WIDTH, _BAR_WIDTH, _LEFT_WIDTH = 26, 12, 16
_OTHER_WIDTHS = _NAME_WIDTH + _BAR_WIDTH + _LEFT_WIDTH + 6
"""Of everything but the message, with the spinner and the space between columns."""

_REFRESHES_PER_S = 1
"""Each takes milliseconds of a core that cells are measured on: ten a second were 2% of one."""


def _column(width: int) -> Column:
    return Column(no_wrap=True, overflow="ellipsis", max_width=width)


class _Left(ProgressColumn):
    """Time left, from guesses that are scaled by what was seen so far."""

    def render(self, task: Task) -> Text:
        """Draw the column for one bar."""
        left = task.fields.get("left_s")
        if left is None:
            return Text("")
        minutes, seconds = divmod(max(0, round(left)), 60)
        return Text(f"about {minutes}:{seconds:02d} left", style="progress.remaining")


class SilentWatcher:
    """Nobody is told: for whoever says otherwise how far things are."""

    def expect(self, jobs: Sequence[tuple[str, float]], /) -> None:
        """Nothing is shown."""

    def begin(self, name: str, /) -> None:
        """Nothing is shown."""

    def advance(self, fraction: float, message: str, /) -> None:
        """Nothing is shown."""

    def end(self, name: str, status: str, reason: str | None, /) -> None:
        """Nothing is shown."""


class ProgressWatcher:
    """Two bars: the whole, and the job at hand. On no terminal: one line for each job.

    Several jobs may be under way at once; the one that began last is shown.
    """

    def __init__(self, console: Console, whole: str = "duel", n_places: int = 1) -> None:
        """Draw on a console.

        Args:
            console: to draw on.
            whole: name of the whole, for the upper bar.
            n_places: jobs that can be under way at once.
        """
        self._n_places = n_places
        self._console = console
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", table_column=_column(_NAME_WIDTH)),
            BarColumn(bar_width=_BAR_WIDTH),
            _Left(table_column=_column(_LEFT_WIDTH)),
            TextColumn(
                "{task.fields[message]}",
                style="dim",
                table_column=_column(max(1, console.width - _OTHER_WIDTHS)),
            ),
            console=console,
            refresh_per_second=_REFRESHES_PER_S,
            transient=True,
            disable=not console.is_terminal,
        )
        self._guesses: dict[str, float] = {}
        self._total_s = self._guessed_s = self._spent_s = 0.0
        self._begun: dict[str, float] = {}
        self._name = ""
        self._whole = self._progress.add_task(whole, total=1.0, message="")
        self._job = self._progress.add_task("", total=1.0, message="")

    def __enter__(self) -> ProgressWatcher:
        """Start drawing."""
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop drawing."""
        self._progress.stop()

    def expect(self, jobs: Sequence[tuple[str, float]], /) -> None:
        """What is to come: names of jobs and guesses of their seconds."""
        self._guesses = dict(jobs)
        self._total_s = sum(self._guesses.values())

    def begin(self, name: str, /) -> None:
        """A job begins."""
        self._name = name
        self._begun[name] = time.perf_counter()
        shown = escape(make_plain(name))
        self._progress.update(self._job, description=shown, completed=0.0, message="")
        self._draw(0.0)

    def advance(self, fraction: float, message: str, /) -> None:
        """The job at hand is this far."""
        self._progress.update(self._job, completed=fraction, message=escape(make_plain(message)))
        self._draw(fraction)

    def end(self, name: str, status: str, reason: str | None, /) -> None:
        """A job ended."""
        now_s = time.perf_counter()
        spent_s = now_s - self._begun.pop(name, now_s)
        self._guessed_s += self._guesses.get(name, 0.0)
        self._spent_s += spent_s
        self._draw(0.0)
        if status != "ok":
            line = make_plain(f"{name}: {status}: {reason}")
            self._console.print(Text(line, style="yellow"))
        elif not self._console.is_terminal:
            self._console.print(Text(make_plain(f"{name}: done in {spent_s:.1f} s")))

    def _draw(self, fraction: float) -> None:
        """Update the upper bar; the guess of a job under way shrinks with its own progress."""
        now_s = time.perf_counter()
        running = {name: now_s - begun_s for name, begun_s in self._begun.items()}
        guessed_s = sum(self._guesses.get(name, 0.0) for name in running)
        pace = (self._spent_s / self._guessed_s) if self._guessed_s > 1.0 else 1.0
        left_s = max(0.0, self._total_s - self._guessed_s - guessed_s) * pace
        for name, running_s in running.items():
            guess_s = self._guesses.get(name, 0.0)
            # Below that, its own pace says nothing.
            if name == self._name and fraction > 0.02:  # noqa: PLR2004
                left_s += running_s * (1.0 - fraction) / fraction
            else:
                left_s += max(0.0, guess_s * pace - running_s)
        done_s = self._spent_s + sum(running.values())
        self._progress.update(
            self._whole,
            completed=done_s / max(done_s + left_s, 1e-9),
            left_s=left_s / self._n_places,
        )
