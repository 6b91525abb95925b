"""What ``vaktrom doctor`` says, in Norwegian and English."""

from __future__ import annotations

from types import MappingProxyType

from plugins.findings import Language

SECOND_MS = 1000

TEXTS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "bad_session": (
            "--session er et tall eller last; se tallene med: vaktrom doctor --context",
            "--session is a number or last; see the numbers with: vaktrom doctor --context",
        ),
        "no_timeline": (
            "det er ingen tidslinje i {folder}. Den skrives av skrivebordet, ikke av en gateway: kjør kommandoen på "
            "PC-en og som brukeren det gjelder, eller oppgi mappen med --state",
            "there is no timeline in {folder}. The desktop writes it, a gateway does not: run this on the user's PC "
            "and as that user, or name the folder with --state",
        ),
        "no_session": (
            "det er ingen økt {number}; disse finnes: {kept}",
            "there is no session {number}; these are kept: {kept}",
        ),
        "session_line": ("Økt {number}, {when}: {changes}.", "Session {number}, {when}: {changes}."),
        "changes": ("{count} bytter av pasient", "{count} changes of patient"),
        "changes_one": ("1 bytte av pasient", "1 change of patient"),
        "slowest": ("Tregest til å følge: {app}, {took}.", "Slowest to follow: {app}, {took}."),
        "in_sync": ("Ingen app kom ut av takt.", "No app fell out of sync."),
        "out_of_sync": ("Ute av takt {count} gang(er): {which}.", "Out of sync {count} time(s): {which}."),
        "remark_left_out": (
            "{count} rader mangler: det skjedde for mye på én gang, eller disken var full.",
            "{count} rows are missing: too much happened at once, or the disk was full.",
        ),
        "remark_damaged": (
            "{count} linjer i filen kan ikke leses.",
            "{count} lines of the file cannot be read.",
        ),
        "remark_gaps": (
            "Økten er lang: {count} deler fra midten er fjernet.",
            "The session is long: {count} parts from its middle were removed.",
        ),
        "remark_refused": (
            "{count} hendelser ble avvist av huben.",
            "{count} events were refused by the hub.",
        ),
        "remark_restarts": (
            "Gatewayen kom tilbake {count} gang(er) i økten.",
            "The gateway came back {count} time(s) in the session.",
        ),
        "remark_open": (
            "Økten har ingen slutt: den pågår ennå, eller programmet ble avbrutt.",
            "The session has no end: it still runs, or the program was cut off.",
        ),
        "remark_no_gateway": (
            "Gatewayen har ikke fortalt noe: hvem som sendte og svarte, er ikke med.",
            "The gateway has told nothing: who posted and who answered is not here.",
        ),
        "kept": (
            "Økter som er tatt vare på: {kept}. Vis en annen med --session",
            "Sessions that are kept: {kept}. Show another with --session",
        ),
        "after": ("etter {took}", "after {took}"),
        "event": ("(hendelse {number})", "(event {number})"),
        "column_time": ("Tid", "Time"),
        "column_seconds": ("Sek.", "Sec."),
        "column_by": ("Sett av", "Seen by"),
        "column_tab": ("Fane", "Tab"),
        "column_patient": ("Pasient", "Patient"),
        "column_app": ("App", "App"),
        "column_what": ("Hva", "What"),
        "kind_session-begun": ("logget inn, Vaktrom", "signed in, Vaktrom"),
        "kind_session-ended": ("økten er over:", "the session is over:"),
        "kind_tab-made": ("ny pasientfane", "new patient tab"),
        "kind_tab-ended": ("pasientfanen er lukket", "the patient tab is closed"),
        "kind_chosen": ("brukeren valgte pasient", "the user chose a patient"),
        "kind_choice-failed": ("valget ble ikke noe av:", "the choice came to nothing:"),
        "kind_change-begun": ("bytte av pasient begynner", "a change of patient begins"),
        "kind_change-painted": ("pasientlinjen viser den bekreftede", "the banner shows the confirmed one"),
        "kind_launch": ("appen åpnes", "the app is opened"),
        "kind_pane": ("ruten:", "the pane:"),
        "kind_channel_up": ("skrivebordet hører huben", "the desktop hears the hub"),
        "kind_channel_down": ("skrivebordet hører ikke huben", "the desktop does not hear the hub"),
        "kind_gateway_up": ("gatewayen er tilbake", "the gateway is back"),
        "kind_gateway_down": ("gatewayen er borte", "the gateway is gone"),
        "kind_facts_up": ("gatewayen forteller hva den ser", "the gateway tells what it sees"),
        "kind_facts_down": ("gatewayen forteller ikke hva den ser", "the gateway does not tell what it sees"),
        "kind_lock": ("låsing:", "locking:"),
        "kind_clock": (
            "klokken ble flyttet, eller PC-en sov:",
            "the clock was moved, or the PC was asleep:",
        ),
        "kind_left-out": ("rader utelatt:", "rows left out:"),
        "kind_page-refused": ("fikk ikke lov til:", "was not allowed:"),
        "kind_posted": ("sendte, tatt imot:", "posted, accepted:"),
        "kind_refused": ("sendte, avvist:", "posted, refused:"),
        "kind_sent": ("fikk:", "got:"),
        "kind_answered": ("svarte", "answered"),
        "kind_sync-error": ("SyncError til de andre:", "SyncError to the others:"),
        "kind_subscribed": ("vil høre huben:", "wants to hear the hub:"),
        "kind_denied": ("hører ikke huben lenger:", "hears the hub no longer:"),
        "kind_socket_up": ("er tilkoblet huben", "is connected to the hub"),
        "kind_socket_down": ("er ikke tilkoblet huben lenger", "is not connected to the hub any more"),
        "kind_fence": ("slipper nå til denne pasienten", "may now read this patient"),
    }
)

