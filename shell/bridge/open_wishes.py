"""Another program asks for a patient: nothing changes until the user has seen the name and said yes.

A wish waits until somebody is signed in and the screen is unlocked, but not for long, and goes with whoever logs out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from shell.composition.open_wish import OpenWish, WishRefused, wish_for
from shell.gateway_client.errors import GatewayError, PatientGone
from shell.presenters.patient_facts import patient_facts
from shell.presenters.texts import sentence
from shell.presenters.view_models import OpenQuestionModel, ToastModel
from shell.windows.main_window import MainWindow

if TYPE_CHECKING:
    from shell.bridge.workspace_controller import WorkspaceController

LONGEST_WAIT_SECONDS = 300.0
"""Who signs in later has not asked for this."""


class OpenWishes(QObject):
    """``workspace`` gives that of the signed-in user, or None. The newest wish counts."""

    def __init__(
        self,
        window: MainWindow,
        workspace: Callable[[], WorkspaceController | None],
        language: Callable[[], str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._language = language
        self._monotonic = monotonic
        self._wish: OpenWish | None = None
        self._since = 0.0
        self._model: OpenQuestionModel | None = None
        self._reading = False
        window.open_answered.connect(self._answered)
        for other in (window.question_answered, window.encounter_answered, window.activity_answered):
            other.connect(lambda *_: self.look())

    def take(self, wish: OpenWish) -> None:
        """Ask about this patient as soon as that is possible."""
        self.drop()
        self._wish, self._since = wish, self._monotonic()
        self.look()

    def drop(self) -> None:
        """The user leaves, or wishes something else: nothing of it stays."""
        self._wish = self._model = None
        self._reading = False
        self._window.end_open()

    def look(self) -> None:
        """Somebody has signed in, unlocked, or answered another question."""
        if self._wish is None:
            return
        if self._monotonic() - self._since > LONGEST_WAIT_SECONDS:
            self.drop()
            return
        workspace = self._workspace()
        if workspace is None or workspace.paused or self._reading:
            return
        if self._model is not None:
            self._window.ask_open(self._model)
            return
        self._reading = True
        if self._wish.handle:
            self._redeem(workspace, self._wish)
        else:
            self._read(workspace, self._wish)

    def _redeem(self, workspace: WorkspaceController, wish: OpenWish) -> None:
        workspace.services.run(
            workspace.services.workspace.patient_by_handle(wish.handle),
            lambda patient: self._named(workspace, wish, patient),
            lambda error: self._not_redeemed(wish, error),
        )

    def _named(self, workspace: WorkspaceController, wish: OpenWish, patient: str) -> None:
        if wish is not self._wish or workspace is not self._workspace():
            return
        try:
            self._wish = wish_for(patient)
        except WishRefused:
            self._say(wish, "handle_gone")
            return
        self._read(workspace, self._wish)

    def _read(self, workspace: WorkspaceController, wish: OpenWish) -> None:
        workspace.services.run(
            workspace.services.records.chosen_patient(wish.patient),
            lambda patient: self._found(workspace, wish, patient),
            lambda error: self._not_found(wish, error),
        )

    def _found(self, workspace: WorkspaceController, wish: OpenWish, patient: dict[str, Any]) -> None:
        if wish is not self._wish or workspace is not self._workspace():
            return
        try:
            facts = patient_facts(patient)
        except (KeyError, TypeError, ValueError, AttributeError):
            self._say(wish, "source_malformed")
            return
        self._reading = False
        self._model = OpenQuestionModel(workspace.reference_to(facts), workspace.patient_in_front())
        self.look()

    def _not_redeemed(self, wish: OpenWish, error: BaseException) -> None:
        if isinstance(error, PatientGone):
            self._say(wish, "handle_gone")
        else:
            self._not_found(wish, error)

    def _not_found(self, wish: OpenWish, error: BaseException) -> None:
        self._say(wish, error.key if isinstance(error, GatewayError) else "gateway_failed")

    def _say(self, wish: OpenWish, key: str) -> None:
        if wish is not self._wish:
            return
        self.drop()
        language = self._language()
        title, text = sentence("choice_failed_unnamed", language), sentence(key, language)
        self._window.toast(ToastModel("open-wish", "error", title, text))

    def _answered(self, yes: bool) -> None:
        wish, workspace = self._wish, self._workspace()
        known = self._model is not None
        self.drop()
        if yes and known and wish is not None and workspace is not None and not workspace.paused:
            workspace.open_patient(wish.patient)
