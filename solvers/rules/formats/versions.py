"""Version numbers: PEP 440 and Semantic Versioning 2.0.0.

Sources: PEP 440, "Normalization" and appendix B, whose regular expression stands here with every
repetition made possessive and without separators that separate nothing; semver.org, points 2, 9
and 10.

Not covered: such separators ("1.0a."), which the text of PEP 440 does not allow and its regular
expression does; they are abstained from.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spoonbench.solvers.formats import Fault, NotCovered, Reading, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spoonbench.solvers.formats import Reader

_PEP440 = re.compile(
    r"v?+(?:(?P<epoch>[0-9]++)!)?+(?P<release>[0-9]++(?:\.[0-9]++)*+)"
    r"(?:[-_.]?(?P<pre>alpha|a|beta|b|preview|pre|c|rc)(?:[-_.]?(?P<pre_number>[0-9]++))?+)?+"
    r"(?P<post>-(?P<bare_post>[0-9]++)|[-_.]?(?:post|rev|r)(?:[-_.]?(?P<post_number>[0-9]++))?+)?+"
    r"(?P<dev>[-_.]?dev(?:[-_.]?(?P<dev_number>[0-9]++))?+)?+"
    r"(?:\+(?P<local>[a-z0-9]++(?:[-_.][a-z0-9]++)*+))?+",
    re.IGNORECASE | re.ASCII,
)
_LOOSE_SEPARATOR = re.compile(r"(?<=[a-z])[-_.](?=[-_.]|$)", re.IGNORECASE)
_SPELLINGS = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}

_NUMBER = r"(?:0|[1-9][0-9]*+)"
_PRE = r"(?:[0-9]*+[A-Za-z-][0-9A-Za-z-]*+|0|[1-9][0-9]*+)"
_SEMVER = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}"
    rf"(?:-{_PRE}(?:\.{_PRE})*+)?+(?:\+[0-9A-Za-z-]++(?:\.[0-9A-Za-z-]++)*+)?+"
)


def _read_semver(text: str) -> Reading:
    if not _SEMVER.fullmatch(text):
        return Fault("not MAJOR.MINOR.PATCH with identifiers after - and +")
    return Value(text)


def _read_pep440(text: str) -> Reading:
    # White space around a version is to be ignored.
    text = text.strip()
    match = _PEP440.fullmatch(text)
    if match is None and _is_loose(text):
        return NotCovered("a separator that separates nothing")
    if match is None:
        return Fault("not of the form [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]")
    epoch = int(match["epoch"] or 0)
    version = f"{epoch}!" if epoch else ""
    version += ".".join(_plain(number) for number in match["release"].split("."))
    if match["pre"]:
        pre = match["pre"].lower()
        version += f"{_SPELLINGS.get(pre, pre)}{_plain(match['pre_number'])}"
    if match["post"]:
        version += f".post{_plain(match['bare_post'] or match['post_number'])}"
    if match["dev"]:
        version += f".dev{_plain(match['dev_number'])}"
    if match["local"]:
        pieces = re.split(r"[-_.]", match["local"].lower())
        version += "+" + ".".join(_plain(p) if p.isdigit() else p for p in pieces)
    return Value(version)


def _is_loose(text: str) -> bool:
    public, plus, local = text.partition("+")
    tight = _LOOSE_SEPARATOR.sub("", public)
    return tight != public and _PEP440.fullmatch(f"{tight}{plus}{local}") is not None


def _plain(number: str | None) -> str:
    """Without leading zeros; 0 where there is no number."""
    return (number or "0").lstrip("0") or "0"


READERS: Mapping[str, Reader] = {
    "pep 440 version": _read_pep440,
    "semver 2.0.0 version": _read_semver,
}
