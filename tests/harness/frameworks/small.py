"""A small framework that has nothing wrong with it, and variants of it, as TOML."""

SMALL = """
format = 1
id = "small"
version = 1
title = "Where to compute"
topic = "device"
reading = "ours"
source = "a test"
start = "batch"

[questions.batch]
text = "How many items at once?"
type = "number"
unit = "items"
low = 1
whole = true

[questions.device]
text = "Which accelerator?"
type = "choice"
choices = { cuda = "NVIDIA", mps = "Apple", none = "none" }

[questions.is_late]
text = "Is it late?"
type = "yes-no"

[thresholds.many]
value = 16
text = "A GPU pays from here on."
claims = ["G3"]
evidence = "crossover.batch.mps"

[nodes.batch]
asks = "batch"
claims = ["G2"]
edges = [{ below = "many", to = "cpu" }, { least = "many", to = "which" }]

[nodes.which]
asks = "device"
edges = [
    { is = ["cuda"], to = "cuda" },
    { is = ["mps"], to = "late" },
    { otherwise = true, to = "cpu" },
]

[nodes.late]
asks = "is_late"
edges = [{ is = [true], to = "cpu" }, { is = [false], to = "mps" }]

[verdicts.cpu]
choice = "cpu"
text = "Take the CPU."

[verdicts.cuda]
choice = "cuda"
text = "Batch {batch} is {many} or more: take the NVIDIA GPU."
needs = { device = { is = ["cuda"] } }

[verdicts.mps]
choice = "mps"
text = "Take the Apple GPU."
settings = { workers = 2, pinned = false }

[[examples]]
text = "A small batch"
answers = { batch = 4 }
verdict = "cpu"
"""


def changed(old: str, new: str, text: str = SMALL) -> str:
    """The text with one passage replaced, which must be there."""
    assert old in text, old
    return text.replace(old, new)
