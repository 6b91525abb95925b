"""Whoever got a patient's id from the hub stands in the access log, and so does whoever was refused it.

Five ways to break it: an open that takes effect before it is recorded; a frame that leaves before its record; a
follower told of a patient under somebody else's record; a refusal that nobody wrote down; a log that cannot be written
and an app that is told all the same. Each has a test here.
"""

from __future__ import annotations

import asyncio

import pytest

from tests.launcher.hub.house import SHELL, House

OWN = ("fhircast/Patient-open.read",)


async def test_an_app_with_nothing_but_a_hub_scope_is_recorded_once_for_each_patient(house: House) -> None:
    """Mutant: deliveries not recorded, or recorded with every frame."""
    shell, app = house.shell_token(), house.token("a", scopes=OWN)
    follower = await house.joins(app, **{"hub.events": "Patient-open"})
    for number, patient in enumerate(("p-1", "p-2", "p-1")):
        assert (await house.opens(shell, patient, f"e{number}")).status_code == 202
        await follower.event("Patient-open", f"e{number}")
    assert house.log.told() == [
        ("context-open", "0", SHELL, ("p-1",)),
        ("context-told", "0", "client-a", ("p-1",)),
        ("context-open", "0", SHELL, ("p-2",)),
        ("context-told", "0", "client-a", ("p-2",)),
        ("context-open", "0", SHELL, ("p-1",)),
    ]
    assert {row.grant_id for row in house.log.rows} == {"grant-shell", "grant-a"}
    assert {row.client_address for row in house.log.rows} == {"127.0.0.1"}


async def test_each_grant_has_its_own_record_also_on_two_channels_and_as_a_late_joiner(house: House) -> None:
    """Mutant: what was told is remembered for the topic instead of the grant; a replay not recorded."""
    await house.opens(house.shell_token(), "p-1", "e1")
    first, second = house.token("a", scopes=OWN), house.token("b", scopes=OWN)
    for token in (first, first, second):
        await (await house.joins(token, **{"hub.events": "Patient-open"})).event("Patient-open", "e1")
    assert [row[2] for row in house.log.told() if row[0] == "context-told"] == ["client-a", "client-b"]
    house.runner.grant_ended("grant-a")
    await (await house.joins(first, **{"hub.events": "Patient-open"})).event("Patient-open", "e1")
    assert [row[2] for row in house.log.told() if row[0] == "context-told"][2:] == ["client-a"]


async def test_an_encounter_and_a_close_tell_the_patient_too(house: House) -> None:
    """Mutant: only Patient-open counted."""
    shell = house.shell_token()
    follower = await house.joins(
        house.token("a", scopes=("fhircast/Encounter-open.read",)), **{"hub.events": "Encounter-open"}
    )
    leaver = await house.joins(
        house.token("b", scopes=("fhircast/Patient-close.read",)), **{"hub.events": "Patient-close"}
    )
    await house.posts(shell, house.encounter("Encounter-open", "enc-1", "p-1", "e1"))
    await follower.event("Encounter-open", "e1")
    await house.closes(shell, "p-1", "e2")
    await leaver.event("Patient-close", "e2")
    assert house.log.told() == [
        ("context-open", "0", SHELL, ("p-1",)),
        ("context-told", "0", "client-a", ("p-1",)),
        ("context-told", "0", "client-b", ("p-1",)),
    ]


async def test_the_frame_waits_for_its_record_and_the_order_stays(house: House) -> None:
    """Mutant: the frame leaves at once, or a later one overtakes it."""
    follower = await house.joins(house.token("a"))
    house.log.gate = asyncio.Event()
    posting = asyncio.create_task(house.opens(house.shell_token(), "p-1", "e1"))
    await follower.nothing()
    assert house.runner.current("topic-1").patient is None
    assert not posting.done()
    house.log.gate.set()
    assert (await posting).status_code == 202
    await follower.event("Patient-open", "e1")
    house.log.gate = asyncio.Event()
    await house.closes(house.shell_token(), "p-2", "e2")
    await house.closes(house.shell_token(), "p-1", "e3")
    await follower.nothing()
    house.log.gate.set()
    await follower.event("Patient-close", "e2")
    await follower.event("Patient-close", "e3")


