"""Can a page be printed and a PDF be shown? A page of one colour becomes a PDF, and the PDF is drawn in that colour."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEnginePage, QWebEngineProfile, QWebEngineSettings
from PySide6.QtWebEngineWidgets import QWebEngineView

from plugins.findings import Text
from shell.self_test.result import Result
from shell.widgets.kept import delete_later

COLOUR = QColor("#c2185b")
PAGE = f'<body style="margin:0;background:{COLOUR.name()};-webkit-print-color-adjust:exact"><h1>Vaktrom</h1>'
PATIENCE_SECONDS = 30.0
LOOK_EVERY_MS = 50
NEAR = 12
SAMPLES = 24


def check_pages() -> Result:
    """Print to PDF, then show the PDF in Chromium's viewer."""
    profile = QWebEngineProfile()
    page = QWebEnginePage(profile)
    view = QWebEngineView()
    for attribute in (
        QWebEngineSettings.WebAttribute.PluginsEnabled,
        QWebEngineSettings.WebAttribute.PdfViewerEnabled,
        QWebEngineSettings.WebAttribute.PrintElementBackgrounds,
    ):
        page.settings().setAttribute(attribute, True)
    view.setPage(page)
    view.resize(800, 600)
    view.show()
    try:
        with tempfile.TemporaryDirectory(prefix="vaktrom-self-test-") as folder:
            return _printed_and_shown(page, view, Path(folder) / "page.pdf")
    finally:
        view.setPage(None)  # type: ignore[arg-type]  # Qt takes no page for one
        delete_later(page, view)
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        delete_later(profile)


def _printed_and_shown(page: QWebEnginePage, view: QWebEngineView, file: Path) -> Result:
    loaded: list[bool] = []
    page.loadFinished.connect(loaded.append)
    page.setHtml(PAGE)
    _until(lambda: bool(loaded))
    printed: list[bool] = []
    page.pdfPrintingFinished.connect(lambda _, done: printed.append(done))
    page.printToPdf(str(file))
    if not _until(lambda: bool(printed)) or not printed[0] or file.read_bytes()[:5] != b"%PDF-":
        return Result(False, Text("siden ble ikke til en PDF", "the page did not become a PDF"))
    page.load(QUrl.fromLocalFile(str(file)))
    if not _until(lambda: page.url().isLocalFile() and shows_colour(view.grab().toImage())):
        return Result(False, Text("PDF-visningen tegnet ikke siden", "the PDF view did not draw the page"))
    return Result(
        True, Text("en side ble til en PDF, og PDF-en ble vist", "a page became a PDF, and the PDF was shown")
    )


def shows_colour(image: QImage) -> bool:
    """Whether the test's colour is somewhere in the picture."""
    return any(
        _is_near(image.pixelColor(image.width() * x // SAMPLES, image.height() * y // SAMPLES))
        for x in range(SAMPLES)
        for y in range(SAMPLES)
    )


def _is_near(colour: QColor) -> bool:
    wanted = (COLOUR.red(), COLOUR.green(), COLOUR.blue())
    seen = (colour.red(), colour.green(), colour.blue())
    return all(abs(one - other) <= NEAR for one, other in zip(wanted, seen, strict=True))


def _until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        QTest.qWait(LOOK_EVERY_MS)
    return True
