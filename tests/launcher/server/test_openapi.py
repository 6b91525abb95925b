"""The OpenAPI document in the repository, the table it is written from, and the running gateway agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import launcher.server
from launcher.server.messaging.calls import MessagingCalls
from launcher.server.workspace.calls import Gatekeeper
from launcher.server.workspace.grant_calls import GrantCalls
from launcher.server.workspace.handle_calls import HandleCalls
from launcher.server.workspace.launch_calls import LaunchCalls
from launcher.server.workspace.openapi import OPERATIONS, SCHEMAS, openapi_document
from launcher.server.workspace.session_calls import SessionCalls
from launcher.server.workspace.tab_calls import TabCalls
from tests.fakes.gateway import Shell

FILE = Path(launcher.server.__file__).parent / "openapi.json"


def check(name: str, content: Any) -> None:
    """Raises when ``content`` is not what the document promises."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": SCHEMAS}}
    jsonschema_rs.validator_for(schema).validate(content)


def test_the_file_is_the_document() -> None:
    """Written by ``python -c 'from launcher.server.workspace.calls import Gatekeeper
    from launcher.server.workspace.launch_calls import LaunchCalls
    from launcher.server.workspace.openapi import ...'``; see launcher/README.md."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == openapi_document()


def test_routes_and_document_agree(shell: Shell) -> None:
    """Each documented call exists, and each other method of its path is 405."""
    described: dict[str, set[str]] = {}
    for operation in OPERATIONS:
        described.setdefault(operation.path, set()).add(operation.method)
    for path, methods in described.items():
        filled = path.replace("{topic}", "none").replace("{pane}", "none").replace("{grant}", "none")
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE"):
            answer = shell.gateway.http.request(method, filled)
            assert answer.status_code == (401 if method in methods else 405), (method, path)


def test_there_is_no_further_route(shell: Shell) -> None:
    class Open(Gatekeeper):
        def __init__(self) -> None:
            pass

    found = set()
    for part in (SessionCalls, TabCalls, LaunchCalls, GrantCalls, MessagingCalls, HandleCalls):
        for route in part.routes(part.__new__(part), Open()):  # type: ignore[arg-type]
            if route.path.startswith("/workspace/"):
                found |= {(method, route.path) for method in route.methods or () if method != "HEAD"}
    assert found == {(operation.method, operation.path) for operation in OPERATIONS}


def test_answers_are_as_described(shell: Shell, topic: str) -> None:
    check("Session", shell.call("GET", "/workspace/session").json())
    check("Contexts", shell.call("GET", "/workspace/contexts").json())
    check("Context", shell.call("GET", f"/workspace/contexts/{topic}").json())
    check("NewContext", shell.call("POST", "/workspace/contexts").json())
    check("Apps", shell.call("GET", "/workspace/apps").json())
    made = shell.call("POST", "/workspace/panes", {"client_id": "notat", "topic": topic}).json()
    check("NewPane", made)
    check("Panes", shell.call("GET", "/workspace/panes").json())
    check("Pane", shell.call("PATCH", f"/workspace/panes/{made['pane']}", {"pinned": True}).json())
    check("Launch", shell.launch("notat", topic, made["pane"]).json())
    check("Problem", shell.launch("ingen", topic).json())
    check("Problem", shell.gateway.http.get("/workspace/session").json())
    check("Session", shell.call("POST", "/workspace/session/lock").json())
    check("Problem", shell.call("GET", "/workspace/panes").json())
    check("Ended", shell.call("DELETE", "/workspace/session").json())


def test_the_check_itself_can_fail(shell: Shell) -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        check("Session", {"user": {}})
