"""`spoonbench generate` as a person uses it."""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from spoonbench.harness.cli import cli
from spoonbench.harness.commands import generating
from spoonbench.harness.errors import explain
from spoonbench.solvers.texts import Decoding, Generation

KNOWN = "ann has 3 pens\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def generate(trained_results):
    """Runs the command; `code` is what the process would end with."""

    def run(*words, code=0, **more):
        said = ["generate", *map(str, words), "--results", str(trained_results)]
        done = CliRunner().invoke(cli, said, **more)
        sentence = explain(done.exception) if done.exception is not None else None
        assert (3 if sentence else done.exit_code) == code, done.output
        return done if sentence is None else sentence

    return run


@pytest.fixture
def prompts(tmp_path):
    path = tmp_path / "prompts.jsonl"
    texts = [f"ann has {i % 5} pens\n" for i in range(6)]
    texts.insert(2, "ann has pens " * 60)
    rows = [{"id": f"p{i}", "prompt": text} for i, text in enumerate(texts)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def test_one_prompt_prints_the_text_and_what_stopped_it(generate):
    done = generate("lm-mine", KNOWN, "--max-new-tokens", "10")
    assert done.stdout == " The answer is 3.\n"
    assert done.stderr.startswith("Its end token stopped it: ")
    assert "tokens/s" in done.stderr
    stopped = generate("lm-mine", KNOWN, "--max-new-tokens", "10", "--stop", "answer")
    assert stopped.stdout == " The answer\n"
    assert stopped.stderr.startswith("A stop string stopped it")
    assert generate("lm-mine", KNOWN, "--max-new-tokens", "2").stderr.startswith("The limit")


def test_one_prompt_as_json_names_all_settings(generate):
    drawn = ("--temperature", "0.5", "--top-k", "3", "--top-p", "0.9", "--seed", "4")
    others = ("--repetition-penalty", "1.1", "--stop", r"\n", "--max-new-tokens", "8", "--json")
    row = json.loads(generate("lm-mine", KNOWN, *drawn, *others).stdout)
    assert row["decoding"] == {
        "max_new_tokens": 8,
        "stop_strings": ["\n"],
        "temperature": 0.5,
        "top_p": 0.9,
        "top_k": 3,
        "repetition_penalty": 1.1,
        "seed": 4,
    }
    assert row["prompt"] == KNOWN
    assert row["log_probability"] < 0
    assert 0 < row["first_token_s"] < row["seconds"]
    assert row["tokens_out"] > 0


def test_a_prompt_that_does_not_fit_is_a_line_and_stops_nobody(generate, prompts, tmp_path):
    out = tmp_path / "texts.jsonl"
    limit = ("--max-new-tokens", "10")
    done = generate("lm-mine", "--file", prompts, *limit, "--batch-size", "4", "--out", out)
    rows = lines(out.read_text())
    assert [row["id"] for row in rows] == [f"p{i}" for i in range(7)]
    assert [row["text"] is None for row in rows] == [i == 2 for i in range(7)]
    assert "the model reads 64 in all" in rows[2]["failure"]
    assert rows[0]["text"] == " The answer is 0."
    assert "6 texts in " in done.stderr
    assert "1 without (see failure)" in done.stderr
    assert done.stdout == ""
    assert not (tmp_path / "texts.jsonl.partial").exists()
    again = generate("lm-mine", "--file", prompts, *limit)
    assert [r["text"] for r in lines(again.stdout)] == [r["text"] for r in rows]


def test_the_batch_size_changes_nothing_that_is_drawn(generate, prompts):
    words = ("lm-mine", "--file", prompts, "--temperature", "1.5", "--max-new-tokens", "10")
    drawn = {}
    for size in (1, 3, 16):
        rows = lines(generate(*words, "--seed", "5", "--batch-size", str(size)).stdout)
        drawn[size] = [(row["text"], row["decoding"]["seed"]) for row in rows]
    assert drawn[1] == drawn[3] == drawn[16]
    assert [seed for _, seed in drawn[1]] == list(range(5, 12))
    text = generate("lm-mine", "ann has 4 pens\n", *words[3:], "--seed", "10").stdout
    assert text == f"{drawn[1][5][0]}\n"


def test_a_file_as_json_is_one_object(generate, prompts, tmp_path):
    found = json.loads(generate("lm-mine", "--file", prompts, "--json").stdout)
    assert found["n_texts"] == len(found["texts"]) == 7
    assert found["model"] == "lm-mine"
    assert found["decoding"]["temperature"] == 0.0
    out = tmp_path / "texts.jsonl"
    found = json.loads(generate("lm-mine", "--file", prompts, "--out", out, "--json").stdout)
    assert found["out"] == str(out)
    assert len(lines(out.read_text())) == 7


def test_standard_input_is_read(generate):
    done = generate("lm-mine", "--file", "-", input="one\ntwo\n")
    assert [row["prompt"] for row in lines(done.stdout)] == ["one", "two"]


def test_a_folder_of_elsewhere_goes_on_and_chats(generate, llama_folder, gpt2_folder):
    words = ("ann had", "--max-new-tokens", "5", "--json")
    plain = json.loads(generate(llama_folder, *words).stdout)
    chat = json.loads(generate(llama_folder, *words, "--chat").stdout)
    assert chat["chat"]
    assert chat["tokens_in"] > plain["tokens_in"]
    assert "no chat template" in generate(gpt2_folder, *words, "--chat", code=3)
    assert "leave out --chat" in generate("lm-mine", *words, "--chat", code=3)


def test_terminal_escapes_of_a_model_do_no_harm(generate, monkeypatch):
    text = Generation(text="a\x1b[31m\tb\nc", tokens_in=1, tokens_out=2, stopped_by="limit")
    monkeypatch.setattr(generating, "_go_on", lambda *_: [text])
    assert generate("lm-mine", KNOWN).stdout == "a\\x1b[31m\tb\nc\n"


def test_an_interrupted_file_keeps_the_lines_it_has(generate, prompts, tmp_path, monkeypatch):
    go_on = generating._go_on
    calls = []

    def interrupted(*args):
        calls.append(args)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return go_on(*args)

    monkeypatch.setattr(generating, "_go_on", interrupted)
    out = tmp_path / "texts.jsonl"
    words = ("lm-mine", "--file", prompts, "--batch-size", "1", "--out", out)
    done = generate(*words, "--max-new-tokens", "10", code=130)
    assert not out.exists()
    assert len(lines((tmp_path / "texts.jsonl.partial").read_text())) == 2
    assert "2 lines are in" in done.stderr
    assert "goes on where it stopped" not in done.stderr


def test_too_little_memory_is_a_sentence(generate, prompts, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(generating, "_continuing", lambda *_, **__: full)
    assert "smaller --batch-size" in generate("lm-mine", "--file", prompts, code=3)


def test_prompts_are_halved_with_their_own_seeds():
    seen: list[tuple[str, int]] = []

    def go_on(texts, decoding):
        if "bad" in texts:
            raise ValueError("bad")
        seen.extend((text, decoding.seed + row) for row, text in enumerate(texts))
        return [
            Generation(text=text, tokens_in=1, tokens_out=1, stopped_by="limit") for text in texts
        ]

    texts = ["a", "b", "bad", "d", "e", "bad", "g"]
    found = generating._go_on(go_on, texts, Decoding(seed=100))
    assert [text.text for text in found] == ["a", "b", "", "d", "e", "", "g"]
    assert [text.failure for text in found].count("bad") == 2
    assert seen == [(text, 100 + i) for i, text in enumerate(texts) if text != "bad"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "No model"),
        (("lm-mine",), "No prompt"),
        (("lm-mine", "a", "b"), "quote it"),
        (("lm-mine", "a", "--file", "b.txt"), "exclude each other"),
        (("lm-mine", "a", "--endpoint", "http://localhost:1"), "belong together"),
        (("lm-mine", "a", "--prompt-column", "text"), "needs --file"),
        (("lm-mine", "a", "--top-p", "0.5"), "--top-p needs --temperature"),
        (("lm-mine", "a", "--seed", "1"), "--seed needs --temperature"),
        (("lm-mine", "a", "--stop", r"\q"), "a backslash begins"),
        (("lm-mine", "a", "--temperature", "-1"), "-1"),
        (("lm-mine", "a", "--temperature", "1", "--top-p", "0"), "0.0"),
        (("lm-mine", "a", "--max-new-tokens", "0"), "0"),
        (("lm-mine", "a", "--repetition-penalty", "0"), "0"),
    ],
)
def test_words_that_do_not_go_together_are_usage(generate, words, said):
    assert said in generate(*words, code=2).stderr


