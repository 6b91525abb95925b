"""What tests look at in an answer."""

from __future__ import annotations

from typing import Any

import httpx2


def ids(answer: httpx2.Response, mode: str = "match") -> list[str]:
    """Ids of the entries of a searchset, in order."""
    assert answer.status_code == 200, answer.text
    entries = answer.json().get("entry", [])
    return [entry["resource"]["id"] for entry in entries if entry["search"]["mode"] == mode]


def link(answer: httpx2.Response, relation: str) -> str | None:
    for item in answer.json().get("link", []):
        if item["relation"] == relation:
            return str(item["url"])
    return None


def refused(answer: httpx2.Response, status: int, code: str | None = None) -> dict[str, Any]:
    """The first issue of a refusal, which must be an OperationOutcome."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"].startswith("application/fhir+json")
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    issue: dict[str, Any] = outcome["issue"][0]
    assert issue["severity"] == "error"
    if code is not None:
        assert issue["code"] == code
    return issue
