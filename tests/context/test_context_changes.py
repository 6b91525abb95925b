"""Opens and closes: broadcast, late joiners, derived opens, stale opens, current context (S3, S5, FC-10..FC-34)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from context.effects import Accepted, ContextChanged, Refused
from context.errors import UnreadableSnapshot
from context.hub import Hub
from context.inputs import Post
from context.scopes import fhircast_scopes
from tests.context.playbook import (
    EVERYTHING,
    PATIENT_EVENTS,
    START,
    TOPIC,
    Playbook,
    Told,
    answers,
    body,
    closes,
    closes_encounter,
    event,
    opens,
    opens_encounter,
    patient_body,
    subscribe,
)

SECOND = timedelta(seconds=1)


def current(play: Playbook, *scopes: str) -> tuple[str, list[str], bool]:
    """(type, ids of the context's resources without the content, has a version)."""
    granted = fhircast_scopes(scopes) if scopes else EVERYTHING
    answer = play.hub.current_context(granted)
    ids = [entry["resource"]["id"] for entry in answer["context"] if entry["key"] != "content"]
    return answer["context.type"], ids, bool(answer["context.versionId"])


def replayed(play: Playbook, endpoint: str, **how: object) -> list[tuple[str, str]]:
    """What somebody who joins now is told: (event, id)."""
    play.joins(subscribe(endpoint, **how))  # type: ignore[arg-type]
    return [(f["event"]["hub.event"], f["id"]) for f in play.frames(endpoint) if "event" in f]


def test_everybody_gets_the_event_with_the_senders_id_and_a_version_of_the_hub() -> None:
    """FC-19, FC-36. Mutant: sender left out, new id, no version, same version twice."""
    play = Playbook(ignore=()).joins(
        subscribe("a"), subscribe("b", events=("Encounter-open",)), subscribe("c")
    )
    play.happens(opens("p-1", "e1"))
    (to_a,) = [f for f in play.frames("a") if "event" in f]
    (to_c,) = [f for f in play.frames("c") if "event" in f]
    posted = patient_body("Patient-open", "p-1", "e1")
    version = to_a["event"]["context.versionId"]
    assert to_a == posted | {"event": posted["event"] | {"context.versionId": version}}
    assert to_c["event"]["context.versionId"] == version
    play.happens(answers("a", "e1"), answers("c", "e1"), opens("p-1", "e2"))
    assert play.frames("a")[-1]["event"]["context.versionId"] not in ("", version)
    assert [f for f in play.frames("b") if "event" in f] == []


def test_a_change_is_recorded_before_it_is_accepted() -> None:
    """S8. Mutant: accepted first; recorded although nothing changed."""
    play = Playbook(ignore=())
    (play >> opens("p-1", "e1") << ContextChanged() << Accepted()).end()
    (play >> closes("p-7", "e2") << Accepted()).end()
    (play >> closes("p-1", "e3") << ContextChanged() << Accepted()).end()


def test_other_topics_events_are_not_for_this_hub() -> None:
    play = Playbook()
    posted = patient_body("Patient-open", "p-1", "e1")
    posted["event"]["hub.topic"] = "topic-2"
    play >> Post(event(posted))
    assert isinstance(play.left[0], Refused)
    assert current(play)[0] == ""


def test_late_joiner_gets_the_open_with_its_old_timestamp_and_nothing_after_close() -> None:
    """FC-10. Mutant: no replay; new timestamp; replay after close."""
    play = Playbook().happens(opens("p-1", "e1"))
    play.now += 60 * SECOND
    assert replayed(play, "a") == [("Patient-open", "e1")]
    assert play.frames("a")[-1]["timestamp"] == patient_body("Patient-open", "p-1", "e1")["timestamp"]
    play.happens(closes("p-1", "e2", play.now))
    assert replayed(play, "b") == []


def test_late_joiner_gets_the_latest_open_per_anchor_type_that_it_subscribed_to() -> None:
    """FC-10. Mutant: all opens, only the last, or unsubscribed ones."""
    play = Playbook().happens(
        opens("p-1", "e1"), opens_encounter("v-1", "p-1", "e2"), opens_encounter("v-2", "p-1", "e3")
    )
    assert replayed(play, "a") == [("Patient-open", "e1"), ("Encounter-open", "e3")]
    assert replayed(play, "b", events=PATIENT_EVENTS) == [("Patient-open", "e1")]
    play.happens(closes_encounter("v-2", "p-1", "e4"))
    assert replayed(play, "c") == [("Patient-open", "e1"), ("Encounter-open", "e2")]


def test_opening_a_patient_ends_every_anchor_of_another_for_late_joiners() -> None:
    """S3. Mutant: an encounter, or a patient, of the patient before comes back when the new one is closed."""
    play = Playbook().happens(opens("p-1", "e1"), opens_encounter("v-1", "p-1", "e2"), opens("p-2", "e3"))
    assert replayed(play, "a") == [("Patient-open", "e3")]
    play.happens(closes("p-2", "e4"))
    assert replayed(play, "b") == []


def test_what_another_patient_ended_does_not_come_back_with_the_first() -> None:
    """S3. Mutant: anchors of the patient before are only hidden."""
    play = Playbook().happens(opens("p-1", "e1"), opens_encounter("v-1", "p-1", "e2"))
    play.happens(opens("p-2", "e3"), opens("p-1", "e4"))
    assert replayed(play, "a") == [("Patient-open", "e4")]


def test_an_anchor_opened_twice_is_closed_once() -> None:
    """FC-24: an open replaces. Mutant: the first open survives the close."""
    play = Playbook().happens(opens("p-1", "e1"), opens("p-1", "e2"), closes("p-1", "e3"))
    assert (replayed(play, "a"), play.hub.context.patient) == ([], None)
    assert play.hub.context.snapshot()["open"] == []


def test_a_close_closes_only_the_anchor_it_names() -> None:
    """S5. Mutant: any close clears the context (seen in a published hub)."""
    play = Playbook().happens(opens("p-1", "e1"), opens_encounter("v-1", "p-1", "e2"))
    play.happens(closes("p-9", "e3"), closes_encounter("v-9", "p-1", "e4"))
    assert current(play) == ("Encounter", ["v-1", "p-1"], True)
    play.happens(closes_encounter("v-1", "p-1", "e5"))
    assert play.hub.context.patient == "p-1"
    assert replayed(play, "a") == [("Patient-open", "e1")]


def test_closing_the_patient_leaves_nobody_current_and_no_encounter_of_his() -> None:
    """S3, S5. Mutant: the encounter of the closed patient stays current, or is told to late joiners."""
    play = Playbook().happens(opens_encounter("v-1", "p-1", "e1"), closes("p-1", "e2"))
    assert (play.hub.context.patient, current(play)) == (None, ("", [], False))
    assert play.hub.context.encounter is None
    assert replayed(play, "a") == []


def test_after_closing_the_last_opened_nothing_is_current() -> None:
    """FC-24. Mutant: falls back to the context before."""
    play = Playbook().happens(opens("p-1", "e1"), opens("p-2", "e2"), closes("p-2", "e3"))
    assert (current(play), play.hub.context.patient) == (("", [], False), None)
    play = Playbook().happens(opens("p-1", "e1"), opens_encounter("v-1", "p-1", "e2"))
    play.happens(closes_encounter("v-1", "p-1", "e3"))
    assert current(play) == ("", [], False)


def test_closing_a_patient_that_is_no_longer_current_changes_nothing() -> None:
    play = Playbook().happens(opens("p-1", "e1"), opens("p-2", "e2"), closes("p-1", "e3"))
    assert current(play) == ("Patient", ["p-2"], True)


def test_a_close_of_the_patient_sets_the_time_also_when_nothing_was_current() -> None:
    """S5: what set the context is the close. Mutant: the encounter that was closed before it sets the time for good."""
    earlier = START - timedelta(seconds=10)
    play = Playbook().happens(opens_encounter("v-1", "p-1", "e1"), closes_encounter("v-1", "p-1", "e2"))
    play.happens(closes("p-1", "e3", earlier), opens("p-2", "e4", earlier + timedelta(seconds=1)))
    assert play.hub.context.patient == "p-2"


def test_current_context_is_only_what_the_caller_may_read() -> None:
    """FC-34. Mutant: scopes not asked; implied patient withheld."""
    play = Playbook().happens(opens_encounter("v-1", "p-1", "e1"))
    assert current(play) == ("Encounter", ["v-1", "p-1"], True)
    assert current(play, "fhircast/Patient-open.read") == ("Patient", ["p-1"], True)
    assert current(play, "fhircast/SyncError.read") == ("", [], False)
    assert current(play, "fhircast/Encounter-open.write") == ("", [], False)


def test_encounter_open_implies_patient_open_for_those_who_hear_only_of_patients() -> None:
    """FC-25. Mutant: no derived open; a second copy for those who got the original; the original's id or keys."""
    play = Playbook().joins(
        subscribe("a", events=PATIENT_EVENTS), subscribe("b"), subscribe("c", events=("SyncError",))
    )
    play >> opens_encounter("v-1", "p-1", "e1") << Accepted() << Told("a", "Patient-open")
    (play << Told("b", "Encounter-open", "e1")).end()
    derived = play.frames("a")[-1]
    assert derived["id"] != "e1"
    assert [entry["key"] for entry in derived["event"]["context"]] == ["patient"]
    assert derived["event"]["context.versionId"] == play.frames("b")[-1]["event"]["context.versionId"]


def test_no_derived_open_for_a_patient_who_is_open_already() -> None:
    """FC-25: no duplicates. Mutant: every Encounter-open opens the patient anew."""
    play = Playbook().joins(subscribe("a", events=PATIENT_EVENTS))
    play.happens(opens("p-1", "e1"), answers("a", "e1"))
    (play >> opens_encounter("v-1", "p-1", "e2") << Accepted()).end()


def test_late_joiners_get_the_derived_open_only_without_its_source() -> None:
    """FC-25, FC-10."""
    play = Playbook().happens(opens_encounter("v-1", "p-1", "e1"))
    assert replayed(play, "a") == [("Encounter-open", "e1")]
    assert [name for name, _ in replayed(play, "b", events=PATIENT_EVENTS)] == ["Patient-open"]
    play.happens(closes_encounter("v-1", "p-1", "e2"))
    assert [name for name, _ in replayed(play, "c")] == ["Patient-open"]


def test_a_stale_open_is_relayed_unchanged_and_changes_nothing() -> None:
    """S5, FC-27. Mutant: swallowed, versioned, or believed."""
    play = Playbook().joins(subscribe("a"))
    play.happens(opens("p-1", "e1", START), answers("a", "e1"))
    late = opens("p-2", "e2", START - SECOND)
    (play >> late << Accepted() << Told("a", "Patient-open", "e2")).end()
    assert play.frames("a")[-1] == patient_body("Patient-open", "p-2", "e2", START - SECOND)
    assert current(play) == ("Patient", ["p-1"], True)
    assert replayed(play, "b") == [("Patient-open", "e1")]
    assert play.hub.context.patient == "p-1"


@pytest.mark.parametrize(
    ("first", "second", "believed"),
    [
        ("2026-11-23T03:15:00.900Z", "2026-11-23T03:15:00Z", True),
        ("2026-11-23T03:15:00Z", "2026-11-23T03:15:00.100Z", True),
        ("2026-11-23T03:15:00.900Z", "2026-11-23T03:15:00.899Z", False),
        ("2026-11-23T03:15:00Z", "2026-11-23T03:14:59.999Z", False),
    ],
)
def test_staleness_is_judged_at_the_coarser_precision(first: str, second: str, believed: bool) -> None:
    play = Playbook().happens(opens("p-1", "e1", first), opens("p-2", "e2", second))
    assert play.hub.context.patient == ("p-2" if believed else "p-1")


def test_a_close_sets_the_context_too_but_a_clock_ahead_cannot_lock_others_out() -> None:
    """S5. Mutant: an open from before the close is believed; a close dated tomorrow makes every open stale."""
    play = Playbook().happens(opens("p-1", "e1", START))
    play.now += 10 * SECOND
    play.happens(closes("p-1", "e2", START + timedelta(days=1)), opens("p-2", "e3", START + SECOND))
    assert play.hub.context.patient is None
    play.happens(opens("p-2", "e4", play.now))
    assert play.hub.context.patient == "p-2"


@pytest.mark.parametrize(("ahead", "refused"), [(5, False), (5.001, True), (3600, True)])
def test_an_open_from_the_future_is_refused(ahead: float, refused: bool) -> None:
    """S5. Mutant: no limit; limit for one precision only; something changed all the same."""
    play = Playbook().joins(subscribe("a"))
    play >> opens("p-1", "e1", START + timedelta(seconds=ahead))
    first = play.left[0]
    assert (isinstance(first, Refused) and first.status == 400) is refused
    play.skip()
    assert (play.hub.context.patient is None) is refused
    play.happens(closes("p-9", "e2", START + timedelta(days=1)))
    assert play.frames("a")[-1]["id"] == "e2"


def test_clients_may_post_a_sync_error() -> None:
    """FC-28: after a 202. Mutant: refused, or counted as a change."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "processing"}]}
    post = Post(event(body("SyncError", "s1", [{"key": "operationoutcome", "resource": outcome}])))
    play = Playbook(ignore=()).joins(subscribe("a"), subscribe("b", events=PATIENT_EVENTS))
    (play >> post << Accepted() << Told("a", "SyncError", "s1")).end()


def test_a_restarted_hub_knows_the_context_and_its_order() -> None:
    """S8, FC-39. Mutant: anything of the context missing from the snapshot."""
    play = Playbook().happens(opens("p-1", "e1"), opens_encounter("v-1", "p-1", "e2"))
    again = Playbook(Hub.restore(play.hub.snapshot()))
    assert again.hub.topic == TOPIC
    assert current(again) == current(play)
    assert again.hub.snapshot() == play.hub.snapshot()
    assert replayed(again, "a") == [("Patient-open", "e1"), ("Encounter-open", "e2")]
    again.happens(opens("p-2", "e3", START - SECOND))
    assert again.hub.context.patient == "p-1"
    empty = Hub.restore(Hub(TOPIC).snapshot())
    assert (empty.context.patient, empty.context.version) == (None, "")


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"topic":"t","context":{}}', b"\xff"])
def test_a_broken_snapshot_is_named_as_such(broken: bytes) -> None:
    with pytest.raises(UnreadableSnapshot):
        Hub.restore(broken)


def test_open_encounters_are_remembered_only_up_to_a_limit() -> None:
    """Mutant: unbounded memory; the patient himself forgotten."""
    play = Playbook().happens(opens("p-1", "e1"))
    play.happens(*[opens_encounter(f"v-{n}", "p-1", f"x-{n}") for n in range(70)])
    assert len(play.hub.context.snapshot()["open"]) == 65
    assert replayed(play, "a") == [("Patient-open", "e1"), ("Encounter-open", "x-69")]
