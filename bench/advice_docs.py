"""Runs the commands of docs/advise.md again and puts what they print beside them.

python bench/advice_docs.py [RESULTS]

RESULTS is the folder of results that commands with --task read [spoonbench-results].
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs" / "advise.md"
BLOCK = re.compile(r"```console\n\$ (spoonbench advise .*)\n(?s:.*?)```")
CODE = "import sys; from spoonbench.harness.cli import main; sys.exit(main())"


def answered(command: str, results: str) -> str:
    """What a command prints, 80 columns wide."""
    words = shlex.split(command)[1:]
    out = results if "word-problems" in words else "/nonexistent"
    shown = subprocess.run(
        [sys.executable, "-P", "-c", CODE, *words, "--out", out],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "COLUMNS": "80"},
    )
    # As it is printed of the usual folder.
    return shown.stdout.replace(f" --out {out}", "").replace(out, "spoonbench-results")


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else "spoonbench-results"

    def renewed(match: re.Match[str]) -> str:
        command = match[1]
        return f"```console\n$ {command}\n{answered(command, folder)}```"

    DOCS.write_text(BLOCK.sub(renewed, DOCS.read_text("utf-8")), "utf-8")
