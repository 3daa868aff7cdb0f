"""Which modules a contestant's libraries are, and their import before anything is measured.

Both kinds of child, fresh and forked, have imported these modules when the baseline is taken, so
a baseline means the same in both. What a contestant imports beyond them (its own implementation,
further submodules) comes after the baseline and counts as its own.

Measured with a transformer of 10 million parameters, the memory above the baseline is 50 MB in
both; its peak while solving is 138 MB forked and 170 MB fresh, because a forked child reuses heap
that its server had freed. A contestant always runs in the same kind of child.

`load_s` counts these imports too. A forked child finds them done; the server timed them when it
made them, and that time is added. A library that another one had already pulled in costs less;
the order of import is fixed, so the same contestant always gets the same share.
"""

from __future__ import annotations

import importlib
import importlib.util
import re
import time
from typing import TYPE_CHECKING, Any

from spoonbench.solvers.distributions import is_installed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spoonbench.solvers.api import Part, SolverInfo

IMPORTS: dict[str, tuple[str, ...]] = {
    "numpy": ("numpy",),
    "scipy": ("scipy.sparse", "scipy.special"),
    "torch": ("torch", "torch._dynamo"),
    "tokenizers": ("tokenizers",),
    "safetensors": ("safetensors",),
    "transformers": (
        "transformers",
        "transformers.tokenization_utils_tokenizers",
        "transformers.tokenization_utils_fast",
        "transformers.models.auto.modeling_auto",
        "transformers.models.arcee.modeling_arcee",
        "transformers.models.gpt2.modeling_gpt2",
        "transformers.generation",
    ),
    "accelerate": ("accelerate",),
    "scikit-learn": (
        "sklearn",
        "sklearn.decomposition",
        "sklearn.ensemble",
        "sklearn.feature_extraction.text",
        "sklearn.linear_model",
        "sklearn.pipeline",
        "sklearn.preprocessing",
        "sklearn.svm",
    ),
    "sympy": ("sympy",),
    "pandas": ("pandas",),
    "lark": ("lark",),
}
"""Distribution: modules, in the order in which they are imported.

A submodule that the installed version has not is left out: transformers 4 keeps some elsewhere."""

HEAVY = frozenset(
    {
        "scipy",
        "torch",
        "transformers",
        "tokenizers",
        "accelerate",
        "optimum",
        "bitsandbytes",
        "scikit-learn",
        "sympy",
        "pandas",
    }
)
"""Distributions whose import takes longer than the start of an interpreter."""


class MissingLibrary(Exception):
    """A library that a contestant needs cannot be imported; the message is for a person."""


def distribution(requirement: str) -> str:
    """The normalised distribution name of a requirement, for example "Scikit_Learn>=1.5"."""
    name = re.split(r"[\s<>=!~;\[@(]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def load_class(target: str) -> Any:
    """The contestant's class.

    Args:
        target: "module:Class".

    Raises:
        LookupError: the module has no such class; errors of its import pass through.
    """
    module_name, _, class_name = target.partition(":")
    module = importlib.import_module(module_name)
    found = getattr(module, class_name, None)
    if found is None:
        raise LookupError(f"the module {module_name} has no {class_name!r}")
    return found


def required(part: Part) -> tuple[str, ...]:
    """Distributions that a contestant and, for a hybrid, its parts need; sorted.

    Raises:
        Exception: whatever the import of a contestant's module raises.
    """
    info: SolverInfo = load_class(part.target).info
    names = {distribution(item) for item in info.requires}
    for inner in part.settings.parts:
        names.update(required(inner))
    return tuple(sorted(names))


def check_installed(distributions: Iterable[str]) -> None:
    """Look for the distributions without importing them.

    Raises:
        MissingLibrary: some are not installed.
    """
    missing = [name for name in distributions if not is_installed(name)]
    if missing:
        names = " ".join(missing)
        raise MissingLibrary(f"needs what is not installed here: pip install {names}")


def modules_of(distributions: Iterable[str]) -> tuple[str, ...]:
    """Modules to import for these distributions, in the fixed order.

    A distribution that is not in `IMPORTS` is taken to import under its own name, where such a
    module exists.
    """
    names = set(distributions)
    known = [module for name, modules in IMPORTS.items() if name in names for module in modules]
    guesses = [name.replace("-", "_") for name in sorted(names - set(IMPORTS))]
    return (*known, *(name for name in guesses if importlib.util.find_spec(name)))


def import_modules(modules: Iterable[str]) -> dict[str, float]:
    """Import modules in order.

    Returns:
        module name to seconds.

    Raises:
        MissingLibrary: one of them cannot be imported.
    """
    seconds = {}
    for name in modules:
        start = time.perf_counter_ns()
        try:
            importlib.import_module(name)
        except ImportError as exc:
            is_elsewhere = "." in name and exc.name == name
            if not is_elsewhere:
                raise MissingLibrary(f"the module {name} cannot be imported: {exc}") from exc
        seconds[name] = (time.perf_counter_ns() - start) / 1e9
    return seconds
