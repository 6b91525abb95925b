"""What the widgets draw: plain frozen facts, no Qt, no text that a language changes.

A presenter makes these, a widget shows them. Times are local and aware. Sentences, units and dates are written by the
widgets, because they are translated there. ``key`` names a thing in signals and is never shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from context.pane_state import Reason, State

Slot = Literal[1, 2, 3]
Urgency = Literal["overdue", "now", "later"]
Gender = Literal["male", "female", "other", "unknown"]
Connection = Literal["connected", "offline", "reconnecting", "record-away"]
Shift = Literal["day", "evening", "night"]
Mode = Literal["office", "phone", "video", "home"]
Visit = Literal["booked", "arrived", "started", "fulfilled", "noshow", "cancelled"]
Tone = Literal["done", "error", "warn", "info"]
Kind = Literal["patient", "app", "action", "list"]
Choice = Literal["stay", "pin", "go"]
UnsavedStep = Literal["change", "close-patient", "close-pane", "synchronise", "release", "log-out"]


@dataclass(frozen=True, slots=True)
class PersonName:
    """``differs_family`` and ``differs_given`` are indexes of letters that tell the person from a namesake."""

    family: str
    given: str = ""
    differs_family: frozenset[int] = frozenset()
    differs_given: frozenset[int] = frozenset()

    @property
    def full(self) -> str:
        """``Haugen, Marit``; the family name alone when there is no given name."""
        return f"{self.family}, {self.given}" if self.given else self.family

    @property
    def initials(self) -> str:
        """First letter of the family name, then of the given name."""
        return f"{self.family[:1]}{self.given[:1]}".upper()


@dataclass(frozen=True, slots=True)
class PatientRef:
    """A patient beside an app: ``beside`` is the room, for a GP the year of birth; ``slot`` None has no colour."""

    key: str
    name: PersonName
    slot: Slot | None = None
    beside: str = ""
    beside_is_room: bool = True
    born: date | None = None


@dataclass(frozen=True, slots=True)
class UserModel:
    """Who is signed in; ``role`` is shown as it came."""

    name: str
    role: str
    place: str = ""

    @property
    def initials(self) -> str:
        parts = self.name.split()
        return "".join(part[:1] for part in (parts[:1] + parts[-1:] if len(parts) > 1 else parts)).upper()

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class HomeModel:
    """The tab of the start list."""

    label: str
    kind: Literal["ward", "practice"] = "ward"


@dataclass(frozen=True, slots=True)
class ActivityQuestionModel:
    """Which of several apps is to do what one asks for; every word as it is shown."""

    apps: tuple[AppModel, ...]
    title: str
    text: str
    remember: str
    remembered: str
    not_remembered: str
    leave: str


@dataclass(frozen=True, slots=True)
class PatientTabModel:
    """One open patient; ``waiting`` while the hub has not confirmed (S1): a ring in the tab, the banner unchanged."""

    patient: PatientRef
    waiting: bool = False

    @property
    def key(self) -> str:
        return self.patient.key


class AllergyRecord(StrEnum):
    """What the record says about allergies as a whole."""

    KNOWN = "known"
    NONE_KNOWN = "none-known"
    NOT_RECORDED = "not-recorded"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class FlagModel:
    """An active warning; ``icon`` is a name in the icon folder. ``stays``: never behind ``+2``, and pushes nothing there."""

    text: str
    icon: str = "shield"
    stays: bool = False


@dataclass(frozen=True, slots=True)
class BannerModel:
    """The patient whom the hub has confirmed (S1). ``identity_number`` eleven digits or empty.

    ``unconfirmed``: the hub is not heard any more, and may have somebody else by now.
    """

    patient: PatientRef
    age: int | None
    gender: Gender
    identity_number: str
    place: str = ""
    place_kind: Literal["room", "practitioner"] = "room"
    allergies: AllergyRecord = AllergyRecord.NOT_RECORDED
    cave: tuple[str, ...] = ()
    other_allergies: tuple[str, ...] = ()
    flags: tuple[FlagModel, ...] = ()
    alike: tuple[PatientRef, ...] = ()
    deceased: bool = False
    birth_date: date | None = None
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class AppModel:
    """An app as the rail and the panes show it; ``icon_svg`` empty: a letter in a frame stands for it.

    ``pkce_exempt``: an administrator lets it come without a proof key, which is told wherever it is shown.
    """

    key: str
    name: str
    vendor: str
    icon_svg: bytes = b""
    icon: str = ""
    pkce_exempt: bool = False


@dataclass(frozen=True, slots=True)
class RailItemModel:
    """One app of the rail; ``state`` None when it is not open, ``suspended`` as in :class:`PaneModel`."""

    app: AppModel
    state: State | None = None
    visible: bool = False
    focused: bool = False
    pinned_slot: Slot | None = None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class ProgramModel:
    """A program with windows of its own, towards the patient of the banner.

    ``elsewhere`` when it follows another tab: State.PINNED, and whom it may show, as far as his name is known. ``warns``
    until the user has put the warning away; ``waits`` when nobody is chosen.
    """

    key: str
    name: str
    state: State
    reason: Reason | None = None
    elsewhere: PatientRef | None = None
    suspended: bool = False
    waits: bool = False
    warns: bool = False


@dataclass(frozen=True, slots=True)
class PaneModel:
    """One pane. ``effective`` is the gateway's patient of this pane (S2), ``current`` the patient of the banner.

    ``new`` when the pane has never shown a patient. ``suspended`` covers it although its state is unchanged (the gateway
    is away, or the patient of the banner is unconfirmed). ``failure`` is a key of
    :data:`shell.widgets.pane_texts.FAILURES`, empty for the plain reason.
    """

    key: str
    app: AppModel
    state: State
    effective: PatientRef | None = None
    current: PatientRef | None = None
    reason: Reason | None = None
    failure: str = ""
    suspended: bool = False
    may_pin: bool = True

    @property
    def shown_state(self) -> State:
        """The one state that header, border and rail show: behind the curtain nothing follows and nothing is pinned."""
        return State.CHANGING if self.suspended else self.state

    @property
    def covered(self) -> bool:
        """Whether the curtain is up."""
        return self.suspended or self.state in (State.CHANGING, State.OUT_OF_SYNC)


@dataclass(frozen=True, slots=True)
class DueModel:
    """``minutes`` from now until it is due, negative when overdue."""

    text: str
    when: datetime
    urgency: Urgency
    minutes: int


@dataclass(frozen=True, slots=True)
class WardRowModel:
    """One resident; ``born`` is shown where somebody is called nearly the same."""

    key: str
    room: str
    name: PersonName
    age: int | None = None
    born: date | None = None
    alike: bool = False
    cave: bool = False
    why: str = ""
    due: DueModel | None = None
    observed_at: datetime | None = None
    observation: str = ""
    news: str = ""


@dataclass(frozen=True, slots=True)
class WardListModel:
    """A ward's list as it was read at ``read_at``; ``night_of`` is the date after midnight of a night shift."""

    ward: str
    rows: tuple[WardRowModel, ...]
    shift: Shift
    day: date
    shift_start: str = ""
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class VisitRowModel:
    """One line of a GP's day. A break has no ``key`` and carries its word in ``why``."""

    key: str
    start: datetime | None
    name: PersonName
    age: int | None = None
    born: date | None = None
    alike: bool = False
    cave: bool = False
    why: str = ""
    mode: Mode | None = None
    status: Visit | None = None
    waited_minutes: int | None = None
    news: str = ""


