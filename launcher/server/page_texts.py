"""The sentences of the gateway's own pages, Bokmål and English. Whose fault it is, and what now."""

from __future__ import annotations

from typing import Literal

Language = Literal["nb", "en"]

PAGE_TEXTS: dict[str, dict[Language, tuple[str, str]]] = {
    "request_malformed": {
        "nb": (
            "Appen spurte på en måte vi ikke forstår",
            "Lukk appen og åpne den igjen. Skjer det igjen, ligger feilen hos leverandøren av appen.",
        ),
        "en": (
            "The app asked in a way we do not understand",
            "Close the app and open it again. If it happens again, the fault lies with the app's vendor.",
        ),
    },
    "client_unknown": {
        "nb": (
            "Denne appen er ikke registrert her",
            "Be IT-ansvarlig i kommunen om å godkjenne appen før den tas i bruk.",
        ),
        "en": (
            "This app is not registered here",
            "Ask your IT department to approve the app before it is used.",
        ),
    },
    "client_unapproved": {
        "nb": (
            "Denne appen er ikke godkjent",
            "Appen er kjent, men ingen har godkjent den for din virksomhet. Be IT-ansvarlig om å gjøre det.",
        ),
        "en": (
            "This app is not approved",
            "The app is known, but nobody has approved it for your organisation. Ask your IT department.",
        ),
    },
    "redirect_unregistered": {
        "nb": (
            "Appen ville sende deg til en ukjent adresse",
            "Vi stoppet det. Feilen ligger hos leverandøren av appen.",
        ),
        "en": (
            "The app wanted to send you to an unknown address",
            "We stopped it. The fault lies with the app's vendor.",
        ),
    },
    "login_unknown": {
        "nb": (
            "Innloggingen er for gammel",
            "Den ble startet for lenge siden, eller i et annet vindu. Start på nytt.",
        ),
        "en": ("This sign-in is too old", "It was started too long ago, or in another window. Start again."),
    },
    "login_failed": {
        "nb": (
            "Innloggingen ble ikke fullført",
            "Svaret fra innloggingstjenesten kunne ikke brukes. Prøv igjen.",
        ),
        "en": (
            "Sign-in was not completed",
            "The answer of the sign-in service could not be used. Try again.",
        ),
    },
    "identity_unavailable": {
        "nb": ("Innloggingstjenesten svarer ikke", "Feilen ligger ikke hos deg. Vent litt og prøv igjen."),
        "en": ("The sign-in service does not answer", "The fault is not yours. Wait a moment and try again."),
    },
    "record_unavailable": {
        "nb": (
            "Journalsystemet svarer ikke",
            "Du er logget inn, men vi får ikke vite hvem du er i journalen. Vent litt og prøv igjen.",
        ),
        "en": (
            "The record system does not answer",
            "You are signed in, but we cannot learn who you are in the record. Wait a moment and try again.",
        ),
    },
    "signed_out": {
        "nb": ("Du er logget ut", "Du kan lukke dette vinduet."),
        "en": ("You are signed out", "You may close this window."),
    },
    "sign_out_question": {
        "nb": ("Vil du logge ut?", "Alle apper og pasienter som er åpne, blir lukket."),
        "en": ("Do you want to sign out?", "All open apps and patients will be closed."),
    },
    "choose_patient": {
        "nb": ("Hvilken pasient gjelder det?", "Appen du åpnet, trenger én pasient."),
        "en": ("Which patient is it about?", "The app you opened needs one patient."),
    },
    "consent": {
        "nb": (
            "Vil du gi {app} tilgang?",
            "{app} kommer fra {publisher}. Organisasjonen din har ikke godkjent appen, og overlater valget til deg. "
            "Appen får lov til å:",
        ),
        "en": (
            "Do you want to give {app} access?",
            "{app} comes from {publisher}. Your organisation has not approved the app and leaves the choice to you. "
            "The app will be allowed to:",
        ),
    },
    "too_many": {
        "nb": (
            "For mange forsøk på kort tid",
            "De kom fra denne maskinen, eller fra nettet den står i. Vent et lite øyeblikk og prøv igjen.",
        ),
        "en": (
            "Too many attempts in a short time",
            "They came from this computer, or from the network it is in. Wait a moment and try again.",
        ),
    },
    "not_in_a_page": {
        "nb": (
            "Innlogging kan ikke skje inni en annen side",
            "Åpne appen i sitt eget vindu. Skjer det igjen, ligger feilen hos leverandøren av appen.",
        ),
        "en": (
            "Sign-in cannot happen inside another page",
            "Open the app in a window of its own. If it happens again, the fault lies with the app's vendor.",
        ),
    },
    "wrong_place": {
        "nb": ("Adressen finnes ikke her", "Kontroller adressen, eller åpne Vaktrom på nytt."),
        "en": ("There is no such address here", "Check the address, or start Vaktrom again."),
    },
}

