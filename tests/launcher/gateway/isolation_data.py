"""Two patients whose every resource carries a canary of its owner, for the attacks on isolation."""

from __future__ import annotations

from typing import Any

from tests.launcher.gateway.support import MARIT, TORBJORN

OWN, FOREIGN = "canary-of-marit", "canary-of-torbjorn"
CANARIES = {MARIT: OWN, TORBJORN: FOREIGN}
LINKED = "p-marit-before"
"""An earlier record that Marit's own links to: not followed (SAL-41), so what is in it counts as foreign."""


def _text(code: str, canary: str, system: str = "http://loinc.org") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], "text": canary}


def resources_of(patient: str, short: str) -> list[dict[str, Any]]:
    """Every kind of resource that can be about a patient; ids end in ``-short``."""
    canary = CANARIES[patient]
    subject = {"reference": f"Patient/{patient}", "display": canary}
    category = [_text("vital-signs", canary, "http://terminology.hl7.org/CodeSystem/observation-category")]
    return [
        {
            "resourceType": "Patient",
            "id": patient,
            "identifier": [{"system": "urn:test:number", "value": f"number-{short}"}],
            "name": [{"family": canary, "given": [short]}],
            "generalPractitioner": [{"reference": "Practitioner/shared"}],
            "link": [{"other": {"reference": f"Patient/{LINKED}"}, "type": "replaces"}],
        },
        {
            "resourceType": "Observation",
            "id": f"obs-{short}",
            "status": "final",
            "category": category,
            "code": _text("8867-4", canary),
            "subject": subject,
            "performer": [{"reference": "Practitioner/shared"}],
            "note": [{"text": canary}],
        },
        {"resourceType": "Condition", "id": f"con-{short}", "code": _text("F20", canary), "subject": subject},
        {
            "resourceType": "AllergyIntolerance",
            "id": f"all-{short}",
            "code": _text("1", canary),
            "patient": subject,
        },
        {
            "resourceType": "Encounter",
            "id": f"enc-{short}",
            "status": "in-progress",
            "class": {"code": "IMP", "display": canary},
            "subject": subject,
        },
        {
            "resourceType": "DocumentReference",
            "id": f"doc-{short}",
            "status": "current",
            "description": canary,
            "subject": subject,
            "content": [{"attachment": {"url": f"Binary/bin-{short}", "title": canary}}],
        },
        {
            "resourceType": "Binary",
            "id": f"bin-{short}",
            "contentType": "text/plain",
            "securityContext": {"reference": f"Patient/{patient}", "display": canary},
            "data": "SGVp",
        },
        {
            "resourceType": "List",
            "id": f"lst-{short}",
            "status": "current",
            "mode": "working",
            "title": canary,
            "subject": subject,
            "entry": [{"item": {"reference": f"Observation/obs-{short}"}}],
        },
        {
            "resourceType": "Composition",
            "id": f"com-{short}",
            "status": "final",
            "type": _text("11488-4", canary),
            "subject": subject,
            "date": "2026-11-01",
            "author": [{"reference": "Practitioner/shared"}],
            "title": canary,
        },
        {
            "resourceType": "Provenance",
            "id": f"pro-{short}",
            "target": [{"reference": f"Patient/{patient}", "display": canary}],
            "recorded": "2026-11-01T08:00:00Z",
            "agent": [{"who": {"reference": "Practitioner/shared"}}],
        },
        {
            "resourceType": "Task",
            "id": f"tas-{short}",
            "status": "requested",
            "intent": "order",
            "description": canary,
            "for": subject,
        },
        {
            "resourceType": "Flag",
            "id": f"fla-{short}",
            "status": "active",
            "code": _text("1", canary),
            "subject": subject,
        },
        {
            "resourceType": "AuditEvent",
            "id": f"aud-{short}",
            "type": {"code": "rest"},
            "recorded": "2026-11-01T08:00:00Z",
            "agent": [{"who": {"reference": "Practitioner/shared"}, "requestor": True}],
            "source": {"observer": {"display": "record system"}},
            "entity": [{"what": subject, "description": canary}],
        },
        {
            "resourceType": "RelatedPerson",
            "id": f"rel-{short}",
            "patient": subject,
            "name": [{"family": canary}],
        },
        {
            "resourceType": "Person",
            "id": f"per-{short}",
            "name": [{"family": canary}],
            "link": [{"target": {"reference": f"Patient/{patient}"}}],
        },
    ]


