"""The script that measures what the harness costs; its figures are not looked at here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "bench" / "harness_cost.py"
LINE = re.compile(r"rules: (?P<what>[^:]+): .*; bar under [^:]+: (?P<verdict>holds|MISSED)")


@pytest.mark.skipif(sys.platform != "linux", reason="clocks that all processes share are Linux's")
def test_each_cost_is_printed_with_its_bar_and_the_exit_code_says_whether_all_hold():
    words = ["--contestants", "rules", "--seconds", "0.3", "--pass-seconds", "0.1", "--rounds", "2"]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    first, *lines, last = done.stdout.splitlines()
    assert "cores; load" in first, done.stderr
    found = [LINE.fullmatch(line) for line in lines]
    assert [one and one["what"] for one in found] == [
        "the parent, no terminal",
        "the parent, bars on a terminal",
        "added to the calls",
        "added to the whole pass",
        "added beside each call",
        "added to a fresh start",
    ]
    n_missed = sum(one["verdict"] == "MISSED" for one in found)
    assert last == (f"{n_missed} bars do not hold" if n_missed else "all bars hold")
    assert done.returncode == (1 if n_missed else 0)
