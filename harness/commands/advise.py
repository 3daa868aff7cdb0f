"""The command group `spoonbench advise`: a command a topic, with an option a question.

A topic's options come from its framework when the topic is named, so that a new framework needs
no code here. Asking and answering are elsewhere (`harness.advise`), and loaded then.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

_MAKING = "spoonbench.harness.advise.options"
_OPEN = "about"
"""What is called where no topic is given."""
_HELP = ("-h", "--help")


class Topics(click.Group):
    """The topics; one that is a file of one's own counts too."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(import_module(_MAKING).topic_names())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a topic, with the options of the framework that is named, if any."""
        command: click.Command | None = import_module(_MAKING).topic_command(
            cmd_name, ctx.meta.get(_FRAMEWORK)
        )
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let options come without a topic, and find the framework that makes them."""
        ctx.meta[_FRAMEWORK] = _framework_of(args)
        if not args or (args[0].startswith("-") and args[0] not in _HELP):
            args = [_OPEN, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Where a file of one's own takes the place of a topic, its usage says so."""
        name, command, rest = super().resolve_command(ctx, args)
        return (
            ("--framework FILE" if name == _OPEN and ctx.meta[_FRAMEWORK] else name),
            command,
            rest,
        )


_FRAMEWORK = "spoonbench.framework"


def _framework_of(args: list[str]) -> str | None:
    """The file behind --framework, before anything else is read."""
    for index, word in enumerate(args):
        if word == "--framework" and index + 1 < len(args):
            return args[index + 1]
        if word.startswith("--framework="):
            return word.partition("=")[2]
    return None


@click.command(
    "advise",
    cls=Topics,
    subcommand_metavar="TOPIC [ARGS]...",
    context_settings={"help_option_names": list(_HELP), "max_content_width": 100},
)
def advise(**_: Any) -> None:
    """Recommend a tool, a device, a number format, ..., and say what that rests on.

    Without a topic it asks: what about, and then what it can neither measure nor infer. With
    --framework FILE.toml a framework of your own answers.
    """
