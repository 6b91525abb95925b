"""Another program asks for a patient: who it is, who is open now, and the user's own word (07)."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from shell.presenters.view_models import OpenQuestionModel
from shell.theme.theme import Theme
from shell.widgets.choice_row import ChoiceRow
from shell.widgets.dialog import DialogWidget
from shell.widgets.themed import label
from shell.widgets.unsaved_question import PatientCard


class OpenQuestion(DialogWidget):
    """``answered(yes)``: no is the default and Escape; yes only by Tab or pointer, for it comes while somebody types."""

    answered = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, theme.tokens.size("dialog-width"), parent)
        self._model: OpenQuestionModel | None = None
        self.setProperty("top-gap", 32)
        self.title = label("dialog-title", self.content, wrap=True)
        self.text = label("sub", self.content, wrap=True)
        self.card = PatientCard(theme, self.content)
        self.stay = ChoiceRow(theme, "stay", "primary", ("Esc",), self.content)
        self.go = ChoiceRow(theme, "right", "plain", (), self.content)
        self.stay.clicked.connect(lambda: self.answered.emit(False))
        self.go.clicked.connect(lambda: self.answered.emit(True))
        box = QVBoxLayout(self.content)
        box.setContentsMargins(28, 24, 28, 28)
        box.setSpacing(10)
        box.addWidget(self.title)
        box.addWidget(self.text)
        box.addSpacing(8)
        box.addWidget(self.card)
        box.addSpacing(8)
        for row in (self.stay, self.go):
            box.addWidget(row)

    def ask(self, model: OpenQuestionModel) -> None:
        """Show the question; *Ikke nå* has the keyboard."""
        self._model = model
        self.retranslate()
        self.stay.setFocus(Qt.FocusReason.PopupFocusReason)

    def retranslate(self) -> None:
        model = self._model
        if model is None:
            return
        name, present = model.patient.name.full, model.present
        self.title.setText(self.tr("Åpne {name}?").format(name=name))
        self.text.setText(self.tr("Et annet program på denne maskinen ber om å åpne denne pasienten."))
        born = f"{model.patient.born:%d.%m.%Y}" if model.patient.born else ""
        word = self.tr("Født {date}").format(date=born) if born else self.tr("Fødselsdato er ikke kjent")
        self.card.show_patient(word, model.patient)
        self.setAccessibleName(f"{self.title.text()} {word}. {self.text.text()}")
        stays = present is not None and present.key != model.patient.key
        kept = self.tr("{name} blir stående.").format(name=present.name.full) if stays and present else ""
        self.stay.say(self.tr("Ikke nå"), kept or self.tr("Ingenting endres."))
        swap = (
            self.tr("Appene bytter fra {name}.").format(name=present.name.full) if stays and present else ""
        )
        self.go.say(self.title.text().rstrip("?"), swap or self.tr("Sjekk navn og fødselsdato først."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.answered.emit(False)
        else:
            super().keyPressEvent(event)
