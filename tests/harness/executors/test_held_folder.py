"""Folders that end with their process, however it ends."""

import subprocess
import sys

import pytest

from spoonbench.harness.executors.held_folder import HeldFolder

KILLED = """
import os, signal, sys
from pathlib import Path
from spoonbench.harness.executors.held_folder import HeldFolder
folder = HeldFolder(Path(sys.argv[1]))
(folder.path / "weights").write_text("left")
os.kill(os.getpid(), signal.SIGKILL)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs locks on folders")


def test_it_is_there_until_it_is_closed(tmp_path):
    held = HeldFolder(tmp_path)
    (held.path / "weights").write_text("kept")
    assert list(tmp_path.iterdir()) == [held.path]
    held.close()
    held.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_by_the_next_one(tmp_path):
    subprocess.run([sys.executable, "-P", "-c", KILLED, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    assert (left / "weights").read_text() == "left"
    held = HeldFolder(tmp_path)
    assert list(tmp_path.iterdir()) == [held.path]
    held.close()


def test_what_others_hold_stays(tmp_path):
    first, second = HeldFolder(tmp_path), HeldFolder(tmp_path)
    assert {first.path, second.path} == set(tmp_path.iterdir())
    first.close()
    assert list(tmp_path.iterdir()) == [second.path]
    second.close()
