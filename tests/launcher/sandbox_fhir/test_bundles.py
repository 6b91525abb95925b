from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.fakes.sandbox_fhir import RunningServer
from tests.launcher.sandbox_fhir.answers import ids, refused
from tests.launcher.sandbox_fhir.people import patient


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(
    method: str, url: str, resource: dict[str, Any] | None = None, full_url: str | None = None, **request: str
) -> dict[str, Any]:
    made: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        made["resource"] = resource
    if full_url is not None:
        made["fullUrl"] = full_url
    return made


def statuses(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["response"]["status"][:3] for item in answer.json()["entry"]]


def flag(subject: str) -> dict[str, Any]:
    return {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": "x"},
        "subject": {"reference": subject},
    }


PATIENT_URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"


def test_a_batch_answers_each_entry_for_itself(fhir: httpx2.Client) -> None:
    answer = fhir.post(
        "",
        json=bundle(
            "batch",
            entry("GET", "Patient/marit"),
            entry("GET", "Patient/nobody"),
            entry("POST", "Patient", patient("x", "Batched", "A", "1950")),
            entry("POST", "Observation", {"resourceType": "Observation"}),
            entry("GET", "Observation?patient=marit"),
            entry("POST", "Flag", flag("Patient/nobody")),
            entry("GET", "Starship/1"),
            entry("PATCH", "Patient/marit"),
            entry("GET", "Patient/marit/_history"),
            entry("GET", "metadata"),
            {"resource": {}},
            entry("GET", "Patient/marit", ifNoneMatch='W/"1"'),
        ),
    )
    assert answer.json()["type"] == "batch-response"
    assert statuses(answer) == [
        "200", "404", "201", "422", "200", "422", "404", "405", "200", "200", "400", "304",
    ]  # fmt: skip
    entries = answer.json()["entry"]
    assert entries[0]["resource"]["id"] == "marit"
    assert entries[1]["response"]["outcome"]["issue"][0]["code"] == "not-found"
    assert "resource" not in entries[1]
    assert entries[2]["response"]["etag"] == 'W/"1"'
    assert entries[2]["response"]["location"].endswith(f"/Patient/{entries[2]['resource']['id']}/_history/1")
    assert entries[2]["response"]["lastModified"] == entries[2]["resource"]["meta"]["lastUpdated"]
    assert entries[4]["resource"]["total"] == 2
    assert len(ids(fhir.get("/Patient?family=Batched"))) == 1
    assert ids(fhir.get("/Flag?patient=nobody")) == []


def test_a_batch_of_writes_with_conditions(fhir: httpx2.Client) -> None:
    fhir.put("/Patient/b1", json=patient("b1", "B", "A", "1950"))
    answer = fhir.post(
        "",
        json=bundle(
            "batch",
            entry("PUT", "Patient/b1", patient("b1", "Stale", "A", "1950"), ifMatch='W/"9"'),
            entry("PUT", "Patient/b1", patient("b1", "Good", "A", "1950"), ifMatch='W/"1"'),
            entry("DELETE", "Patient/b2"),
        ),
    )
    assert statuses(answer) == ["412", "200", "204"]
    assert fhir.get("/Patient/b1").json()["name"][0]["family"] == "Good"


def test_a_transaction_resolves_references_between_its_entries(fhir: httpx2.Client) -> None:
    encounter_urn = "urn:uuid:11ebe359-bfdc-4613-8bf2-c5e300945f0b"
    note = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": PATIENT_URN},
        "content": [{"attachment": {"contentType": "text/plain", "data": "aGVp"}}],
        "context": {"encounter": [{"reference": encounter_urn}]},
        "identifier": [{"system": "urn:ietf:rfc:3986", "value": PATIENT_URN}],
    }
    stay = {
        "resourceType": "Encounter",
        "id": "tx-stay",
        "status": "in-progress",
        "class": {"code": "IMP"},
        "subject": {"reference": PATIENT_URN},
    }
    answer = fhir.post(
        "",
        json=bundle(
            "transaction",
            entry("GET", "Encounter?_id=tx-stay"),
            entry("POST", "DocumentReference", note, "urn:uuid:21ebe359-bfdc-4613-8bf2-c5e300945f0c"),
            entry("PUT", "Encounter/tx-stay", stay, encounter_urn),
            entry("POST", "Patient", patient("x", "Transacted", "A", "1950"), PATIENT_URN),
        ),
    )
    assert statuses(answer) == ["200", "201", "201", "201"]
    looked, written, _, person = (item.get("resource") for item in answer.json()["entry"])
    assert looked["total"] == 1, "reads come last"
    assert written["subject"]["reference"] == f"Patient/{person['id']}"
    assert written["context"]["encounter"][0]["reference"] == "Encounter/tx-stay"
    assert written["identifier"][0]["value"] == PATIENT_URN, "an identifier is no reference"
    assert ids(fhir.get(f"/DocumentReference?patient={person['id']}&encounter=tx-stay")) == [written["id"]]


def test_a_transaction_is_all_or_nothing(fhir: httpx2.Client) -> None:
    fhir.put("/Patient/tx-old", json=patient("tx-old", "Old", "A", "1950"))
    answer = fhir.post(
        "",
        json=bundle(
            "transaction",
            entry("DELETE", "Patient/tx-old"),
            entry("POST", "Patient", patient("x", "Atomical", "A", "1950")),
            entry("PUT", "Patient/marit", patient("marit", "Stale", "A", "1950"), ifMatch='W/"77"'),
        ),
    )
    issue = refused(answer, 412, "conflict")
    assert issue["expression"] == ["Bundle.entry[2]"]
    assert ids(fhir.get("/Patient?family=Atomical")) == []
    assert fhir.get("/Patient/tx-old").headers["etag"] == 'W/"1"'


