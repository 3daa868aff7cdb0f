"""Where a server is: its base address, checked, and as it may be shown.

An address is a parameter and is kept with every result, so one that carries a secret is refused.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

from spoonbench.solvers.api import Unsupported

_VERSION = re.compile(r"v\d")
_PATHS = ("/completions", "/models", "/responses")


def base_url(url: str) -> str:
    """The address under which `/chat/completions` and the others lie.

    `/v1` is added unless the path has a version already.

    Raises:
        Unsupported: no http or https address, or one with a user name, a password or a query.

    >>> base_url("http://localhost:8000")
    'http://localhost:8000/v1'
    >>> base_url("https://host/v1beta/openai/")
    'https://host/v1beta/openai'
    """
    try:
        parts = urlsplit(url.strip())
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise Unsupported("url is no address: give one like http://localhost:8000/v1") from exc
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise Unsupported(
            "url holds a user name, a password, a query or a fragment, and addresses are kept with "
            "the results: leave it out, and put the key into the environment (key_variable)"
        )
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise Unsupported("url must be an address like http://localhost:8000/v1 or https://...")
    path = parts.path.rstrip("/")
    if path.endswith(_PATHS):
        raise Unsupported(f"url must end before {path[path.rfind('/') :]}: give the part up to /v1")
    if not any(_VERSION.match(segment) for segment in path.split("/")):
        path += "/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def is_loopback(url: str) -> bool:
    """The server runs on this machine.

    >>> is_loopback("http://[::1]:8000"), is_loopback("http://127.0.0.1.example.org")
    (True, False)
    """
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def without_secrets(url: str) -> str:
    """An address of elsewhere as it may be shown: no user, password, query or fragment.

    >>> without_secrets("https://me:secret@host:1/path?token=secret#x")
    'https://host:1/path'
    """
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
    except ValueError:
        return "an address that cannot be read"
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))
