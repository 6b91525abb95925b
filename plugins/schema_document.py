"""The published JSON Schema of ``manifest.json``, made from the rule tables.

``python -m plugins.schema_document`` writes it to ``plugins/schema/manifest-1.json``; a test compares the two.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plugins.relations import RELATIONS
from plugins.rules import FIELDS, Field

SCHEMA_FILE = Path(__file__).parent / "schema" / "manifest-1.json"


def _field_schema(field: Field) -> dict[str, Any]:
    demands = [{"items": rule.schema} if rule.each else rule.schema for rule in field.rules]
    return {"description": field.meaning.en, "examples": [json.loads(field.example)], "allOf": demands}


def schema_document() -> dict[str, Any]:
    """The whole schema as plain data (JSON Schema 2020-12). Unknown members are allowed and kept."""
    outside = [
        f"{relation.name}: {relation.sentence.en}" for relation in RELATIONS if relation.schema is None
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Vaktrom app manifest, version 1",
        "$comment": "Checked besides this schema: " + " ".join(outside),
        "type": "object",
        "required": [field.name for field in FIELDS if field.required],
        "properties": {field.name: _field_schema(field) for field in FIELDS},
        "allOf": [relation.schema for relation in RELATIONS if relation.schema is not None],
    }


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema_document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.parent.mkdir(exist_ok=True)
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
