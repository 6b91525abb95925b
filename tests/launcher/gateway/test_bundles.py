"""Batch and transaction: each entry under the grant (SAL-40)."""

from __future__ import annotations

import json
from typing import Any

from tests.launcher.gateway.support import MARIT, TORBJORN, Plane, observation


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def asking(method: str, url: str, resource: dict[str, Any] | None = None, **more: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"request": {"method": method, "url": url, **more}}
    if resource is not None:
        entry["resource"] = resource
    return entry


async def test_a_batch_answers_entry_by_entry(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    reply = await plane.ask(
        "POST",
        "",
        body=bundle(
            "batch",
            asking("GET", "Observation/o-marit"),
            asking("GET", "Observation/o-torbjorn"),
            asking("GET", f"Patient/{MARIT}"),
            asking("GET", "Observation?code=1"),
            asking("PUT", "Observation/n", observation("n", MARIT)),
            asking("PUT", "Observation/m", observation("m", TORBJORN)),
            asking("GET", "http://elsewhere.example/Patient/1"),
            asking("GET", "Observation/../Patient/1"),
        ),
    )
    assert reply.status == 200
    entries = reply.json()["entry"]
    statuses = [entry["response"]["status"].split()[0] for entry in entries]
    assert statuses == ["200", "404", "403", "200", "201", "403", "400", "400"]
    assert entries[0]["resource"]["id"] == "o-marit"
    assert entries[3]["resource"]["resourceType"] == "Bundle"
    assert b'o-torbjorn",' not in reply.body
    assert plane.upstream.current("Observation", "m") is None


async def test_each_entry_of_a_batch_is_recorded(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    await plane.ask(
        "POST", "", body=bundle("batch", asking("GET", "Observation/o-marit"), asking("GET", "Patient/x"))
    )
    kinds = [(record.kind, record.outcome) for record in plane.audit.records]  # type: ignore[union-attr]
    assert kinds == [("read", "0"), ("read", "4")]


async def test_a_transaction_with_one_forbidden_entry_fails_whole(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    reply = await plane.ask(
        "POST",
        "/",
        body=bundle(
            "transaction",
            asking("PUT", "Observation/n", observation("n", MARIT)),
            asking("POST", "Observation", observation("m", TORBJORN)),
        ),
    )
    assert reply.status == 403
    assert plane.upstream.current("Observation", "n") is None


async def test_a_transaction_cannot_touch_what_it_may_not_see(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    for entry in (
        asking("PUT", "Observation/o-torbjorn", observation("o-torbjorn", MARIT)),
        asking("DELETE", "Observation/o-torbjorn"),
    ):
        reply = await plane.ask("POST", "", body=bundle("transaction", entry))
        assert reply.status == 404
    for entry in (
        asking("DELETE", "Observation?code=1"),
        asking("PUT", "Observation?code=1", observation("n", MARIT)),
        asking("POST", "Observation", observation("n", MARIT), ifNoneExist="code=1"),
    ):
        assert (await plane.ask("POST", "", body=bundle("transaction", entry))).status == 403


async def test_a_transaction_tells_foreign_and_missing_apart_as_little_as_a_single_request(
    plane: Plane,
) -> None:
    plane.give("patient/Observation.cruds")
    answers = []
    for name in ("o-torbjorn", "o-nobodyss"):
        entry = asking("DELETE", f"Observation/{name}")
        reply = await plane.ask("POST", "", body=bundle("transaction", entry))
        answers.append((reply.status, reply.body.replace(name.encode(), b"x")))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


async def test_a_new_resource_in_a_transaction_must_still_be_new_when_it_is_stored(plane: Plane) -> None:
    plane.give("patient/Observation.cruds")
    entries = [asking("PUT", f"Observation/{n}", observation(n, MARIT)) for n in ("new", "o-marit")]
    await plane.ask("POST", "", body=bundle("transaction", *entries))
    sent = [entry["request"] for entry in json.loads(plane.upstream.seen[-1].body)["entry"]]
    assert sent[0] == {"method": "PUT", "url": "Observation/new", "ifNoneMatch": "*"}
    assert sent[1] == {"method": "PUT", "url": "Observation/o-marit", "ifMatch": 'W/"1"'}


async def test_a_transaction_with_references_between_its_entries(plane: Plane) -> None:
    plane.give("patient/Observation.cruds", "patient/Provenance.c")
    first = asking("POST", "Observation", observation("n", MARIT))
    first["fullUrl"] = "urn:uuid:11111111-1111-4111-8111-111111111111"
    second_resource = {**observation("m", MARIT), "hasMember": [{"reference": first["fullUrl"]}]}
    reply = await plane.ask(
        "POST", "", body=bundle("transaction", first, asking("POST", "Observation", second_resource))
    )
    assert reply.status == 200
    assert len(reply.json()["entry"]) == 2
    sent = json.loads(plane.upstream.seen[-1].body)
    assert sent["entry"][0]["fullUrl"] == first["fullUrl"]


async def test_a_patient_made_in_the_transaction_is_not_the_patient_of_the_grant(plane: Plane) -> None:
    plane.give("patient/*.cruds")
    made = asking("POST", "Patient", {"resourceType": "Patient"})
    made["fullUrl"] = "urn:uuid:11111111-1111-4111-8111-111111111111"
    moved = {**observation("m", MARIT), "subject": {"reference": made["fullUrl"]}}
    assert (await plane.ask("POST", "", body=bundle("transaction", made))).status == 403
    assert (
        await plane.ask("POST", "", body=bundle("transaction", asking("POST", "Observation", moved)))
    ).status == 403


async def test_what_is_no_batch(plane: Plane) -> None:
    plane.give("user/*.cruds", patient=None)
    assert (await plane.ask("POST", "", body=bundle("collection"))).status == 400
    assert (await plane.ask("POST", "", body={"resourceType": "Patient"})).status == 400
    assert (await plane.ask("POST", "", body="[]")).status == 400
    inner = asking("POST", "", bundle("batch"))
    reply = await plane.ask("POST", "", body=bundle("batch", inner))
    assert reply.json()["entry"][0]["response"]["status"] == "400"
