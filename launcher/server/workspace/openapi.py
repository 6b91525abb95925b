"""The OpenAPI document of the workspace API, written from one table (DESIGN section 5).

``openapi.json`` beside ``launcher/server`` is this document; a test compares document, file and routes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from launcher.server.page_refusals import PAGE_REFUSALS
from launcher.smart.web_messaging import REASONS

JSON = dict[str, Any]
TEXT: JSON = {"type": "string"}
TEXT_OR_NULL: JSON = {"type": ["string", "null"]}
BOOLEAN: JSON = {"type": "boolean"}
MOMENT: JSON = {"type": "string", "format": "date-time"}


def _object(required: JSON, optional: JSON | None = None, *, closed: bool = True) -> JSON:
    schema: JSON = {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": sorted(required),
    }
    return {**schema, "additionalProperties": False} if closed else schema


def _ref(name: str) -> JSON:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> JSON:
    return {"type": "array", "items": _ref(name)}


SCHEMAS: JSON = {
    "Session": _object(
        {
            "user": _object(
                {"sub": TEXT, "name": TEXT, "fhirUser": TEXT_OR_NULL, "hpr_number": TEXT_OR_NULL}
            ),
            "role": TEXT,
            "organization": {"anyOf": [_object({"reference": TEXT, "name": TEXT}), {"type": "null"}]},
            "lists": {
                "type": "array",
                "items": _object({"kind": {"enum": ["ward", "patients"]}, "reference": TEXT, "name": TEXT}),
            },
            "authenticated_at": MOMENT,
            "expires_at": MOMENT,
            "locked": BOOLEAN,
            "locked_at": TEXT_OR_NULL,
        }
    ),
    "Unlock": _object({"code": TEXT, "redirect_uri": TEXT, "code_verifier": TEXT}),
    "Ended": _object({"end_session_url": TEXT_OR_NULL}),
    "NewContext": _object({"topic": TEXT, "hub_url": TEXT}),
    "Context": _object(
        {
            "topic": TEXT,
            "hub_url": TEXT,
            "patient": TEXT_OR_NULL,
            "encounter": TEXT_OR_NULL,
            "context_version": TEXT,
        }
    ),
    "Contexts": _object({"contexts": _list("Context")}),
    "App": _object(
        {
            "client_id": TEXT,
            "client_name": TEXT,
            "publisher": TEXT,
            "launch_uri": TEXT_OR_NULL,
            "redirect_uris": {"type": "array", "items": TEXT},
            "origins": {"type": "array", "items": TEXT},
            "follows": {"enum": ["relaunch", "fhircast", "pin"]},
            "scope": TEXT,
            "approved": BOOLEAN,
            "consent_allowed": BOOLEAN,
            "pkce_exempt": BOOLEAN,
        },
        closed=False,
    ),
    "Apps": _object({"apps": _list("App")}),
    "PaneRequest": _object({"client_id": TEXT, "topic": TEXT}),
    "Cookie": _object(
        {
            "name": TEXT,
            "value": TEXT,
            "path": TEXT,
            "http_only": BOOLEAN,
            "same_site": {"const": "Lax"},
            "secure": BOOLEAN,
        }
    ),
    "NewPane": _object({"pane": TEXT, "cookie": _ref("Cookie")}),
    "Pane": _object(
        {
            "pane": TEXT,
            "client_id": TEXT,
            "topic": TEXT,
            "pinned": BOOLEAN,
            "granted": BOOLEAN,
            "fenced": BOOLEAN,
            "effective_patient": TEXT_OR_NULL,
            "encounter": TEXT_OR_NULL,
            "last_event": TEXT_OR_NULL,
            "last_event_name": TEXT_OR_NULL,
            "last_ack": {"type": ["integer", "null"]},
            "read_since": BOOLEAN,
            "socket": BOOLEAN,
        }
    ),
    "Panes": _object({"panes": _list("Pane")}),
    "Program": _object(
        {
            "client_id": TEXT,
            "client_name": TEXT,
            "topic": TEXT,
            "granted": BOOLEAN,
            "effective_patient": TEXT_OR_NULL,
            "last_event": TEXT_OR_NULL,
            "last_event_name": TEXT_OR_NULL,
            "last_ack": {"type": ["integer", "null"]},
            "socket": BOOLEAN,
        }
    ),
    "Programs": _object({"programs": _list("Program")}),
    "Pin": _object({"pinned": BOOLEAN}),
    "WebMessage": _object(
        {"origin": TEXT},
        {
            "message": TEXT,
            "refused": {"enum": sorted(REASONS)},
            "count": {"type": "integer", "minimum": 1},
        },
    ),
    "PageRefusal": _object({"refused": {"enum": sorted(PAGE_REFUSALS)}}),
    "Handle": _object({"handle": TEXT}),
    "NamedPatient": _object({"patient": TEXT}),
    "WebAnswer": _object(
        {
            "answer": {"type": ["object", "null"]},
            "effect": {
                "oneOf": [
                    _object({"kind": {"const": "done"}}),
                    _object(
                        {
                            "kind": {"const": "activity"},
                            "activity": TEXT,
                            "fhirContext": {"type": "array", "items": {"type": "object"}},
                            "apps": {"type": "array", "items": TEXT, "minItems": 1},
                        }
                    ),
                    {"type": "null"},
                ]
            },
        }
    ),
    "LaunchRequest": _object(
        {"client_id": TEXT, "topic": TEXT},
        {
            "pane": TEXT_OR_NULL,
            "context_version": TEXT_OR_NULL,
            "intent": TEXT_OR_NULL,
            "encounter": TEXT_OR_NULL,
            "style": TEXT_OR_NULL,
            "fhirContext": {"type": "array", "items": {"type": "object"}},
        },
    ),
    "Launch": _object({"launch": TEXT, "url": TEXT, "encounter": TEXT_OR_NULL, "encounter_missing": BOOLEAN}),
    "Grant": _object(
        {
            "grant": TEXT,
            "kind": {"enum": ["consent", "offline"]},
            "client_id": TEXT,
            "client_name": TEXT,
            "publisher": TEXT_OR_NULL,
            "scope": TEXT,
            "patient": TEXT_OR_NULL,
            "given_at": MOMENT,
            "until": TEXT_OR_NULL,
        }
    ),
    "Grants": _object({"grants": _list("Grant")}),
    "Problem": _object({"error": TEXT, "message": TEXT}),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One call. ``answer`` is a schema, a media type, or ``None`` for an empty 204."""

    method: str
    path: str
    summary: str
    status: int
    answer: str | None
    body: str | None = None
    while_locked: bool = False
    refusals: tuple[int, ...] = ()


