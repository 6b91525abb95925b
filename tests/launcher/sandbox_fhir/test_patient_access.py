"""Who reaches whose records: every way out of the server, and every way in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from launcher.sandbox.fhir import open_store
from tests.fakes.sandbox_fhir import TOKEN, HandClock, RunningServer, running_fhir_server
from tests.launcher.sandbox_fhir.answers import ids, link, refused
from tests.launcher.sandbox_fhir.people import HPR, observation, patient

HOME_PLACE, PRACTICE_PLACE = {"reference": "Organization/home"}, {"reference": "Organization/practice"}


def organization(resource_id: str, inside: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"resourceType": "Organization", "id": resource_id, "name": resource_id}
    return made | ({"partOf": {"reference": f"Organization/{inside}"}} if inside else {})


def member(resource_id: str, hpr: str, place: str, *, active: bool = True) -> list[dict[str, Any]]:
    person = {
        "resourceType": "Practitioner",
        "id": resource_id,
        "identifier": [{"system": HPR, "value": hpr}],
    }
    role = {
        "resourceType": "PractitionerRole",
        "id": f"role-{resource_id}",
        "active": active,
        "practitioner": {"reference": f"Practitioner/{resource_id}"},
        "organization": {"reference": f"Organization/{place}"},
    }
    return [person, role]


def stay(resource_id: str, subject: str, place: str, status: str = "in-progress") -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": resource_id,
        "status": status,
        "class": {"code": "IMP"},
        "subject": {"reference": f"Patient/{subject}"},
        "serviceProvider": {"reference": f"Organization/{place}"},
    }


RESOURCES = [
    organization("home"),
    organization("ward", "home"),
    organization("other-ward", "home"),
    organization("practice"),
    *member("nurse", "1", "ward"),
    *member("night", "2", "other-ward"),
    *member("doctor", "3", "practice"),
    *member("former", "4", "ward", active=False),
    patient("resident", "Dal", "Anna", "1940-02-03", managingOrganization=HOME_PLACE),
    patient("listed", "Eng", "Berit", "1980-02-03", managingOrganization=PRACTICE_PLACE),
    patient(
        "shared", "Foss", "Carl", "1938-02-03", managingOrganization=HOME_PLACE,
        generalPractitioner=[{"reference": "Practitioner/doctor"}],
    ),
    observation("o-resident", "Patient/resident", "29463-7", "2026-11-01", "70.0"),
    observation("o-listed", "Patient/listed", "29463-7", "2026-11-01", "80.0",
                performer=[{"reference": "Practitioner/doctor"}]),
    {"resourceType": "Binary", "id": "letter", "contentType": "text/plain", "data": "aGVp"},
    {"resourceType": "Group", "id": "mixed", "type": "person", "actual": True,
     "member": [{"entity": {"reference": "Patient/resident"}}, {"entity": {"reference": "Patient/listed"}}]},
]  # fmt: skip


@dataclass
class People:
    server: RunningServer
    nurse: httpx2.Client
    night: httpx2.Client
    doctor: httpx2.Client
    former: httpx2.Client
    administrator: httpx2.Client
    stranger: httpx2.Client

    @property
    def system(self) -> httpx2.Client:
        return self.server.client


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with running_fhir_server(tmp_path / "records.sqlite", resources=RESOURCES) as server:
        clients = [
            httpx2.Client(
                base_url=server.base_url, headers={"Authorization": f"Bearer {TOKEN}/{number}"}, timeout=20
            )
            for number in ("1", "2", "3", "4", "", "999")
        ]
        yield People(server, *clients)
        for client in clients:
            client.close()


def found(client: httpx2.Client, query: str) -> set[str]:
    return set(ids(client.get(query)))


def weight(subject: str, **more: Any) -> dict[str, Any]:
    made = observation("x", f"Patient/{subject}", "29463-7", "2026-11-02", "71.0", **more)
    return {name: value for name, value in made.items() if name != "id"} | {"valueQuantity": {"value": 71}}


def test_each_sees_the_patients_of_his_unit_and_list(people: People) -> None:
    home = {"resident", "shared"}
    assert found(people.nurse, "/Patient") == found(people.night, "/Patient") == home
    assert found(people.doctor, "/Patient") == {"listed", "shared"}
    assert found(people.system, "/Patient") == {"resident", "listed", "shared"}
    for nobody in (people.former, people.administrator, people.stranger):
        assert found(nobody, "/Patient") == set()
        refused(nobody.get("/Patient/resident"), 403, "forbidden")


def test_everybody_reads_the_directory_and_no_more(people: People) -> None:
    for reader in (people.nurse, people.administrator, people.stranger):
        assert len(found(reader, "/Practitioner")) == 4
        assert reader.get("/Organization/home").status_code == 200
    for path in ("/Observation", "/Group", "/Observation?_summary=count", "/Observation/_history"):
        assert people.administrator.get(path).json()["total"] == 0
    refused(people.administrator.get("/Observation/o-resident"), 403, "forbidden")
    assert people.nurse.get("/Binary/letter").status_code == 200
    refused(people.administrator.get("/Binary/letter"), 403, "forbidden")
    assert found(people.administrator, "/Binary") == set()
    refused(people.administrator.get("/Observation/o-resident/_history"), 403, "forbidden")


@pytest.mark.parametrize(
    "path",
    [
        "/Patient/listed",
        "/Patient/listed?_elements=name",
        "/Patient/listed/_history",
        "/Patient/listed/_history/1",
        "/Patient/listed/$everything",
        "/Observation/o-listed",
        "/Observation/o-listed/_history/1",
        "/Group/mixed",
    ],
)
def test_no_read_reaches_further(people: People, path: str) -> None:
    """Group/mixed names one patient within reach and one outside: it is closed."""
    assert people.system.get(path).status_code == 200
    issue = refused(people.nurse.get(path), 403, "forbidden")
    assert issue["diagnostics"] == "the patient belongs neither to your unit nor to your list"


@pytest.mark.parametrize(
    ("query", "within"),
    [
        ("/Observation", ["o-resident"]),
        ("/Observation?patient=listed", []),
        ("/Observation?_id=o-listed", []),
        ("/Observation?subject:Patient.family=Eng", []),
        ("/Observation?performer=Practitioner/doctor", []),
        ("/Observation?_sort=-date&_count=10", ["o-resident"]),
        ("/Patient?family=Eng", []),
        ("/Group?member=Patient/resident", []),
    ],
)
def test_no_search_reaches_further(people: People, query: str, within: list[str]) -> None:
    answer = people.nurse.get(query)
    assert ids(answer) == within
    assert answer.json()["total"] == len(within)


def test_includes_and_history_stay_within_reach(people: People) -> None:
    everyone = people.system.get("/Practitioner?_id=doctor&_revinclude=Observation:performer")
    assert ids(everyone, "include") == ["o-listed"]
    for query in (
        "/Practitioner?_id=doctor&_revinclude=Observation:performer",
        "/Practitioner?_id=doctor&_revinclude=Patient:general-practitioner",
    ):
        assert ids(people.administrator.get(query), "include") == []
    assert (
        ids(people.nurse.get("/Practitioner?_id=doctor&_revinclude=Observation:performer"), "include") == []
    )
    history = people.nurse.get("/Patient/_history").json()
    assert {entry["resource"]["id"] for entry in history["entry"]} == {"resident", "shared"}
    assert history["total"] == 2


def test_a_page_is_only_for_who_may_see_it(people: People) -> None:
    next_page = link(people.system.get("/Patient?_count=1&_sort=_id"), "next")
    assert next_page is not None
    assert ids(people.administrator.get(next_page)) == []
    assert set(ids(people.nurse.get(next_page))) <= {"resident", "shared"}


def test_writes_stay_within_reach(people: People) -> None:
    assert people.nurse.post("/Observation", json=weight("resident")).status_code == 201
    refused(people.nurse.post("/Observation", json=weight("listed")), 403, "forbidden")
    moved = {**weight("resident"), "id": "o-listed"}
    refused(people.nurse.put("/Observation/o-listed", json=moved), 403, "forbidden")
    away = {**weight("listed"), "id": "o-resident"}
    refused(people.nurse.put("/Observation/o-resident", json=away), 403, "forbidden")
    refused(people.nurse.delete("/Observation/o-listed"), 403, "forbidden")
    refused(people.nurse.delete("/Patient/listed"), 403, "forbidden")
    refused(people.administrator.post("/Observation", json=weight("resident")), 403, "forbidden")
    refused(people.administrator.put("/Organization/home", json=organization("home")), 403, "forbidden")
    assert people.system.get("/Observation?patient=listed").json()["total"] == 1
    assert people.system.get("/Observation/o-resident/_history").json()["total"] == 1


def test_nobody_opens_a_door_for_himself(people: People) -> None:
    """An Encounter at my own unit makes the unit a holder, but only who reaches the patient may write it."""
    mine = {name: value for name, value in stay("e", "listed", "ward").items() if name != "id"}
    refused(people.nurse.post("/Encounter", json=mine), 403, "forbidden")
    changed = patient("listed", "Eng", "Berit", "1980-02-03", managingOrganization=HOME_PLACE)
    refused(people.nurse.put("/Patient/listed", json=changed), 403, "forbidden")
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"request": {"method": "POST", "url": "Encounter"}, "resource": mine},
            {"request": {"method": "GET", "url": "Patient/listed"}},
        ],
    }
    refused(people.nurse.post("/", json=bundle), 403, "forbidden")
    assert found(people.nurse, "/Patient") == {"resident", "shared"}


def test_nobody_hires_himself(people: People) -> None:
    """Roles and organisations decide who reaches whom, so whoever gains by them does not write them."""
    role = member("nurse", "1", "practice")[1]
    created = {name: value for name, value in role.items() if name != "id"}
    refused(people.nurse.post("/PractitionerRole", json=created), 403, "forbidden")
    refused(people.nurse.put("/PractitionerRole/role-nurse", json=role), 403, "forbidden")
    refused(people.nurse.put("/Organization/ward", json=organization("ward", "practice")), 403, "forbidden")
    refused(people.nurse.put("/Practitioner/doctor", json=member("doctor", "1", "ward")[0]), 403, "forbidden")
    refused(people.nurse.delete("/PractitionerRole/role-night"), 403, "forbidden")
    batch = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "POST", "url": "PractitionerRole"}, "resource": created}],
    }
    assert people.nurse.post("/", json=batch).json()["entry"][0]["response"]["status"][:3] == "403"
    assert found(people.nurse, "/Patient") == {"resident", "shared"}


def test_a_stay_gives_access_while_it_lasts(people: People) -> None:
    assert people.system.put("/Encounter/e", json=stay("e", "listed", "ward")).status_code == 201
    assert found(people.nurse, "/Patient") == {"resident", "shared", "listed"}
    assert found(people.night, "/Patient") == {"resident", "shared"}
    assert people.system.put("/Encounter/e", json=stay("e", "listed", "ward", "finished")).status_code == 200
    assert found(people.nurse, "/Patient") == {"resident", "shared"}


def test_staff_who_leave_lose_it_at_once(people: People) -> None:
    role = member("nurse", "1", "ward", active=False)[1]
    assert found(people.nurse, "/Patient") == {"resident", "shared"}
    assert people.system.put("/PractitionerRole/role-nurse", json=role).status_code == 200
    assert found(people.nurse, "/Patient") == set()


def test_who_registers_a_patient_reaches_him(people: People) -> None:
    new = patient("x", "Ny", "Nils", "1944-01-01", generalPractitioner=[{"reference": "Practitioner/doctor"}])
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "request": {"method": "POST", "url": "Observation"},
                "resource": {**weight("resident"), "subject": {"reference": "urn:uuid:1"}},
            },
            {"fullUrl": "urn:uuid:1", "request": {"method": "POST", "url": "Patient"}, "resource": new},
        ],
    }
    answer = people.nurse.post("/", json=bundle)
    assert answer.status_code == 200, answer.text
    made = answer.json()["entry"][1]["resource"]["id"]
    assert made in found(people.nurse, "/Patient") and made in found(people.doctor, "/Patient")
    assert made not in found(people.night, "/Patient")
    assert people.nurse.get(f"/Observation?patient={made}").json()["total"] == 1


def test_each_entry_of_a_batch_is_judged(people: People) -> None:
    urls = ("Patient/resident", "Patient/listed", "Observation?patient=listed")
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": url}} for url in urls],
    }
    entries = people.nurse.post("/", json=bundle).json()["entry"]
    assert [entry["response"]["status"][:3] for entry in entries] == ["200", "403", "200"]
    assert entries[2]["resource"]["total"] == 0


def test_a_condition_finds_nothing_out_of_reach(people: People) -> None:
    """If-None-Exist is a search too: it neither shows nor names what the caller may not read."""
    headers = {"If-None-Exist": "patient=listed"}
    answer = people.nurse.post("/Observation", json=weight("resident"), headers=headers)
    assert answer.status_code == 201
    assert answer.json()["subject"]["reference"] == "Patient/resident"


def test_what_was_deleted_or_moved_stays_closed(people: People) -> None:
    moved = {**weight("resident"), "id": "o-listed"}
    assert people.system.put("/Observation/o-listed", json=moved).status_code == 200
    refused(people.nurse.get("/Observation/o-listed/_history/1"), 403, "forbidden")
    assert people.system.delete("/Patient/listed").status_code == 204
    refused(people.nurse.get("/Patient/listed"), 403, "forbidden")
    refused(people.doctor.get("/Patient/listed"), 410)


def test_a_database_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    file, clock = tmp_path / "records.sqlite", HandClock()
    with running_fhir_server(file, resources=RESOURCES, clock=clock) as server:
        port = int(server.base_url.split(":")[2].split("/")[0])
    with sqlite3.connect(file) as connection:
        connection.executescript(
            "DROP TABLE about; DROP TABLE holder; DELETE FROM setting WHERE name = 'access'; PRAGMA user_version = 1"
        )
    connection.close()
    open_store(file, base_url=f"http://127.0.0.1:{port}/fhir", clock=clock).close()
    with running_fhir_server(file, clock=clock, port=port) as server:
        answer = httpx2.get(f"{server.base_url}/Patient", headers={"Authorization": f"Bearer {TOKEN}/1"})
        assert set(ids(answer)) == {"resident", "shared"}
