"""Subscribe, post and read over HTTP: who may, what is refused, what is said (FC-02..FC-07, FC-18, FC-34)."""

from __future__ import annotations

import asyncio
import json
import re

import pytest

from tests.launcher.hub.house import House


async def test_configuration_names_what_works_and_nothing_else(house: House) -> None:
    """FC-02. Mutant: an event advertised that the table does not have."""
    answer = await house.http.get("/fhircast/.well-known/fhircast-configuration")
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["eventsSupported"] == [
        "Patient-open", "Patient-close", "Encounter-open", "Encounter-close", "ImagingStudy-open", "ImagingStudy-close",
        "DiagnosticReport-open", "DiagnosticReport-close", "DiagnosticReport-update", "DiagnosticReport-select",
        "Home-open", "SyncError", "UserLogout", "UserHibernate",
    ]  # fmt: skip
    assert (body["websocketSupport"], body["fhircastVersion"], body["fhirVersion"]) == (True, "3.0.0", "R4")
    assert body["capabilities"] == {
        "supportsGetCurrentContext": True,
        "supportsNonCurrentContextUpdates": False,
    }
    assert "webhookSupport" not in body


async def test_subscribing_gives_each_its_own_unguessable_address(house: House) -> None:
    """FC-07, FC-05. Mutant: address derived from topic or grant; 200 instead of 202."""
    token = house.token("a")
    answers = [await house.call(token) for _ in range(2)]
    assert [a.status_code for a in answers] == [202, 202]
    endpoints = [a.json()["hub.channel.endpoint"] for a in answers]
    base = str(house.http.base_url).replace("http", "ws", 1).rstrip("/")
    secrets = [re.fullmatch(re.escape(base) + r"/fhircast/ws/([\w-]{22,})", e) for e in endpoints]
    assert all(secrets)
    assert endpoints[0] != endpoints[1]
    assert answers[0].headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hub.channel.type": ""}, 400),
        ({"hub.channel.type": "webhook"}, 400),
        ({"hub.mode": ""}, 400),
        ({"hub.mode": "publish"}, 400),
        ({"hub.topic": ""}, 400),
        ({"hub.events": ""}, 400),
        ({"hub.events": "*"}, 400),
        ({"hub.lease_seconds": "0"}, 400),
        ({"hub.lease_seconds": "-5"}, 400),
        ({"hub.lease_seconds": "soon"}, 400),
        ({"hub.topic": "topic-9"}, 404),
        ({"hub.topic": "topic-2"}, 403),
        ({"hub.topic": "topic-3"}, 403),
        ({"hub.channel.endpoint": "ws://elsewhere/fhircast/ws/x"}, 404),
        ({"hub.mode": "unsubscribe", "hub.channel.endpoint": ""}, 400),
    ],
)
async def test_bad_forms_are_refused_in_plain_text(house: House, change: dict[str, str], status: int) -> None:
    """FC-06, FC-07. Mutant: any rule of the form or of the topic removed."""
    answer = await house.call(house.token("a"), **change)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text


