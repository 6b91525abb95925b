"""The CapabilityStatement of the gateway: the upstream's, cut down to what the gateway lets through (SAL-62).

Old apps read the OAuth addresses from here (extension oauth-uris) and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from launcher.gateway.compartments import PATIENT_COMPARTMENT, WITHOUT_COMPARTMENT
from launcher.gateway.heads import AnswerUnreadable
from launcher.gateway.resource_types import RESOURCE_TYPES

OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
SECURITY_SERVICE = "http://terminology.hl7.org/CodeSystem/restful-security-service"
INTERACTIONS = frozenset(
    {"read", "vread", "update", "delete", "history-instance", "history-type", "create", "search-type"}
)
SYSTEM_INTERACTIONS = frozenset({"transaction", "batch"})
OPERATIONS = {"Patient": frozenset({"everything"})}
COPIED = ("fhirVersion", "date")
RESOURCE_FLAGS = (
    "type",
    "profile",
    "supportedProfile",
    "versioning",
    "readHistory",
    "updateCreate",
    "conditionalCreate",
    "searchInclude",
    "searchRevInclude",
    "searchParam",
)


@dataclass(frozen=True, slots=True)
class OAuthUris:
    """Absolute addresses of the authorization server; ``None`` is not advertised."""

    authorize: str
    token: str
    introspect: str | None = None
    revoke: str | None = None


def rewrite_capabilities(body: bytes, *, public_base: str, uris: OAuthUris, version: str) -> bytes:
    """The gateway's own CapabilityStatement as JSON bytes. Raises ``AnswerUnreadable``."""
    try:
        upstream = msgspec.json.decode(body)
    except msgspec.MsgspecError as error:
        raise AnswerUnreadable(str(error)) from None
    if not isinstance(upstream, dict) or upstream.get("resourceType") != "CapabilityStatement":
        raise AnswerUnreadable("not a CapabilityStatement")
    servers = [rest for rest in _dictionaries(upstream.get("rest")) if rest.get("mode") == "server"]
    statement: dict[str, Any] = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "kind": "instance",
    }
    statement |= {name: upstream[name] for name in COPIED if name in upstream}
    statement |= {
        "software": {"name": "Vaktrom", "version": version},
        "implementation": {"description": "Vaktrom's FHIR gateway", "url": public_base},
        "format": ["application/fhir+json", "json"],
        "rest": [_rest(rest, uris) for rest in servers[:1]],
    }
    return msgspec.json.encode(statement)


def _rest(rest: Mapping[str, Any], uris: OAuthUris) -> dict[str, Any]:
    addresses = {
        "authorize": uris.authorize,
        "token": uris.token,
        "introspect": uris.introspect,
        "revoke": uris.revoke,
    }
    described: dict[str, Any] = {
        "mode": "server",
        "security": {
            "extension": [
                {
                    "url": OAUTH_URIS,
                    "extension": [{"url": name, "valueUri": uri} for name, uri in addresses.items() if uri],
                }
            ],
            "cors": True,
            "service": [
                {"coding": [{"system": SECURITY_SERVICE, "code": "SMART-on-FHIR"}], "text": "SMART-on-FHIR"}
            ],
        },
        "resource": [
            _resource(resource) for resource in _dictionaries(rest.get("resource")) if _offered(resource)
        ],
    }
    interactions = [i for i in _dictionaries(rest.get("interaction")) if i.get("code") in SYSTEM_INTERACTIONS]
    if interactions:
        described["interaction"] = [{"code": interaction["code"]} for interaction in interactions]
    return described


def _offered(resource: Mapping[str, Any]) -> bool:
    known = resource.get("type") in RESOURCE_TYPES
    return known and (resource["type"] in PATIENT_COMPARTMENT or resource["type"] in WITHOUT_COMPARTMENT)


def _resource(resource: Mapping[str, Any]) -> dict[str, Any]:
    described = {name: resource[name] for name in RESOURCE_FLAGS if name in resource}
    described["interaction"] = [
        {"code": interaction["code"]}
        for interaction in _dictionaries(resource.get("interaction"))
        if interaction.get("code") in INTERACTIONS
    ]
    offered = OPERATIONS.get(str(resource.get("type")), frozenset())
    operations = [
        {"name": operation["name"], "definition": operation.get("definition", "")}
        for operation in _dictionaries(resource.get("operation"))
        if str(operation.get("name", "")).removeprefix("$") in offered
    ]
    if operations:
        described["operation"] = operations
    return described


def _dictionaries(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
