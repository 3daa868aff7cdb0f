"""E-mail addresses: a dot-atom, "@", and a host name.

Sources: RFC 5322, 3.4.1 and 3.2.3 (dot-atom); RFC 5321, 4.5.3.1 (64 octets before the "@", 254 in
all); RFC 1035, 2.3.1, and RFC 1123, 2.1 (host names). A host name has at least one dot.

Not covered: quoted local parts, comments, white space, domain literals, other scripts: all of them
are called invalid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.formats import Reader

MOST_LOCAL, MOST_LABEL, MOST_ADDRESS = 64, 63, 254

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]++"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*+")
_LABEL = re.compile(r"[A-Za-z0-9]++(?:-++[A-Za-z0-9]++)*+")


def _read_email(text: str) -> Reading:
    local, at, domain = text.rpartition("@")
    if not at:
        return Fault("there is no @")
    if not _LOCAL.fullmatch(local):
        return Fault("the part before the @ is no atoms with single dots between them")
    labels = domain.split(".")
    wrong = next((label for label in labels if not _LABEL.fullmatch(label)), None)
    if wrong is not None:
        return Fault(f"{wrong!r} is no part of a host name")
    if len(labels) == 1 or labels[-1].isdigit():
        return Fault("the domain has no top-level domain")
    longest = max(map(len, labels))
    if len(local) > MOST_LOCAL or longest > MOST_LABEL or len(text) > MOST_ADDRESS:
        return Fault("it is longer than an address can be")
    return Value(f"{local}@{domain.lower()}")


READERS: Mapping[str, Reader] = {"e-mail address": _read_email}
