from __future__ import annotations

import concurrent.futures

import httpx2
import pytest

from tests.fakes.sandbox_fhir import RunningServer
from tests.launcher.sandbox_fhir.answers import ids, refused
from tests.launcher.sandbox_fhir.people import patient

FHIR_JSON = {"Content-Type": "application/fhir+json"}


def test_create_gives_an_id_of_its_own(server: RunningServer) -> None:
    fhir = server.client
    answer = fhir.post("/Patient", json=patient("mine", "Created", "A", "1950"))
    assert answer.status_code == 201
    made = answer.json()
    assert made["id"] != "mine"
    assert answer.headers["location"] == f"{server.base_url}/Patient/{made['id']}/_history/1"
    assert answer.headers["etag"] == 'W/"1"'
    assert fhir.get(f"/Patient/{made['id']}").content == answer.content


def test_update_as_create_then_update(fhir: httpx2.Client) -> None:
    refused(fhir.get("/Patient/client-id"), 404)
    first = fhir.put("/Patient/client-id", json=patient("client-id", "One", "A", "1950"))
    assert (first.status_code, first.headers["etag"]) == (201, 'W/"1"')
    second = fhir.put("/Patient/client-id", json=patient("client-id", "Two", "A", "1950"))
    assert (second.status_code, second.headers["etag"]) == (200, 'W/"2"')
    assert fhir.get("/Patient/client-id").json()["name"][0]["family"] == "Two"


def test_a_document_put_under_an_id_of_the_client_is_answered_with_that_resource(fhir: httpx2.Client) -> None:
    """NAV-12."""
    address = "/DocumentReference/0f8fad5b-d9cb-469f-a165-70867728950e"
    document = {
        "resourceType": "DocumentReference",
        "id": address.split("/")[-1],
        "status": "current",
        "subject": {"reference": "Patient/guest"},
        "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERg=="}}],
    }
    refused(fhir.get(address), 404)
    answer = fhir.put(address, json=document, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["id"]) == (201, document["id"])
    assert fhir.get(address).status_code == 200
    assert fhir.put(address, json=document).status_code == 200


def test_decimals_keep_their_zeros_and_unknown_order_is_kept(fhir: httpx2.Client) -> None:
    body = (
        b'{"resourceType":"Observation","id":"exact","status":"final","subject":{"reference":"Patient/guest"},'
        b'"component":[{"code":{"text":"a"},"valueQuantity":{"value":0.0}},{"code":{"text":"b"},"valueQuantity":{"value":-1.500}},'
        b'{"code":{"text":"c"},"valueQuantity":{"value":12345678901234567890.12345}}],"code":{"text":"\xc3\x86rlig"}}'
    )
    assert fhir.put("/Observation/exact", content=body, headers=FHIR_JSON).status_code == 201
    stored = fhir.get("/Observation/exact").content
    for number in (b'"value":0.0}', b'"value":-1.500}', b'"value":12345678901234567890.12345}'):
        assert number in stored
    assert "Ærlig".encode() in stored
    again = fhir.put("/Observation/exact", content=stored, headers=FHIR_JSON)
    assert again.content == stored.replace(b'"versionId":"1"', b'"versionId":"2"')


def test_meta_of_the_client_is_kept_but_not_version_and_time(fhir: httpx2.Client) -> None:
    meta = {
        "versionId": "99",
        "lastUpdated": "1999-01-01T00:00:00Z",
        "profile": ["http://x/p"],
        "tag": [{"code": "t"}],
    }
    made = fhir.put("/Patient/meta", json=patient("meta", "Meta", "A", "1950", meta=meta)).json()
    assert made["meta"] == {
        "versionId": "1",
        "lastUpdated": "2026-11-23T02:30:00.000Z",
        "profile": ["http://x/p"],
        "tag": [{"code": "t"}],
    }


