"""What a dialog over the panes shares: its frame, contents that scroll when they must, Tab that goes round inside it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QVBoxLayout, QWidget

from shell.theme.theme import Theme
from shell.widgets.themed import ThemedWidget


class DialogWidget(ThemedWidget):
    """Put everything into ``content``. The banner stays free, so a dialog with large text may have to scroll."""

    def __init__(self, theme: Theme, width: int, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._wide = width
        self.setProperty("dialog", True)
        self.content = QWidget(self)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        self._scroll.setWidget(self.content)
        self.content.setAutoFillBackground(False)
        box = QVBoxLayout(self)
        box.setContentsMargins(2, 2, 2, 2)
        box.addWidget(self._scroll)

    def sizeHint(self) -> QSize:
        width = self.theme.scaled(self._wide)
        parent = self.parentWidget()
        if parent is not None:
            width = min(width, max(self._wide, parent.width() - 200))
        return QSize(width, self._content_height(width - 4) + 4)

    def focusNextPrevChild(self, forward: bool, /) -> bool:
        controls = [
            child
            for child in self.findChildren(QWidget)
            if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(self) and child.isEnabled()
        ]
        focused = QApplication.focusWidget()
        if not controls:
            return True
        step = 1 if forward else -1
        index = controls.index(focused) + step if focused in controls else 0
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        chosen = controls[index % len(controls)]
        chosen.setFocus(reason)
        self._scroll.ensureWidgetVisible(chosen)
        return True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.content.setMinimumHeight(self._content_height(self.width() - 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = self.theme.tokens.radius("dialog")
        painter.setPen(QPen(self.theme.color("line-strong" if self.theme.high_contrast else "line"), 1))
        painter.setBrush(self.theme.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _content_height(self, width: int) -> int:
        layout = self.content.layout()
        if layout is None:
            return 0
        wanted = layout.heightForWidth(width) if layout.hasHeightForWidth() else -1
        return wanted if wanted > 0 else layout.sizeHint().height()
