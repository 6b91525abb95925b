"""The CapabilityStatement, made from the tables that the server itself runs on: nothing is said that is not done."""

from __future__ import annotations

from typing import Any

from launcher.sandbox.fhir.addresses import INTERACTIONS
from launcher.sandbox.fhir.search_parameters import SEARCH_PARAMETERS, SearchParameter

_OF_A_TYPE = ("type", "search", "type-history", "instance", "history", "version")
_EVERYTHING = "http://hl7.org/fhir/OperationDefinition/Patient-everything"


def capability_statement(*, base_url: str, date: str) -> dict[str, Any]:
    """FHIR R4 capabilitystatement; ``date`` is when this server was started."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": date,
        "kind": "instance",
        "software": {"name": "Vaktrom sandbox"},
        "implementation": {"description": "Synthetic people only", "url": base_url},
        "fhirVersion": "4.0.1",
        "format": ["json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "resource": [_resource(name) for name in SEARCH_PARAMETERS],
                "interaction": [{"code": "batch"}, {"code": "transaction"}],
            }
        ],
    }


def _resource(resource_type: str) -> dict[str, Any]:
    of_type = SEARCH_PARAMETERS[resource_type]
    codes = {code for place in _OF_A_TYPE for code in INTERACTIONS[place].values()}  # type: ignore[index]
    references = [row.name for row in of_type.values() if row.kind == "reference"]
    element: dict[str, Any] = {
        "type": resource_type,
        "interaction": [{"code": code} for code in sorted(codes)],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": True,
        "conditionalCreate": True,
        "conditionalRead": "full-support",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "referencePolicy": ["literal", "local"],
    }
    if references:
        element["searchInclude"] = [f"{resource_type}:{name}" for name in references]
    reverse = [
        f"{row.resource_type}:{row.name}"
        for others in SEARCH_PARAMETERS.values()
        for row in others.values()
        if row.kind == "reference" and resource_type in row.targets
    ]
    if reverse:
        element["searchRevInclude"] = reverse
    element["searchParam"] = [
        {"name": "_id", "type": "token"},
        {"name": "_lastUpdated", "type": "date"},
        *map(_parameter, of_type.values()),
    ]
    if resource_type == "Patient":
        element["operation"] = [{"name": "everything", "definition": _EVERYTHING}]
    return element


def _parameter(row: SearchParameter) -> dict[str, Any]:
    return {"name": row.name, "type": row.kind}
