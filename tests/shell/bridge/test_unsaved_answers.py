"""Each question for unsaved work is answered once, or a patient could never be chosen again."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from shell.bridge.unsaved_answers import UnsavedAnswers
from shell.web.pane_view import PaneView
from shell.web.probes import NOTHING_UNSAVED, Draft

UNSAVED = Draft(True)


class SilentPage:
    """Keeps what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Callable[[Draft], None]] = []

    def ask_unsaved(self, answered: Callable[[Draft], None]) -> None:
        self.asked.append(answered)


def test_a_page_that_ends_while_it_is_asked_has_nothing_left_to_lose() -> None:
    """Mutants: the question stays open for ever; the answer comes in the middle of what ends the page, or twice."""
    later: list[Callable[[], None]] = []
    answers, heard = UnsavedAnswers(later.append), list[Draft]()
    gone, stays = SilentPage(), SilentPage()
    for page in (gone, stays):
        answers.ask(cast(PaneView, page), heard.append)
    answers.ended(cast(PaneView, gone))
    assert heard == []
    for call in later:
        call()
    assert heard == [NOTHING_UNSAVED]
    gone.asked[0](UNSAVED)
    stays.asked[0](UNSAVED)
    stays.asked[0](UNSAVED)
    assert heard == [NOTHING_UNSAVED, UNSAVED]
