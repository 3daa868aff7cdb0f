"""Runs lm-evaluation-harness as its own command does, and says how long it generated.

    python timed_lm_eval.py TIMES.json run --model hf ...

Everything after the first argument is lm-eval's. The clock runs around its `generate_until`.
"""

import json
import sys
import time
from pathlib import Path

from lm_eval.__main__ import cli_evaluate
from lm_eval.models.huggingface import HFLM

generate_until = HFLM.generate_until
seconds: list[float] = []


def timed(self, *args, **kwargs):
    start = time.perf_counter_ns()
    try:
        return generate_until(self, *args, **kwargs)
    finally:
        seconds.append((time.perf_counter_ns() - start) / 1e9)


if __name__ == "__main__":
    times, sys.argv = Path(sys.argv[1]), ["lm_eval", *sys.argv[2:]]
    HFLM.generate_until = timed
    cli_evaluate()
    times.write_text(json.dumps({"generation_s": sum(seconds)}), encoding="utf-8")