def test_a_transaction_names_the_element_of_the_entry_that_is_wrong(fhir: httpx2.Client) -> None:
    wrong = flag("Patient/guest") | {"status": "waving"}
    answer = fhir.post(
        "",
        json=bundle(
            "transaction", entry("POST", "Flag", flag("Patient/guest")), entry("POST", "Flag", wrong)
        ),
    )
    issue = refused(answer, 422, "code-invalid")
    assert issue["expression"] == ["Bundle.entry[1].resource.ofType(Flag).status"]


def test_a_transaction_that_writes_about_a_missing_patient_is_refused(fhir: httpx2.Client) -> None:
    answer = fhir.post("", json=bundle("transaction", entry("POST", "Flag", flag("Patient/nobody"))))
    issue = refused(answer, 422, "not-found")
    assert issue["expression"] == ["Bundle.entry[0].resource.ofType(Flag).subject"]


def test_a_conditional_create_in_a_transaction_gives_its_name_to_what_it_found(fhir: httpx2.Client) -> None:
    person = patient("x", "Found", "A", "1950", identifier=[{"system": "urn:tx", "value": "7"}])
    request = bundle(
        "transaction",
        entry("POST", "Patient", person, PATIENT_URN, ifNoneExist="identifier=urn:tx|7"),
        entry("POST", "Flag", flag(PATIENT_URN)),
    )
    first, second = fhir.post("", json=request), fhir.post("", json=request)
    assert statuses(first) == ["201", "201"]
    assert statuses(second) == ["200", "201"]
    (person_id,) = ids(fhir.get("/Patient?identifier=urn:tx|7"))
    assert len(ids(fhir.get(f"/Flag?patient={person_id}"))) == 2
    fhir.post("/Patient", json=person)
    refused(fhir.post("", json=request), 412, "multiple-matches")


def test_a_conditional_reference(fhir: httpx2.Client) -> None:
    good = bundle("transaction", entry("POST", "Flag", flag("Patient?family=Gjest")))
    answer = fhir.post("", json=good)
    assert answer.json()["entry"][0]["resource"]["subject"]["reference"] == "Patient/guest"
    refused(
        fhir.post("", json=bundle("transaction", entry("POST", "Flag", flag("Patient?identifier=none")))),
        412,
        "not-found",
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"resourceType": "Bundle", "type": "collection"}, 400),
        ({"resourceType": "Patient"}, 400),
        ([], 400),
        ({"resourceType": "Bundle", "type": "transaction", "entry": {}}, 400),
        (bundle("transaction", entry("POST", "")), 400),
        (
            bundle(
                "transaction", entry("POST", "Flag", flag("urn:uuid:00000000-0000-0000-0000-000000000000"))
            ),
            400,
        ),
        (bundle("transaction", entry("GET", "http://other.example/Patient/1")), 400),
        (
            bundle(
                "transaction",
                entry("PUT", "Patient/d", patient("d", "D", "A", "1950")),
                entry("DELETE", "Patient/d"),
            ),
            400,
        ),
        (bundle("transaction", *[entry("GET", "Patient/marit")] * 1001), 400),
        (bundle("transaction", {"request": {"method": "GET", "url": 7}}), 400),
        (bundle("transaction", entry("GET", "Patient/nobody")), 404),
    ],
)
def test_a_bundle_that_cannot_be_done_is_refused(fhir: httpx2.Client, body: Any, status: int) -> None:
    refused(fhir.post("", json=body), status)


def test_an_empty_bundle_is_answered(fhir: httpx2.Client) -> None:
    assert fhir.post("", json={"resourceType": "Bundle", "type": "batch"}).json() == {
        "resourceType": "Bundle",
        "type": "batch-response",
    }


def test_entries_may_use_the_full_address(server: RunningServer) -> None:
    answer = server.client.post("/", json=bundle("batch", entry("GET", f"{server.base_url}/Patient/marit")))
    assert statuses(answer) == ["200"]


def test_decimals_keep_their_zeros_in_a_bundle(fhir: httpx2.Client) -> None:
    body = (
        b'{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":"Observation","status":"final",'
        b'"code":{"text":"w"},"subject":{"reference":"Patient/guest"},"valueQuantity":{"value":72.500}},'
        b'"request":{"method":"POST","url":"Observation"}}]}'
    )
    answer = fhir.post("", content=body, headers={"Content-Type": "application/fhir+json"})
    assert b'"value":72.500' in answer.content
    assert (
        b'"value":72.500' in fhir.get(f"/Observation/{answer.json()['entry'][0]['resource']['id']}").content
    )


def test_prefer_minimal_leaves_out_what_was_written(fhir: httpx2.Client) -> None:
    body = bundle(
        "batch",
        entry("POST", "Flag", flag("Patient/guest")),
        entry("GET", "Patient/guest"),
        entry("POST", "Flag", flag("Patient/nobody")),
    )
    answer = fhir.post("", json=body, headers={"Prefer": "return=minimal"})
    assert statuses(answer) == ["201", "200", "422"]
    assert ["resource" in item for item in answer.json()["entry"]] == [False, True, False]
    assert "outcome" in answer.json()["entry"][2]["response"]
