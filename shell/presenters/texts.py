"""Sentences of the shell's own messages, by key; the views translate everything else. Norwegian first, English second."""

from __future__ import annotations

from typing import Final

Pair = tuple[str, str]

SENTENCES: Final[dict[str, Pair]] = {
    "gateway_failed": (
        "Noe gikk galt hos oss. Prøv igjen. Meld fra til IT hvis det gjentar seg.",
        "Something went wrong on our side. Try again. Tell IT if it happens again.",
    ),
    "gateway_unreachable": (
        "Vaktrom starter forbindelsen på nytt. Vent noen sekunder.",
        "Vaktrom is restarting its connection. Wait a few seconds.",
    ),
    "source_unavailable": (
        "Journalen svarer ikke. Feilen ligger hos journalsystemet. Prøv igjen.",
        "The record does not answer. The fault is the record system's. Try again.",
    ),
    "source_malformed": (
        "Journalen svarte med noe vi ikke forstår. Feilen ligger hos journalsystemet. Meld fra til IT.",
        "The record answered with something we do not understand. The fault is the record system's. Tell IT.",
    ),
    "signed_out": ("Du er logget ut. Logg inn igjen.", "You are signed out. Sign in again."),
    "refused": ("Det ble ikke tillatt.", "That was not allowed."),
    "patient_gone": (
        "Pasienten finnes ikke lenger, eller du har ikke tilgang.",
        "The patient no longer exists, or you have no access.",
    ),
    "handle_gone": (
        "Lenken er brukt eller for gammel. Gå tilbake til programmet den kom fra, og åpne pasienten derfra en gang til.",
        "The link has been used or is too old. Go back to the program it came from and open the patient from there again.",
    ),
    "identity_provider_unreachable": (
        "Innloggingen svarer ikke. Feilen ligger hos innloggingstjenesten. Prøv igjen.",
        "The sign-in page does not answer. The fault is the sign-in service's. Try again.",
    ),
    "login_refused": (
        "Innloggingen ble avvist. Prøv igjen, eller kontakt IT.",
        "The sign-in was refused. Try again, or contact IT.",
    ),
    "other_user": (
        "Du er en annen bruker enn den som låste. Den forrige må logge ut først.",
        "You are not the user who locked. The other one must log out first.",
    ),
    "environment_failed": (
        "Vaktrom fikk ikke startet. Prøv igjen, eller kontakt IT.",
        "Vaktrom could not start. Try again, or contact IT.",
    ),
    "choice_failed_title": ("Fikk ikke åpnet {patient}", "Could not open {patient}"),
    "choice_failed_unnamed": ("Fikk ikke åpnet pasienten", "Could not open the patient"),
    "record_back": ("Journalen svarer igjen.", "The record answers again."),
    "opening_named": ("Åpner {patient}", "Opening {patient}"),
    "opening": ("Åpner …", "Opening …"),
    "list_failed_title": ("Listen kunne ikke hentes", "The list could not be read"),
    "sign_in_failed_title": ("Innloggingen er ikke klar", "Sign-in is not ready"),
    "try_again": ("Prøv igjen", "Try again"),
    "overview_title": ("Hei, {name}", "Hello, {name}"),
    "overview_text": (
        "Du har ingen avdeling og derfor ingen pasientliste. Har du fått tilgang til personsøk, finner du en "
        "person med Ctrl K. Apper åpnes alltid for én valgt person.",
        "You have no ward and therefore no list of patients. If you have been given access to person search, find a "
        "person with Ctrl K. Apps always open for one chosen person.",
    ),
    "no_patient_role_title": ("Appen trenger en person", "The app needs a person"),
    "no_patient_role_text": (
        "Rollen din har ingen pasientliste. Søk etter en person først, hvis du har tilgang.",
        "Your role has no list of patients. Search for a person first, if you have access.",
    ),
    "empty_list_title": ("Ingen på listen", "Nobody on the list"),
    "empty_list_text": ("Ingen er registrert her akkurat nå.", "Nobody is registered here just now."),
    "three_open_title": ("Tre pasienter er åpne", "Three patients are open"),
    "three_open_text": ("Lukk en av dem før du åpner en ny.", "Close one of them before you open another."),
    "choose_first_title": ("Velg en pasient først", "Choose a patient first"),
    "choose_first_text": (
        "Appen åpnes for pasienten du velger i listen.",
        "The app opens for the patient you choose.",
    ),
    "lock_unconfirmed": (
        "Skjermen er låst. Vaktrom får ikke bekreftet låsen ennå, og prøver til det lykkes.",
        "The screen is locked. Vaktrom has not had the lock confirmed yet, and tries until it is.",
    ),
    "overtaken": (
        "Pasienten ble byttet fra et annet sted samtidig. Velg på nytt.",
        "Somebody else changed the patient at the same time. Choose again.",
    ),
    "not_pinned_title": ("Appen ble ikke festet", "The app was not pinned"),
    "not_pinned_text": (
        "Ingenting er byttet eller lukket. Lagre utkastet, eller prøv igjen.",
        "Nothing was changed or closed. Save the draft, or try again.",
    ),
    "kept_title": ("{app} står fast på {patient}", "{app} stays on {patient}"),
    "kept_text": (
        "Pasienten ble byttet fra et annet sted, og utkastet er ikke lagret. Lagre, og velg Slipp.",
        "Somebody else changed the patient, and the draft is not saved. Save it, then choose Release.",
    ),
    "held_text": (
        "{app} mistet forbindelsen, og utkastet er ikke lagret. Lagre, og velg Slipp.",
        "{app} lost its connection, and the draft is not saved. Save it, then choose Release.",
    ),
    "activity_title": ("Hvilken app skal brukes?", "Which app should be used?"),
    "activity_text": (
        "{app} ber om hjelp av en annen app, og flere kan gjøre det.",
        "{app} asks another app for help, and several can do it.",
    ),
    "activity_remember": ("Husk valget", "Remember the choice"),
    "activity_remembered": ("På. Gjelder til du logger ut.", "On. Lasts until you sign out."),
    "activity_not_remembered": ("Av. Du blir spurt neste gang.", "Off. You are asked next time."),
    "activity_leave": ("Avbryt", "Cancel"),
    "draft_flag": ("Utkast: {text} · {app}", "Draft: {text} · {app}"),
    "draft_unnamed": ("uten navn", "unnamed"),
    "page_refused_title": ("Stoppet", "Stopped"),
    "app_says_title": ("Melding fra appen", "Message from the app"),
    "theme_apps_title": ("Utseendet er byttet", "The theme has changed"),
    "theme_apps_text": (
        "Appene får det samme utseendet neste gang Vaktrom starter.",
        "The apps take the same theme the next time Vaktrom starts.",
    ),
    "language_apps_title": ("Språket er byttet", "The language has changed"),
    "language_apps_text": (
        "En app som ikke bytter med en gang, følger fra neste pasient.",
        "An app that does not change at once follows from the next patient.",
    ),
    "contrast_apps_text": (
        "Appene er lyse eller mørke med en gang. Full kontrast følger neste gang Vaktrom starter.",
        "The apps are light or dark at once. Full contrast follows the next time Vaktrom starts.",
    ),
    "about_title": ("Om Vaktrom", "About Vaktrom"),
    "without_pkce": ("Uten PKCE: godkjent unntak", "Without PKCE: approved exception"),
    "all_apps_title": ("Apper", "Apps"),
    "home_practice": ("Dagens liste", "Today's list"),
    "home_none": ("Start", "Start"),
}


def sentence(key: str, language: str) -> str:
    """The sentence for ``key`` in ``nb`` or ``en``; an unknown key gives the general one."""
    pair = SENTENCES.get(key, SENTENCES["gateway_failed"])
    return pair[0] if language == "nb" else pair[1]
