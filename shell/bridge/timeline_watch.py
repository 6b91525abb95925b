"""Watches tabs and panes for the session's timeline: what was chosen, what changed, when it was painted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject

from context.pane_state import State
from shell.actions.page_policy import Kind
from shell.bridge.pane_controller import PaneController
from shell.bridge.services import Services
from shell.bridge.tab_controller import TabController
from shell.bridge.workspace_controller import WorkspaceController
from shell.composition.program_version import installed_version
from shell.timeline.folder import FOLDER
from shell.timeline.session_timeline import SessionTimeline
from shell.timeline.writer import TimelineWriter
from shell.web.pane_view import PaneView as WebPane
from shell.widgets.later import Later
from shell.widgets.patient_banner import PatientBanner

NOT_IN_FRONT_MS = 1000


class TimelineWatch(QObject):
    """Listens only; ``banner`` is the widget that names the patient."""

    def __init__(self, services: Services, banner: PatientBanner, parent: QObject) -> None:
        super().__init__(parent)
        self._timeline = services.timeline
        self._monotonic = services.monotonic
        self._banner = banner
        self._begun: dict[str, float] = {}
        self._unpainted: dict[str, str] = {}
        self._up: dict[str, bool] = {}
        self._views: dict[str, tuple[State, str | None, str | None, str]] = {}
        self._changing: dict[str, float] = {}
        self._panes = 0
        self._painted = Later(self, lambda: self._banner_painted())
        self._not_in_front = Later(self, lambda: self._give_up(), NOT_IN_FRONT_MS)

    def watch(self, tab: TabController) -> None:
        """Follow a tab from now to its end."""
        topic = tab.topic
        self._timeline.see("tab-made", tab=topic)
        tab.choice_begun.connect(lambda patient: self._timeline.see("chosen", tab=topic, patient=patient))
        tab.choice_failed.connect(
            lambda patient, why: self._timeline.see("choice-failed", tab=topic, patient=patient, why=why)
        )
        tab.change_begun.connect(partial(self._change_begun, topic))
        tab.patient_changed.connect(partial(self._changed, topic))
        tab.connected.connect(partial(self._channel, topic))
        tab.pane_added.connect(partial(self._pane_added, tab))
        tab.ended.connect(lambda: self._timeline.see("tab-ended", tab=topic))

    def _channel(self, topic: str, up: bool) -> None:
        if self._up.get(topic, False) is not up:
            self._up[topic] = up
            self._timeline.see("channel", tab=topic, up=up)

    # a change of patient

    def _change_begun(self, topic: str, patient: str) -> None:
        self._begun[topic] = self._monotonic()
        self._timeline.see("change-begun", tab=topic, patient=patient)

    def _changed(self, topic: str, patient: str) -> None:
        """The banner names the patient with its next paint, when the tab is in front."""
        if not patient:
            self._written(topic, patient, self._since(topic))
            return
        if not self._unpainted:
            self._banner.installEventFilter(self)
        self._unpainted[topic] = patient
        self._not_in_front()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self._painted()  # once the paint is over
        return False

    def _banner_painted(self) -> None:
        model = self._banner.model
        shown = model.patient.key if model is not None else None
        for topic, patient in list(self._unpainted.items()):
            if patient == shown:
                del self._unpainted[topic]
                self._written(topic, patient, self._since(topic))
        if not self._unpainted:
            self._banner.removeEventFilter(self)

    def _give_up(self) -> None:
        """The tab lies behind another one, or the start list: nothing of the change was to be painted."""
        self._banner.removeEventFilter(self)
        for topic, patient in self._unpainted.items():
            self._written(topic, patient, None)
        self._unpainted.clear()

    def _written(self, topic: str, patient: str, milliseconds: float | None) -> None:
        self._timeline.see("change-painted", tab=topic, patient=patient, ms=milliseconds)

    def _since(self, topic: str) -> float | None:
        begun = self._begun.get(topic)
        return None if begun is None else (self._monotonic() - begun) * 1000

    # panes

    def _pane_added(self, tab: TabController, pane: PaneController) -> None:
        self._panes += 1
        key = f"pane {self._panes}"
        pane.page_added.connect(partial(self._page_added, tab, pane, key))
        pane.changed.connect(partial(self._pane_changed, tab, pane, key))
        pane.refused.connect(
            lambda kind, _: self._timeline.see(
                "page-refused",
                tab=tab.topic,
                pane=key,
                client=pane.app.client_id,
                why=Kind(kind).name.lower(),
            )
        )
        pane.ended.connect(lambda: (self._views.pop(key, None), self._changing.pop(key, None)))

    def _page_added(self, tab: TabController, pane: PaneController, key: str, page: WebPane) -> None:
        self._timeline.same_pane(page.pane, key)
        self._timeline.see("launch", tab=tab.topic, pane=key, client=pane.app.client_id)

    def _pane_changed(self, tab: TabController, pane: PaneController, key: str) -> None:
        view = pane.view
        why = view.reason.value if view.reason is not None else None
        seen = (view.state, why, view.patient, pane.failure)
        if self._views.get(key) == seen:
            return
        before, self._views[key] = self._views.get(key), seen
        if view.state is State.CHANGING and (before is None or before[0] is not State.CHANGING):
            self._changing[key] = self._monotonic()
        timed = view.state in (State.FOLLOWING, State.OUT_OF_SYNC)
        self._timeline.see(
            "pane",
            tab=tab.topic,
            pane=key,
            client=pane.app.client_id,
            state=view.state.value,
            why=why,
            failure=pane.failure,
            patient=view.patient,
            ms=self._waited(tab.topic, key) if timed else None,
        )

    def _waited(self, topic: str, key: str) -> float | None:
        """Milliseconds since the pane was opened, or since the change that it follows."""
        begun = max(self._changing.get(key, 0.0), self._begun.get(topic, 0.0))
        return (self._monotonic() - begun) * 1000 if begun else None


def begin_timeline(state: Path) -> SessionTimeline:
    """A new session's timeline in this user's state folder; nothing is waited for."""
    timeline = SessionTimeline(TimelineWriter(state / FOLDER))
    timeline.see("session-begun", version=installed_version())
    return timeline


def watch_workspace(workspace: WorkspaceController, banner: PatientBanner) -> None:
    """Note what happens in every tab, those that are there and those to come."""
    watch = TimelineWatch(workspace.services, banner, workspace)
    for tab in workspace.tabs:
        watch.watch(tab)
    workspace.tab_added.connect(watch.watch)
