"""`spoonbench options suggest`: from a sentence to a checked suggestion, as text or JSON."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from spoonbench.solvers.api import BadInput
from spoonbench.solvers.hybrid.options_desk import diagram, pipeline
from spoonbench.solvers.hybrid.options_desk.command_numbers import read_number
from spoonbench.solvers.hybrid.options_desk.language.model_reader import understand
from spoonbench.solvers.hybrid.options_desk.language.writers import EndpointWriter, FolderWriter
from spoonbench.solvers.hybrid.options_desk.pipeline import Desk, Stages
from spoonbench.solvers.hybrid.options_desk.plain_values import plain
from spoonbench.solvers.hybrid.options_desk.rules import load_rules
from spoonbench.solvers.hybrid.options_desk.suggestion_text import write

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from spoonbench.solvers.hybrid.options_desk.holdings import Holding
    from spoonbench.solvers.hybrid.options_desk.language.reading import Reading
    from spoonbench.solvers.hybrid.options_desk.outcomes.model import OutcomeModel
    from spoonbench.solvers.hybrid.options_desk.suggestions import Suggestion
    from spoonbench.solvers.texts import Generation


def run_command(text: str, **options: Any) -> dict[str, Any]:
    """Suggest, and print what came of it.

    Returns:
        JSON values of the suggestion, with the diagram's curves under "diagram".

    Raises:
        BadInput: the text is empty, or an option makes no sense.
    """
    if text == "-":
        text = sys.stdin.read()
    if not text.strip():
        raise BadInput("the text is empty: say which strategy, on what, until when")
    found = pipeline.suggest(text, _desk(options), _stages(options))
    told = {**found.to_json(), "diagram": _diagram(found)}
    if options["as_json"]:
        click.echo(json.dumps({k: v for k, v in told.items() if k != "diagram"}, indent=2))
    else:
        click.echo(write(found, shutil.get_terminal_size().columns))
    return told


def _desk(options: Mapping[str, Any]) -> Desk:
    today = (options["today"] or datetime.now().astimezone()).date()
    return Desk(
        today=today,
        rules=load_rules(options["rules"]),
        held=_held(options["held"]),
        account=_amount("--account", options["account"]),
        step=_amount("--strike-step", options["strike_step"]),
        model=_outcome_model(options["outcome_model"]),
        closes=_closes(options["closes"], today),
    )


def _stages(options: Mapping[str, Any]) -> Stages:
    """The usual ones; with a model for what the grammar cannot read, where one was named."""
    writer = _writer(options["reader"], options["endpoint"], options["endpoint_model"])

    def read(text: str, desk: Desk) -> Reading:
        return understand(text, today=desk.today, writer=writer)

    return Stages(language=read)


def _writer(folder: Path | None, url: str | None, model: str | None) -> _LateWriter | None:
    if folder is not None and url is not None:
        raise BadInput("give --reader or --endpoint, not both")
    if (url is None) != (model is None):
        raise BadInput("--endpoint and --endpoint-model go together")
    if url is not None:
        return _LateWriter(lambda: EndpointWriter({"url": url, "model": model}))
    if folder is not None:
        if not folder.is_dir():
            raise BadInput(f"there is no folder {folder}")
        return _LateWriter(lambda: FolderWriter({"model": str(folder)}))
    return None


class _LateWriter:
    """A model that is loaded when the first text needs it: most never do."""

    def __init__(self, load: Callable[[], EndpointWriter | FolderWriter]) -> None:
        self._load = load

    def write(self, prompt: str, schema: dict[str, Any], /) -> Generation:
        """One text by the model, which is let go afterwards."""
        with closing(self._load()) as writer:
            return writer.write(prompt, schema)


def _amount(option: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    amount = read_number(option, text)
    if amount <= 0:
        raise BadInput(f"{option} is above zero, not {text}")
    return amount


def _held(file: Path | None) -> tuple[Holding, ...]:
    if file is None:
        return ()
    from spoonbench.solvers.hybrid.options_desk.portfolio_file import read_portfolio

    portfolio = read_portfolio(file)
    if portfolio.unread:
        raise BadInput(f"{file}: {portfolio.unread[0]}")
    return portfolio.holdings


def _outcome_model(folder: Path | None) -> OutcomeModel | None:
    if folder is None:
        return None
    from spoonbench.solvers.hybrid.options_desk.outcomes.model import OutcomeModel

    return OutcomeModel.load(folder)


def _closes(file: Path | None, today: date) -> tuple[tuple[date, float], ...] | None:
    if file is None:
        return None
    from spoonbench.solvers.hybrid.options_desk.closes_file import read_closes

    closes = read_closes(file)
    if closes and closes[-1][0] > today:
        raise BadInput(f"{file}: a close of {closes[-1][0]} is not known on {today}")
    return closes


def _diagram(found: Suggestion) -> Any:
    """Of a suggestion alone: what is forbidden is not drawn as one."""
    if found.outcome != "suggested" or found.proposal is None or found.valuation is None:
        return None
    return plain(diagram.draw(found.proposal, found.valuation))
