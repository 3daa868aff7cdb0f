"""Which wheels of which versions belong together, and what is read of each."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Tool:
    """What is read for the schema of one tool."""

    title: str
    wheels: dict[str, tuple[str, ...]]  # wheel -> its files
    classes: tuple[str, ...]
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)  # field -> enumerations
    further: dict[str, tuple[str, ...]] = field(default_factory=dict)  # field -> values beside them
    required: tuple[str, ...] = ()


_TRAINER = ("training_args.py", "trainer_utils.py", "training_args_seq2seq.py")
_TRANSFORMERS = tuple(f"transformers/{name}" for name in _TRAINER)
_AXOLOTL = (
    "config cloud datasets deprecated dynamic_checkpoint enums fp8 fsdp integrations model "
    "multimodal peft quantization training trl validation vllm"
)
_FACTORY = "data_args evaluation_args finetuning_args generating_args model_args training_args"
TOOLS = {
    "axolotl": Tool(
        title="Axolotl, the YAML of `axolotl train`",
        wheels={
            "axolotl-0.19.0": tuple(
                f"axolotl/utils/schemas/{name}.py" for name in _AXOLOTL.split() if name != "cloud"
            ),
            "transformers-5.16.1": _TRANSFORMERS,
        },
        classes=("AxolotlInputConfig",),
        enums={
            "optimizer": ("OptimizerNames", "CustomSupportedOptimizers"),
            "lr_scheduler": ("SchedulerType",),
        },
        further={"lr_scheduler": ("one_cycle", "rex")},
        required=("datasets",),
    ),
    "llama-factory": Tool(
        title="LLaMA-Factory, the YAML of `llamafactory-cli train`",
        wheels={
            "llamafactory-0.9.5": (
                *(f"llamafactory/hparams/{name}.py" for name in _FACTORY.split()),
                "llamafactory/extras/constants.py",
            ),
            "transformers-5.6.0": _TRANSFORMERS,
        },
        classes=(
            "ModelArguments",
            "DataArguments",
            "TrainingArguments",
            "FinetuningArguments",
            "GeneratingArguments",
        ),
        required=("model_name_or_path", "dataset"),
    ),
    "trl": Tool(
        title="TRL, the YAML of `trl sft --config`",
        wheels={
            "trl-1.16.0": (
                "trl/trainer/sft_config.py",
                "trl/trainer/base_config.py",
                "trl/trainer/model_config.py",
                "trl/scripts/utils.py",
            ),
            "transformers-5.23.0": _TRANSFORMERS,
        },
        classes=("ScriptArguments", "SFTConfig", "ModelConfig", "DatasetMixtureConfig"),
        required=("model_name_or_path",),
    ),
    "peft": Tool(
        title="The arguments of peft's LoraConfig and of transformers' TrainingArguments",
        wheels={
            "peft-0.21.2": (
                "peft/tuners/lora/config.py",
                "peft/config.py",
                "peft/utils/peft_types.py",
            ),
            "transformers-5.23.0": _TRANSFORMERS,
        },
        classes=("LoraConfig", "TrainingArguments"),
    ),
    "unsloth": Tool(
        title="The arguments of FastLanguageModel and of TRL's SFTConfig in an Unsloth script",
        wheels={
            "unsloth-2026.10.9": ("unsloth/models/loader.py", "unsloth/models/llama.py"),
            "trl-1.15.0": ("trl/trainer/sft_config.py", "trl/trainer/base_config.py"),
            "transformers-5.17.0": _TRANSFORMERS,
        },
        classes=("SFTConfig",),
    ),
    "mlx": Tool(
        title="mlx-lm, the YAML of `mlx_lm.lora --config`",
        wheels={"mlx_lm-0.32.2": ("mlx_lm/lora.py",)},
        classes=(),
        required=("model", "data"),
    ),
}
