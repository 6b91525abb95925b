"""What a user does with one pane: keep it on its patient, let it go, read again, close it, ask what it is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from context.pane_state import State
from shell.actions.page_policy import RULES, Kind
from shell.bridge.messages import Messages
from shell.bridge.pane_controller import PaneController
from shell.bridge.patient_references import PatientReferences
from shell.bridge.patient_tabs import PatientTabs, pane_key
from shell.bridge.services import Services
from shell.bridge.switching import Leaving, UnsavedQuestion
from shell.presenters.texts import sentence
from shell.windows.main_window import MainWindow


class PaneActions(QObject):
    """Answers the window's signals about panes, and says what a page was refused. Work that would be lost is asked about."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        tabs: PatientTabs,
        references: PatientReferences,
        unsaved: UnsavedQuestion,
        messages: Messages,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._tabs = tabs
        self._references = references
        self._unsaved = unsaved
        self._messages = messages
        self.wiring = (
            (window.pane_pin_asked, lambda key: self._with_pane(key, self._pin)),
            (window.pane_release_asked, lambda key: self._with_pane(key, self._release)),
            (window.pane_sync_asked, lambda key: self._with_pane(key, self._synchronise)),
            (window.pane_close_asked, lambda key: self._with_pane(key, self._close)),
            (window.pane_about_asked, lambda key: self._with_pane(key, self._about)),
        )

    def watch(self, pane: PaneController) -> None:
        """Say what this pane's page is refused, and what it says by itself."""
        pane.refused.connect(lambda kind, host: self._page_refused(pane, kind, host))
        pane.dialog.connect(
            lambda text: self._messages.say_about(
                pane.effective_patient, "dialog", "info", pane.app.name, text
            )
        )

    def _with_pane(self, key: str, call: Callable[[PaneController], object]) -> None:
        for tab in self._tabs:
            for pane in list(tab.panes):
                if pane_key(tab, pane) == key:
                    call(pane)

    def _pin(self, pane: PaneController) -> None:
        pane.pin(lambda pinned: None if pinned else self._messages.say("not_pinned", "warn"))

    def _release(self, pane: PaneController) -> None:
        tab = self._tabs.of_pane(pane)
        target = self._references.of(tab.patient_id) if tab is not None else None
        self._unsaved.ask(Leaving([pane], "release", target), lambda _: pane.release())

    def _synchronise(self, pane: PaneController) -> None:
        if pane.view.state is not State.PINNED:  # that one is let go instead
            self._unsaved.ask(Leaving([pane], "synchronise"), lambda _: pane.synchronise())

    def _close(self, pane: PaneController) -> None:
        self._unsaved.ask(Leaving([pane], "close-pane"), lambda _: pane.close())

    def _about(self, pane: PaneController) -> None:
        exempt = sentence("without_pkce", self._services.language()) if pane.app.pkce_exempt else ""
        self._messages.say_text(
            "about-app", "info", pane.app.name, "\n".join(filter(None, (pane.app.vendor, exempt)))
        )

    def _page_refused(self, pane: PaneController, kind: str, host: str) -> None:
        rule = RULES[Kind(kind)]
        language = self._services.language()
        text = rule.text_nb if language == "nb" else rule.text_en
        words = text.format(app=pane.app.name, vendor=pane.app.vendor, host=host or "?", message="")
        self._messages.say_text(f"refused-{kind}", "warn", sentence("page_refused_title", language), words)
