"""FHIRcast 3.0.0: events, answers, context and content (FC-17 to FC-38)."""

from __future__ import annotations

from datetime import datetime

from tests.conformance.hub_client import (
    PATIENT_EVENTS,
    Frame,
    encounter,
    entry,
    hub_of,
    meant,
    patient,
    report,
    update,
)
from tests.conformance.table import Rows, Target

ROWS = Rows()
LISTENS = ("Patient-open", "SyncError")
CODE_SYSTEMS = (
    "http://fhircast.hl7.org/CodeSystem/fhircast-codesystem",
    "http://hl7.org/fhir/uv/fhircast/CodeSystem/fhircast-logout-codesystem",
)


def current(frame: Frame) -> str:
    """The version that an event gave the context."""
    return str(frame["event"]["context.versionId"])


@ROWS.row("FC-17", "SHALL", mutant="hub-gives-no-version")
def notifications(target: Target) -> None:
    """A notification has timestamp, id, topic, event, context, and the version that the hub gave an open."""
    with hub_of(target) as hub:
        subscriber = hub.joins()
        hub.posted("Patient-open", patient(target.people.first))
        frame = subscriber.event("Patient-open")
    assert datetime.fromisoformat(frame["timestamp"]).tzinfo is not None
    assert frame["id"] and frame["event"]["hub.topic"] == hub.topic and current(frame)
    assert [one["key"] for one in frame["event"]["context"]] == ["patient"]


@ROWS.row("FC-18", "SHALL", mutant="hub-takes-one-media-type")
def media_types(target: Target) -> None:
    """Events are taken as application/json and as application/fhir+json, and what is no event is refused."""
    with hub_of(target) as hub:
        for media_type in ("application/json", "application/fhir+json"):
            body = hub.body("Patient-open", patient(target.people.first))
            assert hub.post(body, media_type).status_code // 100 == 2, media_type
        assert hub.post({"id": "x"}).status_code // 100 == 4
        assert hub.post(body, "text/plain").status_code // 100 == 4


@ROWS.row("FC-19", "SHALL", mutant="hub-renames-events")
def everybody_hears(target: Target) -> None:
    """All subscribers get an event under its sender's id, the sender too."""
    with hub_of(target) as hub:
        both = hub.joins(), hub.joins()
        body = hub.posted("Patient-open", patient(target.people.first))
        assert [subscriber.event("Patient-open")["id"] for subscriber in both] == [body["id"]] * 2


@ROWS.row("FC-21", "SHALL", mutant="hub-takes-any-name")
def names(target: Target) -> None:
    """Wildcards and private names with a hyphen are refused, reverse-domain names may stand beside others."""
    with hub_of(target) as hub:
        assert hub.form(hub.asked("*")).status_code // 100 == 4
        assert hub.form(hub.asked("Patient-open", "com.example.foo-open")).status_code // 100 == 4
        assert hub.form(hub.asked("Patient-open", "com.example.foo")).status_code == 202


@ROWS.row("FC-22", "SHALL", mutant="hub-drops-unknown-keys")
def shapes(target: Target) -> None:
    """Events have the keys of the catalogue, each as often as it says, and no others but extension."""
    who = target.people.first
    with hub_of(target) as hub:
        assert hub.post(hub.body("Encounter-open", encounter(who)[:1])).status_code // 100 == 4
        assert hub.post(hub.body("Patient-open", encounter(who))).status_code // 100 == 4
        assert hub.post(hub.body("Patient-open", [*patient(who), *patient(who)])).status_code // 100 == 4
        hub.posted("Patient-open", [*patient(who), {"key": "extension", "data": {"any": 1}}])


@ROWS.row("FC-23", "SHALL", mutant="hub-invents-identifiers")
def profiles(target: Target) -> None:
    """An open without identifier, or whose subject is somebody else, is refused."""
    first, second = target.people.first, target.people.second
    with hub_of(target) as hub:
        bare = [{"key": "patient", "resource": {"resourceType": "Patient", "id": first["id"]}}]
        assert hub.post(hub.body("Patient-open", bare)).status_code // 100 == 4
        mixed = [encounter(first)[0], *patient(second)]
        assert hub.post(hub.body("Encounter-open", mixed)).status_code // 100 == 4


@ROWS.row("FC-24", "SHALL", mutant="hub-ignores-closes")
def closing(target: Target) -> None:
    """Closing what was opened last leaves nothing current, whatever was open before."""
    with hub_of(target) as hub:
        hub.posted("Patient-open", patient(target.people.first))
        hub.posted("Patient-open", patient(target.people.second))
        assert hub.current().json()["context"][0]["resource"]["id"] == target.other_patient
        hub.posted("Patient-close", patient(target.people.second))
        assert hub.current().json()["context"] == []


