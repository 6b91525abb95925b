"""Code systems, profiles and small builders for FHIR data types (NOB-01 .. NOB-05)."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

FNR = "urn:oid:2.16.578.1.12.4.1.4.1"
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"
ENH = "urn:oid:2.16.578.1.12.4.1.4.101"
VOLVEN = "urn:oid:2.16.578.1.12.4.1.1."
ICD10, ICPC2, NLK = f"{VOLVEN}7110", f"{VOLVEN}7170", f"{VOLVEN}7280"
CONTACT_TYPE, DOCUMENT_TYPE = f"{VOLVEN}8432", f"{VOLVEN}9602"
PROFESSION, SPECIALTY, ROLE = f"{VOLVEN}9060", f"{VOLVEN}7426", f"{VOLVEN}9034"
MUNICIPALITY = f"{VOLVEN}3402"
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
LOCAL = "https://fjordvik.example/kode/"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"
PROFILE = "http://hl7.no/fhir/StructureDefinition/no-basis-"


def coding(system: str, code: str, display: str = "") -> Json:
    found: Json = {"system": system, "code": code}
    if display:
        found["display"] = display
    return found


def concept(text: str, *codings: Json) -> Json:
    """CodeableConcept with a text, and codings if there are any."""
    return {**({"coding": list(codings)} if codings else {}), "text": text}


def status(name: str, code: str) -> Json:
    """One of HL7's own status concepts, e.g. ``condition-clinical`` ``active``."""
    return {"coding": [coding(TERMINOLOGY + name, code)]}


def reference(target: str, display: str = "") -> Json:
    return {"reference": target, **({"display": display} if display else {})}


def quantity(value: object, unit: str, code: str = "") -> Json:
    return {"value": value, "unit": unit, "system": UCUM, "code": code or unit}


def address(lines: list[str], use: str = "home") -> Json:
    """An address in the municipality that does not exist."""
    return {
        "use": use,
        "type": "physical",
        "line": lines,
        "city": "Fjordvik",
        "district": "Fjordvik",
        "_district": {
            "extension": [
                {
                    "url": f"{PROFILE}municipalitycode",
                    "valueCoding": coding(MUNICIPALITY, "9901", "Fjordvik"),
                }
            ]
        },
        "postalCode": "9996",
        "country": "NO",
    }


def human_name(given: str, family: str, middle: str = "") -> Json:
    """Official name; the middle name is given as Norwegian law sees it (NOB-05)."""
    name: Json = {"use": "official", "text": " ".join(filter(None, [given, middle, family]))}
    if middle:
        name["extension"] = [{"url": f"{PROFILE}middlename", "valueString": middle}]
    return {**name, "family": family, "given": [given, *([middle] if middle else [])]}
