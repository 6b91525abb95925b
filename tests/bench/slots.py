"""What keeps the GUI thread: turns of its loop, and Python slots with their own time apart from Qt calls.

Two looks, since neither is enough: an event filter or ``notify`` in Python for the whole application crashes with Qt
WebEngine, and a profile that knows every call makes Python slower.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from PySide6.QtCore import QAbstractEventDispatcher, QObject

WORTH_TELLING_SECONDS = 0.010
LOOK_EVERY_SECONDS = 0.003
OURS = "shell."
DRIVER, DRIVERS = "the driver", ("shell.tour", "tests.", "__main__")


class TurnWatch(QObject):
    """Times each turn of the GUI loop, from awake to asleep; a thread beside it looks who is at work in a long one.

    Costs next to nothing, so its times are true; its names are those of the outermost call of ours that was seen, or
    ``Qt`` when no Python of ours was. Turns in which only the driver worked are left out.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.slow: dict[str, list[float]] = {}
        self.turns = 0
        self._began = 0.0
        self._seen: Counter[str] = Counter()
        self._gui = threading.get_ident()
        self._stopping = threading.Event()
        self._looker = threading.Thread(target=self._look, daemon=True)
        self._dispatcher = QAbstractEventDispatcher.instance()

    def start(self) -> None:
        """From now on."""
        self._dispatcher.awake.connect(self._awake)
        self._dispatcher.aboutToBlock.connect(self._asleep)
        self._looker.start()

    def stop(self) -> None:
        """No more."""
        self._stopping.set()
        self._dispatcher.awake.disconnect(self._awake)
        self._dispatcher.aboutToBlock.disconnect(self._asleep)
        self._looker.join()

    def _awake(self) -> None:
        self._began = time.perf_counter()
        self._seen.clear()

    def _asleep(self) -> None:
        seconds = time.perf_counter() - self._began if self._began else 0.0
        self._began = 0.0
        self.turns += 1
        if seconds < WORTH_TELLING_SECONDS:
            return
        names = [name for name, _ in self._seen.most_common()]
        ours = [name for name in names if name not in (DRIVER, "Qt")]
        name = (ours or names or ["Qt"])[0]
        if name != DRIVER:
            self.slow.setdefault(name, []).append(seconds)

    def _look(self) -> None:
        while not self._stopping.wait(LOOK_EVERY_SECONDS):
            began = self._began
            if began and time.perf_counter() - began > LOOK_EVERY_SECONDS:
                self._seen[_outermost(sys._current_frames()[self._gui])] += 1


def _outermost(frame: FrameType) -> str:
    """The outermost function of the shell at work; the driver when it is itself, and not waiting."""
    if _module(frame).startswith(DRIVERS) and frame.f_code.co_name != "wait":
        return DRIVER
    name = "Qt"
    inner: FrameType | None = frame
    while inner is not None:
        module = _module(inner)
        if module.startswith(OURS) and not module.startswith(DRIVERS):
            name = f"{module}.{inner.f_code.co_qualname}"
        inner = inner.f_back
    return name


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


@dataclass(slots=True)
class _Slot:
    """One Python call that came from Qt: when it began, and how long Qt calls inside it have taken."""

    name: str
    began: float
    depth: int = 0
    in_qt: float = 0.0
    qt_name: str = ""
    qt_began: float = 0.0
    c_depth: int = 0


@dataclass
class SlotProfile:
    """A profile function (``sys.setprofile``) of the GUI thread. It makes Python slower, Qt not: own times are too long.

    ``own`` are seconds of Python's own time by slot; ``qt`` the longest single Qt call by name. Constructors of Qt
    classes are no calls to the profiler and count as Python's own time.
    """

    own: dict[str, float] = field(default_factory=dict)
    qt: dict[str, float] = field(default_factory=dict)
    _stack: list[_Slot] = field(default_factory=list)
    _is_qt: dict[type, bool] = field(default_factory=dict)

    def start(self) -> None:
        """From now on, on the calling thread."""
        self._stack = [_Slot("", time.perf_counter())]
        sys.setprofile(self._look)

    def stop(self) -> None:
        """No more."""
        sys.setprofile(None)

    def _look(self, frame: FrameType, event: str, argument: Any) -> None:
        slot = self._stack[-1]
        if event == "call":
            if slot.c_depth:  # Python called from inside a Qt call: a slot of its own
                name = f"{frame.f_globals.get('__name__', '')}.{frame.f_code.co_qualname}"
                self._stack.append(_Slot(name, time.perf_counter(), depth=1))
            else:
                slot.depth += 1
        elif event == "return":
            slot.depth -= 1
            if slot.depth == 0 and len(self._stack) > 1:
                self._ended(self._stack.pop())
        elif event == "c_call":
            if self._belongs_to_qt(argument):
                if slot.c_depth == 0:
                    slot.qt_name, slot.qt_began = self._name(frame, argument), time.perf_counter()
                slot.c_depth += 1
        elif slot.c_depth and self._belongs_to_qt(argument):
            slot.c_depth -= 1
            if slot.c_depth == 0:
                seconds = time.perf_counter() - slot.qt_began
                slot.in_qt += seconds
                if slot.name.startswith(OURS) and seconds > self.qt.get(slot.qt_name, 0.0):
                    self.qt[slot.qt_name] = seconds

    def _ended(self, slot: _Slot) -> None:
        own = time.perf_counter() - slot.began - slot.in_qt
        if slot.name.startswith(OURS) and own > self.own.get(slot.name, 0.0):
            self.own[slot.name] = own

    def _belongs_to_qt(self, called: Any) -> bool:
        kind = type(getattr(called, "__self__", None))
        known = self._is_qt.get(kind)
        if known is None:
            known = any(base.__module__.startswith("PySide6") for base in kind.__mro__)
            self._is_qt[kind] = known
        return known

    @staticmethod
    def _name(frame: FrameType, called: Any) -> str:
        return f"{getattr(called, '__qualname__', called)} in {frame.f_code.co_qualname}"