@dataclass(frozen=True, slots=True)
class InboxModel:
    """One line of the inbox; ``deviations`` is shown in red under the text when above zero."""

    key: str
    text: str
    icon: str
    count: int
    deviations: int = 0


@dataclass(frozen=True, slots=True)
class PracticeListModel:
    """A GP's day, the next day and the whole list."""

    day: date
    today: tuple[VisitRowModel, ...]
    tomorrow: tuple[VisitRowModel, ...] = ()
    listed: tuple[VisitRowModel, ...] = ()
    inbox: tuple[InboxModel, ...] = ()


@dataclass(frozen=True, slots=True)
class PaletteResult:
    """One hit. Either ``name`` (a patient) or ``text``; ``match`` are (start, length) in the shown text.

    ``keys`` are drawn as key caps: ``("Ctrl", "Enter")``. ``alike`` adds the tag, and so
    does ``pkce_exempt`` of an app.
    """

    key: str
    kind: Kind
    icon: str
    text: str = ""
    name: PersonName | None = None
    detail: str = ""
    keys: tuple[str, ...] = ()
    match: tuple[tuple[int, int], ...] = ()
    alike: bool = False
    icon_svg: bytes = b""
    pkce_exempt: bool = False

    @property
    def shown(self) -> str:
        return self.name.full if self.name is not None else self.text


