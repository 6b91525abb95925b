"""The shell first, and the fences of followers (DESIGN section 4: context change, two ways to follow)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from context.denials import Denial
from context.effects import Accepted, CloseChannel, MoveFence
from context.hub import Hub
from context.inputs import DenyGrant, SocketClosed, SocketOpened
from tests.context.playbook import (
    PATIENT_EVENTS,
    START,
    Mode,
    Playbook,
    Told,
    answers,
    closes,
    closes_encounter,
    follower,
    opens,
    opens_encounter,
    shell,
    subscribe,
)


def together() -> Playbook:
    return Playbook().joins(shell(), follower())


def following(patient: str = "p-1") -> Playbook:
    """Shell and follower, both on ``patient``."""
    play = together().happens(opens(patient, "e1"), answers("shell", "e1"), answers("app", "e1"))
    assert play.fences() == [("grant-app", patient)]
    play.seen.clear()
    return play


def test_shell_first_then_the_others_then_the_fence() -> None:
    """Mutant: everybody at once; fence at the shell's answer."""
    play = together()
    (play >> opens("p-1", "e1") << Accepted() << Told("shell", "Patient-open", "e1")).end()
    (play >> answers("shell", "e1") << Told("app", "Patient-open", "e1")).end()
    (play >> answers("app", "e1") << MoveFence("grant-app", "p-1")).end()


@pytest.mark.parametrize("status", [202, 409, 500])
def test_any_answer_of_the_shell_lets_the_others_hear(status: int) -> None:
    play = Playbook().joins(shell(), follower(events=PATIENT_EVENTS)).happens(opens("p-1", "e1"))
    (play >> answers("shell", "e1", status) << Told("app", "Patient-open", "e1")).end()


def test_the_others_hear_when_the_shells_socket_is_gone() -> None:
    """Mutant: waits for the time although nobody is there."""
    play = Playbook().joins(shell(), follower(events=PATIENT_EVENTS)).happens(opens("p-1", "e1"))
    (play >> SocketClosed("shell", normal=True) << Told("app", "Patient-open", "e1")).end()


def test_no_fence_moves_while_the_shell_is_away_and_all_when_it_is_back() -> None:
    """S3: without its channel it shows the former patient, and no curtain. Mutant: who is gone has nothing to answer."""
    play = Playbook().joins(shell(), follower(events=PATIENT_EVENTS)).happens(opens("p-1", "e1"))
    play.happens(SocketClosed("shell", normal=False), answers("app", "e1"))
    assert play.fences() == []
    play.joins(shell("shell-2"))
    assert play.fences() == []
    (play >> answers("shell-2", "e1") << MoveFence("grant-app", "p-1")).end()


def test_a_killed_hub_waits_for_the_shell_too() -> None:
    """S8. Mutant: the next hub has never heard of a shell."""
    before = Playbook().joins(shell()).happens(opens("p-1", "e1"))
    play = Playbook(Hub.restore(before.hub.snapshot())).joins(follower(events=PATIENT_EVENTS))
    play.happens(answers("app", "e1"))
    assert play.fences() == []
    play.joins(shell()).happens(answers("shell", "e1"))
    assert play.fences() == [("grant-app", "p-1")]


def test_a_topic_that_never_had_a_shell_waits_for_none() -> None:
    play = Playbook().joins(follower(events=PATIENT_EVENTS)).happens(opens("p-1", "e1"), answers("app", "e1"))
    assert play.fences() == [("grant-app", "p-1")]


def test_the_others_hear_after_250_ms_but_no_fence_moves_before_the_shells_answer() -> None:
    """Mutant: waits for ever; fence moves with the time."""
    play = together().happens(opens("p-1", "e1"))
    assert play.hub.next_deadline() == START + timedelta(milliseconds=250)
    play.later(0.249).end()
    (play.later(0.001) << Told("app", "Patient-open", "e1")).end()
    (play >> answers("app", "e1")).end()
    (play >> answers("shell", "e1") << MoveFence("grant-app", "p-1")).end()


def test_a_silent_shell_holds_the_fence_also_when_it_is_gone() -> None:
    play = Playbook().joins(shell(), follower(events=PATIENT_EVENTS)).happens(opens("p-1", "e1"))
    play.later(0.25).skip().happens(answers("app", "e1"))
    assert play.fences() == []
    (play.later(9.75) << Mode("shell", "denied") << CloseChannel("shell", 1008)).end()
    assert play.fences() == []


def test_a_shell_that_refuses_holds_the_fence() -> None:
    """Mutant: any answer of the shell counts as painted curtains."""
    play = together().happens(opens("p-1", "e1"), answers("shell", "e1", 409), answers("app", "e1"))
    assert play.fences() == []


