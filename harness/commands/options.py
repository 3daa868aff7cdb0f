"""Options that commands share, in groups: `--help` shows them in this order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spoonbench.harness.duel.presets import PRESETS
from spoonbench.harness.matrix.axes import AXES
from spoonbench.harness.matrix.presets import PRESETS as MATRIX_PRESETS

if TYPE_CHECKING:
    from collections.abc import Callable


def grouped(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Several options as one decorator, in order."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


OUT = click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("spoonbench-results"),
    show_default=True,
    help="Folder of store, models and report.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

TASK_OPTIONS = grouped(
    click.option(
        "--task", "task_name", help="A registered task instead of a file [word-problems]."
    ),
    click.option(
        "--option",
        "task_options",
        multiple=True,
        metavar="NAME=VALUE",
        help="An option of a registered task, for example largest=1000. Repeatable.",
    ),
    click.option(
        "--data",
        type=click.Path(),
        metavar="DIR|FILE",
        help="Where the data of a public set lie: --task svamp --data SVAMP.json.",
    ),
    click.option(
        "--preset",
        type=click.Choice(list(PRESETS)),
        default="standard",
        show_default=True,
        help="; ".join(f"{p.name}: {p.summary}" for p in PRESETS.values()),
    ),
)

FILE_OPTIONS = grouped(
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
        "--subset-column",
        default="subsets",
        show_default=True,
        help="Marks by which answers are counted apart: a list, or text with ';' between them.",
    ),
    click.option(
        "--leave-out-column",
        metavar="NAME",
        help="Rows in which it is true are left out, and counted.",
    ),
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

REQUIREMENT_OPTIONS = grouped(
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
        help="Least share of items answered, or rightly abstained from.",
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

MODEL_OPTIONS = grouped(
    click.option(
        "--model",
        "models",
        multiple=True,
        metavar="DIR|HUB-NAME",
        help="A causal language model of transformers, asked with examples. Repeatable.",
    ),
    click.option(
        "--shots",
        type=click.IntRange(0, 64),
        default=4,
        show_default=True,
        help="Examples of the training part in the prompt, for --model and --endpoint.",
    ),
    click.option(
        "--chat",
        type=click.Choice(["auto", "yes", "no"]),
        default="auto",
        show_default=True,
        help="Ask --model through its chat template; auto: where it has one.",
    ),
    click.option(
        "--init",
        "inits",
        multiple=True,
        metavar="DIR|HUB-NAME",
        help="Weights from which training starts. Repeatable.",
    ),
    click.option(
        "--tune",
        type=click.Choice(["full", "lora"]),
        multiple=True,
        help="How --init is trained: all weights, or an adapter (LoRA). Repeatable [full].",
    ),
    click.option("--endpoint", metavar="URL", help="A server that speaks OpenAI's protocol."),
    click.option(
        "--endpoint-model",
        "endpoint_models",
        multiple=True,
        metavar="NAME",
        help="The model to ask there; a key comes from OPENAI_API_KEY. Repeatable.",
    ),
    click.option(
        "--endpoint-api",
        type=click.Choice(["chat", "completions"]),
        default="chat",
        show_default=True,
    ),
    click.option(
        "--price-in",
        type=click.FloatRange(min=0),
        help="US dollars for a million prompt tokens there; 0 where they are free.",
    ),
    click.option(
        "--price-out",
        type=click.FloatRange(min=0),
        help="US dollars for a million new tokens there; 0 where they are free.",
    ),
    click.option(
        "--answers",
        multiple=True,
        type=click.Path(),
        metavar="FILE",
        help="Answers given before: a sample log of lm-evaluation-harness, or what `solve --out` "
        "wrote. Repeatable.",
    ),
    click.option(
        "--answers-level",
        type=click.IntRange(1, 5),
        default=5,
        show_default=True,
        help="Level at which --answers stand.",
    ),
)

EFFORT_OPTIONS = grouped(
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

LINEUP_OPTIONS = grouped(
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

TEXT_MODEL_OPTIONS = grouped(
    click.option(
        "--results",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("spoonbench-results"),
        show_default=True,
        help="Folder of results, whose models are known by their labels.",
    ),
    click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1 or mps."),
    click.option(
        "--dtype",
        type=click.Choice(["float32", "bfloat16", "float16"]),
        default="float32",
        show_default=True,
        help="Number format of the weights.",
    ),
    click.option(
        "--set",
        "overrides",
        multiple=True,
        metavar="PARAMETER=VALUE",
        help="A parameter of the contestant, for example extensions=true for an endpoint that "
        "knows top_k. Repeatable.",
    ),
    click.option("--endpoint", metavar="URL", help="A server that speaks OpenAI's protocol."),
)

DECODING_OPTIONS = grouped(
    click.option("--max-new-tokens", type=click.IntRange(min=1), default=128, show_default=True),
    click.option(
        "--temperature",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="0 takes the likeliest token; above, tokens are drawn.",
    ),
    click.option(
        "--top-p",
        type=click.FloatRange(0, 1, min_open=True),
        help="Draw among the likeliest tokens that hold this share [1].",
    ),
    click.option(
        "--top-k", type=click.IntRange(min=0), help="Draw among so many likeliest tokens [0: all]."
    ),
    click.option(
        "--repetition-penalty",
        type=click.FloatRange(min=0, min_open=True),
        default=1.0,
        show_default=True,
        help="Above 1, tokens that were there become less likely.",
    ),
    click.option(
        "--stop",
        "stop_strings",
        multiple=True,
        metavar="TEXT",
        help=r"The text ends behind it; \n, \t, \r and \\ are understood. Repeatable.",
    ),
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        help="Of the draws; line i of a file, from 0, has the seed plus i [0].",
    ),
)

MATRIX_OPTIONS = grouped(
    click.option(
        "--preset",
        type=click.Choice(list(MATRIX_PRESETS)),
        default="standard",
        show_default=True,
        help="; ".join(f"{p.name}: {p.summary}" for p in MATRIX_PRESETS.values()),
    ),
    click.option(
        "--model",
        metavar="NAME|DIR",
        help="Who answers: a registered name, or the folder of a causal language model "
        "[that of the sweep, lm-tiny].",
    ),
    click.option(
        "--endpoint",
        metavar="URL",
        help="A server that speaks OpenAI's protocol answers; a batch is sent at once.",
    ),
    click.option("--endpoint-model", metavar="NAME", help="The model to ask there."),
    click.option(
        "--endpoint-api",
        type=click.Choice(["chat", "completions"]),
        default="chat",
        show_default=True,
    ),
    click.option("--task", metavar="NAME", help="What is answered [word-problems]."),
    click.option(
        "--option",
        "task_options",
        multiple=True,
        metavar="NAME=VALUE",
        help="An option of the task. Repeatable.",
    ),
    click.option(
        "--set", "overrides", multiple=True, metavar="PARAMETER=VALUE", help="Of the model."
    ),
    click.option("--items", type=click.IntRange(1, 100_000), help="Answered in every cell."),
    *(
        click.option(f"--{name}", name, metavar="VALUE[,VALUE]", help=axis.summary)
        for name, axis in AXES.items()
    ),
    click.option("--rounds", type=click.IntRange(1, 100), help="Rounds of timing."),
    click.option(
        "--seconds",
        type=click.FloatRange(min=0, min_open=True),
        help="Of the calls of a pass that is only timed; five calls are made in any case [3].",
    ),
    click.option(
        "--python",
        metavar="PATH",
        help="Interpreter under which cells run, with its own versions of the libraries; it has "
        "this spoonbench. Models are trained under the one of the command.",
    ),
    click.option("--seed", type=int, default=0, show_default=True),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        help="Seconds that one cell may take in one round [900].",
    ),
    click.option(
        "--memory-limit-mb",
        type=click.FloatRange(min=1),
        help="Memory that one cell may take above its baseline [three quarters of it].",
    ),
    click.option("--dry-run", is_flag=True, help="Tell the cells, and what is skipped and why."),
    click.option("--fresh", is_flag=True, help="Measure again what is in the store already."),
    click.option("--retry-errors", is_flag=True, help="Run again what did not end well."),
    click.option("--force", is_flag=True, help="Run cells that will not fit the memory, too."),
    click.option("--no-report", is_flag=True, help="Print only."),
)

REPORT_OPTIONS = grouped(
    click.option(
        "--select",
        multiple=True,
        metavar="ID,ID",
        help="These duels and matrices, by the beginnings of their ids.",
    ),
    click.option("--task", "tasks", multiple=True, help="Only of these tasks. Repeatable."),
    click.option(
        "--machine",
        "machines",
        multiple=True,
        metavar="ID",
        help="Only of these machines, by the beginnings of their ids. Repeatable.",
    ),
    click.option(
        "--since",
        type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
        metavar="DATE",
        help="Only what was begun then or later, in UTC: 2026-11-01 or 2026-11-01T12:30.",
    ),
    click.option(
        "--all",
        "everything",
        is_flag=True,
        help="Older ones too [the newest of each task, or of each model and task].",
    ),
    click.option(
        "--most",
        type=click.IntRange(min=1),
        default=24,
        show_default=True,
        help="How many are shown in full, the newest first; the others are listed.",
    ),
    click.option(
        "--advice-quality",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Measured quality of advice: what bench/advice_quality.py --json wrote [shipped].",
    ),
    click.option(
        "--to",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write the report there [where the store is].",
    ),
)
