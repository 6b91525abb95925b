"""One live page of one pane: its own profile, its own cookie, its own page, ended in the right order."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QUrl, Signal
from PySide6.QtWidgets import QWidget

from shell.actions.page_policy import DeclaredOrigins
from shell.gateway_client.workspace import OpenedPane
from shell.web.live_view import LiveView
from shell.web.messaging_channel import MessagingChannel
from shell.web.page import PanePage
from shell.web.pane_profile import new_profile, put_cookie
from shell.web.probes import Draft, GatewayPageProbe, HangProbe, PaintProbe, ask_unsaved
from shell.web.unsaved_query import BothDrafts
from shell.widgets.kept import delete_later, keep_until_deleted

__all__ = ["PaneView", "ask_unsaved"]


class PaneView(LiveView):
    """Shows one client in one pane.

    Signals: ``refused(kind, host)``, ``dialog(message)``, ``crashed()``, ``hung()``, ``authorization_refused(key)``,
    ``painted()`` once for each ``watch_paint``, ``load_failed()``, ``asks()`` when the page is the gateway's question to
    the user and has painted, ``gateway_page(name)`` for any other page of the gateway's own, ``leaving()`` before any
    other document is fetched. ``messaging`` is there when the page was made with ``posts_messages``.
    """

    refused = Signal(str, str)
    dialog = Signal(str)
    crashed = Signal()
    authorization_refused = Signal(str)
    hung = Signal()
    painted = Signal()
    load_failed = Signal()
    asks = Signal()
    gateway_page = Signal(str)
    leaving = Signal()

    def __init__(
        self,
        opened: OpenedPane,
        base_url: str,
        origins: DeclaredOrigins,
        language: str,
        parent: QWidget,
        *,
        posts_messages: bool = False,
    ) -> None:
        super().__init__(parent)
        self._opened = opened
        self._profile = new_profile(QCoreApplication.instance(), language)
        put_cookie(self._profile, base_url, opened.cookie_name, opened.cookie_value, opened.cookie_path)
        page = PanePage(self._profile, origins)
        page.refused.connect(self.refused)
        page.dialog.connect(self.dialog)
        page.crashed.connect(self._stop_asking)
        page.crashed.connect(self.crashed)
        page.authorization_refused.connect(self.authorization_refused)
        page.loadFinished.connect(self._loaded)
        page.leaving.connect(self._leaves)
        self._page = page
        self.messaging = MessagingChannel(page, self._profile, origins) if posts_messages else None
        self._paint = PaintProbe(page, self.painted.emit)
        self._gateway_page = GatewayPageProbe(
            page, origins.gateway_origin, self.asks.emit, self.gateway_page.emit
        )
        self._hang = HangProbe(page, self.hung.emit)
        self._dead = False
        self.show_page(page, self._profile)
        self.setContextMenuPolicy(self.contextMenuPolicy().NoContextMenu)

    @property
    def pane(self) -> str:
        """The pane's id at the gateway."""
        return self._opened.pane

    @property
    def pane_page(self) -> PanePage:
        return self._page

    def open(self, url: str) -> None:
        """Load the launch URL."""
        self._page.load(QUrl(url))

    def ask_unsaved(self, answered: Callable[[Draft], None]) -> None:
        """Ask for unsaved work: through ``beforeunload``, and in its own words a page that has said it answers."""
        if self.messaging is None or not self.messaging.query.promised:
            ask_unsaved(self._page, answered)
            return
        both = BothDrafts(answered)
        ask_unsaved(self._page, both.take)
        self.messaging.query.ask(both.take)

    def watch_paint(self) -> None:
        """Emit ``painted`` once, after the page has painted a frame that began after this call; never when it has crashed."""
        if not self._dead:
            self._paint.start()

    def stop_watching(self) -> None:
        self._paint.stop()

    def end(self) -> None:
        """Page before profile, or Chromium complains; the widget goes last."""
        self._paint.stop()
        self._gateway_page.left()
        self.hide()
        self.setPage(None)  # type: ignore[arg-type]  # Qt takes a null page, the stubs do not say so
        self._page.destroyed.connect(self._profile.deleteLater)
        keep_until_deleted(self._profile)
        delete_later(self._page, self)

    def _stop_asking(self) -> None:
        """Nobody answers in a page whose renderer is gone, and every question to it is work for Chromium."""
        self._dead = True
        self._hang.stop()
        self._paint.stop()
        self._gateway_page.left()

    def _loaded(self, good: bool) -> None:
        if not good:
            self.load_failed.emit()
        if self._page.is_at_gateway:
            self._gateway_page.loaded()

    def _leaves(self) -> None:
        self._gateway_page.left()
        self.leaving.emit()
