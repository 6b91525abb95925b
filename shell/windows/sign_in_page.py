"""The sign-in page: the night house, the login page in its slot, the foot line (01)."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from shell.presenters.view_models import Connection, EmptyModel
from shell.theme.theme import Theme
from shell.translations import Translations
from shell.widgets.button import Button
from shell.widgets.night import NightField
from shell.widgets.themed import ThemedWidget, label
from shell.widgets.top_strip import ConnectionState
from shell.windows.menus import Menus
from shell.windows.view_slot import ViewSlot

NIGHT_WIDTH = 474
SHORT_LANGUAGES = {"nb": "Bokmål", "en": "English"}


class NightPanel(NightField):
    """Mark, name and two lines below the windows."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, 5, parent)
        self.setFixedWidth(NIGHT_WIDTH)
        self.brand = label("night-brand", self)
        self.brand.setText("Vaktrom")
        self.words = (label("night-words", self), label("night-words", self))
        self.retranslate()

    def retranslate(self) -> None:
        self.words[0].setText(self.tr("Én innlogging. Én pasient."))
        self.words[1].setText(self.tr("Alle appene på samme sted."))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        top = self.height() - 132
        painter.drawPixmap(QPointF(36, top), self.theme.mark(34, night=True))
        self.brand.adjustSize()
        self.brand.move(82, round(top + 17 - self.brand.height() / 2))
        for number, line in enumerate(self.words):
            line.adjustSize()
            line.move(36, top + 45 + number * self.theme.scaled(25))


class SignInPage(ThemedWidget):
    """``acted(key)`` from the button of an error. The shell itself has no password field."""

    acted = Signal(str)

    def __init__(
        self, theme: Theme, translations: Translations, menus: Menus, version: str, parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        self._translations = translations
        self._version = version
        self.slot = ViewSlot(theme, self)
        self.slot.acted.connect(self.acted)
        self.connection = ConnectionState(theme, self)
        self.language = Button(theme, "foot", "", self)
        self.language.clicked.connect(lambda: menus.languages(self.language))
        self.look = Button(theme, "foot", "", self)
        self.look.clicked.connect(lambda: menus.themes(self.look))
        self.version: QLabel = label("small", self)
        foot = QHBoxLayout()
        foot.setContentsMargins(28, 0, 28, 0)
        foot.setSpacing(4)
        foot.addWidget(self.connection)
        foot.addStretch(1)
        foot.addWidget(self.language)
        foot.addWidget(self.look)
        foot.addSpacing(4)
        foot.addWidget(self.version)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 8)
        right.setSpacing(0)
        right.addWidget(self.slot, 1)
        right.addLayout(foot)
        self.night = NightPanel(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.night)
        row.addLayout(right, 1)
        self.retranslate()

    def set_view(self, view: QWidget) -> None:
        """Lay the login page in the slot."""
        self.slot.set_view(view)

    def set_loading(self) -> None:
        self.slot.set_loading()

    def set_signing_in(self) -> None:
        """The login page has answered; the list is being opened."""
        self.slot.set_loading(signing_in=True)

    def set_error(self, model: EmptyModel) -> None:
        """What went wrong, whose fault it is, one button."""
        self.slot.set_error(model)

    def clear_view(self) -> None:
        self.slot.clear()

    def set_connection(self, connection: Connection) -> None:
        self.connection.set_connection(connection)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Logg inn"))
        self.language.say(SHORT_LANGUAGES[self._translations.language])
        self.language.setAccessibleName(self.tr("Språk"))
        self.look.say(self.tr("Utseende"))
        self.version.setText(self.tr("Versjon {version}").format(version=self._version))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self.theme.color("canvas"))
