"""The least that shows a page: one window of Qt WebEngine. Prints one JSON line.

``python -m tests.bench.bare_window open URL --began SECONDS`` · ``python -m tests.bench.bare_window memory``
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from PySide6.QtCore import QEventLoop, QTimer, QUrl
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from tests.bench.processes import memory_bytes, settled

VIEWS = 3
QUIET_MS = 700
TRIVIAL = "<!doctype html><title>page</title><p>One line of text."


def wait(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def main() -> None:
    """Open or weigh."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["open", "memory"])
    parser.add_argument("url", nargs="?", default="")
    parser.add_argument("--began", type=float, default=0.0)
    arguments = parser.parse_args()
    application = QApplication(["bare"])
    window = QWidget()
    QHBoxLayout(window)
    window.resize(1366, 768)
    window.show()
    opening = arguments.what == "open"
    told = opened(application, window, arguments.url, arguments.began) if opening else weighed(window)
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)


def opened(application: QApplication, window: QWidget, url: str, began: float) -> dict[str, float]:
    """Seconds from ``began`` (the parent's clock) until the page is loaded."""
    view = add_view(window)
    loaded: list[float] = []
    view.loadFinished.connect(lambda good: loaded.append(time.time() if good else 0.0))
    view.loadFinished.connect(application.quit)
    view.load(QUrl(url))
    application.exec()
    if not loaded[0]:
        raise RuntimeError("the page could not be loaded")
    return {"all": loaded[0] - began}


def weighed(window: QWidget) -> dict[str, float]:
    """Bytes with Chromium running but no view, and with three views on trivial pages of different sites."""
    first = add_view(window)
    show(first, 0)
    first.setParent(None)
    first.deleteLater()
    empty = settled(lambda: memory_bytes(os.getpid()), lambda: wait(QUIET_MS))
    views = [add_view(window) for _ in range(VIEWS)]
    for number, view in enumerate(views, 1):
        show(view, number)
    return {
        "empty": empty,
        "full": settled(lambda: memory_bytes(os.getpid()), lambda: wait(QUIET_MS)),
        "panes": VIEWS,
    }


def add_view(window: QWidget) -> QWebEngineView:
    """A view with a profile of its own, as a pane has."""
    view = QWebEngineView(window)
    view.setPage(QWebEnginePage(QWebEngineProfile(view), view))
    layout = window.layout()
    assert layout is not None
    layout.addWidget(view)
    return view


def show(view: QWebEngineView, number: int) -> None:
    """Load the trivial page and wait for it."""
    loop = QEventLoop()
    view.loadFinished.connect(loop.quit)
    view.setHtml(TRIVIAL, QUrl(f"http://site{number}.example/"))
    loop.exec()


if __name__ == "__main__":
    main()
