"""What is to be trained, how and with which tool: one plan that every writer reads.

Each default is said with its source and, where the case study has another, with the reason for the
change (`DEFAULTS`).

Not covered: preferences and rewards (DPO, GRPO), several devices, images; continued pretraining.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

Method = Literal["prompt", "lora", "qlora", "full"]
ToolName = Literal[
    "ollama-modelfile", "peft", "trl", "unsloth", "axolotl", "llama-factory", "mlx", "cloud"
]
Device = Literal["cpu", "cuda", "mps"]
Precision = Literal["float32", "bfloat16", "float16"]
Optimizer = Literal["adamw", "adamw_8bit"]
Scheduler = Literal["cosine", "linear", "constant"]

METHODS: tuple[Method, ...] = get_args(Method)
TOOL_NAMES: tuple[ToolName, ...] = get_args(ToolName)
DEVICES: tuple[Device, ...] = get_args(Device)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
SCHEDULERS: tuple[Scheduler, ...] = get_args(Scheduler)

ALL_LINEAR = ("all-linear",)
"""Every linear layer of the blocks; each tool has its own word for it."""


class BadPlan(ValueError):
    """A plan that cannot be carried out; each line of the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinetunePlan:
    """One training.

    Attributes:
        method: how the weights change; `prompt`: not at all.
        tool: what trains, or for `prompt` what answers.
        model: name on the hub or folder; for Ollama, the name of a model there.
        data: the user's file of questions and answers (JSONL, CSV or TSV); "" where the prompt
            shows no examples.
        output: folder for what is trained, below the folder of the plan.
        device: that trains.
        rank: of the two small matrices beside each layer.
        alpha: their product is scaled by alpha / rank.
        dropout: share of their input that is left out at random while training.
        targets: names of the layers that get them; `ALL_LINEAR` for all.
        batch: items in one pass.
        accumulation: passes whose gradients are added up before a step.
        learning_rate: at its highest.
        epochs: how often each item is seen.
        warmup_share: share of the steps in which the rate rises.
        context: longest text in tokens; longer ones are cut.
        precision: number format of the weights that stay.
        optimizer: AdamW, or bitsandbytes' AdamW with states of 8 bits.
        scheduler: how the rate falls after the warm-up.
        checkpointing: compute activations again instead of keeping them.
        valid_share: share of the training items that is held back to watch the loss on.
        seed: of weights, order and the division of the items.
        system: what the model is told before each question; "" for nothing.
        template: form of a conversation, for Ollama; None: as the model's name suggests.
    """

    method: Method
    tool: ToolName
    model: str
    data: str = ""
    output: str = "trained"
    device: Device = "cuda"
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.1
    targets: tuple[str, ...] = ALL_LINEAR
    batch: int = 4
    accumulation: int = 4
    learning_rate: float = 2e-4
    epochs: int = 3
    warmup_share: float = 0.03
    context: int = 2048
    precision: Precision = "bfloat16"
    optimizer: Optimizer = "adamw"
    scheduler: Scheduler = "cosine"
    checkpointing: bool = True
    valid_share: float = 0.05
    seed: int = 0
    system: str = ""
    template: str | None = None

    @property
    def effective_batch(self) -> int:
        """Items that one step learns from."""
        return self.batch * self.accumulation

    @property
    def has_adapter(self) -> bool:
        """Whether small matrices are trained, and the weights stay."""
        return self.method in {"lora", "qlora"}

    def steps(self, examples: int) -> int:
        """Steps of the optimizer in all epochs.

        Args:
            examples: items that are trained on.
        """
        return -(-examples // self.effective_batch) * self.epochs

    def warmup_steps(self, examples: int) -> int:
        """Steps in which the rate rises."""
        return round(self.steps(examples) * self.warmup_share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """A setting that is taken unless the user gives another.

    Attributes:
        name: of the field of the plan.
        value: as it is shown.
        case_study: what the case study takes; "" where it says nothing.
        source: where ours comes from.
        reason: why it is another, or why it is kept.
    """

    name: str
    value: str
    case_study: str
    source: str
    reason: str


DEFAULTS = (
    Default(
        name="rank",
        value="16",
        case_study="16",
        source="the case study; Unsloth 2026.10.9",
        reason="kept",
    ),
    Default(
        name="alpha",
        value="32",
        case_study="32",
        source="the case study",
        reason="kept: twice the rank, so that a change of the rank leaves the scale",
    ),
    Default(
        name="dropout",
        value="0.1 (Unsloth: 0)",
        case_study="0.1",
        source="the case study; Dettmers et al. 2023, QLoRA",
        reason="kept; Unsloth's fast kernels are made for 0",
    ),
    Default(
        name="targets",
        value="all linear layers",
        case_study="query, key, value and output of attention",
        source="Dettmers et al. 2023, QLoRA, section 4",
        reason="attention alone did not reach full fine-tuning there, at any rank",
    ),
    Default(
        name="batch",
        value="4",
        case_study="4",
        source="the case study",
        reason="kept; what fits is predicted and said",
    ),
    Default(
        name="accumulation",
        value="4",
        case_study="4",
        source="the case study",
        reason="kept: an effective batch of 16",
    ),
    Default(
        name="learning_rate",
        value="2e-4 for adapters, 2e-5 in full",
        case_study="5e-5",
        source="Dettmers et al. 2023, QLoRA (2e-4 up to 13B); TRL 1.16 SFTConfig (2e-5)",
        reason="adapters start at zero and need a higher rate than the weights themselves",
    ),
    Default(
        name="epochs",
        value="3",
        case_study="3",
        source="the case study; transformers' TrainingArguments",
        reason="kept",
    ),
    Default(
        name="warmup_share",
        value="0.03 of the steps",
        case_study="100 steps",
        source="Dettmers et al. 2023, QLoRA",
        reason="with its own batch and 1,000 examples, 100 steps are half of all 189",
    ),
    Default(
        name="context",
        value="2048 tokens",
        case_study="2048",
        source="the case study",
        reason="kept; a smaller context saves memory where texts are short",
    ),
    Default(
        name="precision",
        value="bfloat16 (CPU: float32)",
        case_study="float16",
        source="TRL 1.16 SFTConfig; transformers 5, Apple silicon",
        reason="float16 overflows in some models; it has no range to spare without loss scaling",
    ),
    Default(
        name="optimizer",
        value="AdamW",
        case_study="AdamW in 8 bits",
        source="bitsandbytes 0.50 (no 8-bit optimizer for MPS)",
        reason="adapters have few states to save on, and on an Apple GPU there is none",
    ),
    Default(
        name="scheduler",
        value="cosine",
        case_study="cosine",
        source="the case study",
        reason="kept",
    ),
)
"""In the order in which they are shown."""

_FULL_RATE = 2e-5
_FIELDS = {one.name for one in fields(FinetunePlan)}
# What other answers say of a training, and the field that it sets.
_FACTS = {
    "device": "device",
    "dtype": "precision",
    "batch": "batch",
    "context": "context",
    "model": "model",
    "data": "data",
}


def plan_for(
    method: Method, tool: ToolName, facts: Mapping[str, Any], **given: Any
) -> FinetunePlan:
    """A plan with the defaults of its method, tool and device.

    Args:
        method: how the weights change.
        tool: what trains.
        facts: answers by name: `model` and `data`, and where they are known `device`, `dtype`,
            `batch` and `context`; others are left aside.
        given: fields of the plan that the user sets; they go before facts.

    Raises:
        BadPlan: no model is named, or a field is none.
    """
    unknown = sorted(set(given) - _FIELDS)
    if unknown:
        raise BadPlan(f"A plan has no {unknown[0]!r}.")
    known = {name: facts[fact] for fact, name in _FACTS.items() if facts.get(fact) is not None}
    if tool == "cloud":
        # Facts tell of this machine, and another one trains.
        known.pop("device", None)
    settings = {**_usual(method, tool, known | given), **known, **given}
    if not str(settings.get("model", "")).strip():
        raise BadPlan("Name the model that is to be trained.")
    plan = FinetunePlan(method=method, tool=tool, **settings)
    return replace(plan, batch=_whole("batch", plan.batch), context=_whole("context", plan.context))


def _usual(method: Method, tool: ToolName, known: Mapping[str, Any]) -> dict[str, Any]:
    """Defaults that depend on the method, the tool or the device."""
    usual: dict[str, Any] = {"device": _usual_device(tool)}
    if method == "full":
        usual["learning_rate"] = _FULL_RATE
    if tool == "unsloth":
        usual["dropout"] = 0.0
    if known.get("device", usual["device"]) == "cpu":
        usual["precision"] = "float32"
    return usual


def _usual_device(tool: ToolName) -> Device:
    if tool == "mlx":
        return "mps"
    return "cpu" if tool == "ollama-modelfile" else "cuda"


def _whole(name: str, value: float) -> int:
    """Facts are floats where they are counts, too."""
    if isinstance(value, bool) or value != int(value):
        raise BadPlan(f"{name} is a whole number, not {value!r}.")
    return int(value)


_FAMILIES = {
    "chatml": r"qwen|smollm|hermes|chatml|yi-",
    "llama3": r"llama-?3",
    "gemma": r"gemma-?2|gemma-?1|gemma-2b|gemma-7b|gemma3|gemma-3",
    "mistral": r"mistral|mixtral",
    "phi3": r"phi-?3",
}
FAMILIES = tuple(_FAMILIES)
"""Forms of a conversation that Ollama templates are written for."""


def family_of(model: str) -> str | None:
    """The form of a conversation that a model's name suggests; None where it suggests none.

    >>> family_of("Qwen/Qwen3-0.6B")
    'chatml'
    """
    name = model.lower()
    found = [family for family, pattern in _FAMILIES.items() if re.search(pattern, name)]
    return found[0] if len(found) == 1 else None


def method_and_tool(choice: str) -> tuple[Method, ToolName]:
    """What a choice of the framework `finetune` stands for.

    Args:
        choice: of a verdict: method and tool with a stroke between them.

    Raises:
        BadPlan: it names none.

    >>> method_and_tool("qlora/mlx")
    ('qlora', 'mlx')
    """
    first, _, second = choice.partition("/")
    tool = "ollama-modelfile" if second == "modelfile" else second
    if first not in METHODS or tool not in TOOL_NAMES:
        raise BadPlan(f"{choice!r} is no method and tool of fine-tuning, so nothing is written.")
    return first, tool
