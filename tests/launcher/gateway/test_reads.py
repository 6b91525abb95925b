"""Reads and searches through a real socket: what is given, byte for byte, and what is not."""

from __future__ import annotations

import json

from tests.launcher.gateway.support import MARIT, TORBJORN, Plane, observation

DECIMALS = (
    '{ "resourceType":"Observation","id":"weight", "status":"final","code":{"text":"vekt"},'
    f'"subject":{{"reference":"Patient/{MARIT}"}},'
    '"valueQuantity":{"value":72.50,"unit":"kg"}}'
)


def ids(body: bytes) -> set[str]:
    return {entry["resource"]["id"] for entry in json.loads(body).get("entry", [])}


async def test_a_read_gives_the_upstreams_bytes_and_version(plane: Plane) -> None:
    plane.upstream.put(DECIMALS)
    plane.give("patient/Observation.r")
    reply = await plane.get("/Observation/weight")
    assert (reply.status, reply.body) == (200, DECIMALS.encode())
    assert reply.headers["etag"] == 'W/"1"'
    assert reply.headers["cache-control"] == "no-store"
    assert "set-cookie" not in reply.headers
    assert "x-internal" not in reply.headers


async def test_decimals_keep_their_zeros_in_a_search(plane: Plane) -> None:
    plane.upstream.put(DECIMALS)
    plane.give("patient/Observation.rs")
    reply = await plane.get("/Observation?_id=weight")
    assert reply.status == 200
    assert DECIMALS.encode() in reply.body


async def test_foreign_and_missing_are_the_same_answer(plane: Plane) -> None:
    plane.give("patient/Observation.rs")
    foreign = await plane.get("/Observation/o-torbjorn", headers={"X-Request-Id": "same"})
    missing = await plane.get("/Observation/o-missing!".replace("!", ""), headers={"X-Request-Id": "same"})
    assert foreign.status == missing.status == 404
    assert foreign.body.replace(b"o-torbjorn", b"o-missing") == missing.body
    drop = {"date", "content-length"}
    assert {k: v for k, v in foreign.headers.items() if k not in drop} == {
        k: v for k, v in missing.headers.items() if k not in drop
    }


async def test_another_patient_by_id_is_refused_without_asking(plane: Plane) -> None:
    plane.give("patient/*.rs")
    reply = await plane.get(f"/Patient/{TORBJORN}")
    assert reply.status == 403
    assert plane.upstream.seen == []
    assert reply.json()["resourceType"] == "OperationOutcome"


async def test_a_search_is_narrowed_and_filtered(plane: Plane) -> None:
    plane.give("patient/Observation.rs")
    reply = await plane.get("/Observation?code=8867-4")
    assert ids(reply.body) == {"o-marit", "o-lab"}
    assert reply.json()["total"] == 2
    assert f"patient=Patient/{MARIT}" in plane.upstream.seen[-1].target


async def test_an_upstream_that_ignores_narrowing_leaks_nothing(plane: Plane) -> None:
    plane.upstream.ignore_narrowing = True
    plane.give("patient/Observation.rs")
    reply = await plane.get("/Observation")
    assert ids(reply.body) == {"o-marit", "o-lab"}
    assert b"torbjorn" not in reply.body
    assert "total" not in reply.json()


async def test_links_lead_to_us_and_can_be_followed(plane: Plane) -> None:
    plane.upstream.page_size = 1
    plane.give("patient/Observation.rs")
    first = await plane.get("/Observation?code=8867-4")
    links = {link["relation"]: link["url"] for link in first.json()["link"]}
    assert links["self"] == f"{plane.base}/Observation?code=8867-4"
    assert plane.upstream.base.encode() not in first.body
    second = await plane.get(links["next"].removeprefix(plane.base))
    assert second.status == 200
    assert ids(first.body) | ids(second.body) == {"o-marit", "o-lab"}


