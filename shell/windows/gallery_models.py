"""Synthetic people for the gallery: the ward and the practice of the visual direction."""

from __future__ import annotations

from datetime import date, datetime

from context.pane_state import Reason, State
from shell.presenters.similar_names import mark_alike
from shell.presenters.view_models import (
    AllergyRecord,
    AppModel,
    BannerModel,
    DueModel,
    FlagModel,
    InboxModel,
    PaletteResult,
    PaneModel,
    PatientRef,
    PersonName,
    PracticeListModel,
    RailItemModel,
    Slot,
    Urgency,
    UserModel,
    Visit,
    VisitRowModel,
    WardListModel,
    WardRowModel,
)

DAY = date(2026, 11, 23)
SIRI = UserModel("Siri Nordli", "Helsefagarbeider", "Vestfløyen")
HELGE = UserModel("Helge Solberg", "Fastlege", "Fjordvik legesenter")


def at(text: str) -> datetime:
    """``03:12`` of the gallery's night."""
    return datetime.combine(DAY, datetime.strptime(text, "%H:%M").time()).astimezone()


NOW = at("03:12")
PEOPLE = (
    ("201", "Aasen", "Gunvor", 91, "Alzheimers sykdom", "04:00", "Snu i seng", "00:30", "Sover", ""),
    ("202", "Bakke", "Olav", 84, "Kols, oksygen 1 l/min", "03:15", "SpO₂", "23:10", "SpO₂ 90 %", ""),
    ("203", "Dahl", "Ingebjørg", 88, "Hjerneslag, høyre side", "02:30", "Snu i seng", "22:50", "BT 152/84", "Ny forordning"),
    ("204", "Haugen", "Marit", 87, "Hjertesvikt, lungebetennelse", "03:00", "Mål NEWS2", "02:40", "Temp 38,3", "Feber 02:40"),
    ("205", "Hovland", "Arne", 79, "Parkinsons sykdom", "06:00", "Madopar", "23:40", "Sover", ""),
    ("206", "Iversen", "Bjørg", 93, "Palliativ fase", "03:30", "Smertevurdering", "01:45", "ESAS 4", "Datter er her"),
    ("207", "Johansen", "Kåre", 82, "Diabetes type 2, fotsår", "02:00", "Blodsukker", "20:15", "BS 6,1", ""),
    ("208", "Kristiansen", "Åse", 90, "Lårhalsbrudd, operert 12.11.", "04:30", "Snu i seng", "02:10", "Smerte 2 av 10", ""),
    ("209", "Lien", "Torbjørn", 76, "Avlastning i to uker", "06:30", "Blodtrykk", "22:20", "BT 138/76", "Kom 22.11."),
    ("210", "Måseide", "Olav", 85, "Demens, går om natten", "03:15", "Tilsyn", "02:15", "Oppe og gikk", ""),
    ("211", "Haugan", "Marit", 85, "Beinskjørhet, brudd i rygg", "05:00", "Tilsyn", "00:50", "Sover", ""),
    ("212", "Nygård", "Solfrid", 80, "MS, kateter", "06:00", "Tøm pose", "23:55", "Diurese 450 ml", ""),
    ("213", "Ødegård", "Per", 95, "Skrøpelig, ernæring", "06:00", "Næringsdrikk", "23:30", "Drukket 200 ml", "Vekt −1,2 kg"),
    ("214", "Sæther", "Ragnhild", 89, "Hjertesvikt", "07:00", "Vekt", "23:15", "Hevelse i bein", ""),
    ("215", "Tangen", "Borghild", 92, "Demens", "06:00", "Tilsyn", "00:10", "Sover", "Falt 22:40"),
    ("216", "Vik", "Einar", 81, "Kols", "06:00", "Inhalasjon", "23:20", "Sover", ""),
)  # fmt: skip
CAVE = ("204", "206", "208", "211")