SESSION, CONTEXT, PANE = "/workspace/session", "/workspace/contexts/{topic}", "/workspace/panes/{pane}"
STREAM = "text/event-stream"

OPERATIONS = (
    Operation("GET", SESSION, "User, role, organisation, start lists, expiry", 200, "Session", None, True),
    Operation("DELETE", SESSION, "End everything of this user", 200, "Ended", None, True),
    Operation("POST", f"{SESSION}/lock", "Lock", 200, "Session", None, True),
    Operation(
        "POST",
        f"{SESSION}/unlock",
        "Unlock with a fresh code of the same user",
        200,
        "Session",
        "Unlock",
        True,
        (400,),
    ),
    Operation("POST", "/workspace/contexts", "New patient tab", 201, "NewContext", None, False, (409,)),
    Operation("GET", "/workspace/contexts", "Patient tabs with their current patient", 200, "Contexts"),
    Operation("GET", CONTEXT, "One patient tab", 200, "Context", None, False, (404,)),
    Operation("DELETE", CONTEXT, "Close a patient tab with its panes", 204, None, None, False, (404,)),
    Operation(
        "POST",
        f"{CONTEXT}/front",
        "The user looks at this tab now; a program beside the desktop that signs in joins it",
        204,
        None,
        None,
        False,
        (404,),
    ),
    Operation("GET", "/workspace/apps", "Enabled apps with the facts that the shell shows", 200, "Apps"),
    Operation("POST", "/workspace/panes", "New pane", 201, "NewPane", "PaneRequest", False, (400, 404, 409)),
    Operation("GET", "/workspace/programs", "Programs beside the desktop that follow a tab", 200, "Programs"),
    Operation("GET", "/workspace/panes", "Panes with their facts", 200, "Panes"),
    Operation("GET", PANE, "One pane", 200, "Pane", None, False, (404,)),
    Operation("PATCH", PANE, "Pin or release", 200, "Pane", "Pin", False, (400, 404)),
    Operation("DELETE", PANE, "Close a pane and end its grants", 204, None, None, False, (404,)),
    Operation(
        "POST",
        f"{PANE}/messages",
        "What the pane's page posted to its host as JSON text (SMART Web Messaging), or what the shell did not pass on",
        200,
        "WebAnswer",
        "WebMessage",
        False,
        (400, 404),
    ),
    Operation(
        "POST",
        f"{PANE}/refusals",
        "What the shell did not let the pane's page do",
        204,
        None,
        "PageRefusal",
        False,
        (400, 404),
    ),
    Operation(
        "GET", "/workspace/events", "Every change of these facts, as they happen", 200, STREAM, None, True
    ),
    Operation(
        "POST",
        "/workspace/launches",
        "EHR launch; 409 when the context is not the one meant",
        201,
        "Launch",
        "LaunchRequest",
        False,
        (400, 404, 409),
    ),
    Operation(
        "POST",
        "/workspace/handles",
        "Whom a one-time handle names (made with POST /handles by any program of the user); it counts once",
        200,
        "NamedPatient",
        "Handle",
        False,
        (400, 404),
    ),
    Operation(
        "GET",
        "/workspace/grants",
        "What the user allowed apps, and which keep access without him",
        200,
        "Grants",
    ),
    Operation("DELETE", "/workspace/grants/{grant}", "Withdraw one, at once", 204, None, None, False, (404,)),
)