@ROWS.row("FC-25", "SHALL", mutant="hub-derives-nothing")
def derived_opens(target: Target) -> None:
    """Encounter-open reaches who hears only of patients as Patient-open, and nobody twice."""
    with hub_of(target) as hub:
        patients, both = hub.joins(*PATIENT_EVENTS), hub.joins("Patient-open", "Encounter-open")
        hub.posted("Encounter-open", encounter(target.people.first))
        assert [one["key"] for one in patients.event("Patient-open")["event"]["context"]] == ["patient"]
        both.event("Encounter-open")
        assert both.is_silent()


@ROWS.row("FC-26", "SHALL", mutant="hub-drops-logout")
def logout_codes(target: Target) -> None:
    """UserLogout is passed on with its code, in any of the code systems in use."""
    with hub_of(target) as hub:
        subscriber = hub.joins("UserLogout")
        for system in CODE_SYSTEMS:
            coding = {"name": "code", "valueCoding": {"system": system, "code": "user-initiated"}}
            parameters = {"resourceType": "Parameters", "parameter": [coding]}
            hub.posted("UserLogout", [{"key": "parameters", "resource": parameters}])
            told = subscriber.event("UserLogout")["event"]["context"][0]["resource"]
            assert told["parameter"][0]["valueCoding"]["code"] == "user-initiated"


@ROWS.row("FC-27", "SHALL", mutant="hub-holds-back-the-stale")
def late_events(target: Target) -> None:
    """An open older than the current one is relayed, and changes nothing."""
    with hub_of(target) as hub:
        subscriber = hub.joins()
        hub.posted("Patient-open", patient(target.people.first))
        subscriber.event("Patient-open")
        body = hub.posted("Patient-open", patient(target.people.second), seconds=-60)
        assert subscriber.event("Patient-open")["id"] == body["id"]
        assert hub.current().json()["context"][0]["resource"]["id"] == target.patient


@ROWS.row("FC-28", "SHALL", mutant="hub-reads-numbers-only")
def answers(target: Target) -> None:
    """A status may be a number or a string; 200 and 202 are good, and nobody is told of them."""
    with hub_of(target) as hub:
        listener = hub.joins("SyncError")
        good = [hub.joins("Patient-open", answers=status) for status in (200, "200", 202)]
        refusing = hub.joins("Patient-open", answers="409", subscriber__name="Nei")
        hub.posted("Patient-open", patient(target.people.first))
        for subscriber in (*good, refusing):
            subscriber.event("Patient-open")
        assert codings(listener.event("SyncError"))["subscribername"] == "Nei"
        assert listener.is_silent()


def codings(frame: Frame) -> dict[str, str]:
    """What a SyncError is about, by the last part of each system."""
    issue = frame["event"]["context"][0]["resource"]["issue"][0]
    return {one["system"].rpartition("/")[2]: one["code"] for one in issue["details"]["coding"]}


@ROWS.row("FC-29", "SHALL", mutant="hub-tells-of-no-refusal")
def refusals(target: Target) -> None:
    """Each refusal is told to the others, and not to who refused."""
    for status in (400, 409, 500):
        with hub_of(target) as hub:
            listener, refusing = hub.joins("SyncError"), hub.joins(*LISTENS, answers=status)
            hub.posted("Patient-open", patient(target.people.first))
            refusing.event("Patient-open")
            listener.event("SyncError")
            assert refusing.is_silent()


@ROWS.row("FC-30", "SHALL", mutant="hub-misses-no-lost-socket")
def lost_sockets(target: Target) -> None:
    """Nobody is told of a goodbye (1000, 1001), and once of a connection that broke off."""
    with hub_of(target) as hub:
        listener = hub.joins("SyncError")
        for code in (1000, 1001):
            hub.joins(*PATIENT_EVENTS).leave(code)
        assert listener.is_silent()
        hub.joins(*PATIENT_EVENTS, subscriber__name="Borte").break_off()
        assert codings(listener.event("SyncError"))["subscribername"] == "Borte"
        assert listener.is_silent()


@ROWS.row("FC-31", "SHALL", mutant="hub-calls-it-an-error")
def sync_errors(target: Target) -> None:
    """A SyncError is a warning with diagnostics, the event's id and name, and the subscriber's name in both systems."""
    with hub_of(target) as hub:
        listener = hub.joins("SyncError")
        refusing = hub.joins("Patient-open", answers=409, subscriber__name="Nei")
        body = hub.posted("Patient-open", patient(target.people.first))
        refusing.event("Patient-open")
        frame = listener.event("SyncError")
    outcome = frame["event"]["context"][0]["resource"]
    issue = outcome["issue"][0]
    assert (outcome["resourceType"], issue["severity"], issue["code"]) == (
        "OperationOutcome",
        "warning",
        "processing",
    )
    found = codings(frame)
    assert issue["diagnostics"] and (found["eventid"], found["eventname"]) == (body["id"], "Patient-open")
    assert found["subscriber"] == found["subscribername"] == "Nei"


