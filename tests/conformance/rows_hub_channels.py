"""FHIRcast 3.0.0: discovery, subscribing, channels (FC-01 to FC-16, FC-39)."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from tests.conformance.hub_client import PATIENT_EVENTS, encounter, hub_of, patient
from tests.conformance.steps import app
from tests.conformance.table import Rows, Target

ROWS = Rows()


@ROWS.row("FC-01", "SHALL", mutant="hub-without-topic")
def hub_in_the_token_response(target: Target) -> None:
    """hub.url and hub.topic come with fhircast scopes, and not without."""
    target.client("wide", "fhircast/*.*")
    tokens = app(target, "launch fhircast/Patient-open.read")
    assert tokens["hub.url"] == target.facts.hub and tokens["hub.topic"]
    assert not {"hub.url", "hub.topic"} & app(target, "launch patient/Patient.rs").keys()


@ROWS.row("FC-02", "SHALL", mutant="hub-configuration-poor")
def configuration(target: Target) -> None:
    """The hub says which events it supports, that it speaks WebSocket, its versions and its capabilities."""
    answer = target.http.get(f"{target.facts.hub}/.well-known/fhircast-configuration")
    document = answer.json()
    assert answer.headers["content-type"].partition(";")[0] == "application/json"
    assert {"Patient-open", "Patient-close", "SyncError"} <= set(document["eventsSupported"])
    assert document["websocketSupport"] is True
    assert (document["fhircastVersion"], document["fhirVersion"]) == ("3.0.0", "R4")
    assert isinstance(document["capabilities"]["supportsGetCurrentContext"], bool)


@ROWS.row("FC-04", "SHALL", mutant="hub-scopes-ignored")
def scopes(target: Target) -> None:
    """Nothing is heard without read, and nothing posted without write."""
    target.client("wide", "fhircast/*.*")
    with hub_of(target, with_patient=True) as hub:
        tokens = hub.shell.app("wide", hub.topic, "launch fhircast/Patient-open.read")
        token = tokens["access_token"]
        assert hub.form(hub.asked("Patient-close"), token).status_code == 403
        heard = hub.connected(hub.endpoint(*PATIENT_EVENTS, token=token)).frame()
        assert heard["hub.events"] == "Patient-open"
        body = hub.body("Patient-open", patient(target.people.first))
        headers = {"Authorization": f"Bearer {token}"}
        assert target.http.post(hub.address, json=body, headers=headers).status_code == 403


@ROWS.row("FC-05", "SHALL", mutant="hub-topics-counted")
def topics_are_unguessable(target: Target) -> None:
    """Topics are long, each new, and say nothing of the user."""
    with hub_of(target) as hub:
        topics = {hub.topic, hub.other_topic().topic, hub.other_topic().topic}
    assert len(topics) == 3
    assert all(len(topic) >= 22 and target.user.partition("/")[2] not in topic for topic in topics)


@ROWS.row("FC-06", "SHALL", mutant="hub-repetition-allowed")
def forms(target: Target) -> None:
    """A parameter that is missing, repeated or not offered is refused."""
    with hub_of(target) as hub:
        good = hub.asked()
        for name in ("hub.channel.type", "hub.mode", "hub.topic", "hub.events"):
            assert (
                hub.form({key: value for key, value in good.items() if key != name}).status_code // 100 == 4
            )
        assert hub.form({**good, "hub.channel.type": "webhook"}).status_code // 100 == 4
        assert hub.form({**good, "hub.lease_seconds": "-1"}).status_code // 100 == 4
        assert hub.form(f"{urlencode(good)}&{urlencode({'hub.topic': hub.topic})}").status_code // 100 == 4
        assert target.http.post(hub.address, data=good).status_code == 401


@ROWS.row("FC-07", "SHALL", mutant="hub-one-endpoint")
def endpoints(target: Target) -> None:
    """Each subscriber gets an unguessable WebSocket address of its own; errors are plain text."""
    with hub_of(target) as hub:
        first, second = hub.endpoint(), hub.endpoint()
        local = urlsplit(target.base_url).scheme == "http"
        assert first != second and len(urlsplit(first).path.rpartition("/")[2]) >= 22
        assert urlsplit(first).scheme == ("ws" if local else "wss")
        refused = hub.form({**hub.asked(), "hub.mode": "listen"})
        assert refused.headers["content-type"].startswith("text/plain") and refused.text


@ROWS.row("FC-08", "SHALL", mutant="hub-confirms-no-lease")
def confirmation(target: Target) -> None:
    """The first frame confirms topic, granted events and lease."""
    with hub_of(target) as hub:
        frame = hub.connected(hub.endpoint("Patient-open", "Encounter-open")).frame()
    assert (frame["hub.mode"], frame["hub.topic"]) == ("subscribe", hub.topic)
    assert set(frame["hub.events"].split(",")) == {"Patient-open", "Encounter-open"}
    assert type(frame["hub.lease_seconds"]) in (int, float) and frame["hub.lease_seconds"] > 0


@ROWS.row("FC-09", "SHALL", mutant="hub-lease-outlives-token")
def lease(target: Target) -> None:
    """A lease is never longer than the access token lives, nor than was asked for."""
    with hub_of(target) as hub:
        life = hub.shell.tokens["expires_in"]
        long = hub.connected(hub.endpoint(hub__lease_seconds="7200")).frame()["hub.lease_seconds"]
        short = hub.connected(hub.endpoint(hub__lease_seconds="60")).frame()["hub.lease_seconds"]
    assert long <= life and short <= 60


@ROWS.row("FC-10", "SHALL", mutant="hub-tells-no-late-joiner")
def late_joiner(target: Target) -> None:
    """Who joins late gets what is open with its own timestamp, only what it subscribed to, and nothing after the close."""
    who = patient(target.people.first)
    with hub_of(target) as hub:
        opened = hub.posted("Patient-open", who)
        replayed = hub.joins().event("Patient-open")
        assert (replayed["id"], replayed["timestamp"]) == (opened["id"], opened["timestamp"])
        assert hub.joins("Encounter-open").is_silent()
        hub.posted("Patient-close", who)
        assert hub.joins().is_silent()


@ROWS.row("FC-11", "SHALL", mutant="hub-keeps-old-events")
def modification(target: Target) -> None:
    """Subscribing again with the endpoint replaces the events."""
    with hub_of(target) as hub:
        subscriber = hub.joins()
        again = hub.asked("Encounter-open", hub__channel__endpoint=subscriber.endpoint)
        answer = hub.form(again)
        assert (answer.status_code, answer.json()["hub.channel.endpoint"]) == (202, subscriber.endpoint)
        assert subscriber.frame()["hub.events"] == "Encounter-open"
        hub.posted("Patient-open", patient(target.people.first))
        assert subscriber.is_silent()
        hub.posted("Encounter-open", encounter(target.people.first))
        subscriber.event("Encounter-open")


@ROWS.row("FC-12", "SHALL", mutant="hub-ends-without-a-word")
def denial(target: Target) -> None:
    """When the topic ends its channels are denied with a reason, and closed."""
    with hub_of(target) as hub:
        subscriber = hub.joins()
        hub.shell.call("DELETE", f"{target.facts.workspace}/contexts/{hub.topic}")
        last = subscriber.ends()[-1]
    assert (last["hub.mode"], last["hub.topic"]) == ("denied", hub.topic) and last["hub.reason"]


@ROWS.row("FC-12", "SHALL", mutant="hub-forgets-revocation")
def revocation(target: Target) -> None:
    """A revoked grant loses its channel within a second."""
    target.client("wide", "fhircast/*.*")
    with hub_of(target, with_patient=True) as hub:
        tokens = hub.shell.app("wide", hub.topic, "launch online_access fhircast/Patient-open.read")
        subscriber = hub.connected(hub.endpoint("Patient-open", token=tokens["access_token"]))
        subscriber.event("Patient-open")
        form = {"token": tokens["refresh_token"], "client_id": target.client("wide").client_id}
        assert target.http.post(target.path("revocation_endpoint"), data=form).status_code == 200
        assert subscriber.frame(1.0)["hub.mode"] == "denied"


@ROWS.row("FC-13", "SHALL", mutant="hub-unsubscribes-nobody")
def unsubscribing(target: Target) -> None:
    """Unsubscribing is answered with the endpoint; the channel is denied, closed and never used again."""
    with hub_of(target) as hub:
        subscriber = hub.joins()
        form = {
            "hub.channel.type": "websocket",
            "hub.mode": "unsubscribe",
            "hub.topic": hub.topic,
            "hub.channel.endpoint": subscriber.endpoint,
        }
        answer = hub.form(form)
        assert (answer.status_code, answer.json()["hub.channel.endpoint"]) == (202, subscriber.endpoint)
        assert subscriber.ends()[-1]["hub.mode"] == "denied"
        assert hub.refuses(subscriber.endpoint)
        assert hub.form({**form, "hub.channel.endpoint": ""}).status_code // 100 == 4


@ROWS.row("FC-14", "SHALL", mutant="hub-reads-names-by-letter")
def names_without_case(target: Target) -> None:
    """Event names are read without regard to case, and written as the standard has them."""
    with hub_of(target) as hub:
        subscriber = hub.joins("patient-OPEN")
        hub.posted("PATIENT-open", patient(target.people.first))
        subscriber.event("Patient-open")


@ROWS.row("FC-15", "SHALL", mutant="hub-endpoint-for-two")
def the_address_is_the_secret(target: Target) -> None:
    """A client without Origin is let in; a guess is not, and neither is a second one on the same address."""
    with hub_of(target) as hub:
        subscriber = hub.joins()
        assert hub.refuses(subscriber.endpoint[:-4] + "AAAA")
        assert hub.refuses(subscriber.endpoint)


@ROWS.row("FC-16", "SHALL", mutant="hub-topics-run-together")
def topics_are_apart(target: Target) -> None:
    """Of three subscribers on two topics each hears its own."""
    with hub_of(target) as hub:
        other = hub.other_topic()
        first, second, third = hub.joins(), hub.joins(), other.joins()
        hub.posted("Patient-open", patient(target.people.first))
        for subscriber in (first, second):
            assert subscriber.event("Patient-open")["event"]["hub.topic"] == hub.topic
        assert third.is_silent()


@ROWS.row("FC-39", "SHALL", mutant="hub-tells-no-late-joiner")
def reconnecting(target: Target) -> None:
    """Who lost the connection subscribes anew, at another address, and is told what is open."""
    with hub_of(target) as hub:
        lost = hub.joins(answers=None)
        opened = hub.posted("Patient-open", patient(target.people.first))
        lost.break_off()
        back = hub.joins()
        assert back.endpoint != lost.endpoint
        assert back.event("Patient-open")["id"] == opened["id"]
