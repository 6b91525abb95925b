"""The attacks on isolation as tables: each with its twin, the same request with every foreign id made one's own.

A twin must give one's own data (``DATA``). Where it may not, the row says with which status even the request about
one's own patient is refused: such a request is no form of a legal one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.launcher.gateway.isolation_data import FOREIGN, LINKED, OWN
from tests.launcher.gateway.support import MARIT, TORBJORN

DATA = 200
ABSENT = 404
"""The twin asks for something that is nobody's alone: not found, or found without it."""

TYPES = {
    "Observation": "obs",
    "Condition": "con",
    "AllergyIntolerance": "all",
    "Encounter": "enc",
    "DocumentReference": "doc",
    "Binary": "bin",
    "List": "lst",
    "Composition": "com",
    "Provenance": "pro",
    "Task": "tas",
    "Flag": "fla",
    "AuditEvent": "aud",
    "RelatedPerson": "rel",
    "Person": "per",
}
_FOREIGN_ID = re.compile(rf"\b({'|'.join(TYPES.values())}|number)-b\b")


@dataclass(frozen=True, slots=True)
class Attack:
    """One request; ``twin`` is ``DATA``, or the status with which the twin is refused."""

    method: str
    target: str
    twin: int = DATA
    body: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return f"{self.method} {self.target} {json.dumps(self.body) if self.body else ''}".strip()

    def made_own(self) -> Attack:
        """The same with every foreign id replaced by one's own."""
        body = json.loads(_own(json.dumps(self.body))) if self.body is not None else None
        return Attack(self.method, _own(self.target), self.twin, body)


def _own(text: str) -> str:
    for foreign, own in ((LINKED, MARIT), (TORBJORN, MARIT), (FOREIGN, OWN), ("obs-before", "obs-a")):
        text = text.replace(foreign, own)
    return _FOREIGN_ID.sub(r"\1-a", text)


PATIENT_ATTACKS = (
    (f"/Patient/{TORBJORN}", DATA),
    (f"/Patient/{TORBJORN}/_history", DATA),
    (f"/Patient/{TORBJORN}/_history/1", DATA),
    (f"/Patient/{TORBJORN}/$everything", DATA),
    (f"/Patient/{TORBJORN}/*", 400),
    (f"/Patient?_id={TORBJORN}", DATA),
    (f"/Patient?_id={MARIT},{TORBJORN}", DATA),
    (f"/Patient?_id={MARIT}&_id={TORBJORN}", DATA),
    ("/Patient?identifier=number-b", DATA),
    (f"/Patient?name={FOREIGN}", DATA),
    ("/Patient", DATA),
    ("/Patient?_count=1", DATA),
    ("/Patient?_elements=name", DATA),
    ("/Patient?_summary=text", DATA),
    ("/Patient?_revinclude=Observation:subject", DATA),
    ("/Patient?_has:Observation:patient:code=8867-4", 403),
    (f"/Patient/{MARIT}/../{TORBJORN}", 400),
    (f"/Patient/{MARIT}%2f..%2f{TORBJORN}", 400),
    (f"//Patient/{TORBJORN}", 400),
    (f"/./Patient/{TORBJORN}", 400),
    (f"/Practitioner/shared/../../Patient/{TORBJORN}", 400),
    (f"/Patient%2F{TORBJORN}", 400),
)
SHARED_ATTACKS = (
    ("/Bundle/bun-both", 403),
    ("/Bundle", 403),
    ("/Group/grp-both", ABSENT),
    ("/Group?_id=grp-both", ABSENT),
    ("/Appointment?_id=app-both", ABSENT),
    ("/Appointment/app-both", ABSENT),
    ("/List/lst-both", ABSENT),
    ("/List?_id=lst-both", ABSENT),
    ("/_history", 405),
    ("/?_type=Patient,Observation", 405),
    ("/Practitioner?_revinclude=Patient:general-practitioner", DATA),
    ("/Practitioner?_revinclude=Observation:performer&_revinclude:iterate=Provenance:target", DATA),
    (f"/Practitioner?_has:Patient:general-practitioner:_id={TORBJORN}", 403),
    ("/Practitioner?_has:Patient:general-practitioner:name=x", 403),
)
LINK_ATTACKS = (
    (f"/Patient/{LINKED}", DATA),
    (f"/Patient/{LINKED}/$everything", DATA),
    (f"/Patient/{LINKED}/Observation", DATA),
    ("/Observation/obs-before", DATA),
    (f"/Observation?patient={LINKED}", DATA),
    (f"/Observation?patient={MARIT},{LINKED}", DATA),
    ("/Patient?_include=Patient:link", DATA),
    ("/Patient?_include=Patient:link&_revinclude:iterate=Observation:subject", DATA),
    (f"/Patient?link=Patient/{LINKED}&_revinclude=Patient:link", ABSENT),
    ("/Person/per-both", ABSENT),
    (f"/Person?patient=Patient/{MARIT}&_include=Person:patient", DATA),
    (f"/Person?patient=Patient/{LINKED}", DATA),
)
CONTAINED_ATTACKS = (
    ("/Observation/obs-holding", ABSENT),
    ("/Observation/obs-holding/_history", ABSENT),
    ("/Observation/obs-holding/_history/1", ABSENT),
    ("/Observation/obs-hiding", ABSENT),
    ("/Observation/obs-aside", ABSENT),
    ("/Observation?_id=obs-holding,obs-hiding,obs-aside", ABSENT),
    ("/Observation?status=final", DATA),
)
TYPE_ATTACKS = (
    ("/{type}/{short}-b", DATA),
    ("/{type}/{short}-b/_history", DATA),
    ("/{type}/{short}-b/_history/1", DATA),
    ("/{type}", DATA),
    ("/{type}/_history", 403),
    ("/{type}?_id={short}-b", DATA),
    ("/{type}?_id={short}-a,{short}-b", DATA),
    ("/{type}?patient={foreign}", DATA),
    ("/{type}?patient=Patient/{own},Patient/{foreign}", DATA),
    ("/{type}?patient={own}&subject=Patient/{foreign}", DATA),
    ("/{type}?subject:Patient={foreign}", DATA),
    ("/{type}?patient.name={canary}", 403),
    ("/{type}?subject:Patient.name={canary}", 403),
    ("/{type}?patient:not={own}", 403),
    ("/{type}?patient={own}%2C{foreign}", DATA),
    ("/{type}?patient={own}%26patient={foreign}", 403),
    ("/{type}?patient={own};patient={foreign}", 400),
    ("/{type}?%70atient={foreign}", DATA),
    ("/{type}?Patient={foreign}", 400),
    ("/{type}?_include=*&_include:iterate=*", DATA),
    ("/{type}?_revinclude=*", DATA),
    ("/{type}?_elements=id", DATA),
    ("/{type}?_elements=code,note,description,title", DATA),
    ("/{type}?_summary=true", DATA),
    ("/{type}?_summary=data&_count=100", DATA),
    ("/{type}?_list=lst-b", 403),
    ("/{type}?_filter=id%20eq%20{short}-b", 400),
    ("/{type}?_page=x", 403),
    ("/Patient/{foreign}/{type}", DATA),
)


