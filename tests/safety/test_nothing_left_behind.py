"""S7: after a session, no token, code, identity number or clinical text stands anywhere outside the sandbox's folder."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psutil
import pytest

from tests.fakes.signed_in import SignedIn, sign_in
from tests.fakes.tampering import tampered
from tests.safety.environment_processes import RunningEnvironment, running_environment

NOTE = "Uvel om natten, fikk saft og satt litt oppe"
SCOPE = "launch openid fhirUser online_access patient/Patient.rs patient/DocumentReference.crus"
IDENTITY_SYSTEM = "urn:oid:2.16.578.1.12.4.1.4.1"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningEnvironment]:
    with running_environment(tmp_path / "state", monkeypatch) as running:
        yield running


def number_of(patient: dict[str, Any]) -> str:
    return next(str(item["value"]) for item in patient["identifier"] if item["system"] == IDENTITY_SYSTEM)


def note_about(patient: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "content": [
            {"attachment": {"contentType": "text/plain", "data": base64.b64encode(NOTE.encode()).decode()}}
        ],
    }


def a_session(signed: SignedIn) -> tuple[dict[str, str], list[str]]:
    """Sign in, search by number, open, launch, write, go wrong in a few ways; secrets by name, and URLs visited."""
    patient = signed.residents()[3]
    number = number_of(patient)
    (found,) = signed.fhir("Patient", identifier=f"{IDENTITY_SYSTEM}|{number}")
    assert found["id"] == patient["id"]
    topic = signed.context()
    signed.open_patient(topic, patient)
    app = next(app for app in signed.ready["apps"] if app["client_id"] == "notat")
    redirect_uri = app["launch_uri"].replace("launch.html", "index.html")
    tokens = signed.launch("notat", topic, redirect_uri, SCOPE)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    written = signed.http.post("/fhir/DocumentReference", json=note_about(patient), headers=bearer)
    assert written.status_code == 201, written.text
    go_wrong(signed, bearer, patient, number)
    visited = signed.addresses
    codes = {
        f"code {place}": value
        for place, address in enumerate(visited)
        for name, value in pairs(address)
        if name in ("code", "launch", "state", "nonce") and len(value) >= 16
    }
    name = patient["name"][0]
    secrets = {
        "identity number": number,
        "family name": name["family"],
        "note": NOTE,
        "note in base64": note_about(patient)["content"][0]["attachment"]["data"],
        **{
            f"the shell's {key}": str(signed.tokens[key])
            for key in ("access_token", "refresh_token", "id_token")
        },
        **{f"the app's {key}": str(tokens[key]) for key in ("access_token", "refresh_token", "id_token")},
        **{f"cookie {place}": value for place, value in enumerate(signed.cookies) if len(value) >= 16},
        **codes,
    }
    return secrets, visited


def go_wrong(signed: SignedIn, bearer: dict[str, str], patient: dict[str, Any], number: str) -> None:
    """Requests that end in errors, each with something in it that an error text could repeat."""
    http, token = signed.http, bearer["Authorization"]
    http.get(f"/fhir/Patient?identifier={IDENTITY_SYSTEM}|{number}", headers=bearer)
    http.post("/fhir/DocumentReference", content=f'{{"resourceType": "{NOTE}'.encode(), headers=bearer)
    http.put(f"/fhir/Patient/{patient['id']}", json=patient, headers=bearer)
    http.get(f"/fhir/Patient/{patient['id']}", headers={"Authorization": tampered(token)})
    http.post("/fhircast", content=json.dumps({"id": number, "event": NOTE}), headers=signed.bearer)
    http.post(
        "/oauth/token", data={"grant_type": "refresh_token", "refresh_token": token, "client_id": "notat"}
    )


def pairs(address: str) -> list[tuple[str, str]]:
    query = urlsplit(address).query
    return [(part.partition("=")[0], unquote(part.partition("=")[2])) for part in query.split("&") if part]


def files_below(folder: Path, *, without: str = "") -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not (without and name.startswith(without)):
            yield name, path.read_bytes()


def finds(secrets: dict[str, str], places: Iterator[tuple[str, bytes]]) -> list[str]:
    """Which secret stands where, as UTF-8 or UTF-16."""
    return [
        f"{what} in {place}"
        for place, data in places
        for what, secret in secrets.items()
        if secret.encode() in data or secret.encode("utf-16-le") in data
    ]


def own_processes(running: RunningEnvironment) -> Iterator[tuple[str, bytes]]:
    for name in ("gateway", "sandbox"):
        process = psutil.Process(running.pid(name))
        yield f"command line of {name}", "\0".join(process.cmdline()).encode()
        yield f"environment of {name}", json.dumps(process.environ()).encode()


def test_no_secret_is_left_behind(environment: RunningEnvironment) -> None:
    signed = sign_in(environment.ready)
    try:
        secrets, visited = a_session(signed)
        secrets["the shell's own secret"] = environment.environment.shell_secret
        processes = list(own_processes(environment))
        records = json.dumps(environment.environment.records.as_list()).encode()
        signed.call("DELETE", "/workspace/session")
    finally:
        signed.close()
    assert len(secrets) >= 18
    assert finds(secrets, iter([("the sealed records", records)])) == []
    assert finds(secrets, iter(processes)) == []
    assert finds(secrets, files_below(environment.words)) == []
    assert finds(secrets, files_below(environment.state, without="sandbox/")) == []
    personal = {key: secrets[key] for key in ("identity number", "family name", "note")}
    assert finds(personal, iter([("addresses", unquote("\n".join(visited)).encode())])) == []
    audit = {name for name, _ in files_below(environment.state) if name.startswith("audit.sqlite")}
    assert audit, "the session left no audit log to look into"


def test_the_search_itself_finds_what_is_there(environment: RunningEnvironment) -> None:
    """The sandbox's own folder holds the synthetic people in the clear: there the search must find them."""
    signed = sign_in(environment.ready)
    try:
        patient = signed.residents()[3]
    finally:
        signed.close()
    secrets = {"identity number": number_of(patient), "family name": patient["name"][0]["family"]}
    found = finds(secrets, files_below(environment.state / "sandbox"))
    assert {line.partition(" in ")[0] for line in found} == set(secrets)
