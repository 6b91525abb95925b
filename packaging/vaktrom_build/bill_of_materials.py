"""The list of what is shipped, as CycloneDX 1.6 JSON, made from the lock."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from vaktrom_build.licences import Shipped, licence_of
from vaktrom_build.locked import Locked


def bill_of_materials(
    version: str, commit: str, python: str, packages: Shipped, rows: Mapping[str, Locked]
) -> dict[str, Any]:
    """``python``: the version of the interpreter inside; ``rows``: by canonical name.

    Same commit, same text: the serial number is made from commit and packages, and no time is in it.
    """
    components = [component(name, licence_of(package), rows[name]) for name, package in packages.items()]
    components.append(interpreter(python))
    contents = " ".join([commit, *(str(part["bom-ref"]) for part in components)])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, contents)}",
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


def component(name: str, licence: str, locked: Locked) -> dict[str, Any]:
    """One package; its hashes are those of the files that the lock lets through."""
    address = f"pkg:pypi/{name}@{locked.version}"
    return {
        "bom-ref": address,
        "type": "library",
        "name": name,
        "version": locked.version,
        "purl": address,
        "licenses": [{"license": {"name": licence}}],
        "properties": [{"name": "vaktrom:locked-sha256", "value": digest} for digest in locked.sha256],
    }


def interpreter(version: str) -> dict[str, Any]:
    """The Python that runs it all."""
    address = f"pkg:generic/cpython@{version}"
    return {
        "bom-ref": address,
        "type": "platform",
        "name": "CPython",
        "version": version,
        "purl": address,
        "licenses": [{"license": {"id": "PSF-2.0"}}],
    }
