"""SMART Web Messaging 1.0, what the gateway gives and decides (SWM-01 to SWM-12); what a page sees is in rows_pages.py."""

from __future__ import annotations

import re

from tests.conformance.messages import (
    ALL_GROUPS,
    HANDLE,
    ORIGIN,
    UNHEARD,
    batch,
    draft,
    is_outcome,
    sender,
)
from tests.conformance.steps import read, signed_in
from tests.conformance.table import Rows, Target

ROWS = Rows()
BROWSER_SAFE = re.compile(r"[A-Za-z0-9_-]{16,256}")
NOT_FOUND = "404 Not Found"


@ROWS.row("SWM-01", "SHALL", mutant="message-handle-for-everybody")
def handle_with_the_scope(target: Target) -> None:
    """Handle and origin come with a messaging scope, whichever it is, and not without."""
    asking = sender(target)
    assert BROWSER_SAFE.fullmatch(asking.tokens[HANDLE])
    assert asking.tokens[ORIGIN] == target.base_url.rstrip("/")
    assert HANDLE in asking.another("launch messaging/fhir").tokens
    assert not {HANDLE, ORIGIN} & asking.another("launch patient/Patient.rs").tokens.keys()


@ROWS.row("SWM-01", "SHALL", mutant="message-handle-is-the-token")
def handle_is_no_token(target: Target) -> None:
    """The handle opens nothing at the FHIR server."""
    tokens = sender(target).tokens
    assert read(target, tokens).status_code == 200
    assert read(target, {"access_token": tokens[HANDLE]}).status_code == 401


@ROWS.row("SWM-02", "SHALL", mutant="message-scopes-ignored")
def scope_by_group(target: Target) -> None:
    """A message of a group that was not granted is a failure without effect; a handshake needs no group."""
    asking = sender(target, "launch messaging/scratchpad")
    told = asking.post(asking.message("ui.done"))
    assert (told["answer"]["payload"]["status"], told["effect"]) == ("failure", None)
    assert is_outcome(asking.ask("fhir.http", {"bundle": batch("Patient")}), "forbidden")
    assert asking.ask("status.handshake") == {}
    other = asking.another("launch messaging/ui")
    assert other.ask("scratchpad.create", {"resource": draft(target.patient)})["status"].startswith("403")
    assert is_outcome(other.ask("scratchpad.read"), "forbidden")


@ROWS.row("SWM-02", "SHALL", mutant="message-scope-invented")
def groups_that_are_none(target: Target) -> None:
    """A group that nobody knows is not granted."""
    tokens = sender(target, "launch messaging/ui messaging/chat messaging/ui.done").tokens
    assert {one for one in tokens["scope"].split() if one.startswith("messaging/")} == {"messaging/ui"}


@ROWS.row("SWM-03", "SHALL", mutant="message-members-optional")
def members_required(target: Target) -> None:
    """A request without handle, id, type or an object as payload is not carried out."""
    asking = sender(target)
    good = asking.message("ui.done")
    for name in good:
        assert asking.post({other: value for other, value in good.items() if other != name}) == UNHEARD, name
        assert asking.post({**good, name: 7}) == UNHEARD, name
    for message in ({**good, "payload": []}, [good], "ui.done", None):
        assert asking.post(message) == UNHEARD, message


@ROWS.row("SWM-04", "SHALL", mutant="message-ids-repeated")
def shape_of_a_response(target: Target) -> None:
    """A response has an id of its own, the id of its request, a payload, and is the last one."""
    asking = sender(target)
    first, second = (asking.post(asking.message("status.handshake"))["answer"] for _ in range(2))
    for answer in (first, second):
        assert answer["responseToMessageId"] == "message-of-a-test"
        assert answer["payload"] == {} and not answer.get("additionalResponsesExpected")
    assert len({first["messageId"], second["messageId"], "message-of-a-test"}) == 3


@ROWS.row("SWM-05", "SHALL/SHOULD NOT", mutant="message-origins-ignored")
def origins_that_are_not_registered(target: Target) -> None:
    """With the right handle, but from another origin, nothing is done and nobody is answered."""
    asking = sender(target)
    own = target.client("wide").origin
    for origin in ("null", f"{own}0", "https://elsewhere.example", target.base_url):
        assert asking.post(asking.message("ui.done"), origin) == UNHEARD, origin
    assert asking.post(asking.message("status.handshake"), own)["answer"]