@ROWS.row("FC-32", "SHALL", mutant="hub-tells-of-refused-updates")
def refused_updates(target: Target) -> None:
    """Nobody is told when a subscriber refuses an update or a selection."""
    who = target.people.first
    with hub_of(target) as hub:
        reader = hub.joins("DiagnosticReport-open")
        listener = hub.joins("SyncError")
        refusing = hub.joins("DiagnosticReport-update", answers=409)
        hub.posted("DiagnosticReport-open", report(who))
        version = current(reader.event("DiagnosticReport-open"))
        content = update(entry("PUT", "o-1", who))
        hub.posted("DiagnosticReport-update", content, context__versionId=version)
        refusing.event("DiagnosticReport-update")
        assert listener.is_silent()


@ROWS.row("FC-34", "MAY", mutant="hub-current-without-version")
def current_context(target: Target) -> None:
    """The current context is told with type and version, empty when there is none; an unknown topic is 404."""
    with hub_of(target) as hub:
        assert hub.current().json() == {"context.type": "", "context.versionId": "", "context": []}
        hub.posted("Patient-open", patient(target.people.first))
        told = hub.current().json()
        assert told["context.type"] == "Patient" and told["context.versionId"]
        assert told["context"][0]["resource"]["id"] == target.patient
        unknown = hub.shell.call("GET", f"{hub.address}/{'x' * len(hub.topic)}")
        assert unknown.status_code == 404
        assert target.http.get(f"{hub.address}/{hub.topic}").status_code == 401


@ROWS.row("FC-35", "SHALL", mutant="hub-shares-a-searchset")
def shared_content(target: Target) -> None:
    """The content stands beside the context as a collection, empty at first, and the open stays as it was."""
    who = target.people.first
    with hub_of(target) as hub:
        hub.posted("DiagnosticReport-open", report(who))
        before = {one["key"]: one.get("resource", {}) for one in hub.current().json()["context"]}
        assert (before["content"]["type"], before["content"].get("entry", [])) == ("collection", [])
        version = hub.current().json()["context.versionId"]
        hub.posted("DiagnosticReport-update", update(entry("PUT", "o-1", who)), context__versionId=version)
        after = {one["key"]: one.get("resource", {}) for one in hub.current().json()["context"]}
    (held,) = after["content"]["entry"]
    assert held["resource"]["id"] == "o-1" and "request" not in held
    assert after["report"] == before["report"]


@ROWS.row("FC-36", "SHALL", mutant="hub-takes-old-versions")
def versions(target: Target) -> None:
    """An update names the current version and gets a new one; an old version or a bad part changes nothing."""
    who = target.people.first
    with hub_of(target) as hub:
        hub.posted("DiagnosticReport-open", report(who))
        subscriber = hub.joins("DiagnosticReport-update")
        first = hub.current().json()["context.versionId"]
        good = update(entry("PUT", "o-1", who))
        hub.posted("DiagnosticReport-update", good, context__versionId=first)
        told = subscriber.event("DiagnosticReport-update")["event"]
        assert told["context.priorVersionId"] == first != told["context.versionId"]
        assert told["context"][1]["resource"]["id"] == "update-1"
        before = hub.current().json()
        partly = update(entry("PUT", "o-2", who), entry("DELETE", "never", who))
        for content, version in ((good, first), (partly, told["context.versionId"])):
            body = hub.body("DiagnosticReport-update", content, context__versionId=version)
            assert hub.post(body).status_code // 100 == 4
        assert hub.current().json() == before


@ROWS.row("FC-37", "SHALL", mutant="hub-takes-two-of-one")
def update_bundles(target: Target) -> None:
    """An update is one transaction of PUT and DELETE, names no resource twice, and may leave out request.url."""
    who = target.people.first
    with hub_of(target) as hub:
        hub.posted("DiagnosticReport-open", report(who))
        version = hub.current().json()["context.versionId"]
        once, twice = entry("PUT", "o-1", who), entry("PUT", "o-1", who)
        posted = {**once, "request": {"method": "POST", "url": "Observation"}}
        nameless = {"request": {"method": "DELETE"}}
        collected = update(once)
        collected[1]["resource"]["type"] = "collection"
        for content in (update(once, twice), update(posted), update(nameless), collected):
            body = hub.body("DiagnosticReport-update", content, context__versionId=version)
            assert hub.post(body).status_code // 100 == 4, content
        bare = update({**once, "request": {"method": "PUT"}})
        hub.posted("DiagnosticReport-update", bare, context__versionId=version)


@ROWS.row("FC-38", "SHALL", mutant="hub-selects-elsewhere")
def selections(target: Target) -> None:
    """A selection is about the current report and is passed on; of another report it is refused."""
    who = target.people.first
    with hub_of(target) as hub:
        hub.posted("DiagnosticReport-open", report(who))
        subscriber = hub.joins("DiagnosticReport-select")
        chosen = [{"key": "select", "reference": {"reference": "Observation/o-1"}}]
        hub.posted("DiagnosticReport-select", [*meant(), *chosen])
        subscriber.event("DiagnosticReport-select")
        elsewhere = hub.body("DiagnosticReport-select", [*meant("another"), *chosen])
        assert hub.post(elsewhere).status_code // 100 == 4
