"""The command line: thin. It parses, calls, prints, and turns errors into words and a code.

A command's options are built when it is named, so that a question to the advisor does not wait for
those of a matrix.

Exit codes: 0 done, 1 a gate failed, 2 usage, 3 bad input or store, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from spoonbench.harness.commands.calling import call

BAD_INPUT = 3
INTERRUPTED = 130

_FOLDER = "spoonbench.harness.commands"
_MEASURING = f"{_FOLDER}.measuring"
COMMANDS = {
    "advise": (f"{_FOLDER}.advise", "advise"),
    "claims": (f"{_FOLDER}.claims", "claims"),
    "compare": (f"{_FOLDER}.compare", "compare"),
    "doctor": (_MEASURING, "doctor"),
    "duel": (_MEASURING, "duel"),
    "finetune": (f"{_FOLDER}.finetune", "finetune"),
    "frameworks": (f"{_FOLDER}.frameworks", "frameworks"),
    "generate": (_MEASURING, "generate"),
    "import": (_MEASURING, "import_benchmarks"),
    "matrix": (_MEASURING, "matrix"),
    "options": (f"{_FOLDER}.desk", "desk"),
    "perplexity": (_MEASURING, "perplexity"),
    "reference": (_MEASURING, "reference"),
    "report": (_MEASURING, "report"),
    "runs": (_MEASURING, "runs"),
    "show": (_MEASURING, "show"),
    "solve": (_MEASURING, "solve"),
    "solvers": (_MEASURING, "solvers"),
    "tasks": (_MEASURING, "tasks"),
    "train": (_MEASURING, "train"),
}
"""Name of a command: the module that holds it, and what it is called there."""


class Commands(click.Group):
    """Commands that are loaded when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="spoonbench", prog_name="spoonbench")
@click.pass_context
def cli(context: click.Context, /) -> None:
    """Pick the smallest tool that does the job, and prove it on your own machine."""
    command = context.invoked_subcommand
    if os.environ.get("WORLD_SIZE", "1") != "1" and command != "train":
        call(f"{_FOLDER}.launched", "refuse", {"command": command})


def main() -> int:
    """Run the command line.

    Returns:
        The exit code.
    """
    try:
        # Commands return nothing; an int is the code with which one of them, or the help, ended.
        code = cli.main(standalone_mode=False)
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. The same command goes on where it stopped.", err=True)
        return INTERRUPTED
    except SystemExit as exc:
        # Click and rich end with 1 where the reader of our output has gone, as a failed gate does.
        wrapped = type(sys.stdout).__name__.endswith("PacifyFlushWrapper")  # Click's mark of it.
        if wrapped or isinstance(exc.__context__, BrokenPipeError):
            return 0
        raise
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
    return code if isinstance(code, int) else 0


if __name__ == "__main__":  # accelerate's launcher runs modules
    raise SystemExit(main())
