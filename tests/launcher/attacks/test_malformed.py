"""Input that no parser expects: every answer is one of ours, never an unforeseen failure, and nothing gets stuck."""

from __future__ import annotations

import base64

import pytest

from launcher.server.last_resort import LastResort
from tests.fakes.gateway import RunningGateway
from tests.fakes.upstream_systems import ANNA

FORM = "application/x-www-form-urlencoded"
ASSERTED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ENDPOINTS = ("/oauth/token", "/oauth/par", "/oauth/revoke", "/oauth/introspect")


def part(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


DEEP = ".".join((part(b'{"alg":"RS256","typ":"JWT"}'), part(b"[" * 4000), part(b"x")))
"""A token whose claims are nested deeper than a parser goes."""


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_deeply_nested_assertion_is_refused(gateway: RunningGateway, path: str) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_assertion": DEEP,
        "client_assertion_type": ASSERTED,
        "token": "x",
    }
    answer = gateway.http.post(path, data=form)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_a_deeply_nested_token_of_a_page_is_refused(gateway: RunningGateway) -> None:
    origin = gateway.clients["leser"]["origins"][0]
    headers = {"Authorization": f"Bearer {DEEP}", "Origin": origin}
    assert gateway.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ENDPOINTS)
def test_a_repeated_name_that_is_no_text_is_refused(gateway: RunningGateway, path: str) -> None:
    answer = gateway.http.post(path, content=b"%ff=1&%ff=2", headers={"content-type": FORM})
    assert (answer.status_code, answer.json()["error_description"]) == (400, "a parameter is repeated")


async def test_what_nobody_foresaw_tells_only_its_place(capfd: pytest.CaptureFixture[str]) -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise KeyError("03865033361")

    messages: list[dict[str, object]] = []

    async def send(message: object) -> None:
        assert isinstance(message, dict)
        messages.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    await LastResort(broken)({"type": "http", "path": "/", "headers": []}, receive, send)  # type: ignore[arg-type]
    assert messages[0]["status"] == 500
    told = "".join(capfd.readouterr())
    assert "KeyError" in told and "03865033361" not in told
