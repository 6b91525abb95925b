"""Tokens, metadata, links, audit and what else stands around the policy."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from starlette.responses import Response

from launcher.gateway.audit_event import audit_events
from launcher.gateway.links import upstream_target
from launcher.stores.audit import AuditLog
from tests.fakes.tampering import tampered
from tests.launcher.gateway.support import (
    MARIT,
    TORBJORN,
    ListedAudit,
    Plane,
    observation,
    patient,
    running_plane,
)


async def test_without_a_valid_token(plane: Plane) -> None:
    """SAL-61, NAV-08: 401, so that a client refreshes."""
    missing = await plane.get(f"/Patient/{MARIT}", token=None)
    assert (missing.status, missing.headers["www-authenticate"]) == (401, "Bearer")
    wrong = await plane.get(f"/Patient/{MARIT}", token="unknown")
    assert wrong.status == 401
    assert 'error="invalid_token"' in wrong.headers["www-authenticate"]
    assert wrong.json()["resourceType"] == "OperationOutcome"
    assert plane.upstream.seen == []


async def test_a_locked_session_is_not_a_lost_one(plane: Plane) -> None:
    plane.give("patient/*.rs")
    plane.tokens.locked = True
    reply = await plane.get(f"/Patient/{MARIT}")
    assert (reply.status, reply.headers["retry-after"]) == (503, "7")


async def test_a_grant_that_ends_while_the_upstream_answers(plane: Plane) -> None:
    given = plane.give("patient/*.rs")

    def end(_: object) -> None:
        given.ended = True

    plane.upstream.before_answer = end
    reply = await plane.get(f"/Patient/{MARIT}")
    assert reply.status == 401
    assert b"Haugen" not in reply.body


async def test_metadata_is_open_and_tells_only_what_is_offered(plane: Plane) -> None:
    reply = await plane.get("/metadata", token=None)
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    statement = reply.json()
    (rest,) = statement["rest"]
    addresses = {e["url"]: e["valueUri"] for e in rest["security"]["extension"][0]["extension"]}
    assert set(addresses) == {"authorize", "token"}
    assert rest["security"]["service"][0]["coding"][0]["code"] == "SMART-on-FHIR"
    assert [resource["type"] for resource in rest["resource"]] == ["Patient"]
    codes = [interaction["code"] for interaction in rest["resource"][0]["interaction"]]
    assert codes == ["read", "search-type"]
    assert [operation["name"] for operation in rest["resource"][0]["operation"]] == ["everything"]
    assert rest["interaction"] == [{"code": "transaction"}]
    assert statement["implementation"]["url"] == plane.base
    assert b"upstream.invalid" not in reply.body
    assert "authorization" not in plane.upstream.seen[-1].headers


async def test_the_apps_token_and_headers_stay_here(plane: Plane) -> None:
    plane.give("patient/*.rs")
    await plane.get(
        f"/Patient/{MARIT}", headers={"Cookie": "a=b", "X-Forwarded-For": "1.2.3.4", "X-Request-Id": "abc"}
    )
    sent = plane.upstream.seen[-1].headers
    assert sent["authorization"] == "Bearer up-1"
    assert sent["x-request-id"] == "abc"
    assert sent["accept-encoding"] == "identity"
    assert "cookie" not in sent
    assert "x-forwarded-for" not in sent


async def test_a_request_id_that_looks_like_a_person_is_replaced(plane: Plane) -> None:
    plane.give("patient/*.rs")
    reply = await plane.get(f"/Patient/{MARIT}", headers={"X-Request-Id": "13816749876"})
    assert reply.headers["x-request-id"].startswith("request-")


async def test_well_known_is_not_ours(plane: Plane) -> None:
    reply = await plane.get("/.well-known/smart-configuration", token=None)
    assert (reply.status, reply.body) == (404, b"Not Found")


async def test_page_links_are_bound_to_grant_patient_and_type(plane: Plane) -> None:
    plane.upstream.page_size = 1
    given = plane.give("user/*.rs", fenced=True)
    plane.give("user/*.rs", fenced=True, name="g2")
    links = {link["relation"]: link["url"] for link in (await plane.get("/Observation")).json()["link"]}
    target = links["next"].removeprefix(plane.base)
    assert (await plane.get(target)).status == 200
    assert (await plane.get(target, token="g2")).status == 403
    assert (await plane.get(target.replace("/Observation", "/Condition"))).status == 403
    assert (await plane.get(tampered(target))).status == 403
    assert (await plane.get("/Observation?_page=http%3A%2F%2Fupstream%2FPatient")).status == 403
    given.effective_patient = TORBJORN
    assert (await plane.get(target)).status == 403


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("http://u.example/fhir/Observation?_offset=1", "/Observation?_offset=1"),
        ("http://u.example/fhir?_getpages=1", "?_getpages=1"),
        ("Observation?_offset=1", "/Observation?_offset=1"),
        ("http://u.example/fhirx/Observation", None),
        ("http://inside.example:8080/fhir/Observation?a=1", "/Observation?a=1"),
        ("/fhir/Observation?a=1", "/Observation?a=1"),
        ("/other/Observation", None),
        ("http://u.example/fhir/../admin", None),
        ("http://u.example/fhir/%2e%2e/admin", None),
        ("http://u.example/fhir//evil", None),
        ("//evil.example/fhir/Observation", None),
        ("http://u.example/fhir/a\\b", None),
        ("http://u.example/fhir/Observation?a=b#c", None),
        ("http://u.example/fhir/Observation?a=\r\nX: y", None),
    ],
)
def test_upstream_links(url: str, target: str | None) -> None:
    assert upstream_target(url, "http://u.example/fhir") == target


async def test_a_next_page_that_cannot_be_followed_is_an_error_and_not_an_end(plane: Plane) -> None:
    bundle = b'{"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"http://x/other?p=2"}]}'
    plane.upstream.misbehave = lambda _: Response(bundle, 200)
    plane.give("patient/*.rs")
    assert (await plane.get("/Observation")).status == 502


async def test_writes_are_no_reads(plane: Plane) -> None:
    plane.give("patient/*.cruds")
    await plane.ask("PUT", "/Observation/n", body=observation("n", MARIT))
    assert plane.noted.reads == []
    await plane.get("/Observation?code=nothing")
    assert plane.noted.reads == [("g1", MARIT)]


async def test_attachments_are_shown_with_their_document(plane: Plane) -> None:
    for owner, name in ((MARIT, "a"), (TORBJORN, "b")):
        plane.upstream.put(
            {"resourceType": "Binary", "id": name, "contentType": "text/plain", "data": "SGVp"}
        )
        plane.upstream.put(
            {
                "resourceType": "DocumentReference",
                "id": f"d-{name}",
                "subject": {"reference": f"Patient/{owner}"},
                "content": [{"attachment": {"url": f"Binary/{name}"}}],
            }
        )
    plane.upstream.put(
        {"resourceType": "Binary", "id": "c", "securityContext": {"reference": f"Patient/{TORBJORN}"}}
    )
    plane.upstream.put(
        {"resourceType": "Binary", "id": "d", "securityContext": {"reference": f"Patient/{MARIT}"}}
    )
    plane.upstream.put({"resourceType": "Binary", "id": "e", "contentType": "text/plain", "data": "SGVp"})
    unclear = [{"reference": f"Patient/{TORBJORN}"}]
    plane.upstream.put({"resourceType": "Binary", "id": "f", "securityContext": unclear})
    plane.upstream.put(
        {
            "resourceType": "DocumentReference",
            "id": "d-f",
            "subject": {"reference": f"Patient/{MARIT}"},
            "content": [{"attachment": {"url": "Binary/f"}}],
        }
    )
    plane.give("patient/*.rs")
    plane.upstream.ignore_narrowing = True
    statuses = {name: (await plane.get(f"/Binary/{name}")).status for name in "abcdef"}
    assert statuses == {"a": 200, "b": 404, "c": 404, "d": 200, "e": 404, "f": 404}
    content = await plane.get("/Binary/a", headers={"Accept": "text/plain"})
    assert (content.body, content.headers["content-type"]) == (b"Hei", "text/plain")
    assert content.headers["content-disposition"] == "attachment"
    plane.give("patient/Binary.r", name="g2")
    assert (await plane.get("/Binary/a", token="g2")).status == 404


async def test_includes_are_judged(plane: Plane) -> None:
    plane.upstream.ignore_narrowing = True
    plane.give("patient/Observation.rs", "patient/Practitioner.r")
    entries = (await plane.get("/Observation?_include=*&_revinclude:iterate=Provenance:target")).json()[
        "entry"
    ]
    kept = {(e["resource"]["resourceType"], e["search"]["mode"]) for e in entries}
    assert kept == {("Observation", "match"), ("Practitioner", "include")}


async def test_every_access_leaves_a_record(plane: Plane) -> None:
    plane.upstream.put(observation("o-2", MARIT))
    plane.give("user/*.rs", patient=None)
    await plane.get("/Observation?code=8867-4")
    await plane.get(f"/Patient/{MARIT}")
    await plane.get("/Patient/nobody")
    await plane.ask("DELETE", "/Observation/o-2")
    await plane.get("/Observation/../x")
    assert isinstance(plane.audit, ListedAudit)
    told = [(r.kind, r.outcome, r.patients) for r in plane.audit.records]
    assert told == [
        ("search-type", "0", (MARIT, TORBJORN)),
        ("read", "0", (MARIT,)),
        ("read", "4", ()),
        ("delete", "4", ()),
        ("refused", "4", ()),
    ]
    assert plane.audit.records[0].request == "GET /Observation?code=8867-4"
    assert len(audit_events(plane.audit.records[0])) == 2
    assert all(record.user_sub == "siri" for record in plane.audit.records[:4])


async def test_an_error_of_our_own_tells_nothing(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> str:
        raise RuntimeError("Haugen 13816749876")

    plane.give("patient/*.rs")
    monkeypatch.setattr(plane.tokens, "verify", broken)
    reply = await plane.get(f"/Patient/{MARIT}")
    assert reply.status == 500
    assert b"Haugen" not in reply.body


async def test_with_the_real_log(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.sqlite", b"a" * 32, random_bytes=os.urandom)
    async with running_plane(audit=log) as plane:
        plane.upstream.put(patient(MARIT))
        plane.give("patient/*.rs")
        assert (await plane.get(f"/Patient/{MARIT}")).status == 200
        assert [row.facts.patients for row in log.reader.entries()] == [(MARIT,)]
    log.close()
