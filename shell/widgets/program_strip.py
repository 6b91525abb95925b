"""Strips below the banner, one for each program of its own whose windows may show somebody else."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from context.pane_state import State
from shell.presenters.view_models import PersonName, ProgramModel
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.curtain import IconLabel
from shell.widgets.kept import delete_later
from shell.widgets.program_texts import ProgramTexts
from shell.widgets.themed import ThemedWidget, label


class ProgramLine(ThemedWidget):
    """One warning. ``put_away(key)``."""

    put_away = Signal(str)

    def __init__(self, theme: Theme, texts: ProgramTexts, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._texts = texts
        self.model: ProgramModel | None = None
        self._icon = IconLabel(theme, 20, self)
        self.words = label("", self, wrap=True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.button = Button(theme, "secondary", "", self)
        self.button.clicked.connect(self._act)
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 4, 16, 6)
        row.setSpacing(13)
        row.addWidget(self._icon)
        row.addWidget(self.words, 1)
        row.addWidget(self.button)
        self.setMinimumHeight(theme.tokens.size("strip"))

    def set_program(self, model: ProgramModel) -> None:
        self.model = model
        self.retranslate()
        self.update()

    def sentence(self) -> str:
        """The words as they are spoken."""
        return " ".join(self._texts.warning(self.model)) if self.model is not None else ""

    def retranslate(self) -> None:
        if self.model is None:
            return
        title, text = self._texts.warning(self.model)
        self._icon.set_icon("pin" if self.model.state is State.PINNED else "alarm", self._ink())
        shown = escape(title)
        if self.model.elsewhere is not None:
            name = self.model.elsewhere.name
            shown = shown.replace(escape(name.full), _marked(name), 1)
        self.words.setText(f"<b>{shown}</b> {escape(text)}")
        self.setAccessibleName(self.sentence())
        self.button.say(self.tr("Skjul"))
        self.button.setAccessibleName(self._texts.put_away(self.model))

    def _ink(self) -> str:
        return "warn" if self.model is not None and self.model.state is State.PINNED else "danger"

    def _act(self) -> None:
        if self.model is not None:
            self.put_away.emit(self.model.key)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color(f"{self._ink()}-soft"))
        painter.fillRect(0, self.height() - 2, self.width(), 2, self.theme.color(self._ink()))


def _marked(name: PersonName) -> str:
    """Letters that tell a person from a namesake are underlined, as everywhere."""
    parts = ((name.family, name.differs_family), (name.given, name.differs_given))
    marked = [
        "".join(
            f"<u>{escape(letter)}</u>" if place in differs else escape(letter)
            for place, letter in enumerate(text)
        )
        for text, differs in parts
        if text
    ]
    return ", ".join(marked)


class ProgramStrip(ThemedWidget):
    """The warnings below each other. ``put_away(key)``."""

    put_away = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.texts = ProgramTexts(self)
        self._lines: list[ProgramLine] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self.hide()

    def set_programs(self, models: tuple[ProgramModel, ...]) -> None:
        """Those that warn; all others are left to the rail."""
        warning = [model for model in models if model.warns]
        while len(self._lines) > len(warning):
            gone = self._lines.pop()
            self._box.removeWidget(gone)
            gone.hide()
            delete_later(gone)
        while len(self._lines) < len(warning):
            line = ProgramLine(self.theme, self.texts, self)
            line.put_away.connect(self.put_away)
            self._box.addWidget(line)
            self._lines.append(line)
        for line, model in zip(self._lines, warning, strict=True):
            line.set_program(model)
        self.setVisible(bool(warning))

    def lines(self) -> list[ProgramLine]:
        return list(self._lines)
