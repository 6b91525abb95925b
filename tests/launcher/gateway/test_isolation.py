"""Attacks on the isolation of patients, over the sandbox and over an upstream that ignores every narrowing.

Every attack is a request under a grant for one patient; neither its status line, headers nor body may hold the
other patient's canary. Its twin shows that the same kind of request does give one's own data.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.sandbox.fhir.search_parameters import RESOURCE_TYPES as SANDBOX_TYPES
from tests.fakes.sandbox_fhir import TOKEN, RunningServer, running_fhir_server
from tests.launcher.gateway.isolation_data import FOREIGN, OWN, everything
from tests.launcher.gateway.support import MARIT, TORBJORN, Plane, running_plane

TYPES = {
    "Observation": "obs",
    "Condition": "con",
    "AllergyIntolerance": "all",
    "Encounter": "enc",
    "DocumentReference": "doc",
    "Binary": "bin",
    "List": "lst",
    "Composition": "com",
    "Provenance": "pro",
    "Task": "tas",
    "Flag": "fla",
}
GRANTS = {
    "patient": (("patient/*.cruds",), False),
    "v1": (("patient/*.read", "patient/*.write"), False),
    "fenced": (("user/*.cruds",), True),
}


def attacks() -> Iterator[tuple[str, str]]:
    """(method, target) of every attack by address alone."""
    yield "GET", f"/Patient/{TORBJORN}"
    yield "GET", f"/Patient/{TORBJORN}/_history"
    yield "GET", f"/Patient/{TORBJORN}/_history/1"
    yield "GET", f"/Patient/{TORBJORN}/$everything"
    yield "GET", f"/Patient/{TORBJORN}/*"
    yield "GET", f"/Patient?_id={TORBJORN}"
    yield "GET", f"/Patient?_id={MARIT},{TORBJORN}"
    yield "GET", f"/Patient?_id={MARIT}&_id={TORBJORN}"
    yield "GET", "/Patient?identifier=number-b"
    yield "GET", f"/Patient?name={FOREIGN}"
    yield "GET", "/Patient"
    yield "GET", "/Patient?_count=1"
    yield "GET", "/Patient?_elements=name"
    yield "GET", "/Patient?_summary=text"
    yield "GET", "/Patient?_revinclude=Observation:subject"
    yield "GET", "/Patient?_has:Observation:patient:code=8867-4"
    yield "GET", f"/Patient/{MARIT}/../{TORBJORN}"
    yield "GET", f"/Patient/{MARIT}%2f..%2f{TORBJORN}"
    yield "GET", f"//Patient/{TORBJORN}"
    yield "GET", f"/./Patient/{TORBJORN}"
    yield "GET", f"/Practitioner/shared/../../Patient/{TORBJORN}"
    yield "GET", f"/Patient%2F{TORBJORN}"
    yield "GET", "/Bundle/bun-both"
    yield "GET", "/Bundle"
    yield "GET", "/Group/grp-both"
    yield "GET", "/Group"
    yield "GET", f"/Group?member=Patient/{MARIT}"
    yield "GET", "/Appointment"
    yield "GET", "/Appointment/app-both"
    yield "GET", "/List/lst-both"
    yield "GET", "/_history"
    yield "GET", "/?_type=Patient,Observation"
    yield "GET", f"/metadata?patient={TORBJORN}"
    yield "GET", "/Practitioner?_revinclude=Patient:general-practitioner"
    yield "GET", "/Practitioner?_revinclude=Observation:performer&_revinclude:iterate=Provenance:target"
    yield "GET", "/Practitioner?_has:Patient:general-practitioner:_id=" + TORBJORN
    yield "GET", "/Practitioner/shared/_history"
    for resource_type, short in TYPES.items():
        own, foreign = f"{short}-a", f"{short}-b"
        yield "GET", f"/{resource_type}/{foreign}"
        yield "GET", f"/{resource_type}/{foreign}/_history"
        yield "GET", f"/{resource_type}/{foreign}/_history/1"
        yield "DELETE", f"/{resource_type}/{foreign}"
        yield "GET", f"/{resource_type}"
        yield "GET", f"/{resource_type}/_history"
        yield "GET", f"/{resource_type}?_id={foreign}"
        yield "GET", f"/{resource_type}?_id={own},{foreign}"
        yield "GET", f"/{resource_type}?patient={TORBJORN}"
        yield "GET", f"/{resource_type}?patient=Patient/{MARIT},Patient/{TORBJORN}"
        yield "GET", f"/{resource_type}?patient={MARIT}&subject=Patient/{TORBJORN}"
        yield "GET", f"/{resource_type}?subject:Patient={TORBJORN}"
        yield "GET", f"/{resource_type}?patient.name={FOREIGN}"
        yield "GET", f"/{resource_type}?subject:Patient.name={FOREIGN}"
        yield "GET", f"/{resource_type}?patient:not={MARIT}"
        yield "GET", f"/{resource_type}?patient={MARIT}%2C{TORBJORN}"
        yield "GET", f"/{resource_type}?patient={MARIT}%26patient={TORBJORN}"
        yield "GET", f"/{resource_type}?patient={MARIT};patient={TORBJORN}"
        yield "GET", f"/{resource_type}?%70atient={TORBJORN}"
        yield "GET", f"/{resource_type}?Patient={TORBJORN}"
        yield "GET", f"/{resource_type}?_include=*&_include:iterate=*"
        yield "GET", f"/{resource_type}?_revinclude=*"
        yield "GET", f"/{resource_type}?_elements=id"
        yield "GET", f"/{resource_type}?_elements=code,note,description,title"
        yield "GET", f"/{resource_type}?_summary=true"
        yield "GET", f"/{resource_type}?_summary=data&_count=100"
        yield "GET", f"/{resource_type}?_list=lst-b"
        yield "GET", f"/{resource_type}?_filter=id eq {foreign}".replace(" ", "%20")
        yield "GET", f"/{resource_type}?_page=x"
        yield "GET", f"/Patient/{TORBJORN}/{resource_type}"
        yield "POST", f"/{resource_type}/_search?patient={TORBJORN}"


def bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(method, target, body) of the attacks that write."""
    taken = {"resourceType": "Observation", "id": "obs-b", "status": "final", "code": {"text": "x"}}
    mine = {"reference": f"Patient/{MARIT}"}
    yield "PUT", "/Observation/obs-b", {**taken, "subject": mine}
    yield (
        "PUT",
        "/Observation/obs-a",
        {**taken, "id": "obs-a", "subject": {"reference": f"Patient/{TORBJORN}"}},
    )
    yield "PUT", f"/Patient/{TORBJORN}", {"resourceType": "Patient", "id": TORBJORN}
    yield "PUT", f"/Patient/{MARIT}", {"resourceType": "Patient", "id": TORBJORN}
    yield "PUT", "/Observation?_id=obs-b", {**taken, "subject": mine}
    yield "POST", "/Observation", {**taken, "subject": {"reference": f"Patient/{TORBJORN}"}}
    yield "POST", "/Observation", {**taken, "subject": {"reference": "Patient?identifier=number-b"}}
    for kind in ("batch", "transaction"):
        for request in (
            {"method": "GET", "url": f"Patient/{TORBJORN}"},
            {"method": "GET", "url": "Observation/obs-b"},
            {"method": "GET", "url": "Observation?code=8867-4"},
            {"method": "GET", "url": f"/Patient/{TORBJORN}"},
            {"method": "GET", "url": f"Patient/{MARIT}/../{TORBJORN}"},
            {"method": "DELETE", "url": "Observation/obs-b"},
            {"method": "GET", "url": f"Patient/{TORBJORN}/$everything"},
        ):
            yield "POST", "", {"resourceType": "Bundle", "type": kind, "entry": [{"request": request}]}
        writing = {
            "request": {"method": "PUT", "url": "Observation/obs-b"},
            "resource": {**taken, "subject": mine},
        }
        yield "POST", "", {"resourceType": "Bundle", "type": kind, "entry": [writing]}


