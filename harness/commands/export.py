r"""`spoonbench tasks export`: a task in the form of lm-evaluation-harness 0.4 (YAML and JSONL).

Each document has the whole prompt in its field `prompt`, in one of two forms:

- `asked`: the text with which a model of elsewhere is asked here: instruction, examples of the
  training part, the question (`spoonbench.solvers.llm.asking`);
- `plain`: the question and a line break, for models that were trained here.

Answers are read from "The answer is X" by a regular expression that takes what `spoonbench` takes.
Their exact match compares text: it knows no tolerance, and takes 0.50 and 0.5 for different. Scores
that stand in the ladder come from reading its sample log here (`--answers FILE`).

Not covered: images and rows of tables; chat turns (with `--apply_chat_template` the prompt is one
turn of the user).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import click
import yaml

from spoonbench.harness.commands.idle_options import refuse_idle
from spoonbench.harness.commands.task_options import file_task, registered_task
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.registry import task_names
from spoonbench.harness.tasks.api import BadTask
from spoonbench.harness.tasks.rows import SUFFIXES
from spoonbench.solvers.api import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.harness.tasks.api import Item, Split, Task
    from spoonbench.solvers.api import AnswerKind

PromptForm = Literal["asked", "plain"]

USUAL_SHOTS = 4
"""Examples in a prompt unless the command line says otherwise, as in a duel."""

# The language models' own way of asking. They stand above the contract that the harness knows, so
# they are reached by name, at the moment an export needs them.
_ASKING, _PROMPT = "spoonbench.solvers.llm.asking", "spoonbench.solvers.llm.prompt"

_OPENING = r"The\s+answer\s+is(?!\S)"
# The lookahead keeps what it found whole: "7" is not read out of "7a".
_NUMBER = (
    r"(?=([-+]?[0-9][0-9,]*(?:\.[0-9]+)?(?: [0-9]+(?=/))?(?:/[0-9]+)?))\1"
    rf"(?:(?!\w)|(?={_OPENING}))"
)
_DOTLESS = rf"(?!{_OPENING})[^.\s][^.]*?(?=\s*(?:\.|\Z|{_OPENING}))"
_DOTTED = rf"(?!{_OPENING})\S(?s:.*?)(?=\.?\s*(?:\Z|{_OPENING}))"
_IGNORED = {
    "number": (r"[,+]", r"\.0*$"),
    "label": (r"\.$",),
    "text": (r"\.$", r"^\s+|\s+$", r"(?<=\s)\s+"),
}
# The reader of JSON that lm-eval uses makes a date of a text column whose values all look like one.
_DATE = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """How every question of an export is put, and its answer read.

    Attributes:
        asking: the instruction with the examples; None for plain prompts.
        until: strings that end an answer.
        is_dotted: a full stop does not end a value.
    """

    asking: Any
    until: tuple[str, ...]
    is_dotted: bool

    def prompt(self, question: str) -> str:
        if self.asking is None:
            return str(import_module(_PROMPT).prompt_of(question))
        return str(self.asking.text(question))


def export_lm_eval(
    task: Task,
    folder: Path,
    *,
    split: str | None = None,
    n_shots: int = 0,
    prompt: PromptForm = "asked",
    seed: int = 0,
    max_new_tokens: int = 64,
) -> tuple[Path, Path]:
    """Write one split of a task for lm-evaluation-harness.

    Args:
        task: to export.
        folder: made where it is not there; files of the same name are replaced.
        split: measured split; None: the first.
        n_shots: examples of the training part in each prompt; 0 for plain prompts.
        prompt: "asked" or "plain".
        seed: of the draw of the examples.
        max_new_tokens: limit of an answer.

    Returns:
        The YAML file, which names the data by its absolute path, and the data.

    Raises:
        BadTask: the task holds images or rows, there is no such split or not so many training
            examples, or the data cannot be told from dates by the reader of lm-eval.
    """
    if task.payload != "text":
        raise BadTask(f"{task.name}: its problems are {task.payload}s; only text can be exported")
    chosen = _split(task, split)
    form = _form(task, prompt, n_shots, seed)
    name = export_name(task.name, chosen.name)
    folder.mkdir(parents=True, exist_ok=True)
    data, config = folder / f"{name}.jsonl", folder / f"{name}.yaml"
    documents = _documents(chosen, form)
    data.write_text("".join(json.dumps(one) + "\n" for one in documents), encoding="utf-8")
    description = _description(task, form, data, max_new_tokens)
    config.write_text(_header(name, config) + description, encoding="utf-8")
    return config, data


def export_name(task: str, split: str) -> str:
    """The name under which lm-eval knows a split of a task.

    >>> export_name("word-problems", "test")
    'spoonbench_word-problems_test'
    """
    return re.sub(r"[^A-Za-z0-9_-]+", "-", f"spoonbench_{task}_{split}")


def run_command(**options: Any) -> None:
    """Export what the command line names.

    Raises:
        BadTask: the task cannot be made or exported.
        UnknownName: nothing is registered under that name.
    """
    prompt: PromptForm = options["prompt"]
    n_shots = options["n_shots"]
    if prompt == "plain" and n_shots:
        raise click.UsageError("--shots belongs to --prompt asked.")
    if prompt == "plain":
        refuse_idle(("seed",), "draws examples, which --prompt plain has none of.")
    if n_shots is None:
        n_shots = USUAL_SHOTS if prompt == "asked" else 0
    written = export_lm_eval(
        _task(options),
        options["out_folder"],
        split=options["split"],
        n_shots=n_shots,
        prompt=prompt,
        seed=options["seed"],
        max_new_tokens=options["max_new_tokens"],
    )
    for path in written:
        click.echo(make_plain(str(path)))
    click.echo(make_plain(f"Run it: {_command(written[0].stem, written[0].parent)}"), err=True)


def _task(options: Mapping[str, Any]) -> Task:
    """A registered task, or the user's own file."""
    name: str = options["name_or_file"]
    is_file = Path(name).exists() or Path(name).suffix.lower() in SUFFIXES
    if is_file and name not in task_names():
        return file_task(name, options)
    return registered_task(name, options, {})


