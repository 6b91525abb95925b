"""Who the signed-in user is in the record: Practitioner by HPR number, role and organisation (HID-15, NOB-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from launcher.server.dependencies import UpstreamFhirReads

HPR_CLAIM = "helseid://claims/hpr/hpr_number"
HPR_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.4"
WITHOUT_HPR = "administrator"


@dataclass(frozen=True, slots=True)
class UserFacts:
    """``fhir_user`` is relative (NAV-09); ``lists`` are the start lists of this user, the first one shown."""

    name: str
    role: str
    hpr_number: str | None = None
    fhir_user: str | None = None
    organization: dict[str, str] | None = None
    lists: list[dict[str, str]] = field(default_factory=list)


async def user_facts(reads: UpstreamFhirReads, access_token: str, claims: Mapping[str, Any]) -> UserFacts:
    """Look the user up with his own upstream token.

    Without an HPR number, or without a Practitioner that has it, the user is an administrator without
    ``fhirUser`` (SAL-46). Raises :class:`launcher.server.errors.UpstreamUnavailable`.
    """
    name = str(claims.get("name") or claims.get("preferred_username") or "")
    hpr_number = claims.get(HPR_CLAIM)
    if not isinstance(hpr_number, str) or not hpr_number:
        return UserFacts(name, WITHOUT_HPR)
    found = await reads.search(access_token, "Practitioner", {"identifier": f"{HPR_SYSTEM}|{hpr_number}"})
    practitioners = [resource for resource in found if resource.get("resourceType") == "Practitioner"]
    if len(practitioners) != 1:
        return UserFacts(name, WITHOUT_HPR, hpr_number)
    fhir_user = f"Practitioner/{practitioners[0]['id']}"
    roles = await reads.search(
        access_token,
        "PractitionerRole",
        {"practitioner": fhir_user, "_include": "PractitionerRole:organization"},
    )
    return _with_roles(_human_name(practitioners[0]) or name, hpr_number, fhir_user, roles)


def _with_roles(name: str, hpr_number: str, fhir_user: str, found: list[dict[str, Any]]) -> UserFacts:
    organizations = {
        f"Organization/{resource['id']}": resource
        for resource in found
        if resource.get("resourceType") == "Organization"
    }
    role, organization, lists = "", None, []
    for resource in found:
        if resource.get("resourceType") != "PractitionerRole" or resource.get("active") is False:
            continue
        reference = str(resource.get("organization", {}).get("reference", ""))
        place = organizations.get(reference, {})
        role = role or _first_text(resource.get("code", []))
        here = {"reference": reference, "name": str(place.get("name", ""))}
        organization = organization or (here if reference else None)
        if _is_practice(resource, place):
            lists.append({"kind": "patients", "reference": fhir_user, "name": here["name"]})
        elif reference:
            lists.append({"kind": "ward", **here})
    return UserFacts(name, role, hpr_number, fhir_user, organization, lists)


def _is_practice(role: dict[str, Any], place: dict[str, Any]) -> bool:
    """A general practitioner's role: his start list is his patients, not a ward."""
    words = f"{_first_text(role.get('code', []))} {_first_text(place.get('type', []))}".lower()
    return "fastlege" in words or "legesenter" in words or "legekontor" in words


def _first_text(concepts: list[dict[str, Any]]) -> str:
    for concept in concepts:
        for candidate in (concept.get("text"), *(code.get("display") for code in concept.get("coding", []))):
            if candidate:
                return str(candidate)
    return ""


def _human_name(resource: dict[str, Any]) -> str:
    for name in resource.get("name", []):
        text = name.get("text") or " ".join([*name.get("given", []), name.get("family", "")]).strip()
        if text:
            return str(text)
    return ""
