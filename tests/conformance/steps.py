"""Steps that many rows share: a signed-in shell, a patient tab, tokens of an app with certain scopes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from tests.conformance.table import Target
from tests.fakes.browser import Page
from tests.fakes.gateway import Shell
from tests.fakes.upstream_systems import ANNA

LABORATORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


def signed_in(target: Target, patient: str | None = ANNA) -> tuple[Shell, str]:
    """A shell that has logged in, and a patient tab of it."""
    shell = target.shell()
    topic = shell.context()
    if patient is not None:
        shell.open_patient(topic, patient)
    return shell, topic


def app(target: Target, scope: str | None = None, client_id: str = "alt", **extra: Any) -> dict[str, Any]:
    """The token response of an app launched from the shell for Anna."""
    shell, topic = signed_in(target)
    return shell.app(client_id, topic, scope, **extra)


def bearer(tokens: Mapping[str, Any]) -> dict[str, str]:
    """The header that presents an access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def read(target: Target, tokens: Mapping[str, Any], path: str = f"/Patient/{ANNA}") -> httpx2.Response:
    """One FHIR read with a token."""
    return target.http.get(f"/fhir{path}", headers=bearer(tokens))


def ask(target: Target, client_id: str = "notat", **changes: str | None) -> Page:
    """One authorization request; nothing is followed."""
    return target.browser().send("GET", target.authorize_url(client_id, **changes))


def answered(page: Page) -> dict[str, str]:
    """The parameters with which a client is answered by redirect."""
    location = page.header("location") or page.url
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True, errors="surrogateescape"))


def refused(answer: httpx2.Response, status: int, error: str) -> None:
    """A JSON refusal of a token, introspection or revocation request."""
    assert answer.headers["content-type"].startswith("application/json"), answer.text
    assert (answer.status_code, answer.json().get("error")) == (status, error), answer.text


def observation(patient: str = ANNA, category: str = "laboratory", **more: Any) -> dict[str, Any]:
    """A small Observation."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": LABORATORY.partition("|")[0], "code": category}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "valueQuantity": {"value": 61.50, "unit": "kg"},
        **more,
    }


def stored(target: Target, shell: Shell, resource: dict[str, Any]) -> str:
    """Store a resource with the shell's own rights; its id."""
    answer = shell.call("POST", f"/fhir/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