def test_what_comes_after_a_held_change_waits_behind_it() -> None:
    """Order is arrival. Mutant: an encounter, a close or a stale open overtakes the patient."""
    play = together().happens(
        opens("p-1", "e1"),
        opens_encounter("v-1", "p-1", "e2"),
        opens("p-9", "e3", START - timedelta(hours=1)),
    )
    assert [f["id"] for f in play.frames("shell") if "event" in f] == ["e1", "e2", "e3"]
    play >> answers("shell", "e1") << Told("app", "Patient-open", "e1") << Told("app", "Encounter-open", "e2")
    (play << Told("app", "Patient-open", "e3")).end()


def test_two_changes_in_a_row_each_wait_for_the_shell() -> None:
    play = together().happens(opens("p-1", "e1"), opens("p-2", "e2"))
    (play >> answers("shell", "e2")).end()
    play >> answers("shell", "e1") << Told("app", "Patient-open", "e1") << Told("app", "Patient-open", "e2")
    (play >> answers("app", "e1")).end()
    (play >> answers("app", "e2") << MoveFence("grant-app", "p-2")).end()


def test_same_patient_again_waits_for_nobody() -> None:
    """Only a change of patient is held. Mutant: everything is."""
    play = following()
    play >> opens_encounter("v-1", "p-1", "e2") << Accepted() << Told("shell", "Encounter-open", "e2")
    (play << Told("app", "Encounter-open", "e2")).end()


def test_who_joins_while_a_change_is_held_hears_it_after_the_shell() -> None:
    """Mutant: a late joiner overtakes the shell's curtains."""
    play = together().happens(opens("p-1", "e1"))
    play.joins(follower("late"))
    assert [f for f in play.frames("late") if "event" in f] == []
    play >> answers("shell", "e1") << Told("app", "Patient-open", "e1") << Told("late", "Patient-open", "e1")
    play.end()


@pytest.mark.parametrize("status", [200, 202])
def test_200_and_202_move_the_fence(status: int) -> None:
    play = together().happens(opens("p-1", "e1"), answers("shell", "e1"))
    (play >> answers("app", "e1", status) << MoveFence("grant-app", "p-1")).end()
    (play >> answers("app", "e1", 200)).end()


@pytest.mark.parametrize("status", [201, 204, 409, 500])
def test_other_answers_do_not(status: int) -> None:
    """Mutant: any 2xx, or any answer at all."""
    play = together().happens(opens("p-1", "e1"), answers("shell", "e1"), answers("app", "e1", status))
    assert play.fences() == []


def test_all_live_subscriptions_of_the_grant_must_have_answered() -> None:
    """Mutant: the first answer is enough; one that hears nothing of patients is waited for."""
    play = Playbook().joins(
        follower("a", grant="g"), follower("b", grant="g"), follower("c", grant="g", events=("SyncError",))
    )
    (play.happens(opens("p-1", "e1")) >> answers("a", "e1")).end()
    (play >> answers("b", "e1") << MoveFence("g", "p-1")).end()


def test_a_subscription_that_goes_away_is_no_longer_waited_for_but_the_last_one_moves_nothing() -> None:
    play = Playbook().joins(follower("a", grant="g"), follower("b", grant="g")).happens(opens("p-1", "e1"))
    play.happens(answers("a", "e1"))
    (play >> SocketClosed("b", normal=True) << MoveFence("g", "p-1")).end()
    play = Playbook().joins(follower("a")).happens(opens("p-1", "e1"))
    (play >> SocketClosed("a", normal=True)).end()


def test_an_answer_to_something_else_is_not_following() -> None:
    """Mutant: the highest answered event counts, whatever it was."""
    play = following().happens(opens_encounter("v-1", "p-1", "e2"), answers("app", "e2"))
    play.happens(opens("p-2", "e3"), answers("shell", "e3"), answers("app", "e3", 409))
    play.happens(opens_encounter("v-2", "p-2", "e4"), answers("app", "e4", 409))
    play.happens(closes_encounter("v-2", "p-2", "e6"), answers("app", "e6"))
    play.happens(opens("p-3", "e5", START - timedelta(hours=1)), answers("app", "e5"))
    assert play.fences() == []


def test_an_old_answer_does_not_move_the_fence_to_the_new_patient() -> None:
    play = together().happens(
        opens("p-1", "e1"), answers("shell", "e1"), opens("p-2", "e2"), answers("shell", "e2")
    )
    (play >> answers("app", "e1")).end()
    (play >> answers("app", "e2") << MoveFence("grant-app", "p-2")).end()


def test_a_refused_patient_sent_again_may_be_followed() -> None:
    """FC-33. Mutant: only the first event that named the patient counts."""
    play = following().happens(opens("p-2", "e2"), answers("shell", "e2"), answers("app", "e2", 409))
    play.happens(opens("p-2", "e3"), answers("shell", "e3"))
    (play >> answers("app", "e3") << MoveFence("grant-app", "p-2")).end()


