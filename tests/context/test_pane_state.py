"""S3, table by table: which facts bring a pane into which state."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from context.pane_state import (
    Answered,
    Asked,
    Closed,
    ContextReceived,
    Crashed,
    EffectivePatient,
    Kind,
    Launched,
    Painted,
    PaneInput,
    PaneState,
    PaneView,
    Pinned,
    ReadSeen,
    Reason,
    Released,
    Replied,
    SocketBack,
    SocketLost,
    State,
    TimePassed,
    TokenEncounter,
)

C, F, P, O, X = State.CHANGING, State.FOLLOWING, State.PINNED, State.OUT_OF_SYNC, State.CLOSED  # noqa: E741
A = State.ASKING
UP_R: list[PaneInput] = [Launched("p-1"), Painted()]
UP_F: list[PaneInput] = [Launched("p-1"), ReadSeen("p-1"), Painted()]
TO_2 = ContextReceived("e2", "p-2")
NONE = ContextReceived("e9", None)
NOBODY = EffectivePatient(None)
MOVED = EffectivePatient("p-2")


def run(kind: Kind, facts: list[PaneInput], now: float = 0.0) -> PaneView:
    pane = PaneState(kind)
    for fact in facts:
        pane.handle(fact, now)
    return pane.view


RELAUNCH: list[tuple[str, list[PaneInput], State]] = [
    ("opened: behind a curtain until painted", [Launched("p-1")], C),
    ("relaunched and painted", UP_R, F),
    ("a new patient: behind the curtain at once", [*UP_R, TO_2], C),
    ("the old page paints on: still behind it", [*UP_R, TO_2, Painted()], C),
    ("relaunched, not painted", [*UP_R, TO_2, Launched("p-2")], C),
    ("relaunched for the new patient and painted", [*UP_R, TO_2, Launched("p-2"), Painted()], F),
    ("launched before the event was heard of", [*UP_R, Launched("p-2"), TO_2, Painted()], F),
    ("launched for a patient who is no longer current", [*UP_R, TO_2, Launched("p-1"), Painted()], C),
    ("same patient again: undisturbed", [*UP_R, ContextReceived("e2", "p-1")], F),
    ("unsaved work: pinned at once", [*UP_R, ContextReceived("e2", "p-2", unsaved=True)], P),
    ("unsaved work of a page on its way out", [*UP_R, TO_2, ContextReceived("e3", "p-3", unsaved=True)], C),
    ("patient closed: closed", [*UP_R, NONE], X),
    ("patient closed while changing: closed", [*UP_R, TO_2, NONE], X),
    ("patient closed with unsaved work: pinned", [*UP_R, ContextReceived("e9", None, unsaved=True)], P),
    ("pinned panes stay when the patient changes", [*UP_R, Pinned(), TO_2], P),
    ("pinned panes stay when the patient is closed", [*UP_R, Pinned(), NONE], P),
    ("released: changing until relaunched", [*UP_R, Pinned(), TO_2, Released()], C),
    ("released and relaunched", [*UP_R, Pinned(), TO_2, Released(), Launched("p-2"), Painted()], F),
    ("crash", [*UP_R, Crashed()], O),
    ("a crashed page cannot be pinned", [*UP_R, Crashed(), Pinned()], O),
    ("a pinned page that crashes is not usable", [*UP_R, Pinned(), Crashed()], O),
    ("a page on its way out cannot be pinned", [*UP_R, TO_2, Pinned()], C),
    ("other encounter of the same patient", [Launched("p-1", "v-1"), Painted(), ContextReceived("e2", "p-1", "v-2")], C),
    ("same encounter of the same patient", [Launched("p-1", "v-1"), Painted(), ContextReceived("e2", "p-1", "v-1")], F),
    ("a token without encounter is not relaunched for one", [*UP_R, ContextReceived("e2", "p-1", "v-2")], F),
    ("other encounter than the token's", [*UP_R, TokenEncounter("v-1"), ContextReceived("e2", "p-1", "v-2")], C),
    ("the token's encounter", [*UP_R, TokenEncounter("v-1"), ContextReceived("e2", "p-1", "v-1")], F),
    ("the token's encounter, not the one it was launched in",
     [Launched("p-1", "v-1"), TokenEncounter("v-2"), Painted(), ContextReceived("e2", "p-1", "v-2")], F),
    ("encounter of another patient is a change of patient", [*UP_R, ContextReceived("e2", "p-2", "v-2")], C),
    ("a lost socket is nothing to it", [*UP_R, SocketLost()], F),
    ("acknowledgements are nothing to it", [*UP_R, TO_2, MOVED, Answered("e2", 200), ReadSeen("p-2"), Painted()], C),
    ("closed stays closed", [*UP_R, Closed(), Launched("p-1"), Painted()], X),
]  # fmt: skip

AGAIN: list[PaneInput] = [Launched("p-2"), ReadSeen("p-2"), Painted()]
E1 = ContextReceived("e1", "p-1")
OK_2: list[PaneInput] = [Answered("e2", 200), MOVED, ReadSeen("p-2"), Painted()]
FOLLOWED: list[PaneInput] = [*UP_F, TO_2, *OK_2]
FHIRCAST: list[tuple[str, list[PaneInput], State]] = [
    ("launched, painted, but nothing read yet", [Launched("p-1"), Painted()], C),
    ("launched, read, not painted since", [Launched("p-1"), Painted(), ReadSeen("p-1")], C),
    ("launched, read and painted", UP_F, F),
    ("a new patient: behind the curtain at once", [*UP_F, TO_2], C),
    ("answered, read, painted", FOLLOWED, F),
    ("answered, read, not painted since", FOLLOWED[:-1], C),
    ("answered and painted, nothing read", [*UP_F, TO_2, Answered("e2", 200), MOVED, Painted()], C),
    ("read about the old patient only", [*UP_F, TO_2, Answered("e2", 200), ReadSeen("p-1"), Painted()], C),
    ("read before any answer does not count", [*UP_F, TO_2, MOVED, ReadSeen("p-2"), Answered("e2", 200), Painted()], C),
    ("the fence has not moved", [*UP_F, TO_2, Answered("e2", 200), ReadSeen("p-2"), Painted()], C),
    ("202 alone is not following", [*UP_F, TO_2, Answered("e2", 202), MOVED, ReadSeen("p-2"), Painted()], C),
    ("201 is not following", [*UP_F, TO_2, Answered("e2", 201), MOVED, ReadSeen("p-2"), Painted()], C),
    ("202, then 200", [*UP_F, TO_2, Answered("e2", 202), MOVED, ReadSeen("p-2"), Painted(), Answered("e2", 200)], F),
    ("answer to another event", [*UP_F, TO_2, Answered("e1", 200), MOVED, ReadSeen("p-2"), Painted()], C),
    ("answer heard of before the event", [*UP_F, Answered("e2", 200), MOVED, TO_2, ReadSeen("p-2"), Painted()], F),
    ("refused: out of sync", [*UP_F, TO_2, Answered("e2", 409)], O),
    ("failed: out of sync", [*UP_F, TO_2, Answered("e2", 500)], O),
    ("202, then refused", [*UP_F, TO_2, Answered("e2", 202), Answered("e2", 409)], O),
    ("refused, then the next patient: a new chance", [*UP_F, TO_2, Answered("e2", 409), ContextReceived("e3", "p-3")], C),
    ("same patient again: undisturbed", [*FOLLOWED, ContextReceived("e3", "p-2")], F),
    ("an event about the same patient that this app does not hear", [*UP_F, TO_2, ContextReceived("e3", "p-2"), *OK_2], F),
    ("an answer about the patient before does not count", [*UP_F, TO_2, ContextReceived("e3", "p-3"), *OK_2], C),
    ("refused, then the same patient again: the new event counts",
     [*UP_F, TO_2, Answered("e2", 409), ContextReceived("e3", "p-2"), *OK_2], C),
    ("socket back: any event about the patient counts",
     [*UP_F, E1, ContextReceived("e3", "p-1"), SocketLost(), SocketBack(), Answered("e1", 200)], F),
    ("unsaved work is its own matter", [*UP_F, ContextReceived("e2", "p-2", unsaved=True)], C),
    ("refused, then launched: what the old page answered is past", [*UP_F, TO_2, Answered("e2", 409), *AGAIN], F),
    ("what the old page followed is not followed by the new", [*UP_F, E1, Answered("e1", 200), Launched("p-1"), Painted()], C),
    ("the new page refuses", [*UP_F, TO_2, Launched("p-2"), Answered("e2", 409), ReadSeen("p-2"), Painted()], O),
    ("patient closed: changing", [*UP_F, NONE], C),
    ("patient closed and answered: still nobody to follow", [*UP_F, NONE, Answered("e9", 200), NOBODY, Painted()], C),
    ("its fence moved before the event was heard of", [*UP_F, MOVED], C),
    ("lost socket", [*UP_F, SocketLost()], O),
    ("lost socket, new patient: still out of sync", [*UP_F, SocketLost(), TO_2], O),
    ("socket back: curtain until the 200", [*UP_F, E1, SocketLost(), SocketBack()], C),
    ("socket back and answered: shows what it showed", [*UP_F, E1, SocketLost(), SocketBack(), Answered("e1", 200)], F),
    ("a new page has shown nothing yet", [*UP_F, E1, Launched("p-1"), SocketLost(), SocketBack(), Answered("e1", 200)], C),
    ("an answer from before the loss does not count", [*UP_F, E1, Answered("e1", 200), SocketLost(), SocketBack()], C),
    ("back on another patient: must read", [*UP_F, SocketLost(), TO_2, SocketBack(), Answered("e2", 200), MOVED, Painted()], C),
    ("pinned keeps its patient, socket or not", [*UP_F, Pinned(), SocketLost(), TO_2], P),
    ("a fence that moved before the pin froze it", [*UP_F, Pinned(), MOVED], O),
    ("a refusing follower may be pinned", [*UP_F, TO_2, Answered("e2", 409), Pinned()], P),
    ("a follower that never showed anybody may not", [Launched("p-1"), Pinned()], C),
    ("released: needs its launch", [*UP_F, Pinned(), TO_2, Released(), *OK_2], C),
    ("crash, then its server comes back: needs its launch",
     [*UP_F, E1, Crashed(), SocketLost(), SocketBack(), Answered("e1", 200)], O),
    ("crash, then a new patient: needs its launch", [*UP_F, Crashed(), TO_2, *OK_2], O),
]  # fmt: skip

PIN: list[tuple[str, list[PaneInput], State]] = [
    ("launched and painted", UP_R, F),
    ("another patient: pinned", [*UP_R, TO_2], P),
    ("nobody: pinned", [*UP_R, NONE], P),
    ("another patient before its first paint: pinned when painted", [Launched("p-1"), TO_2, Painted()], P),
    ("another patient before its first paint: curtain", [Launched("p-1"), TO_2], C),
]


QUESTION: list[PaneInput] = [Launched("p-1"), E1, Asked()]
ASKING: list[tuple[str, list[PaneInput], State]] = [
    ("asked on the way to the patient", QUESTION, A),
    ("a question that paints is no app", [*QUESTION, ReadSeen("p-1"), Painted()], A),
    ("replied: behind the curtain", [*QUESTION, Replied()], C),
    ("what the question painted does not count", [*QUESTION, Painted(), Replied()], C),
    ("replied, read and painted", [*QUESTION, Replied(), ReadSeen("p-1"), Painted()], F),
    ("asked twice", [*QUESTION, Replied(), Asked()], A),
    ("let in while it asks: behind the curtain", [*QUESTION, EffectivePatient("p-1")], C),
    ("let in for somebody else", [*QUESTION, EffectivePatient("p-2"), ReadSeen("p-1")], C),
    ("not let in", [*QUESTION, Replied(), Crashed()], O),
    ("a new patient ends it", [*QUESTION, TO_2], C),
    ("the old question comes back for nobody", [*QUESTION, TO_2, Asked()], C),
    ("asked for a patient who is no longer current", [Launched("p-1"), E1, TO_2, Asked()], C),
    ("asked anew for the new patient", [*QUESTION, TO_2, Launched("p-2"), Asked()], A),
    ("the same patient again: undisturbed", [*QUESTION, ContextReceived("e2", "p-1")], A),
    ("another encounter ends it", [Launched("p-1", "v-1"), E1, Asked(), ContextReceived("e2", "p-1", "v-2")], C),
    ("unsaved work is nothing to a question", [*QUESTION, ContextReceived("e2", "p-2", unsaved=True)], C),
    ("patient closed: closed", [*QUESTION, NONE], X),
    ("it cannot be pinned", [*QUESTION, Pinned()], A),
    ("an app in use does not become a question", [*UP_F, Asked()], F),
    ("nor does one that has crashed", [Launched("p-1"), Crashed(), Asked()], O),
    ("closed", [*QUESTION, Closed()], X),
]  # fmt: skip


@pytest.mark.parametrize("kind", ["relaunch", "fhircast", "pin"])
@pytest.mark.parametrize(("facts", "state"), [pytest.param(f, s, id=name) for name, f, s in ASKING])
def test_asking(kind: Kind, facts: list[PaneInput], state: State) -> None:
    assert run(kind, facts).state is state


@pytest.mark.parametrize("kind", ["relaunch", "fhircast", "pin"])
def test_a_change_while_it_asks_always_launches_anew(kind: Kind) -> None:
    """Mutants: a follower without a grant waits for an answer of its own; the next change forgets the launch."""
    assert run(kind, [*QUESTION, TO_2]).relaunch
    assert run(kind, [*QUESTION, TO_2, ContextReceived("e3", "p-3")]).relaunch
    assert not run(kind, [*QUESTION, TO_2, Launched("p-2"), Asked()]).relaunch


def test_the_clock_stands_still_while_it_asks() -> None:
    """Mutants: the launch's deadline stays; none comes back after the reply."""
    pane = PaneState("relaunch")
    for fact in QUESTION:
        pane.handle(fact, 0)
    assert pane.view.deadline is None
    assert pane.handle(TimePassed(), 600).state is A
    assert pane.handle(Replied(), 600).deadline == 610
    assert pane.handle(TimePassed(), 610).reason is Reason.NO_ANSWER
    assert pane.handle(Asked(), 611).state is A, "a question that comes late is asked all the same"


