from __future__ import annotations

import httpx2
import pytest

from tests.fakes.sandbox_fhir import RunningServer
from tests.launcher.sandbox_fhir.answers import ids, link, refused
from tests.launcher.sandbox_fhir.people import patient


def test_read_gives_the_stored_bytes_with_version_and_time(fhir: httpx2.Client) -> None:
    answer = fhir.get("/Observation/weight-1")
    assert answer.status_code == 200
    assert b'"value":72.50,' in answer.content
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["last-modified"] == "Mon, 23 Nov 2026 02:30:00 GMT"
    assert answer.json()["meta"] == {"versionId": "1", "lastUpdated": "2026-11-23T02:30:00.000Z"}


def test_head_is_a_read_without_body(fhir: httpx2.Client) -> None:
    answer = fhir.head("/Observation/weight-1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == 'W/"1"'


@pytest.mark.parametrize("condition", ['W/"1"', '"1"', 'W/"7", W/"1"', "*"])
def test_a_read_of_the_known_version_is_304_without_body(fhir: httpx2.Client, condition: str) -> None:
    answer = fhir.get("/Patient/marit", headers={"If-None-Match": condition})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == 'W/"1"'


def test_a_read_of_another_version_is_answered(fhir: httpx2.Client) -> None:
    assert fhir.get("/Patient/marit", headers={"If-None-Match": 'W/"2"'}).status_code == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [("Mon, 23 Nov 2026 02:30:00 GMT", 304), ("Mon, 23 Nov 2026 02:29:59 GMT", 200), ("x", 200)],
)
def test_if_modified_since(fhir: httpx2.Client, since: str, status: int) -> None:
    assert fhir.get("/Patient/marit", headers={"If-Modified-Since": since}).status_code == status


def test_what_was_never_there_is_404(fhir: httpx2.Client) -> None:
    refused(fhir.get("/Patient/nobody"), 404, "not-found")
    refused(fhir.get("/Patient/nobody/_history"), 404, "not-found")
    refused(fhir.get("/Patient/marit/_history/9"), 404, "not-found")
    refused(fhir.get("/Patient/marit/_history/x"), 404, "not-found")


@pytest.mark.parametrize("path", ["/Starship", "/Patient/marit/$evil", "/Patient/$everything", "/a/b/c/d/e"])
def test_an_address_that_does_not_exist_is_404(fhir: httpx2.Client, path: str) -> None:
    refused(fhir.get(path), 404, "not-supported")


def test_outside_the_base_is_404(server: RunningServer) -> None:
    refused(httpx2.get(server.base_url.removesuffix("/fhir") + "/other"), 404)


def test_an_impossible_id_is_400(fhir: httpx2.Client) -> None:
    refused(fhir.get("/Patient/a_b"), 400, "value")
    refused(fhir.get("/Patient/" + "x" * 65), 400, "value")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PATCH", "/Patient/marit", "GET, PUT, DELETE, HEAD"),
        ("POST", "/Patient/marit", "GET, PUT, DELETE, HEAD"),
        ("PUT", "/Patient", "GET, POST, HEAD"),
        ("DELETE", "/metadata", "GET, HEAD"),
        ("GET", "/Patient/_search", "POST"),
        ("OPTIONS", "/Patient/marit", "GET, PUT, DELETE, HEAD"),
        ("GET", "", "POST"),
    ],
)
def test_a_method_that_is_not_done_is_405_and_says_which_are(
    fhir: httpx2.Client, method: str, path: str, allowed: str
) -> None:
    answer = fhir.request(method, path)
    refused(answer, 405, "not-supported")
    assert answer.headers["allow"] == allowed


def test_versions_history_and_deletion(own_server: RunningServer) -> None:
    fhir = own_server.client
    for name in ("First", "Second"):
        own_server.clock.forward(seconds=5)
        assert fhir.put("/Patient/h", json=patient("h", name, "A", "1950")).status_code in (200, 201)
    own_server.clock.forward(seconds=5)
    assert fhir.delete("/Patient/h").status_code == 204
    assert fhir.get("/Patient/h/_history/1").json()["name"][0]["family"] == "First"
    assert fhir.get("/Patient/h/_history/2").headers["etag"] == 'W/"2"'
    refused(fhir.get("/Patient/h/_history/3"), 410, "deleted")
    gone = fhir.get("/Patient/h")
    refused(gone, 410, "deleted")
    assert gone.headers["etag"] == 'W/"3"'

    history = fhir.get("/Patient/h/_history").json()
    assert (history["type"], history["total"]) == ("history", 3)
    done = [
        (entry["request"]["method"], entry["response"]["etag"], "resource" in entry)
        for entry in history["entry"]
    ]
    assert done == [("DELETE", 'W/"3"', False), ("PUT", 'W/"2"', True), ("PUT", 'W/"1"', True)]
    assert history["entry"][0]["response"]["status"] == "204 No Content"
    assert history["entry"][0]["request"]["url"] == "Patient/h"
    assert history["entry"][0]["response"]["lastModified"] == "2026-11-23T02:30:15.000Z"


def test_history_of_a_type_pages_and_keeps_its_place(own_server: RunningServer) -> None:
    fhir = own_server.client
    for number in range(5):
        fhir.put(f"/Patient/t{number}", json=patient(f"t{number}", "Type", "A", "1950"))
    fhir.put("/Organization/o", json={"resourceType": "Organization", "id": "o", "name": "Other"})
    page = fhir.get("/Patient/_history", params={"_count": 2})
    assert page.json()["total"] == 5
    assert [entry["resource"]["id"] for entry in page.json()["entry"]] == ["t4", "t3"]
    fhir.put("/Patient/late", json=patient("late", "Late", "A", "1950"))
    following = link(page, "next")
    assert following is not None
    page = fhir.get(following)
    assert [entry["resource"]["id"] for entry in page.json()["entry"]] == ["t2", "t1"]
    last = fhir.get(link(page, "next") or "")
    assert [entry["resource"]["id"] for entry in last.json()["entry"]] == ["t0"]
    assert link(last, "next") is None


