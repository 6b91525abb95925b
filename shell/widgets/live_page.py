"""What the desktop tells a live page of a pane or of the login: size of text, colours, language."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from shell.theme.theme import Theme

ZOOM_STEPS = (50, 67, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300)
LEAST, MOST = 0.25, 5.0


@runtime_checkable
class LivePage(Protocol):
    """A view that can change its look while it stands."""

    def take_look(self, zoom: float) -> None:
        """``zoom`` 1.0 is 100 %; colours are the application's."""

    def take_language(self, language: str) -> None:
        """``nb`` or ``en``."""


class PageLook:
    """The look of the pages in one place: the desktop's size of text times the zoom of this place."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.percent = 100

    def step(self, step: int) -> None:
        """The next larger (1) or smaller (-1) zoom; 0 is 100 % again."""
        if step == 0:
            self.percent = 100
            return
        place = ZOOM_STEPS.index(self.percent) + step
        self.percent = ZOOM_STEPS[max(0, min(place, len(ZOOM_STEPS) - 1))]

    def give(self, view: object) -> None:
        """Make a page look so; a widget that is no live page stays as it is."""
        if isinstance(view, LivePage):
            zoom = self._theme.percent / 100 * self.percent / 100
            view.take_look(max(LEAST, min(zoom, MOST)))