@pytest.mark.parametrize(("facts", "state"), [pytest.param(f, s, id=name) for name, f, s in RELAUNCH])
def test_relaunch(facts: list[PaneInput], state: State) -> None:
    assert run("relaunch", facts).state is state


@pytest.mark.parametrize(("facts", "state"), [pytest.param(f, s, id=name) for name, f, s in FHIRCAST])
def test_fhircast(facts: list[PaneInput], state: State) -> None:
    assert run("fhircast", facts).state is state


@pytest.mark.parametrize(("facts", "state"), [pytest.param(f, s, id=name) for name, f, s in PIN])
def test_pin(facts: list[PaneInput], state: State) -> None:
    assert run("pin", facts).state is state


@pytest.mark.parametrize(
    ("kind", "facts", "reason"),
    [
        ("relaunch", [*UP_R, Crashed()], Reason.CRASHED),
        ("fhircast", [*UP_F, SocketLost()], Reason.SOCKET_LOST),
        ("fhircast", [*UP_F, TO_2, Answered("e2", 409)], Reason.REFUSED),
        ("fhircast", [*UP_F, TO_2, Answered("e2", 409), ContextReceived("e3", "p-3")], None),
        ("fhircast", UP_F, None),
        ("fhircast", [*UP_F, Crashed(), SocketLost()], Reason.CRASHED),
    ],
)
def test_the_curtain_names_the_reason(kind: Kind, facts: list[PaneInput], reason: Reason | None) -> None:
    assert run(kind, facts).reason is reason


