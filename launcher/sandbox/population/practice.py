"""The GP practice: what belongs to each inhabitant, the day's list and the inbox."""

from __future__ import annotations

import re

from launcher.sandbox.population import growth, laboratory, medication, people, today
from launcher.sandbox.population.chance import Chance, fhir_id
from launcher.sandbox.population.codes import CONTACT_TYPE, TERMINOLOGY, Json, coding, concept, reference
from launcher.sandbox.population.documents import note
from launcher.sandbox.population.inhabitants import APPOINTMENTS, INHABITANTS
from launcher.sandbox.population.moments import ago, at, local, minutes_of, on, workday
from launcher.sandbox.population.observations import blood_pressure, measure
from launcher.sandbox.population.plans_by_clock import delay
from launcher.sandbox.population.staff import GP, SECRETARY
from launcher.sandbox.population.story import Story
from launcher.sandbox.population.writing import Collected

_WAY = {"1": ("Kontor", "Fysisk"), "6": ("Video", "Video"), "7": ("Telefon", "Telefon")}
_CLASS = {"1": ("AMB", "ambulatory"), "6": ("VR", "virtual"), "7": ("VR", "virtual")}
# minutes ago or None for a fixed age | name | text
NEWS = (
    ("Øystein Hagen", 130, "HbA1c 61"),
    ("Bjarne Johnsen", 95, "NT-proBNP 1 840"),
    ("Sigrid Myhre", 5800, "Epikrise {{dm-4}}"),
    ("Nora Grønli", 4300, "Ferritin 19"),
    ("Egil Wold", 1500, "NT-proBNP 2 900"),
)
INBOX = (
    (
        "Prøvesvar",
        "Øystein Hagen, Bjarne Johnsen, Kjell Fossum, Randi Jakobsen, Hodan Abdi, Birgitte Kleven, Ottar Gjertsen",
    ),
    ("E-konsultasjon", "Camilla Næss, Amir Hussein, Synne Valle"),
    ("Reseptfornyelse", "Trine Halvorsen, Roger Bakken, Bente Solli, Ewa Kowalska, Grete Tofte"),
    ("Epikriser", "Sigrid Myhre, Leif Paulsen"),
)
_HOSPITAL = reference("Organization/sykehus", "Fjordvik sykehus")
_LABORATORY = reference("Organization/laboratorium", "Fjordvik medisinske laboratorium")
_AT_RISK = {
    "diabetes1",
    "diabetes2",
    "kols",
    "astma",
    "koronar",
    "hjertesvikt",
    "nyresvikt3",
    "atrieflimmer",
    "svangerskap",
}
_ABNORMAL = {"Øystein Hagen", "Bjarne Johnsen"}


def is_child(story: Story) -> bool:
    return story.facts["labs"].startswith("z ")


def add_inhabitant(made: Collected, story: Story) -> None:
    """Everything about one person on the list but today's appointment."""
    made.add("fixed", people.patient(story, gp=True))
    made.add("shifted", *people.conditions(story, hospital_codes=False), *people.allergies(story))
    made.add("weeks", *medication.requests(story))
    if is_child(story):
        made.add("fixed", *growth.growth(story), *growth.vaccinations(story))
        if "metylfenidat" in story.medicines:
            made.add("weeks", *today.stimulant_controls(story))
    measured: list[Json] = []
    if not is_child(story):
        measured = [*laboratory.series(story, story.facts["labs"]), *_body(story)]
        made.add("weeks", *measured)
        if story.age() >= 65 or _AT_RISK & {word.partition(":")[0] for word in story.conditions.split()}:
            day = workday(-Chance("influensa", story.id).whole(25, 46))
            made.add("weeks", growth.seasonal(story, at(day, 600)))
    for day, _, _, text in story.notes:
        made.add("weeks", *_visit(story, day, quoted(text, day, measured)))


def quoted(text: str, day: int, measured: list[Json]) -> str:
    """``[hba1c]``, ``[vekt]`` in a note become the newest value of that day or before (or else the first)."""

    def value(found: re.Match[str]) -> str:
        name = "Vekt" if found.group(1) == "vekt" else laboratory.ANALYSES[found.group(1)].text
        known = sorted((o["effectiveDateTime"], o) for o in measured if o["code"]["text"] == name)
        before = [o for when, o in known if when[:10] <= on(day)] or [known[0][1]]
        return str(before[-1]["valueQuantity"]["value"]).replace(".", ",")

    return re.sub(r"\[(\w+)\]", value, text)


