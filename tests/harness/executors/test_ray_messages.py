"""A job that travelled is the job that was sent, and what jobs share travels once."""

import json
from dataclasses import replace
from typing import Any

import pytest

from spoonbench.harness.executors.ray_messages import Outbox, read_message
from spoonbench.harness.protocol import CellWork, Job, Limits, Training
from spoonbench.solvers.api import Example, Part, Problem, Settings

PROBLEMS = tuple(Problem(problem_id=f"p{n}", text=f"{n} \ud800 é") for n in range(3))
EXAMPLES = tuple(Example(problem=problem, target="1") for problem in PROBLEMS)


class Shelf:
    def __init__(self):
        self.objects = []

    def put(self, content):
        self.objects.append(content)
        return len(self.objects) - 1


def make_job(**more):
    inner = Part(name="inner", target="m:C", settings=Settings(params={"k": 1}))
    settings = Settings(params={"a": [1, {"b": None}]}, parts=(inner,))
    cells = (
        CellWork(cell_key="one", problems=PROBLEMS, batch_size=2),
        CellWork(cell_key="two", problems=(), batch_size=1, mode="score", examples=EXAMPLES),
    )
    facts: dict[str, Any] = {
        "job_id": "job",
        "part": Part(name="x", target="m:D", settings=settings),
        "training": Training(training=EXAMPLES, validation=EXAMPLES[:1], save_to="out"),
        "cells": cells,
        "limits": Limits(seconds=3.0),
    }
    return Job(**(facts | more))


def travel(job, shelf=None, here=lambda sha256: sha256):
    shelf = shelf or Shelf()
    outbox = Outbox(shelf.put)
    outbox.add_folders(job)
    message, texts, folders = outbox.message(job)
    values = {name: json.loads(shelf.objects[outbox.texts[name]]) for name in texts}
    return read_message(message, values, {sha256: here(sha256) for sha256 in folders})


@pytest.mark.parametrize("training", [None, Training(training=EXAMPLES)])
def test_a_job_arrives_as_it_was(training):
    job = make_job(training=training)
    assert travel(job) == job


def test_jobs_that_share_texts_send_them_once():
    shelf = Shelf()
    outbox = Outbox(shelf.put)
    messages = [outbox.message(make_job(job_id=str(n)))[0] for n in range(5)]
    equal = make_job(
        cells=(CellWork(cell_key="x", problems=tuple(map(replace, PROBLEMS)), batch_size=1),)
    )
    outbox.message(equal)
    # The problems, the examples, the first of them, and nothing at all.
    assert len(shelf.objects) == 4
    assert not any(b"p1" in message for message in messages)


def test_folders_are_those_of_the_node(tmp_path):
    weights, model = tmp_path / "weights", tmp_path / "model"
    for folder in (weights, model):
        folder.mkdir()
        (folder / "file").write_text(folder.name)
    inner = Part(name="inner", target="m:C", settings=Settings(params={"artifact": str(weights)}))
    settings = Settings(params={"model": str(model), "word": "model"}, parts=(inner,))
    part = Part(name="x", target="m:D", settings=settings)
    job = make_job(part=part, artifact=str(weights))
    arrived = travel(job, here=lambda sha256: f"/there/{sha256[:4]}")
    there = arrived.artifact
    assert there.startswith("/there/")
    assert arrived.part.settings.parts[0].settings.params == {"artifact": there}
    assert arrived.part.settings.params["model"] not in (str(model), there)
    assert arrived.part.settings.params["word"] == "model"
    assert replace(arrived, artifact=None, part=part) == replace(job, artifact=None)


def test_what_json_cannot_say_is_refused():
    part = Part(name="x", target="m:D", settings=Settings(params={"a": float("nan")}))
    with pytest.raises(ValueError, match="JSON"):
        Outbox(Shelf().put).message(make_job(part=part))
