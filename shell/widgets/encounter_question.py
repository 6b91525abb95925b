"""The question before an app is opened that wants an encounter when none is in progress (NAV-06)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shell.presenters.view_models import EncounterModel, EncounterQuestionModel
from shell.theme.theme import Theme
from shell.widgets.choice_row import ChoiceRow
from shell.widgets.dialog import DialogWidget
from shell.widgets.kept import delete_later
from shell.widgets.themed import label
from shell.widgets.unsaved_question import PatientCard

MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class EncounterQuestion(DialogWidget):
    """``chosen(key)`` for an encounter, ``without()``, ``left()`` (has the keyboard, Escape). Arrows go round."""

    chosen = Signal(str)
    without = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, theme.tokens.size("dialog-width"), parent)
        self._model: EncounterQuestionModel | None = None
        self.setProperty("top-gap", 32)
        self.title = label("dialog-title", self.content, wrap=True)
        self.text = label("sub", self.content, wrap=True)
        self.patient = PatientCard(theme, self.content)
        self.encounters: list[ChoiceRow] = []
        self.open_without = ChoiceRow(theme, "right", "plain", (), self.content)
        self.open_without.clicked.connect(self.without)
        self.leave = ChoiceRow(theme, "x", "plain", ("Esc",), self.content)
        self.leave.clicked.connect(self.left)
        self._box = QVBoxLayout(self.content)
        self._box.setContentsMargins(28, 24, 28, 28)
        self._box.setSpacing(10)
        for part in (self.title, self.text, self.patient):
            self._box.addWidget(part)
        self._first_row = self._box.count()
        for row in (self.open_without, self.leave):
            self._box.addWidget(row)

    def ask(self, model: EncounterQuestionModel) -> None:
        """Show the question. Nothing is chosen by a stray Enter: *Avbryt* has the keyboard."""
        self._model = model
        for row in self.encounters:
            self._box.removeWidget(row)
            row.hide()
            delete_later(row)
        self.encounters = [self._row(encounter) for encounter in model.encounters]
        for number, row in enumerate(self.encounters):
            self._box.insertWidget(self._first_row + number, row)
            row.show()
        self.patient.show_patient(self.tr("Gjelder"), model.patient)
        self.retranslate()
        self.leave.setFocus(Qt.FocusReason.PopupFocusReason)

    def retranslate(self) -> None:
        model = self._model
        if model is None:
            return
        app = model.app.name
        self.title.setText(self.tr("Hvilken kontakt gjelder det?"))
        text = self.tr("{app} skal vite hvilket besøk eller opphold det gjelder, og ingen pågår nå.")
        if not model.read:
            text += " " + self.tr("Journalen svarte ikke, så tidligere kontakter vises ikke.")
        elif not model.encounters:
            text += " " + self.tr("Det er heller ingen tidligere.")
        self.text.setText(text.format(app=app))
        self.setAccessibleName(f"{self.title.text()} {self.text.text()}")
        self.patient.show_patient(self.tr("Gjelder"), model.patient)
        for row, encounter in zip(self.encounters, model.encounters, strict=True):
            row.say(self._title(encounter), self._detail(encounter))
        self.open_without.say(
            self.tr("Åpne uten kontakt"), self.tr("Noen apper kan da ikke lagre eller sende det du gjør.")
        )
        self.leave.say(self.tr("Avbryt"), self.tr("{app} åpnes ikke.").format(app=app))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif (step := MOVES.get(Qt.Key(event.key()))) is not None:
            self._move(step)
        else:
            super().keyPressEvent(event)

    def _move(self, step: int) -> None:
        rows = [*self.encounters, self.open_without, self.leave]
        now = next((number for number, row in enumerate(rows) if row.hasFocus()), len(rows) - 1)
        rows[(now + step) % len(rows)].setFocus(Qt.FocusReason.TabFocusReason)

    def _row(self, encounter: EncounterModel) -> ChoiceRow:
        row = ChoiceRow(self.theme, "clock", "plain", (), self.content)
        row.clicked.connect(lambda: self.chosen.emit(encounter.key))
        return row

    def _title(self, encounter: EncounterModel) -> str:
        when = f"{encounter.start:%d.%m.%Y  %H:%M}" if encounter.start else self.tr("Uten dato")
        kind = encounter.kind or self.tr("Kontakt")
        return f"{when}  {kind}"

    def _detail(self, encounter: EncounterModel) -> str:
        words = {
            "finished": self.tr("Avsluttet"),
            "planned": self.tr("Planlagt"),
            "arrived": self.tr("Har møtt"),
            "triaged": self.tr("Har møtt"),
            "in-progress": self.tr("Pågår"),
            "onleave": self.tr("Permisjon"),
        }
        parts = (words.get(encounter.status, ""), encounter.why, encounter.place)
        return " · ".join(part for part in parts if part)