async def test_post_search_goes_up_as_post(plane: Plane) -> None:
    plane.give("user/Patient.rs", patient=None)
    form = "identifier=urn:oid:2.16.578.1.12.4.1.4.1|13816749876"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await plane.ask("POST", "/Patient/_search", headers=headers, body=form)
    assert reply.status == 200
    sent = plane.upstream.seen[-1]
    assert (sent.method, sent.target) == ("POST", "/Patient/_search")
    assert b"13816749876" not in reply.body


async def test_a_person_search_by_get_goes_up_as_post(plane: Plane) -> None:
    plane.give("user/Patient.rs", patient=None)
    await plane.get("/Patient?identifier=13816749876")
    assert plane.upstream.seen[-1].method == "POST"
    assert "13816749876" not in plane.upstream.seen[-1].target


async def test_implied_reads_are_read_and_nothing_else_is(plane: Plane) -> None:
    plane.give("patient/Observation.rs", implied=("Practitioner/siri-nordli",))
    assert (await plane.get("/Practitioner/siri-nordli")).status == 200
    assert (await plane.get("/Practitioner/siri-nordli/_history/1")).status == 403
    assert (await plane.get("/Practitioner?name=Nordli")).status == 403
    assert (await plane.get("/Location/rom-204")).status == 403


async def test_not_modified_is_our_own_answer(plane: Plane) -> None:
    plane.give("patient/Observation.r")
    reply = await plane.get("/Observation/o-marit", headers={"If-None-Match": 'W/"1"'})
    assert (reply.status, reply.body) == (304, b"")
    assert "if-none-match" not in plane.upstream.seen[-1].headers
    foreign = await plane.get("/Observation/o-torbjorn", headers={"If-None-Match": 'W/"1"'})
    assert foreign.status == 404


async def test_an_open_grant_sees_both_and_panes_hear_of_their_own_patient(plane: Plane) -> None:
    plane.give("user/*.rs", patient=MARIT)
    reply = await plane.get("/Observation")
    assert ids(reply.body) == {"o-marit", "o-lab", "o-torbjorn"}
    assert plane.noted.reads == [("g1", MARIT)]


async def test_the_fence_moves_while_the_upstream_answers(plane: Plane) -> None:
    given = plane.give("user/Observation.rs", fenced=True)

    def move(_: object) -> None:
        given.effective_patient = TORBJORN

    plane.upstream.before_answer = move
    assert (await plane.get("/Observation/o-marit")).status == 404
    given.effective_patient = MARIT
    search = await plane.get("/Observation")
    assert search.status == 409
    assert b"o-marit" not in search.body


async def test_an_empty_fence_shows_no_patient(plane: Plane) -> None:
    plane.give("user/*.rs", patient=None, fenced=True)
    assert (await plane.get("/Observation")).status == 403
    assert (await plane.get("/Observation/o-marit")).status == 403
    assert (await plane.get("/Location/rom-204")).status == 200


async def test_vread_and_history_judge_each_version(plane: Plane) -> None:
    plane.upstream.put(observation("moved", TORBJORN))
    plane.upstream.put(observation("moved", MARIT))
    plane.give("patient/Observation.r")
    assert (await plane.get("/Observation/moved/_history/2")).status == 200
    assert (await plane.get("/Observation/moved/_history/1")).status == 404
    history = (await plane.get("/Observation/moved/_history")).json()
    assert len(history["entry"]) == 1
    assert history["entry"][0]["request"] == {"method": "PUT", "url": "Observation/moved"}
    assert (await plane.get("/Observation/o-torbjorn/_history")).status == 404


async def test_everything_is_filtered_entry_by_entry(plane: Plane) -> None:
    plane.give("patient/Patient.r", "patient/Observation.rs?category=laboratory")
    reply = await plane.get(f"/Patient/{MARIT}/$everything")
    assert ids(reply.body) == {MARIT, "o-lab"}
    assert (await plane.get(f"/Patient/{TORBJORN}/$everything")).status == 403


async def test_compartment_search(plane: Plane) -> None:
    plane.give("patient/Observation.rs")
    assert ids((await plane.get(f"/Patient/{MARIT}/Observation?code=x")).body) == {"o-marit", "o-lab"}
    assert (await plane.get(f"/Patient/{TORBJORN}/Observation")).status == 403
