"""Acknowledgements and SyncError (FC-28..FC-32)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from context.effects import Accepted, CloseChannel, NoteAck, NoteEvent, Send
from context.hub import POLICY_VIOLATION, TOO_BIG, TRY_AGAIN_LATER, Hub
from context.inputs import FellBehind, Lock, Oversize, SocketClosed, Unlock, Unreadable
from context.subscription import HubLimits
from tests.context.playbook import (
    PATIENT_EVENTS,
    START,
    TOPIC,
    Mode,
    Playbook,
    Told,
    answers,
    opens,
    opens_encounter,
    subscribe,
)


def two(*, ignore: tuple[type, ...] | None = None) -> Playbook:
    """ "a" answers badly or not at all; "b" is told of it; "deaf" has not subscribed to SyncError."""
    play = Playbook() if ignore is None else Playbook(ignore=ignore)
    deaf = subscribe("deaf", events=PATIENT_EVENTS)
    play.joins(subscribe("a"), subscribe("b"), deaf).happens(opens("p-1", "e1"))
    return play.happens(answers("b", "e1"), answers("deaf", "e1"))


@pytest.mark.parametrize("status", [409, 400, 404, 500, 503, 301])
def test_a_refusal_is_told_to_the_others(status: int) -> None:
    """FC-29. Mutant: told to the refuser, to the deaf, to nobody; refuser removed."""
    play = two()
    (play >> answers("a", "e1", status) << Told("b", "SyncError")).end()
    assert len(play.hub.subscriptions()) == 3
    (play >> answers("a", "e1", status)).end()


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_good_answer_is_told_to_nobody(status: int) -> None:
    """FC-28. Mutant: only 200 is good."""
    (two() >> answers("a", "e1", status)).end().later(60).end()


def test_sync_error_names_event_and_subscriber_under_both_systems() -> None:
    """FC-31. Mutant: another severity; a coding missing; id of the SyncError instead of the event's."""
    play = two().happens(answers("a", "e1", 409))
    message: Any = play.frames("b")[-1]
    (entry,) = message["event"]["context"]
    (issue,) = entry["resource"]["issue"]
    base = "https://fhircast.hl7.org/events/syncerror/"
    assert (entry["key"], issue["severity"], issue["code"]) == ("operationoutcome", "warning", "processing")
    assert {coding["system"].removeprefix(base): coding["code"] for coding in issue["details"]["coding"]} == {
        "eventid": "e1",
        "eventname": "Patient-open",
        "subscribername": "App a",
        "subscriber": "App a",
    }
    assert "App a" in issue["diagnostics"]
    assert message["id"] not in ("e1", "")
    assert message["timestamp"] == "2026-11-23T03:15:00.000Z"


def test_silence_of_ten_seconds_ends_the_subscription_and_is_told() -> None:
    """FC-30. Mutant: told but not removed; removed but not told; too early."""
    play = two()
    play.later(9.9).end()
    play.later(0.1) << Mode("a", "denied") << CloseChannel("a", POLICY_VIOLATION)
    (play << Told("b", "SyncError")).end()
    assert [s.endpoint for s in play.hub.subscriptions()] == ["b", "deaf"]


def test_received_is_an_answer_and_the_decision_may_come_later() -> None:
    """FC-28. Mutant: 202 counts as silence; a refusal after 202 is lost."""
    play = two()
    (play >> answers("a", "e1", 202)).end()
    play.later(30).end()
    (play >> answers("a", "e1", 409) << Told("b", "SyncError")).end()


def test_only_the_latest_undecided_events_are_remembered() -> None:
    """Mutant: memory grows with every 202."""
    play = Playbook(Hub(TOPIC, HubLimits(undecided_per_subscription=2))).joins(subscribe("a"))
    for number in range(5):
        play.happens(opens(f"p-{number}", f"e{number}"), answers("a", f"e{number}", 202))
    assert list(play.hub.subscriptions()[0].awaited) == ["e3", "e4"]


@pytest.mark.parametrize(("normal", "told"), [(True, False), (False, True)])
def test_only_an_abnormal_close_is_told(normal: bool, told: bool) -> None:
    """FC-30. Mutant: 1000 told, 1006 not."""
    play = two()
    play >> SocketClosed("a", normal)
    if told:
        play << Told("b", "SyncError")
    assert len(play.end().hub.subscriptions()) == 2


def test_a_connection_lost_before_any_event_is_told_too() -> None:
    """FC-30, FC-31: the coding is complete even then."""
    play = Playbook().joins(subscribe("a"), subscribe("b"))
    (play >> SocketClosed("a", normal=False) << Told("b", "SyncError")).end()
    coding = play.frames("b")[-1]["event"]["context"][0]["resource"]["issue"][0]["details"]["coding"]
    assert all(entry["code"] for entry in coding)


