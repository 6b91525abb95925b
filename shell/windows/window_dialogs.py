"""What lies over the desk, one at a time: questions, command palette, list of keys, what the user has allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from shell.presenters.view_models import (
    ActivityQuestionModel,
    EncounterQuestionModel,
    FoundModel,
    OpenQuestionModel,
    UnsavedModel,
)
from shell.windows.window_parts import WindowParts

if TYPE_CHECKING:
    from shell.presenters.access_given import AccessGivenModel
    from shell.widgets.dialog import DialogWidget


class WindowDialogs(WindowParts):
    """Opens and ends them; a question that has to be answered is not covered by anything else."""

    def ask_unsaved(self, model: UnsavedModel) -> None:
        self._ask(self.question, lambda: self.question.ask(model))

    def _ask(self, question: DialogWidget, show: Callable[[], None]) -> None:
        self.overlay.open(question)
        show()
        self.overlay.place()
        self.announcer.say(question.accessibleName(), urgent=True)

    def end_question(self) -> None:
        if self._made is not None:
            self.overlay.close(self.question)

    @property
    def _asks(self) -> bool:
        """Whether a question is open that has to be answered first."""
        return self.overlay.dialog in self._workplace.questions

    def ask_encounter(self, model: EncounterQuestionModel) -> None:
        """For which encounter an app is opened; nothing happens while another question or page is in front."""
        if self.page is not self.desk or self._asks:
            return
        self._ask(self.encounter_question, lambda: self.encounter_question.ask(model))

    def ask_activity(self, model: ActivityQuestionModel) -> DialogWidget | None:
        """Which app is to be opened for another; None while another question or page is in front."""
        if self.page is not self.desk or self._asks:
            return None
        self._ask(self._workplace.activity_question, lambda: self._workplace.activity_question.ask(model))
        return self._workplace.activity_question

    def ask_open(self, model: OpenQuestionModel) -> None:
        """Whether another program's wish is the user's own; not over a question, and not on another page."""
        if self.page is not self.desk or self._asks:
            return
        self.close_palette()
        self._ask(self._workplace.open_question, lambda: self._workplace.open_question.ask(model))

    def end_open(self) -> None:
        if self._made is not None:
            self.overlay.close(self._workplace.open_question)

    def show_access(self, model: AccessGivenModel) -> None:
        """What the user has allowed apps; not over a question, and not on another page."""
        if self._asks or self.page is not self.desk:
            return
        begins = not self.shows_access
        self.access_given.show_access(model)
        if begins:
            self.close_palette()
            self.overlay.open(self.access_given)
            self.access_given.begin()
        self.overlay.place()

    @property
    def shows_access(self) -> bool:
        return self._made is not None and self.overlay.dialog is self.access_given

    def end_access(self) -> None:
        if self.shows_access:
            self.overlay.close(self.access_given)

    def end_encounter(self) -> None:
        if self._made is not None:
            self.overlay.close(self.encounter_question)

    def open_palette(self, text: str = "") -> None:
        if self.page is self.desk and not self._asks:
            self.overlay.open(self.palette_view)
            self.palette_view.begin(text)

    def close_palette(self) -> None:
        if self._made is not None:
            self.overlay.close(self.palette_view)

    def show_found(self, found: FoundModel) -> None:
        """Hits; an answer to an older question is dropped."""
        self.palette_view.show_found(found)
        if self.overlay.dialog is self.palette_view:
            self.overlay.place()

    def show_keys(self) -> None:
        """All keys (F1)."""
        if self.page is self.desk and not self._asks:
            self.overlay.open(self.keys_help)
            self.keys_help.begin()
