from __future__ import annotations

import httpx2
import pytest

from tests.launcher.sandbox_fhir.answers import refused
from tests.launcher.sandbox_fhir.people import patient


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/fhir+json", 200),
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.5", 200),
        ("text/html, application/xhtml+xml, */*;q=0.8", 200),
        ("application/fhir+json; fhirVersion=4.0", 200),
        ("application/fhir+json; fhirVersion=5.0", 406),
        ("application/fhir+xml", 406),
        ("text/html", 406),
        ("application/fhir+json;q=0", 406),
    ],
)
def test_accept(fhir: httpx2.Client, accept: str, status: int) -> None:
    answer = fhir.get("/Patient/marit", headers={"Accept": accept})
    assert answer.status_code == status
    if status == 406:
        refused(answer, 406, "not-supported")
    else:
        assert answer.headers["content-type"] == "application/fhir+json; charset=utf-8"


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("json", 200),
        ("application/fhir%2Bjson", 200),
        ("application/fhir+json", 200),
        ("xml", 406),
        ("ttl", 406),
    ],
)
def test_format_overrides_accept(fhir: httpx2.Client, wanted: str, status: int) -> None:
    assert (
        fhir.get(f"/Patient/marit?_format={wanted}", headers={"Accept": "application/fhir+xml"}).status_code
        == status
    )


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/fhir+json", 201),
        ("application/json", 201),
        ("application/fhir+json; charset=UTF-8", 201),
        ("application/fhir+json; fhirVersion=4.0", 201),
        ("application/fhir+json; fhirVersion=3.0", 415),
        ("application/json; charset=latin-1", 415),
        ("application/fhir+xml", 415),
        ("text/plain", 415),
        ("", 415),
    ],
)
def test_content_type(fhir: httpx2.Client, content_type: str, status: int) -> None:
    import json

    body = json.dumps(patient("x", "Format", "A", "1950")).encode()
    answer = fhir.post("/Patient", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status
    if status == 415:
        refused(answer, 415, "not-supported")