@pytest.mark.parametrize("kind", ["relaunch", "fhircast"])
def test_no_good_answer_in_ten_seconds(kind: Kind) -> None:
    """Mutant: no deadline; deadline from the launch instead of the change; early timer believed."""
    pane = PaneState(kind)
    for fact in UP_F:
        pane.handle(fact, 0)
    assert pane.handle(TO_2, 100).deadline == 110
    assert pane.handle(TimePassed(), 109.9).state is C
    view = pane.handle(TimePassed(), 110)
    assert (view.state, view.reason, view.deadline) == (O, Reason.NO_ANSWER, None)


def test_a_late_answer_brings_a_follower_back() -> None:
    """Mutant: out of sync for good although everything arrived."""
    pane = PaneState("fhircast")
    for fact in [*UP_F, TO_2]:
        pane.handle(fact, 0)
    pane.handle(TimePassed(), 10)
    for fact in (Answered("e2", 200), MOVED, ReadSeen("p-2")):
        assert pane.handle(fact, 11).state is O
    assert pane.handle(Painted(), 12).state is F


def test_a_late_paint_of_the_old_page_brings_nothing_back() -> None:
    """Mutant: a relaunch pane that was never relaunched is believed because it paints."""
    for change in (TO_2, ContextReceived("e2", "p-1", "v-2")):
        pane = PaneState("relaunch")
        for fact in (Launched("p-1", "v-1"), Painted(), change):
            pane.handle(fact, 0)
        pane.handle(TimePassed(), 10)
        assert pane.handle(Painted(), 11).state is O


