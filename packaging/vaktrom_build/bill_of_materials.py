"""The list of what is shipped, as CycloneDX 1.6 JSON, made from the lock."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

from vaktrom_build.locked import Locked

CLASSIFIER = "License :: "


def bill_of_materials(
    version: str, commit: str, names: Iterable[str], rows: Mapping[str, Locked]
) -> dict[str, Any]:
    """Same commit, same text: the serial number is made from the commit, and no time is in it."""
    components = [component(name, rows[name]) for name in names]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, commit)}",
        "version": 1,
        "metadata": {
            "component": {
                "bom-ref": "vaktrom",
                "type": "application",
                "name": "vaktrom",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
                "properties": [{"name": "vaktrom:commit", "value": commit}],
            }
        },
        "components": components,
        "dependencies": [{"ref": "vaktrom", "dependsOn": [part["bom-ref"] for part in components]}],
    }


def component(name: str, locked: Locked) -> dict[str, Any]:
    """One package; its hashes are those of the files that the lock lets through."""
    address = f"pkg:pypi/{name}@{locked.version}"
    return {
        "bom-ref": address,
        "type": "library",
        "name": name,
        "version": locked.version,
        "purl": address,
        "licenses": [{"license": {"name": licence_of(name)}}],
        "properties": [{"name": "vaktrom:locked-sha256", "value": digest} for digest in locked.sha256],
    }


def licence_of(name: str) -> str:
    """What an installed package says of its licence, in one line."""
    told = metadata.metadata(name).json
    if expression := told.get("license_expression"):
        return str(expression)
    classifiers = [text for text in told.get("classifier", ()) if text.startswith(CLASSIFIER)]
    if classifiers:
        return " / ".join(text.split(" :: ")[-1] for text in classifiers)
    return str(told.get("license") or "see its licence file").strip().splitlines()[0]
