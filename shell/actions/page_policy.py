"""One table decides what a page of an app may do: allowed, asked or refused, the text shown, and its test.

Qt-free; ``shell.web`` asks it and carries the decision out. Anything that is not in the table is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Kind(StrEnum):
    """What a page may want to do, or what may befall it."""

    NAVIGATION_OUTSIDE = "navigation outside the declared origins"
    NEW_WINDOW = "new window"
    DOWNLOAD = "download"
    UPLOAD = "upload"
    PRINT = "print"
    PDF = "PDF"
    FIND = "find"
    ZOOM = "zoom"
    CAMERA_MICROPHONE = "camera and microphone"
    NOTIFICATION = "notification"
    OTHER_PERMISSION = "pointer lock, place, clipboard and the like"
    LOGIN_DIALOG = "login dialog of a server"
    PROTOCOL_HANDLER = "links of a kind of its own"
    CERTIFICATE_ERROR = "certificate error"
    MIXED_CONTENT = "mixed content"
    SCRIPT_DIALOG = "script dialog"
    FULL_SCREEN = "full screen"
    RENDERER_CRASH = "renderer crash"
    RENDERER_HANG = "renderer hang"


class Decision(StrEnum):
    ALLOWED = "allowed"
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: ``text_nb`` and ``text_en`` may name ``{app}``, ``{vendor}``, ``{host}`` and ``{message}``."""

    kind: Kind
    decision: Decision
    text_nb: str
    text_en: str
    test: str


def _rule(kind: Kind, decision: Decision, text_nb: str, text_en: str, test: str) -> Rule:
    return Rule(kind, decision, text_nb, text_en, f"tests/shell/web/test_page_policy.py::{test}")