def _usual(story: Story) -> tuple[int, int, int] | None:
    found = re.fullmatch(r"(\d+)/(\d+) (\d+)", story.usual)
    return (int(found.group(1)), int(found.group(2)), int(found.group(3))) if found else None


def _body(story: Story) -> list[Json]:
    """Height once, weight and blood pressure about twice a year."""
    usual, chance = _usual(story), Chance("body", story.id)
    if usual is None:
        return []
    tall = workday(-1460 + chance.whole(0, 60))
    made = [measure(story, "høyde", float(story.height), at(tall, 560), SECRETARY)]
    sys, dia, pulse = usual
    drift = chance.uniform(-2.5, 1.5)
    for n, back in enumerate((1380, 1150, 940, 730, 560, 372, 186, 30)):
        day = -back - chance.whole(0, 8)
        day = workday(day)
        minutes = 500 + chance.whole(0, 350)
        kilos = float(story.weight) + drift * (7 - n) / 7 + chance.normal(0.4)
        made.append(measure(story, "vekt", kilos, at(day, minutes), SECRETARY))
        up = round(chance.normal(5))
        made.append(blood_pressure(story, sys + up, dia + round(up * 0.4), at(day, minutes, 60), GP))
        made.append(measure(story, "p", float(pulse + round(chance.normal(4))), at(day, minutes, 70), GP))
    return made


def _visit(story: Story, day: int, text: str) -> list[Json]:
    """An earlier contact and its note; never at a weekend."""
    day = workday(day)
    minutes = 480 + Chance("visit", story.id, day).whole(0, 20) * 20
    kind = "1"
    if re.search(r"\b(ringer|telefon)\b", text, re.IGNORECASE) and "Tolk" not in text:
        kind = "7"
    if text.startswith("epikrise "):
        letter = text.removeprefix("epikrise ")
        written = note(story, at(day, minutes), GP, letter, "epikrise", visit_id(story, -160))
        return [{**written, "author": [_HOSPITAL], "custodian": _HOSPITAL}]
    made = encounter(story, visit_id(story, day), at(day, minutes), at(day, minutes + 18), kind, "")
    return [made, note(story, at(day, minutes + 17), GP, text, encounter=visit_id(story, day))]


def visit_id(story: Story, day: int) -> str:
    return fhir_id("konsultasjon", story.id, day)


def encounter(
    story: Story, key: str, start: str, end: str, kind: str, reason: str, appointment: str = ""
) -> Json:
    """A contact with the practice, over; ``kind`` is a code of Volven 8432."""
    made: Json = {
        "resourceType": "Encounter",
        "id": key,
        "status": "finished",
        "period": {"start": start, "end": end},
        "class": coding(f"{TERMINOLOGY}v3-ActCode", *_CLASS[kind]),
        "type": [concept(_WAY[kind][1], coding(CONTACT_TYPE, kind, _WAY[kind][1]))],
        "subject": story.ref,
        "participant": [{"individual": GP.ref}],
        "serviceProvider": reference("Organization/legesenter", "Fjordvik legesenter"),
    }
    if reason:
        made["reasonCode"] = [{"text": reason}]
    keys = [word.partition(":")[0] for word in story.conditions.split()]
    if len(keys) == 1:
        made["diagnosis"] = [
            {"condition": reference(f"Condition/{people.condition_id(story, keys[0])}"), "rank": 1}
        ]
    if appointment:
        made["appointment"] = [reference(f"Appointment/{appointment}")]
    return made


def _by_name() -> dict[str, Story]:
    return {story.name: story for story in INHABITANTS}


