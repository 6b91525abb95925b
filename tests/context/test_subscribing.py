"""Subscribe, confirm, renew, modify, unsubscribe, deny, expire (FC-04..FC-14)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from context.denials import Denial
from context.effects import Accepted, CloseChannel, NoteSocket, Refused, Send
from context.hub import NORMAL_CLOSURE, POLICY_VIOLATION, Hub
from context.inputs import DenyGrant, EndTopic, Lock, SocketClosed, SocketOpened, Unsubscribe
from context.scopes import fhircast_scopes
from context.subscription import HubLimits
from tests.context.playbook import (
    PATIENT_EVENTS,
    TOPIC,
    Mode,
    Playbook,
    Told,
    answers,
    opens,
    opens_encounter,
    subscribe,
)


def test_confirmation_is_the_first_frame() -> None:
    """FC-08. Mutant: no confirmation, or events before it."""
    play = Playbook()
    play >> opens("p-1", "e1") << Accepted()
    play >> subscribe("a", events=("Patient-open",), lease=600) << Accepted("a")
    confirmation = {
        "hub.mode": "subscribe",
        "hub.topic": TOPIC,
        "hub.events": "Patient-open",
        "hub.lease_seconds": 600,
    }
    (play >> SocketOpened("a") << Send("a", confirmation) << Told("a", "Patient-open", "e1")).end()


def test_names_are_compared_without_case_and_answered_as_the_catalogue_writes_them() -> None:
    """FC-14. Mutant: case-sensitive lookup; echo of the caller's spelling."""
    play = Playbook()
    play >> subscribe("a", events=("patient-OPEN", "PATIENT-open")) << Accepted("a")
    play >> SocketOpened("a") << Mode("a", "subscribe")
    assert play.frames("a")[0]["hub.events"] == "Patient-open"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"events": ()}, 400),
        ({"events": ("*",)}, 400),
        ({"events": ("Patient-open", "com.example.foo-open")}, 400),
        ({"events": ("ServiceRequest-open",)}, 400),
        ({"events": ("com.example.foo",)}, 400),
        ({"scopes": fhircast_scopes([])}, 403),
        ({"scopes": fhircast_scopes(["fhircast/Patient-open.write"])}, 403),
        ({"scopes": fhircast_scopes(["fhircast/Encounter-open.read"]), "events": PATIENT_EVENTS}, 403),
        ({"token_seconds": 0}, 401),
        ({"pinned": True}, 403),
        ({"renewal": True}, 404),
    ],
)
def test_what_is_refused(change: dict[str, Any], status: int) -> None:
    """FC-04, FC-21. Mutant: any one of these rules removed."""
    play = Playbook()
    play >> subscribe("a", **change)
    (refused,) = play.left
    assert isinstance(refused, Refused)
    assert (refused.status, bool(refused.reason)) == (status, True)
    assert not play.hub.subscriptions()


def test_only_readable_events_are_granted() -> None:
    """FC-04, FC-08. Mutant: grants what was asked."""
    play = Playbook()
    scopes = fhircast_scopes(["fhircast/patient-open.READ", "fhircast/Patient-close.read"])
    play.joins(subscribe("a", scopes=scopes))
    assert play.frames("a")[0]["hub.events"] == "Patient-close"
    scopes = fhircast_scopes(["fhircast/patient-open.read", "fhircast/SyncError.*"])
    play.joins(subscribe("b", scopes=scopes))
    assert play.frames("b")[0]["hub.events"] == "Patient-open,SyncError"


def test_an_unsupported_event_beside_a_supported_one_is_left_out() -> None:
    """FC-08. Mutant: whole call refused, or unsupported event confirmed."""
    play = Playbook()
    play.joins(subscribe("a", events=("ServiceRequest-open", "Patient-open")))
    assert play.frames("a")[0]["hub.events"] == "Patient-open"


@pytest.mark.parametrize(
    ("asked", "token_seconds", "granted"),
    [(7200, 60, 60), (None, 60.9, 60), (30, 60, 30), (None, 100_000, 7200), (999_999, 999_999, 7200)],
)
def test_lease_is_at_most_the_life_of_the_token(
    asked: int | None, token_seconds: float, granted: int
) -> None:
    """FC-09. Mutant: lease as asked for."""
    play = Playbook()
    play.joins(subscribe("a", lease=asked, token_seconds=token_seconds))
    assert play.frames("a")[0]["hub.lease_seconds"] == granted


def test_lease_ends_with_denial_and_close() -> None:
    """FC-09. Mutant: lease never ends; ends a second early."""
    play = Playbook().joins(subscribe("a", lease=60))
    play.later(59.9).end()
    play.later(0.1) << Mode("a", "denied") << CloseChannel("a", NORMAL_CLOSURE)
    assert play.end().hub.subscriptions() == ()


def test_renewal_extends_the_lease_on_the_same_channel() -> None:
    """FC-11. Mutant: renewal makes a second subscription; keeps the old lease."""
    play = Playbook().joins(subscribe("a", lease=60)).later(50)
    again = subscribe("a", lease=60, renewal=True, at=play.now)
    (play >> again << Accepted("a") << Mode("a", "subscribe")).end()
    play.later(59).end()
    play.later(1) << Mode("a", "denied") << CloseChannel("a", NORMAL_CLOSURE)


