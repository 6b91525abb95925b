"""F12 with the keyboard in an app's page: the screen itself shows nothing of anybody within 100 ms."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from shell.tour.actor import Actor
from shell.web.pane_view import PaneView
from tests.story.conftest import Begin, Prepare
from tests.story.habits import colour_of, write_app
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, choose, sign_in

WITHIN_SECONDS = 0.1
TRIES = 4


def picture_of(story: Story) -> QImage:
    """What stands on the screen where the window is."""
    return QApplication.primaryScreen().grabWindow(story.window.winId()).toImage()


def colours(picture: QImage) -> set[str]:
    """In a grid over the window; the words in the middle are left out."""
    height = picture.height()
    rows = [y for y in range(0, height, 9) if not height // 3 < y < height * 2 // 3]
    return {picture.pixelColor(x, y).name() for x in range(0, picture.width(), 9) for y in rows}


def page_with_keyboard(story: Story, app: str) -> PaneView:
    """The app's page, once the keyboard is in it."""
    view = story.frame(app).holder.current()
    assert isinstance(view, PaneView)
    view.setFocus()

    def inside() -> bool:
        focused = QApplication.focusWidget()
        return focused is not None and (focused is view or view.isAncestorOf(focused))

    story.until(inside, "the keyboard in the page")
    return view


def test_f12_in_a_page_hides_the_screen_and_escape_shows_it(
    prepare_environment: Prepare, begin: Begin, tmp_path: Path
) -> None:
    """Mutants: the page keeps the key; the pages are painted above; it waits for the next frame of a page."""
    story = begin(prepare_environment(write_app(tmp_path / "farge", "farge", follows=False)))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    actor.key(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    story.until(lambda: story.follows("farge", MARIT_204), "the app about resident A")
    shows = colour_of(MARIT_204)
    story.until(lambda: shows in colours(picture_of(story)), "the page on the screen")
    night = story.window.theme.color("night").name()
    took: list[float] = []
    for number in range(TRIES):
        view = page_with_keyboard(story, "farge")
        began = time.perf_counter()
        story.key(Qt.Key.Key_F12)
        picture = picture_of(story)
        took.append(time.perf_counter() - began)
        assert colours(picture) == {night}, "hidden before anything else happens"
        story.spin(150)
        assert colours(picture_of(story)) == {night}, "and it stays hidden while the pages go on"
        assert view.pane_page.devToolsPage() is None
        story.key(Qt.Key.Key_F12 if number % 2 else Qt.Key.Key_Escape)
        story.until(lambda: shows in colours(picture_of(story)), "the page is there again")
    assert min(took) < WITHIN_SECONDS, took
