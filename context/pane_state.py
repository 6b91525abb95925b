"""The state of one pane (S3) as a state machine: facts in, one view out.

The shell keeps a :class:`PaneState` per pane, hands in what it hears (the hub's events, the gateway's facts about the
pane, what the page does) and draws the :class:`PaneView` that comes back. Times are seconds of any monotonic clock.

How a pane comes to *following*:

========  ===================================================================================
relaunch  ``Launched`` for the current patient, then ``Painted``
pin       the same, once; a later patient leaves it *pinned*
fhircast  answered the current event with 200, then a read about the current patient answered by
          the gateway, then ``Painted``; just launched for the current patient: read and ``Painted``;
          back after a lost socket on the patient it already shows: the 200
========  ===================================================================================

For a follower the read may come after a first answer of 202, when its fence has already moved; *following* still
waits for the 200. A pane that was launched for the current patient may be *asking* on its way: the gateway wants the
user's word about the app, and the clock stands still. An answer may be heard of before the shell's own
``ContextReceived``. From one record of facts hand in ``EffectivePatient``, ``SocketBack``, ``Answered``, ``ReadSeen``
in this order: the answer in a record is that of the socket which the record tells of.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, assert_never

Kind = Literal["relaunch", "fhircast", "pin"]
GOOD_ANSWER_WITHIN = 10.0
FOLLOWED = 200
_KEPT_ANSWERS = 8


class State(StrEnum):
    """Exactly one of these at any time (S3)."""

    CHANGING = "changing"
    ASKING = "asking"
    FOLLOWING = "following"
    PINNED = "pinned"
    OUT_OF_SYNC = "out of sync"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why a pane is out of sync; the shell's texts are keyed by it."""

    NO_ANSWER = "no-answer"
    REFUSED = "refused"
    CRASHED = "crashed"
    SOCKET_LOST = "socket-lost"


@dataclass(frozen=True, slots=True)
class Launched:
    """The pane was opened or relaunched for ``patient``, as far as is known in ``encounter``."""

    patient: str | None
    encounter: str | None = None


@dataclass(frozen=True, slots=True)
class TokenEncounter:
    """The gateway's fact: the encounter that the pane's token carries, or none."""

    encounter: str | None


@dataclass(frozen=True, slots=True)
class ContextReceived:
    """The shell received an event that changed the context (never a stale one).

    ``encounter`` only for an Encounter-open; ``unsaved`` when the pane has unsaved or unanswered work.
    """

    event_id: str
    patient: str | None
    encounter: str | None = None
    unsaved: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The gateway's fact: the pane's grant answered an event with a status (FC-28)."""

    event_id: str
    status: int


@dataclass(frozen=True, slots=True)
class EffectivePatient:
    """The gateway's fact: which patient it lets this pane through to (S2)."""

    patient: str | None


@dataclass(frozen=True, slots=True)
class ReadSeen:
    """The gateway's fact: it answered this pane's grant a read about ``patient``."""

    patient: str


@dataclass(frozen=True, slots=True)
class Painted:
    """The page has painted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The pane shows nothing but the gateway's own question whether the app may be let in."""


@dataclass(frozen=True, slots=True)
class Replied:
    """The question has left the pane, whatever the reply."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """The user, or the policy for unsaved work, keeps the pane on its patient."""


@dataclass(frozen=True, slots=True)
class Released:
    """The user lets a pinned pane go: it is relaunched on the current patient."""


@dataclass(frozen=True, slots=True)
class Crashed:
    """The page's renderer died or hangs."""


@dataclass(frozen=True, slots=True)
class SocketLost:
    """The gateway's fact: a follower's subscription is gone."""


@dataclass(frozen=True, slots=True)
class SocketBack:
    """The gateway's fact: a follower has subscribed again and will get the context once more."""


@dataclass(frozen=True, slots=True)
class TimePassed:
    """:attr:`PaneView.deadline` has come."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The pane was closed by the user, or with its patient."""


PaneInput = (
    Launched
    | TokenEncounter
    | ContextReceived
    | Answered
    | EffectivePatient
    | ReadSeen
    | Painted
    | Asked
    | Replied
    | Pinned
    | Released
    | Crashed
    | SocketLost
    | SocketBack
    | TimePassed
    | Closed
)


@dataclass(frozen=True, slots=True)
class PaneView:
    """What to draw. ``patient`` is the pane's own (S2), ``current`` the topic's; ``None`` is nobody.

    ``relaunch`` asks the shell for a launch with the current patient; ``deadline`` is when to hand in
    :class:`TimePassed`.
    """

    state: State
    patient: str | None
    current: str | None
    reason: Reason | None = None
    relaunch: bool = False
    deadline: float | None = None

    @property
    def usable(self) -> bool:
        """The app is there without a curtain; *asking*, the gateway's question is, and nothing of the app."""
        return self.state in (State.FOLLOWING, State.PINNED)

    @property
    def marked(self) -> bool:
        """Must carry the colour, icon and words of its own patient."""
        return self.state is State.PINNED


