"""SMART Web Messaging 1.0 as a page in a pane sees it (SWM-03 to SWM-13), and what attacks from there come to."""

from __future__ import annotations

import json

from tests.conformance.messages import HANDLE, ORIGIN, batch, draft, is_outcome
from tests.conformance.pages import STRANGER, page_of
from tests.conformance.table import Rows, Target

ROWS = Rows(in_pane=True)
FLOOD = 120
LARGE = 600_000


@ROWS.row("SWM-03", "SHALL", mutant="page-members-optional")
def incomplete_messages(target: Target) -> None:
    """What is no request is not carried out, not answered, and noted."""
    with page_of(target) as app:
        good = app.message("ui.done")
        for name in ("messagingHandle", "messageType", "payload"):
            app.post({other: value for other, value in good.items() if other != name})
        app.post({**good, "payload": "{}"})
        app.post([good])
        app.post("ui.done")
        assert app.is_silent_to(good) and app.is_noted("malformed")


@ROWS.row("SWM-04", "SHALL", mutant="page-ids-repeated")
def answers_that_belong(target: Target) -> None:
    """Of requests that are posted at once each gets its own answer, with an id that no other message has."""
    with page_of(target) as app:
        asked = [app.message("status.handshake") for _ in range(5)]
        for message in asked:
            app.post(message)
        app.settle()
        for message in asked:
            [answer] = app.heard(message["messageId"])
            assert not answer.answer.get("additionalResponsesExpected")
        ids = [one.answer["messageId"] for one in app.heard()]
        assert len(set(ids)) == len(ids) and not set(ids) & {message["messageId"] for message in asked}


@ROWS.row("SWM-05", "SHALL", mutant="page-answers-from-itself")
def the_parent_answers(target: Target) -> None:
    """A message to window.parent is answered from smart_web_messaging_origin, with that window as its source."""
    with page_of(target) as app:
        answer = app.ask("status.handshake", to="window.parent")
        assert answer.origin == app.page.tokens[ORIGIN]
        assert answer.from_host and answer.from_parent


@ROWS.row("SWM-05", "SHALL", mutant="page-without-opener")
def the_opener_answers(target: Target) -> None:
    """So is one to window.opener."""
    with page_of(target) as app:
        answer = app.ask("status.handshake", to="window.opener")
        assert answer.origin == app.page.tokens[ORIGIN] and answer.from_opener


@ROWS.row("SWM-05", "SHALL", mutant="page-source-is-deaf")
def the_source_can_be_asked(target: Target) -> None:
    """The source of an answer is a window to which the next message may be posted."""
    with page_of(target) as app:
        app.ask("status.handshake")
        message = app.message("status.handshake")
        app.page.script(
            "window.addEventListener('message', event => event.source.postMessage("
            f"{json.dumps(message)}, event.origin), {{once: true}})"
        )
        app.ask("status.handshake")
        assert app.page.until(lambda: app.heard(message["messageId"]))


@ROWS.row("SWM-05", "SHALL", mutant="page-target-origin-ignored")
def target_origins(target: Target) -> None:
    """Posted to any origin, to another one or to none, a message reaches nobody; to any is noted."""
    with page_of(target) as app:
        messages = [app.message("ui.done") for _ in range(4)]
        for message, origin in zip(messages, ("*", "https://elsewhere.example", "/", STRANGER), strict=True):
            app.page.script(
                f"try {{ host.postMessage({json.dumps(message)}, {json.dumps(origin)}) }} catch (error) {{ }}"
            )
        assert app.is_silent_to(*messages) and app.is_noted("any_origin")


@ROWS.row("SWM-05", "SHOULD NOT", mutant="page-hears-its-frames")
def frames_in_the_page(target: Target) -> None:
    """Frames of another origin, of none (srcdoc, data) and of the app's own have no host, even with the app's handle."""
    with page_of(target) as app:
        messages = [app.message("ui.done", messageId=f"frame-{number}") for number in range(4)]
        names = [json.dumps([message, app.page.tokens[ORIGIN]]) for message in messages]
        app.page.script(
            f"""const stranger = location.origin.replace(location.hostname, {json.dumps(STRANGER)});
            return fetch('/frame.html').then(answer => answer.text()).then(text => {{
              const ways = [
                ['src', '/frame.html'], ['src', stranger + '/frame.html'],
                ['srcdoc', text], ['src', 'data:text/html,' + encodeURIComponent(text)]];
              const names = {json.dumps(names)};
              ways.forEach(([way, value], number) => {{
                const frame = document.createElement('iframe');
                frame.name = names[number];
                frame[way] = value;
                document.body.append(frame);
              }});
            }});"""
        )
        posted = {message["messageId"] for message in messages}
        assert app.page.until(lambda: posted <= set(_ids(app.page.script("return heard"))))
        assert app.is_silent_to(*messages)


