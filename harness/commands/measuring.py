"""What the commands that measure, list, show and report take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from spoonbench.harness.commands.calling import call
from spoonbench.harness.commands.cluster_options import CLUSTER_OPTIONS
from spoonbench.harness.commands.options import (
    DECODING_OPTIONS,
    EFFORT_OPTIONS,
    FILE_OPTIONS,
    JSON,
    LINEUP_OPTIONS,
    MATRIX_OPTIONS,
    MODEL_OPTIONS,
    OUT,
    REPORT_OPTIONS,
    REQUIREMENT_OPTIONS,
    TASK_OPTIONS,
    TEXT_MODEL_OPTIONS,
)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@TASK_OPTIONS
@FILE_OPTIONS
@REQUIREMENT_OPTIONS
@LINEUP_OPTIONS
@MODEL_OPTIONS
@EFFORT_OPTIONS
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    help="cpu, cuda, cuda:1, mps: for contestants that can run there.",
)
@click.option(
    "--dtype",
    type=click.Choice(["float32", "bfloat16", "float16"]),
    default="float32",
    show_default=True,
    help="Number format of answers, for contestants that have it.",
)
@click.option(
    "--measure",
    multiple=True,
    metavar="SPLIT[,SPLIT]",
    help="Only these splits are measured [all of the task].",
)
@click.option("--no-timing", is_flag=True, help="Answers only: nothing is timed apart.")
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
@click.option("--no-report", is_flag=True, help="Print only; `spoonbench report` writes it later.")
@click.option(
    "--fresh",
    is_flag=True,
    help="Measure again what is in the store already; trained models are kept.",
)
@OUT
@JSON
def duel(**options: Any) -> None:
    """Let every level answer the same items, and decide.

    FILE is a task of your own: JSONL or CSV with the columns question and answer.
    The same command again goes on where it stopped.
    """
    call("spoonbench.harness.duel.session", "run_command", options)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@MATRIX_OPTIONS
@CLUSTER_OPTIONS
@OUT
@JSON
def matrix(**options: Any) -> None:
    """Measure one model at every crossing of device, batch size, number format, quantization.

    FILE is a sweep in TOML; without one the cells are those of the axes given as options, or
    those of a preset. Every cell has accuracy, speed and memory, measured in a process of its own
    and compared with the plainest cell on the same items.

    The same command again goes on where it stopped.
    """
    call("spoonbench.harness.commands.matrix", "run_command", options)


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--no-report", is_flag=True, help="Print only.")
@OUT
@JSON
def import_benchmarks(**options: Any) -> None:
    """Take cells that pytest-benchmark saved into a store, and print their matrix.

    FILE was written by `pytest bench/ -k matrix --benchmark-json FILE`, or by --benchmark-save
    with --benchmark-save-data. What is in the store already is not added again.
    """
    call("spoonbench.harness.commands.importing", "run_command", options)


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@TASK_OPTIONS
@FILE_OPTIONS
@click.option(
    "--solver", metavar="NAME", help="Who learns; a label of the preset's duel too [lm-tiny]."
)
@click.option("--set", "overrides", multiple=True, metavar="PARAMETER=VALUE")
@click.option("--init", metavar="DIR|HUB-NAME", help="Weights from which training starts.")
@click.option(
    "--tune",
    type=click.Choice(["full", "lora"]),
    help="How --init is trained: all weights, or an adapter (LoRA) [full].",
)
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    help="cpu, cuda, mps; under a launcher cuda gives each process a GPU of its own.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@OUT
@JSON
def train(**options: Any) -> None:
    """Train the model that a duel with the same words would train.

    The duel then finds it. The same command again goes on where it stopped, and ends as if it
    had not been interrupted; only with a time limit (max_seconds, which the presets set: --set
    max_seconds=0 --set epochs=3 does without) it depends on the clock how far training comes.

    Several processes share the work under accelerate's launcher, here two without GPUs:

    \b
      accelerate launch --multi_gpu --num_processes 2 --num_machines 1
        --mixed_precision no --dynamo_backend no
        -m spoonbench.harness.cli train ...

    On GPUs add --device cuda at the end. On several machines give the launcher --num_machines,
    --machine_rank, --main_process_ip and --main_process_port; the first one keeps the model.
    """  # noqa: D301  # click's mark for lines that stay as they are
    call("spoonbench.harness.commands.training", "run_command", options)


@click.command()
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
@click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="PARAMETER=VALUE",
    help="Of the solver; STAGE.PARAMETER=VALUE for one stage of a hybrid. Repeatable.",
)
@click.option("--explain", is_flag=True, help="Tell what was read, and each step to the answer.")
@click.option(
    "--forced", is_flag=True, help="Answer by the best reading where it would rather abstain."
)
@JSON
def solve(**options: Any) -> None:
    """Answer one text, or every question of a file.

    Files are JSONL, CSV or plain text with one question a line. Their answers are JSON lines, in
    the same order: id, status, value, confidence and reason, with --explain an explanation.
    """
    call("spoonbench.harness.commands.solving", "run_command", options)


@click.command()
@click.argument("words", nargs=-1, metavar="[MODEL] [PROMPT]")
@click.option(
    "--file", metavar="FILE|-", help="Prompts: a line each, or JSONL; - is standard input."
)
@click.option("--prompt-column", metavar="NAME", help="Column of a JSONL file [prompt].")
@click.option("--id-column", default="id", show_default=True)
@TEXT_MODEL_OPTIONS
@DECODING_OPTIONS
@click.option(
    "--endpoint-model", metavar="NAME", help="The model there; a key comes from OPENAI_API_KEY."
)
@click.option(
    "--chat/--no-chat",
    default=False,
    show_default=True,
    help="Prompts are what a user says, and the model answers through its chat template.",
)
@click.option("--batch-size", type=click.IntRange(1, 4096), default=16, show_default=True)
@click.option(
    "--out",
    "out_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSONL file for the texts [standard output].",
)
@JSON
def generate(**options: Any) -> None:
    """Let a language model go on with a text, or with every text of a file.

    MODEL is a model of your results (its label or id), a folder, or a name of the model hub;
    with --endpoint it is left out.
    """
    call("spoonbench.harness.commands.generating", "run_command", options)


@click.command()
@click.argument("names", nargs=-1, metavar="[MODEL]...")
@click.option(
    "--text",
    "text_path",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The text, UTF-8.",
)
@click.option("--window", type=click.IntRange(min=1), help="Tokens read at once [all it can read].")
@click.option("--stride", type=click.IntRange(min=1), help="Tokens by which it moves [half of it].")
@TEXT_MODEL_OPTIONS
@click.option(
    "--endpoint-model",
    "endpoint_models",
    multiple=True,
    metavar="NAME",
    help="A model there; a key comes from OPENAI_API_KEY. Repeatable.",
)
@JSON
def perplexity(**options: Any) -> None:
    """Measure how well language models foresee a text: perplexity and bits per byte.

    MODEL is a model of your results (its label or id), a folder, or a name of the model hub.
    """
    call("spoonbench.harness.commands.perplexity", "run_command", options)


@click.command()
@JSON
def solvers(**options: Any) -> None:
    """List contestants, level by level."""
    call("spoonbench.harness.commands.listing", "list_solvers", options)


@click.group(invoke_without_command=True)
@JSON
@click.pass_context
def tasks(context: click.Context, /, **options: Any) -> None:
    """List tasks and their options, or export one."""
    if context.invoked_subcommand is None:
        call("spoonbench.harness.commands.listing", "list_tasks", options)
    elif options["as_json"]:
        raise click.UsageError(f"--json belongs to the list, not to {context.invoked_subcommand}.")


@tasks.command()
@click.argument("name_or_file")
@click.option(
    "--out",
    "out_folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder for the YAML file and the data.",
)
@click.option("--split", help="Which split [the task's first].")
@click.option(
    "--prompt",
    type=click.Choice(["asked", "plain"]),
    default="asked",
    show_default=True,
    help="asked: instruction, examples, question; plain: for a model that was trained here.",
)
@click.option(
    "--shots",
    "n_shots",
    type=click.IntRange(0, 64),
    help="Examples of the training part in each prompt [4; 0 in plain ones].",
)
@click.option("--max-new-tokens", type=click.IntRange(1), default=64, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw of the examples.")
@click.option("--option", "task_options", multiple=True, metavar="NAME=VALUE")
@click.option("--data", type=click.Path(), metavar="DIR|FILE", help="Of a public set.")
@FILE_OPTIONS
def export(**options: Any) -> None:
    """Write a task for lm-evaluation-harness: a registered NAME, or a FILE of yours."""
    call("spoonbench.harness.commands.export", "run_command", options)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every run, not the last duels only.")
@OUT
@JSON
def runs(**options: Any) -> None:
    """List the duels, matrices and runs in the store."""
    call("spoonbench.harness.commands.listing", "list_runs", options)


@click.command()
@click.argument("run")
@OUT
@JSON
def show(**options: Any) -> None:
    """Show a duel, a matrix or a run, by the beginning of its id."""
    call("spoonbench.harness.commands.listing", "show_run", options)


@click.command()
@click.argument("duel_id", required=False, metavar="[ID]")
@REPORT_OPTIONS
@OUT
@JSON
def report(**options: Any) -> None:
    """Write one report of what the store holds; with an ID that of one duel or matrix again."""
    call("spoonbench.harness.commands.reporting", "run_command", options)


@click.group(invoke_without_command=True)
@JSON
@click.pass_context
def reference(context: click.Context, /, **options: Any) -> None:
    """List matrices that were measured elsewhere, show one, or export one of yours."""
    if context.invoked_subcommand is None:
        call("spoonbench.harness.commands.references", "list_references", options)
    elif options["as_json"]:
        raise click.UsageError(
            f"Give --json behind {context.invoked_subcommand}, not in front of it."
        )


@reference.command("show")
@click.argument("name", metavar="NAME|FILE.jsonl")
@JSON
def show_reference(**options: Any) -> None:
    """Print a reference as the report of its own machine."""
    call("spoonbench.harness.commands.references", "show_reference", options)


@reference.command("export")
@click.argument("matrix_id")
@click.argument("file", type=click.Path(path_type=Path))
@OUT
def export_reference(**options: Any) -> None:
    """Write a matrix of your results, by the beginning of its id, into FILE (JSON Lines)."""
    call("spoonbench.harness.commands.references", "export_reference", options)


@click.command()
@OUT
@JSON
def doctor(**options: Any) -> None:
    """Say what this machine can and cannot do, and why."""
    call("spoonbench.harness.commands.doctor", "run_command", options)