def test_modifying_replaces_the_events_and_replays_only_what_is_new() -> None:
    """FC-11, FC-10. Mutant: events are added up; the whole context is sent again."""
    play = Playbook().happens(opens_encounter("v-1", "p-1", "e1"))
    play.joins(subscribe("a", events=("Patient-open",)))
    changed = subscribe("a", events=("Encounter-open",), renewal=True)
    play >> changed << Accepted("a") << Mode("a", "subscribe") << Told("a", "Encounter-open", "e1")
    play >> opens("p-1", "e2") << Accepted()
    play.end()


def test_somebody_elses_channel_cannot_be_taken_over() -> None:
    """Mutant: renewal or unsubscribe without comparing grants."""
    play = Playbook().joins(subscribe("a"))
    play >> subscribe("a", renewal=True, grant="other")
    assert isinstance(play.left[0], Refused)
    assert play.left[0].status == 403
    play.skip() >> Unsubscribe("a", "other")
    assert isinstance(play.left[0], Refused)
    assert play.skip().hub.subscriptions()[0].grant_id == "grant-a"


def test_unsubscribe_denies_closes_and_forgets() -> None:
    """FC-13. Mutant: no denial; endpoint still usable."""
    play = Playbook().joins(subscribe("a"))
    play >> Unsubscribe("a", "grant-a") << Accepted("a") << Mode("a", "denied")
    play << CloseChannel("a", NORMAL_CLOSURE)
    play >> SocketOpened("a") << CloseChannel("a", POLICY_VIOLATION)
    play >> Unsubscribe("a", "grant-a")
    assert isinstance(play.left[0], Refused)


def test_an_endpoint_nobody_connects_to_is_forgotten() -> None:
    """FC-07, limited life. Mutant: endpoint lives as long as its lease."""
    play = Playbook()
    play >> subscribe("a") << Accepted("a")
    play.later(59.9).end()
    play.later(0.1) << CloseChannel("a", POLICY_VIOLATION)
    assert play.end().hub.subscriptions() == ()


def test_revoked_grant_loses_its_channels_and_nobody_else_does() -> None:
    """FC-12. Mutant: denies all, or only one of two channels."""
    play = Playbook().joins(subscribe("a", grant="g"), subscribe("b", grant="g"), subscribe("c"))
    play >> DenyGrant("g", Denial.ACCESS_ENDED) << Mode("a", "denied") << CloseChannel("a", POLICY_VIOLATION)
    play << Mode("b", "denied") << CloseChannel("b", POLICY_VIOLATION)
    assert [s.endpoint for s in play.end().hub.subscriptions()] == ["c"]
    assert play.frames("a")[-1]["hub.reason"] == "access has ended"
    assert play.frames("a")[-1]["hub.events"].startswith("Patient-open,")


def test_end_of_the_topic_denies_everybody() -> None:
    play = Playbook().joins(subscribe("a"), subscribe("b"))
    play >> EndTopic(Denial.TAB_ENDED) << Mode("a", "denied") << CloseChannel("a", POLICY_VIOLATION)
    (play << Mode("b", "denied") << CloseChannel("b", POLICY_VIOLATION)).end()


def test_a_channel_is_confirmed_once() -> None:
    play = Playbook().joins(subscribe("a"))
    (play >> SocketOpened("a")).end()


def test_number_of_subscriptions_is_limited() -> None:
    play = Playbook(Hub(TOPIC, HubLimits(subscriptions_per_topic=1))).joins(subscribe("a"))
    play >> subscribe("b")
    assert isinstance(play.left[0], Refused)
    assert play.left[0].status == 429
    play.skip() >> subscribe("a", renewal=True) << Accepted("a") << Mode("a", "subscribe")


def test_facts_tell_when_a_grant_has_its_first_and_loses_its_last_channel() -> None:
    """Mutant: a second channel of the grant reports the socket anew, or its end as the end of all."""
    play = Playbook(ignore=()).joins(subscribe("a", grant="g"), subscribe("b", grant="g"))
    play.happens(SocketClosed("a", normal=True), SocketClosed("b", normal=True))
    assert [e for e in play.seen if isinstance(e, NoteSocket)] == [
        NoteSocket("g", True),
        NoteSocket("g", False),
    ]


def test_deadline_is_the_next_moment_at_which_time_matters() -> None:
    """Mutant: a timer forgotten (lease, connecting, answer)."""
    play = Playbook()
    start = play.now
    assert play.hub.next_deadline() is None
    play >> subscribe("a", lease=600) << Accepted("a")
    assert play.hub.next_deadline() == start + timedelta(seconds=60)
    play.happens(SocketOpened("a"))
    assert play.hub.next_deadline() == start + timedelta(seconds=600)
    play.happens(opens("p-1", "e1"))
    assert play.hub.next_deadline() == start + timedelta(seconds=10)
    play.happens(answers("a", "e1"))
    assert play.hub.next_deadline() == start + timedelta(seconds=600)
    play.happens(Lock())
    assert play.hub.next_deadline() is None