def test_a_slow_subscriber_loses_its_own_channel_only() -> None:
    """Mutant: others lose theirs; nobody is told."""
    play = two()
    play >> FellBehind("a") << CloseChannel("a", TRY_AGAIN_LATER) << Told("b", "SyncError")
    assert [s.endpoint for s in play.end().hub.subscriptions()] == ["b", "deaf"]
    (play >> FellBehind("a")).end()


def test_nobody_owes_an_answer_to_a_sync_error() -> None:
    """Mutant: two silent subscribers accuse each other for ever."""
    play = two().happens(answers("a", "e1", 409))
    play.later(60).end()


def test_answers_to_unknown_events_or_from_nobody_do_nothing() -> None:
    play = two(ignore=())
    for given in (answers("a", "e9"), answers("x", "e1"), answers("b", "e1", 409)):
        (play >> given).end()


def test_facts_name_the_posted_event_also_for_a_derived_open() -> None:
    """FC-25, S3. Mutant: facts with the derived id, which the shell never saw."""
    play = Playbook(ignore=(Send, Accepted)).joins(subscribe("a", events=PATIENT_EVENTS))
    play.happens(opens_encounter("v-1", "p-1", "e1"))
    assert [e for e in play.seen if isinstance(e, NoteEvent)] == [NoteEvent("grant-a", "e1", "Patient-open")]
    derived_id = play.frames("a")[-1]["id"]
    (play >> answers("a", derived_id, 202) << NoteAck("grant-a", "e1", 202)).end()
    (play >> answers("a", derived_id, 200) << NoteAck("grant-a", "e1", 200)).end()


def test_a_stale_event_is_no_fact_about_following() -> None:
    """S5. Mutant: a relayed stale open makes a following pane look as if it had to follow anew."""
    play = two(ignore=(Send, Accepted))
    play.happens(answers("a", "e1"))
    play.seen.clear()
    play.happens(opens("p-9", "old", START - timedelta(hours=1)))
    assert not [e for e in play.seen if isinstance(e, NoteEvent)]


FEW = HubLimits(unreadable_frames=2)


def test_a_frame_that_is_no_answer_is_told_its_sender_once() -> None:
    """Mutant: told to the others; told each time; told to who has not subscribed to SyncError; a channel that is gone."""
    play = Playbook(Hub(TOPIC, FEW)).joins(
        subscribe("a"), subscribe("b"), subscribe("deaf", events=PATIENT_EVENTS)
    )
    (play >> Unreadable("a") << Told("a", "SyncError")).end()
    (play >> Unreadable("a")).end()
    (play >> Unreadable("deaf")).end()
    (play >> Unreadable("gone")).end()
    (play.later(61) >> Unreadable("a") << Told("a", "SyncError")).end()


def test_too_many_of_them_end_the_channel_and_the_others_hear_of_it_once() -> None:
    """Mutant: never ended; no denial; told twice; what is not wanted of one ends another."""
    play = Playbook(Hub(TOPIC, FEW)).joins(subscribe("a"), subscribe("b"))
    play.happens(Unreadable("a"), Unreadable("b"), Unreadable("a"))
    play >> Unreadable("a") << Mode("a", "denied") << CloseChannel("a", POLICY_VIOLATION)
    (play << Told("b", "SyncError")).end()
    (play >> Unreadable("a")).end()
    (play >> SocketClosed("a", normal=True)).end()
    assert [one.endpoint for one in play.hub.subscriptions()] == ["b"]


def test_a_lock_does_not_hide_a_flood_nor_make_one_of_a_slow_heartbeat() -> None:
    """Mutant: the frames of a long lock are counted as of one moment; none is counted while locked."""
    play = Playbook(Hub(TOPIC, FEW)).joins(subscribe("a"), subscribe("b")).happens(Lock())
    for _ in range(5):
        play.later(61).happens(Unreadable("a"))
    assert len(play.hub.subscriptions()) == 2
    play.happens(Unreadable("a"), Unreadable("a"))
    assert [one.endpoint for one in play.hub.subscriptions()] == ["b"]
    play.happens(Unlock())
    assert (
        sum("event" in frame and frame["event"]["hub.event"] == "SyncError" for frame in play.frames("b"))
        == 1
    )


def test_a_clock_that_is_set_back_ends_nobody() -> None:
    """Mutant: an hour back counts as a flood."""
    play = Playbook(Hub(TOPIC, FEW)).joins(subscribe("a")).happens(Unreadable("a"))
    play.now -= timedelta(hours=1)
    play.happens(Unreadable("a"), Unreadable("a"))
    assert len(play.hub.subscriptions()) == 1


def test_a_frame_that_is_too_long_ends_the_channel() -> None:
    """Mutant: ignored; closed without a word to the others; another code than 1009."""
    play = Playbook().joins(subscribe("a"), subscribe("b"))
    play >> Oversize("a") << Mode("a", "denied") << CloseChannel("a", TOO_BIG)
    (play << Told("b", "SyncError")).end()
