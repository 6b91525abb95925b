"""Whatever happens, in whatever order: what a hub may never do (S3, S5, DESIGN section 4)."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from context.denials import Denial
from context.effects import CloseChannel, Effect, MoveFence, Send
from context.hub import Hub
from context.inputs import (
    DenyGrant,
    FellBehind,
    Input,
    Lock,
    Oversize,
    Post,
    SocketClosed,
    SocketOpened,
    TimerFired,
    Unlock,
    Unreadable,
)
from tests.context.playbook import (
    EVERY_EVENT,
    PATIENT_EVENTS,
    START,
    TOPIC,
    answers,
    body,
    closes,
    closes_encounter,
    event,
    follower,
    opens,
    opens_encounter,
    put,
    report_body,
    shell,
    study_body,
    subscribe,
    update_body,
)

PATIENTS = st.sampled_from(["p-1", "p-2"])
ENCOUNTERS = st.sampled_from(["v-1", "v-2"])
ENDPOINTS = st.sampled_from(["shell", "app", "app-2", "plain"])
SUBSCRIBES = {
    "shell": shell(events=EVERY_EVENT),
    "app": follower("app", grant="g", patient="p-0"),
    "app-2": follower("app-2", grant="g", patient="p-0", events=PATIENT_EVENTS),
    "plain": subscribe("plain", events=EVERY_EVENT),
}


def patient_of(context: list[dict[str, Any]]) -> str | None:
    return next((str(entry["resource"]["id"]) for entry in context if entry["key"] == "patient"), None)


class HubMachine(RuleBasedStateMachine):
    """The model is what each party could know: who is connected, which patient it was told of and has answered."""

    def __init__(self) -> None:
        super().__init__()
        self.hub = Hub(TOPIC)
        self.now = START
        self.ids = (f"new-{n}" for n in itertools.count())
        self.numbers = itertools.count()
        self.connected: set[str] = set()
        self.patient_of: dict[str, str | None] = {}
        self.answered: dict[str, str | None] = {}
        self.locked = False
        self.closed: set[str] = set()

    # what happens

    def given(self, happening: Input) -> list[Effect]:
        before = self.hub.context.patient
        effects = self.hub.handle(happening, self.now, lambda: next(self.ids))
        for effect in effects:
            self.look(effect)
        if isinstance(happening, SocketOpened) and not self.locked:
            self.look_at_late_joiner(happening.endpoint, effects, before)
        return effects

    def look(self, effect: Effect) -> None:
        if isinstance(effect, Send):
            assert effect.endpoint not in self.closed, "a frame after the close"
            if "event" in effect.message:
                assert not self.locked, "an event while locked"
                self.heard(effect)
        elif isinstance(effect, CloseChannel):
            self.closed.add(effect.endpoint)
            self.connected.discard(effect.endpoint)
        elif isinstance(effect, MoveFence):
            self.look_at_fence(effect)

    def heard(self, effect: Send) -> None:
        """Remember which patient an event says is current (stale ones carry no version)."""
        event = effect.message["event"]
        name, context = event["hub.event"], event["context"]
        assert name in SUBSCRIBES[effect.endpoint].events, "an event that was not subscribed"
        if name == "Home-open" and "context.versionId" in event:
            self.patient_of[effect.message["id"]] = None
        elif name.endswith("-open") and "context.versionId" in event:
            self.patient_of[effect.message["id"]] = patient_of(context)
        elif name == "Patient-close":
            self.patient_of[effect.message["id"]] = None

    def look_at_fence(self, effect: MoveFence) -> None:
        """No fence moves to somebody else than the current patient, nor before shell and all followers answered."""
        assert effect.grant_id == "g"
        assert effect.patient_id == self.hub.context.patient
        if effect.patient_id is not None:
            parties = {"shell", "app", "app-2"} & self.connected
            assert parties & {"app", "app-2"}, "a fence without a live follower"
            for endpoint in parties:
                assert self.answered.get(endpoint) == effect.patient_id, f"{endpoint} has not answered"

    def look_at_late_joiner(self, endpoint: str, effects: list[Effect], patient: str | None) -> None:
        """S3: a late joiner never gets an anchor of anybody but the current patient."""
        for effect in effects:
            if isinstance(effect, Send) and effect.endpoint == endpoint and "event" in effect.message:
                assert patient_of(effect.message["event"]["context"]) == patient

    # rules

    @rule(endpoint=ENDPOINTS)
    def joins(self, endpoint: str) -> None:
        if self.locked or endpoint in self.connected:
            return
        self.closed.discard(endpoint)
        self.answered.pop(endpoint, None)
        self.given(SUBSCRIBES[endpoint])
        self.connected.add(endpoint)
        self.given(SocketOpened(endpoint))

    @rule(endpoint=ENDPOINTS, normal=st.booleans())
    def leaves(self, endpoint: str, normal: bool) -> None:
        self.connected.discard(endpoint)
        self.given(SocketClosed(endpoint, normal))

    @rule(endpoint=ENDPOINTS)
    def falls_behind(self, endpoint: str) -> None:
        self.given(FellBehind(endpoint))

    @rule(endpoint=ENDPOINTS, often=st.sampled_from([1, 1, 1, 65]))
    def talks_nonsense(self, endpoint: str, often: int) -> None:
        for _ in range(often):
            self.given(Unreadable(endpoint))

    @rule(endpoint=ENDPOINTS)
    def sends_too_much(self, endpoint: str) -> None:
        self.given(Oversize(endpoint))

    @rule(patient=PATIENTS, seconds=st.sampled_from([0, 0, 0, -3600]))
    def opens_patient(self, patient: str, seconds: int) -> None:
        self.given(opens(patient, f"e{next(self.numbers)}", self.now + timedelta(seconds=seconds)))

    @rule(patient=PATIENTS)
    def closes_patient(self, patient: str) -> None:
        self.given(closes(patient, f"e{next(self.numbers)}", self.now))

    @rule(patient=PATIENTS, encounter=ENCOUNTERS)
    def opens_encounter(self, patient: str, encounter: str) -> None:
        self.given(opens_encounter(f"{encounter}-{patient}", patient, f"e{next(self.numbers)}", self.now))

    @rule(patient=PATIENTS, encounter=ENCOUNTERS)
    def closes_encounter(self, patient: str, encounter: str) -> None:
        self.given(closes_encounter(f"{encounter}-{patient}", patient, f"e{next(self.numbers)}", self.now))

    @rule(patient=PATIENTS)
    def opens_study(self, patient: str) -> None:
        self.given(
            Post(event(study_body("ImagingStudy-open", f"i-{patient}", patient, self.number(), self.now)))
        )

    @rule(patient=PATIENTS)
    def opens_report(self, patient: str) -> None:
        studies = (f"i-{patient}",)
        posted = report_body(
            "DiagnosticReport-open", f"r-{patient}", patient, self.number(), studies, self.now
        )
        self.given(Post(event(posted)))

    @rule(patient=PATIENTS)
    def closes_report(self, patient: str) -> None:
        self.given(Post(event(report_body("DiagnosticReport-close", f"r-{patient}", patient, self.number()))))

    @rule(patient=PATIENTS, value=PATIENTS, known=st.booleans())
    def updates_report(self, patient: str, value: str, known: bool) -> None:
        version = self.hub.context.version if known else "long ago"
        entry = put("Observation", "o-1", value)
        self.given(Post(event(update_body(f"r-{patient}", self.number(), version, entry))))

    @rule()
    def goes_home(self) -> None:
        self.given(Post(event(body("Home-open", self.number(), [], self.now))))

    def number(self) -> str:
        return f"e{next(self.numbers)}"

    @rule(endpoint=ENDPOINTS, status=st.sampled_from([200, 200, 202, 409]), which=st.integers(0, 3))
    def answers(self, endpoint: str, status: int, which: int) -> None:
        subscription = next((s for s in self.hub.subscriptions() if s.endpoint == endpoint), None)
        if subscription is None or not subscription.awaited:
            return
        waiting = list(subscription.awaited)
        event_id = waiting[which % len(waiting)]
        if status in (200, 202) and event_id in self.patient_of:
            self.answered[endpoint] = self.patient_of[event_id]
        self.given(answers(endpoint, event_id, status))

    @rule(endpoint=ENDPOINTS)
    def answers_everything(self, endpoint: str) -> None:
        subscription = next((s for s in self.hub.subscriptions() if s.endpoint == endpoint), None)
        for event_id in list(subscription.awaited) if subscription else []:
            if event_id in self.patient_of:
                self.answered[endpoint] = self.patient_of[event_id]
            self.given(answers(endpoint, event_id))

    @rule(seconds=st.sampled_from([0.1, 0.25, 5, 10, 8000]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.given(TimerFired())

    @rule()
    def grant_ends(self) -> None:
        self.given(DenyGrant("g", Denial.ACCESS_ENDED))
        assert not [s for s in self.hub.subscriptions() if s.grant_id == "g"]

    @rule()
    def locks(self) -> None:
        self.given(Lock())
        self.locked = True

    @rule()
    def unlocks(self) -> None:
        self.locked = False
        self.given(Unlock())

    @rule()
    def restarts(self) -> None:
        """Kill -9: the context stays, the channels do not."""
        restored = Hub.restore(self.hub.snapshot())
        assert restored.context.patient == self.hub.context.patient
        assert restored.context.version == self.hub.context.version
        self.hub = restored
        self.connected.clear()
        if self.locked:
            self.given(Lock())

    # always

    @invariant()
    def channels_agree(self) -> None:
        assert {s.endpoint for s in self.hub.subscriptions() if s.connected} == self.connected

    @invariant()
    def replay_is_of_the_current_patient(self) -> None:
        for anchor in self.hub.context.replay(["Patient-open", "Encounter-open"]):
            assert anchor.patient_id == self.hub.context.patient

    @invariant()
    def current_context_is_of_the_current_patient(self) -> None:
        current = self.hub.context.current
        assert current is None or current.patient_id == self.hub.context.patient

    @invariant()
    def content_is_about_the_patient_of_its_report(self) -> None:
        current = self.hub.context.current
        for resource in current.content.values() if current else ():
            assert current is not None
            assert resource["subject"]["reference"] == f"Patient/{current.patient_id}"


HubMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestHubMachine = HubMachine.TestCase


def test_a_fired_timer_leaves_nothing_due() -> None:
    """Mutant: a deadline that its own timer does not remove makes the runner spin."""
    hub = Hub(TOPIC)
    ids = (f"n{n}" for n in itertools.count())
    for happening in (
        shell(lease=5),
        SocketOpened("shell"),
        follower("app", lease=3),
        subscribe("never"),
        opens("p-1", "e1"),
    ):
        hub.handle(happening, START, lambda: next(ids))
    now = START
    for _ in range(20):
        deadline = hub.next_deadline()
        if deadline is None:
            break
        assert deadline > now
        now = deadline
        hub.handle(TimerFired(), now, lambda: next(ids))
    assert hub.subscriptions() == ()