WORDS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "desktop": ("skrivebordet", "desktop"),
        "gateway": ("gatewayen", "gateway"),
        "changing": ("bytter", "changing"),
        "asking": ("spør brukeren", "asking the user"),
        "following": ("følger", "following"),
        "pinned": ("festet", "pinned"),
        "out of sync": ("ute av takt", "out of sync"),
        "closed": ("lukket", "closed"),
        "no-answer": ("svarte ikke", "no answer"),
        "refused": ("avviste", "refused"),
        "crashed": ("krasjet", "crashed"),
        "hung": ("hang", "hung"),
        "socket-lost": ("mistet forbindelsen", "lost its connection"),
        "connection-lost": ("mistet forbindelsen", "lost its connection"),
        "too-slow": ("leste ikke det den fikk", "did not read what it got"),
        "no-sense": ("sendte noe som ikke er et svar", "sent what is no answer"),
        "too-long": ("sendte noe som er for langt", "sent what is too long"),
        "unsubscribed": ("meldte seg av", "unsubscribed"),
        "lease-expired": ("fornyet ikke i tide", "did not renew in time"),
        "access-ended": ("tilgangen er over", "its access has ended"),
        "tab-ended": ("fanen er lukket", "the tab is closed"),
        "session-ended": ("økten er over", "the session has ended"),
        "navigation_outside": ("å gå til en annen side", "to go to another site"),
        "new_window": ("å åpne et nytt vindu", "to open a new window"),
        "download": ("å laste ned en fil", "to download a file"),
        "upload": ("å hente en fil", "to fetch a file"),
        "print": ("å skrive ut", "to print"),
        "pdf": ("å vise en PDF", "to show a PDF"),
        "camera_microphone": ("kamera eller mikrofon", "camera or microphone"),
        "notification": ("å vise varsler", "to show notifications"),
        "other_permission": ("å styre noe utenfor panelet", "to control something outside its pane"),
        "login_dialog": ("å spørre om passord", "to ask for a password"),
        "protocol_handler": ("å ta lenker fra andre programmer", "to take links of other programs"),
        "certificate_error": ("å bruke et ukjent sertifikat", "to use an unknown certificate"),
        "mixed_content": ("å hente noe uten kryptering", "to fetch something without encryption"),
        "full_screen": ("å fylle hele skjermen", "to fill the whole screen"),
        "other": ("av en annen grunn", "for another reason"),
        "asked": ("brukeren låste", "the user locked"),
        "confirmed": ("gatewayen bekreftet", "the gateway confirmed"),
        "unlocked": ("låst opp", "unlocked"),
        "logged out": ("logget ut", "logged out"),
        "session lost": ("tok slutt uten utlogging", "it ended without logging out"),
        "program ended": ("programmet ble lukket", "the program was closed"),
        "overtaken": ("en annen kom imellom", "another one came between"),
        "app_unreachable": ("appen svarer ikke", "the app cannot be reached"),
        "gateway_failed": ("gatewayen svarte med feil", "the gateway answered with an error"),
        "gateway_unreachable": ("gatewayen svarer ikke", "the gateway cannot be reached"),
        "source_unavailable": ("journalen svarer ikke", "the record system does not answer"),
        "source_malformed": ("journalen svarte uforståelig", "the record system's answer makes no sense"),
        "patient_gone": ("pasienten finnes ikke", "there is no such patient"),
        "refused 400": ("uleselig, eller fra fremtiden", "unreadable, or from the future"),
        "refused 401": ("tilgangen er utløpt", "the access has expired"),
        "refused 403": ("ikke tillatt", "not allowed"),
        "refused 404": ("ukjent", "unknown"),
        "refused 409": (
            "stemmer ikke med journalen eller konteksten",
            "disagrees with the record or the context",
        ),
        "refused 410": ("pasienten er slettet", "the patient's record was deleted"),
        "refused 429": ("for mange", "too many"),
        "refused 503": (
            "låst, opptatt eller journalen svarte ikke",
            "locked, busy, or no answer from the record",
        ),
    }
)


def text(key: str, chosen: Language, **values: object) -> str:
    """The sentence in the language, filled in."""
    norwegian, english = TEXTS[key]
    return (norwegian if chosen == "nb" else english).format(**values)


def word(key: str, chosen: Language) -> str:
    """A word of the timeline in the language; one that is not in the table stands as it is, a refusal's is left out."""
    known = WORDS.get(key)
    if known is None:
        return "" if key.startswith("refused ") else key
    return known[0] if chosen == "nb" else known[1]


def milliseconds(count: float, chosen: Language) -> str:
    """``31 ms``, ``1,3 s``."""
    if abs(count) < SECOND_MS:
        return f"{count:.0f} ms"
    said = f"{count / SECOND_MS:.1f} s"
    return said.replace(".", ",") if chosen == "nb" else said
