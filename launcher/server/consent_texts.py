"""What a grant means, in words for somebody who has never heard of scopes; Bokmål and English (SAL-42)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from launcher.gateway.compartments import WITHOUT_COMPARTMENT
from launcher.server.page_texts import Language
from launcher.smart.scope_words import ResourceScope, parse_resource_scope
from launcher.smart.scopes import changes_context
from launcher.smart.web_messaging import SCRATCHPAD, UI

Words = Mapping[Language, str]

TYPES: Mapping[str, Words] = {
    "*": {
        "nb": "alt i journalen, også slags opplysninger som kommer til senere",
        "en": "everything in the record, kinds of information that are added later too",
    },
    "AllergyIntolerance": {"nb": "allergier og reaksjoner", "en": "allergies and reactions"},
    "Appointment": {"nb": "avtaler", "en": "appointments"},
    "Binary": {"nb": "vedlegg", "en": "attachments"},
    "CarePlan": {"nb": "tiltaksplaner", "en": "care plans"},
    "CareTeam": {"nb": "hvem som har ansvar for pasienten", "en": "who is responsible for the patient"},
    "Composition": {"nb": "sammendrag og notater", "en": "summaries and notes"},
    "Condition": {"nb": "diagnoser og problemer", "en": "diagnoses and problems"},
    "DiagnosticReport": {"nb": "svar på undersøkelser", "en": "results of examinations"},
    "DocumentReference": {"nb": "dokumenter og notater", "en": "documents and notes"},
    "Encounter": {"nb": "opphold og konsultasjoner", "en": "stays and consultations"},
    "Immunization": {"nb": "vaksiner", "en": "vaccinations"},
    "MedicationAdministration": {"nb": "legemidler som er gitt", "en": "medication that was given"},
    "MedicationRequest": {"nb": "forskrivninger", "en": "prescriptions"},
    "MedicationStatement": {"nb": "legemidler i bruk", "en": "medication in use"},
    "Observation": {"nb": "målinger og prøvesvar", "en": "measurements and test results"},
    "Organization": {"nb": "virksomheter", "en": "organisations"},
    "Patient": {
        "nb": "navn, fødselsnummer og kontaktopplysninger",
        "en": "name, identity number and contact details",
    },
    "Practitioner": {"nb": "ansatte", "en": "staff"},
    "Procedure": {"nb": "behandlinger og prosedyrer", "en": "treatments and procedures"},
    "QuestionnaireResponse": {"nb": "utfylte skjemaer", "en": "completed forms"},
    "RelatedPerson": {"nb": "pårørende", "en": "next of kin"},
    "ServiceRequest": {"nb": "henvisninger og rekvisisjoner", "en": "referrals and orders"},
    "Task": {"nb": "oppgaver", "en": "tasks"},
}
"""Resource types in plain words; others are told by their name."""

ACTIONS: tuple[tuple[str, Words], ...] = (
    ("rs", {"nb": "Lese", "en": "Read"}),
    ("cu", {"nb": "Legge til og endre", "en": "Add and change"}),
    ("d", {"nb": "Slette", "en": "Delete"}),
)
"""Letters of an interaction, and what it does to the record."""

REACH: Mapping[str, Words] = {
    "patient": {
        "nb": "om den ene pasienten appen åpnes for",
        "en": "about the one patient the app is opened for",
    },
    "fenced": {
        "nb": "om pasienten som er fremme, også når du bytter pasient",
        "en": "about the patient who is open, also when you change patient",
    },
    "user": {
        "nb": "om alle pasienter du selv har tilgang til",
        "en": "about every patient you have access to",
    },
    "shared": {
        "nb": "felles opplysninger, ikke om noen pasient",
        "en": "shared information, about no patient",
    },
}
PARTLY: Words = {"nb": " (bare en del av dem)", "en": " (only some of them)"}
IDENTITY: Words = {"nb": "Vite hvem du er: navn og rolle", "en": "Know who you are: name and role"}
CONTEXT: Words = {"nb": "Vite hvilken pasient som er åpen", "en": "Know which patient is open"}
CHANGES: Words = {
    "nb": "Bytte hvilken pasient som er åpen, også i de andre appene",
    "en": "Change which patient is open, in the other apps too",
}
CLOSES: Words = {
    "nb": "Lukke seg selv, og åpne andre apper for pasienten",
    "en": "Close itself, and open other apps for the patient",
}
SHARES: Words = {
    "nb": "Dele utkast om pasienten med andre apper, til pasienten lukkes",
    "en": "Share drafts about the patient with other apps, until the patient is closed",
}
UNTIL_THEN: Words = {
    "nb": "Tilgangen varer til du logger ut, senest {moment}.",
    "en": "The access lasts until you sign out, at the latest {moment}.",
}
FOR_MINUTES: Words = {
    "nb": "Tilgangen varer i {minutes} minutter.",
    "en": "The access lasts for {minutes} minutes.",
}
MOMENT: Words = {"nb": "%d.%m.%Y kl. %H:%M", "en": "%d.%m.%Y at %H:%M"}


def shared_in_words(scopes: Iterable[str], *, fenced: bool, language: Language) -> list[str]:
    """One sentence for each thing that will be shared or may be done, in a fixed order, each once."""
    scopes = list(scopes)
    found: dict[str, None] = {}
    if {"openid", "fhirUser", "profile"} & set(scopes):
        found[IDENTITY[language]] = None
    if any(scope.startswith(("launch", "fhircast/")) for scope in scopes):
        found[CONTEXT[language]] = None
    if any(changes_context(scope) for scope in scopes):
        found[CHANGES[language]] = None
    if UI in scopes:
        found[CLOSES[language]] = None
    if SCRATCHPAD in scopes:
        found[SHARES[language]] = None
    parsed = [found_scope for scope in scopes if (found_scope := parse_resource_scope(scope)) is not None]
    for letters, action in ACTIONS:
        by_reach: dict[str, dict[str, None]] = {}
        for scope in parsed:
            if set(letters) & set(scope.interactions):
                reach = _reach(scope, fenced)
                by_reach.setdefault(reach, {})[_what(scope, language)] = None
        for reach, things in by_reach.items():
            found[f"{action[language]} {'; '.join(things)} – {REACH[reach][language]}"] = None
    return list(found)


def until_in_words(ends: datetime | None, minutes: int, language: Language) -> str:
    """Until when: ``ends`` for an access that can be renewed until then, otherwise the life of one token."""
    if ends is None:
        return FOR_MINUTES[language].format(minutes=minutes)
    return UNTIL_THEN[language].format(moment=ends.astimezone().strftime(MOMENT[language]))


def _reach(scope: ResourceScope, fenced: bool) -> str:
    """Key of :data:`REACH`; staff and organisations belong to no patient."""
    if scope.resource_type in WITHOUT_COMPARTMENT:
        return "shared"
    return "fenced" if fenced and scope.level == "user" else scope.level


def _what(scope: ResourceScope, language: Language) -> str:
    words = TYPES.get(scope.resource_type)
    what = words[language] if words is not None else f"«{scope.resource_type}»"
    return what + (PARTLY[language] if scope.query else "")
