"""The user's questions and answers in the form that a tool trains on.

Only training items are written: what `spoonbench duel` measures on the same file stays unseen.

Not covered: images and rows of tables; conversations of several turns.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

from spoonbench.harness.finetune.writers.writer import TRAIN, VALID, Material
from spoonbench.harness.tasks.user_file import read_task

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from spoonbench.harness.finetune.plan import FinetunePlan
    from spoonbench.harness.finetune.writers.writer import Form
    from spoonbench.harness.tasks.api import Item

NO_ANSWER = "There is no answer."
"""What an item without a target is answered with, as elsewhere here."""

_SHOWN = 4
Pair = tuple[str, str]
"""A question and its answer."""


def read_pairs(path: str | Path, *, skip_bad_rows: bool = False) -> list[Pair]:
    """Questions and answers of the training part of a task file.

    Args:
        path: JSONL, CSV or TSV with the columns question and answer.
        skip_bad_rows: go on without rows that cannot be used.

    Raises:
        BadTask: it cannot be used.
    """
    task = read_task(path, skip_bad_rows=skip_bad_rows)
    return [_pair(item) for part in (task.training, task.validation) for item in part.items]


def divide(pairs: Sequence[Pair], plan: FinetunePlan) -> tuple[list[Pair], list[Pair]]:
    """Items to train on, and items to watch the loss on.

    At least a batch is held back, because mlx-lm takes no less and the loss on fewer says little;
    nothing is where that would leave less than one step to train on.

    Args:
        pairs: all that may be learned from.
        plan: says the share, the batch and the seed.
    """
    n_valid = max(round(len(pairs) * plan.valid_share), plan.batch) if plan.valid_share else 0
    if len(pairs) - n_valid < plan.effective_batch:
        n_valid = 0
    chosen = set(random.Random(plan.seed).sample(range(len(pairs)), n_valid))  # noqa: S311
    train = [pair for index, pair in enumerate(pairs) if index not in chosen]
    return train, [pairs[index] for index in sorted(chosen)]


def write_training_data(
    pairs: Sequence[Pair], folder: Path, form: Form, plan: FinetunePlan
) -> Material:
    """Write train.jsonl and, where the plan holds some back, valid.jsonl.

    Args:
        pairs: of `read_pairs`.
        folder: made where it is not there; files of these names are replaced.
        form: how an item stands in them.
        plan: says what is held back, and the system text.

    Returns:
        What was written.
    """
    train, valid = divide(pairs, plan)
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in ((TRAIN, train), (VALID, valid)):
        if part:
            (folder / name).write_text(item_lines(part, form, plan.system), encoding="utf-8")
    return material_of(train, valid)


def material_of(train: Sequence[Pair], valid: Sequence[Pair]) -> Material:
    """What a writer has to know of the data."""
    return Material(n_train=len(train), n_valid=len(valid), shown=tuple(train[:_SHOWN]))


def item_lines(pairs: Iterable[Pair], form: Form, system: str = "") -> str:
    """Items as JSON lines; see `item_of`."""
    # Escaped, so that no separator of lines within a text ends one.
    return "".join(json.dumps(item_of(pair, form, system)) + "\n" for pair in pairs)


def item_of(pair: Pair, form: Form, system: str = "") -> dict[str, Any]:
    """One item as a tool reads it.

    >>> item_of(("2 and 2?", "4"), "prompt-completion")["completion"]
    [{'role': 'assistant', 'content': '4'}]
    """
    asked = [{"role": "system", "content": system}] if system else []
    asked.append({"role": "user", "content": pair[0]})
    answered = [{"role": "assistant", "content": pair[1]}]
    if form == "messages":
        return {"messages": [*asked, *answered]}
    return {"prompt": asked, "completion": answered}


def _pair(item: Item) -> Pair:
    return item.problem.text, NO_ANSWER if item.target is None else item.target