async def test_a_repeated_parameter_is_refused(house: House) -> None:
    """FC-06. Mutant: the last one wins."""
    headers = {
        "Authorization": f"Bearer {house.token('a')}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = "hub.channel.type=websocket&hub.mode=subscribe&hub.topic=topic-1&hub.events=Patient-open"
    for content, status in ((form, 202), (form + "&hub.topic=topic-1", 400), (b"\xff=\xff", 400)):
        answer = await house.http.post("/fhircast", content=content, headers=headers)
        assert answer.status_code == status


async def test_other_media_types_and_big_bodies_are_refused(house: House) -> None:
    token = house.token("a")
    headers = {"Authorization": f"Bearer {token}"}
    answer = await house.http.post(
        "/fhircast", content=b"x", headers=headers | {"Content-Type": "text/plain"}
    )
    assert answer.status_code == 415
    big = b'{"x":"' + b"x" * (256 * 1024) + b'"}'
    answer = await house.http.post(
        "/fhircast", content=big, headers=headers | {"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


async def test_no_token_no_hub(house: House) -> None:
    """Mutant: one of the three doors forgets to ask."""
    for answer in (
        await house.call(None),
        await house.posts(None, house.event("Patient-open", "p-1", "e1")),
        await house.http.get("/fhircast/topic-1"),
    ):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("kind", ["application/json", "application/fhir+json; charset=utf-8"])
async def test_both_media_types_post(house: House, kind: str) -> None:
    """FC-18."""
    answer = await house.posts(house.token("a"), house.event("Patient-open", "p-1", "e1"), kind)
    assert (answer.status_code, answer.content) == (202, b"")


async def test_posting_needs_the_write_scope_of_that_event(house: House) -> None:
    """FC-04. Mutant: read lets one write; close allowed by the scope of open."""
    token = house.token("a", scopes=("fhircast/Patient-open.write", "fhircast/*.read"))
    assert (await house.opens(token, "p-1", "e1")).status_code == 202
    assert (await house.closes(token, "p-1", "e2")).status_code == 403
    assert (
        await house.posts(token, house.encounter("Encounter-open", "v-1", "p-1", "e3"))
    ).status_code == 403


async def test_reading_needs_a_read_scope(house: House) -> None:
    """FC-34, FC-04."""
    writer = house.token("w", scopes=("fhircast/*.write",))
    assert (await house.current(writer)).status_code == 403
    assert (await house.call(writer)).status_code == 403


async def test_a_grant_is_bound_to_its_topic_and_the_shell_to_its_session(house: House) -> None:
    """DESIGN section 4. Mutant: same session is enough for an app; shell of another user gets in."""
    app, shell = house.token("a"), house.shell_token()
    for topic, app_status, shell_status in (
        ("topic-1", 202, 202), ("topic-2", 403, 202), ("topic-3", 403, 403), ("topic-9", 404, 404),
    ):  # fmt: skip
        for token, status in ((app, app_status), (shell, shell_status)):
            assert (await house.call(token, **{"hub.topic": topic})).status_code == status
            assert (await house.opens(token, "p-1", "e1", topic=topic)).status_code == status
            assert (await house.current(token, topic)).status_code == (200 if status == 202 else status)
    unbound = house.token("u", topic=None)
    assert (await house.call(unbound)).status_code == 403


async def test_current_context(house: House) -> None:
    """FC-34. Mutant: context of another topic; kept after close."""
    token, shell = house.token("a"), house.shell_token()
    empty = {"context.type": "", "context.versionId": "", "context": []}
    assert (await house.current(token)).json() == empty
    await house.opens(token, "p-1", "e1")
    answer = await house.current(token)
    body = answer.json()
    assert (body["context.type"], body["context"][0]["resource"]["id"]) == ("Patient", "p-1")
    assert body["context.versionId"] == house.runner.current("topic-1").version != ""
    assert answer.headers["cache-control"] == "no-store"
    assert (await house.current(shell, "topic-2")).json() == empty
    await house.closes(token, "p-1", "e2")
    assert (await house.current(token)).json() == empty


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        ("not-readable", 403),
        ("deleted", 410),
        ("identifier-mismatch", 409),
        ("unreachable", 503),
        ("other", 403),
    ],
)
async def test_a_patient_that_fails_the_check_is_not_opened(house: House, refusal: str, status: int) -> None:
    """S1. Mutant: broadcast first, checked later; check result ignored."""
    token = house.token("a")
    await house.opens(token, "p-1", "e1")
    house.patients.refusal = refusal
    for event in (
        house.event("Patient-open", "p-2", "e2"),
        house.encounter("Encounter-open", "v-1", "p-2", "e3"),
    ):
        answer = await house.posts(token, event)
        assert answer.status_code == status
        assert answer.text
        assert ("retry-after" in answer.headers) is (status == 503)
    assert house.runner.current("topic-1").patient == "p-1"
    assert house.patients.asked[-1][:2] == ("grant-a", "p-2")
    assert house.patients.asked[-1][2][0]["value"] == "number-of-p-2"
    house.patients.refusal = None
    assert (await house.closes(token, "p-1", "e4")).status_code == 202


@pytest.mark.parametrize("house", [{"patient_check_seconds": 0.05}], indirect=True)
async def test_no_answer_in_time_is_503_and_changes_nothing(house: House) -> None:
    """S1. Mutant: waits for ever, or opens after all when the answer comes."""
    house.patients.gate = asyncio.Event()
    token = house.token("a")
    answer = await house.opens(token, "p-1", "e1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    house.patients.gate.set()
    house.patients.gate = None
    assert (await house.opens(token, "p-2", "e2")).status_code == 202
    assert house.runner.current("topic-1").patient == "p-2"


async def test_opens_take_turns_in_order_of_arrival(house: House) -> None:
    """S1, S5. Mutant: the faster check wins; another topic waits too."""
    token, shell = house.token("a"), house.shell_token()
    subscriber = await house.joins(token)
    house.patients.gate = gate = asyncio.Event()
    first = asyncio.create_task(house.opens(token, "p-1", "e1"))
    while not house.patients.asked:
        await asyncio.sleep(0.005)
    house.patients.gate = None
    second = asyncio.create_task(house.opens(token, "p-2", "e2"))
    assert (await house.opens(shell, "p-3", "e3", topic="topic-2")).status_code == 202
    assert [asked[1] for asked in house.patients.asked] == ["p-1", "p-3"]
    gate.set()
    assert [(await task).status_code for task in (first, second)] == [202, 202]
    await subscriber.event("Patient-open", "e1")
    await subscriber.event("Patient-open", "e2")
    assert house.runner.current("topic-1").patient == "p-2"


@pytest.mark.parametrize("house", [{"waiting_posts_per_topic": 2}], indirect=True)
async def test_only_so_many_events_wait(house: House) -> None:
    house.patients.gate = asyncio.Event()
    token = house.token("a")
    posts = [asyncio.create_task(house.opens(token, "p-1", f"e{n}")) for n in range(3)]
    await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
    house.patients.gate.set()
    assert sorted([(await post).status_code for post in posts]) == [202, 202, 503]


@pytest.mark.parametrize("end", ["revoke", "lock", "close"])
async def test_what_ended_while_the_patient_was_checked_opens_nothing(house: House, end: str) -> None:
    """Mutant: the grant is looked at only before the check."""
    house.patients.gate = asyncio.Event()
    token = house.token("a")
    post = asyncio.create_task(house.opens(token, "p-1", "e1"))
    while not house.patients.asked:
        await asyncio.sleep(0.005)
    if end == "revoke":
        house.grant(token).ended = True
    elif end == "lock":
        house.tokens.locked.add("session-1")
    else:
        house.runner.topic_closed("topic-1")
    house.patients.gate.set()
    assert (await post).status_code == {"revoke": 401, "lock": 503, "close": 404}[end]
    assert house.runner.current("topic-1").patient is None


async def test_malformed_events_are_refused(house: House) -> None:
    token = house.token("a")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for content in (b"", b"{", b"[]", b"[" * 100_000, b'"x"', b"\xff"):
        answer = await house.http.post("/fhircast", content=content, headers=headers)
        assert (answer.status_code, bool(answer.text)) == (400, True)
    no_identifier = house.event("Patient-open", "p-1", "e1")
    del no_identifier["event"]["context"][0]["resource"]["identifier"]
    answer = await house.posts(token, no_identifier)
    assert (answer.status_code, "identifier" in answer.text) == (400, True)
    assert house.patients.asked == []


@pytest.mark.parametrize(
    "value", ["NaN", "1e999", r'"\ud800"', "[" * 200 + "]" * 200, '{"a":' * 99 + "0" + "}" * 99]
)
async def test_what_cannot_be_told_to_every_subscriber_opens_nobody(house: House, value: str) -> None:
    """S1. Mutant: taken as it is; then the patient changes, and no channel and no answer can say so."""
    token = house.token("a")
    shell = await house.joins(house.shell_token())
    content = json.dumps(house.event("Patient-open", "p-1", "e1")).replace(
        '"Patient"', f'"Patient", "x": {value}'
    )
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert (await house.http.post("/fhircast", content=content, headers=headers)).status_code == 400
    assert house.runner.current("topic-1").patient is None
    assert (await house.opens(token, "p-2", "e2")).status_code == 202
    await shell.event("Patient-open", "e2")
    assert (await house.current(token)).json()["context"][0]["resource"]["id"] == "p-2"
