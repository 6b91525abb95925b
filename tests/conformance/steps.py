"""Steps that many rows share: a signed-in shell, a patient tab, tokens of an app with certain scopes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from tests.fakes.browser import Page

if TYPE_CHECKING:
    from tests.conformance.asking import Shell
    from tests.conformance.table import Target

LABORATORY = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory"


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, unverified."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def signed_in(target: Target, *, with_patient: bool = True) -> tuple[Shell, str]:
    """A shell that has logged in, and a patient tab of it."""
    shell = target.shell()
    topic = shell.context()
    if with_patient:
        shell.open_patient(topic, target.people.first)
    return shell, topic


def app(target: Target, scope: str | None = None, role: str = "wide", **extra: Any) -> dict[str, Any]:
    """The token response of an app launched from the shell for the first patient."""
    target.client(role)
    shell, topic = signed_in(target)
    return shell.app(role, topic, scope, **extra)


def code_of(target: Target, role: str = "app") -> tuple[str, Shell]:
    """A fresh code of an app in a pane."""
    target.client(role)
    shell, topic = signed_in(target)
    _, browser = shell.pane(role, topic)
    code: str = browser.open(target.authorize_url(role)).query["code"]
    return code, shell


def read(target: Target, tokens: Mapping[str, Any], path: str | None = None) -> httpx2.Response:
    """One FHIR read with a token; of the first patient unless said otherwise."""
    path = path or f"/Patient/{target.patient}"
    return target.fhir("GET", path, tokens["access_token"])


def ask(target: Target, role: str = "app", **changes: str | None) -> Page:
    """One authorization request; nothing is followed."""
    return target.browser().send("GET", target.authorize_url(role, **changes))


def answered(page: Page) -> dict[str, str]:
    """The parameters with which a client is answered by redirect."""
    location = page.header("location") or page.url
    return dict(parse_qsl(urlsplit(location).query, keep_blank_values=True, errors="surrogateescape"))


def refused(answer: httpx2.Response, status: int, error: str) -> None:
    """A JSON refusal of a token, introspection or revocation request."""
    assert answer.headers["content-type"].startswith("application/json"), answer.text
    assert (answer.status_code, answer.json().get("error")) == (status, error), answer.text


def observation(patient: str, category: str = "laboratory", **more: Any) -> dict[str, Any]:
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


def stored(shell: Shell, resource: dict[str, Any]) -> str:
    """Store a resource with the shell's own rights; its id."""
    answer = shell.fhir("POST", f"/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