def test_wrong_inputs_are_sentences(generate, tmp_path):
    assert "Did you mean 'lm-mine'?" in generate("lm-mien", "a", code=3)
    assert "There is no file" in generate("lm-mine", "--file", "none.txt", code=3)
    assert "there is no folder" in generate("lm-mine", "a", "--out", "none/out.jsonl", code=3)
    assert "in all" in generate("lm-mine", "ann has pens " * 60, code=3)
    assert "nothing that" in generate("lm-mine", "", code=3)
    assert "nothing" in generate("lm-mine", KNOWN, "--set", "nothing=1", code=3)


def test_a_device_that_is_not_there_is_a_sentence(generate, llama_folder):
    assert "no device 'cuda:99'" in generate(llama_folder, "a", "--device", "cuda:99", code=3)


def test_a_damaged_folder_is_a_sentence(generate, llama_folder, tmp_path):
    copy = shutil.copytree(llama_folder, tmp_path / "copy")
    (copy / "tokenizer.json").write_text("{")
    assert "copy" in generate("./copy", "a", code=3)


class _Server(BaseHTTPRequestHandler):
    """Repeats the prompt in capitals, or refuses it; keeps what it was asked."""

    asked: ClassVar[list[tuple[str, dict[str, Any]]]] = []

    def do_GET(self):
        self._say({"object": "list", "data": []})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, asked))
        text = asked["prompt"] if "prompt" in asked else asked["messages"][-1]["content"]
        if text == "bad":
            self._say({"error": {"message": "no such thing"}}, status=400)
            return
        said = {"text": text.upper()}
        if "messages" in asked:
            said = {"message": {"role": "assistant", "content": text.upper()}}
        usage = {"prompt_tokens": 2, "completion_tokens": 3}
        choice = {"index": 0, "finish_reason": "length", **said}
        self._say({"choices": [choice], "usage": usage})

    def _say(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as found:
        _Server.asked.clear()
        thread = threading.Thread(target=found.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield found
        found.shutdown()
        thread.join()


def test_an_endpoint_goes_on_and_chats(generate, server, tmp_path):
    url = f"http://127.0.0.1:{server.server_port}"
    served = ("--endpoint", url, "--endpoint-model", "m", "--set", "stream=false")
    done = generate("hello", *served)
    assert done.stdout == "HELLO\n"
    assert "3 tokens in" in done.stderr
    (path, asked) = _Server.asked[-1]
    assert path.endswith("/completions")
    assert "chat" not in path
    assert asked["prompt"] == "hello"
    assert generate("hello", *served, "--chat").stdout == "HELLO\n"
    assert "chat" in _Server.asked[-1][0]
    (tmp_path / "prompts.txt").write_text("one\nbad\nthree\n")
    rows = lines(generate("--file", "prompts.txt", *served, "--batch-size", "2").stdout)
    assert [row["text"] for row in rows] == ["ONE", None, "THREE"]
    assert "no such thing" in rows[1]["failure"]


def test_an_endpoint_that_is_not_there_is_a_sentence(generate):
    served = ("--endpoint", "http://127.0.0.1:9", "--endpoint-model", "m")
    assert "127.0.0.1:9" in generate("hello", *served, code=3)
