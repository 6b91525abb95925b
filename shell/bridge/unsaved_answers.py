"""Questions for unsaved work that are open at a pane's pages: each gets exactly one answer, whatever becomes of its page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from shell.web.pane_view import PaneView
from shell.web.probes import NOTHING_UNSAVED, Draft

Answered = Callable[[Draft], None]


class UnsavedAnswers:
    """A page that ends while it is asked has nothing left to lose. ``post`` calls in a later turn of the GUI thread."""

    def __init__(self, post: Callable[[Callable[[], None]], None]) -> None:
        self._post = post
        self._open: dict[int, tuple[PaneView, Answered]] = {}
        self._count = 0

    def ask(self, page: PaneView, answered: Answered) -> None:
        """Ask ``page``; its first answer counts."""
        self._count += 1
        number = self._count
        self._open[number] = (page, answered)
        page.ask_unsaved(partial(self._heard, number))

    def ended(self, page: PaneView) -> None:
        """Nobody answers there any more."""
        for number in [number for number, (asked, _) in self._open.items() if asked is page]:
            self._post(partial(self._heard, number, NOTHING_UNSAVED))

    def _heard(self, number: int, draft: Draft) -> None:
        asked = self._open.pop(number, None)
        if asked is not None:
            asked[1](draft)