def ward_list() -> WardListModel:
    """Vestfløyen at 03:12."""
    names = {room: PersonName(family, given) for room, family, given, *_ in PEOPLE}
    alike = mark_alike(names)
    rows = []
    for room, _family, _given, age, why, due, todo, seen, observation, news in PEOPLE:
        minutes = round((at(due) - NOW).total_seconds() / 60)
        urgency: Urgency = "overdue" if minutes < 0 else "now" if minutes <= 30 else "later"
        rows.append(
            WardRowModel(
                key=room,
                room=room,
                name=alike[room].name if room in alike else names[room],
                age=age,
                alike=room in alike,
                cave=room in CAVE,
                why=why,
                due=DueModel(todo, at(due), urgency, minutes),
                observed_at=at(seen),
                observation=observation,
                news=news,
            )
        )
    return WardListModel("Vestfløyen", tuple(rows), "night", DAY, "22:00", NOW)


VISITS: tuple[tuple[str, str, str, int, str, str, Visit, int | None, str], ...] = (
    ("08:00", "Berntsen", "Liv", 64, "Kontroll blodtrykk", "office", "fulfilled", None, ""),
    ("08:20", "Eide", "Markus", 4, "Ørevondt", "office", "fulfilled", None, ""),
    ("08:40", "Fossum", "Kjell", 71, "Warfarin, INR", "phone", "fulfilled", None, ""),
    ("09:00", "Grønli", "Nora", 29, "Svangerskap, uke 24", "office", "fulfilled", None, ""),
    ("09:40", "Hagen", "Øystein", 58, "Diabetes, årskontroll", "office", "noshow", None, "HbA1c 61"),
    ("10:00", "Iversen", "Maja", 17, "Hodepine", "office", "started", None, ""),
    ("10:20", "Johnsen", "Bjarne", 77, "Tungpust, hjertesvikt", "office", "arrived", 9, "NT-proBNP 1 840"),
    ("10:40", "Karlsen", "Anna", 45, "Sykmelding, skulder", "video", "booked", None, ""),
    ("11:00", "Karlsson", "Anna", 46, "Celleprøve", "office", "arrived", 4, ""),
    ("12:00", "Løken", "Jon", 33, "Attest førerkort", "office", "booked", None, ""),
    ("12:20", "Myhre", "Sigrid", 82, "Legemiddelsamtale", "office", "booked", None, "Epikrise 19.11."),
    ("12:40", "Næss", "Emil", 1, "Vaksine, 12 måneder", "office", "booked", None, ""),
    ("13:00", "Olsen", "Turid", 69, "Kols, kontroll", "office", "booked", None, ""),
)


def practice_list() -> PracticeListModel:
    """A GP's Monday."""
    names = {start: PersonName(family, given) for start, family, given, *_ in VISITS}
    alike = mark_alike(names)
    rows = []
    for start, _family, _given, age, why, mode, status, waited, news in VISITS:
        if start == "12:00":
            rows.append(VisitRowModel("", at("11:20"), PersonName(""), why="Lunsj"))
        rows.append(
            VisitRowModel(
                key=start,
                start=at(start),
                name=alike[start].name if start in alike else names[start],
                age=age,
                alike=start in alike,
                why=why,
                mode="phone" if mode == "phone" else "video" if mode == "video" else "office",
                status=status,
                waited_minutes=waited,
                news=news,
            )
        )
    inbox = (
        InboxModel("lab", "Prøvesvar", "lab", 7, 2),
        InboxModel("messages", "E-konsultasjon", "mail", 3),
        InboxModel("renewals", "Reseptfornyelse", "pill", 5),
        InboxModel("letters", "Epikriser", "empty", 2),
    )
    return PracticeListModel(DAY, tuple(rows), tuple(rows[:4]), tuple(rows[:9]) * 4, inbox)


MARIT = PersonName("Haugen", "Marit", frozenset({4}))
OTHER = PersonName("Haugan", "Marit", frozenset({4}))
TORBJORN = PersonName("Lien", "Torbjørn")


def haugen(slot: Slot | None = 1) -> PatientRef:
    return PatientRef("204", MARIT, slot, "204")


def haugan(slot: Slot | None = 2) -> PatientRef:
    return PatientRef("211", OTHER, slot, "211")


def lien(slot: Slot | None = 2) -> PatientRef:
    return PatientRef("209", TORBJORN, slot, "209")


