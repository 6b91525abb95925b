"""When things happened in the desktop: the moments of a launch and of a change of patient, taken where they pass."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from context.pane_state import State
from shell.bridge.launching import ContextPoint
from shell.bridge.pane_controller import PaneController
from shell.bridge.tab_controller import TabController
from shell.gateway_client.hub import HubPosts
from shell.widgets.patient_banner import PatientBanner

Moment = float


@dataclass
class Timeline:
    """Watches the classes of the desktop; call ``watch`` before any of their objects are made.

    ``launches`` are seconds from asking for an app to its first FHIR answer; ``changes`` one row per change of patient;
    ``moments`` what happened when in each change, by the event's id, in seconds of ``time.monotonic``, and
    ``banner_cpu``, the GUI thread's CPU seconds from the event to the painted banner.
    """

    launches: dict[str, list[float]] = field(default_factory=dict)
    changes: list[dict[str, float]] = field(default_factory=list)
    moments: dict[str, dict[str, float]] = field(default_factory=dict)
    _event: str = ""
    _cpu: float = 0.0
    _patient: str | None = None
    _launched: dict[PaneController, Moment] = field(default_factory=dict)
    _now: dict[str, Moment] = field(default_factory=dict)
    _waiting: set[PaneController] = field(default_factory=set)

    def watch(self) -> None:
        """Put a look before or after the methods that the moments pass through."""
        before(
            PaneController, "launch", lambda pane, *_: self._launched.setdefault(pane, time.perf_counter())
        )
        after(PaneController, "fact", self._fact)
        after(PaneController, "_feed", self._fed)
        before(TabController, "open_patient", lambda tab, *_: self._asked())
        before(HubPosts, "_post", lambda *_: self._mark("posted"))
        before(TabController, "_on_event", lambda _, message: self._received(message))
        before(TabController, "_take", self._notified)
        before(TabController, "_set_patient", lambda tab, point, *_: self._confirmed(point))
        after(PatientBanner, "paintEvent", lambda banner, *_: self._banner_painted(banner))
        before(TabController, "_answered", lambda *_: self._mark("acknowledged"))

    def _mark(self, name: str) -> None:
        self._now.setdefault(name, time.perf_counter())

    def _asked(self) -> None:
        self._now = {}
        self._waiting = set()
        self._mark("asked")

    def _notified(self, tab: TabController, message: dict[str, Any], *_: Any) -> None:
        self._cpu = time.thread_time()
        if str(message["event"]["hub.event"]).lower() == "patient-open" and "posted" in self._now:
            self._mark("notified")
            self._waiting = set(tab.panes)

    def _received(self, message: dict[str, Any]) -> None:
        if str(message["event"]["hub.event"]).lower() == "patient-open":
            self.moments[str(message["id"])] = {"received": time.monotonic()}

    def _confirmed(self, point: ContextPoint) -> None:
        self._event, self._patient = point.event_id, point.patient

    def _banner_painted(self, banner: PatientBanner) -> None:
        model, moments = banner.model, self.moments.get(self._event)
        if moments is None or model is None or model.patient.key != self._patient:
            return
        moments.setdefault("banner", time.monotonic())
        moments.setdefault("banner_cpu", time.thread_time() - self._cpu)

    def _fact(self, pane: PaneController, facts: dict[str, Any]) -> None:
        if facts.get("read_since") and pane in self._launched:
            self.launches.setdefault(pane.app.client_id, []).append(
                time.perf_counter() - self._launched.pop(pane)
            )

    def _fed(self, pane: PaneController, *_: Any) -> None:
        view = pane.view
        if pane in self._waiting and view.state is State.FOLLOWING and view.patient == view.current:
            self._waiting.discard(pane)
            if not self._waiting and "acknowledged" in self._now:
                self._mark("painted")
                self.moments.get(self._event, {}).setdefault("painted", time.monotonic())
                self._finish()

    def _finish(self) -> None:
        now, self._now = self._now, {}
        order = ("asked", "posted", "notified", "acknowledged", "painted")
        if all(name in now for name in order):
            steps = dict(zip(order[1:], itertools.pairwise(order), strict=True))
            row = {name: now[end] - now[begin] for name, (begin, end) in steps.items()}
            self.changes.append({**row, "all": now["painted"] - now["asked"]})


def before(owner: type, name: str, look: Callable[..., object]) -> None:
    """Call ``look`` with the method's arguments before each call."""
    method = getattr(owner, name)

    @functools.wraps(method)
    def looked(*arguments: Any, **named: Any) -> Any:
        look(*arguments)
        return method(*arguments, **named)

    setattr(owner, name, looked)


def after(owner: type, name: str, look: Callable[..., object]) -> None:
    """Call ``look`` with the method's arguments after each call."""
    method = getattr(owner, name)

    @functools.wraps(method)
    def looked(*arguments: Any, **named: Any) -> Any:
        answer = method(*arguments, **named)
        look(*arguments)
        return answer

    setattr(owner, name, looked)
