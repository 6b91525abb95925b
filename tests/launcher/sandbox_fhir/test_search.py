from __future__ import annotations

import httpx2
import pytest

from tests.fakes.sandbox_fhir import RunningServer
from tests.launcher.sandbox_fhir.answers import ids, link, refused

SEEDED = {"marit", "asmund", "turid"}


def found(fhir: httpx2.Client, query: str) -> set[str]:
    """Ids of the seeded resources that a query finds; other tests write too."""
    return set(ids(fhir.get("/" + query, params=None))) & (
        SEEDED | {"stay-marit", "stay-turid", "weight-1", "weight-2", "pulse", "pressure", "note", "home", "ward"}
        | {"heart", "falls", "nurse", "nurse-role", "room-1"}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        # token: with system, without, |code, system|, alternatives, repetition
        ("Patient?identifier=urn:oid:2.999.1|A-1", {"marit"}),
        ("Patient?identifier=A-1", {"marit", "asmund"}),
        ("Patient?identifier=|A-1", {"asmund"}),
        ("Patient?identifier=urn:oid:2.999.1|", {"marit"}),
        ("Patient?identifier=urn:oid:2.999.9|A-1", set()),
        ("Patient?identifier=B\\|2", {"turid"}),
        ("Patient?identifier=urn:x|B\\|2", {"turid"}),
        ("Patient?identifier=urn:oid:2.999.1|A-1,urn:x|B\\|2", {"marit", "turid"}),
        ("Patient?identifier=urn:oid:2.999.1|,B\\|2", {"marit", "turid"}),
        ("Patient?gender=female&active=true", {"marit"}),
        ("Patient?active=false", {"asmund"}),
        ("Patient?gender=http://hl7.org/fhir/administrative-gender|male", {"asmund"}),
        ("Patient?gender=FEMALE", set()),
        ("Patient?phone=99000001", {"marit"}),
        ("Patient?email=99000001", set()),
        ("Observation?code=http://loinc.org|29463-7", {"weight-1", "weight-2"}),
        (
            "Observation?code=http://loinc.org|29463-7,http://loinc.org|8867-4",
            {"weight-1", "weight-2", "pulse"},
        ),
        ("Observation?code=29463-7&code=8867-4", set()),
        ("Observation?category=vital-signs&status=final", {"weight-1", "weight-2", "pulse"}),
        ("Observation?component-code=8480-6", {"pressure"}),
        ("Observation?combo-code=85354-9", {"pressure"}),
        ("Observation?combo-code=8462-4,8867-4", {"pressure", "pulse"}),
        ("Observation?status=preliminary", {"pressure"}),
        ("Encounter?class=IMP", {"stay-marit"}),
        ("Encounter?class=|AMB", {"stay-turid"}),
        # :not and :missing
        ("Patient?gender:not=male", {"marit", "turid"}),
        ("Patient?gender:not=male,female", set()),
        ("Observation?category:not=vital-signs", {"pressure"}),
        ("Observation?category:missing=true", {"pressure"}),
        ("Observation?encounter:missing=false", {"weight-2"}),
        ("Observation?encounter:missing=true&patient=marit", {"weight-1"}),
        ("Patient?active:missing=true", {"turid"}),
        ("Observation?date:missing=true", {"pressure"}),
        ("Organization?partof:missing=true", {"home"}),
        # reference: Type/id, bare id, absolute, typed, alternatives
        ("Observation?patient=Patient/marit", {"weight-1", "weight-2"}),
        ("Observation?patient=marit", {"weight-1", "weight-2"}),
        ("Observation?subject=marit", {"weight-1", "weight-2"}),
        ("Observation?subject:Patient=marit", {"weight-1", "weight-2"}),
        ("Observation?subject:Group=marit", set()),
        ("Observation?patient=marit,turid", {"weight-1", "weight-2", "pulse", "pressure"}),
        ("Observation?patient=marit&patient=turid", set()),
        ("Observation?encounter=Encounter/stay-marit", {"weight-2"}),
        ("DocumentReference?encounter=stay-marit", {"note"}),
        ("DocumentReference?related=Observation/weight-1", {"note"}),
        ("Encounter?service-provider=Organization/ward&status=in-progress", {"stay-marit"}),
        ("Encounter?location=room-1", {"stay-marit"}),
        ("Encounter?participant=Practitioner/nurse", {"stay-marit"}),
        ("Organization?partof=home", {"ward"}),
        ("Location?organization=ward", {"room-1"}),
        ("Patient?general-practitioner=Practitioner/nurse", {"marit"}),
        ("PractitionerRole?practitioner=nurse&organization=ward", {"nurse-role"}),
        ("Flag?subject=Patient/marit&status=active", {"falls"}),
        ("Condition?patient=marit&code=K77", {"heart"}),
        # string: begins with, without case and accents, :exact, :contains
        ("Patient?family=haug", {"marit", "turid"}),
        ("Patient?family=HAUGEN", {"marit"}),
        ("Patient?family:exact=Haugen", {"marit"}),
        ("Patient?family:exact=haugen", set()),
        ("Patient?family:contains=AUGA", {"turid"}),
        ("Patient?family=bråten", {"asmund"}),
        ("Patient?family=braten", set()),
        ("Patient?given=emile", {"asmund"}),
        ("Patient?name=marit", {"marit"}),
        ("Patient?name=marit haug", {"marit"}),
        ("Patient?name=haugen, m", {"marit"}),
        ("Patient?name=haugen\\, m", {"marit"}),
        ("Patient?name=haugen marit", {"marit"}),
        ("Patient?family=haugan,bråt", {"turid", "asmund"}),
        ("Patient?family=%25", set()),
        ("Organization?name=vestfl", {"ward"}),
        # date of a date: precision as written
        ("Patient?birthdate=1941-03-14", {"marit"}),
        ("Patient?birthdate=1941", {"marit", "turid"}),
        ("Patient?birthdate=1941-03,1950", {"marit", "asmund"}),
        ("Patient?birthdate=ge1941-11&birthdate=lt1950", {"turid"}),
        # _id, _lastUpdated
        ("Patient?_id=marit,turid", {"marit", "turid"}),
        ("Patient?_id=marit&_id=turid", set()),
        ("Patient?_id=marit&_lastUpdated=ge2026-11-23", {"marit"}),
        ("Patient?_id=marit&_lastUpdated=gt2026-11-23T03:30:00.000%2B01:00", set()),
        ("Patient?_id=marit&_lastUpdated=2026-11-23T02:30:00.000Z", {"marit"}),
        # chains
        ("Observation?patient.family=haugen", {"weight-1", "weight-2"}),
        ("Observation?subject:Patient.birthdate=1941-11", {"pulse", "pressure"}),
        ("PractitionerRole?practitioner.identifier=urn:oid:2.16.578.1.12.4.1.4.4|9144900", {"nurse-role"}),
    ],
)
def test_search(fhir: httpx2.Client, query: str, expected: set[str]) -> None:
    if query == "Patient?name=haugen, m":  # a bare comma parts alternatives: "haugen" or "m"
        assert {"marit"} <= found(fhir, query)
    else:
        assert found(fhir, query) == expected


