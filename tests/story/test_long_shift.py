"""A long shift: many changes of patient, never a wrong one, and memory that does not grow with them."""

from __future__ import annotations

import psutil
import pytest
from PySide6.QtCore import Qt

from shell.tour.actor import Actor
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story
from tests.story.test_main_story import sign_in

CHANGES = 60
WARM = 10
GROWTH_MIB_PER_CHANGE = 3.0


def memory_mib(story: Story) -> float:
    """Unique memory of this program and all its children, in MiB."""
    del story
    own = psutil.Process()
    total = 0
    for process in (own, *own.children(recursive=True)):
        try:
            total += process.memory_full_info().uss
        except psutil.Error:
            continue
    return total / 2**20


@pytest.mark.long
@pytest.mark.timeout(900)
def test_sixty_changes_of_patient(prepare_environment: Prepare, begin: Begin) -> None:
    story = begin(prepare_environment())
    actor = Actor(story.window)
    sign_in(story, actor)
    workspace = story.program.desktop.workspace
    assert workspace is not None
    residents = [row.patient.patient_id for row in story.until(lambda: workspace.start_list.rows, "rows")]
    warm = 0.0
    for change in range(CHANGES):
        patient = residents[change % len(residents)]
        actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
        actor.click_row(change % len(residents))
        story.until(lambda patient=patient: story.all_follow(patient), f"change {change}")
        assert story.banner_patient() == patient
        if change == WARM:
            warm = memory_mib(story)
    grown = (memory_mib(story) - warm) / (CHANGES - WARM)
    assert grown < GROWTH_MIB_PER_CHANGE, f"{grown:.1f} MiB more for each change of patient"
    assert story.witness.breaches == []
