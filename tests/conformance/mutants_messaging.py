"""Web Messaging broken on purpose: ``MESSAGES`` at the gateway (``rows_messaging.py``), ``PAGES`` around a page in a pane
(``rows_pages.py``); see ``mutants.py``. Names of the desktop are text here: nothing of Qt is needed before one is planted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.conformance.mutants import Mutant, after, always, at, instead

MESSAGING_CALLS = "launcher.server.messaging.calls"


class _AnyOrigin(str):
    """Equal to every origin."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


def _every_origin(original: Any) -> Any:
    def read(body: Any, name: str) -> Any:
        value = original(body, name)
        return _AnyOrigin(value) if name == "origin" else value

    return read


def _all_groups(original: Any) -> Any:
    return lambda request, scopes: original(
        request, ("messaging/ui", "messaging/scratchpad", "messaging/fhir")
    )


def _all_that_is_asked(original: Any) -> Any:
    def granted(client: Any, asked: Any) -> Any:
        asked = tuple(asked)
        return tuple(dict.fromkeys([*original(client, asked), *(one for one in asked if one[:4] == "mess")]))

    return granted


def _filled_in(original: Any) -> Any:
    """What lacks is taken to be something good."""

    def read(message: Any) -> Any:
        given = {"messageId": "1", **message} if isinstance(message, dict) else {}
        payload = given.get("payload")
        return original({**given, "payload": payload if isinstance(payload, dict) else {}})

    return read


def _ever_given(original: Any) -> Any:
    """A handle counts for ever."""
    seen: set[Any] = set()

    def check(grant: Any, handle: str) -> bool:
        seen.add(grant.messaging_handle)
        return handle in seen

    return check


def _done_with_anything(original: Any) -> Any:
    return lambda request, scopes: None if request.message_type == "ui.done" else original(request, scopes)


def _unknown_allowed(original: Any) -> Any:
    return lambda request, scopes: None if request.kind is None else original(request, scopes)


def _number(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "status": int(told["status"][:3])} if "status" in told else told


def _pad_of_each_grant(original: Any) -> Any:
    kept: dict[str, dict[str, Any]] = {}

    def handle(self: Any, grant: Any, request: Any) -> Any:
        own, self._pads = self._pads, kept.setdefault(grant.grant_id, {})
        try:
            return original(self, grant, request)
        finally:
            self._pads = own

    return handle


MESSAGES: dict[str, Mutant] = {
    "message-handle-for-everybody": at(
        "launcher.server.token_endpoint:grants_messaging", "launcher.smart.web_messaging:grants_messaging"
    )(always(True)),
    "message-handle-is-the-token": at("launcher.server.tokens:TokenIssuer.answer")(
        after(lambda answer: {**answer, "smart_web_messaging_handle": answer["access_token"]})
    ),
    "message-scopes-ignored": at(f"{MESSAGING_CALLS}:refusal")(_all_groups),
    "message-scope-invented": at("launcher.server.authorization:granted_scopes")(_all_that_is_asked),
    "message-members-optional": at(f"{MESSAGING_CALLS}:read_request")(_filled_in),
    "message-ids-repeated": at(f"{MESSAGING_CALLS}:response")(
        after(lambda answer: {**answer, "messageId": answer["responseToMessageId"]})
    ),
    "message-origins-ignored": at(f"{MESSAGING_CALLS}:text_member")(_every_origin),
    "message-handles-shared": at(f"{MESSAGING_CALLS}:is_handle_of")(always(True)),
    "message-handles-outlive": at(f"{MESSAGING_CALLS}:is_handle_of")(_ever_given),
    "message-done-with-activity": at(f"{MESSAGING_CALLS}:refusal")(_done_with_anything),
    "message-activity-always-possible": at(f"{MESSAGING_CALLS}:failure")(always({"status": "success"})),
    "message-draft-status-a-number": at("launcher.smart.scratchpad:Scratchpad.handle")(after(_number)),
    "message-nothing-without-payload": at("launcher.smart.scratchpad:Scratchpad._read")(
        after(lambda told: {name: value for name, value in told.items() if value})
    ),
    "message-unknown-drafts-fine": at("launcher.smart.scratchpad:refused")(always({"status": "200 OK"})),
    "message-drafts-of-one-pane": at("launcher.server.messaging.scratchpads:Scratchpads.handle")(
        _pad_of_each_grant
    ),
    "message-drafts-for-the-next": at("launcher.server.messaging.scratchpads:Scratchpads.look")(always(None)),
    "message-drafts-about-anybody": at("launcher.smart.scratchpad:_another_patient")(always(None)),
    "message-bundles-beyond-scopes": at("launcher.gateway.scope_rules:ResourceScope.covers")(always(True)),
    "message-bundles-of-any-kind": at("launcher.server.messaging.fhir_messages:failure")(always({})),
    "message-unknown-is-fine": at(f"{MESSAGING_CALLS}:refusal")(_unknown_allowed),
}