def haugen_banner() -> BannerModel:
    return BannerModel(
        haugen(), 87, "female", "14823921420", "204, Vestfløyen", "room", AllergyRecord.KNOWN,
        ("Penicillin – anafylaksi",), (), (FlagModel("Fallrisiko", "fall"), FlagModel("HLR minus", "heart")),
        (haugan(None),),
    )  # fmt: skip


def haugan_banner() -> BannerModel:
    return BannerModel(
        haugan(), 85, "female", "09914131860", "211, Vestfløyen", "room", AllergyRecord.KNOWN,
        ("ASA – bronkospasme",), (), (FlagModel("Fallrisiko", "fall"),), (haugen(None),),
    )  # fmt: skip


def lien_banner() -> BannerModel:
    return BannerModel(
        lien(), 76, "male", "03865033361", "209, Vestfløyen", "room", AllergyRecord.NONE_KNOWN,
        (), (), (FlagModel("Smittevern: MRSA", "shield"),),
    )  # fmt: skip


def crowded_banner() -> BannerModel:
    """A long name, no allergies recorded, more warnings than fit."""
    name = PersonName("Kristoffersen-Wilhelmsen", "Anne Elisabeth Margrethe")
    flags = (
        "Fallrisiko",
        "HLR minus",
        "Smittevern: MRSA",
        "Aggresjon",
        "Vandrer",
        "Dysfagi",
        "Trykksår",
        "Tolk: samisk",
    )
    return BannerModel(
        PatientRef("301", name, 3, "301"), 92, "female", "14823921420", "301, Skjermet", "room",
        AllergyRecord.NOT_RECORDED, (), (), tuple(FlagModel(flag) for flag in flags), (haugan(None),),
    )  # fmt: skip


APPS = {
    name: AppModel(name, name, vendor, icon=icon)
    for name, vendor, icon in (
        ("Målinger", "Nordvital AS", "measure"),
        ("Legemidler", "Apotekdata AS", "pill"),
        ("Notat", "Fjordjournal AS", "note"),
        ("Sår", "Hudpleie AS", "wound"),
        ("Tiltak", "Fjordjournal AS", "plan"),
        ("Meldinger", "Meldeverk AS", "mail"),
    )
}


def rail(
    states: dict[str, State] | None = None, focused: str = "", slot: Slot | None = None
) -> tuple[RailItemModel, ...]:
    """The rail with apps in ``states``; all of those are visible but *Tiltak*."""
    given = states or {}
    return tuple(
        RailItemModel(app, given.get(name), name in given and name != "Tiltak", name == focused, slot)
        for name, app in APPS.items()
    )


def pane(
    app: str,
    state: State,
    effective: PatientRef | None,
    current: PatientRef | None = None,
    reason: Reason | None = None,
    failure: str = "",
) -> PaneModel:
    return PaneModel(app, APPS[app], state, effective, current or effective, reason, failure)


def palette_results() -> tuple[PaletteResult, ...]:
    """What *må* finds."""
    return (
        PaletteResult("a1", "app", "measure", "Målinger", detail="Nordvital AS · åpen", match=((0, 2),)),
        PaletteResult("p1", "patient", "user", name=PersonName("Måseide", "Olav"), detail="85 år · rom 210", match=((0, 2),)),
        PaletteResult("x1", "action", "plus", "Ny måling", detail="for Haugen, Marit", match=((3, 2),)),
        PaletteResult(
            "p2", "patient", "user", name=PersonName("Månsson", "Ingrid"), detail="71 år · Østfløyen, rom 118",
            match=((0, 2),), alike=True,
        ),
        PaletteResult("x2", "action", "split", "Vis Målinger ved siden av", keys=("Ctrl", "Enter"), match=((4, 2),)),
        PaletteResult("x3", "action", "pin", "Fest Målinger til Haugen, Marit", keys=("Alt", "P"), match=((5, 2),)),
        PaletteResult("l1", "list", "clock", "Forfalte målinger i Vestfløyen", detail="1 beboer", match=((9, 2),)),
    )  # fmt: skip
