"""Models of elsewhere in one duel: a folder, weights tuned here, and servers, also broken ones."""

import json
import re
import socket
import subprocess
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from spoonbench.harness.measurements import summarize
from spoonbench.harness.store.reader import open_reader

N_ITEMS = 12
OVER = threading.Event()
FAULTS = {
    "breaks": "out of order",
    "limits": "slow down",
    "garbage": "JSON",
    "halves": "broke before the reply was whole",
    "hangs": "said nothing for 1 s",
    "forbids": "OPENAI_API_KEY",
}
"""Model that a broken server offers: what the reason says."""


class Exchange(BaseHTTPRequestHandler):
    """What happens to a question follows from the model that is asked."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.send(200, {"data": [{"id": name} for name in ("good", *FAULTS)]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        getattr(self, body["model"])()

    def send(self, status, content, **headers):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        message = {"role": "assistant", "content": "The answer is 3."}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 100, "completion_tokens": 5}
        self.send(200, {"choices": [choice], "usage": usage})

    def breaks(self):
        self.send(500, {"error": {"message": "out of order"}})

    def limits(self):
        self.send(429, {"error": {"message": "slow down"}}, Retry_After="3600")

    def garbage(self):
        self.send(200, b"\x00\xff<html>")

    def halves(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b'{"choices": [')
        self.close_connection = True

    def hangs(self):
        OVER.wait(20)

    def forbids(self):
        self.send(401, {"error": {"message": "no such key"}})


@pytest.fixture(scope="module")
def server():
    running = ThreadingHTTPServer(("127.0.0.1", 0), Exchange)
    running.daemon_threads = True
    OVER.clear()
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}"
    OVER.set()
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.fixture(scope="module")
def task_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("task") / "sums.jsonl"
    rows = []
    for i in range(40 + N_ITEMS):
        text = f"ann had {i + 1} pens, she got {i % 7 + 1} more"
        split = "test" if i >= 40 else "train"
        rows.append({"id": str(i), "question": text, "answer": i + 2 + i % 7, "split": split})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def duel(task_file, out, *words, environment=None):
    """Run a duel of answers only; returns its measurements by label."""
    command = [sys.executable, "-m", "spoonbench.harness.cli", "duel", str(task_file)]
    command += ["--out", str(out), "--no-timing", "--rounds", "1", "--preset", "quick", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=180, env=environment
    )
    assert done.returncode in {0, 3}, done.stderr
    with open_reader(out / "store.sqlite") as reader:
        (found,) = reader.duels()[:1]
        measured = summarize(found, reader.runs(), reader.answers)
        answers = {
            m.entry.label: [
                answer
                for run in reader.runs(cell_keys=[m.entry.answer_cells["test"]])
                for answer in reader.answers(run.run_id) or ()
            ]
            for m in measured
        }
    return {m.entry.label: m for m in measured}, answers, done


def test_a_folder_a_tuned_model_and_a_server_stand_in_one_duel(
    task_file, tmp_path, server, llama_folder, gpt2_folder
):
    llama, tuned = llama_folder.name, f"{gpt2_folder.name}-lora"
    words = ["--model", str(llama_folder), "--shots", "1", "--init", str(gpt2_folder)]
    words += ["--tune", "lora", "--set", f"{tuned}.epochs=1", "--set", f"{llama}.max_new_tokens=8"]
    words += ["--endpoint", f"{server}/v1", "--endpoint-model", "good"]
    words += ["--price-in", "10", "--price-out", "20", "--only", f"rules,{llama},{tuned},good"]
    measured, answers, done = duel(task_file, tmp_path, *words)
    assert done.returncode == 0
    assert {m.status for m in measured.values()} == {"ok"}, done.stdout
    assert {label: len(said) for label, said in answers.items()} == dict.fromkeys(measured, N_ITEMS)
    assert measured["rules"].entry.level == 1
    assert measured["good"].price_per_answer == pytest.approx((100 * 10 + 5 * 20) / 1e6)
    assert measured["good"].peak_bytes is None
    assert measured[tuned].n_training == 36
    assert "LoRA" in measured[tuned].entry.trained_from


def test_every_failure_of_a_server_is_a_row_with_a_reason(task_file, tmp_path, server):
    options = ["--endpoint", f"{server}/v1", "--shots", "1", "--only", ",".join(["rules", *FAULTS])]
    for fault in FAULTS:
        options += ["--endpoint-model", fault]
        options += ["--set", f"{fault}.timeout_s=1", "--set", f"{fault}.retries=1"]
    measured, answers, done = duel(task_file, tmp_path, *options)
    assert done.returncode == 0
    assert measured["rules"].status == "ok"
    notes = " ".join(done.stdout.split())
    for fault, words in FAULTS.items():
        announced = f"{fault}: up to {N_ITEMS} requests to {server}/v1"
        assert announced in done.stderr.splitlines()
        assert re.search(
            rf"{fault} failed to answer 12 of 12 items: ((?!--fresh).)*({words})", notes
        )
        assert measured[fault].score("test").coverage.n_successes == 0
        assert len(answers[fault]) == N_ITEMS
        for answer in answers[fault]:
            assert answer.status == "failed"
            assert re.search(words, answer.reason), answer.reason


def test_a_server_that_is_not_there_is_a_row_with_a_reason(task_file, tmp_path):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--endpoint", f"http://127.0.0.1:{port}/v1", "--endpoint-model", "m"]
    measured, _, done = duel(task_file, tmp_path, *options, "--only", "rules,m")
    assert done.returncode == 0
    assert measured["m"].status == "skipped"
    assert str(port) in measured["m"].reason
    assert measured["rules"].status == "ok"