def test_absolute_references_mean_this_server_or_another(server: RunningServer) -> None:
    fhir = server.client
    assert found(fhir, f"Observation?patient={server.base_url}/Patient/marit") == {"weight-1", "weight-2"}
    assert found(fhir, "Observation?patient=http://other.example/fhir/Patient/marit") == set()
    body = {
        "resourceType": "Flag",
        "id": "abroad",
        "status": "active",
        "code": {"text": "x"},
        "subject": {"reference": "http://other.example/fhir/Patient/p9"},
    }
    assert fhir.put("/Flag/abroad", json=body).status_code == 201
    assert ids(fhir.get("/Flag?subject=http://other.example/fhir/Patient/p9")) == ["abroad"]
    body |= {"id": "own", "subject": {"reference": f"{server.base_url}/Patient/guest"}}
    assert fhir.put("/Flag/own", json=body).status_code == 201
    assert ids(fhir.get("/Flag?patient=guest&_id=own")) == ["own"]


@pytest.mark.parametrize(
    "query",
    [
        "Patient?gender:text=x",
        "Patient?birthdate:exact=1941",
        "Patient?family:missing=perhaps",
        "Observation?patient:Starship=x",
        "Patient?birthdate=14.03.1941",
        "Patient?birthdate=1941-13",
        "Patient?birthdate=1941-02-30",
        "Patient?birthdate=zz1941",
        "Patient?_lastUpdated=now",
        "Patient?identifier=a|b|c",
        "Patient?_count=-1",
        "Patient?_count=ten",
        "Patient?_total=about",
        "Observation?_include:sideways=Observation:patient",
        "Patient?family=%FF",
    ],
)
def test_what_cannot_be_read_is_400(fhir: httpx2.Client, query: str) -> None:
    refused(fhir.get("/" + query), 400)


