"""A change of patient has come from the hub: which pages hold unsaved work, asked before any of them is taken away.

A change that somebody else started cannot be refused: a pane with unsaved or unanswered work is pinned at once (DESIGN
section 4). The hub holds fences back until the shell has answered, and other subscribers for as long as ``HOLD_MS``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import QObject, QTimer

from shell.bridge.pane_controller import PaneController
from shell.web.probes import Draft

HOLD_MS = 250

Unsaved = frozenset[PaneController]


class ArrivalCheck:
    """One check at a time for one patient tab; ``owner`` keeps its timer."""

    def __init__(self, owner: QObject) -> None:
        self._round = 0
        self._waiting: set[PaneController] = set()
        self._unsaved: set[PaneController] = set()
        self._calm: Collection[PaneController] = ()
        self._then: Callable[[Unsaved], None] | None = None
        self._limit = QTimer(owner, singleShot=True, interval=HOLD_MS)
        self._limit.timeout.connect(lambda: self._go())

    def ask(
        self,
        panes: Collection[PaneController],
        calm: Collection[PaneController],
        then: Callable[[Unsaved], None],
    ) -> None:
        """Call ``then`` with the panes to be kept. ``calm`` ones said a moment ago that they hold nothing: for them
        silence means no. A silent page that later says it holds nothing is let go again."""
        self._go()
        self._round += 1
        self._waiting, self._unsaved, self._calm, self._then = set(panes), set(), calm, then
        if not panes:
            self._go()
            return
        self._limit.start()
        for pane in panes:
            pane.ask_unsaved(partial(self._heard, self._round, pane))

    def drop(self) -> None:
        """The tab ends: nobody is told anything."""
        self._round += 1
        self._limit.stop()
        self._then = None

    def _heard(self, asked: int, pane: PaneController, draft: Draft) -> None:
        if asked != self._round:
            return
        if self._then is None:
            if pane in self._waiting and not draft.unsaved:
                pane.release()
            self._waiting.discard(pane)
            return
        self._waiting.discard(pane)
        if draft.unsaved and not (draft.silent and pane in self._calm):
            self._unsaved.add(pane)
        if not self._waiting:
            self._go()

    def _go(self) -> None:
        """Everybody has answered, or time is up."""
        self._limit.stop()
        then, self._then = self._then, None
        if then is not None:
            self._waiting -= set(self._calm)
            then(frozenset(self._unsaved | self._waiting))
