"""Builds single observations: codes, short Norwegian names, units."""

from __future__ import annotations

from decimal import Decimal

from launcher.sandbox.population.chance import fhir_id
from launcher.sandbox.population.codes import (
    LOCAL,
    LOINC,
    SNOMED,
    TERMINOLOGY,
    Json,
    coding,
    concept,
    quantity,
    reference,
)
from launcher.sandbox.population.staff import Worker
from launcher.sandbox.population.story import Story

# key: LOINC | its name | short name | unit | UCUM | decimals
_MEASURES = {
    "t": ("8310-5", "Body temperature", "Temp", "°C", "Cel", 1),
    "p": ("8867-4", "Heart rate", "Puls", "/min", "/min", 0),
    "r": ("9279-1", "Respiratory rate", "Resp.", "/min", "/min", 0),
    "s": ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "SpO₂", "%", "%", 0),
    "o": ("3151-8", "Inhaled oxygen flow rate", "Oksygen", "l/min", "L/min", 1),
    "vekt": ("29463-7", "Body weight", "Vekt", "kg", "kg", 1),
    "høyde": ("8302-2", "Body height", "Høyde", "cm", "cm", 0),
    "lengde": ("8302-2", "Body height", "Lengde", "cm", "cm", 1),
    "hode": ("9843-4", "Head Occipital-frontal circumference", "Hodeomkrets", "cm", "cm", 1),
    "sukker": ("14743-9", "Glucose [Moles/volume] in Capillary blood by Glucometer", "Blodsukker", "mmol/l", "mmol/L", 1),
    "smerte": ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported", "Smerte", "av 10", "{score}", 0),
    "diurese": ("9187-6", "Urine output", "Diurese", "ml", "mL", 0),
    "drukket": ("", "drikke", "Drukket", "ml", "mL", 0),
    "esas": ("", "esas-smerte", "ESAS smerte", "", "{score}", 0),
}  # fmt: skip
VITAL = {"t", "p", "r", "s", "o", "vekt", "høyde", "lengde", "hode"}
AWAKE = {
    "A": ("248234008", "Våken"),
    "C": ("130987000", "Nyoppstått forvirring"),
    "V": ("300202002", "Reagerer på tiltale"),
    "P": ("450847001", "Reagerer på smerte"),
}


def category(code: str) -> list[Json]:
    return [{"coding": [coding(f"{TERMINOLOGY}observation-category", code)]}]


def base(story: Story, key: str, when: str, worker: Worker, kind: str) -> Json:
    """``when`` comes first among the times: it decides whether the line is past (see ``reading``)."""
    made: Json = {
        "resourceType": "Observation",
        "id": fhir_id("obs", story.id, key, when),
        "status": "final",
        "effectiveDateTime": when,
        "category": category(kind),
        "subject": story.ref,
    }
    if story.room:
        made["encounter"] = reference(f"Encounter/{story.encounter}")
    made["performer"] = [worker.ref]
    return made


def _code(key: str) -> Json:
    loinc, name, text, *_ = _MEASURES[key]
    if key == "esas":
        pain = coding(LOINC, "38208-5", "Pain severity - Reported")
        return concept(text, coding(f"{LOCAL}observasjon", name), pain)
    found = coding(LOINC, loinc, name) if loinc else coding(f"{LOCAL}observasjon", name)
    return concept(text, found)


def rounded(value: float, decimals: int) -> Decimal | int:
    """Half up, so that the digits do not hang on the platform."""
    if decimals == 0:
        return int(value + 0.5)
    scaled = int(abs(value) * 10**decimals + 0.5)
    return Decimal(-scaled if value < 0 else scaled).scaleb(-decimals)


def measure(story: Story, key: str, value: float, when: str, worker: Worker, decimals: int = -1) -> Json:
    """A quantity of one of the kinds above; weights keep their ``.0``, infants' have two decimals."""
    _, _, _, unit, ucum, usual = _MEASURES[key]
    decimals = usual if decimals < 0 else decimals
    kind = "vital-signs" if key in VITAL else "laboratory" if key == "sukker" else "survey"
    made = {**base(story, key, when, worker, kind), "code": _code(key)}
    if key == "esas":
        return {**made, "valueInteger": int(value)}
    return {**made, "valueQuantity": quantity(rounded(value, decimals), unit, ucum)}


def blood_pressure(story: Story, sys: int, dia: int, when: str, worker: Worker) -> Json:
    def part(code: str, name: str, text: str, value: int) -> Json:
        return {
            "code": concept(text, coding(LOINC, code, name)),
            "valueQuantity": quantity(value, "mmHg", "mm[Hg]"),
        }

    return {
        **base(story, "bp", when, worker, "vital-signs"),
        "code": concept("BT", coding(LOINC, "85354-9", "Blood pressure panel with all children optional")),
        "component": [
            part("8480-6", "Systolic blood pressure", "Overtrykk", sys),
            part("8462-4", "Diastolic blood pressure", "Undertrykk", dia),
        ],
    }


def consciousness(story: Story, letter: str, when: str, worker: Worker) -> Json:
    """ACVPU as NEWS2 uses it."""
    snomed, text = AWAKE[letter]
    return {
        **base(story, "acvpu", when, worker, "vital-signs"),
        "code": concept("Bevissthet", coding(LOINC, "80288-4", "Level of consciousness AVPU score")),
        "valueCodeableConcept": concept(text, coding(SNOMED, snomed), coding(f"{LOCAL}acvpu", letter)),
    }


def news2(story: Story, score: int, when: str, worker: Worker) -> Json:
    return {
        **base(story, "news2", when, worker, "survey"),
        "code": concept("NEWS2", coding(SNOMED, "1104051000000101", "National Early Warning Score 2")),
        "valueInteger": score,
    }


def remark(story: Story, text: str, when: str, worker: Worker) -> Json:
    """What was seen on a round: ``Sover``."""
    return {
        **base(story, "tilsyn", when, worker, "survey"),
        "code": concept("Tilsyn", coding(f"{LOCAL}observasjon", "tilsyn")),
        "valueString": text,
    }
