"""The shell's own asyncio loop in its own thread; results come back to the GUI thread as queued signals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from shell.composition.io_loop import IoLoop

Result = TypeVar("Result")


class LoopThread(QObject):
    """Runs coroutines beside the GUI thread; nothing of the GUI ever waits for them."""

    _delivered = Signal(object)

    def __init__(self, parent: QObject | None = None, io: IoLoop | None = None) -> None:
        """``io`` is a loop that runs already; otherwise one is started."""
        super().__init__(parent)
        self._io = io or IoLoop()
        self._delivered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._io.loop

    def run(
        self,
        work: Coroutine[Any, Any, Result],
        done: Callable[[Result], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Future[Result]:
        """Start ``work``; ``done`` or ``failed`` is called later on the GUI thread. Cancel through the future."""
        future = self._io.submit(work)
        future.add_done_callback(lambda ended: self._ended(ended, done, failed))
        return future

    def post(self, call: Callable[[], None]) -> None:
        """From any thread: have ``call`` made on the GUI thread."""
        self._delivered.emit(call)

    def stop(self) -> None:
        """Cancel what still runs and end the thread (at most two seconds)."""
        self._io.stop()

    def _ended(
        self,
        ended: Future[Result],
        done: Callable[[Result], None] | None,
        failed: Callable[[BaseException], None] | None,
    ) -> None:
        if ended.cancelled():
            return
        error = ended.exception()
        if error is not None:
            if failed is not None:
                self.post(lambda: failed(error))
        elif done is not None:
            result = ended.result()
            self.post(lambda: done(result))

    def _deliver(self, call: Callable[[], None]) -> None:
        call()