@pytest.mark.parametrize(
    "unknown",
    [
        "shoe-size=43",
        "_include=Patient:shoe",
        "_sort=shoe",
        "_summary=data",
        "subject.name=x",
        "_has:x:y:z=1",
    ],
)
def test_an_unknown_parameter_is_left_out_of_the_self_link_or_refused(
    fhir: httpx2.Client, unknown: str
) -> None:
    lenient = fhir.get(f"/Patient?_id=marit&{unknown}")
    assert ids(lenient) == ["marit"]
    assert (link(lenient, "self") or "").endswith("/Patient?_id=marit")
    strict = fhir.get(f"/Patient?_id=marit&{unknown}", headers={"Prefer": "handling=strict"})
    issue = refused(strict, 400, "not-supported")
    assert unknown.split("=")[0].split(":")[0] in issue["diagnostics"]


def test_search_by_post(server: RunningServer) -> None:
    answer = server.client.post(
        "/Patient/_search", data={"identifier": "urn:oid:2.999.1|A-1", "gender": "female"}
    )
    assert ids(answer) == ["marit"]
    both = server.client.post("/Patient/_search?family=haug", data={"gender": "female", "_sort": "birthdate"})
    assert [name for name in ids(both) if name in SEEDED] == ["marit", "turid"]
    refused(server.client.post("/Patient/_search", json={"family": "x"}), 415)


def test_the_self_link_of_a_posted_search_names_nothing_and_works(server: RunningServer) -> None:
    answer = server.client.post("/Patient/_search", data={"identifier": "urn:oid:2.999.1|A-1"})
    itself = link(answer, "self") or ""
    assert "A-1" not in itself
    assert "identifier" not in itself
    assert ids(server.client.get(itself)) == ["marit"]


def test_too_many_alternatives_are_refused(server: RunningServer) -> None:
    many = ",".join(f"urn:x|{number}" for number in range(501))
    refused(server.client.post("/Patient/_search", data={"identifier": many}), 400, "too-costly")
    enough = ",".join(f"urn:x|{number}" for number in range(500))
    assert ids(server.client.post("/Patient/_search", data={"identifier": enough})) == []


def test_the_self_link_repeats_what_was_understood(fhir: httpx2.Client) -> None:
    answer = fhir.get(
        "/Observation", params={"code": "http://loinc.org|29463-7", "patient": "marit", "_count": "5"}
    )
    assert (link(answer, "self") or "").endswith(
        "/Observation?code=http://loinc.org|29463-7&patient=marit&_count=5"
    )


def test_a_searchset_looks_as_fhir_says(server: RunningServer) -> None:
    answer = server.client.get("/Patient?_id=marit").json()
    assert (answer["resourceType"], answer["type"], answer["total"]) == ("Bundle", "searchset", 1)
    assert answer["entry"][0]["fullUrl"] == f"{server.base_url}/Patient/marit"
    assert answer["entry"][0]["search"] == {"mode": "match"}
    assert "entry" not in server.client.get("/Patient?_id=nobody").json()