@dataclass(frozen=True, slots=True)
class UnsavedModel:
    """Work that would be lost. Names app and time, never the text.

    ``step`` is what is about to happen; ``target`` the patient to whom it leads, None when there is none or nothing is
    known of him. ``since`` is the last edit, None when the page does not tell.
    """

    app: AppModel
    source: PatientRef
    target: PatientRef | None
    since: datetime | None = None
    may_pin: bool = True
    step: UnsavedStep = "change"


@dataclass(frozen=True, slots=True)
class OpenQuestionModel:
    """A patient whom another program asks for; ``present`` is who is open in front now, None when nobody is."""

    patient: PatientRef
    present: PatientRef | None = None


@dataclass(frozen=True, slots=True)
class EncounterModel:
    """One encounter: ``status`` as in FHIR, ``kind``, ``why`` and ``place`` in the record's words."""

    key: str
    start: datetime | None
    status: str
    kind: str = ""
    why: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class EncounterQuestionModel:
    """For which encounter an app is opened; ``read`` False when the record did not tell which there are."""

    app: AppModel
    patient: PatientRef | None
    encounters: tuple[EncounterModel, ...]
    read: bool = True


@dataclass(frozen=True, slots=True)
class ToastModel:
    """``action`` is the button's word; with an action the toast stays until it is handled."""

    key: str
    tone: Tone
    title: str
    text: str = ""
    action: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class StripModel:
    """A strip under the banner: since when, how old the data is, one button."""

    kind: Literal["offline", "gateway-down", "unconfirmed", "record-away", "session-ending"]
    since: datetime | None = None
    data_from: datetime | None = None
    retry_in: int | None = None
    minutes_left: int | None = None


@dataclass(frozen=True, slots=True)
class PermissionModel:
    """An app asks for something in its own pane; ``details`` are further lines."""

    key: str
    pane: str
    title: str
    text: str
    allow: str
    deny: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LockModel:
    """The lock page: clock, place, who, since when; nothing of any patient."""

    user: UserModel
    since: datetime
    place: str = ""


@dataclass(frozen=True, slots=True)
class OverviewAppModel:
    """``follows`` is ``fhircast``, ``relaunch`` or ``pin``."""

    app: AppModel
    follows: str


@dataclass(frozen=True, slots=True)
class OverviewModel:
    """The start page of a user without a list."""

    title: str
    text: str
    apps: tuple[OverviewAppModel, ...]


@dataclass(frozen=True, slots=True)
class EmptyModel:
    """An empty or failed view: icon, what, what now, one button."""

    icon: str
    title: str
    text: str
    action: str = ""
    key: str = ""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class FoundModel:
    """What the palette shows for a question."""

    query: str
    results: tuple[PaletteResult, ...] = field(default=())
    searching: bool = False
