"""`spoonbench advise` from options to what is printed; exit codes as everywhere."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.advise.answering import answer
from spoonbench.harness.advise.asking import make_case, with_task_kind
from spoonbench.harness.advise.dialogue import Dialogue
from spoonbench.harness.advise.facts import questions_of, read_facts
from spoonbench.harness.advise.inference import PREDICTED, inputs_of
from spoonbench.harness.advise.options import facts_of, option_names, topic_command
from spoonbench.harness.advise.page import advice_json, advice_lines
from spoonbench.harness.advise.profiles import read_profile, save_profile
from spoonbench.harness.advise.sources import Sources
from spoonbench.harness.advise.topics import framework_of, topics
from spoonbench.harness.advise.unknown_sizes import untold
from spoonbench.harness.frameworks.walking import BadAnswer
from spoonbench.harness.plaintext import make_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.advise.advice import Advice
    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.facts import Fact
    from spoonbench.harness.frameworks.graph import Framework

_OF_DUELS = frozenset({"tool", "decoding", "routing"})
"""Topics whose evidence of a task is its duel; of all others it is its matrix."""
_CONFIGURATIONS = "spoonbench.harness.advise.configurations"


def run_topic(shipped: Framework, /, **options: Any) -> None:
    """Answer about one topic.

    Args:
        shipped: framework that the options were made from.
        options: of the command.

    Raises:
        UsageError: a fact is given twice, or one is missing and nobody can be asked.
        BadModel: the folder holds none.
        BadPlan: a configuration cannot be written.
        BadProfile: it cannot be read.
        StoreError: the store is damaged.
    """
    framework = shipped
    if options.get("as_written"):
        framework = framework_of(shipped.framework_id, as_written=True)
    sources = Sources(options["out"], checks_claims=options["check_claims"])
    try:
        case = _case(framework, options, sources)
        if options.get("save_profile"):
            save_profile(options["save_profile"], case)
        advice = answer(framework, case)
        while advice.asks is not None:
            case = _asked(case, advice, as_json=options["as_json"])
            advice = answer(framework, case)
        if options.get("write"):
            _write(advice, case, options)
    except BadAnswer as exc:
        raise click.UsageError(str(exc)) from exc
    finally:
        sources.close()
    _print(advice, framework, as_json=options["as_json"])


def _case(framework: Framework, options: Mapping[str, Any], sources: Sources) -> Case:
    """What the options say; they go before the profile."""
    questions = questions_of(framework)
    raw, task = with_task_kind(questions, facts_of(options), options.get("task"))
    profile = options.get("profile")
    facts = read_profile(profile, questions) if profile else {}
    facts |= read_facts(questions, raw, "given")
    _tell_missing_task(framework.topic, task, sources)
    _tell_missing_mode(facts.get("mode"), sources)
    model = options.get("model")
    if framework.topic == "finetune" and model and not Path(model).exists():
        model = None  # a name on the hub, which says nothing here of its size
    return make_case(
        framework, facts, sources, model=model, task=task, asks_all=options.get("ask", False)
    )


def _write(advice: Advice, case: Case, options: Mapping[str, Any]) -> None:
    """The configuration of a training, and the names of its files."""
    paths = import_module(_CONFIGURATIONS).write_configuration(
        advice, case, options["write"], model=options.get("model"), data=options.get("data")
    )
    for path in paths:
        click.echo(make_plain(f"written: {path}"), err=True)


def run_open(rest: tuple[str, ...]) -> None:
    """Ask what about, then as that topic does.

    Raises:
        UsageError: nobody can be asked.
    """
    names, group = topics(), click.get_current_context().parent
    if not _is_answerable():
        raise click.UsageError(f"Say about what: {', '.join(names)}.", ctx=group)
    titles = {name: framework_of(name).title for name in names}
    try:
        topic = Dialogue().choose("What about?", titles)
    except click.UsageError as exc:
        exc.ctx = group
        raise
    command = topic_command(topic, None)
    if command is None:
        raise AssertionError(f"{topic} was among the topics")
    command.main([*rest, "--ask"], prog_name=f"spoonbench advise {topic}", standalone_mode=False)


def _tell_missing_task(topic: str, task: str | None, sources: Sources) -> None:
    """A task that is named but was never measured here is not silently without evidence."""
    if task is None:
        return
    if topic in _OF_DUELS:
        wanted, is_there = "duel", sources.duel(task) is not None
    else:
        wanted, is_there = "matrix", sources.has_matrix(task)
    if not is_there:
        where = "" if sources.results is None else f" in {sources.results}"
        sentence = f"No {wanted} of {task!r} on this machine{where}: rules of thumb answer."
        click.echo(make_plain(sentence), err=True)


def _tell_missing_mode(mode: Fact | None, sources: Sources) -> None:
    """Nor is one of which nothing was measured."""
    if mode is None or any(one.work.mode == mode.value for one in sources.works):
        return
    where = "" if sources.results is None else f" in {sources.results}"
    sentence = f"No matrix of mode {mode.value} on this machine{where}."
    click.echo(make_plain(sentence), err=True)


def _is_answerable() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()


def _asked(case: Case, advice: Advice, *, as_json: bool) -> Case:
    """The case with one more answer, from a person.

    Raises:
        UsageError: there is none to ask.
    """
    name = advice.asks
    if name is None:
        raise AssertionError("nothing is open")
    question = case.questions[name]
    why = untold(case) if name in PREDICTED else ""
    if as_json or not _is_answerable():
        option = option_names(name, [one for one in case.questions if one != name])[0]
        sentence = f"{option} is missing: {question.text}{_instead(case, name)}"
        if as_json:
            click.echo(advice_json(advice))  # what is known so far, and the question
        raise click.UsageError(f"{why} {sentence}".lstrip())
    if why:
        click.echo(make_plain(why), err=True)
    value = Dialogue().ask(question)
    return case.changed(name, value)


def _instead(case: Case, name: str) -> str:
    """What may be said in its place: the answer that would be inferred from it."""
    inferred = [one for one in case.questions if name in inputs_of(one, case.own)]
    if not inferred or name in case.own:
        return ""
    option = option_names(inferred[0], [one for one in case.questions if one != inferred[0]])[0]
    return f" (Or {option}: {case.questions[inferred[0]].text})"


def _print(advice: Advice, framework: Framework, *, as_json: bool) -> None:
    if as_json:
        click.echo(advice_json(advice))
        return
    for line in advice_lines(advice, framework):
        click.echo(line)
