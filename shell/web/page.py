"""The page of one pane: carries out what ``shell.actions.page_policy`` decides."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineDownloadRequest,
    QWebEngineFullScreenRequest,
    QWebEngineLoadingInfo,
    QWebEnginePage,
    QWebEnginePermission,
    QWebEngineProfile,
    QWebEngineRegisterProtocolHandlerRequest,
)

from shell.actions.authorization_answer import ANSWERED_LATE, led_away, refusal
from shell.actions.page_policy import RULES, Decision, DeclaredOrigins, Kind, origin_of
from shell.web.probes import note_edits
from shell.web.told_once import ToldOnce

LONGEST_SAID = 300
"""Characters of a script dialog that are shown: a page has no room outside its pane."""
DEVICE_PERMISSIONS = (
    QWebEnginePermission.PermissionType.MediaAudioCapture,
    QWebEnginePermission.PermissionType.MediaVideoCapture,
    QWebEnginePermission.PermissionType.MediaAudioVideoCapture,
    QWebEnginePermission.PermissionType.DesktopVideoCapture,
    QWebEnginePermission.PermissionType.DesktopAudioVideoCapture,
)

CALLER_ERROR = 400
SERVER_ERROR = 500
ANSWERED_AT = "/oauth/consent"


class PanePage(QWebEnginePage):
    """A page of one app in one pane.

    Signals: ``refused(kind, host)`` for anything the table refuses, ``dialog(message)`` for a script dialog,
    ``crashed()`` when the renderer ended, ``leaving()`` before another document is fetched,
    ``authorization_refused(key)`` when the gateway sends the app back without a code, or to where no pane may go, or shows
    its own page that says why.
    """

    refused = Signal(str, str)
    dialog = Signal(str)
    crashed = Signal()
    leaving = Signal()
    authorization_refused = Signal(str)

    def __init__(
        self, profile: QWebEngineProfile, origins: DeclaredOrigins, parent: QObject | None = None
    ) -> None:
        super().__init__(profile, parent)
        self._origins = origins
        self._asked_gateway = False
        self._told = ToldOnce()
        self.certificateError.connect(self._certificate_error)
        self.fullScreenRequested.connect(self._full_screen)
        self.permissionRequested.connect(self._permission)
        self.printRequested.connect(lambda: self._refuse(Kind.PRINT))
        self.renderProcessTerminated.connect(self._terminated)
        self.loadingChanged.connect(self._loading)
        self.newWindowRequested.connect(
            lambda request: self._refuse(Kind.NEW_WINDOW, request.requestedUrl().host())
        )
        self.authenticationRequired.connect(self._login_asked)
        self.registerProtocolHandlerRequested.connect(self._protocol)
        profile.downloadRequested.connect(self._download)
        note_edits(self)

    def acceptNavigationRequest(
        self,
        url: QUrl | str,
        type: QWebEnginePage.NavigationType,
        isMainFrame: bool,
    ) -> bool:
        address = url if isinstance(url, str) else url.toString()
        if not isMainFrame or self._origins.navigation(address) is Decision.ALLOWED:
            if isMainFrame:
                self._asked_gateway = origin_of(address) == self._origins.gateway_origin
                self.leaving.emit()
                if key := refusal(address):
                    self.authorization_refused.emit(key)
            return True
        if self._asked_gateway:
            self.authorization_refused.emit(led_away(address))
        self._refuse(Kind.NAVIGATION_OUTSIDE, QUrl(address).host() or QUrl(address).scheme())
        return False

    @property
    def is_at_gateway(self) -> bool:
        """Whether the document comes from the gateway itself."""
        return origin_of(self.url().toString()) == self._origins.gateway_origin

    def chooseFiles(
        self,
        mode: QWebEnginePage.FileSelectionMode,
        oldFiles: Sequence[str],
        acceptedMimeTypes: Sequence[str],
    ) -> list[str]:
        self._refuse(Kind.UPLOAD)
        return []

    def javaScriptAlert(self, securityOrigin: QUrl | str, msg: str) -> None:
        self._say(msg)

    def javaScriptConfirm(self, securityOrigin: QUrl | str, msg: str) -> bool:
        self._say(msg)
        return False

    def javaScriptPrompt(
        self,
        securityOrigin: QUrl | str,
        msg: str,
        defaultValue: str,
    ) -> tuple[bool, str]:
        self._say(msg)
        return False, ""

    def javaScriptConsoleMessage(
        self,
        level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        message: str,
        lineNumber: int,
        sourceID: str,
    ) -> None:
        """Nothing of a page's console is written anywhere: it may hold clinical text (S7)."""

    def _certificate_error(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()
        self._refuse(Kind.CERTIFICATE_ERROR, error.url().host())

    def _full_screen(self, request: QWebEngineFullScreenRequest) -> None:
        request.reject()
        self._refuse(Kind.FULL_SCREEN)

    def _permission(self, permission: QWebEnginePermission) -> None:
        permission.deny()
        devices = permission.permissionType() in DEVICE_PERMISSIONS
        notices = permission.permissionType() is QWebEnginePermission.PermissionType.Notifications
        self._refuse(
            Kind.CAMERA_MICROPHONE if devices else Kind.NOTIFICATION if notices else Kind.OTHER_PERMISSION
        )

    def _login_asked(self, url: QUrl, *_: object) -> None:
        """No name and no password is given, and so nothing is asked (S6)."""
        self._refuse(Kind.LOGIN_DIALOG, url.host())

    def _protocol(self, request: QWebEngineRegisterProtocolHandlerRequest) -> None:
        request.reject()
        self._refuse(Kind.PROTOCOL_HANDLER)

    def _download(self, request: QWebEngineDownloadRequest) -> None:
        if request.page() is self:
            request.cancel()
            self._refuse(Kind.PDF if request.mimeType() == "application/pdf" else Kind.DOWNLOAD)

    def _loading(self, loading: QWebEngineLoadingInfo) -> None:
        """A page of the gateway that is not a good one is its refusal to let the app in."""
        by_status = loading.errorDomain() is QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain
        refused = (
            by_status and loading.errorCode() >= CALLER_ERROR
        )  # a good page has its 200 in this domain too
        if refused and origin_of(loading.url().toString()) == self._origins.gateway_origin:
            late = loading.url().path() == ANSWERED_AT
            key = ANSWERED_LATE if late else "not_let_in"
            self.authorization_refused.emit(key if loading.errorCode() < SERVER_ERROR else "gateway")

    def _terminated(self) -> None:
        self.crashed.emit()

    def _say(self, message: str) -> None:
        words = " ".join(message[:LONGEST_SAID].split())
        if self._told.is_news(Kind.SCRIPT_DIALOG, words):
            self.dialog.emit(words)

    def _refuse(self, kind: Kind, host: str = "") -> None:
        if RULES[kind].decision is Decision.REFUSED and self._told.is_news(kind):
            self.refused.emit(kind.value, host)
