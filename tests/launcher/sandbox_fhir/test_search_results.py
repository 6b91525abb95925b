from __future__ import annotations

import itertools

import httpx2
import pytest

from tests.fakes.sandbox_fhir import RunningServer
from tests.launcher.sandbox_fhir.answers import ids, link, refused
from tests.launcher.sandbox_fhir.people import observation, patient


def test_sort_by_date_both_ways_with_missing_last(fhir: httpx2.Client) -> None:
    seeded = "_id=weight-1,weight-2,pulse,pressure"
    assert ids(fhir.get(f"/Observation?{seeded}&_sort=date")) == ["weight-1", "weight-2", "pulse", "pressure"]
    assert ids(fhir.get(f"/Observation?{seeded}&_sort=-date")) == [
        "pulse",
        "weight-2",
        "weight-1",
        "pressure",
    ]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("family", ["asmund", "turid", "marit"]),
        ("-family", ["marit", "turid", "asmund"]),
        ("gender,-birthdate", ["turid", "marit", "asmund"]),
        ("-gender,birthdate", ["asmund", "marit", "turid"]),
        ("_id", ["asmund", "marit", "turid"]),
        ("-_id", ["turid", "marit", "asmund"]),
        ("general-practitioner,_id", ["marit", "asmund", "turid"]),
        ("_lastUpdated,-_id", ["turid", "marit", "asmund"]),
    ],
)
def test_sort_by_several_keys(fhir: httpx2.Client, sort: str, expected: list[str]) -> None:
    assert ids(fhir.get(f"/Patient?_id=marit,turid,asmund&_sort={sort}")) == expected


def test_too_many_sort_keys(fhir: httpx2.Client) -> None:
    refused(fhir.get("/Patient?_sort=_id,_id,_id,_id,_id"), 400)


def test_summary_count_and_count_zero_have_no_entries(fhir: httpx2.Client) -> None:
    for query in ("_summary=count", "_count=0"):
        answer = fhir.get(f"/Observation?patient=marit&{query}").json()
        assert answer["total"] == 2
        assert "entry" not in answer


def test_total(fhir: httpx2.Client) -> None:
    assert "total" not in fhir.get("/Observation?patient=marit&_total=none").json()
    assert fhir.get("/Observation?patient=marit&_total=accurate&_count=1").json()["total"] == 2