async def test_a_second_channel_of_the_same_app_waits_for_the_same_record(house: House) -> None:
    """Mutant: the first frame counts as recorded while its record is still being written."""
    app = house.token("a")
    first, second = await house.joins(app), await house.joins(app)
    house.log.gate = asyncio.Event()
    await house.closes(house.shell_token(), "p-2", "e1")
    await first.nothing()
    await second.nothing()
    house.log.broken = True
    house.log.gate.set()
    assert [await first.closed(), await second.closed()] == [1013, 1013]
    assert house.log.rows == []


async def test_without_a_log_nothing_opens_and_nobody_is_told(house: House) -> None:
    """Fail closed. Mutant: the frame sent when its record failed."""
    shell = house.shell_token()
    follower = await house.joins(house.token("a"))
    house.log.broken = True
    answer = await house.opens(shell, "p-1", "e1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "access log" in answer.text
    await follower.nothing()
    house.log.broken = False
    await house.opens(house.token("c"), "p-1", "e2")
    await follower.event("Patient-open", "e2")
    house.log.broken = True
    assert (await house.current(house.token("b"))).status_code == 503
    await house.closes(shell, "p-2", "e3")
    assert await follower.closed() == 1013
    house.log.broken = False
    again = await house.joins(house.token("a"))
    await again.event("Patient-open", "e2")
    await house.closes(shell, "p-2", "e4")
    await again.event("Patient-close", "e4")
    assert house.log.told()[-1] == ("context-told", "0", "client-a", ("p-2",))


async def test_asking_for_the_current_patient_is_a_read(house: House) -> None:
    """Mutant: get-current-context not recorded, or recorded though nothing was handed out."""
    app = house.token("a", scopes=OWN)
    await house.current(app)
    assert house.log.rows == []
    await house.opens(house.shell_token(), "p-1", "e1")
    for _ in range(2):
        assert (await house.current(app)).json()["context"][0]["resource"]["id"] == "p-1"
    assert house.log.told()[1:] == [("context-read", "0", "client-a", ("p-1",))] * 2
    row = house.log.rows[-1]
    assert row.request == f"GET {str(house.http.base_url).rstrip('/')}/fhircast/topic-1"


@pytest.mark.parametrize("refusal", ["not-readable", "identifier-mismatch", "unreachable"])
async def test_a_refused_open_names_app_and_patient(house: House, refusal: str) -> None:
    house.patients.refusal = refusal
    answer = await house.opens(house.token("a"), "p-1", "e1")
    (row,) = house.log.rows
    assert (row.kind, row.client_id, row.patients) == ("context-open", "client-a", ("p-1",))
    assert row.outcome_text == f"{answer.status_code} {answer.text}"
    assert (row.outcome, row.status) == ("8" if answer.status_code == 503 else "4", answer.status_code)


async def test_every_other_refusal_is_recorded_with_its_kind(house: House) -> None:
    """Mutant: one of the roads out of the hub without a record; a success recorded for what was refused."""
    app = house.token("a", scopes=OWN)
    await house.opens(app, "p-1", "e1")
    await house.call(app, **{"hub.topic": "topic-3"})
    await house.current(app, "topic-3")
    await house.posts(app, {"timestamp": "x"})
    await house.posts(app, house.event("Patient-close", "p-1", "e2"), "text/plain")
    future = house.event("Patient-open", "p-1", "e3")
    future["timestamp"] = "2099-01-01T00:00:00Z"
    await house.posts(house.token("b"), future)
    assert house.log.told() == [
        ("context-open", "4", "client-a", ("p-1",)),
        ("context-subscribe", "4", "client-a", ()),
        ("context-read", "4", "client-a", ()),
        ("context-post", "4", "client-a", ()),
        ("context-post", "4", "client-a", ("p-1",)),
        ("context-open", "4", "client-b", ("p-1",)),
    ]
    assert [row.status for row in house.log.rows] == [403, 403, 403, 400, 415, 400]


async def test_a_token_that_does_not_count_leaves_its_end_and_nothing_that_was_claimed(house: House) -> None:
    """BALP-10. Mutant: the patient of a stranger's event told as if he had been touched."""
    token = "not-a-token-of-this-gateway-" + "x" * 20
    await house.opens(token, "p-1", "e1")
    await house.opens("", "p-1", "e1")
    (row,) = house.log.rows
    assert (row.status, row.patients, row.client_id) == (401, (), "")
    assert row.token_tail == token[-24:]
