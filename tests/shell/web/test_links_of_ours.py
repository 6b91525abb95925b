"""A page of an app cannot make the desktop open anything by a ``vaktrom:`` link: no link leaves a pane."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWebEngineCore import QWebEngineSettings
from pytestqt.qtbot import QtBot

from shell.actions.page_policy import Kind
from tests.shell.web.conftest import MakePane, Site
from tests.shell.web.test_page_policy import WAIT, button, click, refused, show


class System(QObject):
    """Stands for the operating system, which would start a program for the link."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def take(self, url: QUrl) -> None:
        self.opened.append(url.toString())


@pytest.mark.parametrize(
    "way",
    [
        "location.href='vaktrom:patient/p-1'",
        "Object.assign(document.createElement('a'), {href: 'vaktrom://patient/p-1'}).click()",
    ],
)
def test_a_link_of_ours_in_a_page_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site, way: str) -> None:
    """Mutant: the page lets links out where its profile does."""
    system = System()
    QDesktopServices.setUrlHandler("vaktrom", system, "take")  # type: ignore[arg-type]
    try:
        QDesktopServices.openUrl(QUrl("vaktrom:seen"))
        assert system.opened.pop() == "vaktrom:seen", "the system would be asked here"
        site.html("/", button(f"{way}; document.title = 'clicked'"))
        pane = make_pane(site.origin())
        show(qtbot, pane, site.origin() + "/")
        with qtbot.waitSignal(
            pane.pane_page.titleChanged, timeout=WAIT, check_params_cb=lambda title: title == "clicked"
        ):
            click(qtbot, pane)
        allowed = QWebEngineSettings.UnknownUrlSchemePolicy.AllowAllUnknownUrlSchemes
        pane.pane_page.profile().settings().setUnknownUrlSchemePolicy(allowed)
        assert refused(qtbot, pane, Kind.NAVIGATION_OUTSIDE)[1] in ("vaktrom", "patient")
        assert (system.opened, pane.pane_page.url().toString()) == ([], site.origin() + "/")
    finally:
        QDesktopServices.unsetUrlHandler("vaktrom")
