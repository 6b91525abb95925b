"""Patient, stay, diagnoses, allergies, flags and care plan of one story."""

from __future__ import annotations

from datetime import date

from launcher.sandbox.population.chance import Chance, fhir_id
from launcher.sandbox.population.codes import (
    CONTACT_TYPE,
    FNR,
    ICD10,
    ICPC2,
    LOCAL,
    PROFILE,
    SNOMED,
    TERMINOLOGY,
    Json,
    address,
    coding,
    concept,
    human_name,
    reference,
    status,
)
from launcher.sandbox.population.diagnoses import DIAGNOSES
from launcher.sandbox.population.identity_numbers import synthetic_number
from launcher.sandbox.population.moments import DAY_ZERO, at, on
from launcher.sandbox.population.names import KIN_NAMES, STREETS
from launcher.sandbox.population.staff import DOCTOR, GP, GP_COLLEAGUE, WARDS, Worker, worker_at
from launcher.sandbox.population.story import Story

# key: what | reaction | criticality | severity | category | SNOMED CT code of the substance
ALLERGIES = {
    "penicillin": ("Penicillin", "anafylaksi", "high", "severe", "medication", "764146007"),
    "asa": ("ASA", "bronkospasme", "high", "severe", "medication", "387458008"),
    "latex": ("Latex", "anafylaksi", "high", "severe", "environment", "111088007"),
    "trimsulfa": (
        "Trimetoprim-sulfa",
        "blemmer i hud og slimhinner",
        "high",
        "severe",
        "medication",
        "398731002",
    ),
    "kontrast": ("Røntgenkontrast", "anafylaktoid reaksjon", "high", "severe", "medication", "385420005"),
    "peanøtt": ("Peanøtt", "anafylaksi", "high", "severe", "food", "762952008"),
    "veps": ("Vepsegift", "anafylaksi", "high", "severe", "environment", ""),
    "morfin": ("Morfin", "pustestans ved vanlig dose", "high", "severe", "medication", "373529000"),
    "haldolcave": ("Haloperidol", "kraftig stivhet", "high", "severe", "medication", "386837002"),
    "kodein": ("Kodein", "kvalme", "low", "mild", "medication", "387494007"),
    "egg": ("Egg", "utslett", "low", "mild", "food", "102263004"),
    "melk": ("Kumelk", "diaré", "low", "mild", "food", "3718001"),
    "plaster": ("Plasterlim", "kløende utslett", "low", "mild", "environment", "418920007"),
    "jod": ("Jod", "utslett", "low", "moderate", "medication", "44588005"),
    "erytromycin": ("Erytromycin", "magesmerter", "low", "mild", "medication", "372694001"),
    "penutslett": ("Penicillin", "utslett", "low", "moderate", "medication", "764146007"),
    "nikkel": ("Nikkel", "eksem", "low", "mild", "environment", ""),
    "skalldyr": ("Skalldyr", "hevelse i leppene", "low", "moderate", "food", "735029006"),
    "pollen": ("Bjørkepollen", "rennende nese og øyne", "low", "mild", "environment", "256259004"),
}
FLAGS = {
    "Fallrisiko": "safety",
    "HLR minus": "clinical",
    "Smittevern: MRSA": "clinical",
    "Smittevern: ESBL": "clinical",
}


def patient(story: Story, gp: bool = False) -> Json:
    """no-basis Patient with a Tenor-like number (NOB-01)."""
    chance = Chance("person", story.id)
    born = date.fromisoformat(story.born)
    number = story.number or synthetic_number(born, story.female, chance.whole(0, 899))
    doctor = GP if gp else GP_COLLEAGUE
    lines = (
        [f"{chance.pick(STREETS)} {chance.whole(1, 68)}"] if gp else ["Lindehaugen 1", f"Rom {story.room}"]
    )
    made: Json = {
        "resourceType": "Patient",
        "id": story.id,
        "meta": {"profile": [f"{PROFILE}Patient"]},
        "identifier": [{"use": "official", "system": FNR, "value": number}],
        "active": True,
        "name": [human_name(story.given, story.family, story.middle)],
        "gender": "female" if story.female else "male",
        "birthDate": story.born,
        "address": [address(lines)],
        "communication": [{"language": concept("Norsk", coding("urn:ietf:bcp:47", "nb")), "preferred": True}],
        "generalPractitioner": [doctor.ref],
        "managingOrganization": reference("Organization/legesenter" if gp else "Organization/lindehaugen"),
    }
    if gp and story.age() >= 16:
        made["telecom"] = [
            {"system": "phone", "value": f"+47 10 99 5{chance.whole(0, 9)} {chance.whole(10, 99)}"}
        ]
    if story.kin:
        made["contact"] = [_contact(story, chance)]
    return made


def _contact(story: Story, chance: Chance) -> Json:
    relation, _, given = story.kin.partition(" ")
    family = story.family if relation in ("kona", "mannen", "sønnen") else chance.pick(KIN_NAMES)
    return {
        "relationship": [concept(f"Nærmeste pårørende ({relation})", coding(f"{TERMINOLOGY}v2-0131", "N"))],
        "name": {"text": f"{given} {family}", "family": family, "given": [given]},
        "telecom": [{"system": "phone", "value": f"+47 10 99 6{chance.whole(0, 9)} {chance.whole(10, 99)}"}],
    }


def condition_id(story: Story, key: str) -> str:
    return fhir_id("tilstand", story.id, key)


