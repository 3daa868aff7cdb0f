"""Duels and matrices in short: what is needed to choose among them, without reading them whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from spoonbench.harness.store.errors import StoreError

PlanKind = Literal["duel", "matrix"]

TABLES: tuple[tuple[PlanKind, str, str], ...] = (
    ("duel", "duels", "duel_id"),
    ("matrix", "matrices", "matrix_id"),
)
"""What a plan is, its table, and the column of its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A duel or a matrix, in short.

    Attributes:
        kind: which of the two.
        plan_id: its id.
        created_at: UTC, ISO 8601.
        environment_id: of the machine.
        task: name of the task.
        model: label of the model of a matrix; "" for a duel.
    """

    kind: PlanKind
    plan_id: str
    created_at: str
    environment_id: str
    task: str
    model: str = ""

    @property
    def subject(self) -> tuple[str, str, str]:
        """What it measures; the newest of one subject stands for the others."""
        return (self.kind, self.task, self.model)

    @property
    def title(self) -> str:
        """What it measures, in words."""
        return f"{self.model} on {self.task}" if self.kind == "matrix" else self.task


def select_statement(table: str, column: str) -> str:
    """SQL for the newest form of each plan: id, moment, and a JSON array of what is needed."""
    # Several paths at once give JSON: a single text would lose lone surrogates and NUL.
    return (
        f"SELECT {column}, created_at, json_extract(record, '$.environment_id', "  # noqa: S608  # constants
        f"'$.task.name', '$.model.label') FROM {table} WHERE sequence IN "
        f"(SELECT max(sequence) FROM {table} GROUP BY {column}) ORDER BY sequence DESC"
    )


def plan_from_row(kind: PlanKind, row: tuple[str, str, str]) -> StoredPlan:
    """A plan from what `select_statement` gave.

    Raises:
        StoreError: it is damaged.
    """
    plan_id, created_at, found = row
    environment_id, task, model = json.loads(found)
    if not isinstance(environment_id, str) or not isinstance(task, str):
        raise StoreError(f"{kind.capitalize()} {plan_id} cannot be read: it is damaged.")
    return StoredPlan(
        kind=kind,
        plan_id=plan_id,
        created_at=created_at,
        environment_id=environment_id,
        task=task,
        model=model or "",
    )
