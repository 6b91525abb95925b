"""The sentences of the provider's pages, Norwegian (Bokmål) first, English second."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

DEFAULT_LANGUAGE: Final = "nb"

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "nb": {
        "sign-in": "Logg inn",
        "username": "Brukernavn",
        "password": "Passord",
        "show": "Vis",
        "hide": "Skjul",
        "show-password": "Vis passordet",
        "hide-password": "Skjul passordet",
        "practice": "Øvingsmiljø.",
        "made-up": "Alle personer er oppdiktet.",
        "choose": "Velg en prøvebruker. Passord for alle:",
        "sign-in-as": "Logg inn som",
        "wrong": "Brukernavnet eller passordet er feil. Prøv igjen.",
        "wait": "For mange feil passord. Vent {seconds} sekunder og prøv igjen.",
        "missing": "Skriv både brukernavn og passord.",
        "details": "Detaljer",
        "back": "Tilbake til {name}",
        "logged-out": "Du er logget ut",
        "logged-out-text": "Ingen er logget inn på denne innloggingssiden nå. Du kan lukke vinduet.",
        "logout-question": "Vil du logge ut?",
        "logout-question-text": "Du er logget inn som {name}. Når du logger ut, må du skrive passordet neste gang.",
        "logout-question-nobody": "Ingen er logget inn på denne innloggingssiden nå.",
        "logout": "Logg ut",
        "unknown-client.title": "Vi kjenner ikke programmet",
        "unknown-client.text": "Programmet som sendte deg hit, er ikke registrert her. Feilen ligger hos programmet. "
        "Lukk siden og si fra til den som drifter det.",
        "bad-redirect.title": "Programmet ba om et svar på feil sted",
        "bad-redirect.text": "Adressen som innloggingen skulle svare til, er ikke registrert for programmet. Derfor ble "
        "du ikke sendt videre. Feilen ligger hos programmet.",
        "bad-request.title": "Vi forstod ikke forespørselen",
        "bad-request.text": "Programmet som sendte deg hit, skrev noe vi ikke kan lese. Feilen ligger hos programmet.",
        "request-expired.title": "Innloggingen ble for gammel",
        "request-expired.text": "Forespørselen er brukt før eller har stått for lenge. Start innloggingen på nytt fra "
        "programmet.",
        "page-expired.title": "Innloggingssiden ble for gammel",
        "page-expired.text": "Siden har stått åpen for lenge, eller innloggingstjenesten er startet på nytt. Start "
        "innloggingen på nytt fra programmet.",
        "foreign-form.title": "Skjemaet hører ikke til denne nettleseren",
        "foreign-form.text": "Ingen ble logget inn. Start innloggingen på nytt fra programmet.",
        "bad-logout-redirect.title": "Programmet ba om å gå videre til feil sted",
        "bad-logout-redirect.text": "Adressen etter utlogging er ikke registrert for programmet. Du ble ikke sendt "
        "videre, og du er ikke logget ut ennå.",
        "bad-logout.title": "Vi forstod ikke utloggingen",
        "bad-logout.text": "Programmet sendte et bevis vi ikke kjenner. Du er ikke logget ut ennå.",
        "not-found.title": "Siden finnes ikke",
        "not-found.text": "Innloggingstjenesten har ingen side på denne adressen.",
        "too-large.title": "Skjemaet er for stort",
        "too-large.text": "Det som ble sendt, er større enn noe skjema her. Ingenting ble lagret.",
        "wrong-host.title": "Feil adresse",
        "wrong-host.text": "Innloggingstjenesten svarer ikke på dette navnet.",
    },
    "en": {
        "sign-in": "Sign in",
        "username": "User name",
        "password": "Password",
        "show": "Show",
        "hide": "Hide",
        "show-password": "Show the password",
        "hide-password": "Hide the password",
        "practice": "Practice environment.",
        "made-up": "All persons are made up.",
        "choose": "Choose a test user. Password for all:",
        "sign-in-as": "Sign in as",
        "wrong": "The user name or the password is wrong. Try again.",
        "wait": "Too many wrong passwords. Wait {seconds} seconds and try again.",
        "missing": "Write both user name and password.",
        "details": "Details",
        "back": "Back to {name}",
        "logged-out": "You are signed out",
        "logged-out-text": "Nobody is signed in on this sign-in page now. You can close the window.",
        "logout-question": "Do you want to sign out?",
        "logout-question-text": "You are signed in as {name}. After signing out you need the password next time.",
        "logout-question-nobody": "Nobody is signed in on this sign-in page now.",
        "logout": "Sign out",
        "unknown-client.title": "We do not know the program",
        "unknown-client.text": "The program that sent you here is not registered. The fault lies with the program. "
        "Close the page and tell those who run it.",
        "bad-redirect.title": "The program asked for an answer at the wrong place",
        "bad-redirect.text": "The address that sign-in should answer to is not registered for the program. That is why "
        "you were not sent on. The fault lies with the program.",
        "bad-request.title": "We did not understand the request",
        "bad-request.text": "The program that sent you here wrote something we cannot read. The fault lies with the "
        "program.",
        "request-expired.title": "The sign-in became too old",
        "request-expired.text": "The request was used before or has waited too long. Start signing in again from the "
        "program.",
        "page-expired.title": "The sign-in page became too old",
        "page-expired.text": "The page was open for too long, or the sign-in service was started again. Start signing "
        "in again from the program.",
        "foreign-form.title": "The form does not belong to this browser",
        "foreign-form.text": "Nobody was signed in. Start signing in again from the program.",
        "bad-logout-redirect.title": "The program asked to go on to the wrong place",
        "bad-logout-redirect.text": "The address after signing out is not registered for the program. You were not "
        "sent on, and you are not signed out yet.",
        "bad-logout.title": "We did not understand the sign-out",
        "bad-logout.text": "The program sent a proof that we do not know. You are not signed out yet.",
        "not-found.title": "There is no such page",
        "not-found.text": "The sign-in service has no page at this address.",
        "too-large.title": "The form is too large",
        "too-large.text": "What was sent is larger than any form here. Nothing was stored.",
        "wrong-host.title": "Wrong address",
        "wrong-host.text": "The sign-in service does not answer to this name.",
    },
}

_LANGUAGES: Final = {"nb": "nb", "no": "nb", "nn": "nb", "da": "nb", "sv": "nb", "en": "en"}
_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?))?\s*"
)


def choose_language(ui_locales: str | None, accept_language: str | None) -> str:
    """``nb`` or ``en``: the first known of ``ui_locales`` (OIDC Core 3.1.2.1), else of Accept-Language, else nb."""
    for tag in (ui_locales or "").split()[:20]:
        known = _LANGUAGES.get(tag.partition("-")[0].lower())
        if known:
            return known
    best, best_quality = DEFAULT_LANGUAGE, 0.0
    for part in (accept_language or "").split(",")[:20]:
        match = _RANGE.fullmatch(part)
        known = _LANGUAGES.get(match[1].lower()) if match else None
        quality = float(match[2]) if match and match[2] else 1.0
        if known and quality > best_quality:
            best, best_quality = known, quality
    return best


def text(language: str, key: str, **values: str) -> str:
    """One sentence, with its values put in."""
    return TEXTS[language][key].format(**values)
