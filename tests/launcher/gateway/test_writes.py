"""Writes: judged before they go up, guarded by the version that was judged, recorded before the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.responses import Response

from tests.launcher.gateway.support import MARIT, NOW, TORBJORN, ListedAudit, Plane, observation

DOCUMENT = {
    "resourceType": "DocumentReference",
    "id": "5d1c5d0a-6d0b-4f83-9b5e-0d2c7a3a1f10",
    "status": "current",
    "subject": {"reference": f"Patient/{MARIT}"},
    "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERg=="}}],
}
PLACE = f"/DocumentReference/{DOCUMENT['id']}"


def sent_writes(plane: Plane) -> list[str]:
    return [seen.method for seen in plane.upstream.seen if seen.method in ("PUT", "POST", "DELETE")]


async def test_write_back_of_a_document_by_a_chosen_id(plane: Plane) -> None:
    """NAV-12: GET 404, PUT 201 with the resource, GET 200, PUT 200."""
    plane.give("patient/DocumentReference.read", "patient/DocumentReference.write")
    headers = {"Content-Type": "application/json"}
    assert (await plane.get(PLACE)).status == 404
    first = await plane.ask("PUT", PLACE, body=DOCUMENT, headers=headers)
    assert first.status == 201
    assert first.json()["id"] == DOCUMENT["id"]
    assert first.headers["location"] == f"{plane.base}{PLACE}/_history/1"
    assert (await plane.get(PLACE)).status == 200
    assert (await plane.ask("PUT", PLACE, body=DOCUMENT, headers=headers)).status == 200


async def test_the_resource_is_answered_even_when_the_upstream_gives_none(plane: Plane) -> None:
    plane.upstream.representation = False
    plane.give("patient/DocumentReference.write")
    reply = await plane.ask("PUT", PLACE, body=DOCUMENT)
    assert (reply.status, reply.json()["id"]) == (201, DOCUMENT["id"])
    minimal = await plane.ask("PUT", PLACE, body=DOCUMENT, headers={"Prefer": "return=minimal"})
    assert (minimal.status, minimal.body) == (200, b"")


async def test_an_answer_to_a_write_that_can_be_read_in_two_ways_is_not_shown(plane: Plane) -> None:
    """S4. Mutant: the last of two subjects is judged, and a client's decoder takes the first."""
    plane.give("patient/Observation.cruds")
    twice = json.dumps(observation("w", MARIT)).replace(
        '"subject"', f'"subject": {{"reference": "Patient/{TORBJORN}"}}, "subject"'
    )
    assert twice.count(TORBJORN) == 1
    plane.upstream.misbehave = lambda request: (
        Response(twice, 200, media_type="application/fhir+json") if request.method == "PUT" else None
    )
    reply = await plane.ask("PUT", "/Observation/w", body=observation("w", MARIT))
    assert TORBJORN.encode() not in reply.body

    answered = f'{{"response": {{"status": "201"}}, "resource": {twice}}}'
    whole = f'{{"resourceType": "Bundle", "type": "transaction-response", "entry": [{answered}]}}'
    plane.upstream.misbehave = lambda request: (
        Response(whole, 200, media_type="application/fhir+json") if request.method == "POST" else None
    )
    entry = {"request": {"method": "POST", "url": "Observation"}, "resource": observation("w", MARIT)}
    reply = await plane.ask(
        "POST", "", body={"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    )
    assert (reply.status, TORBJORN.encode() in reply.body) == (200, False)


async def test_the_bytes_that_were_judged_are_the_bytes_that_are_stored(plane: Plane) -> None:
    plane.give("patient/Observation.cu")
    raw = json.dumps(observation("w", MARIT)).replace("72", "72.50")
    await plane.ask("PUT", "/Observation/w", body=raw)
    assert plane.upstream.current("Observation", "w") == raw.encode()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"subject": {"reference": f"Patient/{TORBJORN}"}}, 403),
        ({"subject": {"reference": f"http://elsewhere.example/fhir/Patient/{MARIT}"}}, 403),
        ({"subject": {"identifier": {"value": "1"}}}, 403),
        ({"subject": {"reference": "Patient?identifier=1"}}, 403),
        ({"subject": {"reference": "#p"}, "contained": [{"resourceType": "Patient", "id": "p"}]}, 403),
        ({"performer": [{"reference": f"Patient/{TORBJORN}"}]}, 403),
        ({"extension": [{"url": "u", "valueReference": {"reference": f"Patient/{TORBJORN}"}}]}, 403),
        ({"hasMember": [{"reference": "Observation?patient=x"}]}, 403),
        ({"id": "another"}, 400),
        ({"resourceType": "Condition"}, 400),
    ],
)
async def test_bodies_that_reach_beyond_the_grant(plane: Plane, change: dict[str, Any], status: int) -> None:
    plane.give("patient/*.cruds")
    body = {**observation("w", MARIT), **change}
    reply = await plane.ask("PUT", "/Observation/w", body=body)
    assert reply.status == status
    assert sent_writes(plane) == []


