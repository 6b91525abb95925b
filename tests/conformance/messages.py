"""SMART Web Messaging as a desktop hands it in: what an app in one of its panes posted, and what the gateway says to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conformance.steps import signed_in

if TYPE_CHECKING:
    from tests.conformance.asking import Shell
    from tests.conformance.table import Target

GROUPS = ("messaging/ui", "messaging/scratchpad", "messaging/fhir")
ALL_GROUPS = f"launch patient/Patient.rs {' '.join(GROUPS)}"
HANDLE, ORIGIN = "smart_web_messaging_handle", "smart_web_messaging_origin"
UNHEARD = {"answer": None, "effect": None}
"""Nobody is answered, nothing is done."""


@dataclass(frozen=True, slots=True)
class Sender:
    """An app in a pane that was granted messages."""

    target: Target
    shell: Shell
    topic: str
    pane: str
    tokens: Mapping[str, Any]

    def message(self, kind: str, payload: object = None, **changes: object) -> dict[str, Any]:
        """A good request, but for ``changes``; ``None`` leaves a member out."""
        members = {
            "messagingHandle": self.tokens[HANDLE],
            "messageId": "message-of-a-test",
            "messageType": kind,
            "payload": {} if payload is None else payload,
            **changes,
        }
        return {name: value for name, value in members.items() if value is not None}

    def post(self, message: object, origin: str | None = None) -> dict[str, Any]:
        """What a desktop is told about it: ``answer`` for the page and ``effect`` for itself."""
        url = f"{self.target.facts.workspace}/panes/{self.pane}/messages"
        sent = {"origin": origin or self.target.client("wide").origin, "message": json.dumps(message)}
        answer = self.shell.call("POST", url, sent)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def ask(self, kind: str, payload: object = None, **changes: object) -> dict[str, Any]:
        """The payload of the answer to a request, which must get one."""
        answered: dict[str, Any] = self.post(self.message(kind, payload, **changes))["answer"]["payload"]
        return answered

    def another(self, scope: str = ALL_GROUPS) -> Sender:
        """One more pane of the same app in the same tab."""
        return sender(self.target, scope, self.shell, self.topic)


def sender(
    target: Target, scope: str = ALL_GROUPS, shell: Shell | None = None, topic: str | None = None
) -> Sender:
    """Launch the app ``wide``, with a shell of its own unless there is one."""
    target.client("wide", *GROUPS)
    if shell is None or topic is None:
        shell, topic = signed_in(target)
    pane, browser = shell.pane("wide", topic)
    launched = shell.launch("wide", topic, pane)
    assert launched.status_code == 201, launched.text
    tokens = target.app_tokens(browser, "wide", launched.json()["launch"], scope)
    return Sender(target, shell, topic, pane, tokens)


def draft(patient: str, text: str = "Paracetamol") -> dict[str, Any]:
    """An order that is not one yet."""
    return {
        "resourceType": "MedicationRequest",
        "status": "draft",
        "intent": "proposal",
        "medicationCodeableConcept": {"text": text},
        "subject": {"reference": f"Patient/{patient}"},
    }


def batch(*addresses: str) -> dict[str, Any]:
    """A batch of reads."""
    entries = [{"request": {"method": "GET", "url": address}} for address in addresses]
    return {"resourceType": "Bundle", "type": "batch", "entry": entries}


def is_outcome(payload: Mapping[str, Any], code: str) -> bool:
    """Whether a payload says by an OperationOutcome, with this issue type, why nothing was done."""
    outcome = payload.get("outcome") or {}
    issues = outcome.get("issue", [])
    return outcome.get("resourceType") == "OperationOutcome" and [one["code"] for one in issues] == [code]