def test_only_a_pane_that_needs_it_asks_for_a_relaunch() -> None:
    assert run("relaunch", [*UP_R, TO_2]).relaunch
    assert not run("relaunch", [*UP_R, TO_2, Launched("p-2")]).relaunch
    assert run("relaunch", [*UP_R, TO_2, ContextReceived("e3", "p-3"), Launched("p-2")]).relaunch
    assert not run("fhircast", [*UP_F, TO_2]).relaunch
    assert run("fhircast", [*UP_F, Pinned(), TO_2, Released()]).relaunch
    assert not run("relaunch", [*UP_R, TO_2, Crashed()]).relaunch


@pytest.mark.parametrize(
    ("kind", "facts", "event", "leaves"),
    [
        ("relaunch", UP_R, TO_2, True),
        ("relaunch", UP_R, NONE, True),
        ("relaunch", UP_R, ContextReceived("e2", "p-1"), False),
        ("relaunch", [*UP_R, TokenEncounter("v-1")], ContextReceived("e2", "p-1", "v-2"), True),
        ("relaunch", [*UP_R, Pinned()], TO_2, False),
        ("relaunch", [*UP_R, TO_2], ContextReceived("e3", "p-3"), False),
        ("fhircast", UP_F, TO_2, False),
        ("pin", UP_R, TO_2, False),
    ],
)
def test_which_event_takes_a_page_away(
    kind: Kind, facts: list[PaneInput], event: ContextReceived, leaves: bool
) -> None:
    """Mutant: nobody is asked for unsaved work; everybody is, also who stays."""
    pane = PaneState(kind)
    for fact in facts:
        pane.handle(fact, 0)
    assert pane.would_leave(event) is leaves
    after = pane.handle(ContextReceived(event.event_id, event.patient, event.encounter, unsaved=True), 1)
    assert not leaves or after.state is P