def test_history_since_an_instant(own_server: RunningServer) -> None:
    fhir = own_server.client
    fhir.put("/Patient/s", json=patient("s", "Before", "A", "1950"))
    own_server.clock.forward(minutes=10)
    fhir.put("/Patient/s", json=patient("s", "After", "A", "1950"))
    history = fhir.get("/Patient/s/_history", params={"_since": "2026-11-23T03:35:00+01:00"}).json()
    assert [entry["resource"]["name"][0]["family"] for entry in history["entry"]] == ["After"]
    refused(fhir.get("/Patient/s/_history", params={"_since": "yesterday"}), 400)
    refused(fhir.get("/Patient/s/_history", params={"_count": "many"}), 400)


def test_elements_of_a_read_are_marked_as_a_part(fhir: httpx2.Client) -> None:
    part = fhir.get("/Observation/weight-1", params={"_elements": "valueQuantity"}).json()
    assert set(part) == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"


def test_everything_is_the_compartment_and_what_it_names(fhir: httpx2.Client) -> None:
    answer = fhir.get("/Patient/marit/$everything")
    found = ids(answer)
    assert found[0] == "marit"
    assert set(found[1:]) == {
        "stay-marit", "weight-1", "weight-2", "note", "heart", "falls", "nurse", "ward", "room-1",
    }  # fmt: skip
    assert answer.json()["total"] == 10


def test_everything_leaves_out_what_is_about_somebody_else(own_server: RunningServer) -> None:
    fhir = own_server.client
    for name in ("one", "two"):
        fhir.put(f"/Patient/{name}", json=patient(name, name.title(), "A", "1950"))
    consent = {
        "resourceType": "Consent",
        "id": "of-two",
        "status": "active",
        "scope": {"text": "x"},
        "category": [{"text": "x"}],
        "policyRule": {"text": "x"},
        "patient": {"reference": "Patient/two"},
        "provision": {"actor": [{"role": {"text": "x"}, "reference": {"reference": "Patient/one"}}]},
    }
    assert fhir.put("/Consent/of-two", json=consent).status_code == 201
    assert ids(fhir.get("/Patient/one/$everything")) == ["one"]
    assert ids(fhir.get("/Patient/two/$everything")) == ["two", "of-two"]


def test_everything_pages_and_narrows(fhir: httpx2.Client) -> None:
    page = fhir.get("/Patient/marit/$everything", params={"_count": 6})
    rest = fhir.get(link(page, "next") or "")
    assert len(ids(page)) == 6
    assert len(ids(rest)) == 4
    assert not set(ids(page)) & set(ids(rest))
    narrow = fhir.get("/Patient/marit/$everything", params={"_type": "Observation,Flag"})
    assert sorted(ids(narrow)) == ["falls", "weight-1", "weight-2"]
    assert ids(fhir.get("/Patient/marit/$everything", params={"_since": "2026-11-24"})) == []
    refused(fhir.get("/Patient/nobody/$everything"), 404)
    refused(fhir.get("/Patient/marit/$everything", params={"_count": "0"}), 400)


@pytest.mark.parametrize(
    "path", ["/Patient/marit", "/Patient", "/Starship", "", "/Patient/marit/$everything"]
)
def test_nothing_without_a_token(server: RunningServer, path: str) -> None:
    answer = httpx2.get(server.base_url + path)
    refused(answer, 401, "login")
    assert answer.headers["www-authenticate"] == "Bearer"
    wrong = httpx2.get(server.base_url + path, headers={"Authorization": "Bearer wrong"})
    refused(wrong, 401, "login")
    assert wrong.headers["www-authenticate"] == 'Bearer error="invalid_token"'


@pytest.mark.parametrize(
    ("period", "within"),
    [
        ("start=2026-11-02", {"second", "third"}),
        ("end=2026-11-02", {"first", "second"}),
        ("start=2026-11-02&end=2026-11-02", {"second"}),
        ("start=2027", set()),
        ("end=2026-11", {"first", "second", "third"}),
    ],
)
def test_everything_of_a_period_of_care(own_server: RunningServer, period: str, within: set[str]) -> None:
    """Both days are included; what has no date of care (the patient, an allergy) is never left out."""
    fhir = own_server.client
    fhir.put("/Patient/one", json={"resourceType": "Patient", "id": "one"})
    allergy = {"resourceType": "AllergyIntolerance", "id": "nuts", "patient": {"reference": "Patient/one"}}
    fhir.put("/AllergyIntolerance/nuts", json=allergy)
    for name, day in (("first", "2026-11-01"), ("second", "2026-11-02"), ("third", "2026-11-03")):
        made = {
            "resourceType": "Observation", "id": name, "status": "final", "code": {"text": "x"},
            "subject": {"reference": "Patient/one"}, "effectiveDateTime": f"{day}T12:00:00+01:00",
        }  # fmt: skip
        assert fhir.put(f"/Observation/{name}", json=made).status_code == 201
    assert set(ids(fhir.get(f"/Patient/one/$everything?{period}"))) == {"one", "nuts", *within}
    refused(fhir.get("/Patient/one/$everything?start=i-dag"), 400)