@ROWS.row("SWM-06", "SHOULD", mutant="message-handles-shared")
def handle_of_one_pane(target: Target) -> None:
    """A handle counts in the pane that it was given to and in no other."""
    asking = sender(target)
    sibling = asking.another()
    forged = asking.message("ui.done", messagingHandle=sibling.tokens[HANDLE])
    assert asking.post(forged) == UNHEARD
    assert sibling.ask("status.handshake") == {}


@ROWS.row("SWM-06", "SHOULD", mutant="message-handles-outlive")
def handle_ends(target: Target) -> None:
    """A handle ends with its grant and with the session."""
    left = sender(target)
    assert left.ask("status.handshake") == {}
    revoked = left.another(f"{ALL_GROUPS} online_access")
    assert revoked.ask("status.handshake") == {}
    form = {"client_id": target.client("wide").client_id, "token": revoked.tokens["refresh_token"]}
    assert target.http.post(target.path("revocation_endpoint"), data=form).status_code == 200
    assert revoked.post(revoked.message("ui.done")) == UNHEARD
    left.shell.leave()
    again = sender(target)
    assert again.post(again.message("ui.done", messagingHandle=left.tokens[HANDLE])) == UNHEARD


@ROWS.row("SWM-08", "SHALL", mutant="message-done-with-activity")
def done_takes_no_activity(target: Target) -> None:
    """ui.done is done, and with an activity it is a failure."""
    asking = sender(target)
    assert asking.post(asking.message("ui.done"))["answer"]["payload"] == {"status": "success"}
    for name, value in (("activityType", "order-review"), ("activityParameters", {})):
        told = asking.post(asking.message("ui.done", {name: value}))
        assert (told["answer"]["payload"]["status"], told["effect"]) == ("failure", None), name


@ROWS.row("SWM-08", "SHALL", mutant="message-activity-always-possible")
def activities_that_nobody_can(target: Target) -> None:
    """An activity without type, without parameters, or that no app can do, is a failure in words and has no effect."""
    asking = sender(target)
    payloads: tuple[dict[str, object], ...] = (
        {"activityType": "https://konformitet.example/nobody", "activityParameters": {}},
        {"activityType": "no such thing", "activityParameters": {}},
        {"activityType": "order-review"},
        {"activityParameters": {}},
    )
    for payload in payloads:
        told = asking.post(asking.message("ui.launchActivity", payload))
        answer = told["answer"]["payload"]
        assert (answer["status"], told["effect"]) == ("failure", None), payload
        assert answer["statusDetail"]["text"], payload


@ROWS.row("SWM-10", "SHALL", mutant="message-draft-status-a-number")
def life_of_a_draft(target: Target) -> None:
    """A resource is created, read alone and among all, updated and deleted, in the words of the standard."""
    asking = sender(target)
    created = asking.ask("scratchpad.create", {"resource": draft(target.patient)})
    place = created["location"]
    assert created["status"] == "201 Created" and re.fullmatch("MedicationRequest/[A-Za-z0-9.-]{1,64}", place)
    kind, own_id = place.split("/")
    kept = {**draft(target.patient), "id": own_id}
    assert asking.ask("scratchpad.read", {"location": place}) == {"resource": kept}
    assert asking.ask("scratchpad.read") == {"scratchpad": [kept]}
    changed = {**kept, "status": "on-hold"}
    assert asking.ask("scratchpad.update", {"resource": changed}) == {"status": "200 OK"}
    assert asking.ask("scratchpad.read", {"location": place})["resource"]["status"] == "on-hold"
    assert asking.ask("scratchpad.delete", {"location": place}) == {"status": "200 OK"}
    assert is_outcome(asking.ask("scratchpad.read", {"location": place}), "not-found")


@ROWS.row("SWM-10", "SHALL", mutant="message-nothing-without-payload")
def nothing_on_the_scratchpad(target: Target) -> None:
    """An empty scratchpad is an empty list."""
    assert sender(target).ask("scratchpad.read") == {"scratchpad": []}


