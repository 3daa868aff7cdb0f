"""The one command that would make an answer surer."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from spoonbench.harness.advise.configurations import command_of
from spoonbench.harness.advise.sources import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision

BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)


def firm_up(case: Case, decision: Decision) -> str | None:
    """The command; None where no command of ours would help.

    Args:
        case: that was asked about.
        decision: whose own command, where measurement made it, goes first.
    """
    make = _COMMANDS.get(case.topic)
    if decision.measured is not None and (decision.measured.firm_up or case.topic == "tool"):
        return decision.measured.firm_up
    if decision.measured is not None and decision.measured.cells:
        return _matrix(case, **decision.measured.cells)  # the very cells that were predicted
    command = make(case, decision) if make else None
    again = " --rounds 10" if decision.measured is not None else ""
    return command and f"{command}{again}"


def _duel(case: Case, _: Decision) -> str:
    need = case.number("accuracy_need")
    words = ["spoonbench", "duel", *(["--task", case.task] if case.task else ["FILE"])]
    words += [] if need is None else ["--accuracy", f"{need:g}"]
    return _joined([*words, *_place(case)])


def _devices(case: Case, decision: Decision) -> str | None:
    """Both devices at batches around the one that is asked about; at it where it is predicted."""
    device, batch = case.value("device"), case.number("batch")
    if device in {None, "cpu"}:
        return None
    if batch and decision.figures and all(one.n_cells for one in decision.figures.values()):
        return _matrix(case, device=f"cpu,{device}", batch=f"{batch:.0f}")
    sizes = sorted({*BATCHES, int(batch)} if batch else BATCHES)
    return _matrix(case, device=f"cpu,{device}", batch=",".join(map(str, sizes)))


def _quantizations(case: Case, _: Decision) -> str:
    return _matrix(case, quantization="none,int8,int4", **_batch(case))


def _formats(case: Case, _: Decision) -> str:
    return _matrix(case, dtype="fp32,bf16,fp16", **_batch(case))


def _batch(case: Case) -> dict[str, str]:
    """The one that is asked about, if one is."""
    batch = case.number("batch")
    return {} if batch is None else {"batch": f"{batch:.0f}"}


def _settings(case: Case, _: Decision) -> str:
    """Every batch, number format and quantization that may be chosen among."""
    batch = {"batch": ",".join(map(str, BATCHES)), **_batch(case)}
    return _matrix(case, **batch, dtype="fp32,bf16", quantization="none,int8,int4")


def _fit(case: Case, _: Decision) -> str:
    """One cell, whose memory is predicted, measured, and shown beside each other."""
    dtype = {"bfloat16": "bf16", "float16": "fp16"}.get(str(case.value("dtype")), "fp32")
    batch = int(case.number("batch") or 1)
    return _matrix(case, dtype=dtype, batch=str(batch))


def _finetuning(case: Case, decision: Decision) -> str | None:
    """Writes the configuration, and refuses what is predicted not to fit."""
    return command_of(case, decision.choice or "")


def _training(case: Case, _: Decision) -> str:
    """Steps of training, whose memory is measured beside the prediction."""
    batch = int(case.number("batch") or 1)
    return _matrix(case, mode="train", batch=",".join(map(str, sorted({1, batch}))))


def _texts(case: Case, _: Decision) -> str:
    """Texts with what ended each of them."""
    return _joined(["spoonbench", "generate", case.model_path or "MODEL", "--file", "PROMPTS"])


def _route(case: Case, _: Decision) -> str:
    """Both models and the route between them, with risk against coverage."""
    words = [*(["--task", case.task] if case.task else ["FILE"]), "--route", "SMALL,LARGE"]
    return _joined(["spoonbench", "duel", *words, *_place(case)])


def _matrix(case: Case, **axes: str) -> str:
    words = ["spoonbench", "matrix", "--model", case.model_path or "FOLDER"]
    words += ["--task", case.task] if case.task else []
    device = case.value("device")
    if "device" not in axes and device not in {None, "cpu"}:
        axes = {"device": str(device), **axes}
    for name, values in axes.items():
        words += [f"--{name}", values]
    return _joined([*words, *_place(case)])


def _place(case: Case) -> list[str]:
    """The results that were asked about, where they are not the usual ones."""
    results = case.sources.results
    return [] if results in {None, RESULTS} else ["--out", str(results)]


def _joined(words: list[str]) -> str:
    return shlex.join(words)


_COMMANDS: Mapping[str, Callable[[Case, Decision], str | None]] = {
    "tool": _duel,
    "device": _devices,
    "quantize": _quantizations,
    "format": _formats,
    "setting": _settings,
    "fit": _fit,
    "finetune": _finetuning,
    "training-memory": _training,
    "decoding": _texts,
    "routing": _route,
}
