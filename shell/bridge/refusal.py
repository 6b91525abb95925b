"""A window that says why the program does not start, where nobody would see a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from plugins.findings import Language, Text

TITLE = Text("Vaktrom starter ikke", "Vaktrom does not start")
WHAT_TO_DO = Text(
    "Gi beskjed til IT, med teksten under.",
    "Tell your IT support, with the text below.",
)


def refusal_box(lines: Sequence[str], language: Language) -> QMessageBox:
    """The window, not shown yet; its text can be marked and copied. There must be an application."""
    box = QMessageBox(QMessageBox.Icon.Critical, "Vaktrom", TITLE.in_language(language))
    box.setInformativeText("\n\n".join([WHAT_TO_DO.in_language(language), *lines]))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return box


def show_refusal(lines: Sequence[str], language: Language) -> None:
    """Show ``lines`` and wait until they have been read."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    refusal_box(lines, language).exec()
    del application
