"""What ``vaktrom audit`` says, in Norwegian and English."""

from __future__ import annotations

from types import MappingProxyType

from launcher.stores.audit_reader import AuditProblem, AuditVerification
from plugins.findings import Language

TEXTS: MappingProxyType[str, tuple[str, str]] = MappingProxyType(
    {
        "no_store": (
            "det er ingen logg over innsyn i {folder}; oppgi riktig mappe med --state",
            "there is no audit log in {folder}; name the right folder with --state",
        ),
        "no_key": (
            "nøkkelen til loggen finnes ikke, verken i nøkkelringen eller i {folder}; kjør som brukeren som laget "
            "loggen, eller oppgi nøkkelfilen med --key-file",
            "there is no key for the log, neither in the keyring nor in {folder}; run as the user who made the "
            "log, or name the key file with --key-file",
        ),
        "wrong_key": (
            "nøkkelen åpner ikke loggen i {folder}; kjør som brukeren som laget loggen",
            "the key does not open the log in {folder}; run as the user who made the log",
        ),
        "bad_time": (
            "{option} {given}: ikke et tidspunkt; skriv 2026-11-23 eller 2026-11-23T08:00",
            "{option} {given}: not a time; write 2026-11-23 or 2026-11-23T08:00",
        ),
        "backwards": (
            "--since er etter --until; bytt om på dem",
            "--since is after --until; swap them",
        ),
        "bad_patient": (
            "--patient {given}: ikke en id; bruk id-en fra journalen, ikke fødselsnummeret",
            "--patient {given}: not an id; use the id in the record, not the national identity number",
        ),
        "bad_anchor": (
            "--anchor {file}: kan ikke leses; filen lages med --save-anchor",
            "--anchor {file}: cannot be read; the file is made with --save-anchor",
        ),
        "bad_sink": (
            "--sink {given}: ikke adressen til en FHIR-server (https, eller denne maskinen)",
            "--sink {given}: not the address of a FHIR server (https, or this computer)",
        ),
        "row_unreadable": (
            "rad {row} kan ikke leses; se hva som er galt med: vaktrom audit verify",
            "row {row} cannot be read; see what is wrong with: vaktrom audit verify",
        ),
        "sink_failed": (
            "Mottakeren {sink} svarer ikke, så slutten av loggen er ikke kontrollert ({reason}).",
            "The sink {sink} does not answer, so the end of the log was not checked ({reason}).",
        ),
        "checking": ("Kontrollerer loggen ...", "Checking the log ..."),
        "nothing": ("Ingen innslag.", "No records."),
        "older": (
            "{count} eldre innslag er ikke vist; se flere med --count",
            "{count} older records are not shown; see more with --count",
        ),
        "exported": ("{count} hendelser skrevet til {file}", "{count} events written to {file}"),
        "intact": ("Uendret: {rows} innslag.", "Intact: {rows} records."),
        "changed": ("ENDRET: {rows} innslag.", "CHANGED: {rows} records."),
        "truncated": ("AVKUTTET: {rows} innslag igjen.", "TRUNCATED: {rows} records left."),
        "anchored": (
            "Forankret: {count} ankre som er tatt vare på et annet sted, stemmer.",
            "Anchored: {count} anchors kept elsewhere agree.",
        ),
        "anchored_against": (
            "Kontrollert mot {count} ankre som er tatt vare på et annet sted.",
            "Checked against {count} anchors kept elsewhere.",
        ),
        "unanchored": (
            "Ikke forankret (unanchored): en avkuttet slutt ville ikke ha vist seg.",
            "Unanchored: a cut tail would not show.",
        ),
        "problem_changed": (
            "Rad {problem.row} er endret, eller nøkkelen er borte.",
            "Row {problem.row} was changed, or its key is gone.",
        ),
        "problem_missing": (
            "Rad {problem.row} til {problem.last} mangler.",
            "Rows {problem.row} to {problem.last} are missing.",
        ),
        "problem_cut": (
            "Et anker kjenner rad {problem.row}, men loggen slutter med rad {problem.last}.",
            "An anchor knows row {problem.row}, but the log ends at row {problem.last}.",
        ),
        "problem_replaced": (
            "Rad {problem.row} er ikke den som ble forankret.",
            "Row {problem.row} is not the one that was anchored.",
        ),
        "problem_damaged": (
            "Filen er skadet etter rad {problem.row} ({problem.detail}).",
            "The file is damaged behind row {problem.row} ({problem.detail}).",
        ),
        "row": ("Rad", "Row"),
        "time": ("Tid", "Time"),
        "who": ("Hvem", "Who"),
        "app": ("App", "App"),
        "what": ("Hva", "What"),
        "patient": ("Pasient", "Patient"),
        "outcome": ("Utfall", "Outcome"),
        "done": ("utført", "done"),
        "refused": ("avvist", "refused"),
        "repeated": ("(og {count} til som ligner)", "(and {count} more like it)"),
        "failed": ("feilet", "failed"),
        "kind_read": ("leste", "read"),
        "kind_vread": ("leste eldre versjon", "read an older version"),
        "kind_history-instance": ("leste historikk", "read the history"),
        "kind_history-type": ("leste historikk", "read the history"),
        "kind_everything": ("leste alt", "read everything"),
        "kind_search-type": ("søkte", "searched"),
        "kind_page": ("søkte, neste side", "searched, next page"),
        "kind_create": ("opprettet", "created"),
        "kind_update": ("endret", "changed"),
        "kind_conditional-update": ("endret", "changed"),
        "kind_delete": ("slettet", "deleted"),
        "kind_conditional-delete": ("slettet", "deleted"),
        "kind_bundle": ("sendte flere på én gang", "sent several at once"),
        "kind_refused": ("uleselig spørring", "unreadable request"),
        "kind_login": ("logget inn", "signed in"),
        "kind_logout": ("logget ut", "signed out"),
        "kind_lock": ("låste", "locked"),
        "kind_unlock": ("låste opp", "unlocked"),
        "kind_code": ("fikk godkjenning", "was authorized"),
        "kind_token": ("fikk tilgang", "was given access"),
        "kind_refresh": ("fornyet tilgang", "renewed its access"),
        "kind_revoke": ("ga fra seg tilgang", "gave up its access"),
        "kind_introspect": ("spurte om en tilgang", "asked about an access"),
        "kind_launch": ("startet app", "started the app"),
        "kind_web-message": ("sendte en melding som ikke ble hørt", "sent a message that was not heard"),
        "kind_page-refused": ("ville noe som apper ikke får lov til", "wanted what apps may not do"),
        "kind_context-open": ("åpnet pasienten", "opened the patient"),
        "kind_context-read": ("spurte hvilken pasient som er åpen", "asked which patient is open"),
        "kind_context-told": ("fikk vite hvilken pasient som er åpen", "was told which patient is open"),
        "kind_context-post": ("sendte en hendelse", "sent an event"),
        "kind_context-subscribe": ("ba om å følge pasientbytter", "asked to follow changes of patient"),
        "kind_consent": ("svarte om appen får tilgang", "answered whether the app gets access"),
        "kind_withdraw": ("trakk appens tilgang tilbake", "withdrew the app's access"),
    }
)


def text(name: str, language: Language, /, **values: object) -> str:
    """One text with its values put in; a name that stands in no row is given back as it is."""
    both = TEXTS.get(name)
    if both is None:
        return name.removeprefix("kind_")
    return both[0 if language == "nb" else 1].format(**values)


def problem_text(problem: AuditProblem, language: Language) -> str:
    """One sentence."""
    return text(f"problem_{problem.kind}", language, problem=problem)


def verification_lines(found: AuditVerification, anchors: int, language: Language) -> list[str]:
    """State, anchoring and problems, one line each."""
    lines = [text(found.state, language, rows=found.rows)]
    if found.anchored:
        agreeing = "anchored" if found.state == "intact" else "anchored_against"
        lines.append(text(agreeing, language, count=anchors))
    else:
        lines.append(text("unanchored", language))
    return lines + [problem_text(problem, language) for problem in found.problems]