def test_elements_keep_the_required_ones(fhir: httpx2.Client) -> None:
    part = fhir.get("/Observation?_id=weight-1&_elements=valueQuantity,Observation.subject").json()["entry"][
        0
    ]["resource"]
    assert set(part) == {"resourceType", "id", "meta", "status", "code", "subject", "valueQuantity"}
    assert part["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert b'"value":72.50' in fhir.get("/Observation?_id=weight-1&_elements=valueQuantity").content


def test_include(fhir: httpx2.Client) -> None:
    ward = fhir.get(
        "/Encounter?service-provider=Organization/ward&_include=Encounter:subject&_include=Encounter:location"
    )
    assert ids(ward) == ["stay-marit"]
    assert sorted(ids(ward, "include")) == ["marit", "room-1"]
    assert ward.json()["total"] == 1
    only = fhir.get("/Encounter?_id=stay-marit&_include=Encounter:subject:Group")
    assert ids(only, "include") == []
    every = fhir.get("/Encounter?_id=stay-marit&_include=Encounter:*")
    assert sorted(ids(every, "include")) == ["marit", "nurse", "room-1", "ward"]


def test_include_gives_each_resource_once(fhir: httpx2.Client) -> None:
    answer = fhir.get(
        "/Observation?patient=marit,turid&_include=Observation:patient&_include=Observation:subject"
    )
    assert sorted(ids(answer, "include")) == ["marit", "turid"]


def test_include_iterate(fhir: httpx2.Client) -> None:
    plain = fhir.get(
        "/Observation?_id=weight-2&_include=Observation:encounter&_include=Encounter:service-provider"
    )
    assert ids(plain, "include") == ["stay-marit"]
    deep = fhir.get(
        "/Observation?_id=weight-2&_include=Observation:encounter&_include:iterate=Encounter:service-provider"
        "&_include:iterate=Organization:partof"
    )
    assert ids(deep, "include") == ["stay-marit", "ward", "home"]


def test_revinclude(fhir: httpx2.Client) -> None:
    answer = fhir.get("/Patient?_id=turid&_revinclude=Observation:patient&_revinclude=Encounter:patient")
    assert ids(answer) == ["turid"]
    assert sorted(ids(answer, "include")) == ["pressure", "pulse", "stay-turid"]


@pytest.fixture
def twelve(own_server: RunningServer) -> RunningServer:
    own_server.client.put("/Patient/p", json=patient("p", "Paging", "A", "1950"))
    for number in range(12):
        name = f"o{number:02d}"
        body = observation(name, "Patient/p", "29463-7", f"2026-11-{number + 1:02d}", "1")
        body["valueQuantity"]["value"] = 1
        own_server.client.put(f"/Observation/{name}", json=body)
    return own_server


def all_pages(fhir: httpx2.Client, page: httpx2.Response) -> list[list[str]]:
    pages = [ids(page)]
    while (following := link(page, "next")) is not None:
        page = fhir.get(following)
        pages.append(ids(page))
    return pages


def test_paging_shows_everything_once(twelve: RunningServer) -> None:
    pages = all_pages(twelve.client, twelve.client.get("/Observation?patient=p&_sort=-date&_count=5"))
    assert [len(page) for page in pages] == [5, 5, 2]
    assert list(itertools.chain(*pages)) == [f"o{number:02d}" for number in reversed(range(12))]


def test_paging_back(twelve: RunningServer) -> None:
    fhir = twelve.client
    second = fhir.get(link(fhir.get("/Observation?_sort=date&_count=5"), "next") or "")
    assert ids(second) == [f"o{number:02d}" for number in range(5, 10)]
    assert ids(fhir.get(link(second, "previous") or ""))[0] == "o00"
    assert ids(fhir.get(link(second, "first") or ""))[0] == "o00"
    third = fhir.get(link(second, "next") or "")
    assert ids(fhir.get(link(third, "previous") or "")) == ids(second)


def test_what_is_written_meanwhile_shifts_no_page(twelve: RunningServer) -> None:
    fhir = twelve.client
    first = fhir.get("/Observation?patient=p&_sort=-date&_count=5")
    newer = observation("newer", "Patient/p", "29463-7", "2026-11-22", "1")
    newer["valueQuantity"]["value"] = 1
    fhir.put("/Observation/newer", json=newer)
    rest = all_pages(fhir, fhir.get(link(first, "next") or ""))
    assert list(itertools.chain(*rest)) == [f"o{number:02d}" for number in reversed(range(7))]


def test_a_page_is_found_again_when_its_mark_is_gone(twelve: RunningServer) -> None:
    fhir = twelve.client
    first = fhir.get("/Observation?patient=p&_sort=date&_count=5")
    fhir.delete("/Observation/o04")
    fhir.delete("/Observation/o00")
    rest = all_pages(fhir, fhir.get(link(first, "next") or ""))
    assert list(itertools.chain(*rest)) == [f"o{number:02d}" for number in range(5, 12)]


def test_a_page_link_names_no_search_term_and_survives_a_restart(twelve: RunningServer) -> None:
    fhir = twelve.client
    page = fhir.post("/Observation/_search", data={"patient": "p", "_count": "5"})
    following = link(page, "next") or ""
    assert following.startswith(f"{twelve.base_url}/Observation?_cursor=")
    assert "patient" not in following
    assert ids(fhir.get(following)) == [f"o{number:02d}" for number in range(5, 10)]


def test_a_page_link_can_be_narrowed(twelve: RunningServer) -> None:
    following = link(twelve.client.get("/Observation?_count=5"), "next") or ""
    assert ids(twelve.client.get(following + "&patient=other")) == []


def test_a_page_link_that_is_not_ours_is_400(twelve: RunningServer) -> None:
    fhir = twelve.client
    following = link(fhir.get("/Observation?_count=5"), "next") or ""
    cursor = following.partition("_cursor=")[2]
    refused(
        fhir.get("/Observation", params={"_cursor": ("y" if cursor[0] == "x" else "x") + cursor[1:]}), 400
    )
    refused(fhir.get("/Observation", params={"_cursor": "é"}), 400)
    refused(fhir.get("/Patient", params={"_cursor": cursor}), 400)
    refused(fhir.get(f"/Observation?_cursor={cursor}&_cursor={cursor}"), 400)


def test_count_is_limited(fhir: httpx2.Client) -> None:
    assert (link(fhir.get("/Patient?_count=999999"), "self") or "").endswith("_count=999999")


def test_include_all(fhir: httpx2.Client) -> None:
    """``*`` without a type: every reference of the matches, and, reversed, all that names them."""
    named = fhir.get("/Encounter?_id=stay-marit&_include=*")
    assert (
        ids(named, "include")
        == ids(fhir.get("/Encounter?_id=stay-marit&_include=Encounter:*"), "include")
        != []
    )
    naming = ids(fhir.get("/Encounter?_id=stay-marit&_revinclude=*"), "include")
    assert set(naming) >= set(ids(fhir.get("/Observation?encounter=stay-marit"))) != set()
    further = ids(fhir.get("/Observation?_id=weight-2&_include:iterate=*"), "include")
    assert set(further) > set(ids(fhir.get("/Observation?_id=weight-2&_include=*"), "include"))
