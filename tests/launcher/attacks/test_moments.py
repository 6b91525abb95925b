"""What happens between two awaits: a lock or a change of patient while an answer is on its way, and odd owners."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from starlette.requests import Request

from launcher.oauth.model import Grant
from launcher.server.fhir.settings import FhirLimits
from tests.launcher.gateway.support import MARIT, NOW, TORBJORN, ListedAudit, Plane, running_plane

BUNDLE = {"resourceType": "Bundle", "type": "batch"}


def observation(key: str, patient: str, **more: Any) -> dict[str, Any]:
    subject = {"reference": f"Patient/{patient}"}
    return {
        "resourceType": "Observation",
        "id": key,
        "status": "final",
        "code": {},
        "subject": subject,
        **more,
    }


@pytest.fixture
async def plane() -> AsyncIterator[Plane]:
    async with running_plane() as running:
        for patient in (MARIT, TORBJORN):
            running.upstream.put({"resourceType": "Patient", "id": patient})
            running.upstream.put(observation(f"obs-{patient}", patient))
        yield running


@pytest.mark.parametrize(
    "target", [f"/Patient/{MARIT}", f"/Observation?patient={MARIT}", f"/Observation/obs-{MARIT}/_history"]
)
async def test_an_answer_that_comes_after_the_lock_is_not_shown(plane: Plane, target: str) -> None:
    plane.give("patient/*.cruds")
    assert (await plane.get(target)).status == 200

    def lock(_: Request) -> None:
        plane.state.sessions["s1"].locked_at = NOW

    plane.upstream.before_answer = lock
    reply = await plane.get(target)
    assert reply.status == 503
    assert "retry-after" in reply.headers
    assert MARIT.encode() not in reply.body


Happens = Callable[[], None]


def while_the_log_is_proven(plane: Plane, happens: Happens, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check() -> None:
        happens()

    assert isinstance(plane.audit, ListedAudit)
    monkeypatch.setattr(plane.audit, "check", check)


def while_the_token_is_renewed(plane: Plane, happens: Happens, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last wait before a write goes up."""
    given = plane.upstream_tokens.token_for

    async def token_for(grant: Grant) -> str:
        happens()
        return await given(grant)

    monkeypatch.setattr(plane.upstream_tokens, "token_for", token_for)


@pytest.mark.parametrize("meanwhile", [while_the_log_is_proven, while_the_token_is_renewed])
@pytest.mark.parametrize("kind", ["create", "update", "transaction", "locked"])
async def test_nothing_is_stored_after_the_patient_changed(
    plane: Plane,
    kind: str,
    meanwhile: Callable[[Plane, Happens, pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grant = plane.give("user/*.cruds", fenced=True)
    body = observation(f"obs-{MARIT}", MARIT)
    entry = {"request": {"method": "POST", "url": "Observation"}, "resource": body}

    def happens() -> None:
        if kind == "locked":
            plane.state.sessions["s1"].locked_at = NOW
        else:
            grant.effective_patient = TORBJORN

    meanwhile(plane, happens, monkeypatch)
    before = {key: list(versions) for key, versions in plane.upstream.versions.items()}
    if kind == "update":
        reply = await plane.ask("PUT", f"/Observation/obs-{MARIT}", body=body)
    elif kind == "transaction":
        reply = await plane.ask("POST", "", body={**BUNDLE, "type": "transaction", "entry": [entry]})
    else:
        reply = await plane.ask("POST", "/Observation", body=body)
    assert reply.status == (503 if kind == "locked" else 409), reply.body
    assert plane.upstream.versions == before


@pytest.mark.parametrize(
    "owner", ["Organization/ward", "Practitioner/siri", "Location/rom-204", "Binary/mine"]
)
async def test_nobodys_resource_opens_no_attachment(plane: Plane, owner: str) -> None:
    """``securityContext`` of a ward says who may see it there, not that it is this patient's."""
    plane.give("patient/*.rs")
    kind, _, key = owner.partition("/")
    plane.upstream.put({"resourceType": kind, "id": key})
    binary = {"resourceType": "Binary", "id": "b", "contentType": "text/plain", "data": "SGVp"}
    plane.upstream.put({**binary, "securityContext": {"reference": owner}})
    assert (await plane.get("/Binary/b")).status == 404
    plane.upstream.put({**binary, "id": "own", "securityContext": {"reference": f"Patient/{MARIT}"}})
    assert (await plane.get("/Binary/own")).status == 200


@pytest.mark.parametrize("scopes", [("patient/*.cruds",), ("patient/Patient.c", "user/Patient.c?_tag=x")])
async def test_no_new_patient_comes_from_an_apps_grant(plane: Plane, scopes: tuple[str, ...]) -> None:
    plane.give(*scopes)
    body = {"resourceType": "Patient", "id": MARIT, "meta": {"tag": [{"code": "x"}]}}
    before = set(plane.upstream.versions)
    assert (await plane.ask("POST", "/Patient", body=body)).status == 403
    entry = {"request": {"method": "POST", "url": "Patient"}, "resource": body}
    for kind in ("batch", "transaction"):
        await plane.ask("POST", "", body={**BUNDLE, "type": kind, "entry": [entry]})
    assert set(plane.upstream.versions) == before
    plane.give("user/Patient.c", name="open", patient=None)
    assert (await plane.ask("POST", "/Patient", body=body, token="open")).status == 201


async def test_a_list_is_no_way_around_a_missing_right_to_lists(plane: Plane) -> None:
    plane.give("user/Observation.rs", patient=None)
    assert (await plane.get("/Observation?_list=lst-1")).status == 403
    plane.give("user/Observation.rs", "user/List.rs", patient=None, name="g2")
    assert (await plane.get("/Observation?_list=lst-1", token="g2")).status == 200


async def test_a_batch_cannot_pile_up_answers_without_end() -> None:
    async with running_plane(limits=FhirLimits(batch_answer_bytes=3000)) as plane:
        plane.give("patient/*.cruds")
        plane.upstream.put({"resourceType": "Patient", "id": MARIT, "text": {"div": "x" * 1000}})
        entries = [{"request": {"method": "GET", "url": f"Patient/{MARIT}"}}] * 9
        answer = (await plane.ask("POST", "", body={**BUNDLE, "entry": entries})).json()
        statuses = [entry["response"]["status"][:3] for entry in answer["entry"]]
        assert len(statuses) == 9
        assert statuses[:3] == ["200"] * 3
        assert statuses[4:] == ["413"] * 5
