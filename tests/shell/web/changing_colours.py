"""Prints what a standing page hears as the desktop changes its theme; run by a test."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEventLoop
from PySide6.QtWebEngineCore import QWebEnginePage
from PySide6.QtWidgets import QApplication, QWidget

from shell.theme.theme import Theme
from shell.web.chromium import program_arguments
from shell.web.live_view import LiveView
from shell.web.pane_profile import new_profile

SCHEME = "matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'"
PATIENCE_MS = 8000


def until(application: QApplication, good: Callable[[], bool]) -> None:
    timer = QElapsedTimer()
    timer.start()
    while not good() and timer.elapsed() < PATIENCE_MS:
        application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def main() -> None:
    application = QApplication(program_arguments(["colours"]))
    theme = Theme(application)
    theme.choose("light")
    window = QWidget()
    profile = new_profile(application, "nb")
    page = QWebEnginePage(profile)
    view = LiveView(window)
    view.show_page(page, profile)
    window.show()
    loaded: list[bool] = []
    page.loadFinished.connect(loaded.append)
    page.setHtml("text")
    until(application, lambda: bool(loaded))
    for choice, wanted in (
        ("light", "light"),
        ("dark", "dark"),
        ("light", "light"),
        ("high-contrast", "dark"),
    ):
        theme.choose(choice)
        view.take_look(1.0)
        heard: list[str] = [""]

        def asked(wanted: str = wanted, heard: list[str] = heard) -> bool:
            page.runJavaScript(SCHEME, lambda answer: heard.append(str(answer)))
            return heard[-1] == wanted

        until(application, asked)
        sys.stdout.write(f"{heard[-1]}\n")
    sys.stdout.flush()
    view.setPage(None)  # type: ignore[arg-type]  # Qt takes a null page, the stubs do not say so
    page.deleteLater()
    page.destroyed.connect(application.quit)
    application.exec()


if __name__ == "__main__":
    main()