@ROWS.row("SWM-10", "SHALL", mutant="message-unknown-drafts-fine")
def drafts_that_are_not_there(target: Target) -> None:
    """What is not there is neither updated nor deleted: 404 and an OperationOutcome."""
    asking = sender(target)
    missing = {**draft(target.patient), "id": "missing"}
    for kind, payload in (
        ("scratchpad.update", {"resource": missing}),
        ("scratchpad.delete", {"location": "MedicationRequest/missing"}),
    ):
        told = asking.ask(kind, payload)
        assert told["status"] == NOT_FOUND and is_outcome(told, "not-found"), kind
    for kind in ("create", "update", "delete"):
        assert asking.ask(f"scratchpad.{kind}")["status"].startswith("400"), kind
    assert asking.ask("scratchpad.read") == {"scratchpad": []}


@ROWS.row("SWM-10", "SHALL", mutant="message-drafts-of-one-pane")
def drafts_are_shared(target: Target) -> None:
    """Apps of one tab see each other's drafts; another tab of the same user has its own."""
    asking = sender(target)
    place = asking.ask("scratchpad.create", {"resource": draft(target.patient)})["location"]
    sibling = asking.another()
    assert sibling.ask("scratchpad.read", {"location": place})["resource"]["resourceType"]
    topic = asking.shell.context()
    asking.shell.open_patient(topic, target.people.first)
    elsewhere = sender(target, ALL_GROUPS, asking.shell, topic)
    assert elsewhere.ask("scratchpad.read") == {"scratchpad": []}


@ROWS.row("SWM-10", "SHALL", mutant="message-drafts-for-the-next")
def drafts_of_one_patient(target: Target) -> None:
    """The next patient's scratchpad is empty, and a page about the former one writes on it no more."""
    shell, topic = signed_in(target)
    asking = sender(target, ALL_GROUPS, shell, topic)
    asking.ask("scratchpad.create", {"resource": draft(target.patient)})
    shell.open_patient(topic, target.people.second)
    told = asking.ask("scratchpad.create", {"resource": draft(target.patient)})
    assert told["status"].startswith("409")
    assert asking.another().ask("scratchpad.read") == {"scratchpad": []}


@ROWS.row("SWM-10", "SHALL", mutant="message-drafts-about-anybody")
def drafts_about_somebody_else(target: Target) -> None:
    """A draft that names another patient is refused."""
    asking = sender(target)
    told = asking.ask("scratchpad.create", {"resource": draft(target.other_patient)})
    assert told["status"].startswith("422") and is_outcome(told, "invalid")
    assert asking.ask("scratchpad.read") == {"scratchpad": []}


@ROWS.row("SWM-11", "SHALL", mutant="message-bundles-beyond-scopes")
def bundle_with_the_rights_of_the_token(target: Target) -> None:
    """A batch is answered entry by entry; one outside the token's scopes is 403."""
    asked = batch(f"Patient/{target.patient}", f"Encounter?patient={target.patient}")
    bundle = sender(target).ask("fhir.http", {"bundle": asked})["bundle"]
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "batch-response")
    statuses = [entry["response"]["status"][:3] for entry in bundle["entry"]]
    assert statuses == ["200", "403"]
    assert bundle["entry"][0]["resource"]["id"] == target.patient


@ROWS.row("SWM-11", "SHALL", mutant="message-bundles-of-any-kind")
def bundles_that_are_none(target: Target) -> None:
    """What is no batch and no transaction is answered with an OperationOutcome."""
    asking = sender(target)
    bundles: tuple[object, ...] = (
        {**batch("Patient"), "type": "searchset"},
        {"resourceType": "Patient"},
        [],
        "x",
    )
    for bundle in bundles:
        assert is_outcome(asking.ask("fhir.http", {"bundle": bundle}), "invalid"), bundle
    assert is_outcome(asking.ask("fhir.http"), "required")


@ROWS.row("SWM-12", "IMPL", mutant="message-unknown-is-fine")
def types_that_nobody_knows(target: Target) -> None:
    """A type that is not understood gets one answer with an OperationOutcome."""
    asking = sender(target)
    for kind in ("ui.fly", "scratchpad.undo", "fhir", "UI.DONE"):
        told = asking.post(asking.message(kind))
        assert is_outcome(told["answer"]["payload"], "not-supported"), kind
        assert told["effect"] is None, kind