class PaneState:
    """One pane. ``kind`` is ``follows`` of its app's manifest."""

    def __init__(self, kind: Kind, within: float = GOOD_ANSWER_WITHIN) -> None:
        self._kind = kind
        self._within = within
        self._state = State.CHANGING
        self._reason: Reason | None = None
        self._patient: str | None = None
        self._encounter: str | None = None
        self._current: str | None = None
        self._event_ids: tuple[str, ...] = ()
        self._awaits_launch = False
        self._deadline: float | None = None
        self._answers: dict[str, int] = {}
        self._read = False
        self._painted = False
        self._launched = False
        self._shown: str | None = None

    @property
    def view(self) -> PaneView:
        relaunch = self._awaits_launch and self._state is State.CHANGING
        return PaneView(self._state, self._patient, self._current, self._reason, relaunch, self._deadline)

    def handle(self, given: PaneInput, now: float) -> PaneView:
        """Take one fact at ``now`` seconds. A closed pane stays closed."""
        if self._state is not State.CLOSED:
            self._take(given, now)
            self._settle()
        return self.view

    @property
    def may_ask(self) -> bool:
        """Whether a question may come to the user now: on the way to the current patient, and to nobody else."""
        late = self._state is State.OUT_OF_SYNC and self._reason is Reason.NO_ANSWER
        on_its_way = (self._state is State.CHANGING or late) and self._launched and not self._awaits_launch
        return on_its_way and self._current is not None and self._patient == self._current

    def would_leave(self, given: ContextReceived) -> bool:
        """Whether ``given`` takes away a page that is in use: what it holds unsaved is to be asked for first."""
        in_use = self._kind == "relaunch" and self._state is State.FOLLOWING
        return in_use and not self._at_home(given)

    def _take(self, given: PaneInput, now: float) -> None:
        match given:
            case Launched(patient, encounter):
                self._begin(patient, encounter, now)
            case TokenEncounter(encounter):
                self._encounter = encounter
            case ContextReceived():
                self._received(given, now)
            case Answered(event_id, status):
                self._answered(event_id, status)
            case EffectivePatient(patient):
                moved, self._patient = patient != self._patient, patient
                self._replied(now)
                if self._state is State.PINNED and moved:
                    self._out_of_sync(Reason.NO_ANSWER)  # the fence was quicker than the pin
                if self._state is State.FOLLOWING and patient != self._current:
                    self._change(now, relaunch=self._kind != "fhircast")
            case ReadSeen(patient):
                if patient == self._current and (self._launched or self._answer() is not None):
                    self._read, self._painted = True, False
            case Painted():
                self._painted = True
            case Asked():
                if self.may_ask:
                    self._rest(State.ASKING)
            case Replied():
                self._replied(now)
            case Pinned():
                if self._may_be_pinned():
                    self._rest(State.PINNED)
            case Released():
                if self._state is State.PINNED:
                    self._change(now, relaunch=True)
            case Crashed():
                self._out_of_sync(Reason.CRASHED)
            case SocketLost():
                if self._kind == "fhircast" and self._state is not State.PINNED and self._is_alive:
                    self._out_of_sync(Reason.SOCKET_LOST)
            case SocketBack():
                if self._reason is Reason.SOCKET_LOST:
                    for event_id in self._event_ids:
                        self._answers.pop(event_id, None)
                    self._change(now)
                    self._read = self._painted = self._shown == self._current
            case TimePassed():
                if self._deadline is not None and now >= self._deadline:
                    self._out_of_sync(Reason.NO_ANSWER)
            case Closed():
                self._rest(State.CLOSED)
            case _:
                assert_never(given)

    def _may_be_pinned(self) -> bool:
        """A page that is alive and has shown its patient: not the former page while another one is being launched."""
        on_its_way = self._state in (State.CHANGING, State.ASKING) and self._kind != "fhircast"
        shows_somebody = self._shown is not None and not on_its_way
        return shows_somebody and self._patient is not None and self._is_alive

    @property
    def _is_alive(self) -> bool:
        return self._reason is not Reason.CRASHED

    def _begin(self, patient: str | None, encounter: str | None, now: float) -> None:
        """A page starts for ``patient``; if another is current by now, it has to start again."""
        if not self._event_ids:
            self._current = patient
        self._patient, self._encounter, self._shown = patient, encounter, None
        self._answers.clear()
        self._change(now, relaunch=self._kind == "relaunch" and patient != self._current)
        self._launched = True

    def _received(self, given: ContextReceived, now: float) -> None:
        """A new event. The same patient again disturbs nobody who already follows.

        Whoever answered any event about the patient since he is current, follows him: not every event reaches every app.
        """
        same_patient = self._is_current(given.patient)
        at_home = self._at_home(given)
        anew = not same_patient or self._reason in (Reason.NO_ANSWER, Reason.REFUSED)
        before = () if anew else self._event_ids
        kept = before if len(before) < _KEPT_ANSWERS else (before[0], *before[2:])
        self._event_ids, self._current = (*kept, given.event_id), given.patient
        if self._state is State.PINNED:
            return
        if self._state is State.ASKING:
            self._received_while_asking(given.patient, at_home, now)
        elif self._kind == "fhircast":
            disturbed = not same_patient or self._state is State.OUT_OF_SYNC
            if disturbed and self._reason not in (Reason.CRASHED, Reason.SOCKET_LOST):
                self._change(now, relaunch=self._awaits_launch)
        elif self._kind == "pin":
            if given.patient != self._patient and self._state is State.FOLLOWING:
                self._rest(State.PINNED)
        else:
            self._received_for_relaunch(given, at_home, now)

    def _received_while_asking(self, patient: str | None, at_home: bool, now: float) -> None:
        """What was asked for one patient says nothing about another: the question ends, and the app starts again."""
        if patient is None:
            self._rest(State.CLOSED)
        elif not at_home:
            self._change(now, relaunch=True)

    def _replied(self, now: float) -> None:
        """Behind the curtain again, as just launched, with the whole time anew."""
        if self._state is State.ASKING:
            self._change(now)
            self._launched = True

    def _is_current(self, patient: str | None) -> bool:
        return patient == self._current and (self._launched or bool(self._event_ids))

    def _at_home(self, given: ContextReceived) -> bool:
        """Whether the page is, or will be, about what the event opens."""
        other_encounter = given.encounter is not None and self._encounter not in (None, given.encounter)
        return (self._is_current(given.patient) or given.patient == self._patient) and not other_encounter

    def _received_for_relaunch(self, given: ContextReceived, at_home: bool, now: float) -> None:
        if at_home and self._state is not State.OUT_OF_SYNC:
            self._awaits_launch = self._awaits_launch and not self._launched
            return
        if given.unsaved and self._state is State.FOLLOWING:
            self._rest(State.PINNED)
        elif given.patient is None:
            self._rest(State.CLOSED)
        else:
            self._change(now, relaunch=True)

    def _answered(self, event_id: str, status: int) -> None:
        self._answers.pop(event_id, None)
        self._answers[event_id] = status
        while len(self._answers) > _KEPT_ANSWERS:
            del self._answers[next(iter(self._answers))]

    def _status(self) -> int | None:
        """The latest answer to any event about the current patient."""
        return next(
            (self._answers[event] for event in reversed(self._answers) if event in self._event_ids), None
        )

    def _answer(self) -> int | None:
        """The good answer (2xx) to an event about the current patient, if the latest is one."""
        status = self._status()
        return status if status is not None and 200 <= status <= 299 else None

    def _settle(self) -> None:
        """What the facts amount to."""
        if self._state not in (State.CHANGING, State.OUT_OF_SYNC):
            return
        status = self._status()
        at_home = self._patient == self._current
        if self._kind == "fhircast":
            if self._state is State.CHANGING and status is not None and self._answer() is None:
                self._out_of_sync(Reason.REFUSED)
            answered = status == FOLLOWED or (self._launched and status is None)
            arrived = answered and self._read and self._painted and at_home and self._current is not None
        else:
            arrived = self._painted and (at_home or self._kind == "pin")
        late = self._state is State.OUT_OF_SYNC and self._reason is Reason.NO_ANSWER
        if arrived and not self._awaits_launch and (self._state is State.CHANGING or late):
            self._shown = self._current
            self._rest(State.FOLLOWING if at_home else State.PINNED)

    def _change(self, now: float, *, relaunch: bool = False) -> None:
        self._state, self._reason, self._awaits_launch = State.CHANGING, None, relaunch
        self._read = self._painted = self._launched = False
        waits = self._kind != "fhircast" or self._current is not None
        self._deadline = now + self._within if waits else None

    def _out_of_sync(self, reason: Reason) -> None:
        self._state, self._reason, self._deadline = State.OUT_OF_SYNC, reason, None

    def _rest(self, state: State) -> None:
        self._state, self._reason, self._deadline = state, None, None