def test_header_names_the_panes_own_patient() -> None:
    """S2. Mutant: header follows the shared context."""
    view = run("fhircast", [*UP_F, TO_2])
    assert (view.patient, view.current) == ("p-1", "p-2")
    assert PaneState("fhircast").view.patient is None
    assert run("fhircast", FOLLOWED).patient == "p-2"


INPUTS = st.sampled_from(
    [
        *(Launched(p, v) for p in ("p-1", "p-2") for v in (None, "v-1")),
        *(ContextReceived(e, p, v, u) for e, p in (("e1", "p-1"), ("e2", "p-2"), ("e3", None))
          for v in (None, "v-2") for u in (True, False)),
        *(TokenEncounter(v) for v in (None, "v-1", "v-2")),
        *(Answered(e, s) for e in ("e1", "e2") for s in (200, 202, 409)),
        *(EffectivePatient(p) for p in ("p-1", "p-2", None)),
        *(ReadSeen(p) for p in ("p-1", "p-2")),
        Painted(), Asked(), Replied(), Pinned(), Released(), Crashed(), SocketLost(), SocketBack(), TimePassed(), Closed(),
    ]
)  # fmt: skip


@given(kind=st.sampled_from(["relaunch", "fhircast", "pin"]), facts=st.lists(INPUTS, max_size=30))
def test_no_usable_pane_has_another_patient_without_the_mark(kind: Kind, facts: list[PaneInput]) -> None:
    """S3, its core. Mutant: any path to *following* that forgets to compare patients."""
    pane = PaneState(kind)
    for moment, fact in enumerate(facts):
        before = pane.view.state
        view = pane.handle(fact, float(moment))
        assert not view.usable or view.marked or view.patient == view.current, (fact, view)
        assert view.state is not A or (view.patient == view.current is not None and not view.usable)
        assert before is not X or view.state is X
        assert (view.reason is None) == (view.state is not O)
        assert view.deadline is None or view.state is C


@pytest.mark.parametrize("kind", ["relaunch", "pin", "fhircast"])
def test_a_pin_confirmed_late_does_not_hold_the_former_page(kind: Kind) -> None:
    """S2: what stands there is not the page that was launched last. Mutant: whoever is out of sync may be pinned."""
    pane = PaneState(kind)
    for fact in (*UP_F, Launched("p-2")):
        pane.handle(fact, 0)
    assert pane.handle(TimePassed(), 11).state is O
    assert pane.handle(Pinned(), 11).state is O
