"""A web view that looks as the desktop does: size of text, light or dark, language; changed while the page stands."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QWidget

from shell.web.pane_profile import accepted_languages
from shell.widgets.later import Later

NUDGE = QWebEngineSettings.WebAttribute.SpatialNavigationEnabled
"""Qt hands colour scheme and language to a standing page when one of its settings changes; nobody sees this one."""


class LiveView(QWebEngineView):
    """A view on one page of one profile; both are given once with ``show_page``."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._profile_in_use: QWebEngineProfile | None = None
        self._zoom = 1.0
        self._times_reachable = 0
        self._push = Later(self, self._push_settings)

    @property
    def out_of_reach(self) -> int | None:
        """The same number as a while ago: no key and no pointer can have come to the page meanwhile; None while one can."""
        return None if self.isEnabled() else self._times_reachable

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.EnabledChange and self.isEnabled():
            self._times_reachable += 1
        super().changeEvent(event)

    def show_page(self, page: QWebEnginePage, profile: QWebEngineProfile) -> None:
        """Begin; another document of another host begins at the same size."""
        self._profile_in_use = profile
        self.setPage(page)
        page.urlChanged.connect(lambda _: self._apply_zoom(page))

    def take_look(self, zoom: float) -> None:
        """``zoom`` 1.0 is 100 %. Colours are read anew from the application's colour scheme."""
        self._zoom = zoom
        self._apply_zoom(self.page())
        self._push()

    def take_language(self, language: str) -> None:
        """``navigator.language`` and ``languagechange`` at once; requests from the next one on."""
        if self._profile_in_use is not None:
            self._profile_in_use.setHttpAcceptLanguage(accepted_languages(language))
            self._push()

    def _apply_zoom(self, page: QWebEnginePage | None) -> None:
        if page is not None and page.zoomFactor() != self._zoom:
            page.setZoomFactor(self._zoom)

    def _push_settings(self) -> None:
        if self._profile_in_use is not None and (page := self.page()) is not None:
            page.settings().setAttribute(NUDGE, True)
            page.settings().setAttribute(NUDGE, False)