def by_address() -> Iterator[Attack]:
    """Every attack that is an address alone."""
    for target, twin in (*PATIENT_ATTACKS, *SHARED_ATTACKS, *LINK_ATTACKS, *CONTAINED_ATTACKS):
        yield Attack("GET", target, twin)
    for resource_type, short in TYPES.items():
        names = {"type": resource_type, "short": short, "own": MARIT, "foreign": TORBJORN, "canary": FOREIGN}
        for template, twin in TYPE_ATTACKS:
            if resource_type == "Binary" and twin == DATA and template != TYPE_ATTACKS[0][0]:
                twin = 403  # A Binary is read by its id, and in no other way.
            yield Attack("GET", template.format(**names), twin)
        posted = 403 if resource_type == "Binary" else DATA
        yield Attack("POST", f"/{resource_type}/_search?patient={TORBJORN}", posted)
        yield Attack("DELETE", f"/{resource_type}/{short}-b", 403 if resource_type == "Binary" else 204)


def by_writing() -> Iterator[Attack]:
    """The attacks that send a resource or a Bundle."""
    mine, theirs = ({"reference": f"Patient/{patient}"} for patient in (MARIT, TORBJORN))
    taken = {
        "resourceType": "Observation",
        "id": "obs-b",
        "status": "final",
        "code": {"text": OWN},
        "subject": mine,
    }
    person = {"resourceType": "Patient", "id": TORBJORN, "name": [{"family": OWN}]}
    yield Attack("PUT", "/Observation/obs-b", body=taken)
    yield Attack("PUT", "/Observation/obs-a", body={**taken, "id": "obs-a", "subject": theirs})
    yield Attack("PUT", f"/Patient/{TORBJORN}", body=person)
    yield Attack("PUT", f"/Patient/{MARIT}", body=person)
    yield Attack("PUT", "/Observation?_id=obs-b", 403, body=taken)
    created = {name: value for name, value in taken.items() if name != "id"}
    yield Attack("POST", "/Observation", 201, {**created, "subject": theirs})
    searched = {"reference": "Patient?identifier=number-b"}
    yield Attack("POST", "/Observation", 403, {**created, "subject": searched})
    inner = {"resourceType": "Observation", "id": "x", "status": "final", "code": {"text": "x"}}
    yield Attack("POST", "/Observation", 201, {**created, "contained": [{**inner, "subject": theirs}]})
    yield from _in_bundles(taken)


def _in_bundles(taken: dict[str, Any]) -> Iterator[Attack]:
    for url, twin in (
        (f"Patient/{TORBJORN}", DATA),
        ("Observation/obs-b", DATA),
        (f"Observation?patient={TORBJORN}", DATA),
        (f"Patient/{TORBJORN}/$everything", DATA),
        (f"/Patient/{TORBJORN}", 400),
        (f"Patient/{MARIT}/../{TORBJORN}", 400),
    ):
        yield _bundle("batch", {"request": {"method": "GET", "url": url}}, twin)
        # A transaction reads nothing, whoever it is about.
        yield _bundle("transaction", {"request": {"method": "GET", "url": url}}, 400)
    for kind in ("batch", "transaction"):
        request = {"method": "PUT", "url": "Observation/obs-b"}
        yield _bundle(kind, {"request": request, "resource": taken}, DATA)
        yield _bundle(kind, {"request": {"method": "DELETE", "url": "Observation/obs-b"}}, 204)


def _bundle(kind: str, entry: dict[str, Any], twin: int) -> Attack:
    return Attack("POST", "", twin, {"resourceType": "Bundle", "type": kind, "entry": [entry]})
