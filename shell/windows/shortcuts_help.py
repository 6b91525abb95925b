"""All keys on one page (F1)."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from shell.theme.theme import Theme
from shell.widgets.button import Button
from shell.widgets.dialog import DialogWidget
from shell.widgets.key_caps import KeyCaps
from shell.widgets.themed import label

ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("palette", ("Ctrl", "K")),
    ("lock", ("Ctrl", "L")),
    ("privacy", ("F12",)),
    ("home", ("Alt", "Home")),
    ("filter", ("Ctrl", "F")),
    ("next-patient", ("Ctrl", "Tab")),
    ("previous-patient", ("Ctrl", "Shift", "Tab")),
    ("next-region", ("F6",)),
    ("list", ("↑", "↓", "Enter")),
    ("apps", ("Alt", "1–9")),
    ("new-tab", ("Ctrl", "Enter")),
    ("previous-region", ("Shift", "F6")),
    ("pin", ("Alt", "P")),
    ("sync", ("Alt", "S")),
    ("close-pane", ("Ctrl", "W")),
    ("close-patient", ("Ctrl", "Shift", "W")),
    ("next-in-place", ("Ctrl", "PgDn")),
    ("zoom", ("Ctrl", "+", "−")),
    ("help", ("F1",)),
)

WIDTH = 900


class ShortcutsHelp(DialogWidget):
    """``left()`` by Escape, F1 or its button."""

    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, WIDTH, parent)
        self.title = label("dialog-title", self.content)
        self.close_button = Button(theme, "secondary", "", self.content)
        self.close_button.clicked.connect(self.left)
        self._words: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(12)
        half = (len(ROWS) + 1) // 2
        for number, (name, keys) in enumerate(ROWS):
            row, column = number % half, number // half * 2
            holder = QHBoxLayout()
            holder.addWidget(KeyCaps(theme, keys, self.content))
            holder.addStretch(1)
            grid.addLayout(holder, row, column)
            self._words[name] = label("", self.content, wrap=True)
            grid.addWidget(self._words[name], row, column + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        box = QVBoxLayout(self.content)
        box.setContentsMargins(28, 22, 28, 26)
        box.setSpacing(18)
        box.addLayout(head)
        box.addLayout(grid)
        self.retranslate()

    def begin(self) -> None:
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(max(hint.width(), self.content.minimumSizeHint().width() + 4), hint.height())

    def retranslate(self) -> None:
        self.title.setText(self.tr("Alle taster"))
        self.setAccessibleName(self.tr("Alle taster"))
        self.close_button.say(self.tr("Lukk"))
        words = {
            "palette": self.tr("Søk pasient, app eller handling"),
            "lock": self.tr("Lås"),
            "privacy": self.tr("Skjul skjermen; én gang til viser den"),
            "home": self.tr("Startlista"),
            "filter": self.tr("Filtrer lista"),
            "next-patient": self.tr("Neste pasient"),
            "previous-patient": self.tr("Forrige pasient"),
            "next-region": self.tr("Neste område: apper, faner, banner, paneler"),
            "previous-region": self.tr("Forrige område"),
            "zoom": self.tr("Større eller mindre i panelet"),
            "list": self.tr("Velg og åpne i lista"),
            "apps": self.tr("App 1 til 9; én gang til flytter dit"),
            "new-tab": self.tr("Åpne i ny pasientfane"),
            "pin": self.tr("Fest eller slipp panelet"),
            "sync": self.tr("Synkroniser"),
            "close-pane": self.tr("Lukk panelet"),
            "close-patient": self.tr("Lukk pasienten"),
            "next-in-place": self.tr("Neste fane på samme plass"),
            "help": self.tr("Denne oversikten"),
        }
        for name, target in self._words.items():
            target.setText(words[name])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
            self.left.emit()
        else:
            super().keyPressEvent(event)
