"""What a dialog over the panes shares: Tab goes round inside it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from shell.widgets.themed import ThemedWidget


class DialogWidget(ThemedWidget):
    """Tab and Shift Tab stay among the controls inside."""

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
        controls[index % len(controls)].setFocus(reason)
        return True
