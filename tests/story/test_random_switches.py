"""Many changes of patient with apps of all habits: no pane that can be used shows anybody but whom its header names."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from context.pane_state import Reason, State
from shell.presenters.view_models import PaneModel
from shell.tour.actor import Actor
from shell.web.pane_view import PaneView
from shell.widgets.pane_frame import PaneFrame
from tests.story.conftest import Begin, Prepare
from tests.story.glance import Glance
from tests.story.habits import write_app
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, choose, sign_in

HABITS = ("treg", "nekter", "ryker", "late", "krasjer", "henger")
"""*krasjer* behaves well; it is its renderer that is killed."""
SETTLED_SECONDS = 25.0
LOOK_SECONDS = 60.0
KILLS = (5, 7)
"""Of every eight switches, those in whose middle a renderer is killed; the second is looked at when all have arrived."""
SEED = 20261123
LONGEST_PAUSE_MS = 400


class Watch:
    """Compares pages with headers while patients change. A pane counts when nothing about it changed during the look."""

    def __init__(self, story: Story, glance: Glance) -> None:
        self._story = story
        self._glance = glance
        self.agreed: Counter[str] = Counter()
        self.breaches: list[str] = []
        self.reasons: set[Reason | None] = set()
        self.failures: set[tuple[str, str]] = set()

    def look(self) -> None:
        before = self._models()
        answer = self._glance.look()
        self._story.until(answer.done, "the pages have been looked at", LOOK_SECONDS)
        pages = answer.result()
        after = self._models()
        for app, model in before.items():
            said = pages.get(app, [])
            if after.get(app) is not model or model.covered or len(said) != 1:
                continue
            header = model.effective.key if model.effective else ""
            if said[0] not in ("", header):
                self.breaches.append(f"{app} shows {said[0]} under the name of {header}, {model.state}")
            elif said[0]:
                self.agreed[app] += 1
        lost = [model for model in after.values() if model.state is State.OUT_OF_SYNC]
        self.reasons |= {model.reason for model in lost}
        self.failures |= {(model.app.key, model.failure) for model in lost}

    def _models(self) -> dict[str, PaneModel]:
        frames = self._story.window.findChildren(PaneFrame)
        return {frame.model.app.key: frame.model for frame in frames}


def model_of(story: Story, app: str) -> PaneModel:
    return next(frame.model for frame in story.window.findChildren(PaneFrame) if frame.model.app.key == app)


def open_apps(story: Story, actor: Actor) -> None:
    """All six beside one that follows well and one that is launched anew, in use about Marit."""
    story.window.pane_close_asked.emit(story.frame("legemidler").key)
    for number, habit in enumerate(sorted(HABITS), start=4):
        key = Qt.Key(Qt.Key.Key_0.value + number)
        actor.key(key, Qt.KeyboardModifier.AltModifier)
        story.until(lambda habit=habit: story.follows(habit, MARIT_204), f"{habit} about resident A")


def settled(story: Story) -> bool:
    """Nothing is on its way: the banner names whom the hub has, and all have arrived or been given up but *late*."""
    workspace = story.program.desktop.workspace
    assert workspace is not None and workspace.tabs.front is not None
    models = [frame.model for frame in story.window.findChildren(PaneFrame)]
    waits = [model for model in models if model.state is State.CHANGING and model.app.key != "late"]
    busy = waits or workspace.tabs.front.waiting_for is not None
    return not busy and story.hub_patient() == story.banner_patient()


def switch(story: Story, chance: random.Random, patient: str) -> None:
    workspace = story.program.desktop.workspace
    assert workspace is not None
    if chance.random() < 0.3:
        story.post_patient_open(patient)
    else:
        workspace.open_patient(patient)


def kill_renderer(story: Story, app: str) -> None:
    """Kill -9, as the kernel does when memory runs out."""
    view = next(f for f in story.window.findChildren(PaneFrame) if f.model.app.key == app).holder.current()
    process = view.pane_page.renderProcessPid() if isinstance(view, PaneView) else 0
    if process:
        os.kill(process, signal.SIGKILL)


def put_right(story: Story) -> None:
    """What the user does with a pane that lies still: *Synkroniser*, or *Slipp* when it did not say in time that it holds
    nothing unsaved; a page that was silent when it was asked may go without its draft."""
    if story.window.overlay.dialog is story.window.question:
        story.window.question.answered.emit("go")
    for frame in story.window.findChildren(PaneFrame):
        if frame.model.state is State.OUT_OF_SYNC and frame.model.app.key != "late":
            story.window.pane_sync_asked.emit(frame.key)
        elif frame.model.state is State.PINNED:
            story.window.pane_release_asked.emit(frame.key)


def put_right_until(story: Story, well: set[str], patient: str) -> None:
    """Again for what was found lost only after the first try: a page that hangs is found after five seconds."""

    def arrived() -> bool:
        if all(story.follows(app, patient) for app in well):
            return True
        if settled(story):
            put_right(story)
        return False

    story.until(arrived, f"all but *late* about the last patient, {patient}", 3 * SETTLED_SECONDS)


@pytest.mark.parametrize(
    ("switches", "settles_every"), [(30, 8), pytest.param(300, 4, marks=pytest.mark.long)]
)
@pytest.mark.timeout(3000)
def test_no_pane_shows_anybody_but_whom_its_header_names(
    prepare_environment: Prepare,
    begin: Begin,
    glance: Glance,
    tmp_path: Path,
    switches: int,
    settles_every: int,
) -> None:
    """Mutants: an acknowledgement alone counts (the app *late* would be usable); a page of the last launch counts."""
    folders = [write_app(tmp_path / habit, habit) for habit in HABITS]
    story = begin(prepare_environment(*folders))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    open_apps(story, actor)
    workspace = story.program.desktop.workspace
    assert workspace is not None
    residents = [row.patient.patient_id for row in workspace.start_list.rows][:4]
    chance, watch, patient = random.Random(SEED), Watch(story, glance), MARIT_204
    for number in range(switches):
        patient = chance.choice([one for one in residents if one != patient])
        switch(story, chance, patient)
        story.spin(chance.randrange(LONGEST_PAUSE_MS))
        if number % 8 in KILLS:
            kill_renderer(story, "krasjer")
        watch.look()
        if number % settles_every == settles_every - 1:
            story.until(partial(settled, story), "everybody has arrived", SETTLED_SECONDS)
            patient = str(story.banner_patient())  # of two opens, the later to arrive at the hub
            watch.look()
            put_right(story)
        assert model_of(story, "late").covered, "an app that reads nothing is never uncovered"
    story.until(partial(settled, story), "everybody has arrived", SETTLED_SECONDS)
    story.until(lambda: model_of(story, "late").state is State.OUT_OF_SYNC, "out of sync")
    assert model_of(story, "late").reason is Reason.NO_ANSWER
    last = str(story.banner_patient())
    well = {"malinger", "notat", *HABITS} - {"late"}
    put_right_until(story, well, last)
    story.until(lambda: watch.look() or well <= set(watch.agreed), f"all were seen: {watch.agreed}")  # type: ignore[func-returns-value]
    assert watch.breaches == []
    assert story.witness.breaches == []
    assert watch.reasons >= {Reason.REFUSED, Reason.SOCKET_LOST, Reason.CRASHED}
    assert watch.failures >= {("krasjer", "crashed"), ("henger", "hung")}
    assert ("krasjer", "hung") not in watch.failures, "a page that is gone is not told to be silent"
