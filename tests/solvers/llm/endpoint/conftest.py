"""A server on loopback that does what a test tells it to, and a contestant that asks it."""

import collections
import contextlib
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from spoonbench.solvers.api import Example, Problem, Settings
from spoonbench.solvers.llm.endpoint.solver import EndpointSolver

USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}


Seen = collections.namedtuple("Seen", "command path headers body port")


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    fake: "FakeServer"

    def handle_error(self, request, client_address):
        """Clients that hang up are part of the tests."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Exchange(BaseHTTPRequestHandler):
    """One request; `self.server.behave` answers it."""

    server: Server
    body: Any
    protocol_version = "HTTP/1.1"
    # Otherwise a body waits 40 ms for the acknowledgement of its head.
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.body = None
        self._serve(self.server.fake.behave_get)

    def do_POST(self):
        self.body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._serve(self.server.fake.behave)

    def _serve(self, behave):
        # One object serves all requests of a connection.
        seen = Seen(
            self.command, self.path, dict(self.headers.items()), self.body, self.client_address[1]
        )
        self.server.fake.requests.append(seen)
        with contextlib.suppress(OSError):
            (Exchange.cut if self.server.fake.over.is_set() else behave)(self)

    def send(self, content, *, status=200, kind="application/json", length=True, **headers):
        content = content if isinstance(content, bytes) else content.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length:
            self.send_header("Content-Length", str(len(content)))
        else:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def send_json(self, value, **options):
        self.send(json.dumps(value), **options)

    def send_text(self, text, *, finish="stop", usage=USAGE, **more):
        """A whole reply in the form that was asked for."""
        if "messages" in self.body:
            choice = {"index": 0, "message": {"role": "assistant", "content": text}}
        else:
            choice = {"index": 0, "text": text}
        self.send_json({"choices": [{**choice, "finish_reason": finish, **more}], "usage": usage})

    def start_stream(self):
        self.send(b"", kind="text/event-stream", length=False)

    def send_event(self, value):
        text = value if isinstance(value, str) else json.dumps(value)
        self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()

    def send_piece(self, text=None, finish=None, **more):
        if "messages" in self.body:
            choice = {"index": 0, "delta": {} if text is None else {"content": text}}
        else:
            choice = {"index": 0, "text": text or ""}
        self.send_event({"choices": [{**choice, "finish_reason": finish, **more}]})

    def send_stream(self, *texts, finish="stop", usage=USAGE, done=True, **more):
        """A streamed reply."""
        self.start_stream()
        for text in texts:
            self.send_piece(text)
        if finish:
            self.send_piece(finish=finish, **more)
        if usage:
            self.send_event({"choices": [], "usage": usage})
        if done:
            self.send_event("[DONE]")

    def reply(self, *texts, **options):
        """Streamed or whole, as it was asked for."""
        if self.body.get("stream"):
            self.send_stream(*texts, **options)
        else:
            self.send_text("".join(texts), **options)

    def hang(self):
        """Say nothing more until the test is over."""
        self.server.fake.over.wait(30)
        self.close_connection = True

    def cut(self):
        """Close the connection."""
        self.close_connection = True
        self.connection.close()

    @property
    def question(self):
        """The last question of the prompt."""
        text = self.body.get("prompt") or self.body["messages"][-1]["content"]
        return text.rpartition("Question: ")[2].removesuffix("\nAnswer:")


class FakeServer:
    """A server whose behaviour is a function of the exchange."""

    def __init__(self):
        self.over = threading.Event()
        self.requests: list[Seen] = []
        self.behave: Any = lambda exchange: exchange.reply("The answer is ", "5.")
        self.behave_get: Any = lambda exchange: exchange.send_json({"data": [{"id": "small"}]})
        self._server = Server(("127.0.0.1", 0), Exchange)
        self._server.fake = self
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def posts(self):
        return [seen for seen in self.requests if seen.command == "POST"]

    def close(self):
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def fake():
    server = FakeServer()
    yield server
    server.close()


@pytest.fixture
def training():
    return [
        Example(problem=Problem(problem_id=f"t{i}", text=f"add {i} and 2", kind="number"), target=t)
        for i, t in enumerate(["2", "3", "4", "5", "6", "7"])
    ]


class Asker:
    """Asks the fake server: texts of questions and parameters; gives the answers."""

    def __init__(self, url, training):
        self._url, self._training = url, training
        self.opened: list[EndpointSolver] = []

    def __call__(self, *questions, **params):
        return self.make(**params).solve(self.problems(*questions))

    def make(self, *, fits=True, **params):
        solver = EndpointSolver()
        self.opened.append(solver)
        quick = {"timeout_s": 10.0, "backoff_s": 0.01, "retries": 1}
        settings = Settings(params={"url": self._url, "model": "small", **quick, **params})
        solver.prepare(settings)
        if fits:
            solver.fit(self._training, [], lambda *_: None, None)
        return solver

    def problems(self, *questions):
        return [Problem(problem_id=f"p{i}", text=q, kind="number") for i, q in enumerate(questions)]


@pytest.fixture
def ask(fake, training, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    asker = Asker(fake.url, training)
    yield asker
    for solver in asker.opened:
        solver.close()


@pytest.fixture
def failure(ask, fake):
    """The reason of a failed answer."""

    def run(behave, **params):
        fake.behave = behave
        (answer,) = ask("add 2 and 3", **params)
        assert (answer.status, answer.value) == ("failed", None)
        return answer.reason

    return run
