"""Which app is to do what another app asks for, when several can (SMART Web Messaging, ``ui.launchActivity``)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shell.presenters.view_models import ActivityQuestionModel
from shell.theme.theme import Theme
from shell.widgets.choice_row import ChoiceRow
from shell.widgets.dialog import DialogWidget
from shell.widgets.kept import delete_later
from shell.widgets.themed import label

MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class ActivityQuestion(DialogWidget):
    """``chosen(client_id, remember)``, ``left()`` (has the keyboard, Escape). Arrows go round."""

    chosen = Signal(str, bool)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, theme.tokens.size("dialog-width"), parent)
        self._model: ActivityQuestionModel | None = None
        self._remembers = False
        self.setProperty("top-gap", 32)
        self.title = label("dialog-title", self.content, wrap=True)
        self.text = label("sub", self.content, wrap=True)
        self.apps: list[ChoiceRow] = []
        self.remember = ChoiceRow(theme, "pin", "plain", (), self.content)
        self.remember.clicked.connect(self._toggle)
        self.leave = ChoiceRow(theme, "x", "plain", ("Esc",), self.content)
        self.leave.clicked.connect(self.left)
        self._box = QVBoxLayout(self.content)
        self._box.setContentsMargins(28, 24, 28, 28)
        self._box.setSpacing(10)
        for part in (self.title, self.text, self.remember, self.leave):
            self._box.addWidget(part)

    def ask(self, model: ActivityQuestionModel) -> None:
        """Show the question. Nothing is chosen by a stray Enter: *Avbryt* has the keyboard."""
        self._model, self._remembers = model, False
        for row in self.apps:
            self._box.removeWidget(row)
            row.hide()
            delete_later(row)
        self.apps = [self._row(app.key) for app in model.apps]
        for number, row in enumerate(self.apps):
            self._box.insertWidget(2 + number, row)
            row.show()
        self.retranslate()
        self.leave.setFocus(Qt.FocusReason.PopupFocusReason)

    def retranslate(self) -> None:
        model = self._model
        if model is None:
            return
        self.title.setText(model.title)
        self.text.setText(model.text)
        self.setAccessibleName(f"{model.title} {model.text}")
        for row, app in zip(self.apps, model.apps, strict=True):
            row.say(app.name, app.vendor)
        self.remember.say(model.remember, model.remembered if self._remembers else model.not_remembered)
        self.leave.say(model.leave, "")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif (step := MOVES.get(Qt.Key(event.key()))) is not None:
            rows = [*self.apps, self.remember, self.leave]
            now = next((number for number, row in enumerate(rows) if row.hasFocus()), len(rows) - 1)
            rows[(now + step) % len(rows)].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)

    def _toggle(self) -> None:
        self._remembers = not self._remembers
        self.retranslate()

    def _row(self, client_id: str) -> ChoiceRow:
        row = ChoiceRow(self.theme, "right", "plain", (), self.content)
        row.clicked.connect(lambda: self.chosen.emit(client_id, self._remembers))
        return row
