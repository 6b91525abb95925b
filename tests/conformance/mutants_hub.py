"""Hubs broken on purpose, one for each row about FHIRcast (``rows_hub_*.py``); see ``mutants.py``."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from context.acknowledgements import Answer
from context.effects import Accepted
from context.patient_context import Change
from tests.conformance.mutants import Mutant, after, always, at, instead

LISTED = ("eventsSupported", "capabilities")


def _dropping(*names: str) -> Any:
    return after(lambda answer: {name: value for name, value in answer.items() if name not in names})


def _one_topic_for_all(original: Any) -> Any:
    return lambda content, *rest: original(
        {**content, "topic": "1"} if "hub_url" in content else content, *rest
    )


def _first_of_each(original: Any) -> Any:
    """A form in which the first of two parameters counts."""

    def read(body: bytes) -> Any:
        parts = body.decode().split("&")
        first = {part.partition("=")[0]: part for part in reversed(parts)}
        return original("&".join(first.values()).encode())

    return read


def _old_events(original: Any) -> Any:
    def modify(self: Any, subscription: Any, given: Any, events: Any, *rest: Any) -> Any:
        return original(self, subscription, given, subscription.events, *rest)

    return modify


def _by_letter(original: Any) -> Any:
    def find(name: str) -> Any:
        kind = original(name)
        return kind if kind is not None and kind.name == name else None

    return find


def _shared_topic(original: Any) -> Any:
    """One set of subscribers for every topic."""

    def topic(self: Any, name: str, sid: str) -> Any:
        known = next((one for one in self._topics.values() if one.sid == sid), None)
        found = self._topics[name] = known or original(self, name, sid)
        found.hub.topic = name
        return found

    return topic


def _other_id(original: Any) -> Any:
    return lambda self, message: original(
        self, {**message, "id": "of-the-hub"} if "event" in message else message
    )


def _unknown_dropped(original: Any) -> Any:
    """Keys of other events are taken away instead of refused."""

    def read(body: Any) -> Any:
        event = body.get("event", {}) if isinstance(body, dict) else {}
        if event.get("hub.event") == "Patient-open":
            kept = [one for one in event["context"] if one["key"] in ("patient", "extension")]
            body = {**body, "event": {**event, "context": kept}}
        return original(body)

    return read


def _identified(original: Any) -> Any:
    def read(body: Any) -> Any:
        return original(json.loads(json.dumps(body), object_hook=_with_identifier))

    return read


def _with_identifier(found: dict[str, Any]) -> dict[str, Any]:
    missing = found.get("resourceType") == "Patient" and "identifier" not in found
    return {**found, "identifier": [{"system": "urn:x", "value": "1"}]} if missing else found


def _logout_dropped(original: Any) -> Any:
    """An infrastructure event is taken and passed on to nobody."""

    def deliver(self: Any, subscription: Any, change: Any, now: Any) -> Any:
        name = change.message["event"]["hub.event"]
        return [] if name == "UserLogout" else original(self, subscription, change, now)

    return deliver


def _stale_dropped(original: Any) -> Any:
    def deliver(self: Any, subscription: Any, change: Any, now: Any) -> Any:
        return original(self, subscription, change, now) if change.changed else []

    return deliver


def _numbers_only(original: Any) -> Any:
    def read(frame: str) -> Answer | None:
        return original(frame) if isinstance(json.loads(frame).get("status"), int) else None

    return read


def _an_error(original: Any) -> Any:
    def made(**named: Any) -> Any:
        message = json.loads(json.dumps(original(**named)))
        message["event"]["context"][0]["resource"]["issue"][0]["severity"] = "error"
        return message

    return made


def _updates_as_opens(original: Any) -> Any:
    return lambda posted_id, name, *rest: original(posted_id, name.replace("-update", "-open"), *rest)


def _version_ignored(original: Any) -> Any:
    def refusal(self: Any, event: Any, most: int) -> Any:
        current = self.current.version if self.current else ""
        return original(self, replace(event, version=current) if event.version else event, most)

    return refusal


def _selected_anywhere(original: Any) -> Any:
    return lambda self, event, most: None if event.kind.action == "select" else original(self, event, most)


HUB: dict[str, Mutant] = {
    "hub-without-topic": at("launcher.server.tokens:context_members")(_dropping("hub.topic")),
    "hub-configuration-poor": at("launcher.server.hub.runner:HubRunner.configuration")(_dropping(*LISTED)),
    "hub-scopes-ignored": at("context.scopes:FhircastScopes.may_write")(always(True)),
    "hub-topics-counted": at("launcher.server.workspace.tab_calls:json_answer")(_one_topic_for_all),
    "hub-repetition-allowed": at("launcher.server.hub.runner:read_form")(_first_of_each),
    "hub-one-endpoint": at("launcher.server.hub.runner:HubRunner.subscription_call")(
        after(
            lambda answer: {name: value.rpartition("/")[0] + "/" + "A" * 40 for name, value in answer.items()}
        )
    ),
    "hub-confirms-no-lease": at("context.hub:confirmation")(_dropping("hub.lease_seconds")),
    "hub-lease-outlives-token": at("launcher.server.hub.runner:token_expiry")(
        lambda original: lambda authorization, otherwise: otherwise + timedelta(hours=9)
    ),
    "hub-tells-no-late-joiner": at("context.patient_context:PatientContext.replay")(always([])),
    "hub-keeps-old-events": at("context.hub:Hub._modify")(_old_events),
    "hub-ends-without-a-word": at("launcher.server.hub.runner:HubRunner.topic_closed")(always(None)),
    "hub-forgets-revocation": at("launcher.server.hub.runner:HubRunner.grant_ended")(always(None)),
    "hub-unsubscribes-nobody": at("context.hub:Hub._unsubscribe")(
        lambda original: lambda self, given: [Accepted(given.endpoint)]
    ),
    "hub-reads-names-by-letter": at("context.admission:find_kind", "context.events:find_kind")(_by_letter),
    "hub-endpoint-for-two": at("launcher.server.hub.runner:HubRunner.knows")(
        lambda original: lambda self, secret: secret in self._endpoints
    ),
    "hub-topics-run-together": at("launcher.server.hub.runner:HubRunner._topic")(_shared_topic),
    "hub-gives-no-version": at("context.patient_context:with_version")(
        lambda original: lambda message, *versions: message
    ),
    "hub-takes-one-media-type": at("launcher.server.hub.routes:_JSON")(instead(("application/json",))),
    "hub-renames-events": at("launcher.server.hub.frames:Frames.of")(_other_id),
    "hub-takes-any-name": at("context.admission:is_event_name")(always(True)),
    "hub-drops-unknown-keys": at("launcher.server.hub.event_bodies:read_event")(_unknown_dropped),
    "hub-invents-identifiers": at("launcher.server.hub.event_bodies:read_event")(_identified),
    "hub-ignores-closes": at("context.patient_context:PatientContext._closed")(
        lambda original: lambda self, event, now: Change(event.message)
    ),
    "hub-derives-nothing": at("context.patient_context:PatientContext._derive")(always(())),
    "hub-drops-logout": at("context.delivery:Delivery._deliver")(_logout_dropped),
    "hub-holds-back-the-stale": at("context.delivery:Delivery._deliver")(_stale_dropped),
    "hub-reads-numbers-only": at("launcher.server.hub.incoming_frames:read_answer")(_numbers_only),
    "hub-tells-of-no-refusal": at("context.hub:is_refusal")(always(False)),
    "hub-misses-no-lost-socket": at("launcher.server.hub.channel:ending_of")(
        after(lambda ending: replace(ending, normal=True))
    ),
    "hub-calls-it-an-error": at("context.hub:sync_error")(_an_error),
    "hub-tells-of-refused-updates": at("context.delivery:Awaited")(_updates_as_opens),
    "hub-current-without-version": at("context.hub:Hub.current_context")(_dropping("context.versionId")),
    "hub-shares-a-searchset": at("context.patient_context:collection")(
        after(lambda bundle: {**bundle, "type": "searchset"})
    ),
    "hub-takes-old-versions": at("context.patient_context:PatientContext.refusal_of")(_version_ignored),
    "hub-takes-two-of-one": at("context.event_kinds:updated")(
        lambda original: lambda entry: id(entry) and original(entry) and f"{original(entry)}-{id(entry)}"
    ),
    "hub-selects-elsewhere": at("context.patient_context:PatientContext.refusal_of")(_selected_anywhere),
}
