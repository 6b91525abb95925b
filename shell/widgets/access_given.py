"""What the user has allowed apps himself, each with the way to take it back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from shell.presenters.access_given import AccessGivenModel, GivenAccess
from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.dialog import DialogWidget
from shell.widgets.kept import delete_later
from shell.widgets.themed import ThemedWidget, label


class GivenRow(ThemedWidget):
    """One app; ``withdraw()`` asks first, then ``confirmed()`` or ``kept()``."""

    withdraw = Signal()
    confirmed = Signal()
    kept = Signal()

    def __init__(self, theme: Theme, given: GivenAccess, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.given = given
        self.asking = self.failed = False
        self.name = label("strong", self, wrap=True)
        self.what = label("sub", self, wrap=True)
        self.question = label("", self, wrap=True)
        self.take_back = Button(theme, "secondary", "x", self)
        self.yes = Button(theme, "danger", "x", self)
        self.no = Button(theme, "secondary", "", self)
        self.take_back.clicked.connect(self.withdraw)
        self.yes.clicked.connect(self.confirmed)
        self.no.clicked.connect(self.kept)
        words = QVBoxLayout()
        words.setSpacing(4)
        for part in (self.name, self.what, self.question):
            words.addWidget(part)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 10, 0, 10)
        box.setSpacing(10)
        box.addLayout(words, 1)
        for button in (self.take_back, self.no, self.yes):
            box.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def show_state(self, *, asking: bool, failed: bool) -> None:
        """``asking``: is it really to be withdrawn? The safe answer has the keyboard."""
        begins = asking and not self.asking
        ends = self.asking and not asking
        self.asking, self.failed = asking, failed
        self.retranslate()
        self.take_back.setVisible(not asking)
        self.yes.setVisible(asking)
        self.no.setVisible(asking)
        self.question.setVisible(asking or failed)
        if begins:
            self.no.setFocus(Qt.FocusReason.OtherFocusReason)
        elif ends:
            self.take_back.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        given = self.given
        self.name.setText(" · ".join(filter(None, (given.app, given.vendor))))
        self.what.setText("\n".join((self._rights(), self._time())))
        self.take_back.say(self.tr("Trekk tilbake"))
        self.take_back.setAccessibleName(self.tr("Trekk tilbake tilgangen til {app}").format(app=given.app))
        self.yes.say(self.tr("Trekk tilbake nå"))
        self.no.say(self.tr("Behold"))
        if self.failed and not self.asking:
            self.question.setText(self.tr("Det gikk ikke. Tilgangen gjelder fortsatt. Prøv igjen."))
        else:
            asked = self.tr(
                "{app} mister tilgangen med en gang. Det som ikke er lagret i appen, kan gå tapt."
            )
            self.question.setText(asked.format(app=given.app))
        self.setAccessibleName(f"{self.name.text()}. {self.what.text()}")

    def _rights(self) -> str:
        given = self.given
        if given.about is not None:
            name = given.about.name.full
            text = self.tr("Kan lese og skrive om {name}") if given.writes else self.tr("Kan lese om {name}")
            return text.format(name=name)
        if given.one_patient:
            return (
                self.tr("Kan lese og skrive om én pasient")
                if given.writes
                else self.tr("Kan lese om én pasient")
            )
        return (
            self.tr("Kan lese og skrive det du selv kan")
            if given.writes
            else self.tr("Kan lese det du selv kan lese")
        )

    def _time(self) -> str:
        given = self.given
        text = self.tr("Gitt {when}").format(when=f"{given.given_at:%d.%m.%Y %H:%M}")
        if given.stays:
            text += " · " + self.tr("beholder tilgangen når du har logget ut")
        if given.until is not None:
            text += " · " + self.tr("til {when}").format(when=f"{given.until:%d.%m.%Y %H:%M}")
        return text


class AccessGiven(DialogWidget):
    """``withdraw_asked(key)``, ``withdrawn(key)``, ``kept()``, ``again()`` after a failed reading, ``left()``."""

    withdraw_asked = Signal(str)
    withdrawn = Signal(str)
    kept = Signal()
    again = Signal()
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, theme.tokens.size("dialog-width"), parent)
        self.setProperty("top-gap", 32)
        self._model = AccessGivenModel("reading")
        self.rows: list[GivenRow] = []
        self.title = label("dialog-title", self.content, wrap=True)
        self.text = label("sub", self.content, wrap=True)
        self.retry = Button(theme, "secondary", "sync", self.content)
        self.retry.clicked.connect(self.again)
        self.close_button = Button(theme, "secondary", "", self.content)
        self.close_button.clicked.connect(self.left)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        box = QVBoxLayout(self.content)
        box.setContentsMargins(28, 22, 28, 26)
        box.setSpacing(14)
        box.addLayout(head)
        box.addWidget(self.text)
        box.addLayout(self._list)
        box.addWidget(self.retry, 0, Qt.AlignmentFlag.AlignLeft)
        self.retranslate()

    def begin(self) -> None:
        """Nothing is withdrawn by a stray Enter: *Lukk* has the keyboard."""
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_access(self, model: AccessGivenModel) -> None:
        """Show what is known; the rows stay the same as long as the list does."""
        listed = tuple(row.given for row in self.rows)
        self._model = model
        if listed != model.given:
            had_focus = any(row.isAncestorOf(self.focusWidget() or self) for row in self.rows)
            self._fill(model.given)
            if had_focus:
                self.begin()
        for row in self.rows:
            row.show_state(asking=row.given.key == model.asking, failed=row.given.key == model.failed)
        self.retranslate()

    def _fill(self, given: tuple[GivenAccess, ...]) -> None:
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            delete_later(row)
        self.rows = [self._row(one) for one in given]
        for row in self.rows:
            self._list.addWidget(row)
            row.show()

    def _row(self, given: GivenAccess) -> GivenRow:
        row = GivenRow(self.theme, given, self.content)
        row.withdraw.connect(lambda: self.withdraw_asked.emit(given.key))
        row.confirmed.connect(lambda: self.withdrawn.emit(given.key))
        row.kept.connect(self.kept)
        return row

    def retranslate(self) -> None:
        self.title.setText(self.tr("Tilganger du har gitt"))
        self.close_button.say(self.tr("Lukk"))
        self.retry.say(self.tr("Prøv igjen"))
        self.retry.setVisible(self._model.phase == "failed")
        if self._model.phase == "failed":
            self.text.setText(self.tr("Tilgangene kunne ikke hentes nå. Det som er gitt, gjelder fortsatt."))
        elif self._model.phase == "reading":
            self.text.setText(self.tr("Henter …"))
        elif self._model.given:
            self.text.setText(
                self.tr("Apper som du selv har gitt tilgang. Andre apper har organisasjonen godkjent.")
            )
        else:
            text = self.tr(
                "Du har ikke gitt noen app tilgang selv. Appene du ser, har organisasjonen godkjent."
            )
            self.text.setText(text)
        self.setAccessibleName(f"{self.title.text()}. {self.text.text()}")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self._model.asking:
            self.kept.emit()
        else:
            self.left.emit()
