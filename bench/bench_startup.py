"""How long the command line takes to say anything at all."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(sys.executable).with_name("spoonbench")


ADVICE = ["advise", "device", "--parameters", "124M", "--batch", "4", "--memory", "24GB"]


@pytest.mark.parametrize("words", [["--help"], ["--version"], ADVICE], ids=" ".join)
def test_command(benchmark, words):
    if not PROGRAM.exists():
        pytest.skip(f"{PROGRAM} is not installed")
    command = [str(PROGRAM), *words]
    run = {"check": True, "capture_output": True}
    benchmark.pedantic(
        subprocess.run, args=(command,), kwargs=run, rounds=10, iterations=1, warmup_rounds=1
    )
