"""The workspace of a signed-in user: start list, patient tabs, apps. Who is chosen, opened, brought to the front, closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from context.pane_state import State
from shell.bridge.access_given_controller import AccessGivenController
from shell.bridge.activities import Activities
from shell.bridge.clipboard import clear_own_clipboard
from shell.bridge.drawing import Drawing
from shell.bridge.encounters import EncounterQuestions
from shell.bridge.keyboard import Keyboard
from shell.bridge.messages import Messages
from shell.bridge.palette_controller import PaletteController
from shell.bridge.pane_actions import PaneActions
from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_references import PatientReferences
from shell.bridge.patient_tabs import PatientTabs, kept_patient, own_key, pane_key
from shell.bridge.program_watch import ProgramWatch
from shell.bridge.record_watch import RecordWatch
from shell.bridge.services import AppFacts, Services
from shell.bridge.start_list_controller import StartListController
from shell.bridge.switching import Leaving, UnsavedQuestion
from shell.bridge.tab_controller import TabController
from shell.gateway_client.errors import GatewayError, NotSignedIn
from shell.presenters.patient_facts import PatientFacts
from shell.presenters.scratchpad import Drafts
from shell.presenters.texts import sentence
from shell.presenters.view_models import PatientRef
from shell.timeline.session_timeline import FACT as TIMELINE_FACT
from shell.widgets.kept import delete_later
from shell.windows.main_window import MainWindow

MOST_TABS = 3
OPENED_BY_ITSELF = ("malinger", "legemidler", "notat")
FACTS_AGAIN_SECONDS = 0.3


class WorkspaceController(QObject):
    """Signals: ``signed_out()`` when the session is gone, ``record_changed(away)``, ``tab_added(controller)``,
    ``unconfirmed_changed()``."""

    signed_out = Signal()
    tab_added = Signal(object)
    unconfirmed_changed = Signal()
    record_changed = Signal(bool)

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        session: dict[str, Any],
        apps: list[AppFacts],
        topic: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._services = services
        order = {name: place for place, name in enumerate(OPENED_BY_ITSELF)}
        self._apps = sorted(apps, key=lambda app: (order.get(app.client_id, len(order)), app.name))
        self.tabs = PatientTabs()
        self._facts: Future[None] | None = None
        self._wired: list[tuple[Any, Any]] = []
        self._paused = False
        self._told_front = ""
        self._open: frozenset[str] = frozenset()
        self.record = RecordWatch(self._look_at_record, self)
        self.record.changed.connect(self._record_changed)
        self.start_list = StartListController(window, services, session, self._apps, self)
        self._references = PatientReferences(self.tabs, self.start_list)
        self._messages = Messages(window, services.language, self._references.of, self)
        self._unsaved = UnsavedQuestion(
            window, self._references.of, lambda: self._messages.say("not_pinned", "warn"), self
        )
        self._being_opened: set[str] = set()
        self._encounters = EncounterQuestions(
            window, services, lambda: self.tabs.front, self._references.of, self
        )
        self._pane_actions = PaneActions(
            window, services, self.tabs, self._references, self._unsaved, self._messages, self
        )
        self._access = AccessGivenController(window, services, self._references.of, self)
        self._activities = Activities(window, services, self.tabs, self._apps, self)
        self._drawing = Drawing(window, services, self.tabs, self._references, self.start_list, self._apps)
        self.programs = ProgramWatch(window, self.tabs, self._references, services.monotonic, self)
        self._keyboard = Keyboard(window)
        self._palette = PaletteController(window, services, self.start_list, self._apps, self)
        self._connect()
        self._add_tab(topic)

    def _connect(self) -> None:
        window, messages = self._window, self._messages
        messages.again.connect(self._choose_again)
        self.start_list.read.connect(self._list_read)
        self.start_list.failed.connect(lambda key: messages.failed("list", key))
        connection = self._services.connection
        connection.on_record = lambda error: self._services.post(lambda: self._record_heard(error))
        for signal, slot in (
            (window.row_opened, self.open_patient),
            (window.home_asked, self._go_home),
            (window.tab_chosen, self._tab_chosen),
            (window.tab_closed, self._close_patient),
            (window.app_asked, self.open_app),
            (window.all_apps_asked, lambda: window.open_palette()),
            (window.list_reload_asked, self.start_list.reload),
            *self._pane_actions.wiring,
            *self._access.wiring,
            *self._activities.wiring,
            *self.programs.wiring,
            (window.panes_visible_changed, self._drawing.rail),
            (window.pane_focused, lambda _: self._drawing.rail()),
            (window.toast_acted, messages.acted),
            (window.strip_acted, lambda _: self.look_again()),
            (self._palette.patient_chosen, self.open_patient),
            (self._palette.app_chosen, self.open_app),
            (self._palette.action_chosen, window.actions_now.run),
        ):
            signal.connect(slot)
            self._wired.append((signal, slot))

    @property
    def paused(self) -> bool:
        """Whether the screen is locked."""
        return self._paused

    def reference_to(self, facts: PatientFacts) -> PatientRef:
        """How a patient is written who may not be open or on the list."""
        return self.start_list.neighbours.reference(facts, self._references.slots.get(facts.patient_id))

    def patient_in_front(self) -> PatientRef | None:
        """Who is open in the tab in front."""
        return self._references.of(self.tabs.front.patient_id) if self.tabs.front is not None else None

    @property
    def services(self) -> Services:
        """The connection of this session."""
        return self._services

    def start(self) -> None:
        """Show the start list and follow the gateway's facts."""
        self._window.set_home(self.start_list.home())
        self._window.set_banner(None)
        self._window.show_start_list()
        self.redraw()
        self.start_list.start()
        self._facts = self._services.run(self._follow_facts(), None, lambda _: None)

    def end(self) -> None:
        """Close every pane and tab; nothing of this user stays."""
        self._services.ended = self._messages.muted = True
        self._unsaved.drop()
        self.tabs.front = None
        self.start_list.clear()
        for signal, slot in self._wired:
            signal.disconnect(slot)
        self._wired.clear()
        self._encounters.end()
        self._activities.end()
        if self._facts is not None:
            self._facts.cancel()
        for tab in self.tabs:
            tab.end()
            self._window.remove_area(tab.topic)
        self.tabs.clear()
        self._window.close_palette()
        self._window.set_tabs((), None)
        self._window.set_banner(None)
        self._window.set_rail(())
        self.programs.clear()
        delete_later(self)

    def suspend(self, suspended: bool) -> None:
        """The gateway is away, or back."""
        for pane in self.tabs.panes():
            pane.suspend(suspended)
        if not suspended:
            self.start_list.reload()

    def pause(self) -> None:
        """The screen is being locked: nothing is read and nothing said until ``refresh``."""
        self._paused = self._messages.muted = True
        self._unsaved.drop()
        self._activities.drop()
        self.start_list.pause(True)
        for tab in self.tabs:
            tab.pause(True)

    def refresh(self) -> None:
        """After unlocking: everything may have changed."""
        self._paused = self._messages.muted = False
        self.start_list.pause(False)
        for tab in self.tabs:
            tab.pause(False)
        self.look_again()

    def look_again(self) -> None:
        """Read everything of the shell's own anew."""
        self.start_list.reload(anew=True)
        for tab in self.tabs:
            tab.hurry()
            tab.refresh_banner()

    @property
    def unconfirmed_since(self) -> datetime | None:
        """Since when the hub is not heard in one of the tabs (S1); None when it is heard in all."""
        return min((tab.unconfirmed_since for tab in self.tabs if tab.unconfirmed_since), default=None)

    # the record system

    def _record_heard(self, error: GatewayError | None) -> None:
        if not self._paused:  # a locked gateway refuses as well
            self.record.heard(error)

    def _look_at_record(self) -> None:
        if not self._paused:
            self._services.run(self._services.records.look(self.start_list.source), None, lambda _: None)

    def _record_changed(self, away: bool) -> None:
        if not away:
            self.start_list.reload(anew=True)
            self._messages.record_back()
            for tab in self.tabs:
                if tab.patient_id is not None and (tab.patient is None or tab.patient.warnings is None):
                    tab.refresh_banner()
        self.record_changed.emit(away)

    def _list_read(self) -> None:
        self._messages.succeeded("list")
        self.redraw()

    # facts of the gateway

    async def _follow_facts(self) -> None:
        workspace, post, timeline = self._services.workspace, self._services.post, self._services.timeline
        hears = False
        while True:
            try:
                for facts in await workspace.panes():
                    post(partial(self._fact, {"type": "pane", **facts}))
                post(partial(self.programs.take_all, await workspace.programs()))
                async for fact in workspace.events():
                    if not hears:
                        hears = timeline.hears(True)
                    if fact.get("type") == TIMELINE_FACT:
                        timeline.told(fact)
                    else:
                        post(partial(self._fact, fact))
            except NotSignedIn:
                post(self.signed_out.emit)
                return
            except Exception:  # whatever it was: to be deaf is worse, so it begins anew
                pass
            hears = hears and timeline.hears(False)
            await asyncio.sleep(FACTS_AGAIN_SECONDS)

    def _fact(self, fact: dict[str, Any]) -> None:
        if fact.get("type") == "session" and fact.get("ended"):
            self.signed_out.emit()
        elif fact.get("type") == "record":
            if not self._paused:  # a locked session reads nothing; unlocking looks again
                self.record.told(bool(fact.get("answers")))
        elif fact.get("type") == "scratchpad":
            tab = self.tabs.of_topic(str(fact["topic"]))
            if tab is not None:
                tab.take_drafts(Drafts.from_fact(fact))
        elif fact.get("type") == "program":
            self.programs.take(fact)
        elif fact.get("type") == "pane":
            for tab in self.tabs:
                tab.fact(fact)

    # patients

    def open_patient(self, patient_id: str, in_new_tab: bool = False) -> None:
        """Choose a patient: in the front tab, or in a tab of its own; one that is open already comes to the front."""
        if patient_id in self._being_opened:
            return
        for tab in self.tabs:
            if patient_id in (tab.patient_id, tab.waiting_for):
                if patient_id == own_key(tab):
                    if tab.waiting_for not in (None, patient_id):
                        tab.drop_choice()
                    self._messages.choice_over()
                    self._bring_to_front(tab)
                return
        if in_new_tab and self.tabs.shown():
            self._open_in_new_tab(patient_id)
            return
        if not self.tabs:
            self._open_in_new_tab(patient_id)
            return
        self._choose(self.tabs.front or (self.tabs.shown() or self.tabs)[0], patient_id)

    def _choose(self, tab: TabController, patient_id: str) -> None:
        """Replace the patient of a tab, when its panes have nothing unsaved or the user says so."""
        target = self._references.coming_to(tab, patient_id)
        panes = [pane for pane in tab.panes if pane.view.state is not State.PINNED]
        self._unsaved.ask(
            Leaving(panes, "change", target),
            lambda settled: tab.open_patient(patient_id, settled),
            lambda: self._bring_to_front(tab),  # whoever stays is taken to the draft
        )

    def _choose_again(self, topic: str, patient_id: str) -> None:
        tab = self.tabs.of_topic(topic)
        if tab is None:
            self.open_patient(patient_id, in_new_tab=not topic)
        else:
            self._choose(tab, patient_id)

    def _open_in_new_tab(self, patient_id: str) -> None:
        if len(self.tabs.shown()) + len(self._being_opened) >= MOST_TABS:
            self._messages.say("three_open", "warn")
            return
        spare = next((tab for tab in self.tabs if tab not in self.tabs.shown()), None)
        if spare is not None:
            spare.open_patient(patient_id)
            return
        self._being_opened.add(patient_id)
        self._choice_begun(patient_id)
        self._services.run(
            self._services.workspace.new_context(),
            lambda context: self._new_tab_made(patient_id, context),
            lambda error: self._new_tab_failed(patient_id, error),
        )

    def _new_tab_made(self, patient_id: str, context: dict[str, Any]) -> None:
        self._being_opened.discard(patient_id)
        self._add_tab(str(context["topic"])).open_patient(patient_id)

    def _new_tab_failed(self, patient_id: str, error: BaseException) -> None:
        self._being_opened.discard(patient_id)
        self._choice_failed(
            "", patient_id, error.key if isinstance(error, GatewayError) else "gateway_failed"
        )

    def _choice_begun(self, patient_id: str) -> None:
        self._messages.choice_begun(patient_id)
        self._drawing.opening(frozenset(self._being_opened))

    def _choice_failed(self, topic: str, patient_id: str, key: str) -> None:
        self._drawing.opening(frozenset(self._being_opened))
        self._messages.choice_failed(topic, patient_id, key)

    def _add_spare_tab(self, context: dict[str, Any]) -> None:
        self._add_tab(str(context["topic"]))

    def _add_tab(self, topic: str) -> TabController:
        area = self._window.add_area(topic)
        tab = TabController(topic, self._services, area, self)
        tab.changed.connect(self.redraw)
        tab.patient_changed.connect(lambda patient_id: self._patient_changed(tab, patient_id))
        tab.choice_confirmed.connect(lambda _: self._bring_to_front(tab))
        tab.pane_added.connect(lambda pane: self._pane_added(tab, pane))
        tab.pane_kept.connect(lambda pane: self._pane_kept(tab, pane))
        tab.pane_removed.connect(lambda pane: self._window.area(tab.topic).remove_pane(pane_key(tab, pane)))
        tab.pane_removed.connect(self._unsaved.forget)
        tab.choice_begun.connect(self._choice_begun)
        tab.choice_failed.connect(lambda patient, key: self._choice_failed(topic, patient, key))
        tab.banner_read.connect(lambda: self._messages.succeeded(f"banner-{topic}"))
        tab.unconfirmed_changed.connect(self.unconfirmed_changed)
        tab.banner_failed.connect(lambda key: self._messages.failed(f"banner-{topic}", key))
        self.tabs.append(tab)
        self.tab_added.emit(tab)
        tab.start()
        return tab

    def _patient_changed(self, tab: TabController, patient_id: str) -> None:
        """The hub has confirmed, whoever has chosen: the banner is drawn already, then the apps."""
        for pane in tab.panes:
            self._unsaved.forget(pane)
        self._messages.choice_over()
        self._messages.succeeded(f"banner-{tab.topic}")
        if patient_id and not tab.panes:
            for app in self._apps:
                if app.client_id in OPENED_BY_ITSELF:
                    tab.open_app(app, by_user=False)

    def _pane_kept(self, tab: TabController, pane: PaneController, why: str = "kept_text") -> None:
        """Not by the user's wish, this pane stays for what is not saved in it: ``why`` is a key of the texts."""
        language, kept = self._services.language(), self._references.of(pane.effective_patient)
        words = {"app": pane.app.name, "patient": kept.name.full if kept else "–"}
        title = sentence("kept_title", language).format(**words)
        text = sentence(why, language).format(**words)
        self._messages.say_about(pane.effective_patient, f"kept-{pane_key(tab, pane)}", "warn", title, text)

    def _bring_to_front(self, tab: TabController) -> None:
        self.tabs.front = tab
        self._window.show_area(tab.topic)
        self.redraw()
        if tab.patient_id is not None or kept_patient(tab) is not None:
            self._window.show_workspace()
            self._keyboard.go_to(tab.topic)
        self._tell_front(tab.topic)

    def _tell_front(self, topic: str) -> None:
        """A program beside the desktop that signs in joins the tab in front."""
        if topic != self._told_front:
            self._told_front = topic
            self.services.run(
                self.services.workspace.bring_to_front(topic), None, lambda _: self._front_not_told(topic)
            )

    def _front_not_told(self, topic: str) -> None:
        if self._told_front == topic:
            self._told_front = ""

    def _go_home(self) -> None:
        self.tabs.front = None
        self._window.show_start_list()
        self.redraw()
        self.start_list.reload()

    def _tab_chosen(self, key: str) -> None:
        tab = self.tabs.known_by(key)
        if tab is not None:
            self._bring_to_front(tab)

    def _close_patient(self, key: str) -> None:
        coming = next((tab for tab in self.tabs if tab.waiting_for == key != own_key(tab)), None)
        if coming is not None:
            coming.drop_choice()
            return
        tab = self.tabs.known_by(key)
        if tab is not None:
            self._unsaved.ask(Leaving(tab.panes, "close-patient"), lambda _: self._end_tab(tab))

    def _end_tab(self, tab: TabController) -> None:
        if len(self.tabs) == 1:
            self._services.run(
                self._services.workspace.new_context(),
                self._add_spare_tab,
                lambda _: None,
            )
        if tab not in self.tabs:
            return
        self.tabs.remove(tab)
        self._messages.choice_over()
        self._messages.succeeded(f"banner-{tab.topic}")
        tab.end()
        self.unconfirmed_changed.emit()
        self._window.remove_area(tab.topic)
        delete_later(tab)
        following = self.tabs.shown()
        if self.tabs.front is tab:
            self.tabs.front = None
            if following:
                self._bring_to_front(following[-1])
                return
            self._go_home()
        self.redraw()

    def ask_before_leaving(self, go: Callable[[], None]) -> None:
        """Ask about unsaved work in every tab."""
        self._unsaved.ask(Leaving(self.tabs.panes(), "log-out"), lambda _: go())

    # apps

    def open_app(self, client_id: str) -> None:
        """Open an app for the patient in front, or move to its pane."""
        app = next((app for app in self._apps if app.client_id == client_id), None)
        tab = self.tabs.front
        if app is None or tab is None or tab.patient_id is None:
            self._messages.say("choose_first" if self.start_list.chosen else "no_patient_role", "info")
            return
        pane = tab.open_app(app)
        if pane is not None:
            self._keyboard.go_to(tab.topic, pane_key(tab, pane))

    def _pane_added(self, tab: TabController, pane: PaneController) -> None:
        frame = self._window.area(tab.topic).add_pane(self._drawing.pane_model(tab, pane))
        pane.set_holder(frame.holder)
        pane.page_added.connect(frame.set_view)
        pane.changed.connect(lambda: self._pane_changed(tab, pane))
        pane.encounter_wanted.connect(self._encounters.look)
        pane.held.connect(lambda: self._pane_kept(tab, pane, "held_text"))
        pane.activity_wanted.connect(lambda effect, told: self._activities.wish(pane, effect, told))
        self._pane_actions.watch(pane)
        self._drawing.rail()

    def _pane_changed(self, tab: TabController, pane: PaneController) -> None:
        if pane in tab.panes and not tab.arriving:
            self._drawing.pane(tab, pane)
            self._keyboard.look()

    def _look_who_is_open(self) -> None:
        """Whoever is open nowhere any more leaves no words on the screen and nothing in the clipboard (S6)."""
        before, self._open = self._open, self.tabs.patients()
        if closed := before - self._open:
            clear_own_clipboard()
            self._messages.closed(closed)

    # drawing

    def redraw(self) -> None:
        """Tabs, banner, panes and rail from what is known; then whatever is to be asked about them."""
        self._look_who_is_open()
        self._drawing.all(frozenset(self._being_opened))
        self.programs.draw()
        self._keyboard.look()
        self._activities.look()
        self._encounters.look()
