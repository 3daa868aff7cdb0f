"""Which function checks which claim: one claim, one function, registered by id.

    @checks("F8")
    def improvement(claim: Claim, grounds: Grounds) -> Finding:
        ...

The modules of the package `checks`, one a topic, are imported when the first check is asked for.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from spoonbench.harness.claims.claim import Claim, Finding
    from spoonbench.harness.claims.grounds import Grounds

    Check = Callable[[Claim, Grounds], Finding]

_CHECKS: dict[str, Check] = {}
_PACKAGE = "spoonbench.harness.claims.checks"


def checks(claim_id: str) -> Callable[[Check], Check]:
    """Register the function that checks a claim.

    Raises:
        ValueError: another one does already.
    """

    def register(function: Check) -> Check:
        if claim_id in _CHECKS and _CHECKS[claim_id].__qualname__ != function.__qualname__:
            raise ValueError(f"two functions check the claim {claim_id}")
        _CHECKS[claim_id] = function
        return function

    return register


@cache
def registered() -> Mapping[str, Check]:
    """Every check by the id of its claim. Claims without one wait for their study."""
    for module in pkgutil.iter_modules(import_module(_PACKAGE).__path__):
        import_module(f"{_PACKAGE}.{module.name}")
    return _CHECKS
