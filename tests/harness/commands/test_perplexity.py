"""`spoonbench perplexity` as a person uses it."""

import hashlib
import json
import math
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from spoonbench.harness.cli import cli
from spoonbench.harness.commands.perplexity import bits_per_byte, perplexity
from spoonbench.harness.errors import explain
from spoonbench.solvers.texts import TextLikelihood

TEXT = "Ann had 3 apples, a card and a bill. Où est-ce ? " * 12


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.txt").write_bytes(TEXT.encode())


@pytest.fixture
def run(trained_results):
    def run(*words, code=0, text="text.txt", columns=100):
        said = ["perplexity", *map(str, words), "--text", text, "--results", str(trained_results)]
        done = CliRunner(env={"COLUMNS": str(columns)}).invoke(cli, said)
        sentence = explain(done.exception) if done.exception is not None else None
        assert (3 if sentence else done.exit_code) == code, done.output
        return done if sentence is None else sentence

    return run


def likelihood(log_likelihood, n_tokens, n_bytes):
    return TextLikelihood(
        log_likelihood=log_likelihood,
        n_tokens=n_tokens,
        n_bytes=n_bytes,
        n_unscored_bytes=0,
        n_windows=1,
        window=8,
        stride=4,
    )


def test_a_coin_has_perplexity_2_and_a_byte_of_8_coins_8_bits():
    coins = likelihood(80 * math.log(0.5), 80, 10)
    assert perplexity(coins) == pytest.approx(2.0)
    assert bits_per_byte(coins) == pytest.approx(8.0)
    assert perplexity(likelihood(-1e6, 1, 1)) == math.inf


def test_every_model_is_a_row_with_window_and_speed(run, gpt2_folder, llama_folder):
    done = run("lm-mine", gpt2_folder, llama_folder, "--json")
    found = json.loads(done.stdout)
    assert found["text"]["sha256"] == hashlib.sha256(TEXT.encode()).hexdigest()
    assert found["text"]["bytes"] == len(TEXT.encode())
    assert [row["window"] for row in found["models"]] == [64, 512, 1024]
    for row in found["models"]:
        assert row["n_bytes"] + row["n_unscored_bytes"] == len(TEXT.encode())
        nats = math.log(row["perplexity"]) * row["n_tokens"]
        assert row["bits_per_byte"] == pytest.approx(nats / math.log(2) / row["n_bytes"])
        assert row["log_likelihood"] == pytest.approx(-nats)
        assert row["tokens_per_s"] > 0
    assert len({row["tokenizer_sha256"] for row in found["models"]}) == 3


def test_what_may_be_compared_is_said(run, gpt2_folder, llama_folder):
    both = run(gpt2_folder, llama_folder, "--window", "32", "--stride", "8").stdout
    assert "Here tokenizers differ: compare bits per byte" in both
    assert "Here windows differ" not in both
    assert "32/8" in both
    assert "Here windows differ" in run(gpt2_folder, llama_folder).stdout
    same = run(gpt2_folder, gpt2_folder).stdout
    assert "differ" not in same
    assert "same tokenizer and window only" in same


def test_a_model_that_cannot_read_is_a_row_and_stops_nobody(run, gpt2_folder):
    done = run("nobody", gpt2_folder, "lm-mine", "--window", "100")
    assert "There is no model 'nobody'" in done.stdout
    assert "lm-mine: the window must be at least 1 and at most 64" in done.stdout
    rows = json.loads(run("nobody", gpt2_folder, "--json").stdout)["models"]
    assert [row["failure"] is None for row in rows] == [False, True]
    assert "at most 64" in run("lm-mine", "--window", "100", code=3)


@pytest.mark.parametrize("columns", [80, 200])
def test_the_table_fits(run, gpt2_folder, columns, tmp_path):
    (tmp_path / "m").symlink_to(gpt2_folder)
    table = run("lm-mine", "./m", columns=columns).stdout.split("\n\n")[1]
    assert all(len(line) <= columns for line in table.splitlines())
    upper, lower, *rows = table.splitlines()
    assert upper.split() == ["token-", "bits/", "window/", "tokens"]
    assert lower.split() == ["model", "izer", "tokens", "perplexity", "byte", "stride", "s", "/s"]
    assert [row.split()[:2] for row in rows] == [["lm-mine", "A"], ["./m", "B"]]


def test_texts_that_are_none_are_sentences(run, tmp_path):
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "latin").write_bytes("Où".encode("latin-1"))
    (tmp_path / "binary").write_bytes(b"a\0b")
    for name, said in (
        ("none", "There is no file none"),
        (".", "is a folder"),
        ("empty", "is empty"),
        ("latin", "no UTF-8 text: invalid start byte at byte 1"),
        ("binary", "zero bytes"),
    ):
        assert said in run("lm-mine", text=name, code=3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "No model"),
        (("lm-mine", "--endpoint-model", "a"), "belong together"),
        (("lm-mine", "--window", "8", "--stride", "9"), "--stride 9 is more than --window 8"),
        (("lm-mine", "--window", "0"), "0"),
    ],
)
def test_words_that_do_not_go_together_are_usage(run, words, said):
    assert said in run(*words, code=2).stderr


class _Echo(BaseHTTPRequestHandler):
    """Says of every byte but the first that one in two bytes would have been it."""

    def do_GET(self):
        self._say({"object": "list", "data": [{"id": "m"}]})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self.path.endswith("/completions"):
            self._say({"error": {"message": "not here"}}, status=404)
            return
        tokens = list(asked["prompt"])
        values = [None, *[math.log(0.5)] * (len(tokens) - 1)]
        logprobs = {"tokens": [*tokens, "!"], "token_logprobs": [*values, -1.0]}
        choice = {"index": 0, "text": "", "finish_reason": "length", "logprobs": logprobs}
        self._say({"choices": [choice], "usage": {"prompt_tokens": len(tokens)}})

    def _say(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_served_model_stands_beside_one_of_here(run, tmp_path):
    (tmp_path / "plain.txt").write_text("ann had 3 pens. " * 4)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        served = ("--endpoint", f"http://127.0.0.1:{server.server_port}", "--endpoint-model", "m")
        done = run("lm-mine", *served, "--json", text="plain.txt")
        server.shutdown()
        thread.join()
    rows = {row["model"]: row for row in json.loads(done.stdout)["models"]}
    assert rows["m"]["perplexity"] == pytest.approx(2.0)
    assert rows["m"]["bits_per_byte"] == pytest.approx(1.0)
    assert rows["lm-mine"]["bits_per_byte"] > 0
