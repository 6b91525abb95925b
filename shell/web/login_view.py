"""The web view on the identity provider's own page; the shell itself has no password field."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QUrl, Signal
from PySide6.QtWebEngineCore import (
    QWebEngineCertificateError,
    QWebEngineLoadingInfo,
    QWebEnginePage,
    QWebEngineProfile,
)
from PySide6.QtWidgets import QWidget

from shell.gateway_client.login import AuthorizationRequest
from shell.web.live_view import LiveView
from shell.web.pane_profile import new_profile
from shell.widgets.kept import delete_later, keep_until_deleted


class LoginPage(QWebEnginePage):
    """Follows the login from page to page; the callback is caught before it is requested."""

    answered = Signal(str)

    def __init__(self, profile: QWebEngineProfile, callback: str) -> None:
        super().__init__(profile)
        self._callback = callback
        self.certificateError.connect(self._certificate_error)
        self.permissionRequested.connect(lambda permission: permission.deny())
        profile.downloadRequested.connect(lambda request: request.cancel())

    def acceptNavigationRequest(
        self, url: QUrl | str, type: QWebEnginePage.NavigationType, isMainFrame: bool
    ) -> bool:
        address = QUrl(url) if isinstance(url, str) else url
        if address.toString().split("?")[0] == self._callback:
            self.answered.emit(address.toString(QUrl.ComponentFormattingOption.FullyEncoded))
            return False
        return address.scheme() in ("http", "https") or address.toString() == "about:blank"

    def javaScriptConsoleMessage(
        self,
        level: QWebEnginePage.JavaScriptConsoleMessageLevel,
        message: str,
        lineNumber: int,
        sourceID: str,
    ) -> None:
        """Nothing of the login page's console is written anywhere (S7)."""

    def _certificate_error(self, error: QWebEngineCertificateError) -> None:
        error.rejectCertificate()


class LoginView(LiveView):
    """One login from the first page to the callback, in a profile of its own that ends with it.

    Signals: ``answered(url)`` with the callback's URL, ``shown()`` when a page stands, ``failed()`` when a page
    could not be loaded or its renderer ended.
    """

    answered = Signal(str)
    shown = Signal()
    failed = Signal()

    def __init__(self, request: AuthorizationRequest, language: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._request = request
        self._ended = False
        self._profile = new_profile(QCoreApplication.instance(), language)
        self._page = LoginPage(self._profile, request.redirect_uri)
        self._page.answered.connect(self._answered)
        self._page.loadingChanged.connect(self._loading_changed)
        self._page.renderProcessTerminated.connect(lambda *_: self.failed.emit())
        self.show_page(self._page, self._profile)
        self.setContextMenuPolicy(self.contextMenuPolicy().NoContextMenu)

    def start(self) -> None:
        self._page.load(QUrl(self._request.url))

    def finish(self) -> QWebEngineProfile:
        """End the page; the profile lives on for logging out at the identity provider. Call once."""
        self._end_page()
        return self._profile

    @property
    def request(self) -> AuthorizationRequest:
        return self._request

    def end(self) -> None:
        """End the page and then its profile: cookies and storage go with it (S6)."""
        keep_until_deleted(self._profile)
        self._page.destroyed.connect(self._profile.deleteLater)
        self._end_page()

    def _end_page(self) -> None:
        self._ended = True
        self.hide()
        self.setPage(None)  # type: ignore[arg-type]  # Qt takes a null page, the stubs do not say so
        delete_later(self._page, self)

    def _answered(self, url: str) -> None:
        if not self._ended:
            self._ended = True
            self.answered.emit(url)

    def _loading_changed(self, loading: QWebEngineLoadingInfo) -> None:
        """A page with an error status (wrong password: 403) is the provider's own and is shown."""
        status = loading.status()
        if self._ended or status is QWebEngineLoadingInfo.LoadStatus.LoadStartedStatus:
            return
        answered = loading.errorDomain() is QWebEngineLoadingInfo.ErrorDomain.HttpStatusCodeDomain
        if answered or status is QWebEngineLoadingInfo.LoadStatus.LoadSucceededStatus:
            self.shown.emit()
        elif status is QWebEngineLoadingInfo.LoadStatus.LoadFailedStatus:
            self.failed.emit()


class LogoutPage(QWebEnginePage):
    """Ends the session at the identity provider in the login's own profile, unseen; both are gone afterwards."""

    def __init__(self, profile: QWebEngineProfile, url: str) -> None:
        super().__init__(profile)
        keep_until_deleted(self, profile)
        self.loadFinished.connect(lambda _: self.deleteLater())
        self.destroyed.connect(profile.deleteLater)
        self.load(QUrl(url))
