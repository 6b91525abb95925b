"""Every page of the gateway's own, as it would be sent, with as much on it as there may be."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from starlette.requests import Request

from launcher.server.consent_texts import shared_in_words, until_in_words
from launcher.server.page_texts import Language
from launcher.server.pages import Pages
from launcher.server.picker import Shown
from launcher.server.picker_lists import by_room
from launcher.server.picker_rows import rows
from tests.launcher.server.test_picker_rows import patient, stay

TODAY = date(2026, 11, 23)
NUMBER = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "14823921420"}]
GP = [{"display": "Helge Solberg"}]
PEOPLE = [
    patient("a", "Haugen", "Marit", identifier=NUMBER),
    patient("b", "Haugan", "Marit", "1941-11-24", generalPractitioner=GP),
    patient("c", "Vik-Jonsgård Steinsvåg", "Ola Aleksander", "1951-01-01", deceasedBoolean=True),
]
NAMES = """Lien Torbjørn, Haugen Marit, Aasen Gunnar, Bakke Solveig, Strandvik Odd, Haugan Marit, Myhre Ingrid, Eide Per,
 Tangen Astrid, Solheim Kåre, Nygård Else, Fossum Arvid, Viken Gerd, Rønning Knut, Dahl Borghild, Sletten Ivar"""
RESIDENTS = [
    patient(name, name.split()[0], name.split()[1], f"19{31 + number}-03-09", identifier=NUMBER)
    for number, name in enumerate(NAMES.split(","))
]
STAYS = [stay(str(one["id"]), str(201 + number)) for number, one in enumerate(RESIDENTS)]
LISTS = ("Vestfløyen", "Østfløyen")
SCOPES = """openid launch online_access fhircast/*.* patient/Patient.rs patient/Observation.cruds patient/Condition.rs
 patient/MedicationRequest.rs patient/Appointment.cu user/Practitioner.rs patient/DocumentReference.rs?a=b"""
PICKERS = {
    "empty": Shown("", lists=LISTS),
    "hits": Shown("hau", rows(PEOPLE, [stay("a", "204")], TODAY), searched=True),
    "ward": Shown("", by_room(rows(RESIDENTS, STAYS, TODAY)), True, lists=LISTS, listed="Vestfløyen"),
    "empty ward": Shown("", (), searched=True, lists=LISTS, listed="Vestfløyen"),
    "nobody": Shown("zzz", (), searched=True, lists=LISTS),
    "wrong": Shown("h", wrong="too_short", lists=LISTS),
    "silent": Shown("hau", wrong="record_silent", lists=LISTS),
}


def every_page(language: Language) -> dict[str, bytes]:
    """The documents by the name of the page."""
    request = Request({"type": "http", "headers": [(b"accept-language", language.encode())]})
    pages = Pages()
    made = {
        name: pages.page(request, "choose_patient", status=200, picker=picker(one, language))
        for name, one in PICKERS.items()
    }
    ends = datetime(2026, 11, 23, 22, 15, tzinfo=UTC)
    consent = {
        "action": "/oauth/consent",
        "token": "t",
        "shared": shared_in_words(SCOPES.split(), fenced=False, language=language),
        "until": until_in_words(ends, 15, language),
    }
    words = {"app": "Søvn og hvile", "publisher": "Hvilepulsmåling Norge AS"}
    made["consent"] = pages.page(request, "consent", status=200, consent=consent, words=words)
    made["refused"] = pages.page(request, "client_unapproved", status=400, reference="client_unapproved")
    made["away"] = pages.page(request, "record_unavailable", status=502, retry="/oauth/authorize")
    question = {"action": "/oauth/logout", "fields": {"a": "b"}}
    made["sign out"] = pages.page(request, "sign_out_question", status=200, question=question)
    return {name: bytes(answer.body) for name, answer in made.items()}


def picker(shown: Shown, language: Language) -> dict[str, Any]:
    """What the template is given for a picker."""
    return {
        "action": "/oauth/patient",
        "pick": "one-time",
        "text": shown.text,
        "searched": shown.searched,
        "wrong": shown.wrong,
        "count": shown.count(language),
        "patients": shown.patients,
        "lists": shown.lists,
        "listed": shown.listed,
    }