_ROWS = (
    _rule(
        Kind.NAVIGATION_OUTSIDE,
        Decision.REFUSED,
        "{app} ville åpne {host}. Siden er ikke godkjent for appen.",
        "{app} wanted to open {host}. The page is not approved for this app.",
        "test_navigation_outside_is_refused",
    ),
    _rule(
        Kind.NEW_WINDOW,
        Decision.REFUSED,
        "{app} ville åpne et nytt vindu. Det er ikke tillatt her. Kommer du ikke videre i appen, si fra til IT.",
        "{app} wanted to open a new window. That is not allowed here. If the app waits for it, tell IT.",
        "test_new_window_is_refused",
    ),
    _rule(
        Kind.DOWNLOAD,
        Decision.REFUSED,
        "{app} ville laste ned en fil. Filer med pasientopplysninger skal ikke ligge på denne maskinen.",
        "{app} wanted to download a file. Files about patients are not kept on this computer.",
        "test_download_is_refused",
    ),
    _rule(
        Kind.UPLOAD,
        Decision.REFUSED,
        "{app} ville hente en fil fra maskinen. Det er ikke tillatt her.",
        "{app} wanted a file from this computer. That is not allowed here.",
        "test_upload_is_refused",
    ),
    _rule(
        Kind.PRINT,
        Decision.REFUSED,
        "{app} ville skrive ut. Utskrift er ikke slått på.",
        "{app} wanted to print. Printing is not turned on.",
        "test_print_is_refused",
    ),
    _rule(
        Kind.PDF,
        Decision.REFUSED,
        "{app} ville vise en PDF. Visning av PDF er ikke slått på.",
        "{app} wanted to show a PDF. Showing PDF is not turned on.",
        "test_pdf_is_refused",
    ),
    _rule(Kind.FIND, Decision.ALLOWED, "Søk i {app}", "Find in {app}", "test_find_is_allowed"),
    _rule(Kind.ZOOM, Decision.ALLOWED, "Forstørr {app}", "Zoom {app}", "test_zoom_is_allowed"),
    _rule(
        Kind.CAMERA_MICROPHONE,
        Decision.REFUSED,
        "{app} ville bruke kamera eller mikrofon. Det er ikke tillatt her.",
        "{app} wanted the camera or microphone. That is not allowed here.",
        "test_camera_is_refused",
    ),
    _rule(
        Kind.NOTIFICATION,
        Decision.REFUSED,
        "{app} ville vise varsler. Varsler kan vise pasientopplysninger og er slått av.",
        "{app} wanted to show notifications. They can show facts about patients and are turned off.",
        "test_notification_is_refused",
    ),
    _rule(
        Kind.OTHER_PERMISSION,
        Decision.REFUSED,
        "{app} ville styre noe utenfor panelet sitt. Det er ikke tillatt her.",
        "{app} wanted to control something outside its pane. That is not allowed here.",
        "test_the_place_of_the_user_is_refused",
    ),
    _rule(
        Kind.LOGIN_DIALOG,
        Decision.REFUSED,
        "{host} ba om brukernavn og passord for {app}. Skriv dem ikke inn andre steder enn ved innlogging. Si fra til IT.",
        "{host} asked for a user name and a password for {app}. Give them at sign-in only. Tell IT.",
        "test_login_dialog_is_refused",
    ),
    _rule(
        Kind.PROTOCOL_HANDLER,
        Decision.REFUSED,
        "{app} ville åpne lenker fra andre programmer. Det er ikke tillatt her.",
        "{app} wanted to open links of other programs. That is not allowed here.",
        "test_protocol_handler_is_refused",
    ),
    _rule(
        Kind.CERTIFICATE_ERROR,
        Decision.REFUSED,
        "Vi er ikke sikre på at {host} er den den gir seg ut for. {app} er stoppet. Meld fra til IT.",
        "We are not sure that {host} is who it claims to be. {app} has been stopped. Tell IT.",
        "test_certificate_error_is_refused",
    ),
    _rule(
        Kind.MIXED_CONTENT,
        Decision.REFUSED,
        "{app} ville hente innhold uten kryptering. Det er stoppet.",
        "{app} wanted content without encryption. It has been stopped.",
        "test_mixed_content_is_refused",
    ),
    _rule(
        Kind.SCRIPT_DIALOG,
        Decision.REFUSED,
        "{app} sier: {message} Spørsmål fra apper i egne vinduer blir besvart med nei.",
        "{app} says: {message} Questions that apps ask in windows of their own are answered with no.",
        "test_script_dialog_is_shown_in_the_pane",
    ),
    _rule(
        Kind.FULL_SCREEN,
        Decision.REFUSED,
        "{app} ville fylle hele skjermen. Pasienten øverst skal alltid vises.",
        "{app} wanted the whole screen. The patient at the top must always show.",
        "test_full_screen_is_refused",
    ),
    _rule(
        Kind.RENDERER_CRASH,
        Decision.REFUSED,
        "{app} stoppet. Feilen ligger hos {vendor}. Det du har lagret, er trygt.",
        "{app} stopped. The fault is {vendor}'s. What you have saved is safe.",
        "test_renderer_crash_curtains_the_pane",
    ),
    _rule(
        Kind.RENDERER_HANG,
        Decision.REFUSED,
        "{app} svarer ikke. Feilen ligger hos {vendor}.",
        "{app} does not answer. The fault is {vendor}'s.",
        "test_renderer_hang_curtains_the_pane",
    ),
)

RULES: dict[Kind, Rule] = {rule.kind: rule for rule in _ROWS}

INSIDE_SCHEMES = ("http", "https")


def origin_of(url: str) -> str:
    """``scheme://host:port`` in lower case, without a default port; empty when there is none."""
    parts = urlsplit(url)
    if parts.scheme not in INSIDE_SCHEMES or not parts.hostname:
        return ""
    default = {"http": 80, "https": 443}[parts.scheme]
    try:
        port = parts.port or default
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.hostname}" + ("" if port == default else f":{port}")


@dataclass(frozen=True, slots=True)
class DeclaredOrigins:
    """Where a pane may navigate: the app's own origins, and the gateway's authorization pages on the way."""

    app_origins: frozenset[str]
    gateway_origin: str

    def navigation(self, url: str) -> Decision:
        """Main-frame navigation (DESIGN section 3, S2)."""
        if url == "about:blank":
            return Decision.ALLOWED
        origin = origin_of(url)
        if origin == self.gateway_origin:
            path = urlsplit(url).path
            return (
                Decision.ALLOWED
                if path in ("/oauth/authorize",) or path.startswith("/oauth/")
                else Decision.REFUSED
            )
        return Decision.ALLOWED if origin and origin in self.app_origins else Decision.REFUSED
