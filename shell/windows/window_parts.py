"""The parts of the window: sign-in, and behind it what is made when the first user needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from shell.theme.theme import Theme
from shell.translations import Translations
from shell.widgets.announcements import Announcer
from shell.widgets.focus_ring import FocusRing
from shell.windows.menus import Menus
from shell.windows.privacy import PrivacyScreen
from shell.windows.sign_in_page import SignInPage
from shell.windows.window_signals import WindowSignals

if TYPE_CHECKING:
    from shell.widgets.access_given import AccessGiven
    from shell.widgets.command_palette import CommandPalette
    from shell.widgets.encounter_question import EncounterQuestion
    from shell.widgets.toasts import Toasts
    from shell.widgets.unsaved_question import UnsavedQuestion
    from shell.windows.desk import Desk
    from shell.windows.lock_page import LockPage
    from shell.windows.overlay import Overlay
    from shell.windows.shortcuts_help import ShortcutsHelp
    from shell.windows.window_actions import WindowActions
    from shell.windows.workplace import Workplace


class WindowParts(WindowSignals):
    """Pages over each other in ``content``; ``_made`` is None until something behind the sign-in page is asked for."""

    def __init__(
        self, theme: Theme, translations: Translations, version: str, parent: QWidget | None
    ) -> None:
        super().__init__(theme, parent)
        self._made: Workplace | None = None
        self.announcer = Announcer(self)
        self.menus = Menus(theme, translations, self)
        self.content = QWidget(self)
        self.sign_in = SignInPage(theme, translations, self.menus, version, self.content)
        self._pages = QStackedLayout(self.content)
        self._pages.addWidget(self.sign_in)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.content)
        self.ring = FocusRing(theme, self)
        self.privacy = PrivacyScreen(theme, self.content, self.announcer, self)

    def _new_workplace(self) -> Workplace:
        """Made by the whole window, and filled with what it has been told so far."""
        raise NotImplementedError

    @property
    def _workplace(self) -> Workplace:
        if self._made is None:
            made = self._made = self._new_workplace()
            for page in (made.desk, made.lock):
                self._pages.addWidget(page)
            self._furnished(made)
        return self._made

    def _furnished(self, made: Workplace) -> None:
        """``made`` is there and laid in."""
        raise NotImplementedError

    @property
    def page(self) -> QWidget | None:
        """The page in front."""
        return self._pages.currentWidget()

    def furnish(self) -> None:
        """Make everything behind the sign-in page now."""
        assert self._workplace

    @property
    def desk(self) -> Desk:
        return self._workplace.desk

    @property
    def lock(self) -> LockPage:
        return self._workplace.lock

    @property
    def palette_view(self) -> CommandPalette:
        return self._workplace.palette_view

    @property
    def question(self) -> UnsavedQuestion:
        return self._workplace.question

    @property
    def keys_help(self) -> ShortcutsHelp:
        return self._workplace.keys_help

    @property
    def actions_now(self) -> WindowActions:
        return self._workplace.actions_now

    @property
    def night_toasts(self) -> Toasts:
        """Notes on sign-in and lock page."""
        return self._workplace.night_toasts

    @property
    def encounter_question(self) -> EncounterQuestion:
        return self._workplace.encounter_question

    @property
    def access_given(self) -> AccessGiven:
        return self._workplace.access_given

    @property
    def overlay(self) -> Overlay:
        return self._workplace.overlay
