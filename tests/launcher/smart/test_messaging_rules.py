"""Requests of SMART Web Messaging: how they are read, refused and answered (SWM-01 to SWM-12)."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from launcher.oauth.model import Grant
from launcher.smart.web_messaging import (
    FHIR,
    LONGEST_NAME,
    MESSAGE_KINDS,
    SCRATCHPAD,
    UI,
    WebRequest,
    failure,
    grants_messaging,
    is_handle_of,
    messaging_members,
    origin_of,
    read_request,
    refusal,
    response,
    success,
    without_messaging,
)

WHOLE: dict[str, Any] = {
    "messagingHandle": "h",
    "messageId": "m",
    "messageType": "ui.done",
    "payload": {"a": 1},
}


def grant(handle: str | None) -> Grant:
    return cast("Grant", SimpleNamespace(messaging_handle=handle))


def test_a_request_is_read() -> None:
    read = read_request({**WHOLE, "more": 1})
    assert read == WebRequest("h", "m", "ui.done", {"a": 1})
    assert read.kind is MESSAGE_KINDS["ui.done"]
    assert WebRequest("h", "m", "ui.other", {}).kind is None
    assert read_request({**WHOLE, "messageId": "x" * LONGEST_NAME}) is not None


@pytest.mark.parametrize("name", ["messagingHandle", "messageId", "messageType"])
@pytest.mark.parametrize("value", ["", 1, None, "x" * (LONGEST_NAME + 1)])
def test_a_name_that_is_none(name: str, value: object) -> None:
    assert read_request({**WHOLE, name: value}) is None


@pytest.mark.parametrize("message", [None, "x", [], {}, {**WHOLE, "payload": None}, {**WHOLE, "payload": []}])
def test_what_is_no_request(message: object) -> None:
    assert read_request(message) is None


def test_answers() -> None:
    assert response("theirs", "ours", {"a": 1}) == {
        "messageId": "ours",
        "responseToMessageId": "theirs",
        "payload": {"a": 1},
    }
    assert success(MESSAGE_KINDS["ui.done"]) == {"status": "success"}
    assert success(MESSAGE_KINDS["status.handshake"]) == {}


def test_failures_have_the_shape_of_their_kind() -> None:
    told = {
        "outcome": {
            "resourceType": "OperationOutcome",
            "issue": [{"severity": "error", "code": "forbidden", "diagnostics": "why"}],
        }
    }
    assert failure(MESSAGE_KINDS["ui.done"], "forbidden", "why") == {
        "status": "failure",
        "statusDetail": {"text": "why"},
    }
    assert failure(MESSAGE_KINDS["scratchpad.create"], "forbidden", "why") == {
        "status": "403 Forbidden",
        **told,
    }
    assert failure(MESSAGE_KINDS["fhir.http"], "forbidden", "why") == told
    assert failure(None, "forbidden", "why") == told


@pytest.mark.parametrize(
    ("kind", "payload", "scopes", "code", "word"),
    [
        ("status.handshake", {}, (), None, ""),
        ("fhir.http", {"bundle": {}}, (FHIR,), None, ""),
        ("fhir.http", {"bundle": {}}, (UI, SCRATCHPAD), "forbidden", FHIR),
        ("fhir.http", {}, (FHIR,), "required", "bundle"),
        ("fhir.other", {}, (FHIR,), "not-supported", "type"),
        ("scratchpad.read", {}, (SCRATCHPAD,), None, ""),
    ],
)
def test_what_is_refused(
    kind: str, payload: dict[str, Any], scopes: tuple[str, ...], code: str | None, word: str
) -> None:
    told = refusal(WebRequest("h", "m", kind, payload), scopes)
    if code is None:
        assert told is None
    else:
        assert told is not None
        (issue,) = told["outcome"]["issue"]
        assert issue["code"] == code
        assert word in issue["diagnostics"]


def test_an_app_that_is_done_starts_nothing() -> None:
    both = WebRequest("h", "m", "ui.done", {"activityType": "x", "activityParameters": {}})
    assert refusal(both, (UI,)) == {
        "status": "failure",
        "statusDetail": {"text": "the payload may not have activityParameters, activityType"},
    }
    assert refusal(WebRequest("h", "m", "ui.done", {}), (UI,)) is None


@pytest.mark.parametrize(
    ("own", "given", "same"),
    [("h", "h", True), ("h", "H", False), ("h", "", False), (None, "None", False), ("h", "\udcff", False)],
)
def test_a_handle_is_good_for_its_grant(own: str | None, given: str, same: bool) -> None:
    assert is_handle_of(grant(own), given) is same


def test_a_token_response_carries_them_for_a_messaging_scope() -> None:
    base = "http://127.0.0.1:8080/gateway"
    assert messaging_members(grant("h"), ["launch", UI], base) == {
        "smart_web_messaging_handle": "h",
        "smart_web_messaging_origin": "http://127.0.0.1:8080",
    }
    assert messaging_members(grant("h"), ["launch", "messaging/other"], base) == {}
    assert messaging_members(grant(None), [UI], base) == {}
    assert grants_messaging([FHIR])
    assert not grants_messaging([])
    assert without_messaging(["launch", UI, "messaging/other", "openid"]) == ("launch", "openid")


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://gateway.example:80/a", "http://gateway.example"),
        ("https://gateway.example:443", "https://gateway.example"),
        ("https://Gateway.example:80/", "https://gateway.example:80"),
        ("http://gateway.example:443/", "http://gateway.example:443"),
        ("http://gateway.example/a?b", "http://gateway.example"),
    ],
)
def test_an_origin_is_written_as_browsers_write_it(url: str, origin: str) -> None:
    assert origin_of(url) == origin
