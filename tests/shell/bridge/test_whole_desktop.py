"""The stateful proof's shell is the shell: the same steps with the real controllers lead to the same desktop.

``tests/context/test_whole_desktop.py`` takes a million steps with a model of the shell's order of things. Here the model
and the shell's own tab, panes and check for unsaved work take the same steps side by side.
"""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMetaMethod, QObject
from pytestqt.qtbot import QtBot

from context.pane_state import PaneView
from shell.web.pane_view import PaneView as WebPane
from tests.context.whole_desktop.pages import Page
from tests.context.whole_desktop.pane import PaneModel
from tests.context.whole_desktop.world import WEIGHTS, Step, World
from tests.shell.bridge.whole_desktop_shell import RealShell, WorldPage, put_into_the_world

NAMES = sorted(World().steps)
LIFE = 250
SIGNAL = QMetaMethod.MethodType.Signal
Seen = tuple[object, ...]


def lives(seed: int, steps: int) -> list[list[Step]]:
    chance = random.Random(seed)
    weights = [WEIGHTS.get(name, 1) for name in NAMES]
    return [
        [(name, chance.randrange(4096)) for name in chance.choices(NAMES, weights, k=LIFE)]
        for _ in range(steps // LIFE)
    ]


def page_seen(page: Page | None) -> Seen | None:
    return (
        None if page is None else (page.pane, page.shows, page.watched, page.ended, page.alive, page.asking)
    )


def pane_seen(pane: PaneModel) -> tuple[Seen, PaneView]:
    return (pane.kind, pane.covered, pane.header, page_seen(pane.page), page_seen(pane.next)), pane.view


def seen(world: World) -> Seen:
    """All that a user, the hub and the gateway can tell of the shell."""
    shell = world.shell
    ways = (len(shell.gui), len(shell.calls), shell.endpoint, shell.busy_since, shell.idle)
    return (shell.patient, *ways, *(pane_seen(pane) for pane in shell.panes))


def side_by_side(life: list[Step], real: World, model: World) -> str:
    """Where the two part; empty when they never do."""
    for number, step in enumerate(life):
        model.take(step)
        real.take(step)
        if seen(model) != seen(real):
            return f"after {number} steps, {step}:\n model {seen(model)}\n shell {seen(real)}"
    return ""


@pytest.mark.parametrize("steps", [5_000, pytest.param(200_000, marks=pytest.mark.long)])
@pytest.mark.timeout(1200)
def test_the_real_shell_takes_the_same_steps_to_the_same_desktop(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Mutants: the shell answers the hub in the same turn; an overtaken launch gets its page; a close of somebody else
    empties the banner; a page that says late that it holds nothing stays pinned; an encounter that opens during a launch
    is missed. The world's own rules (S1, S2, S3, S5) hold for the real shell too: it raises if not."""
    made: list[RealShell] = []
    put_into_the_world(monkeypatch, lambda: made[-1])
    for life in lives(5, steps):
        real = World(lambda gateway: made.append(RealShell(gateway)) or made[-1])  # type: ignore[func-returns-value]
        parted = side_by_side(life, real, World())
        assert parted == ""
        made.pop().holder.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def signals_of(page: type[QObject]) -> set[str]:
    """Those that the class declares itself, with what they carry."""
    meta = page.staticMetaObject
    own = (meta.method(number) for number in range(meta.methodOffset(), meta.methodCount()))
    return {bytes(found.methodSignature().data()).decode() for found in own if found.methodType() is SIGNAL}


def test_the_page_of_the_world_is_spoken_to_as_the_real_one() -> None:
    """Mutants: a signal of the pane's page that the world does not know, or one that carries something else."""
    assert signals_of(WorldPage) == signals_of(WebPane) != set()
    spoken = {name for name in vars(WorldPage) if not name.startswith("_")} - {
        "staticMetaObject",
        "messaging",
    }
    assert spoken <= set(dir(WebPane))
