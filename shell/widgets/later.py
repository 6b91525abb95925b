"""A call at the next turn of the event loop, from a timer that its owner keeps.

``QTimer.singleShot`` with a Python callable makes a timer for each call and deletes it with its Python half gone: after some
hundred calls Qt for Python crashes in ``releaseWrapper``. One timer for each place does not.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Later:
    """``later()`` has ``call`` made after ``milliseconds``; asked again before then, it is still one call."""

    def __init__(self, owner: QObject, call: Callable[[], object], milliseconds: int = 0) -> None:
        self._timer = QTimer(owner, singleShot=True, interval=milliseconds)
        self._timer.timeout.connect(call)

    def __call__(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        """Not after all."""
        self._timer.stop()

    @property
    def waits(self) -> bool:
        return self._timer.isActive()
