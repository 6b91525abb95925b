"""Notes at the edge of the desk: each is there for as long as it is true, and no longer than the user needs it."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from shell.presenters.texts import sentence
from shell.presenters.view_models import PatientRef, ToastModel, Tone
from shell.windows.main_window import MainWindow

CHOICE_FAILED = "choice-failed"
RECORD_FAULTS = frozenset({"source_unavailable", "source_malformed"})
"""Told by the strip for as long as they last."""
FINAL = frozenset({"patient_gone", "refused", "signed_out"})
"""The same again would fail again."""


@dataclass(frozen=True, slots=True)
class FailedChoice:
    """A patient who did not come; ``topic`` empty when there was not even a tab for him."""

    topic: str
    patient_id: str
    key: str


class Messages(QObject):
    """Signal: ``again(topic, patient_id)`` when the user repeats a choice that failed."""

    again = Signal(str, str)

    def __init__(
        self,
        window: MainWindow,
        language: Callable[[], str],
        reference: Callable[[str | None], PatientRef | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.muted = False
        """The screen is being locked: nothing of an app or a patient on the lock page."""
        self._window = window
        self._language = language
        self._reference = reference
        self._choice: FailedChoice | None = None
        self._about: dict[str, str] = {}

    def say(self, key: str, tone: Tone) -> None:
        language = self._language()
        self.say_text(key, tone, sentence(f"{key}_title", language), sentence(f"{key}_text", language))

    def say_text(self, key: str, tone: Tone, title: str, text: str, action: str = "") -> None:
        if not self.muted:
            self._window.toast(ToastModel(key, tone, title, text, action))

    def say_about(self, patient_id: str | None, key: str, tone: Tone, title: str, text: str) -> None:
        """A note that names a patient, or may: it is gone with him."""
        self._about[key] = patient_id or ""
        self.say_text(key, tone, title, text)

    def closed(self, patients: Set[str]) -> None:
        """These are not open any more."""
        for key in [key for key, patient in self._about.items() if patient in patients or not patient]:
            del self._about[key]
            self._window.take_toast(key)

    def failed(self, what: str, key: str) -> None:
        """``what`` could not be read; a fault of the record system stands in the strip already."""
        if key not in RECORD_FAULTS:
            self.say_text(f"failed-{what}", "error", sentence(key, self._language()), "")

    def succeeded(self, what: str) -> None:
        self._window.take_toast(f"failed-{what}")

    def choice_begun(self, patient_id: str) -> None:
        """Another choice: what was said of the last one is over, and this one is read out."""
        self.choice_over()
        reference = self._reference(patient_id)
        if reference is not None and not self.muted:
            words = sentence("opening_named", self._language())
            self._window.announcer.say(words.format(patient=reference.name.full))

    def choice_failed(self, topic: str, patient_id: str, key: str) -> None:
        """Nobody came; the choice can be repeated where that may help."""
        self._choice = FailedChoice(topic, patient_id, key)
        self._tell_choice(sentence(key, self._language()), "error")

    def choice_over(self) -> None:
        """The user goes on, or the patient came after all."""
        if self._choice is not None:
            self._choice = None
            self._window.take_toast(CHOICE_FAILED)

    def record_back(self) -> None:
        """The reason is no longer true; nobody has come by that."""
        if self._choice is not None and self._choice.key in RECORD_FAULTS:
            self._tell_choice(sentence("record_back", self._language()), "info")

    def acted(self, key: str) -> None:
        """The button of a note."""
        choice = self._choice
        if key == CHOICE_FAILED and choice is not None:
            self.choice_over()
            self.again.emit(choice.topic, choice.patient_id)

    def _tell_choice(self, text: str, tone: Tone) -> None:
        assert self._choice is not None
        language, patient = self._language(), self._reference(self._choice.patient_id)
        named = "choice_failed_title" if patient is not None else "choice_failed_unnamed"
        title = sentence(named, language).format(patient=patient.name.full if patient is not None else "")
        action = "" if self._choice.key in FINAL else sentence("try_again", language)
        self.say_text(CHOICE_FAILED, tone, title, text, action)
