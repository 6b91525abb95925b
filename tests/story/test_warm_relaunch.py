"""Between the old page of a pane and the new one there is no frame without page or curtain (S3)."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from context.pane_state import State
from shell.tour.actor import Actor
from shell.widgets.pane_frame import PaneFrame
from tests.story.conftest import Begin, Prepare
from tests.story.habits import LOADING, colour_of, write_app
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, TORBJORN_209, choose, sign_in

EDGE = 14


class Frames(QObject):
    """A picture of the screen after every paint of the window, and what each of them shows of one pane.

    The window paints in ``UpdateRequest``; it is passed on from here, so that the picture is taken before anything else
    happens. What was painted outside it (``repaint``) is seen before the next.
    """

    def __init__(self, story: Story, app: str) -> None:
        super().__init__()
        self._story, self._app = story, app
        self._window = story.window
        self._inside = False
        self.seen: Counter[str] = Counter()
        self.breaches: list[str] = []
        self.curtain = story.window.theme.color("surface-alt").name()
        self._before = {self.curtain: "curtain"}
        self._window.installEventFilter(self)

    def end(self) -> None:
        self._window.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.UpdateRequest or self._inside:
            return False
        self._inside = True
        self._look(painted=False)
        QCoreApplication.sendEvent(watched, event)
        self._look(painted=True)
        self._inside = False
        return True

    def _look(self, *, painted: bool) -> None:
        """``painted`` False: what stands there may still be the picture of before."""
        frame = self._story.frame(self._app)
        screen = QApplication.primaryScreen()
        body, window = frame.body, self._window
        corner = body.mapTo(window, QPoint(0, 0))
        picture = screen.grabWindow(
            window.winId(), corner.x(), corner.y(), body.width(), body.height()
        ).toImage()
        known = self._known(frame)
        what = self._named(picture, known if painted else {**self._before, **known})
        self._before = known
        self.seen[what] += 1
        if what.startswith("#"):
            self.breaches.append(f"{what} while {frame.model.state}, covered {frame.covered}")

    def _known(self, frame: PaneFrame) -> dict[str, str]:
        """The colours that the pane may have now: its curtain's, or those of a page about the patient of its header."""
        if frame.covered:
            return {self.curtain: "curtain"}
        about = frame.model.effective
        return {LOADING: "loading", **({colour_of(about.key): "page"} if about is not None else {})}

    @staticmethod
    def _named(picture: QImage, known: dict[str, str]) -> str:
        """What the corners of the pane show, if all show the same; else the colour that is out of place."""
        right, low = picture.width() - EDGE, picture.height() - EDGE
        points = ((EDGE, low), (right, EDGE), (right, low), (right // 2, low))
        colours = [picture.pixelColor(x, y).name() for x, y in points]
        strange = [colour for colour in colours if colour not in known]
        return strange[0] if strange else known[colours[0]]


def test_a_relaunch_never_shows_a_frame_without_page_or_curtain(
    prepare_environment: Prepare, begin: Begin, tmp_path: Path
) -> None:
    """Mutants: the new page is shown before it has painted; the curtain does not come with the new patient."""
    story = begin(prepare_environment(write_app(tmp_path / "farge", "farge", follows=False)))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    actor.key(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    story.until(lambda: story.follows("farge", MARIT_204), "the app about resident A")
    frames = Frames(story, "farge")
    for patient in (TORBJORN_209, MARIT_204):
        workspace = story.program.desktop.workspace
        assert workspace is not None
        workspace.open_patient(patient)
        story.until(lambda patient=patient: story.follows("farge", patient), f"the app about {patient}")
        story.until(lambda: story.frame("farge").model.state is State.FOLLOWING, "no curtain")
        story.spin(300)
    frames.end()
    assert frames.breaches == []
    assert set(frames.seen) <= {"curtain", "page", "loading"}
    assert frames.seen["curtain"] >= 4
    assert frames.seen["page"] >= 4
    assert story.witness.breaches == []
