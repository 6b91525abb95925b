"""Cyclic garbage is collected on the GUI thread and on no other; a wrapper stays until Qt has deleted its object."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from shell.bridge.garbage import GuiThreadGarbage
from shell.widgets.kept import delete_later

SHELL = Path(__file__).resolve().parents[3] / "shell"


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.me = self


def make_garbage() -> None:
    for _ in range(5000):
        Ring()


def test_another_thread_collects_nothing(qtbot: QtBot) -> None:
    owner = QObject()
    garbage = GuiThreadGarbage(owner)
    threads: list[int] = []
    gc.callbacks.append(lambda phase, _: threads.append(threading.get_ident()))
    try:
        worker = threading.Thread(target=make_garbage)
        worker.start()
        worker.join()
        assert threads == []
        gone = weakref.ref(Ring())
        qtbot.waitUntil(lambda: gone() is None)
        assert set(threads) == {threading.get_ident()}
    finally:
        gc.callbacks.pop()
        garbage.end()
    assert gc.isenabled()
    assert owner is not None


def test_a_wrapper_outlives_its_last_reference(qtbot: QtBot) -> None:
    thing = QObject()
    told: list[bool] = []
    thing.destroyed.connect(lambda *_: told.append(True))
    kept = weakref.ref(thing)
    delete_later(thing)
    del thing
    gc.collect()
    assert kept() is not None
    qtbot.waitUntil(lambda: told == [True])
    qtbot.waitUntil(lambda: kept() is None)


def test_nothing_is_deleted_past_the_rule() -> None:
    """``deleteLater`` is called by ``kept.py`` alone; elsewhere it is at most handed to a signal, or said of oneself."""
    for path in SHELL.rglob("*.py"):
        if path.name != "kept.py":
            for line in path.read_text(encoding="utf-8").splitlines():
                assert ".deleteLater()" not in line.replace("self.deleteLater()", ""), (path.name, line)
