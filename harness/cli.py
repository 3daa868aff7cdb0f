"""The command line: thin. It parses, calls, prints, and turns errors into words and a code.

Exit codes: 0 done, 1 a gate failed, 2 usage, 3 bad input or store, 130 interrupted.
"""

from __future__ import annotations

import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.duel.presets import PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable

BAD_INPUT = 3
INTERRUPTED = 130

_OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("spoonbench-results"),
    show_default=True,
    help="Folder of store, models and report.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(metadata.version("spoonbench"), prog_name="spoonbench")
def cli() -> None:
    """Pick the smallest tool that does the job, and prove it on your own machine."""


def _options(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Several options as one decorator, in order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_FILE_OPTIONS = _options(
    click.option("--test", "test_path", type=click.Path(path_type=Path), help="Test file."),
    click.option(
        "--kind", type=click.Choice(["number", "label", "text"]), help="Kind of answer [detected]."
    ),
    click.option("--question-column", default="question", show_default=True),
    click.option("--answer-column", default="answer", show_default=True),
    click.option("--id-column", default="id", show_default=True),
    click.option("--split-column", default="split", show_default=True),
    click.option("--group-column", default="group", show_default=True),
    click.option(
        "--tolerance",
        type=click.FloatRange(min=0, max=1),
        default=1e-3,
        show_default=True,
        help="Relative, for numbers that are not whole; whole ones must be equal.",
    ),
    click.option(
        "--test-share",
        type=click.FloatRange(0, 1, min_open=True, max_open=True),
        default=0.2,
        show_default=True,
        help="Share held out without a test file.",
    ),
    click.option("--skip-bad-rows", is_flag=True, help="Leave out bad rows, and count them."),
)

_REQUIREMENT_OPTIONS = _options(
    click.option(
        "--accuracy",
        type=click.FloatRange(0, 1),
        default=0.95,
        show_default=True,
        help="Least share right among the answers given; 1 asks for a guarantee.",
    ),
    click.option(
        "--coverage",
        type=click.FloatRange(0, 1),
        default=0.95,
        show_default=True,
        help="Least share of items answered.",
    ),
    click.option(
        "--latency-ms",
        type=click.FloatRange(min=0, min_open=True),
        help="Greatest 95th percentile of one answer.",
    ),
    click.option(
        "--memory-mb",
        type=click.FloatRange(min=0, min_open=True),
        help="Greatest peak memory above the process's own baseline.",
    ),
    click.option(
        "--cost",
        type=click.FloatRange(min=0, min_open=True),
        help="Greatest total cost (needs the prices below).",
    ),
    click.option("--split", help="Split that decides [the task's first]."),
)

_EFFORT_OPTIONS = _options(
    click.option(
        "--build-hours",
        multiple=True,
        metavar="WHO=HOURS",
        help="Hours to build a contestant, or all of a level ('rules=2'). Repeatable.",
    ),
    click.option("--hour-price", type=click.FloatRange(min=0), help="Price of an hour of work."),
    click.option(
        "--machine-hour-price",
        type=click.FloatRange(min=0),
        help="Price of an hour of this machine.",
    ),
    click.option("--answers-per-year", type=click.FloatRange(min=0), help="Volume."),
    click.option(
        "--years",
        type=click.FloatRange(min=0, min_open=True),
        default=1.0,
        show_default=True,
        help="Years over which costs are added up.",
    ),
)

_LINEUP_OPTIONS = _options(
    click.option(
        "--solver",
        "solvers",
        multiple=True,
        metavar="NAME|FILE.py:FUNCTION",
        help="A further contestant: a registered one or a function of yours. Repeatable.",
    ),
    click.option("--only", multiple=True, metavar="LABEL[,LABEL]", help="Only these take part."),
    click.option(
        "--route",
        "routes",
        multiple=True,
        metavar="A,B[,C]",
        help="A further hybrid: A first, B for what A leaves. Repeatable.",
    ),
    click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="LABEL.PARAMETER=VALUE",
        help="A parameter of a contestant. Repeatable.",
    ),
)