def _split(task: Task, name: str | None) -> Split:
    known = {split.name: split for split in task.splits}
    chosen = task.splits[0] if name is None else known.get(name)
    if chosen is None:
        raise BadTask(
            f"The task {task.name!r} has no split {name!r}. Its splits: {', '.join(known)}."
        )
    if not chosen.items:
        raise BadTask(f"{task.name}: the split {chosen.name!r} is empty")
    return chosen


def _form(task: Task, prompt: PromptForm, n_shots: int, seed: int) -> _Form:
    if prompt not in get_args(PromptForm):
        raise BadTask(f"no prompt {prompt!a}; prompts are {', '.join(get_args(PromptForm))}")
    training = task.training.items
    if prompt == "plain":
        if n_shots:
            raise BadTask("plain prompts have no examples; ask for 0, or for prompt 'asked'")
        return _Form(
            asking=None, until=(), is_dotted=any("." in (i.target or "") for i in training)
        )
    module = import_module(_ASKING)
    examples = [Example(problem=item.problem, target=item.target) for item in training]
    try:
        asking = module.make_asking(examples, task.kind, n_shots, seed)
    except ValueError as exc:
        raise BadTask(f"{task.name}: {exc}") from exc
    return _Form(asking=asking, until=(module.STOP,), is_dotted=asking.dotted)


def _documents(split: Split, form: _Form) -> list[dict[str, str]]:
    documents = [_document(item, form) for item in split.items]
    for field in ("id", "prompt"):
        if all(_DATE.fullmatch(document[field]) for document in documents):
            raise BadTask(
                f"every {field} of {split.name!r} looks like a date; lm-eval would alter it"
            )
    if all(_DATE.fullmatch(document["question"]) for document in documents):
        # It stands in the prompt as well; the id is what answers are known by.
        for document in documents:
            del document["question"]
    return documents


def _document(item: Item, form: _Form) -> dict[str, str]:
    target = "There is no answer." if item.target is None else f"The answer is {item.target}."
    return {
        "id": item.problem.problem_id,
        "question": item.problem.text,
        "prompt": form.prompt(item.problem.text),
        "target": target,
    }


def _description(task: Task, form: _Form, data: Path, max_new_tokens: int) -> str:
    text: str = yaml.safe_dump(
        {
            "task": data.stem,
            "dataset_path": "json",
            "dataset_kwargs": {"data_files": {"test": str(data.resolve())}},
            "test_split": "test",
            "output_type": "generate_until",
            "doc_to_text": "prompt",
            "doc_to_target": "target",
            "num_fewshot": 0,
            "generation_kwargs": {
                "until": list(form.until),
                "max_gen_toks": max_new_tokens,
                "do_sample": False,
            },
            "filter_list": [
                {
                    "name": "answer",
                    "filter": [
                        {"function": "regex", "regex_pattern": _pattern(task.kind, form)},
                        {"function": "take_first"},
                    ],
                }
            ],
            "metric_list": [_metric(task.kind)],
            "metadata": {"version": task.version, "source": task.source},
        },
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )
    return text


def _pattern(kind: AnswerKind, form: _Form) -> str:
    """The value of the first answer in a reply, or the refusal; with both empty there is none."""
    words = f"({_DOTTED if form.is_dotted else _DOTLESS})"
    value = _NUMBER if kind == "number" else words
    return rf"{_OPENING}\s*(?:{value})?|(There\s+is\s+no\s+answer)"


def _metric(kind: AnswerKind) -> dict[str, object]:
    return {
        "metric": "exact_match",
        "aggregation": "mean",
        "higher_is_better": True,
        "ignore_case": kind == "text",
        "ignore_punctuation": False,
        "regexes_to_ignore": [r"^The\s+answer\s+is\s+", *_IGNORED[kind]],
    }


def _header(name: str, config: Path) -> str:
    """Comments of the YAML file."""
    return (
        "# A task for lm-evaluation-harness 0.4. The examples stand in the prompts already.\n"
        f"# Run it: {_command(name, config.parent)}\n"
        "# Where the folder is moved, change data_files below.\n"
    )


def _command(name: str, folder: Path) -> str:
    return (
        f"lm_eval run --model hf --model_args pretrained=DIR --include_path {folder} "
        f"--tasks {name} --log_samples --output_path OUT"
    )
