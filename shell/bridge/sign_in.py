"""Signing in, unlocking and signing out, through the identity provider's own page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWebEngineCore import QWebEngineProfile
from PySide6.QtWidgets import QWidget

from shell.gateway_client.errors import GatewayError
from shell.gateway_client.login import AuthorizationRequest, authorization_request
from shell.web.login_view import LoginView

PlaceView = Callable[[QWidget], None]


class SignIn(QObject):
    """One login at a time. Signals: ``page_shown()``, ``answered(request, code)``, ``failed(text_key)``."""

    page_shown = Signal()
    answered = Signal(object, str)
    failed = Signal(str)

    def __init__(self, base_url: str, client_id: str, language: Callable[[], str], parent: QObject) -> None:
        super().__init__(parent)
        self._base_url = base_url
        self._client_id = client_id
        self._language = language
        self._view: LoginView | None = None

    @property
    def view(self) -> LoginView | None:
        return self._view

    def begin(self, holder: QWidget, place: PlaceView, *, prompt: str | None = None) -> None:
        """Show the identity provider's page in ``place``; a login under way is dropped."""
        self.drop()
        request = authorization_request(self._base_url, self._client_id, prompt=prompt)
        view = LoginView(request, self._language(), holder)
        self._view = view
        view.shown.connect(lambda: self.page_shown.emit() if view is self._view else None)
        view.failed.connect(lambda: self._failed(view))
        view.answered.connect(lambda url: self._answered(view, request, url))
        place(view)
        view.start()

    def take_profile(self) -> QWebEngineProfile | None:
        """End the page; its profile is handed over for logging out."""
        view, self._view = self._view, None
        return view.finish() if view is not None else None

    def drop(self) -> None:
        """End a login that is under way."""
        view, self._view = self._view, None
        if view is not None:
            view.end()

    def _failed(self, view: LoginView) -> None:
        if view is self._view:
            self.failed.emit("identity_provider_unreachable")

    def _answered(self, view: LoginView, request: AuthorizationRequest, url: str) -> None:
        if view is not self._view:
            return
        try:
            code = request.code_from(url)
        except GatewayError:
            self.failed.emit("login_refused")
            return
        self.answered.emit(request, code)
