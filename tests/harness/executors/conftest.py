"""Contestants that misbehave, in a module of their own, and jobs that run them."""

import textwrap

import pytest

from spoonbench.harness.executors.local import LocalExecutor
from spoonbench.harness.protocol import CellWork, Job, Limits
from spoonbench.solvers.api import Part, Problem, Settings

MODULE = "misbehaving_contestants"
SOURCE = '''
    import ctypes, json, os, re, signal, subprocess, sys, threading, time
    from pathlib import Path
    from spoonbench.solvers.api import (
        Answer, CurvePoint, FitReport, Guarantee, Image, Size, SolverInfo, Unsupported,
    )

    def info(**more):
        facts = dict(name="x", version="1", level=1, summary="", kinds=("number",))
        return SolverInfo(**facts, **more)

    class Echo:
        info = info()
        def prepare(self, settings):
            self.settings = settings
        def solve(self, problems):
            return [Answer(status="answered", value=problem.text) for problem in problems]
        def close(self):
            pass

    class Forked(Echo):
        info = info(requires=("sympy",))

    class Where(Echo):
        """Answers with facts about its process."""
        def solve(self, problems):
            facts = {
                "modules": [name for name in ("sympy", "torch", "numpy") if name in sys.modules],
                "environ": {k: os.environ.get(k) for k in (
                    "PYTHONHASHSEED", "HF_HUB_OFFLINE", "MALLOC_TOP_PAD_", "OMP_NUM_THREADS",
                    "TOKENIZERS_PARALLELISM", "PYTHONSAFEPATH")},
                "cwd": os.getcwd(),
                "is_cwd_searched": any(path in ("", os.getcwd()) for path in sys.path),
                "leads_session": os.getsid(0) == os.getpid(),
                "n_descriptors": len(os.listdir("/proc/self/fd")),
                "inheritable": [n for n in range(3, 100) if is_inheritable(n)],
                "main": sys.modules["__main__"].__name__,
            }
            return [Answer(status="answered", value=json.dumps(facts)) for problem in problems]

    def is_inheritable(descriptor):
        try:
            return os.get_inheritable(descriptor)
        except OSError:
            return False

    class WhereForked(Where):
        info = info(requires=("sympy",))

    class SegmentationFault(Echo):
        def solve(self, problems):
            if problems[0].text == "4":
                ctypes.string_at(0)
            return super().solve(problems)

    class SegmentationFaultForked(SegmentationFault):
        info = info(requires=("sympy",))

    class LeavesAtOnce(Echo):
        def solve(self, problems):
            os._exit(3)

    class LeavesAfterFirstCell(Echo):
        calls = 0
        def solve(self, problems):
            self.calls += 1
            if self.calls > 6:
                os._exit(3)
            return super().solve(problems)

    class KillsItself(Echo):
        def solve(self, problems):
            os.kill(os.getpid(), signal.SIGKILL)

    class Aborts(Echo):
        def solve(self, problems):
            os.abort()

    class AbortsForLackOfMemory(Echo):
        def solve(self, problems):
            os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'")
            os.abort()

    class Hangs(Echo):
        def solve(self, problems):
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            while True:
                re.match("(a+)+$", "a" * 60 + "b")

    class HangsForked(Hangs):
        info = info(requires=("sympy",))

    class Hoards(Echo):
        def solve(self, problems):
            self.hoard = []
            while True:
                self.hoard.append(bytearray(b"x" * 4_000_000))

    class HoardsForked(Hoards):
        info = info(requires=("sympy",))

    class AsksForTooMuch(Echo):
        def prepare(self, settings):
            bytearray(50_000_000_000)

    class BatchTooLarge(Echo):
        def solve(self, problems):
            if len(problems) > 1:
                raise MemoryError
            return super().solve(problems)

    class ChildHoards(Echo):
        def solve(self, problems):
            code = "x = bytearray(b'x' * 300_000_000); import time; time.sleep(60)"
            subprocess.run([sys.executable, "-c", code])
            return super().solve(problems)

    class Prints(Echo):
        def solve(self, problems):
            print("x" * 3_000_000)
            os.write(2, bytes(range(256)) * 1000)
            print("a lone \\ud800 and the end")
            return super().solve(problems)

    class PrintsMessages(Echo):
        def solve(self, problems):
            body = json.dumps({"kind": "done", "data": {}}).encode()
            os.write(1, len(body).to_bytes(4, "big") + body)
            return super().solve(problems)

    class ClosesStreams(Echo):
        def prepare(self, settings):
            os.close(1), os.close(2)
            sys.stdout = None

    class ClosesEverything(Echo):
        def solve(self, problems):
            os.closerange(0, 4096)
            time.sleep(60)

    class WritesEverywhere(Echo):
        def solve(self, problems):
            for descriptor in range(3, 4096):
                try:
                    os.write(descriptor, b"\\0\\0\\0\\5hello" * 10)
                except OSError:
                    pass
            return super().solve(problems)

    class ForgetsOne(Echo):
        def solve(self, problems):
            return super().solve(problems)[1:]

    class ReturnsStrings(Echo):
        def solve(self, problems):
            return [problem.text for problem in problems]

    class ReturnsNothing(Echo):
        def solve(self, problems):
            return None

    class TooConfident(Echo):
        def solve(self, problems):
            return [Answer(status="answered", value="1", confidence=1.5) for _ in problems]

    class NoNumber(Echo):
        def solve(self, problems):
            return [
                Answer(status="answered", value="1", log_probability=-float("inf"))
                for _ in problems
            ]

    class Raises(Echo):
        def solve(self, problems):
            if problems[0].text == "4":
                raise ValueError("four is \\ud800 too much")
            return super().solve(problems)

    class RaisesInPrepare(Echo):
        def prepare(self, settings):
            raise RuntimeError("no can do")

    class Exits(Echo):
        def solve(self, problems):
            sys.exit("enough")

    class CannotRun(Echo):
        def prepare(self, settings):
            raise Unsupported("needs a device that is not here")

    class NeedsAbsentLibrary(Echo):
        info = info(requires=("no-such-distribution>=2",))

    class StartsProcesses(Echo):
        def solve(self, problems):
            if problems[0].text == "0":
                subprocess.Popen(["sleep", "600"])
                subprocess.Popen(["sleep", "600"], start_new_session=True)
                if os.fork() == 0:
                    time.sleep(600)
            return super().solve(problems)

    class LeavesThreadRunning(Echo):
        def close(self):
            threading.Thread(target=time.sleep, args=(600,)).start()

    class Odd(Echo):
        """Answers with text that is hard to transport."""
        def solve(self, problems):
            return [
                Answer(status="answered", value="\\ud800\\x00\\x1b[31m\\u2028")
                for _ in problems
            ]

    class Learns(Echo):
        info = info(needs_training=True, keeps_weights=True)
        answer = "unlearned"
        def fit(self, training, validation, progress, checkpoints):
            for share in range(1000):
                progress(share / 1000, f"example {share}")
            if checkpoints is not None:
                (checkpoints / "seen").write_text("yes")
            self.answer = training[0].target
            curve = (CurvePoint(step=1, seconds=0.5, train_loss=0.25, validation_loss=None),)
            return FitReport(n_examples=len(training), curve=curve, notes={"n": len(validation)})
        def save(self, folder):
            (folder / "answer.txt").write_text(self.answer)
        def load(self, folder):
            try:
                self.answer = (folder / "answer.txt").read_text()
            except OSError as exc:
                raise Unsupported("the folder holds no such thing") from exc
        def size(self, problems):
            return Size(n_parameters=1, weight_bytes=4, operations_per_problem=float(len(problems)))
        def solve(self, problems):
            return [Answer(status="answered", value=self.answer) for _ in problems]

    class DivergesInTraining(Learns):
        def fit(self, training, validation, progress, checkpoints):
            return FitReport(n_examples=1, notes={"loss": float("nan")})

    class CannotLearn(Learns):
        def fit(self, training, validation, progress, checkpoints):
            raise ValueError("the examples hold one label only")

    class Network(Echo):
        info = info(requires=("torch", "transformers"))
        def prepare(self, settings):
            import torch
            torch.manual_seed(settings.seed)
            self.torch = torch
            self.layer = torch.nn.Linear(300, 300)
            optimizer = torch.optim.AdamW(self.layer.parameters())
            for _ in range(5):
                self.layer(torch.ones(200, 300)).square().mean().backward()
                optimizer.step()
        def solve(self, problems):
            threads = self.torch.get_num_threads()
            total = float(self.layer(self.torch.ones(200, 300)).sum())
            return [Answer(status="answered", value=f"{threads} {total:.3f}") for _ in problems]

    class Cores(Echo):
        """Answers with the cores of every thread, those of torch's pool among them."""
        info = info(requires=("torch", "transformers"))
        def prepare(self, settings):
            import torch
            torch.ones(400, 400) @ torch.ones(400, 400)
        def solve(self, problems):
            threads = [int(name) for name in os.listdir("/proc/self/task")]
            facts = [sorted(os.sched_getaffinity(thread)) for thread in threads]
            return [Answer(status="answered", value=json.dumps(facts)) for _ in problems]

    class Escapes(Echo):
        """Takes back all cores, as some libraries do."""
        def prepare(self, settings):
            os.sched_setaffinity(0, range(os.cpu_count()))

    class Slow(Echo):
        def solve(self, problems):
            time.sleep(0.1)
            return super().solve(problems)

    class Announces(Echo):
        """Says where it is, starts a child of its own, and then sleeps or computes for good."""
        def solve(self, problems):
            params = self.settings.params
            if params.get("grandchild"):
                subprocess.Popen(["sleep", "600"])
            Path(params["file"]).write_text(str(os.getpid()))
            while params["how"] == "sleeps":
                time.sleep(600)
            re.match("(a+)+$", "a" * 60 + "b")

    class AnnouncesForked(Announces):
        info = info(requires=("sympy",))
'''


@pytest.fixture(scope="session")
def contestants(tmp_path_factory):
    """Folder that holds the module of misbehaving contestants."""
    folder = tmp_path_factory.mktemp("contestants")
    (folder / f"{MODULE}.py").write_text(textwrap.dedent(SOURCE))
    return folder


@pytest.fixture(scope="session")
def executor(contestants):
    with LocalExecutor(extra_paths=[contestants]) as executor:
        yield executor


@pytest.fixture(scope="session")
def problems():
    return tuple(Problem(problem_id=f"p{n}", text=str(n)) for n in range(10))


@pytest.fixture(scope="session")
def make_job(problems):
    """A job of two cells: five batches of two, then ten of one."""

    def make(name, *, seconds=30.0, memory_bytes=100_000_000, params=None, **more):
        cells = (
            CellWork(cell_key="pairs", problems=problems, batch_size=2),
            CellWork(cell_key="singles", problems=problems, batch_size=1),
        )
        settings = Settings(params=params or {})
        defaults = {
            "job_id": name,
            "part": Part(name=name, target=f"{MODULE}:{name}", settings=settings),
            "cells": cells,
            "limits": Limits(seconds=seconds, memory_bytes=memory_bytes),
        }
        return Job(**(defaults | more))

    return make
