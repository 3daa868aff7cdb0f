"""Makes the schemas of harness/finetune/schemas from the published wheels of the tools.

    pip download --no-deps --dest WHEELS axolotl==0.19.0 transformers==5.16.1 ...
    python -m bench.finetuning.schemas WHEELS --date 2026-11-22

The wheels are read, never imported: fields, types, allowed values and what is required come from
the classes that each tool itself reads a configuration with. The versions that belong together are
in wheels.py. Written by hand, from documentation: `ollama-modelfile.json` and `cloud.json`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from bench.finetuning.sources import Sources
from bench.finetuning.wheels import TOOLS

if TYPE_CHECKING:
    from bench.finetuning.annotations import Schema
    from bench.finetuning.wheels import Tool

FOLDER = Path(__file__).parent.parent.parent / "harness" / "finetune" / "schemas"


def main() -> None:
    """Write the schemas of the tools that are named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("wheels", type=Path, help="folder with the wheels")
    parser.add_argument("--tool", choices=sorted(TOOLS), action="append")
    parser.add_argument("--date", required=True, help="on which the wheels were the newest ones")
    options = parser.parse_args()
    for name in options.tool or TOOLS:
        schema = make_schema(name, options.wheels, options.date)
        text = json.dumps(schema, indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")
        print(f"{name}: {len(schema['properties'])} fields")


def make_schema(name: str, folder: Path, date: str) -> Schema:
    """The schema of one tool."""
    tool = TOOLS[name]
    sources = Sources(tool, folder)
    schema: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": citation(tool, date),
        "title": tool.title,
        "type": "object",
        "additionalProperties": False,
        "properties": {},
        "required": [],
    }
    if name == "mlx":
        schema["properties"] = sources.mlx_fields()
    elif name in {"peft", "unsloth"}:
        schema["properties"] = sources.parts(name)
        schema["required"] = sorted(schema["properties"])
    else:
        for top in tool.classes:
            found = sources.object_of(top)
            schema["properties"] |= found["properties"]
            schema["required"] += found.get("required", [])
    schema["properties"] = dict(sorted(schema["properties"].items()))
    schema["required"] = sorted({*schema["required"], *tool.required})
    if sources.definitions:
        schema["$defs"] = dict(sorted(sources.definitions.items()))
    return schema


def citation(tool: Tool, date: str) -> str:
    """Where a schema comes from."""
    parts = [
        f"{wheel.replace('-', ' ')} ({', '.join(files)})" for wheel, files in tool.wheels.items()
    ]
    return (
        f"From the published wheels of {'; '.join(parts)}, read on {date} by "
        "bench/finetuning. Rules across several fields are not in it."
    )


if __name__ == "__main__":
    main()
