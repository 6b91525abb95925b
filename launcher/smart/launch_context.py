"""EHR launches and the launch context beside the token (SAL-11, SAL-12, SAL-23, SAL-28)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from launcher.gateway.resource_types import RESOURCE_TYPES
from launcher.oauth.model import Grant
from launcher.smart.scopes import has_fhircast

FHIR_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
RELATIVE_REFERENCE = re.compile(r"([A-Z][A-Za-z]{1,63})/[A-Za-z0-9.-]{1,64}(/_history/[A-Za-z0-9.-]{1,64})?")

ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")


@dataclass(frozen=True, slots=True)
class LaunchTicket:
    """What one launch id stands for; redeemed once, by this client for this user (SAL-12)."""

    sid: str
    client_id: str
    topic: str
    pane: str | None
    patient: str | None
    encounter: str | None
    intent: str | None
    fhir_context: list[dict[str, Any]] = field(default_factory=list)
    implied_reads: frozenset[str] = frozenset()
    style: str | None = None


def context_members(grant: Grant, hub_url: str) -> dict[str, Any]:
    """Members of the token response beside the OAuth ones; only what the granted scopes call for."""
    members: dict[str, Any] = {"need_patient_banner": grant.need_patient_banner}
    if grant.patient is not None:
        members["patient"] = grant.patient
    if grant.encounter is not None:
        members["encounter"] = grant.encounter
    if grant.fhir_context:
        members["fhirContext"] = grant.fhir_context
    if grant.intent is not None:
        members["intent"] = grant.intent
    if grant.tenant is not None:
        members["tenant"] = grant.tenant
    if grant.style_url is not None:
        members["smart_style_url"] = grant.style_url
    if grant.topic is not None and has_fhircast(grant.scopes):
        members["hub.url"] = hub_url
        members["hub.topic"] = grant.topic
    return members


def fhir_context_mistake(items: Sequence[Any]) -> str | None:
    """What is wrong with a ``fhirContext``, or ``None`` (SAL-29)."""
    for item in items:
        if not isinstance(item, dict):
            return "an item of fhirContext is not an object"
        if not {"reference", "canonical", "identifier"} & item.keys():
            return "an item of fhirContext has neither reference, canonical nor identifier"
        mistake = _identification_mistake(item)
        if mistake is not None:
            return mistake
        role = item.get("role", "launch")
        if not isinstance(role, str) or not role:
            return "role in fhirContext is empty"
        if role != "launch" and not _is_absolute(role):
            return "role in fhirContext is not a URI"
        if "reference" not in item:
            continue
        reference = item["reference"]
        match = RELATIVE_REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
        if match is None:
            return "reference in fhirContext is not relative"
        if match[1] in ("Patient", "Encounter") and role == "launch":
            return "Patient and Encounter belong beside fhirContext, not in it"
    return None


def implied_references(encounter: dict[str, Any] | None) -> frozenset[str]:
    """The encounter's organisation and participants: readable though not in the scopes (NAV-10)."""
    if encounter is None:
        return frozenset()
    found = [encounter.get("serviceProvider", {}).get("reference")]
    found += [item.get("individual", {}).get("reference") for item in encounter.get("participant", [])]
    kinds = ("Organization/", "Practitioner/", "PractitionerRole/")
    return frozenset(
        reference for reference in found if isinstance(reference, str) and reference.startswith(kinds)
    )


def _identification_mistake(item: dict[str, Any]) -> str | None:
    """What is wrong with the kinds of ``canonical``, ``identifier`` and ``type``, or ``None``."""
    canonical, identifier, kind = item.get("canonical"), item.get("identifier"), item.get("type")
    if "canonical" in item and not (isinstance(canonical, str) and _is_absolute(canonical)):
        return "canonical in fhirContext is not a URI"
    if "identifier" in item and not (isinstance(identifier, dict) and identifier):
        return "identifier in fhirContext is not an Identifier"
    if "type" in item and not (isinstance(kind, str) and kind in RESOURCE_TYPES):
        return "type in fhirContext is not a resource type"
    return None


def _is_absolute(uri: str) -> bool:
    try:
        return ABSOLUTE_URI.fullmatch(uri) is not None and bool(urlsplit(uri).scheme)
    except ValueError:
        return False