@contextlib.asynccontextmanager
async def isolated(name: str, sandbox: RunningServer) -> AsyncIterator[Plane]:
    if name == "sandbox":
        async with running_plane(upstream_base=sandbox.base_url, upstream_token=TOKEN) as plane:
            yield plane
        return
    async with running_plane() as plane:
        plane.upstream.ignore_narrowing = True
        for resource in everything():
            plane.upstream.put(resource)
        yield plane


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    database: Path = tmp_path_factory.mktemp("isolation") / "fhir.sqlite"
    stored = [resource for resource in everything() if resource["resourceType"] in SANDBOX_TYPES]
    with running_fhir_server(database, resources=stored) as running:
        yield running


def told(status: int, headers: dict[str, str], body: bytes) -> str:
    return f"{status} {json.dumps(headers)} {body.decode()}"


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize("upstream", ["sandbox", "shameless"])
async def test_no_attack_by_address_gets_through(upstream: str, grant: str, sandbox: RunningServer) -> None:
    scopes, fenced = GRANTS[grant]
    async with isolated(upstream, sandbox) as plane:
        plane.give(*scopes, fenced=fenced)
        tried = list(attacks())
        assert len(tried) > 300

        async def attack(method: str, target: str) -> str | None:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            posted = {"headers": form, "body": ""} if method == "POST" else {}
            reply = await plane.ask(method, target, **posted)  # type: ignore[arg-type]
            assert reply.status < 500, (method, target, reply.status)
            return f"{method} {target}" if FOREIGN in told(reply.status, reply.headers, reply.body) else None

        leaks: list[str | None] = []
        for start in range(0, len(tried), 20):
            leaks += await asyncio.gather(*(attack(*one) for one in tried[start : start + 20]))
        assert [leak for leak in leaks if leak] == []


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize("upstream", ["sandbox", "shameless"])
async def test_no_attack_by_writing_gets_through(upstream: str, grant: str, sandbox: RunningServer) -> None:
    scopes, fenced = GRANTS[grant]
    async with isolated(upstream, sandbox) as plane:
        plane.give(*scopes, fenced=fenced)
        plane.give("user/*.rs", patient=None, name="observer")
        before = await plane.get("/Observation/obs-b", token="observer")
        for method, target, body in bodies():
            reply = await plane.ask(method, target, body=body)
            assert reply.status < 500, (method, target, body, reply.status)
            assert FOREIGN not in told(reply.status, reply.headers, reply.body), (method, target, body)
        after = await plane.get("/Observation/obs-b", token="observer")
        assert after.body == before.body
        own = (await plane.get("/Observation/obs-a", token="observer")).json()
        assert own["subject"]["reference"] == f"Patient/{MARIT}"