def day_list() -> list[Json]:
    """Today's appointments and, for those who came, the contact."""
    people_by_name = _by_name()
    made: list[Json] = []
    for row in APPOINTMENTS.strip().splitlines():
        clock, name, reason, kind, came = row.split("|")
        story, start = people_by_name[name], minutes_of(clock)
        key = fhir_id("time", story.id, clock)
        patient: Json = {"actor": story.ref, "required": "required", "status": "accepted"}
        if came != "-":
            patient["period"] = {"start": at(0, came)}
        made.append(
            {
                "resourceType": "Appointment",
                "id": key,
                "status": "noshow" if came == "-" else "booked",
                "start": at(0, start),
                "end": at(0, start + 20),
                "minutesDuration": 20,
                "appointmentType": concept(_WAY[kind][0], coding(CONTACT_TYPE, kind, _WAY[kind][1])),
                "reasonCode": [{"text": reason}],
                "description": reason,
                "created": at(-9, "13:00"),
                "participant": [
                    {"actor": GP.ref, "required": "required", "status": "accepted"},
                    patient,
                    {"actor": reference("Location/kontor-3", "Kontor 3"), "status": "accepted"},
                ],
            }
        )
        if came != "-":
            begins = start + int(delay(local(0, start)).total_seconds()) // 60
            visit = visit_id(story, 0)
            made.append(encounter(story, visit, at(0, begins), at(0, begins + 18), kind, reason, key))
    return made


def add_results(made: Collected) -> None:
    """What was measured, given and written at today's contacts."""
    people_by_name = _by_name()
    for row in APPOINTMENTS.strip().splitlines():
        clock, name, _, _, came = row.split("|")
        story, start = people_by_name[name], minutes_of(clock)
        if came != "-":
            begins = start + int(delay(local(0, start)).total_seconds()) // 60
            today.add_results(made, story, begins, visit_id(story, 0))


def tomorrow_list() -> list[Json]:
    """A shorter list for tomorrow from those who are not on today's."""
    busy = {row.split("|")[1] for row in APPOINTMENTS.strip().splitlines()}
    others = [story for story in INHABITANTS if story.name not in busy and not is_child(story)]
    reasons = (
        "Kontroll",
        "Blodprøver",
        "Årskontroll",
        "Resept",
        "Vondt i kneet",
        "Attest",
        "Utslett",
        "Samtale",
    )
    made: list[Json] = []
    for n, story in enumerate(others[:14]):
        start = 480 + n * 20 + (60 if n > 8 else 0)
        made.append(
            {
                "resourceType": "Appointment",
                "id": fhir_id("time", story.id, "i morgen"),
                "status": "booked",
                "start": at(1, start),
                "end": at(1, start + 20),
                "minutesDuration": 20,
                "appointmentType": concept("Kontor", coding(CONTACT_TYPE, "1", "Fysisk")),
                "reasonCode": [{"text": reasons[n % len(reasons)]}],
                "description": reasons[n % len(reasons)],
                "participant": [
                    {"actor": GP.ref, "required": "required", "status": "accepted"},
                    {"actor": story.ref, "required": "required", "status": "accepted"},
                ],
            }
        )
    return made


def news() -> list[Json]:
    """What is new since last, for the list."""
    people_by_name = _by_name()
    return [
        {
            "resourceType": "Communication",
            "id": fhir_id("nytt", name, text),
            "status": "completed",
            "category": [{"text": "Nytt"}],
            "subject": people_by_name[name].ref,
            "sent": ago(minutes),
            "recipient": [GP.ref],
            "sender": _HOSPITAL if text.startswith("Epikrise") else _LABORATORY,
            "payload": [{"contentString": text}],
        }
        for name, minutes, text in NEWS
    ]


def inbox() -> list[Json]:
    """Tasks of the doctor: answers, e-consultations, renewals, discharge letters."""
    people_by_name = _by_name()
    made: list[Json] = []
    for kind, names in INBOX:
        for n, name in enumerate(names.split(", ")):
            story = people_by_name[name]
            made.append(
                {
                    "resourceType": "Task",
                    "id": fhir_id("innboks", story.id, kind),
                    "status": "requested",
                    "intent": "order",
                    "priority": "urgent" if kind == "Prøvesvar" and name in _ABNORMAL else "routine",
                    "code": {"text": kind},
                    "description": "Avvik" if kind == "Prøvesvar" and name in _ABNORMAL else kind,
                    "for": story.ref,
                    "authoredOn": ago(45 + 37 * n),
                    "owner": GP.ref,
                    "requester": SECRETARY.ref if kind != "Prøvesvar" else _LABORATORY,
                }
            )
    return made


def add_practice(made: Collected) -> None:
    """The whole list."""
    for story in INHABITANTS:
        add_inhabitant(made, story)
    made.add("plan", *day_list(), *tomorrow_list())
    add_results(made)
    made.add("live", *news(), *inbox())
