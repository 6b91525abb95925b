"""What the timeline hears of panes, as the desktop's own widgets tell it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from shell.actions.page_policy import Kind
from shell.bridge.pane_controller import PaneController
from shell.bridge.services import AppFacts, Services
from shell.bridge.tab_controller import TabController
from shell.bridge.timeline_watch import TimelineWatch
from shell.timeline.rows import KINDS
from tests.shell.bridge.calls import FakeServices


def test_what_a_page_was_refused_is_a_row_without_its_address(qtbot: QtBot) -> None:
    """Mutants: no row; the host of what was to be opened stands in it."""
    rows: list[tuple[str, dict[str, Any]]] = []
    timeline = SimpleNamespace(see=lambda kind, **facts: rows.append((kind, facts)))
    services = SimpleNamespace(timeline=timeline, monotonic=lambda: 0.0)
    holder = QWidget()
    qtbot.addWidget(holder)
    watch = TimelineWatch(cast(Services, services), cast(Any, holder), holder)
    app = AppFacts("app", "App", "En leverandør", "relaunch", frozenset())
    pane = PaneController(app, cast(Services, FakeServices()), holder, holder)
    watch._pane_added(cast(TabController, SimpleNamespace(topic="tab")), pane)
    pane.refused.emit(Kind.NEW_WINDOW.value, "login.example")
    facts = {"tab": "tab", "pane": "pane 1", "client": "app", "why": "new_window"}
    assert rows == [("page-refused", facts)]
    assert set(facts) == set(KINDS["page-refused"])
