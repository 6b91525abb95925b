"""Python's cyclic garbage is collected on the GUI thread only.

Otherwise the thread that happens to allocate collects, and that is often the one for input and output: it would take
wrappers of Qt objects apart while Qt deletes the same objects on the GUI thread, and the program crashes.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_EVERY_MS = 250
OLDEST = 2


class GuiThreadGarbage(QObject):
    """Looks four times a second whether a generation is due, by Python's own thresholds. One for each program."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the imports left lives as long as the program; nobody need look at it again
        self._thresholds = gc.get_threshold()
        self._timer = QTimer(self, interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect the oldest generation that is due; the younger ones go with it."""
        counts = gc.get_count()
        due = [
            age for age in range(OLDEST + 1) if self._thresholds[age] and counts[age] > self._thresholds[age]
        ]
        if due:
            gc.collect(due[-1])

    def end(self) -> None:
        """Give collecting back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