@pytest.mark.parametrize(
    ("number", "if_match", "status"),
    [
        (1, 'W/"2"', 200),
        (2, '"2"', 200),
        (3, "*", 200),
        (4, 'W/"9", W/"2"', 200),
        (5, 'W/"1"', 412),
        (6, 'W/"3"', 412),
        (7, "2", 412),
        (8, 'W/"22"', 412),
    ],
)
def test_update_with_if_match(fhir: httpx2.Client, number: int, if_match: str, status: int) -> None:
    name = f"match-{number}"
    for family in ("One", "Two"):
        fhir.put(f"/Patient/{name}", json=patient(name, family, "A", "1950"))
    answer = fhir.put(
        f"/Patient/{name}", json=patient(name, "Three", "A", "1950"), headers={"If-Match": if_match}
    )
    assert answer.status_code == status
    if status == 412:
        refused(answer, 412, "conflict")
    assert fhir.get(f"/Patient/{name}").headers["etag"] == ('W/"3"' if status == 200 else 'W/"2"')


def test_if_match_on_nothing_is_412_and_creates_nothing(fhir: httpx2.Client) -> None:
    answer = fhir.put("/Patient/none", json=patient("none", "X", "A", "1950"), headers={"If-Match": 'W/"1"'})
    refused(answer, 412)
    refused(fhir.get("/Patient/none"), 404)


def test_only_one_of_many_writers_with_the_same_if_match_wins(server: RunningServer) -> None:
    server.client.put("/Patient/race", json=patient("race", "Zero", "A", "1950"))

    def write(number: int) -> int:
        body = patient("race", f"Writer{number}", "A", "1950")
        return server.client.put("/Patient/race", json=body, headers={"If-Match": 'W/"1"'}).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(write, range(8)))
    assert answers == [200] + [412] * 7


def test_the_id_of_body_and_address_must_agree(fhir: httpx2.Client) -> None:
    issue = refused(fhir.put("/Patient/x1", json=patient("x2", "X", "A", "1950")), 400)
    assert issue["expression"] == ["Patient.id"]
    body = patient("x1", "X", "A", "1950")
    del body["id"]
    refused(fhir.put("/Patient/x1", json=body), 400)


def test_the_type_of_body_and_address_must_agree(fhir: httpx2.Client) -> None:
    refused(fhir.post("/Observation", json=patient("x", "X", "A", "1950")), 400)


def test_delete_is_204_each_time_and_search_forgets(fhir: httpx2.Client) -> None:
    fhir.put("/Patient/leaving", json=patient("leaving", "Leavington", "A", "1950"))
    assert ids(fhir.get("/Patient?family=Leavington")) == ["leaving"]
    first = fhir.delete("/Patient/leaving")
    assert (first.status_code, first.headers["etag"]) == (204, 'W/"2"')
    assert fhir.delete("/Patient/leaving").status_code == 204
    assert fhir.delete("/Patient/never").status_code == 204
    assert ids(fhir.get("/Patient?family=Leavington")) == []
    assert ids(fhir.get("/Patient?_id=leaving")) == []
    assert fhir.get("/Patient/leaving/_history").json()["total"] == 2


def test_delete_with_if_match(fhir: httpx2.Client) -> None:
    fhir.put("/Patient/guarded", json=patient("guarded", "G", "A", "1950"))
    refused(fhir.delete("/Patient/guarded", headers={"If-Match": 'W/"2"'}), 412)
    assert fhir.delete("/Patient/guarded", headers={"If-Match": 'W/"1"'}).status_code == 204


def test_a_deleted_resource_can_come_back(fhir: httpx2.Client) -> None:
    fhir.put("/Patient/back", json=patient("back", "Backson", "A", "1950"))
    fhir.delete("/Patient/back")
    answer = fhir.put("/Patient/back", json=patient("back", "Backson", "A", "1950"))
    assert (answer.status_code, answer.headers["etag"]) == (201, 'W/"3"')
    assert ids(fhir.get("/Patient?family=Backson")) == ["back"]


