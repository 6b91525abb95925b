"""SMART Web Messaging 1.0, host side: which messages there are, how a request is read and what an answer looks like."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hmac import compare_digest
from types import MappingProxyType
from typing import Any, Final, Literal, TypeGuard
from urllib.parse import urlsplit

from launcher.oauth.model import Grant

PREFIX = "messaging/"
UI: Final = "messaging/ui"
SCRATCHPAD: Final = "messaging/scratchpad"
FHIR: Final = "messaging/fhir"
MESSAGING_SCOPES: Final = (UI, SCRATCHPAD, FHIR)
"""What can be granted (SWM-02); a scope that is not here is not understood, and a message of its group neither."""

LONGEST_NAME = 256
"""Characters of a handle, a message id or a message type."""

REASONS: Final = frozenset(
    {
        "any_origin",
        "flood",
        "foreign_origin",
        "malformed",
        "no_grant",
        "scope",
        "too_large",
        "unreadable",
        "wrong_handle",
    }
)
"""Why a message was not heard; the shell may name any of them."""

AnswerShape = Literal["empty", "status", "http", "outcome"]


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One row: the scope it needs, how its failure is told, and which members its payload may not or must have."""

    scope: str | None
    shape: AnswerShape
    section: str
    prohibited: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


ACTIVITY_NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*|[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
"""A code of the catalogue, or the URI of an own activity; also what a manifest says under ``intents``."""

LOCATION: Final = re.compile(r"(?:Condition|Appointment)/[A-Za-z0-9.-]{1,64}")
MOST_LOCATIONS = 20

HTTP_STATUS: Final = MappingProxyType(
    {
        "forbidden": "403 Forbidden",
        "invalid": "400 Bad Request",
        "required": "400 Bad Request",
        "transient": "503 Service Unavailable",
    }
)
"""How a failure of the scratchpad begins, by its issue type (SWM-10)."""

ACTIVITY = frozenset({"activityType", "activityParameters"})
MESSAGE_KINDS: Final = MappingProxyType(
    {
        "status.handshake": MessageKind(None, "empty", "SWM-07"),
        "ui.done": MessageKind(UI, "status", "SWM-08", prohibited=ACTIVITY),
        "ui.launchActivity": MessageKind(UI, "status", "SWM-08", required=ACTIVITY),
        "fhir.http": MessageKind(FHIR, "outcome", "SWM-11", required=frozenset({"bundle"})),
        "scratchpad.create": MessageKind(SCRATCHPAD, "http", "SWM-10", required=frozenset({"resource"})),
        "scratchpad.read": MessageKind(SCRATCHPAD, "outcome", "SWM-10"),
        "scratchpad.update": MessageKind(SCRATCHPAD, "http", "SWM-10", required=frozenset({"resource"})),
        "scratchpad.delete": MessageKind(SCRATCHPAD, "http", "SWM-10", required=frozenset({"location"})),
    }
)


@dataclass(frozen=True, slots=True)
class WebRequest:
    """A request as an app posts it; all four members are required (SWM-03)."""

    handle: str
    message_id: str
    message_type: str
    payload: dict[str, Any]

    @property
    def kind(self) -> MessageKind | None:
        """The row of its type; ``None`` for a type that is not understood."""
        return MESSAGE_KINDS.get(self.message_type)


def read_request(message: object) -> WebRequest | None:
    """The request, or ``None`` for anything that is none (SWM-03)."""
    if not isinstance(message, dict):
        return None
    handle, message_id, kind, payload = (
        message.get(name) for name in ("messagingHandle", "messageId", "messageType", "payload")
    )
    if not (is_name(handle) and is_name(message_id) and is_name(kind) and isinstance(payload, dict)):
        return None
    return WebRequest(handle, message_id, kind, payload)


def is_name(value: object) -> TypeGuard[str]:
    """True for a text that can be a handle, a message id or a message type."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME


def response(message_id: str, own_id: str, payload: dict[str, Any]) -> dict[str, Any]:
    """A response; without ``additionalResponsesExpected`` it is the last one (SWM-04)."""
    return {"messageId": own_id, "responseToMessageId": message_id, "payload": payload}


def success(kind: MessageKind) -> dict[str, Any]:
    """The payload of something that was done."""
    return {"status": "success"} if kind.shape == "status" else {}


def failure(kind: MessageKind | None, code: str, text: str) -> dict[str, Any]:
    """The payload of something that was not done; ``code`` is a FHIR issue type (SWM-08, SWM-12).

    A status is ``failure``, as the text of the standard has it; its code system says ``error`` and means the same.
    """
    if kind is not None and kind.shape == "status":
        return {"status": "failure", "statusDetail": {"text": text}}
    issue = {"severity": "error", "code": code, "diagnostics": text}
    told = {"outcome": {"resourceType": "OperationOutcome", "issue": [issue]}}
    return {"status": HTTP_STATUS[code], **told} if kind is not None and kind.shape == "http" else told


def refusal(request: WebRequest, scopes: Iterable[str]) -> dict[str, Any] | None:
    """The payload that says why a request of a known sender is not carried out; ``None`` when it is."""
    kind = request.kind
    if kind is None:
        return failure(None, "not-supported", "this type of message is not understood here")
    if kind.scope is not None and kind.scope not in scopes:
        return failure(kind, "forbidden", f"the scope {kind.scope} was not granted")
    unwanted, missing = kind.prohibited & request.payload.keys(), kind.required - request.payload.keys()
    if unwanted:
        return failure(kind, "invalid", f"the payload may not have {', '.join(sorted(unwanted))}")
    if missing:
        return failure(kind, "required", f"the payload must have {', '.join(sorted(missing))}")
    return None


@dataclass(frozen=True, slots=True)
class Activity:
    """What ``ui.launchActivity`` asks for: a name of the catalogue or a URI, and what the other app is to be told of."""

    name: str
    fhir_context: tuple[dict[str, str], ...]


def activity_of(payload: dict[str, Any]) -> Activity | None:
    """The activity of a request, or ``None`` when it is not understood (SWM-08, SWM-09).

    Problems and appointments become ``fhirContext``; draft orders lie on the scratchpad, where the other app reads them.
    """
    name, parameters = payload.get("activityType"), payload.get("activityParameters")
    if not (is_name(name) and isinstance(parameters, dict) and ACTIVITY_NAME.fullmatch(name)):
        return None
    places = parameters.get("appointmentLocations", [])
    found = [parameters["problemLocation"]] if "problemLocation" in parameters else []
    found += places if isinstance(places, list) else [places]
    if len(found) > MOST_LOCATIONS or not all(
        isinstance(one, str) and LOCATION.fullmatch(one) for one in found
    ):
        return None
    return Activity(name, tuple({"reference": one} for one in found))


def is_handle_of(grant: Grant, handle: str) -> bool:
    """True for the handle of this grant and no other (SWM-06)."""
    own = grant.messaging_handle
    return own is not None and compare_digest(own.encode(), handle.encode("utf-8", "surrogateescape"))


def grants_messaging(scopes: Iterable[str]) -> bool:
    """True when a token response carries handle and origin (SWM-01)."""
    return any(scope in MESSAGING_SCOPES for scope in scopes)


def without_messaging(scopes: Iterable[str]) -> tuple[str, ...]:
    """What an app may hold outside a pane, where nobody hears its messages."""
    return tuple(scope for scope in scopes if not scope.startswith(PREFIX))


def messaging_members(grant: Grant, scopes: Iterable[str], base_url: str) -> dict[str, str]:
    """``smart_web_messaging_handle`` and ``smart_web_messaging_origin``, or nothing (SWM-01)."""
    if grant.messaging_handle is None or not grants_messaging(scopes):
        return {}
    return {
        "smart_web_messaging_handle": grant.messaging_handle,
        "smart_web_messaging_origin": origin_of(base_url),
    }


def origin_of(url: str) -> str:
    """Scheme, host and port of our own base URL, as a browser writes an origin."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"
