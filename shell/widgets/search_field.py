"""A field with an icon in front and a cross to empty it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from shell.theme.theme import Theme
from shell.widgets.patient_tab import CloseButton
from shell.widgets.plain_tip import plain_tip
from shell.widgets.themed import ThemedWidget


class SearchField(ThemedWidget):
    """40 pixels. ``changed(text)``, ``entered()`` for Enter and ↓. Escape empties it."""

    changed = Signal(str)
    entered = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._bad = False
        self.edit = QLineEdit(self)
        self.edit.setFrame(False)
        self.edit.setProperty("ring", "parent")
        self.edit.textChanged.connect(self._changed)
        self.edit.installEventFilter(self)
        self.edit.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.clear_button = CloseButton(theme, self)
        self.clear_button.clicked.connect(self.edit.clear)
        self.clear_button.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(40, 1, 4, 1)
        row.setSpacing(0)
        row.addWidget(self.edit, 1)
        row.addWidget(self.clear_button)
        self.setFocusProxy(self.edit)
        self.restyle()

    def say(self, text: str, clear: str) -> None:
        """Placeholder, which is the field's name too, and the name of the cross."""
        self.edit.setPlaceholderText(text)
        self.edit.setAccessibleName(text)
        self.clear_button.setAccessibleName(clear)
        self.clear_button.setToolTip(plain_tip(clear))

    def set_bad(self, bad: bool) -> None:
        self._bad = bad
        self.update()

    def text(self) -> str:
        return self.edit.text()

    def restyle(self) -> None:
        self.setFixedHeight(self.theme.scaled(self.theme.tokens.size("field")))

    def sizeHint(self) -> QSize:
        return QSize(230, self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape and self.edit.text():
                self.edit.clear()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
                self.entered.emit()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2 if self._bad else 1
        painter.setPen(QPen(self.theme.color("danger" if self._bad else "line-strong"), width))
        painter.setBrush(self.theme.color("surface"))
        radius = self.theme.tokens.radius("control")
        half = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)
        painter.drawPixmap(14, (self.height() - 18) // 2, self.theme.icon("search", "text-soft", 18))

    def _changed(self, text: str) -> None:
        self.clear_button.setVisible(bool(text))
        self.changed.emit(text)
