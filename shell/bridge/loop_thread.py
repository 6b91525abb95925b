"""The shell's own asyncio loop in its own thread; results come back to the GUI thread as queued signals."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

Result = TypeVar("Result")


class LoopThread(QObject):
    """Runs coroutines beside the GUI thread; nothing of the GUI ever waits for them."""

    _delivered = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="vaktrom-io", daemon=True)
        self._delivered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread.start()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    def run(
        self,
        work: Coroutine[Any, Any, Result],
        done: Callable[[Result], None] | None = None,
        failed: Callable[[BaseException], None] | None = None,
    ) -> Future[Result]:
        """Start ``work``; ``done`` or ``failed`` is called later on the GUI thread. Cancel through the future."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        future.add_done_callback(lambda ended: self._ended(ended, done, failed))
        return future

    def post(self, call: Callable[[], None]) -> None:
        """From any thread: have ``call`` made on the GUI thread."""
        self._delivered.emit(call)

    def stop(self) -> None:
        """Cancel what still runs and end the thread (at most two seconds)."""

        async def cancel_all() -> None:
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        if self._loop.is_running():
            with contextlib.suppress(TimeoutError):
                asyncio.run_coroutine_threadsafe(cancel_all(), self._loop).result(2.0)
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(2.0)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

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