def openapi_document() -> JSON:
    """The whole document, OpenAPI 3.1."""
    paths: dict[str, JSON] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vaktrom workspace API",
            "version": "1",
            "description": "For the shell and nobody else: bearer token of client vaktrom-shell, no cookie, no Origin.",
        },
        "security": [{"shell": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"shell": {"type": "http", "scheme": "bearer", "bearerFormat": "at+jwt"}},
        },
    }


def _operation(operation: Operation) -> JSON:
    problem = {"application/json": {"schema": _ref("Problem")}}
    refusals = {401: "No valid token", 403: "Not the shell, or a web page", **_words(operation)}
    if not operation.while_locked:
        refusals[503] = "The session is locked, or the record system does not answer; see Retry-After"
    responses: JSON = {str(operation.status): _answer(operation)}
    for status, words in sorted(refusals.items()):
        responses[str(status)] = {"description": words, "content": problem}
    described: JSON = {"summary": operation.summary, "responses": responses}
    names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    if names:
        described["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": TEXT} for name in names
        ]
    if operation.body is not None:
        content = {"application/json": {"schema": _ref(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _words(operation: Operation) -> dict[int, str]:
    words = {400: "Malformed", 404: "No such thing of this user", 409: "Not possible as things stand"}
    return {status: words[status] for status in operation.refusals}


def _answer(operation: Operation) -> JSON:
    if operation.answer is None:
        return {"description": "Done"}
    if operation.answer == STREAM:
        return {"description": "Server-sent events", "content": {STREAM: {"schema": TEXT}}}
    content = {"application/json": {"schema": _ref(operation.answer)}}
    return {"description": operation.summary, "content": content}