@cli.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--task", "task_name", help="A registered task instead of a file [word-problems].")
@click.option(
    "--option",
    "task_options",
    multiple=True,
    metavar="NAME=VALUE",
    help="An option of a registered task, for example largest=1000. Repeatable.",
)
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    default="standard",
    show_default=True,
    help="; ".join(f"{p.name}: {p.summary}" for p in PRESETS.values()),
)
@_FILE_OPTIONS
@_REQUIREMENT_OPTIONS
@_LINEUP_OPTIONS
@_EFFORT_OPTIONS
@click.option("--rounds", type=click.IntRange(1, 50), help="Rounds of timing [of the preset].")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds that one measuring process may take [of the preset].",
)
@click.option(
    "--memory-limit-mb",
    type=click.FloatRange(min=1),
    help="Memory that one contestant may take above its baseline [three quarters of it].",
)
@click.option("--fresh", is_flag=True, help="Measure again what is in the store already.")
@_OUT
@_JSON
def duel(**options: Any) -> None:
    """Let every level answer the same items, and decide.

    FILE is a task of your own: JSONL or CSV with the columns question and answer.
    The same command again goes on where it stopped.
    """
    _call("spoonbench.harness.duel.session", "run_command", options)


@cli.command()
@click.argument("text_or_file")
@click.option(
    "--solver",
    "name",
    default="rules",
    show_default=True,
    metavar="NAME|FILE.py:FUNCTION",
    help="Who answers.",
)
@click.option(
    "--train",
    "train_path",
    type=click.Path(path_type=Path),
    help="File to learn from, for contestants that keep no weights.",
)
@click.option(
    "--out",
    "out_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSONL file for the answers [standard output].",
)
@click.option(
    "--results",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("spoonbench-results"),
    show_default=True,
    help="Folder whose models may answer.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    metavar="ID",
    help="Which model of that folder, by the beginning of its id [the last one]. Repeatable.",
)
@click.option(
    "--kind",
    type=click.Choice(["number", "label", "text"]),
    help="Kind of answer [that of the model or of --train].",
)
@click.option("--question-column", default="question", show_default=True)
@click.option("--id-column", default="id", show_default=True)
@click.option("--batch-size", type=click.IntRange(1, 4096), default=64, show_default=True)
@click.option("--set", "overrides", multiple=True, metavar="PARAMETER=VALUE")
@_JSON
def solve(**options: Any) -> None:
    """Answer one text, or every question of a file.

    Files are JSONL, CSV or plain text with one question a line.
    """
    _call("spoonbench.harness.solving", "run_command", options)


@cli.command()
@_JSON
def solvers(**options: Any) -> None:
    """List contestants, level by level."""
    _call("spoonbench.harness.listing", "list_solvers", options)


@cli.command()
@_JSON
def tasks(**options: Any) -> None:
    """List tasks and their options."""
    _call("spoonbench.harness.listing", "list_tasks", options)


@cli.command()
@click.option("--all", "everything", is_flag=True, help="Every run, not the last duels only.")
@_OUT
@_JSON
def runs(**options: Any) -> None:
    """List the duels and runs in the store."""
    _call("spoonbench.harness.listing", "list_runs", options)


@cli.command()
@click.argument("run")
@_OUT
@_JSON
def show(**options: Any) -> None:
    """Show a duel or a run, by the beginning of its id."""
    _call("spoonbench.harness.listing", "show_run", options)


@cli.command()
@click.argument("duel_id", required=False)
@_OUT
@_JSON
def report(**options: Any) -> None:
    """Print a duel again and write its report [the last duel]."""
    _call("spoonbench.harness.listing", "write_again", options)


@cli.command()
@_OUT
@_JSON
def doctor(**options: Any) -> None:
    """Say what this machine can and cannot do, and why."""
    _call("spoonbench.harness.doctor", "run_command", options)


def _call(module: str, function: str, options: dict[str, Any]) -> None:
    """Import a command's module at the moment it is needed, and run it."""
    getattr(import_module(module), function)(**options)


def main() -> int:
    """Run the command line.

    Returns:
        The exit code.
    """
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as exc:
        return exc.exit_code
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. The same command goes on where it stopped.", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong, nothing is left to say.
        sys.stderr.close()
        return 0
    except Exception as exc:
        from spoonbench.harness.errors import explain

        sentence = explain(exc)
        if sentence is None:
            raise
        click.echo(f"Error: {sentence}", err=True)
        return BAD_INPUT
    return 0