class StaleMutant(BaseException):
    """The mutant's place is not there any more: no row shall be taken to have found it."""


def _in_page(old: str, new: str) -> Mutant:
    """The script that stands in the page, changed."""

    def changed(script: str) -> str:
        if old not in script:
            raise StaleMutant(old)
        return script.replace(old, new)

    return at("shell.web.messaging_channel:shim_script")(after(changed))


def _answered_twice(original: Any) -> Any:
    def answer(self: Any, message: Any, text: str, then: Any = None) -> None:
        original(self, message, text, then)
        self._port.answered.emit(message.document, 0, text)

    return answer


def _without_end(original: Any) -> Any:
    return lambda self, message, text, then=None: original(self, message, text)


def _without_effect(original: Any) -> Any:
    async def told(self: Any, *args: Any) -> Any:
        return {**await original(self, *args), "effect": None}

    return told


def _always_opened(original: Any) -> Any:
    return lambda self, message, answer, done: original(self, message, answer, True)


def _no_bundle(original: Any) -> Any:
    async def carry_out(self: Any, *args: Any) -> Any:
        return {**await original(self, *args), "bundle": {"entry": []}}

    return carry_out


RELAYED = """document.addEventListener('vaktrom-answer',"""
WITHOUT_LIMIT = 10**9

PAGES: dict[str, Mutant] = {
    "page-members-optional": MESSAGES["message-members-optional"],
    "page-ids-repeated": MESSAGES["message-ids-repeated"],
    "page-answers-from-itself": _in_page("origin: given.host }", "origin: location.origin }"),
    "page-without-opener": _in_page("stand('opener')", "undefined"),
    "page-source-is-deaf": _in_page("{ value: host }", "{ value: {postMessage() {}} }"),
    "page-target-origin-ignored": _in_page(
        "if (origin === '*') return say('vaktrom-refused', 'any_origin');\n    if (origin !== given.host) return;",
        "",
    ),
    "page-hears-its-frames": _in_page(
        RELAYED,
        "window.addEventListener('message', event => {"
        " if (event.source !== host) postMessage(event.data, given.host); });" + RELAYED,
    ),
    "page-handles-shared": MESSAGES["message-handles-shared"],
    "page-handles-outlive": MESSAGES["message-handles-outlive"],
    "page-answered-twice": at("shell.web.messaging_channel:MessagingChannel.answer")(_answered_twice),
    "page-done-stays-open": at("shell.web.messaging_channel:MessagingChannel.answer")(_without_end),
    "page-scopes-ignored": MESSAGES["message-scopes-ignored"],
    "page-activity-never-opened": at("shell.gateway_client.workspace:Workspace.web_message")(_without_effect),
    "page-activity-always-success": at("shell.bridge.pane_messaging:PaneMessaging._opened")(_always_opened),
    "page-activity-about-nothing": at("launcher.server.messaging.calls:activity_of")(
        after(lambda activity: activity and replace(activity, fhir_context=()))
    ),
    "page-scratchpad-empty": at("launcher.smart.scratchpad:Scratchpad._read")(always({"scratchpad": []})),
    "page-bundles-unanswered": at("launcher.server.messaging.fhir_messages:FhirMessages.carry_out")(
        _no_bundle
    ),
    "page-unknown-is-fine": MESSAGES["message-unknown-is-fine"],
    "page-blank-has-a-host": _in_page("|| !given.origins.includes(location.origin)", ""),
    "page-unreadable-unnoted": _in_page("say('vaktrom-refused', 'unreadable')", "undefined"),
    "page-huge-taken": at(
        "shell.web.messaging_scripts:LONGEST_MESSAGE", "shell.web.messaging_channel:LONGEST_MESSAGE"
    )(instead(WITHOUT_LIMIT)),
    "page-flood-taken": at(
        "shell.web.messaging_scripts:MESSAGES_AT_ONCE",
        "shell.web.messaging_scripts:MESSAGES_PER_SECOND",
        "shell.web.messaging_channel:UNDER_WAY",
    )(instead(WITHOUT_LIMIT)),
}
