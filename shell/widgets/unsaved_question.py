"""The question before unsaved work would be lost: from whom, to whom, three ways (07)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.view_models import PatientRef, UnsavedModel
from shell.theme.theme import Theme
from shell.widgets.choice_row import ChoiceRow
from shell.widgets.curtain import IconLabel
from shell.widgets.dialog import DialogWidget
from shell.widgets.formats import clock_text
from shell.widgets.runs import Run, draw_runs, name_runs, runs_width
from shell.widgets.shapes import draw_mark
from shell.widgets.themed import ThemedWidget, label


class PatientCard(ThemedWidget):
    """Mark, a word above, the name and room below, on the patient's soft field."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self._patient: PatientRef | None = None
        self._word = ""

    def show_patient(self, word: str, patient: PatientRef | None) -> None:
        self._word, self._patient = word, patient
        self.setAccessibleName(f"{word} {patient.name.full}" if patient else word)
        self.setVisible(patient is not None)
        self.updateGeometry()
        self.update()

    def _runs(self) -> list[Run]:
        assert self._patient is not None
        ink = self.theme.color("text")
        runs = name_runs(self.theme, "row-name", self._patient.name, ink, all_bold=True)
        if self._patient.beside:
            runs.append(Run(f" · {self._patient.beside}", self.theme.font("row-name", 700), ink))
        return runs

    def sizeHint(self) -> QSize:
        width = runs_width(self._runs()) + 64 + 20 if self._patient else 0
        return QSize(max(280, width), self.theme.scaled(62))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._patient is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, slot = self.theme, self._patient.slot
        painter.setPen(QPen(theme.color("line"), 1) if theme.high_contrast else Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(theme.slot_soft(slot)))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        middle = self.height() / 2
        place = QRectF(14, middle - 17, 34, 34)
        draw_mark(
            painter, theme, place, self._patient, theme.color(theme.slot_ink(slot)), theme.color("surface")
        )
        painter.setPen(theme.color("text-soft"))
        painter.setFont(theme.font("small"))
        painter.drawText(QPointF(64, middle - 5 * theme.percent / 100), self._word)
        draw_runs(painter, 64, middle + 16 * theme.percent / 100, self._runs())


class UnsavedQuestion(DialogWidget):
    """``answered(choice)``: ``stay`` (default, Escape), ``pin`` (Alt P), ``go`` (only by Tab or pointer)."""

    answered = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, theme.tokens.size("dialog-width"), parent)
        self._model: UnsavedModel | None = None
        self.setProperty("top-gap", 32)
        self.title = label("dialog-title", self.content, wrap=True)
        self.text = label("sub", self.content, wrap=True)
        self.source = PatientCard(theme, self.content)
        self.target = PatientCard(theme, self.content)
        self._arrow = IconLabel(theme, 20, self.content)
        self._arrow.set_icon("right", "text")
        self._arrow.setFixedWidth(52)
        self.stay = ChoiceRow(theme, "stay", "primary", ("Esc",), self.content)
        self.pin = ChoiceRow(theme, "pin", "plain", ("Alt P",), self.content)
        self.go = ChoiceRow(theme, "right", "danger", (), self.content)
        self.stay.clicked.connect(lambda: self.answered.emit("stay"))
        self.pin.clicked.connect(lambda: self.answered.emit("pin"))
        self.go.clicked.connect(lambda: self.answered.emit("go"))
        cards = QHBoxLayout()
        cards.setSpacing(0)
        cards.addWidget(self.source, 1)
        cards.addWidget(self._arrow)
        cards.addWidget(self.target, 1)
        box = QVBoxLayout(self.content)
        box.setContentsMargins(28, 24, 28, 28)
        box.setSpacing(10)
        box.addWidget(self.title)
        box.addWidget(self.text)
        box.addSpacing(8)
        box.addLayout(cards)
        box.addSpacing(8)
        for row in (self.stay, self.pin, self.go):
            box.addWidget(row)

    def ask(self, model: UnsavedModel) -> None:
        """Show the question; *Bli hos* has the keyboard."""
        self._model = model
        self.pin.setVisible(model.may_pin)
        self._arrow.setVisible(model.target is not None)
        self.retranslate()
        self.stay.setFocus(Qt.FocusReason.PopupFocusReason)

    def retranslate(self) -> None:
        model = self._model
        if model is None:
            return
        app, person = model.app.name, model.source.name.full
        self.title.setText(self.tr("{app} er ikke lagret").format(app=app))
        doing, later, lose, to = self._step_words(model)
        draft = (
            self.tr("{app} har et utkast fra {time}.").format(app=app, time=clock_text(model.since))
            if model.since
            else self.tr("{app} har et utkast.").format(app=app)
        )
        self.text.setText(f"{doing} {draft}")
        self.setAccessibleName(f"{self.title.text()}. {self.text.text()}")
        self.source.show_patient(self.tr("Utkastet gjelder"), model.source)
        self.target.show_patient(to, model.target)
        self.stay.say(self.tr("Bli hos {name}").format(name=person), later)
        pinned = self.tr("{app} blir stående på {name}, med {colour} ramme. Resten bytter.").format(
            app=app, name=person, colour=self._colour(model.source)
        )
        self.pin.say(self.tr("Fest {app} og bytt").format(app=app), pinned)
        self.go.say(lose, self.tr("Utkastet i {app} går tapt.").format(app=app))

    def _step_words(self, model: UnsavedModel) -> tuple[str, str, str, str]:
        """What is about to happen, what to do first, how to lose the draft, the word above the other patient."""
        app, target = model.app.name, model.target.name.full if model.target else ""
        if model.step == "change":
            later = self.tr("Lagre utkastet først, og bytt etterpå.")
            doing, lose = self.tr("Du er i ferd med å bytte pasient."), self.tr("Bytt uten å lagre")
            return doing, later, lose, self.tr("Bytter til")
        if model.step == "release":
            doing = self.tr("Du er i ferd med å slippe {app}, som går til {name}.") if target else ""
            doing = doing or self.tr("Du er i ferd med å slippe {app}, som lukkes.")
            later, lose = self.tr("Lagre utkastet først, og slipp etterpå."), self.tr("Slipp uten å lagre")
            return doing.format(app=app, name=target), later, lose, self.tr("Slippes til")
        if model.step == "log-out":
            later = self.tr("Lagre utkastet først, og logg ut etterpå.")
            return self.tr("Du er i ferd med å logge ut."), later, self.tr("Logg ut uten å lagre"), ""
        if model.step == "synchronise":
            doing = self.tr("Du er i ferd med å laste {app} på nytt.")
            later = self.tr("Lagre utkastet først, og synkroniser etterpå.")
            return doing.format(app=app), later, self.tr("Synkroniser uten å lagre"), ""
        pane = model.step == "close-pane"
        doing = self.tr("Du er i ferd med å lukke {app}.") if pane else ""
        doing = doing or self.tr("Du er i ferd med å lukke pasienten.")
        later = self.tr("Lagre utkastet først, og lukk etterpå.")
        return doing.format(app=app), later, self.tr("Lukk uten å lagre"), ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.answered.emit("stay")
        elif event.key() == Qt.Key.Key_P and event.modifiers() == Qt.KeyboardModifier.AltModifier:
            if self.pin.isVisible():
                self.answered.emit("pin")
        else:
            super().keyPressEvent(event)

    def _colour(self, patient: PatientRef) -> str:
        words = {1: self.tr("blå"), 2: self.tr("mosegrønn"), 3: self.tr("plommefarget"), None: self.tr("grå")}
        return words[patient.slot]
