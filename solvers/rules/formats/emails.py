"""E-mail addresses: a dot-atom, "@", and a host name.

Sources: RFC 5322, 3.4.1 and 3.2.3 (dot-atom); RFC 5321, 4.5.3.1 (64 octets before the "@", 254 in
all); RFC 1035, 2.3.1, and RFC 1123, 2.1 (host names); RFC 3696, 2 (the last label is not all
digits).

Not covered: quoted local parts, comments, domain literals, other scripts, host names without a dot;
all of them are abstained from. White space is called invalid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.formats import Reader

MOST_LOCAL, MOST_LABEL, MOST_ADDRESS = 64, 63, 254

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+")
_LABEL = re.compile(r"[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+")


def _read_email(text: str) -> Reading:
    local, at, domain = text.rpartition("@")
    if _is_unusual(text, local, domain):
        return NotCovered("quotes, comments, domain literals and other scripts are not read")
    if not at:
        return Fault("there is no @")
    if not _LOCAL.fullmatch(local):
        return Fault("the part before the @ is no atoms with single dots between them")
    if len(local) > MOST_LOCAL or len(text) > MOST_ADDRESS:
        return Fault("it is longer than an address can be")
    return _judge_domain(domain) or Value(f"{local}@{domain.lower()}")


def _judge_domain(domain: str) -> Fault | NotCovered | None:
    """None for a host name that will do."""
    labels = domain.split(".")
    wrong = next((label for label in labels if not _LABEL.fullmatch(label)), None)
    if wrong is not None:
        return Fault(f"{wrong!r} is no part of a host name")
    if max(map(len, labels)) > MOST_LABEL:
        return Fault("a part of the host name is longer than it can be")
    if labels[-1].isdigit():
        return Fault("the top-level domain is a number")
    if len(labels) == 1:
        return NotCovered("whether a host name without a dot will do is not settled")
    return None


def _is_unusual(text: str, local: str, domain: str) -> bool:
    """Whether it is in another script, or has quotes, brackets or parentheses in pairs."""
    is_quoted = len(local) > 1 and local.startswith('"') and local.endswith('"')
    is_literal = domain.startswith("[") and domain.endswith("]")
    has_comment = 0 <= text.find("(") < text.rfind(")")
    return not text.isascii() or is_quoted or is_literal or has_comment


READERS: Mapping[str, Reader] = {"e-mail address": _read_email}
