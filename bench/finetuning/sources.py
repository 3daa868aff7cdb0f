"""Classes and functions of the tools, read out of their wheels as syntax trees."""

from __future__ import annotations

import ast
import zipfile
from typing import TYPE_CHECKING

from bench.finetuning.annotations import (
    LISTS,
    MAPPINGS,
    Annotations,
    Schema,
    aliases,
    is_required,
    keyword,
    metadata,
    takes_null,
    type_of_default,
    union,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bench.finetuning.wheels import Tool

_PLAIN: dict[str, Schema] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "PositiveInt": {"type": "integer", "minimum": 1},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    **{name: {"type": "array"} for name in LISTS},
    **{name: {"type": "object"} for name in MAPPINGS},
}
_OPEN = {"Any", "object", "torch", "dtype"}
_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
_NUMBER = {"type": "number"}
# Their defaults are of one type, and others are taken too.
_LOOSE = {
    "use_gradient_checkpointing": {"type": ["string", "boolean"]},
    "init_lora_weights": {"type": ["string", "boolean"]},
    "loftq_config": {"type": ["object", "null"]},
}
# What mlx_lm/tuner/utils.py and datasets.py take out of these four.
_MLX_INSIDE: dict[str, Schema] = {
    "lora_parameters": {
        "type": "object",
        "additionalProperties": False,
        "required": ["rank", "dropout", "scale"],
        "properties": {
            "rank": {"type": "integer", "minimum": 1},
            "dropout": _NUMBER,
            "scale": _NUMBER,
            "keys": {"type": "array", "items": {"type": "string"}},
        },
    },
    "lr_schedule": {
        "type": ["object", "null"],
        "additionalProperties": False,
        "required": ["name", "arguments"],
        "properties": {
            "name": {
                "enum": ["cosine_decay", "linear_schedule", "exponential_decay", "step_decay"]
            },
            "arguments": {"type": "array", "items": _NUMBER, "minItems": 1},
            "warmup": {"type": "integer", "minimum": 0},
            "warmup_init": _NUMBER,
        },
    },
    "hf_dataset": {"type": ["object", "array"]},
    **{f"{name}_feature": {"type": "string"} for name in ("prompt", "text", "completion", "chat")},
}