def test_encounter_of_another_patient_moves_fences_by_its_derived_open_as_well() -> None:
    """FC-25. Mutant: answers to derived opens are lost."""
    play = Playbook().joins(follower("a", events=PATIENT_EVENTS), follower("b"))
    play.happens(opens_encounter("v-1", "p-1", "e1"))
    (play >> answers("a", play.frames("a")[-1]["id"]) << MoveFence("grant-a", "p-1")).end()
    (play >> answers("b", "e1") << MoveFence("grant-b", "p-1")).end()


def test_closing_empties_the_fence_once_answered() -> None:
    """S3. Mutant: emptied at once, or never."""
    play = following()
    (play >> closes("p-1", "e2") << Accepted() << Told("shell", "Patient-close", "e2")).end()
    (play >> answers("shell", "e2") << Told("app", "Patient-close", "e2")).end()
    (play >> answers("app", "e2") << MoveFence("grant-app", None)).end()


def test_a_refused_close_leaves_the_fence() -> None:
    play = following().happens(closes("p-1", "e2"), answers("shell", "e2"), answers("app", "e2", 409))
    assert play.fences() == []


def test_one_that_hears_nothing_of_closing_is_emptied_without_an_answer() -> None:
    """Mutant: a subscription to Patient-open alone keeps access to a closed patient."""
    play = Playbook().joins(shell(), follower(events=("Patient-open",)))
    play.happens(opens("p-1", "e1"), answers("shell", "e1"), answers("app", "e1"), closes("p-1", "e2"))
    (play >> answers("shell", "e2") << MoveFence("grant-app", None)).end()


def test_until_the_first_change_the_patient_of_the_launch_stays() -> None:
    """Mutant: an empty topic empties the fence."""
    assert together().fences() == []


def test_a_late_follower_is_fenced_to_the_current_patient_when_it_answers() -> None:
    play = Playbook().joins(shell()).happens(opens("p-1", "e1"), answers("shell", "e1"))
    play.joins(follower(patient="p-0"))
    assert play.fences() == []
    (play >> answers("app", "e1") << MoveFence("grant-app", "p-1")).end()


def test_a_late_follower_of_a_closed_patient_is_emptied() -> None:
    """S3. Mutant: a launch that was slower than the close keeps its patient."""
    play = Playbook().happens(opens("p-1", "e1"), closes("p-1", "e2")).joins(follower(patient="p-1"))
    assert play.fences() == [("grant-app", None)]


def test_no_fence_moves_that_stands_right_already() -> None:
    play = Playbook().happens(opens("p-1", "e1")).joins(follower(patient="p-1"))
    (play >> answers("app", "e1")).end()


def test_only_fenced_grants_are_moved() -> None:
    """Mutant: the shell, or an app that follows by relaunch, gets a fence."""
    play = Playbook().joins(shell(), subscribe("plain")).happens(opens("p-1", "e1"), answers("shell", "e1"))
    (play >> answers("plain", "e1")).end()


def test_a_pinned_grant_is_frozen() -> None:
    """FC-12. Mutant: an answer on its way moves the fence after the pin."""
    play = following().happens(opens("p-2", "e2"), answers("shell", "e2"))
    play.happens(DenyGrant("grant-app", Denial.PINNED), answers("app", "e2"))
    assert play.fences() == []


def test_a_shell_that_joins_late_holds_fences_until_it_has_answered() -> None:
    play = Playbook().joins(follower()).happens(opens("p-1", "e1")).joins(shell())
    (play >> answers("app", "e1")).end()
    (play >> answers("shell", "e1") << MoveFence("grant-app", "p-1")).end()


def test_a_shell_that_joins_while_a_change_is_held_hears_it_at_once() -> None:
    """Mutant: the second window of the shell waits for the first."""
    play = together().happens(opens("p-1", "e1"))
    play >> shell("shell-2") << Accepted("shell-2")
    (
        play
        >> SocketOpened("shell-2")
        << Mode("shell-2", "subscribe")
        << Told("shell-2", "Patient-open", "e1")
    ).end()
    (play >> answers("shell", "e1")).end()
    (play >> answers("shell-2", "e1") << Told("app", "Patient-open", "e1")).end()


def test_a_shell_that_hears_nothing_of_patients_holds_nothing() -> None:
    """Mutant: it is waited for although it can never answer."""
    play = Playbook().joins(shell(events=("SyncError",)), follower())
    (play >> opens("p-1", "e1") << Accepted() << Told("app", "Patient-open", "e1")).end()
    (play >> answers("app", "e1") << MoveFence("grant-app", "p-1")).end()


def test_after_a_restart_nothing_moves_until_shell_and_follower_have_answered() -> None:
    before = following()
    play = Playbook(Hub.restore(before.hub.snapshot())).joins(shell(), follower(patient="p-1"))
    play.happens(opens("p-2", "e2"), answers("app", "e1"))
    assert play.fences() == []
