import threading

import pytest

from spoonbench.solvers.api import Settings, Unsupported
from spoonbench.solvers.llm.endpoint.address import base_url, is_loopback
from spoonbench.solvers.llm.endpoint.parameters import read_endpoint
from spoonbench.solvers.llm.endpoint.solver import EndpointSolver

GOOD = {"url": "http://localhost:8000", "model": "m"}


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("http://localhost:8000/", "http://localhost:8000/v1"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1"),
        ("https://host/v1/", "https://host/v1"),
        ("https://host/openai", "https://host/openai/v1"),
        ("https://host/v1beta/openai/", "https://host/v1beta/openai"),
        ("http://[::1]:8000", "http://[::1]:8000/v1"),
    ],
)
def test_a_version_is_added_where_there_is_none(url, base):
    assert base_url(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://host",
        "http://",
        "file:///etc/passwd",
        "http://host:99999999",
        "http://[::1",
        "http://host/a b",
        "https://host/v1/chat/completions",
        "https://host/v1/models",
    ],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(Unsupported, match="url"):
        base_url(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1", True),
        ("http://LOCALHOST.:1", True),
        ("http://a.localhost", True),
        ("http://127.3.2.1", True),
        ("http://[::1]", True),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost.example.org", False),
        ("http://192.168.0.1", False),
        ("http://0.0.0.0", False),
    ],
)
def test_which_servers_run_here(url, expected):
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"urls": "x"}, "Did you mean 'url'"),
        ({"api": "responses"}, "api must be"),
        ({"shots": -1}, "shots"),
        ({"shots": 1.5}, "an integer"),
        ({"shots": True}, "an integer"),
        ({"max_new_tokens": 0}, "max_new_tokens"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": float("nan")}, "timeout_s"),
        ({"concurrency": 0}, "concurrency"),
        ({"stream": 1}, "true or false"),
        ({"stop_strings": "x"}, "list of strings"),
        ({"stop_strings": [""]}, "list of strings"),
        ({"price_in": 1.0}, "both price_in and price_out"),
        ({"key_variable": "sk-not a name"}, "name of an environment variable"),
        ({"model": ""}, "needs model"),
        ({"model": 7}, "model must be a text"),
        ({"url": None}, "needs url"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(params, said):
    with pytest.raises(Unsupported, match=said):
        read_endpoint({**GOOD, **params})


def test_prices_may_be_null():
    endpoint = read_endpoint({**GOOD, "price_in": None, "price_out": None})
    assert endpoint.cost(10, 10) is None


def test_what_is_free_costs_nothing_whatever_the_server_counts():
    endpoint = read_endpoint({**GOOD, "price_in": 0, "price_out": 0})
    assert endpoint.cost(10, 10) == 0
    assert endpoint.cost(None, None) == 0
    assert read_endpoint({**GOOD, "price_in": 0, "price_out": 2.0}).cost(None, None) is None


@pytest.mark.parametrize(
    "settings",
    [
        {"device": "cuda"},
        {"dtype": "bfloat16"},
        {"quantization": "int8"},
        {"threads": 0},
    ],
)
def test_what_the_server_decides_cannot_be_set(settings):
    with pytest.raises(Unsupported, match="endpoint"):
        EndpointSolver().prepare(Settings(params=GOOD, **settings))


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTP_PROXY", "gopher://me:hunter2@proxy"),
        ("HTTP_PROXY", "http://[me:hunter2"),
        ("SSL_CERT_FILE", "/no/such/hunter2.pem"),
    ],
)
def test_an_environment_that_cannot_be_used_is_named_without_its_secrets(
    monkeypatch, variable, value
):
    monkeypatch.setenv(variable, value)
    params = {"url": "https://server.invalid", "model": "m", "key_variable": ""}
    before = threading.active_count()
    solver = EndpointSolver()
    with pytest.raises(Unsupported, match=f"look at .*{variable}") as caught:
        solver.prepare(Settings(params=params))
    assert "hunter2" not in str(caught.value)
    assert threading.active_count() == before
    solver.close()


def test_a_proxy_is_not_used_for_this_machine(ask, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert ask("add 2 and 3")[0].value == "5"
