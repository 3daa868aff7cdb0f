"""`spoonbench doctor`: what this machine can and cannot do, and why."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spoonbench.harness.canonical import to_json
from spoonbench.harness.energy import find_meter
from spoonbench.harness.environment import probe
from spoonbench.harness.memory import MemoryMeter
from spoonbench.harness.plaintext import make_plain
from spoonbench.harness.store.errors import StoreError
from spoonbench.harness.store.reader import open_reader

if TYPE_CHECKING:
    from pathlib import Path

    from spoonbench.harness.records import Environment

Verdict = Literal["yes", "no", "partly"]

_BF16 = {"avx512_bf16", "amx_bf16", "bf16"}
_NEEDED_DISK_BYTES = 2_000_000_000
_METERED_S = 1.0
"""Only whether there is a count matters here, so nobody waits for it."""
_ASK_TORCH = (
    "import json, torch; print(json.dumps({'version': torch.__version__, "
    "'cuda': [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())], "
    "'mps': torch.backends.mps.is_available()}))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that the machine can or cannot do."""

    subject: str
    verdict: Verdict
    detail: str


def run_command(*, out: Path, as_json: bool) -> None:
    """Print what was found."""
    environment = probe()
    findings = examine(environment, out)
    if as_json:
        whole = {"environment": to_json(environment), "findings": [asdict(f) for f in findings]}
        click.echo(json.dumps(whole, indent=2))
        return
    console = Console()
    memory_gb = environment.memory_bytes / 1e9
    machine = f"{environment.processor}, {environment.n_cores} cores, {memory_gb:.1f} GB"
    console.print(Text(make_plain(machine)))
    sets = ", ".join(environment.instruction_sets) or "none that matter"
    console.print(Text(f"instruction sets: {sets}"))
    table = Table(box=None, pad_edge=False)
    for title in ("", "can it", "why"):
        table.add_column(title, overflow="fold")
    colours = {"yes": "green", "no": "red", "partly": "yellow"}
    for finding in findings:
        verdict = Text(finding.verdict, style=colours[finding.verdict])
        table.add_row(finding.subject, verdict, Text(make_plain(finding.detail)))
    console.print(table)


def examine(environment: Environment, out: Path) -> list[Finding]:
    """Look at everything that a duel depends on, and at what would let it do more."""
    return [
        _isolation(),
        _memory(),
        _energy(),
        *_torch(),
        _bfloat16(environment),
        *(_library(name, use) for name, use in _LIBRARIES.items()),
        _disk(out),
        _store(out),
    ]


_LIBRARIES = {
    "transformers": "language models",
    "scikit-learn": "traditional ML",
    "sympy": "equation solving",
    "bitsandbytes": "quantization",
    "optimum": "quantization and other engines",
    "seaborn": "plots",
}


def _isolation() -> Finding:
    if os.name != "posix":
        return Finding(
            subject="isolated children",
            verdict="partly",
            detail="no POSIX system: no memory limit, and a child may outlive a killed parent",
        )
    if sys.platform != "linux":
        detail = "children are isolated; a child may outlive a parent killed by SIGKILL"
        return Finding(subject="isolated children", verdict="partly", detail=detail)
    return Finding(
        subject="isolated children",
        verdict="yes",
        detail="own process, memory limit, time limit; children die with their parent",
    )


def _memory() -> Finding:
    peak, reason = MemoryMeter().peak()
    if peak is None or reason:
        detail = str(reason or "no meter")
        return Finding(subject="memory meter", verdict="partly", detail=detail)
    return Finding(
        subject="memory meter", verdict="yes", detail="the kernel's peak, reset before each cell"
    )


def _energy() -> Finding:
    meter = find_meter("cpu")
    meter.start()
    joules, reason = meter.stop(_METERED_S)
    if joules is None:
        return Finding(subject="energy meter", verdict="no", detail=str(reason))
    return Finding(subject="energy meter", verdict="yes", detail="RAPL counters of the processor")


def _torch() -> list[Finding]:
    """Ask torch in a process of its own: this one stays light, and a crash there is an answer."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", _ASK_TORCH], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return [Finding(subject="torch", verdict="no", detail=f"cannot be imported: {last}")]
    facts = json.loads(done.stdout)
    cuda = ", ".join(facts["cuda"])
    return [
        Finding(subject="torch", verdict="yes", detail=facts["version"]),
        Finding(
            subject="CUDA",
            verdict="yes" if cuda else "no",
            detail=cuda or "torch sees no NVIDIA device, or was built without CUDA",
        ),
        Finding(
            subject="MPS",
            verdict="yes" if facts["mps"] else "no",
            detail="Apple GPU" if facts["mps"] else "no Apple GPU, or torch without it",
        ),
    ]


def _bfloat16(environment: Environment) -> Finding:
    found = sorted(_BF16 & set(environment.instruction_sets))
    if found:
        return Finding(subject="bfloat16 on the CPU", verdict="yes", detail=", ".join(found))
    return Finding(
        subject="bfloat16 on the CPU",
        verdict="no",
        detail="the processor has no instructions for it: it would be emulated, slowly",
    )


def _library(name: str, use: str) -> Finding:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        detail = f"not installed: pip install {name} ({use})"
        return Finding(subject=name, verdict="no", detail=detail)
    return Finding(subject=name, verdict="yes", detail=f"{version}, for {use}")


def _disk(out: Path) -> Finding:
    folder = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:.1f} GB free at {folder}"
    if not os.access(folder, os.W_OK):
        return Finding(subject="disk", verdict="no", detail=f"{folder} cannot be written to")
    return Finding(
        subject="disk", verdict="yes" if free > _NEEDED_DISK_BYTES else "partly", detail=detail
    )


def _store(out: Path) -> Finding:
    path = out / "store.sqlite"
    if not path.exists():
        return Finding(subject="store", verdict="yes", detail=f"{path} will be made")
    try:
        with open_reader(path) as reader:
            n_duels, n_runs = len(reader.duels()), len(reader.runs())
    except StoreError as exc:
        return Finding(subject="store", verdict="no", detail=str(exc))
    return Finding(subject="store", verdict="yes", detail=f"{path}: {n_duels} duels, {n_runs} runs")
