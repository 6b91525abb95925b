"""A vendor's own program beside the real desktop: joins, follows, refuses, dies, comes back, and opens a patient itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PySide6.QtCore import Qt

from context.pane_state import State
from plugins.policy import AppPolicy, Decision
from shell.composition.clock import SystemClock
from shell.tour.actor import Actor
from tests.fakes.browser import Browser
from tests.fakes.record_program import RecordProgram
from tests.launcher.hosted.test_record_program import PROGRAM, SCOPE, write_program
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story, page_of
from tests.story.test_main_story import MARIT_204, TORBJORN_209, choose, sign_in


class Beside:
    """The program in a thread of its own, as on the user's PC; the desktop goes on meanwhile."""

    def __init__(self, story: Story, stack: ExitStack) -> None:
        self._story = story
        self._thread = stack.enter_context(ThreadPoolExecutor(1))
        self._http = stack.enter_context(httpx2.Client(base_url=story.environment.base_url, timeout=10))
        self._stack = stack
        self.program: RecordProgram = self.does(self._new)

    def does(self, work: Callable[[], Any]) -> Any:
        """Do it there, and let the desktop run until it is done."""
        doing: Future[Any] = self._thread.submit(work)
        self._story.until(doing.done, "the program is done")
        return doing.result()

    def _new(self) -> RecordProgram:
        made = RecordProgram(self._http, f"{self._story.environment.base_url}/fhir", PROGRAM, SCOPE)
        self._stack.callback(made.close)
        return made

    def signs_in(self) -> None:
        """In the user's own browser."""

        def work() -> None:
            assert Browser().sign_in(self.program.login_address(), "siri").status == 200
            assert self.program.redeem(self.program.returned()["code"]).status_code == 200

        self.does(work)

    def answers(self, status: int = 200) -> None:
        """To the next change of patient."""
        self.does(lambda: self.program.answers(self.program.event("Patient-open")["id"], status))

    @property
    def state(self) -> State | None:
        """What the rail says of it."""
        items = self._story.window.desk.rail.programs()
        return items[0].model.state if items and items[0].model is not None else None

    @property
    def warnings(self) -> list[str]:
        """What stands below the banner."""
        lines = self._story.window.desk.programs.lines()
        return [line.words.text() for line in lines if line.isVisible()]

    def comes_to(self, state: State, warning: str = "") -> None:
        """Rail and strip agree."""

        def agree() -> bool:
            told = self.warnings
            return self.state is state and ((len(told) == 1 and warning in told[0]) if warning else not told)

        self._story.until(agree, f"{state} {warning}: {self.state} {self.warnings}")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def test_a_program_of_its_own_beside_the_desktop(
    prepare_environment: Prepare, begin: Begin, stack: ExitStack, tmp_path: Path
) -> None:
    """Mutants: the desktop never asks for programs; a refusal or a loss is not said; what a program opens takes unsaved
    work away; one that is back is still warned of."""
    policy = AppPolicy({PROGRAM: Decision(may_change_patient=True)})
    story = begin(prepare_environment(write_program(tmp_path / "apps"), app_policy=policy))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    beside = Beside(story, stack)
    assert beside.state is None
    beside.signs_in()
    beside.does(beside.program.joins)
    beside.answers()
    beside.comes_to(State.FOLLOWING)
    assert beside.does(lambda: beside.program.read(MARIT_204)) == 200

    actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    choose(story, actor, TORBJORN_209)
    story.until(lambda: story.banner_patient() == TORBJORN_209, "resident B in the banner")
    assert beside.state is not State.FOLLOWING
    beside.answers(409)
    beside.comes_to(State.OUT_OF_SYNC, "sa nei")
    story.until(lambda: story.all_follow(TORBJORN_209), "three apps about resident B")

    story.in_page("notat", lambda page: page.fill("textarea", "Ikke lagret"))
    now = SystemClock().now()
    opened = beside.does(lambda: beside.program.opens(MARIT_204, now))
    assert opened.status_code == 202
    story.until(lambda: story.banner_patient() == MARIT_204, "resident A, by the program's choice")
    story.until(lambda: story.frame("notat").model.state is State.PINNED, "the unsaved note is kept")
    written = story.in_browser(lambda browser: page_of(browser, "notat").input_value("textarea"))
    assert written == "Ikke lagret"

    beside.program.channel.socket.shutdown(2)
    beside.comes_to(State.OUT_OF_SYNC, "ikke lenger")
    beside.does(beside.program.joins)
    beside.answers()
    beside.comes_to(State.FOLLOWING)
    assert story.witness.breaches == []