def test_an_update_moves_every_index(fhir: httpx2.Client) -> None:
    before = patient(
        "moving",
        "Oldname",
        "A",
        "1950-01-01",
        gender="male",
        generalPractitioner=[{"reference": "Practitioner/nurse"}],
    )
    after = patient("moving", "Newname", "A", "1951-01-01", gender="female")
    fhir.put("/Patient/moving", json=before)
    asked = (
        "family=Oldname",
        "birthdate=1950-01-01",
        "gender=male&_id=moving",
        "general-practitioner=nurse&_id=moving",
    )
    assert all(ids(fhir.get(f"/Patient?{query}")) == ["moving"] for query in asked)
    fhir.put("/Patient/moving", json=after)
    assert all(ids(fhir.get(f"/Patient?{query}")) == [] for query in asked)
    assert ids(fhir.get("/Patient?family=Newname&birthdate=1951&gender=female")) == ["moving"]


def test_conditional_create(fhir: httpx2.Client) -> None:
    body = patient("c", "Conditional", "A", "1950", identifier=[{"system": "urn:cond", "value": "1"}])
    condition = {"If-None-Exist": "identifier=urn:cond|1"}
    first = fhir.post("/Patient", json=body, headers=condition)
    assert first.status_code == 201
    second = fhir.post("/Patient", json=body, headers=condition)
    assert (second.status_code, second.json()["id"]) == (200, first.json()["id"])
    fhir.post("/Patient", json=body)
    refused(fhir.post("/Patient", json=body, headers=condition), 412, "multiple-matches")
    assert len(ids(fhir.get("/Patient?identifier=urn:cond|1"))) == 2


def test_of_many_conditional_creates_at_once_one_creates(server: RunningServer) -> None:
    body = patient("c", "Crowd", "A", "1950", identifier=[{"system": "urn:crowd", "value": "1"}])

    def create(_: int) -> int:
        return server.client.post(
            "/Patient", json=body, headers={"If-None-Exist": "identifier=urn:crowd|1"}
        ).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [200] * 7 + [201]


@pytest.mark.parametrize("condition", ["unknown=1", "", "_count=1"])
def test_a_condition_that_means_nothing_creates_nothing(fhir: httpx2.Client, condition: str) -> None:
    body = patient("c", "Meaningless", "A", "1950")
    answer = fhir.post("/Patient", json=body, headers={"If-None-Exist": condition})
    assert answer.status_code in (400, 412)
    assert ids(fhir.get("/Patient?family=Meaningless")) == []


@pytest.mark.parametrize(
    ("wanted", "check"),
    [
        ("return=minimal", lambda answer: answer.content == b""),
        ("return=representation", lambda answer: answer.json()["resourceType"] == "Patient"),
        ("return=OperationOutcome", lambda answer: answer.json()["issue"][0]["severity"] == "information"),
        ("handling=lenient; return=minimal", lambda answer: answer.content == b""),
        ("nonsense", lambda answer: answer.json()["resourceType"] == "Patient"),
    ],
)
def test_prefer_decides_what_a_write_returns(fhir: httpx2.Client, wanted: str, check: object) -> None:
    answer = fhir.post("/Patient", json=patient("p", "Prefer", "A", "1950"), headers={"Prefer": wanted})
    assert answer.status_code == 201
    assert answer.headers["location"]
    assert callable(check)
    assert check(answer)


def test_nothing_is_written_about_a_patient_who_is_not_here(fhir: httpx2.Client) -> None:
    body = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "weight"},
        "subject": {"reference": "Patient/nobody"},
    }
    issue = refused(fhir.post("/Observation", json=body), 422, "not-found")
    assert issue["expression"] == ["Observation.subject"]
    assert ids(fhir.get("/Observation?patient=nobody")) == []
    fhir.put("/Patient/dead", json=patient("dead", "D", "A", "1950"))
    fhir.delete("/Patient/dead")
    refused(
        fhir.post("/Observation", json=body | {"subject": {"reference": "Patient/dead"}}), 422, "not-found"
    )