BUTTONS: dict[str, dict[Language, str]] = {
    "allow": {"nb": "Gi tilgang", "en": "Give access"},
    "refuse": {"nb": "Ikke gi tilgang", "en": "Do not give access"},
    "try_again": {"nb": "Prøv igjen", "en": "Try again"},
    "sign_out": {"nb": "Logg ut", "en": "Sign out"},
    "reference": {"nb": "Til IT:", "en": "For IT:"},
    "search": {"nb": "Søk", "en": "Search"},
    "search_label": {
        "nb": "Navn, fødselsdato eller fødselsnummer",
        "en": "Name, birth date or identity number",
    },
    "hint": {
        "nb": "Eksempel: Haugen Marit, 14.02.1939 eller elleve siffer.",
        "en": "For example: Haugen Marit, 14.02.1939 or eleven digits.",
    },
    "nobody": {
        "nb": "Ingen treff. Prøv færre bokstaver. Du finner bare personer du selv har tilgang til.",
        "en": "Nobody found. Try fewer letters. You find only people whom you have access to.",
    },
    "too_short": {
        "nb": "Skriv minst to bokstaver, hele fødselsdatoen eller elleve siffer.",
        "en": "Write at least two letters, the whole birth date or eleven digits.",
    },
    "no_such_date": {
        "nb": "Datoen finnes ikke. Skriv dag, måned og år: 14.02.1939.",
        "en": "There is no such date. Write day, month and year: 14.02.1939.",
    },
    "record_silent": {
        "nb": "Journalsystemet svarer ikke. Feilen ligger ikke hos deg. Søk igjen om litt.",
        "en": "The record system does not answer. The fault is not yours. Search again in a moment.",
    },
    "one_hit": {"nb": "1 treff", "en": "1 person found"},
    "hits": {"nb": "{count} treff", "en": "{count} people found"},
    "first_hits": {
        "nb": "De første {count} treffene. Skriv mer for å finne den rette.",
        "en": "The first {count} people found. Write more to find the right one.",
    },
    "lists": {"nb": "Dine lister", "en": "Your lists"},
    "listed": {"nb": "{list}: {count}", "en": "{list}: {count}"},
    "first_listed": {
        "nb": "{list}: de første {count}. Søk for å finne andre.",
        "en": "{list}: the first {count}. Search to find others.",
    },
    "nobody_listed": {
        "nb": "Ingen står på denne listen nå. Søk etter navnet i stedet.",
        "en": "Nobody is on this list now. Search for the name instead.",
    },
    "alike": {"nb": "Navnelik", "en": "Similar name"},
    "deceased": {"nb": "Død", "en": "Deceased"},
    "number": {"nb": "Fødselsnr.", "en": "Identity no."},
    "age": {"nb": "{age} år", "en": "{age} years"},
    "room": {"nb": "Rom", "en": "Room"},
    "practitioner": {"nb": "Fastlege", "en": "GP"},
}


def language_of(accept_language: str | None) -> Language:
    """Bokmål unless English is asked for before any Scandinavian language."""
    for part in (accept_language or "").lower().split(","):
        tag = part.split(";")[0].strip().split("-")[0]
        if tag in ("nb", "no", "nn", "da", "sv"):
            return "nb"
        if tag == "en":
            return "en"
    return "nb"
