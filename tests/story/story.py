"""A user at the real desktop: looks at visible widgets, clicks and types, and looks into panes over DevTools."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from playwright.sync_api import Browser, Page
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication, QWidget

from context.pane_state import State
from shell.bridge.application import Program
from shell.composition.practice import Environment
from shell.tour.actor import Actor
from shell.widgets.pane_frame import PaneFrame
from tests.story.devtools import DevTools
from tests.story.visits import Visits

Result = TypeVar("Result")
WAIT = 20.0
LOOK_EVERY_MS = 20


class Story:
    """Drives one program. Every wait is for a condition; ``Waited`` tells which one did not come."""

    def __init__(
        self, program: Program, environment: Environment, devtools: DevTools, visits: Visits
    ) -> None:
        self.program = program
        self.window = program.window
        self.environment = environment
        self.visits = visits
        self._devtools = devtools
        self.witness = PaintWitness(program, environment.base_url)

    def start(self) -> None:
        self.window.resize(1366, 768)
        self.program.show()
        Actor(self.window).take_keyboard()
        self.program.desktop.start()

    def end(self) -> None:
        self.window.removeEventFilter(self.witness)
        self.program.stop()
        self.window.deleteLater()
        for _ in range(5):
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            QCoreApplication.processEvents()

    # waiting

    def until(self, condition: Callable[[], Any], what: str, seconds: float = WAIT) -> Any:
        """Let the program run until ``condition`` holds; returns its value."""
        deadline = time.monotonic() + seconds
        while True:
            found = condition()
            if found:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"did not happen in {seconds:.0f} s: {what}; {self.describe()}")
            self.spin(LOOK_EVERY_MS)

    @staticmethod
    def spin(milliseconds: int) -> None:
        QTest.qWait(milliseconds)

    def describe(self) -> str:
        panes = [
            (frame.model.app.key, frame.model.state.value, frame.model.reason, frame.model.failure)
            for frame in self.frames()
        ]
        dialog = type(self.window.overlay.dialog).__name__
        return f"banner={self.banner_patient()} panes={panes} dialog={dialog}"

    # looking at the desktop

    def frames(self) -> list[PaneFrame]:
        return [frame for frame in self.window.findChildren(PaneFrame) if frame.isVisible()]

    def frame(self, app: str) -> PaneFrame:
        return next(frame for frame in self.frames() if frame.model.app.key == app)

    def banner_patient(self) -> str | None:
        """The key of the patient whom the banner names."""
        model = self.window.desk.banner.model
        return model.patient.key if model is not None and self.window.desk.banner.isVisible() else None

    def all_follow(self, patient: str, apps: int = 3) -> bool:
        frames = self.frames()
        return len(frames) == apps and all(
            frame.model.state is State.FOLLOWING
            and frame.model.effective
            and frame.model.effective.key == patient
            for frame in frames
        )

    def follows(self, app: str, patient: str) -> bool:
        """Whether the pane of one app follows about a patient; tabs in the background count."""
        models = [frame.model for frame in self.window.findChildren(PaneFrame) if frame.model.app.key == app]
        return any(
            model.state is State.FOLLOWING and model.effective is not None and model.effective.key == patient
            for model in models
        )

    # acting

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        self.until(
            lambda: widget.isVisible() and widget.isEnabled(), f"{widget.accessibleName()} can be clicked"
        )
        QTest.mouseClick(
            widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or widget.rect().center()
        )

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def post_patient_open(self, patient: str) -> None:
        """Another subscriber of the front tab's topic opens a patient."""
        workspace = self.program.desktop.workspace
        assert workspace is not None and workspace.tabs.front is not None
        services, topic = workspace.services, workspace.tabs.front.topic

        async def post() -> None:
            await services.posts.open_patient(topic, await services.records.patient(patient))

        posted = self.program.threads.run(post())
        self.until(posted.done, "the hub has taken the event")
        posted.result()

    def hub_patient(self) -> str | None:
        """Who is current at the hub in the front tab's topic."""
        workspace = self.program.desktop.workspace
        assert workspace is not None and workspace.tabs.front is not None
        asked = self.program.threads.run(workspace.services.workspace.context(workspace.tabs.front.topic))
        self.until(asked.done, "the hub has said who is current")
        patient: str | None = asked.result().get("patient")
        return patient

    # looking into panes

    def in_browser(self, look: Callable[[Browser], Result]) -> Result:
        """Run ``look`` over DevTools while the program runs on."""
        answer = self._devtools.look(look)
        self.until(answer.done, "the browser answered", 60)
        result: Result = answer.result()
        return result

    def in_page(self, app: str, look: Callable[[Page], Result]) -> Result:
        """Run ``look`` in the page of an app's pane."""
        return self.in_browser(lambda browser: look(page_of(browser, app)))


def page_of(browser: Browser, app: str) -> Page:
    """The page of an app's pane: the one whose host begins with the app's id."""
    pages = [page for context in browser.contexts for page in context.pages]
    for page in pages:
        if page.url.startswith((f"http://{app}.", f"https://{app}.")):
            return page
    raise AssertionError(f"no page of {app} among {[page.url.split('?')[0] for page in pages]}")


class PaintWitness(QObject):
    """Looks before every paint in the window, of a part of it too: may a pane be usable that is about somebody else and not
    marked? (S2, S3)"""

    def __init__(self, program: Program, gateway: str) -> None:
        super().__init__()
        self._window = program.window
        self._gateway = gateway
        self.paints = 0
        self.questions = 0
        self.breaches: list[str] = []
        self._window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() in (QEvent.Type.Paint, QEvent.Type.UpdateRequest)
            and isinstance(watched, QWidget)
            and watched.window() is self._window
        ):
            self.paints += 1
            self._look()
        return False

    def _look(self) -> None:
        banner = self._window.desk.banner
        if not banner.isVisible() or banner.model is None:
            return
        named = banner.model.patient.key
        area = self._window.desk.front_area()  # another tab's lies below it, out of reach
        for frame in (area or self._window).findChildren(PaneFrame):
            if not frame.isVisible() or frame.curtain.isVisible():
                continue
            model = frame.model
            if model.state is State.ASKING:
                self._look_at_question(frame)
                continue
            about = model.effective.key if model.effective else None
            if about != named and model.state is not State.PINNED:
                self.breaches.append(f"{model.app.key} usable about {about} under the banner of {named}")

    def _look_at_question(self, frame: PaneFrame) -> None:
        """The gateway's own page is there, and no other."""
        self.questions += 1
        shown = [view.url() for view in frame.findChildren(QWebEngineView) if view.isVisible()]
        own = self._gateway + "/oauth/authorize"
        if len(shown) != 1 or not shown[0].toString().startswith(own):
            self.breaches.append(f"{frame.model.app.key} shows {[url.host() for url in shown]} while it asks")
