"""What lies behind the sign-in page: desk, lock, dialogs and toasts; made when the first of them is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shell.theme.theme import Theme
from shell.widgets.access_given import AccessGiven
from shell.widgets.activity_question import ActivityQuestion
from shell.widgets.command_palette import CommandPalette
from shell.widgets.encounter_question import EncounterQuestion
from shell.widgets.open_question import OpenQuestion
from shell.widgets.toasts import Toasts
from shell.widgets.unsaved_question import UnsavedQuestion
from shell.windows.desk import Desk
from shell.windows.lock_page import LockPage
from shell.windows.overlay import Overlay
from shell.windows.shortcuts_help import ShortcutsHelp
from shell.windows.window_actions import WindowActions

if TYPE_CHECKING:
    from shell.windows.main_window import MainWindow


class Workplace:
    """The parts of the window that a user sees after signing in."""

    def __init__(self, theme: Theme, window: MainWindow) -> None:
        self.lock = LockPage(theme, window.menus, window.content)
        self.desk = Desk(theme, window.content)
        self.night_toasts = Toasts(theme, window.content)
        self.palette_view = CommandPalette(theme, self.desk)
        self.question = UnsavedQuestion(theme, self.desk)
        self.keys_help = ShortcutsHelp(theme, self.desk)
        self.encounter_question = EncounterQuestion(theme, self.desk)
        self.access_given = AccessGiven(theme, self.desk)
        self.activity_question = ActivityQuestion(theme, self.desk)
        self.open_question = OpenQuestion(theme, self.desk)
        self.questions = (
            self.question,
            self.encounter_question,
            self.activity_question,
            self.open_question,
        )
        for dialog in (
            self.palette_view,
            self.question,
            self.keys_help,
            self.encounter_question,
            self.access_given,
            self.activity_question,
            self.open_question,
        ):
            dialog.hide()
        self.overlay = Overlay(theme, self.desk, self.desk.rail, self.desk.body)
        self.actions_now = WindowActions(window)
