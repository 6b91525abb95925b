"""``vaktrom open`` of another program, in a process of its own, against the desktop that runs: the user has the last word."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt

from shell.bridge.second_start import attend
from shell.composition.desktop_door import DesktopDoor
from shell.composition.session_place import session_place
from shell.tour.actor import Actor
from shell.widgets.open_question import OpenQuestion
from tests.fakes.environment import ROOT
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, TORBJORN_209, choose, sign_in


@contextlib.contextmanager
def attended(story: Story) -> Iterator[str]:
    """The door of the desktop, as ``vaktrom run`` opens it; the folder of state that names it."""
    program = story.program
    state = program.desktop._environment.choice.state
    door = DesktopDoor(session_place(state))
    program.threads.run(door.listen()).result(5)
    attend(door, program.window, program.threads, program.desktop.wishes.take)
    try:
        yield str(state)
    finally:
        door.close()


def vaktrom_open(story: Story, state: str, patient: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "shell", "open", "--patient", patient, "--state", state]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    story.until(lambda: process.poll() is not None, "the command has ended")
    assert process.returncode == 0, process.communicate()[1]
    process.communicate()
    return process


def question_of(story: Story) -> OpenQuestion:
    def asked() -> OpenQuestion | None:
        dialog = story.window.overlay.dialog
        return dialog if isinstance(dialog, OpenQuestion) else None

    found = story.until(asked, "the question")
    assert isinstance(found, OpenQuestion)
    return found


@pytest.mark.timeout(120)
def test_nobody_is_opened_for_another_program_without_the_users_word(
    prepare_environment: Prepare, begin: Begin
) -> None:
    """Mutants: the wish opens at once; Escape opens; the wish of before the sign-in is lost."""
    story = begin(prepare_environment())
    actor = Actor(story.window)
    with attended(story) as state:
        vaktrom_open(story, state, TORBJORN_209)
        sign_in(story, actor)
        assert "Lien" in question_of(story).title.text()
        actor.key(Qt.Key.Key_Escape)
        assert story.window.overlay.dialog is None
        choose(story, actor, MARIT_204)
        story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
        vaktrom_open(story, state, TORBJORN_209)
        question = question_of(story)
        assert story.banner_patient() == story.hub_patient() == MARIT_204
        assert "Haugen" in question.stay.accessibleDescription()
        actor.key(Qt.Key.Key_Tab)
        actor.key(Qt.Key.Key_Return)
        story.until(lambda: story.all_follow(TORBJORN_209), "three apps about resident B")
        assert story.banner_patient() == TORBJORN_209