@pytest.mark.parametrize("grant", GRANTS)
@pytest.mark.parametrize("upstream", ["sandbox", "shameless"])
async def test_the_twins_give_ones_own(upstream: str, grant: str, sandbox: RunningServer) -> None:
    scopes, fenced = GRANTS[grant]
    async with isolated(upstream, sandbox) as plane:
        plane.give(*scopes, fenced=fenced)
        targets = [
            f"/Patient/{MARIT}",
            f"/Patient/{MARIT}/$everything",
            "/Patient",
            f"/Patient/{MARIT}/_history",
        ]
        for resource_type, short in TYPES.items():
            targets += [f"/{resource_type}/{short}-a", f"/{resource_type}/{short}-a/_history/1"]
            if resource_type != "Binary":
                targets += [
                    f"/{resource_type}",
                    f"/{resource_type}?_elements=id",
                    f"/{resource_type}?_summary=true",
                ]
        for target in targets:
            if "Binary" in target and "_history" in target:
                continue
            reply = await plane.get(target)
            assert reply.status == 200, target
            assert OWN in reply.body.decode() or "_elements" in target, target
            assert FOREIGN not in reply.body.decode(), target


@pytest.mark.parametrize("upstream", ["sandbox", "shameless"])
async def test_foreign_is_missing_byte_for_byte(upstream: str, sandbox: RunningServer) -> None:
    async with isolated(upstream, sandbox) as plane:
        plane.give("patient/*.cruds")
        for resource_type, short in TYPES.items():
            for method, below in (("GET", ""), ("GET", "/_history"), ("GET", "/_history/1"), ("DELETE", "")):
                if resource_type == "Binary" and (below or method == "DELETE"):
                    continue
                same = {"X-Request-Id": "same"}
                foreign = await plane.ask(method, f"/{resource_type}/{short}-b{below}", headers=same)
                missing = await plane.ask(method, f"/{resource_type}/{short}-z{below}", headers=same)
                foreign.headers.pop("date", None)
                missing.headers.pop("date", None)
                assert foreign.status == missing.status == 404
                assert foreign.headers == missing.headers
                assert foreign.body.replace(f"{short}-b".encode(), f"{short}-z".encode()) == missing.body
