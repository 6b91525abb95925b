"""Organisations, places, staff and care teams of Fjordvik."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from launcher.sandbox.population.chance import fhir_id
from launcher.sandbox.population.codes import (
    ENH,
    HPR,
    LOCAL,
    PROFESSION,
    PROFILE,
    ROLE,
    SPECIALTY,
    TERMINOLOGY,
    VOLVEN,
    Json,
    address,
    coding,
    concept,
    human_name,
    reference,
)
from launcher.sandbox.population.identity_numbers import organisation_number
from launcher.sandbox.population.moments import at, on

WARDS = {"vestfloyen": "Vestfløyen", "ostfloyen": "Østfløyen", "skjermet": "Skjermet"}
ROOMS = {"vestfloyen": range(201, 217), "ostfloyen": range(101, 117), "skjermet": range(301, 317)}


@dataclass(frozen=True)
class Worker:
    """One person on the staff; ``roles`` are organisation ids."""

    key: str
    given: str
    family: str
    female: bool
    title: str
    hpr: int
    roles: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def nurse(self) -> bool:
        return self.title == "sykepleier"

    @property
    def ref(self) -> Json:
        return reference(f"Practitioner/{self.key}", f"{self.name}, {self.title}")


def _staff() -> tuple[Worker, ...]:
    v, o, s, home, gp = ("vestfloyen",), ("ostfloyen",), ("skjermet",), ("lindehaugen",), ("legesenter",)
    rows: list[tuple[str, str, bool, str, tuple[str, ...]]] = [
        ("Siri", "Nordli", True, "helsefagarbeider", v),
        ("Jonas", "Berg", False, "sykepleier", v),
        ("Helge", "Solberg", False, "fastlege", gp),
        ("Anne", "Moe", True, "sykepleier", v),
        ("Eva", "Lie", True, "helsefagarbeider", v),
        ("Amina", "Yusuf", True, "sykepleier", v),
        ("Thomas", "Rask", False, "helsefagarbeider", v),
        ("Lars", "Haugland", False, "sykepleier", o),
        ("Nadia", "Rahimi", True, "sykepleier", o),
        ("Grete", "Sand", True, "helsefagarbeider", o),
        ("Piotr", "Nowak", False, "helsefagarbeider", o),
        ("Hanne", "Lillevik", True, "helsefagarbeider", o),
        ("Silje", "Hauge", True, "sykepleier", s),
        ("Ola", "Tveit", False, "sykepleier", s),
        ("Rita", "Bø", True, "helsefagarbeider", s),
        ("Fatuma", "Ali", True, "helsefagarbeider", s),
        ("Kjell", "Ruud", False, "helsefagarbeider", s),
        ("Ingrid", "Fossheim", True, "sykehjemslege", home),
        ("Jon", "Aasland", False, "fysioterapeut", home),
        ("Marte", "Lindqvist", True, "fastlege", gp),
        ("Berit", "Nes", True, "helsesekretær", gp),
        ("Mona", "Lervik", True, "helsesykepleier", ("fjordvik",)),
    ]
    letters = str.maketrans({"ø": "o", "å": "a", "æ": "ae", " ": "-"})
    return tuple(
        Worker(
            f"{given} {family}".lower().translate(letters), given, family, female, title, 9144900 + n, roles
        )
        for n, (given, family, female, title, roles) in enumerate(rows)
    )


STAFF = _staff()
BY_NAME = {worker.name: worker for worker in STAFF}
DOCTOR, GP, GP_COLLEAGUE = BY_NAME["Ingrid Fossheim"], BY_NAME["Helge Solberg"], BY_NAME["Marte Lindqvist"]
SECRETARY, PHYSIO, HEALTH_VISITOR = BY_NAME["Berit Nes"], BY_NAME["Jon Aasland"], BY_NAME["Mona Lervik"]

_CATEGORY = {
    "sykepleier": ("SP", "Sykepleier"),
    "helsesykepleier": ("SP", "Sykepleier"),
    "helsefagarbeider": ("HF", "Helsefagarbeider"),
    "fastlege": ("LE", "Lege"),
    "sykehjemslege": ("LE", "Lege"),
    "fysioterapeut": ("FT", "Fysioterapeut"),
    "helsesekretær": ("HE", "Helsesekretær"),
}
_ORGANISATIONS: tuple[tuple[str, str, str, str, int], ...] = (
    ("fjordvik", "Fjordvik kommune", "", "govt", 31099010),
    ("lindehaugen", "Lindehaugen sykehjem", "fjordvik", "prov", 31099020),
    ("vestfloyen", "Vestfløyen", "lindehaugen", "dept", 31099030),
    ("ostfloyen", "Østfløyen", "lindehaugen", "dept", 31099040),
    ("skjermet", "Skjermet", "lindehaugen", "dept", 31099050),
    ("legesenter", "Fjordvik legesenter", "", "prov", 31099060),
    ("laboratorium", "Fjordvik medisinske laboratorium", "", "prov", 31099070),
    ("sykehus", "Fjordvik sykehus", "", "prov", 31099080),
)


_FIXED = {
    ("vestfloyen", 0, "night"): "Siri Nordli",
    ("vestfloyen", -1, "night"): "Eva Lie",
    ("vestfloyen", -1, "day"): "Anne Moe",
    ("vestfloyen", -1, "evening"): "Jonas Berg",
}


@cache
def shift_worker(ward: str, day: int, shift: str) -> Worker:
    """Who writes for a ward: night, day or evening of a day (0 is day 0). The night ends in the morning.

    Nobody works two shifts within the same day and the nights beside it.
    """
    if (ward, day, shift) in _FIXED:
        return BY_NAME[_FIXED[ward, day, shift]]
    team = [worker for worker in STAFF if worker.roles == (ward,)]
    nurses, others = [w for w in team if w.nurse], [w for w in team if not w.nurse]
    if shift == "night":
        return others[day // 3 % len(others)]
    busy = {shift_worker(ward, day, "night"), shift_worker(ward, day + 1, "night")}
    busy |= {BY_NAME[name] for (w, d, s), name in _FIXED.items() if (w, d) == (ward, day) and s != shift}
    if shift == "evening":
        busy.add(shift_worker(ward, day, "day"))
    free = [w for w in (others if (day + (shift == "evening")) % 3 == 0 else nurses) if w not in busy]
    return (free or [w for w in team if w not in busy])[day // 2 % max(1, len(free))]


def shift_of(minutes: int) -> str:
    """Name of the shift at so many minutes after midnight: changes at 07:30, 15:00 and 22:00."""
    return "night" if minutes < 450 or minutes >= 1320 else "day" if minutes < 900 else "evening"


def worker_at(ward: str, day: int, minutes: int) -> Worker:
    """Who is at work on a ward at a time of day."""
    shift = shift_of(minutes)
    return shift_worker(ward, day + 1 if shift == "night" and minutes >= 1320 else day, shift)


def organisations() -> list[Json]:
    """Municipality, nursing home, wards, GP practice, laboratory: with ENH and phone (NAV-11)."""
    made: list[Json] = []
    kinds = {"govt": "Government", "prov": "Healthcare Provider", "dept": "Hospital Department"}
    for n, (key, name, parent, kind, number) in enumerate(_ORGANISATIONS):
        street = {
            "legesenter": "Legesvingen 2",
            "laboratorium": "Legesvingen 2",
            "sykehus": "Sykehusbakken 1",
        }.get(key, "Lindehaugen 1")
        organisation: Json = {
            "resourceType": "Organization",
            "id": key,
            "meta": {"profile": [f"{PROFILE}Organization"]},
            "identifier": [{"system": ENH, "value": organisation_number(number)}],
            "active": True,
            "type": [concept(kinds[kind], coding(f"{TERMINOLOGY}organization-type", kind, kinds[kind]))],
            "name": name,
            "telecom": [{"system": "phone", "value": f"+47 10 99 01 {10 + n}", "use": "work"}],
            "address": [address([street], "work")],
        }
        if parent:
            organisation["partOf"] = reference(f"Organization/{parent}")
        made.append(organisation)
    return made


def locations() -> list[Json]:
    """The houses, the wards and every room."""

    def place(key: str, name: str, kind: tuple[str, str], owner: str, inside: str = "") -> Json:
        made: Json = {
            "resourceType": "Location",
            "id": key,
            "status": "active",
            "name": name,
            "mode": "instance",
            "physicalType": concept(kind[1], coding(f"{TERMINOLOGY}location-physical-type", *kind)),
            "managingOrganization": reference(f"Organization/{owner}"),
        }
        if inside:
            made["partOf"] = reference(f"Location/{inside}")
        return made

    house, ward, room = ("bu", "Building"), ("wa", "Ward"), ("ro", "Room")
    made = [
        place("lindehaugen", "Lindehaugen sykehjem", house, "lindehaugen"),
        place("legesenter", "Fjordvik legesenter", house, "legesenter"),
        place("kontor-3", "Kontor 3", room, "legesenter", "legesenter"),
        place("laboratorium", "Laboratoriet", room, "legesenter", "legesenter"),
    ]
    for key, name in WARDS.items():
        made.append(place(key, name, ward, key, "lindehaugen"))
        made += [place(f"rom-{number}", str(number), room, key, key) for number in ROOMS[key]]
    return made


def practitioners() -> list[Json]:
    """Staff with HPR numbers (NOB-02) and their roles (NOB-03)."""
    made: list[Json] = []
    for worker in STAFF:
        category, text = _CATEGORY[worker.title]
        qualification = [{"code": concept(text, coding(PROFESSION, category, text))}]
        if worker.title == "fastlege":
            special = coding(SPECIALTY, "AM", "Allmennmedisin")
            qualification.append({"code": concept("Spesialist i allmennmedisin", special)})
        made.append(
            {
                "resourceType": "Practitioner",
                "id": worker.key,
                "meta": {"profile": [f"{PROFILE}Practitioner"]},
                "identifier": [{"system": HPR, "value": str(worker.hpr)}],
                "active": True,
                "name": [human_name(worker.given, worker.family)],
                "telecom": [
                    {"system": "phone", "value": f"+47 10 99 02 {worker.hpr % 100:02d}", "use": "work"},
                    {"system": "email", "value": f"{worker.key}@fjordvik.example", "use": "work"},
                ],
                "gender": "female" if worker.female else "male",
                "qualification": qualification,
            }
        )
        made += [_role(worker, organisation) for organisation in worker.roles]
    return made


def _role(worker: Worker, organisation: str) -> Json:
    doctor = worker.title in ("fastlege", "sykehjemslege")
    code = ("1", "Lege") if doctor else ("2", worker.title.capitalize())
    return {
        "resourceType": "PractitionerRole",
        "id": f"{worker.key}-{organisation}",
        "meta": {"profile": [f"{PROFILE}PractitionerRole"]},
        "active": True,
        "period": {"start": "2021-01-01"},
        "practitioner": worker.ref,
        "organization": reference(f"Organization/{organisation}"),
        "code": [concept(worker.title.capitalize(), coding(ROLE if doctor else f"{LOCAL}rolle", *code))],
        **({"specialty": [concept("Allmennmedisin", coding(f"{VOLVEN}8451", "ALM"))]} if doctor else {}),
    }


def care_teams() -> list[Json]:
    """One team for each ward, and the GP practice."""
    made: list[Json] = []
    for key, name in {**WARDS, "legesenter": "Fjordvik legesenter"}.items():
        members = [w for w in STAFF if key in w.roles or (key in WARDS and w in (DOCTOR, PHYSIO))]
        made.append(
            {
                "resourceType": "CareTeam",
                "id": f"team-{key}",
                "status": "active",
                "name": f"Team {name}",
                "period": {"start": "2021-01-01"},
                "participant": [{"role": [concept(w.title.capitalize())], "member": w.ref} for w in members],
                "managingOrganization": [reference(f"Organization/{key}")],
            }
        )
    return made


def shifts(first: int, last: int) -> list[Json]:
    """Who is on duty: a Schedule for each ward and a Slot for each shift of the days."""
    made: list[Json] = []
    hours = {"night": ("00:00", "07:30"), "day": ("07:30", "15:00"), "evening": ("15:00", "22:00")}
    names = {"night": "Natt", "day": "Dag", "evening": "Kveld"}
    for ward, name in WARDS.items():
        made.append(
            {
                "resourceType": "Schedule",
                "id": f"vakt-{ward}",
                "active": True,
                "actor": [reference(f"Location/{ward}", name)],
                "planningHorizon": {"start": on(first), "end": on(last)},
                "comment": f"Vaktplan {name}",
            }
        )
        for day in range(first, last + 1):
            for shift, (start, end) in hours.items():
                made.append(_slot(ward, day, names[shift], start, end, shift_worker(ward, day, shift)))
    return made


def _slot(ward: str, day: int, name: str, start: str, end: str, worker: Worker) -> Json:
    return {
        "resourceType": "Slot",
        "id": fhir_id("vakt", ward, day, name),
        "schedule": reference(f"Schedule/vakt-{ward}"),
        "status": "busy",
        "start": at(day, start),
        "end": at(day, end),
        "comment": f"{name}: {worker.name}, {worker.title}",
    }
