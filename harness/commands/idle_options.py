"""Options that were typed in vain: said at once, since whoever typed one expects it to count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from collections.abc import Iterable


def typed(names: Iterable[str]) -> list[str]:
    """Those of these parameters that stand on the command line, as they are typed there.

    Args:
        names: of parameters; those that the command does not have are left out.

    Returns:
        For example ["--shots"]; nothing outside of a command.
    """
    context = click.get_current_context(silent=True)
    if context is None:
        return []
    spelled = {param.name: param.opts[0] for param in context.command.params}
    return [
        spelled[name]
        for name in names
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    ]


def refuse_idle(names: Iterable[str], why: str) -> None:
    """Refuse the first of these options that was typed.

    Args:
        names: of parameters.
        why: the rest of the sentence, for example "needs --model."

    Raises:
        UsageError: one of them was.
    """
    idle = typed(names)
    if idle:
        raise click.UsageError(f"{idle[0]} {why}")