async def test_a_repeated_key_is_refused(plane: Plane) -> None:
    plane.give("patient/*.cruds")
    raw = json.dumps(observation("w", MARIT))
    doubled = raw[:-1] + f', "subject": {{"reference": "Patient/{TORBJORN}"}}}}'
    assert (await plane.ask("PUT", "/Observation/w", body=doubled)).status == 400
    assert sent_writes(plane) == []


async def test_an_instance_of_another_patient_cannot_be_taken_over_or_deleted(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    body = observation("o-torbjorn", MARIT)
    assert (await plane.ask("PUT", "/Observation/o-torbjorn", body=body)).status == 404
    foreign = await plane.ask("DELETE", "/Observation/o-torbjorn", headers={"X-Request-Id": "x"})
    missing = await plane.ask("DELETE", "/Observation/o-nobodyss", headers={"X-Request-Id": "x"})
    assert (foreign.status, missing.status) == (404, 404)
    assert foreign.body.replace(b"o-torbjorn", b"o-nobodyss") == missing.body
    assert sent_writes(plane) == []


async def test_a_category_that_was_not_granted_cannot_be_written_or_left(plane: Plane) -> None:
    plane.give("patient/Observation.cruds?category=vital-signs")
    assert (
        await plane.ask("PUT", "/Observation/n", body=observation("n", MARIT, "laboratory"))
    ).status == 403
    assert (await plane.ask("PUT", "/Observation/o-lab", body=observation("o-lab", MARIT))).status == 404
    assert (await plane.ask("PUT", "/Observation/o-marit", body=observation("o-marit", MARIT))).status == 200


async def test_the_version_that_was_judged_is_the_one_that_is_changed(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    await plane.ask("PUT", "/Observation/o-marit", body=observation("o-marit", MARIT))
    assert plane.upstream.seen[-1].headers["if-match"] == 'W/"1"'
    await plane.ask("PUT", "/Observation/new", body=observation("new", MARIT))
    assert plane.upstream.seen[-1].headers["if-none-match"] == "*"


async def test_a_resource_that_moves_between_look_and_write_is_not_touched(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    moved = False

    def move(request: Any) -> None:
        nonlocal moved
        if request.method == "GET" and not moved:
            moved = True
            plane.upstream.put(observation("o-marit", TORBJORN))

    plane.upstream.before_answer = move
    reply = await plane.ask("PUT", "/Observation/o-marit", body=observation("o-marit", MARIT))
    assert reply.status == 404
    stored = plane.upstream.current("Observation", "o-marit")
    assert stored is not None
    assert json.loads(stored)["subject"]["reference"] == f"Patient/{TORBJORN}"


async def test_the_fence_moves_between_look_and_write(plane: Plane) -> None:
    given = plane.give("user/Observation.cruds", fenced=True)

    def move(_: Any) -> None:
        given.effective_patient = TORBJORN

    plane.upstream.before_answer = move
    reply = await plane.ask("PUT", "/Observation/o-marit", body=observation("o-marit", MARIT))
    assert reply.status == 409
    assert sent_writes(plane) == []


async def test_if_match_is_passed_and_its_failure_told(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    body = observation("o-marit", MARIT)
    reply = await plane.ask("PUT", "/Observation/o-marit", body=body, headers={"If-Match": 'W/"9"'})
    assert reply.status == 412
    assert b"upstream words" not in reply.body


async def test_create_gives_a_location_of_ours(plane: Plane) -> None:
    plane.give("patient/Observation.c")
    body = {k: v for k, v in observation("x", MARIT).items() if k != "id"}
    reply = await plane.ask("POST", "/Observation", body=body)
    assert reply.status == 201
    assert reply.headers["location"].startswith(f"{plane.base}/Observation/new-")
    assert (await plane.get("/Observation/o-marit")).status == 403


async def test_a_conditional_create_looks_inside_the_grant_only(plane: Plane) -> None:
    plane.give("patient/Observation.c")
    body = observation("x", MARIT)
    await plane.ask("POST", "/Observation", body=body, headers={"If-None-Exist": "identifier=a|1"})
    assert plane.upstream.seen[-1].headers["if-none-exist"] == f"identifier=a%7C1&patient=Patient/{MARIT}"
    other = await plane.ask(
        "POST", "/Observation", body=body, headers={"If-None-Exist": f"patient={TORBJORN}"}
    )
    assert other.status == 403


async def test_conditional_update_and_delete_are_for_open_grants(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    assert (await plane.ask("PUT", "/Observation?identifier=1", body=observation("x", MARIT))).status == 403
    assert (await plane.ask("DELETE", "/Observation?identifier=1")).status == 403
    plane.give("user/Observation.cruds", patient=None, name="g2")
    assert (await plane.ask("DELETE", "/Observation?identifier=1", token="g2")).status == 204


async def test_nothing_is_written_that_cannot_be_recorded(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    assert isinstance(plane.audit, ListedAudit)
    plane.audit.broken = True
    reply = await plane.ask("PUT", "/Observation/n", body=observation("n", MARIT))
    assert reply.status == 503
    assert "retry-after" in reply.headers
    assert sent_writes(plane) == []
    assert (await plane.get("/Observation/o-marit")).status == 503


async def test_media_types(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    xml = {"Content-Type": "application/fhir+xml"}
    assert (await plane.ask("PUT", "/Observation/n", body="<a/>", headers=xml)).status == 415
    assert (await plane.get("/Observation/o-marit", headers={"Accept": "application/fhir+xml"})).status == 406
    assert (await plane.get("/Observation/o-marit?_format=xml")).status == 406
    assert (await plane.get("/Observation/o-marit?_format=json")).status == 200


async def test_patch_is_not_offered(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    assert (await plane.ask("PATCH", "/Observation/o-marit", body="[]")).status == 405


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/Observation"),
        ("PUT", "/Observation/w"),
        ("PUT", "/Observation?code=w"),
        ("DELETE", "/Observation/w"),
        ("DELETE", "/Observation?code=w"),
    ],
)
@pytest.mark.parametrize("end", ["lock", "revoke"])
async def test_what_ended_while_the_log_was_tried_writes_nothing(
    plane: Plane, monkeypatch: pytest.MonkeyPatch, method: str, target: str, end: str
) -> None:
    """Mutant: a grant for all patients is looked at only before the log is tried."""
    given = plane.give("user/Observation.cud", patient=None)

    async def ended_meanwhile() -> None:
        if end == "lock":
            plane.state.sessions["s1"].locked_at = NOW
        else:
            given.ended = True

    monkeypatch.setattr(plane.audit, "check", ended_meanwhile)
    body = observation("w", TORBJORN) if method != "DELETE" else None
    reply = await plane.ask(method, target, body=body)
    assert (reply.status, sent_writes(plane)) == (503 if end == "lock" else 401, [])
