import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spoonbench.harness import environment
from spoonbench.harness.canonical import from_json, to_json
from spoonbench.harness.records import Environment

X86 = "processor\t: 0\nmodel name\t: A Processor\nflags\t\t: fpu avx2 amx_bf16 avx512_vnni sse\n"
ARM = (
    "processor\t: 0\nFeatures\t: fp asimd i8mm bf16 crc32\n"
    "CPU implementer\t: 0x41\nCPU variant\t: 0x1\nCPU part\t: 0xd40\n"
)


def test_a_machine_has_one_identity():
    found = environment.probe()
    assert found == environment.probe()
    assert len(found.environment_id) == 16
    assert found.processor
    assert 1 <= found.n_cores <= (os.cpu_count() or 1)
    assert found.memory_bytes > 100_000_000
    assert "numpy" in found.libraries
    assert found.allocator["MALLOC_TOP_PAD_"] == "268435456"
    assert from_json(Environment, to_json(found)) == found


def test_probing_imports_no_heavy_library():
    code = (
        "import sys\n"
        "from spoonbench.harness.environment import observe, probe\n"
        "probe(), observe()\n"
        "heavy = {'torch', 'transformers', 'sklearn', 'sympy', 'numpy', 'scipy'}\n"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/cpuinfo")
@pytest.mark.parametrize(
    ("text", "processor", "sets"),
    [
        (X86, "A Processor", ("amx_bf16", "avx2", "avx512_vnni")),
        (ARM, "ARM 0x41/0xd40/0x1", ("asimd", "bf16", "i8mm")),
    ],
)
def test_processors_are_read_from_what_the_kernel_tells(
    tmp_path, monkeypatch, text, processor, sets
):
    (tmp_path / "cpuinfo").write_text(text)
    monkeypatch.setattr(environment, "_CPUINFO", tmp_path / "cpuinfo")
    found = environment.probe()
    assert found.processor == processor
    assert found.instruction_sets == sets


@pytest.mark.skipif(sys.platform != "linux", reason="control groups")
def test_limits_of_the_group_count(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "_group_folders", lambda _: [tmp_path, tmp_path / "none"])
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert environment.memory_bytes() > 100_000_000
    assert environment.n_cores() == len(os.sched_getaffinity(0))
    (tmp_path / "memory.max").write_text("50000000\n")
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    assert environment.memory_bytes() == 50_000_000
    assert environment.n_cores() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/driver")
def test_devices_are_what_the_driver_lists(tmp_path, monkeypatch):
    folder = tmp_path / "0000:01:00.0"
    folder.mkdir()
    (folder / "information").write_text("Model: \t\t NVIDIA H200\nIRQ:   51\n")
    monkeypatch.setattr(environment, "_NVIDIA", tmp_path)
    assert environment.devices() == ("cuda: NVIDIA H200",)


def test_what_cannot_be_seen_is_null_with_a_reason(tmp_path):
    seen = environment.observe(tmp_path)
    assert seen["commit"] is None
    assert seen["missing"]["commit"] == "not run from a git checkout of the project"
    values = {name: value for name, value in seen.items() if name != "missing"}
    assert {name for name, value in values.items() if value is None} == set(seen["missing"])


@pytest.fixture
def checkout(tmp_path):
    def git(*arguments):
        identity = ("-c", "user.name=a", "-c", "user.email=a@b")
        subprocess.run([str(program), "-C", str(tmp_path), *identity, *arguments], check=True)

    program = shutil.which("git")
    if program is None:
        pytest.skip("git is not installed")
    git("init", "--quiet")
    (tmp_path / "file").write_text("1")
    git("add", "file")
    git("commit", "--quiet", "-m", "first")
    return tmp_path


def test_commit_and_changes_are_seen(checkout):
    seen = environment.observe(checkout)
    assert len(seen["commit"]) == 40
    assert seen["is_dirty"] is False
    Path(checkout / "file").write_text("2")
    assert environment.observe(checkout)["is_dirty"] is True


def test_a_checkout_without_a_commit_is_null_with_a_reason(tmp_path):
    (tmp_path / ".git").mkdir()
    assert environment.observe(tmp_path)["missing"]["commit"] == "git does not tell the commit"


@pytest.mark.parametrize(
    ("printed", "size"), [("24564\n24564", 24564 << 20), ("", None), ("[N/A]", None)]
)
def test_memory_of_a_gpu_is_what_its_driver_s_program_says(monkeypatch, printed, size):
    monkeypatch.setattr(environment, "_output", lambda *_: printed)
    assert environment.cuda_memory_bytes() == size