def _ids(heard: list[dict[str, dict[str, str]]]) -> list[str]:
    """The requests among what a page was sent; the frames' own words reach it, as in any browser."""
    return [one["answer"]["messageId"] for one in heard if "messageType" in one["answer"]]


@ROWS.row("SWM-06", "SHOULD", mutant="page-handles-shared")
def handles_of_others(target: Target) -> None:
    """The handle of a sibling pane and one that was made up do nothing and are noted."""
    with page_of(target) as app:
        messages = [
            app.message("ui.done", messagingHandle=handle)
            for handle in (app.page.sibling()[HANDLE], "made-up", app.page.tokens["access_token"])
        ]
        for message in messages:
            app.post(message)
        assert app.is_silent_to(*messages) and app.is_noted("wrong_handle")


@ROWS.row("SWM-06", "SHOULD", mutant="page-handles-outlive")
def handle_of_an_earlier_launch(target: Target) -> None:
    """The handle of the launch before does nothing and is noted."""
    with page_of(target) as app:
        app.ask("status.handshake")
        stale = app.message("ui.done")
        app.page.relaunch()
        app.post(stale)
        assert app.is_silent_to(stale) and app.is_noted("wrong_handle")


@ROWS.row("SWM-07", "SHOULD", mutant="page-answered-twice")
def handshake(target: Target) -> None:
    """A handshake is answered exactly once, with an empty payload."""
    with page_of(target) as app:
        assert app.ask("status.handshake").payload == {}


@ROWS.row("SWM-08", "SHALL", mutant="page-done-stays-open")
def done(target: Target) -> None:
    """ui.done closes the app, once, and not before the page has its answer."""
    with page_of(target) as app:
        assert app.ask("ui.done").payload == {"status": "success"}
        assert app.page.until(lambda: app.page.closed == 1)


@ROWS.row("SWM-02", "SHALL", mutant="page-scopes-ignored")
def without_the_scope(target: Target) -> None:
    """ui.done without messaging/ui is a failure in words, closes nothing, and is noted."""
    with page_of(target, "launch messaging/scratchpad") as app:
        told = app.ask("ui.done").payload
        assert told["status"] == "failure" and "messaging/ui" in told["statusDetail"]["text"]
        assert app.page.closed == 0 and app.is_noted("scope")


@ROWS.row("SWM-08", "SHALL", mutant="page-activity-never-opened")
def activity(target: Target) -> None:
    """ui.launchActivity opens another app once, and the one that asked stays."""
    with page_of(target) as app:
        asked = {"activityType": "order-review", "activityParameters": {"draftOrderLocations": []}}
        assert app.ask("ui.launchActivity", asked).payload == {"status": "success"}
        assert [one["activity"] for one in app.page.activities] == ["order-review"]
        assert app.page.activities[0]["apps"] and app.page.closed == 0


@ROWS.row("SWM-08", "SHALL", mutant="page-activity-always-success")
def activity_that_was_not_opened(target: Target) -> None:
    """When the user chooses none, or it cannot be opened, the one answer is a failure in words."""
    with page_of(target) as app:
        app.page.opens = False
        asked = {"activityType": "order-review", "activityParameters": {}}
        told = app.ask("ui.launchActivity", asked).payload
        assert told["status"] == "failure" and told["statusDetail"]["text"]


@ROWS.row("SWM-09", "MAY", mutant="page-activity-about-nothing")
def catalogue(target: Target) -> None:
    """Of the catalogue, appointments and problems go along as fhirContext; own activities are addresses."""
    with page_of(target) as app:
        for name, parameters, references in (
            ("appointment-book", {"appointmentLocations": ["Appointment/1"]}, ["Appointment/1"]),
            ("order-review", {"draftOrderLocations": ["MedicationRequest/1"]}, []),
            ("problem-review", {"problemLocation": "Condition/1"}, ["Condition/1"]),
            ("https://konformitet.example/own", {}, []),
        ):
            told = app.ask("ui.launchActivity", {"activityType": name, "activityParameters": parameters})
            opened = app.page.activities[-1]
            assert told.payload == {"status": "success"} and opened["activity"] == name
            assert [one["reference"] for one in opened["fhirContext"]] == references
        wrong = {"activityType": "problem-review", "activityParameters": {"problemLocation": "Patient/1"}}
        assert app.ask("ui.launchActivity", wrong).payload["status"] == "failure"