def linked_resources() -> list[dict[str, Any]]:
    """The record that Marit's points to, and a person who stands for both of hers."""
    subject = {"reference": f"Patient/{LINKED}"}
    return [
        {"resourceType": "Patient", "id": LINKED, "name": [{"family": FOREIGN}]},
        {
            "resourceType": "Observation",
            "id": "obs-before",
            "status": "final",
            "code": {"text": FOREIGN},
            "subject": subject,
        },
        {
            "resourceType": "Person",
            "id": "per-both",
            "name": [{"family": FOREIGN}],
            "link": [{"target": {"reference": f"Patient/{patient}"}} for patient in (MARIT, LINKED)],
        },
    ]


def containing_resources() -> list[dict[str, Any]]:
    """What stands in one's own record, or seems to, and holds somebody else's resource inside."""
    mine, theirs = ({"reference": f"Patient/{patient}"} for patient in (MARIT, TORBJORN))
    observation = {"resourceType": "Observation", "id": "x", "status": "final", "code": {"text": FOREIGN}}
    patient = {"resourceType": "Patient", "id": "x", "name": [{"family": FOREIGN}]}
    code = {"text": "summary"}
    return [
        {
            "resourceType": "Observation",
            "id": "obs-holding",
            "status": "final",
            "code": code,
            "subject": mine,
            "hasMember": [{"reference": "#x"}],
            "contained": [{**observation, "subject": theirs}],
        },
        {
            "resourceType": "Observation",
            "id": "obs-hiding",
            "status": "final",
            "code": code,
            "subject": {"reference": "#x"},
            "contained": [patient],
        },
        {
            "resourceType": "Observation",
            "id": "obs-aside",
            "status": "final",
            "code": code,
            "subject": mine,
            "focus": [{"reference": "#x"}],
            "contained": [patient],
        },
    ]


def shared_resources() -> list[dict[str, Any]]:
    """Nobody's resources, and some that belong to both patients at once (and so to nobody's grant)."""
    both = [
        {"reference": f"Patient/{patient}", "display": CANARIES[patient]} for patient in (MARIT, TORBJORN)
    ]
    return [
        {"resourceType": "Practitioner", "id": "shared", "name": [{"family": "Nordli"}]},
        {"resourceType": "Location", "id": "rom-204", "name": "204"},
        {
            "resourceType": "Group",
            "id": "grp-both",
            "type": "person",
            "actual": True,
            "name": FOREIGN,
            "member": [{"entity": reference} for reference in both],
        },
        {
            "resourceType": "Appointment",
            "id": "app-both",
            "status": "booked",
            "participant": [{"actor": reference, "status": "accepted"} for reference in both],
        },
        {
            "resourceType": "List",
            "id": "lst-both",
            "status": "current",
            "mode": "working",
            "title": FOREIGN,
            "subject": both[0],
            "entry": [{"item": reference} for reference in both],
        },
        {
            "resourceType": "Bundle",
            "id": "bun-both",
            "type": "collection",
            "entry": [
                {"resource": {"resourceType": "Patient", "id": TORBJORN, "name": [{"family": FOREIGN}]}}
            ],
        },
    ]


def everything() -> list[dict[str, Any]]:
    """All of it, for an upstream."""
    return [
        *resources_of(MARIT, "a"),
        *resources_of(TORBJORN, "b"),
        *linked_resources(),
        *containing_resources(),
        *shared_resources(),
    ]