class Sources(Annotations):
    """Classes of the files of a tool, as syntax trees."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self.tool = tool
        self.classes: dict[str, ast.ClassDef] = {}
        self.modules: dict[str, ast.Module] = {}
        self.definitions: dict[str, Schema] = {}
        # What is named first stays: a tool's own class comes before one of the same name below it.
        for wheel, files in tool.wheels.items():
            with zipfile.ZipFile(next(folder.glob(f"{wheel}-*.whl"))) as archive:
                for file in files:
                    self._add(file, ast.parse(archive.read(file)))

    def _add(self, file: str, module: ast.Module) -> None:
        self.modules[file] = module
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                # LLaMA-Factory's and transformers' classes of one name: the base is kept apart.
                known = node.name in self.classes
                self.classes[f"{node.name}:below" if known else node.name] = node

    def object_of(self, name: str) -> Schema:
        """Fields of a class and of those that it inherits from."""
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for owner in self._lineage(name):
            for node in owner.body:
                if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                    continue
                key = node.target.id
                if key.startswith("_") or "ClassVar" in ast.unparse(node.annotation):
                    continue
                if keyword(node.value, "init") is False or key == "model_config":
                    properties.pop(key, None)
                    continue
                schema = self._field(key, node)
                properties |= dict.fromkeys([key, *aliases(node.value)], schema)
                if is_required(node.value) and key not in required:
                    required.append(key)
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": dict(sorted(properties.items())),
            **({"required": required} if required else {}),
        }

    def _lineage(self, name: str) -> list[ast.ClassDef]:
        """The class and its known ancestors, ancestors first."""
        found: list[ast.ClassDef] = []

        def visit(node: ast.ClassDef) -> None:
            for base in reversed(node.bases):
                word = ast.unparse(base).rpartition(".")[2]
                word = {"BaseTrainingArguments": "Seq2SeqTrainingArguments"}.get(word, word)
                parent = self.classes.get(word)
                if word == node.name or parent in found:
                    parent = None
                if node.name == "Seq2SeqTrainingArguments":
                    parent = self.classes.get("TrainingArguments:below", parent)
                if parent is not None:
                    visit(parent)
            found.append(node)

        visit(self.classes[name])
        return found

    def _field(self, key: str, node: ast.AnnAssign) -> Schema:
        if key in self.tool.enums:
            words = [w for name in self.tool.enums[key] for w in self._words(self.classes[name])]
            return {"enum": [*dict.fromkeys([*words, *self.tool.further.get(key, ())]), None]}
        schema = self.type_of(node.annotation)
        choices = metadata(node.value, "choices")
        if isinstance(choices, list) and all(isinstance(word, str) for word in choices):
            schema = {"enum": [*choices, *([None] if takes_null(schema) else [])]}
        if isinstance(node.value, ast.Constant) and node.value.value is None:
            schema = union([schema, {"type": "null"}])
        for word, bound in _BOUNDS.items():
            value = keyword(node.value, word)
            if isinstance(value, int | float):
                schema = {**schema, bound: value}
        return schema

    def named(self, name: str) -> Schema:
        if name in _PLAIN:
            return dict(_PLAIN[name])
        known = self.classes.get(name)
        if name in _OPEN or known is None:
            return {}
        if words := self._words(known):
            return {"enum": words}
        if name not in self.definitions:
            self.definitions[name] = {}
            self.definitions[name] = self.object_of(name)
        return {"$ref": f"#/$defs/{name}"}

    def _words(self, node: ast.ClassDef) -> list[str]:
        """Values of an enumeration; empty for another class."""
        if not any("Enum" in ast.unparse(base) for base in node.bases):
            return []
        values = [line.value for line in node.body if isinstance(line, ast.Assign)]
        return [str(one.value) for one in values if isinstance(one, ast.Constant)]

    def signature(self, file: str, class_name: str, function: str) -> Schema:
        """Arguments of a function, with the types of their defaults."""
        owner = next(
            node
            for node in self.modules[file].body
            if isinstance(node, ast.ClassDef) and node.name == class_name
        )
        found = next(n for n in owner.body if isinstance(n, ast.FunctionDef) and n.name == function)
        names = [one.arg for one in found.args.args]
        defaults = found.args.defaults
        given = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
        properties = {
            name: _LOOSE.get(name) or type_of_default(given[name])
            for name in names
            if name in given and not name.startswith("_")
        }
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": dict(sorted(properties.items())),
        }

    def parts(self, name: str) -> dict[str, Schema]:
        """Sections of a file of ours that a script hands to several calls."""
        text: Schema = {"type": "string", "minLength": 1}
        if name == "unsloth":
            calls: dict[str, Schema] = {
                "model": self.signature(
                    "unsloth/models/loader.py", "FastLanguageModel", "from_pretrained"
                ),
                "lora": {
                    "anyOf": [
                        self.signature(
                            "unsloth/models/llama.py", "FastLlamaModel", "get_peft_model"
                        ),
                        {"type": "null"},
                    ]
                },
                "training": self.object_of("SFTConfig"),
                "data": text,
            }
            return calls
        whole: dict[str, Schema] = {
            "model": text,
            "data": text,
            "dtype": {"enum": ["float32", "bfloat16", "float16"]},
            "device": {"enum": ["cpu", "cuda", "mps"]},
            "load_in_4bit": {"type": "boolean"},
            "max_length": {"type": "integer", "minimum": 1},
            "lora": {"anyOf": [self.object_of("LoraConfig"), {"type": "null"}]},
            "training": self.object_of("TrainingArguments"),
        }
        return whole

    def mlx_fields(self) -> dict[str, Schema]:
        """Words of mlx-lm's own defaults, and what its options allow."""
        module = self.modules["mlx_lm/lora.py"]
        defaults = next(
            ast.literal_eval(node.value)
            for node in module.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "CONFIG_DEFAULTS"
        )
        fields: dict[str, Schema] = {
            name: type_of_default(ast.parse(repr(value), mode="eval").body)
            for name, value in defaults.items()
        }
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            names = [str(one.value) for one in call.args if isinstance(one, ast.Constant)]
            choices = keyword(call, "choices")
            if choices and names:
                fields[names[-1].removeprefix("--").replace("-", "_")] = {"enum": choices}
        fields.update(_MLX_INSIDE)
        return fields
