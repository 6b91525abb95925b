"""What the desktop program did, in a few rotating files beside its state: start, end, and mistakes nobody foresaw (S7).

A line holds a time, a word and plain facts. Of an exception: its kind, module and line, never its words or values.
"""

from __future__ import annotations

import contextlib
import json
import logging
import logging.handlers
import os
import queue
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

FOLDER = "logs"
FILE = "desktop.log"
FILE_BYTES = 512 * 1024
OLD_FILES = 4
WAITING_LINES = 1024


class _Files(logging.handlers.RotatingFileHandler):
    """Files for the user alone; a disk that takes nothing costs the line, never the program."""

    def _open(self) -> TextIOWrapper:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return open(os.open(self.baseFilename, flags, 0o600), "a", encoding="utf-8")

    @property
    def _folder(self) -> Path:
        return Path(self.baseFilename).parent

    def handleError(self, record: logging.LogRecord) -> None:
        """Without the record: what is printed there would hold its arguments."""


class ProgramLog:
    """``say`` may be called from any thread and returns at once; a thread writes until ``end``."""

    def __init__(self, folder: Path) -> None:
        self._waiting: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._files = _Files(folder / FILE, maxBytes=FILE_BYTES, backupCount=OLD_FILES, delay=True)
        self._thread = threading.Thread(target=self._write, name="vaktrom-log", daemon=True)
        self._thread.start()

    def say(self, word: str, **facts: str | int | None) -> None:
        """Have a line written; dropped when the disk is far behind."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = json.dumps({"at": now, "what": word, "process": os.getpid(), **facts})
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(line)

    def failed(self, error: BaseException, thread: str) -> None:
        """An exception that nobody caught."""
        module, line = _place(error.__traceback__)
        self.say("failed", error=type(error).__name__, module=module, line=line, thread=thread)

    def end(self, seconds: float = 2.0) -> None:
        """Wait for what is waiting, at most ``seconds``."""
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=seconds)
        self._thread.join(seconds)

    def _write(self) -> None:
        while (line := self._waiting.get()) is not None:
            self._files.handle(logging.makeLogRecord({"msg": line}))
        with contextlib.suppress(OSError):
            self._files.close()


@contextlib.contextmanager
def logged(state: Path, version: str) -> Iterator[ProgramLog]:
    """A log of what happens inside; hooks for uncaught exceptions say their kind and then do what they did before."""
    log, main, threads = ProgramLog(state / FOLDER), sys.excepthook, threading.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        log.failed(error, threading.current_thread().name)
        main(kind, error, trace)

    def thread_hook(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            log.failed(given.exc_value, given.thread.name if given.thread else "")
        threads(given)

    sys.excepthook, threading.excepthook = hook, thread_hook
    log.say("started", version=version)
    try:
        yield log
    except BaseException as error:
        log.failed(error, threading.current_thread().name)
        raise
    finally:
        sys.excepthook, threading.excepthook = main, threads
        log.say("ended")
        log.end()


def kept_files(state: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each file that is there and can be read, the newest first."""
    for name in (FILE, *(f"{FILE}.{number}" for number in range(1, OLD_FILES + 1))):
        with contextlib.suppress(OSError):
            yield name, (state / FOLDER / name).read_text(encoding="utf-8", errors="replace")


def _place(trace: TracebackType | None) -> tuple[str | None, int]:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return (trace.tb_frame.f_globals.get("__name__"), trace.tb_lineno) if trace else (None, 0)