def conditions(story: Story, hospital_codes: bool = True) -> list[Json]:
    """``key:year``; year 0 is this autumn, ``d-4`` is day -4, a leading minus means it is over."""
    made: list[Json] = []
    for word in story.conditions.split():
        key, _, year = word.partition(":")
        over = year.startswith("-")
        found = DIAGNOSES[key]
        codings = [coding(ICPC2, found.icpc2, found.icpc2_name)]
        if hospital_codes:
            codings.append(coding(ICD10, found.icd10, found.icd10_name))
        onset = _recent_onset(story, key) if year == "0" else year.lstrip("-")
        if year.startswith("d"):
            onset = on(int(year[1:]))
        made.append(
            {
                "resourceType": "Condition",
                "id": condition_id(story, key),
                "clinicalStatus": status("condition-clinical", "resolved" if over else "active"),
                "verificationStatus": status("condition-ver-status", "confirmed"),
                "category": [status("condition-category", "problem-list-item")],
                "code": concept(found.text, *codings),
                "subject": story.ref,
                "onsetDateTime": onset,
                "recorder": (DOCTOR if hospital_codes else GP).ref,
            }
        )
    return made


def _recent_onset(story: Story, key: str) -> str:
    for episode in story.episodes:
        if episode.kind == key:
            return on(episode.start)
    return on(-11 if key == "lårhals" else int(story.facts.get(key, "-5")))


def stay(story: Story) -> Json:
    """The Encounter that is going on: ward, room, why here (NAV-11)."""
    nurse = worker_at(story.ward, 0, 600)
    first = story.conditions.split()[0].partition(":")[0]
    return {
        "resourceType": "Encounter",
        "id": story.encounter,
        "status": "in-progress",
        "class": coding(f"{TERMINOLOGY}v3-ActCode", "IMP", "inpatient encounter"),
        "type": [concept("Fysisk", coding(CONTACT_TYPE, "1", "Fysisk"))],
        "subject": story.ref,
        "participant": [
            {"type": [concept("Ansvarlig lege")], "individual": DOCTOR.ref},
            {"type": [concept("Primærkontakt")], "individual": nurse.ref},
        ],
        "period": {"start": at(-story.moved_in, "14:00")},
        "reasonCode": [{"text": story.why}],
        "diagnosis": [{"condition": reference(f"Condition/{condition_id(story, first)}"), "rank": 1}],
        "location": [
            {
                "location": reference(f"Location/rom-{story.room}", str(story.room)),
                "status": "active",
                "period": {"start": at(-story.moved_in, "14:00")},
            }
        ],
        "serviceProvider": reference(f"Organization/{story.ward}", WARDS[story.ward]),
    }


def allergies(story: Story) -> list[Json]:
    """Recorded allergies, ``no known allergies``, or nothing at all when nobody has asked."""
    return [_allergy(story, key) for key in story.allergies or ()]


def _allergy(story: Story, key: str) -> Json:
    lived = (DAY_ZERO - date.fromisoformat(story.born)).days
    made: Json = {
        "resourceType": "AllergyIntolerance",
        "id": fhir_id("allergi", story.id, key),
        "clinicalStatus": status("allergyintolerance-clinical", "active"),
        "verificationStatus": status("allergyintolerance-verification", "confirmed"),
        "patient": story.ref,
        "recordedDate": on(-min(story.moved_in, lived // 6)),
    }
    if key == "nka":
        return {
            **made,
            "code": concept("Ingen kjente allergier", coding(SNOMED, "716186003", "No known allergy")),
        }
    what, reaction, criticality, severity, category, code = ALLERGIES[key]
    return {
        **made,
        "type": "allergy",
        "category": [category],
        "criticality": criticality,
        "code": concept(what, *([coding(SNOMED, code)] if code else [])),
        "reaction": [{"manifestation": [{"text": reaction}], "severity": severity}],
    }


def flags(story: Story) -> list[Json]:
    """Active warnings as they stand in the banner."""
    return [
        {
            "resourceType": "Flag",
            "id": fhir_id("merknad", story.id, text),
            "status": "active",
            "category": [status("flag-category", FLAGS.get(text, "clinical"))],
            "code": {"text": text},
            "subject": story.ref,
            "period": {"start": on(-min(story.moved_in, 119))},
            "author": DOCTOR.ref if text.startswith("HLR") else worker_at(story.ward, 0, 600).ref,
        }
        for text in story.flags
    ]


def care_plan(story: Story, author: Worker = DOCTOR) -> list[Json]:
    """One plan, its goals and the measures against each."""
    if not story.goals:
        return []
    goals: list[Json] = []
    activities: list[Json] = []
    for title, aim, measure in story.goals:
        goal = fhir_id("maal", story.id, title)
        goals.append(
            {
                "resourceType": "Goal",
                "id": goal,
                "lifecycleStatus": "active",
                "achievementStatus": status("goal-achievement", "in-progress"),
                "category": [concept(title)],
                "description": {"text": aim},
                "subject": story.ref,
                "startDate": on(-min(story.moved_in, 75)),
            }
        )
        detail = {"status": "in-progress", "goal": [reference(f"Goal/{goal}")], "description": measure}
        activities.append({"detail": detail})
    plan = {
        "resourceType": "CarePlan",
        "id": fhir_id("plan", story.id),
        "status": "active",
        "intent": "plan",
        "category": [concept("Tiltaksplan", coding(f"{LOCAL}plan", "tiltaksplan"))],
        "title": f"Tiltaksplan for {story.name}",
        "subject": story.ref,
        "encounter": reference(f"Encounter/{story.encounter}"),
        "period": {"start": on(-min(story.moved_in, 75))},
        "author": author.ref,
        "careTeam": [reference(f"CareTeam/team-{story.ward}")],
        "addresses": [
            reference(f"Condition/{condition_id(story, word.partition(':')[0])}")
            for word in story.conditions.split()[:3]
        ],
        "goal": [reference(f"Goal/{goal['id']}") for goal in goals],
        "activity": activities,
    }
    return [plan, *goals]
