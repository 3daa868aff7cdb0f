"""The one command that would make an answer surer."""

from __future__ import annotations

import shlex
from importlib import import_module
from typing import TYPE_CHECKING

from spoonbench.harness.advise.configurations import command_of
from spoonbench.harness.advise.repeating import is_elsewhere, repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.advise.case import Case
    from spoonbench.harness.advise.decision import Decision
    from spoonbench.harness.advise.lookups.choices import MeasuredChoice
    from spoonbench.harness.advise.lookups.figures import Figures

_REGISTRY = "spoonbench.harness.registry"
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128)


def firm_up(case: Case, decision: Decision) -> str | None:
    """The command; None where no command of ours would help.

    Args:
        case: that was asked about.
        decision: whose own command, where measurement made it, goes first.
    """
    measured = decision.measured
    if measured is not None and measured.firm_up:
        return measured.firm_up
    if measured is not None and measured.figures is not None and measured.figures.command:
        return _measured_again(case, measured, measured.figures)
    if measured is not None and measured.cells:
        return _matrix(case, **measured.cells)  # the very cells that were predicted
    make = _COMMANDS.get(case.topic)
    command = make(case, decision) if make else None
    again = " --rounds 10" if measured is not None else ""
    return command and f"{command}{again}"


def _measured_again(case: Case, measured: MeasuredChoice, figures: Figures) -> str:
    """The matrix in more rounds; of what was predicted, the very cells."""
    options = {"--rounds": f"{2 * figures.n_rounds}"}
    if measured.cells:
        if any(word == "--preset" or word.endswith(".toml") for word in figures.command):
            return _matrix(case, **measured.cells)  # its axes are not in its command
        options = {f"--{name}": values for name, values in measured.cells.items()}
    return repeated(figures.command, options, case.sources.results)


def _duel(case: Case, _: Decision) -> str:
    need = case.number("accuracy_need")
    words = ["spoonbench", "duel", *_task(case), *_place(case)]
    words += [] if need is None else ["--accuracy", f"{need:g}"]
    return _joined(words)


def _task(case: Case) -> list[str]:
    """The task that was said, if there is one of that name; else a file stands for it."""
    # Imported here alone: every answer without a task would pay for it.
    is_known = case.task is not None and case.task in import_module(_REGISTRY).task_names()
    return ["--task", str(case.task)] if is_known else ["FILE"]


def _devices(case: Case, decision: Decision) -> str:
    """Both devices at batches around the one that is asked about; at it where it is predicted."""
    device, batch = case.value("device"), case.number("batch")
    if device in {None, "cpu"}:
        return _matrix(case, device="cpu", batch=f"{batch or 1:.0f}")
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


def _sizes(case: Case, _: Decision) -> str:
    """Bytes of the weights as each format holds them."""
    return _matrix(case, dtype="fp32,bf16", quantization="none,int8")


def _tokens(case: Case, _: Decision) -> str:
    """Time of a token. That of the draft, over that of the large model, is what a draft costs."""
    return _matrix(case, mode="decode", batch="1")


def _finetuning(case: Case, decision: Decision) -> str:
    """Writes the configuration, and refuses what is predicted not to fit; else measures steps."""
    return command_of(case, decision.choice or "") or _training(case, decision)


def _training(case: Case, _: Decision) -> str:
    """Steps of training, whose memory is measured beside the prediction."""
    batch = int(case.number("batch") or 1)
    return _matrix(case, mode="train", batch=",".join(map(str, sorted({1, batch}))))


def _texts(case: Case, _: Decision) -> str:
    """Texts with what ended each of them."""
    return _joined(["spoonbench", "generate", case.model_path or "MODEL", "--file", "PROMPTS"])


def _route(case: Case, _: Decision) -> str:
    """Both models and the route between them, with risk against coverage."""
    words = [*_task(case), "--route", "SMALL,LARGE"]
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
    return ["--out", str(results)] if is_elsewhere(results) else []


def _joined(words: list[str]) -> str:
    return shlex.join(words)


_COMMANDS: Mapping[str, Callable[[Case, Decision], str | None]] = {
    "tool": _duel,
    "device": _devices,
    "quantize": _quantizations,
    "format": _formats,
    "setting": _settings,
    "fit": _fit,
    "size-class": _sizes,
    "drafting": _tokens,
    "finetune": _finetuning,
    "training-memory": _training,
    "decoding": _texts,
    "routing": _route,
}