@ROWS.row("SWM-10", "SHALL", mutant="page-scratchpad-empty")
def scratchpad(target: Target) -> None:
    """Each message about the scratchpad gets exactly one answer, and a page finds again what it has left there."""
    with page_of(target) as app:
        created = app.ask("scratchpad.create", {"resource": draft(target.patient)}).payload
        place = {"location": created["location"]}
        kept = app.ask("scratchpad.read", place).payload.get("resource")
        assert kept, "what was created is not there"
        assert (kept["resourceType"], kept["id"]) == tuple(place["location"].split("/"))
        told = app.ask("scratchpad.update", {"resource": {**kept, "status": "on-hold"}}).payload
        assert told["status"].startswith("200")
        assert app.ask("scratchpad.delete", place).payload["status"].startswith("200")
        assert app.ask("scratchpad.read").payload == {"scratchpad": []}


@ROWS.row("SWM-11", "SHALL", mutant="page-bundles-unanswered")
def fhir_http(target: Target) -> None:
    """A batch is carried out with the page's own rights and answered once."""
    with page_of(target) as app:
        asked = {"bundle": batch(f"Patient/{target.patient}", f"Patient/{target.other_patient}")}
        bundle = app.ask("fhir.http", asked).payload["bundle"]
        statuses = [entry["response"]["status"][:3] for entry in bundle["entry"]]
        assert statuses in (["200", "403"], ["200", "404"])
        assert bundle["entry"][0]["resource"]["id"] == target.patient


@ROWS.row("SWM-12", "IMPL", mutant="page-unknown-is-fine")
def unknown_types(target: Target) -> None:
    """A type that nobody knows gets one answer with an OperationOutcome."""
    with page_of(target) as app:
        assert is_outcome(app.ask("ui.fly").payload, "not-supported")


@ROWS.row("SWM-13", "SHALL", mutant="page-blank-has-a-host")
def documents_without_an_origin(target: Target) -> None:
    """A blank document in the pane has no host, and no page holds the channel to it."""
    with page_of(target) as app:
        assert app.page.script("return [typeof qt, typeof QWebChannel]") == ["undefined", "undefined"]
        app.page.go("about:blank")
        assert app.page.script("return [parent === window, opener === null]") == [True, True]


@ROWS.row("SWM-13", "IMPL", mutant="page-unreadable-unnoted")
def cyclic_messages(target: Target) -> None:
    """A message that runs in a circle, or is nothing, does nothing and is noted."""
    with page_of(target) as app:
        origin = json.dumps(app.page.tokens[ORIGIN])
        app.page.script(
            f"const round = {json.dumps(app.message('ui.done'))}; round.payload.round = round;"
            f"host.postMessage(round, {origin}); host.postMessage(undefined, {origin});"
        )
        assert app.is_silent_to() and app.is_noted("unreadable")


@ROWS.row("SWM-13", "IMPL", mutant="page-huge-taken")
def huge_messages(target: Target) -> None:
    """A huge message does nothing and is noted."""
    with page_of(target) as app:
        message = app.message("ui.done", {"text": ""})
        app.page.script(
            f"const huge = {json.dumps(message)}; huge.payload.text = 'x'.repeat({LARGE});"
            f"host.postMessage(huge, {json.dumps(app.page.tokens[ORIGIN])});"
        )
        assert app.is_silent_to(message) and app.is_noted("too_large")


@ROWS.row("SWM-13", "IMPL", mutant="page-flood-taken")
def floods(target: Target) -> None:
    """Of a flood some messages are heard, the rest is noted as a number, and the page is answered again soon."""
    with page_of(target) as app:
        message = app.message("status.handshake")
        app.page.script(
            f"for (let i = 0; i < {FLOOD}; i++) host.postMessage({{...{json.dumps(message)}, messageId: 'flood-' + i}},"
            f" {json.dumps(app.page.tokens[ORIGIN])});"
        )
        app.settle()
        heard = [one for one in app.heard() if one.answer["responseToMessageId"].startswith("flood-")]
        assert 0 < len(heard) < FLOOD / 2 and app.is_noted("flood")
        assert app.ask("status.handshake").payload == {}
