"""A locked session: silence, and time that stands still (DESIGN section 5)."""

from __future__ import annotations

from datetime import timedelta

from context.denials import Denial
from context.effects import CloseChannel, ContextChanged, Refused
from context.hub import NORMAL_CLOSURE, POLICY_VIOLATION
from context.inputs import DenyGrant, Lock, SocketClosed, SocketOpened, Unlock
from tests.context.playbook import (
    Mode,
    Playbook,
    Told,
    answers,
    closes,
    follower,
    opens,
    shell,
    subscribe,
)


def test_posts_and_subscribes_are_refused_while_locked() -> None:
    """Mutant: a post gets through and waits."""
    play = Playbook().joins(subscribe("a")).happens(Lock())
    for call in (opens("p-1", "e1"), subscribe("b"), subscribe("a", renewal=True)):
        play >> call
        refused = play.left[0]
        assert isinstance(refused, Refused)
        assert refused.status == 503
        play.skip()
    assert play.hub.context.patient is None


def test_locked_channels_are_silent_and_get_the_context_at_unlock() -> None:
    """Mutant: SyncError or replay leaks through; nothing comes at unlock."""
    play = Playbook().happens(opens("p-1", "e1")).joins(subscribe("a"), subscribe("b"))
    play.happens(answers("a", "e1"), answers("b", "e1"))
    play >> subscribe("late")
    play.skip()
    (play >> Lock()).end()
    (play >> SocketClosed("b", normal=False)).end()
    (play >> SocketOpened("late")).end()
    play.later(3600).end()
    play >> Unlock() << Told("a", "SyncError") << Mode("late", "subscribe")
    (play << Told("a", "Patient-open", "e1") << Told("late", "Patient-open", "e1")).end()


def test_lease_and_answering_time_stand_still() -> None:
    """Mutant: a lease or an answer falls due at unlock."""
    play = Playbook().joins(subscribe("a", lease=60)).happens(opens("p-1", "e1"))
    play.later(5).end()
    play.happens(Lock())
    play.later(3600).end()
    play.happens(Unlock(), answers("a", "e1"))
    play.later(54).end()
    play.later(1) << Mode("a", "denied") << CloseChannel("a", NORMAL_CLOSURE)


def test_revocation_is_not_held_back_by_a_lock() -> None:
    """Mutant: a revoked app keeps its socket until unlock."""
    play = Playbook().joins(subscribe("a")).happens(Lock())
    (
        play
        >> DenyGrant("grant-a", Denial.ACCESS_ENDED)
        << Mode("a", "denied")
        << CloseChannel("a", POLICY_VIOLATION)
    ).end()


def test_a_change_held_for_the_shell_stays_held() -> None:
    """Mutant: the lock's hour counts as the shell's 250 ms; a held close is lost or overtaken by the replay."""
    play = Playbook().joins(shell(), follower()).happens(opens("p-1", "e1"), Lock())
    play.later(3600).end()
    (play >> Unlock() << Told("shell", "Patient-open", "e1")).end()
    assert play.hub.next_deadline() == play.now + timedelta(milliseconds=250)
    (play >> answers("shell", "e1") << Told("app", "Patient-open", "e1")).end()
    play.happens(answers("app", "e1"), closes("p-1", "e2"), Lock(), answers("shell", "e2"))
    assert play.frames("app")[-1]["id"] == "e1"
    (play >> Unlock() << Told("app", "Patient-close", "e2")).end()


def test_a_close_that_waits_for_its_answer_and_an_address_that_waits_for_its_socket_stand_still_too() -> None:
    """Mutant: only what is replayed at unlock gets new time."""
    play = (
        Playbook().joins(subscribe("a")).happens(opens("p-1", "e1"), answers("a", "e1"), closes("p-1", "e2"))
    )
    play.happens(subscribe("late"))
    play.later(5).end()
    play.happens(Lock())
    play.later(3600).end()
    (play >> Unlock()).end()
    play.later(4.9).end()
    play.later(0.1) << Mode("a", "denied") << CloseChannel("a", POLICY_VIOLATION)
    play.end().later(49.9).end()
    (play.later(0.1) << CloseChannel("late", POLICY_VIOLATION)).end()


def test_a_lease_confirmed_during_the_lock_is_whole() -> None:
    """Mutant: the locked hour is taken off the number that the subscriber is told."""
    play = Playbook().happens(subscribe("a", lease=600), subscribe("b"), Lock())
    play.later(3600).end()
    play.happens(SocketOpened("a"), SocketOpened("b"), SocketClosed("b", normal=True))
    (play >> Unlock() << Mode("a", "subscribe")).end()
    assert play.frames("a")[0]["hub.lease_seconds"] == 600


def test_what_is_sent_once_more_is_no_new_fact_and_goes_to_the_shell_first() -> None:
    """S3. Mutant: every pane looks as if it had to follow anew after each lock."""
    play = Playbook(ignore=(ContextChanged,)).joins(subscribe("a"), shell())
    play.happens(opens("p-1", "e1"), answers("shell", "e1"), answers("a", "e1"), Lock())
    play >> Unlock() << Told("shell", "Patient-open", "e1") << Told("a", "Patient-open", "e1")
    play.end()


def test_locking_twice_and_unlocking_twice_is_once() -> None:
    """Mutant: the second lock starts the clock anew, the second unlock replays again."""
    play = Playbook().joins(subscribe("a", lease=60)).happens(opens("p-1", "e1"), answers("a", "e1"), Lock())
    play.later(100).end()
    play.happens(Lock())
    play.later(100).end()
    play.happens(Unlock(), answers("a", "e1"))
    (play >> Unlock()).end()
    play.later(59).end()
    play.later(1) << Mode("a", "denied") << CloseChannel("a", NORMAL_CLOSURE)
