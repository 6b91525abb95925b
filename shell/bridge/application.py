"""The Qt application: made once per process, with Chromium's flags set before Qt WebEngine is imported."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shell.composition.io_loop import IoLoop
from shell.composition.practice import Environment
from shell.composition.preferences import chosen_settings, load_choices, save_choices
from shell.settings.resolve import FIXED, Settings
from shell.settings.row import Row
from shell.settings.rows import DEVTOOLS_PORT, LANGUAGE, LOCK_AFTER, TEXT_SIZE, THEME
from shell.web.chromium import open_debug_door, prepare, program_arguments
from shell.widgets.later import Later

prepare(frozen=bool(getattr(sys, "frozen", False)))

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer  # noqa: E402
from PySide6.QtQuickWidgets import QQuickWidget  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from shell.bridge.desktop import Desktop  # noqa: E402
from shell.bridge.garbage import GuiThreadGarbage  # noqa: E402
from shell.bridge.idle_lock import IdleLock  # noqa: E402
from shell.bridge.loop_thread import LoopThread  # noqa: E402
from shell.theme.theme import Theme  # noqa: E402
from shell.translations import Translations  # noqa: E402
from shell.windows.main_window import MainWindow  # noqa: E402

SIGNALS_MS = 200
DELETE_ROUNDS = 4
SMALLEST = (1366, 768)


@dataclass(slots=True)
class Program:
    """Everything that lives as long as the program."""

    application: QApplication
    window: MainWindow
    desktop: Desktop
    threads: LoopThread
    theme: Theme
    garbage: GuiThreadGarbage
    activate: Later | None = None

    def show(self) -> None:
        """Show the window and give it the keyboard."""
        self.window.show()
        self.activate = Later(self.window, lambda: self.window.activateWindow())
        self.activate()

    def stop(self) -> None:
        """End the session and the children; then the window."""
        self.desktop.stop()
        for _ in range(DELETE_ROUNDS):  # pages before their profiles, or Chromium complains
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            QCoreApplication.processEvents()
        self.window.close()
        self.garbage.end()


def new_application(settings: Settings | None = None) -> QApplication:
    """The application with our flags; call once."""
    theme = settings.value(THEME) if settings else THEME.default
    if settings:
        open_debug_door(os.environ, settings.value(DEVTOOLS_PORT))
    application = QApplication(program_arguments(sys.argv, theme))
    application.setApplicationName("Vaktrom")
    application.setQuitOnLastWindowClosed(True)
    return application


def build(application: QApplication, environment: Environment, io: IoLoop | None = None) -> Program:
    """Window and controllers; only the environment is started already, on ``io`` when it is given."""
    threads = LoopThread(application, io)
    threads.run(environment.start(), None, lambda _: None)  # beside the window; the desktop hears how it went
    settings = settings_of(environment)
    theme = Theme(application)
    theme.choose(settings.value(THEME))
    theme.set_text_size(settings.value(TEXT_SIZE))
    translations = Translations(application)
    translations.choose(settings.value(LANGUAGE))
    window = MainWindow(theme, translations, version="0.1")
    keep_native_window(window)
    window.menus.fixed = frozenset(row.key for row in (THEME, LANGUAGE, TEXT_SIZE) if settings.is_fixed(row))
    window.menus.fixed_reason = lambda: FIXED.in_language("en" if translations.language == "en" else "nb")
    remember(window, environment.choice.state)
    desktop = Desktop(window, environment, threads, lambda: translations.language)
    if minutes := settings.value(LOCK_AFTER):
        IdleLock(minutes, desktop.lock, time.monotonic, window)
    return Program(application, window, desktop, threads, theme, GuiThreadGarbage(window))


def settings_of(environment: Environment) -> Settings:
    """Those of the command line; a program that was made in another way has what was chosen in its window."""
    return environment.choice.settings or chosen_settings(environment.choice.state)


def remember(window: MainWindow, folder: Path) -> None:
    """Write down each choice of theme, language and text size."""
    choices = load_choices(folder)

    def note(row: Row[Any], value: object) -> None:
        choices[row.key] = value
        save_choices(folder, choices)

    window.theme_chosen.connect(lambda name: note(THEME, name))
    window.language_chosen.connect(lambda code: note(LANGUAGE, code))
    window.text_size_chosen.connect(lambda percent: note(TEXT_SIZE, percent))


def keep_native_window(window: MainWindow) -> None:
    """Give the window the surface that web views need before it is shown.

    Otherwise Qt makes a new native window when the first view arrives: it flickers and loses the keyboard.
    """
    seed = QQuickWidget(window)
    seed.setFixedSize(1, 1)
    seed.lower()
    seed.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    seed.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def run(environment: Environment, io: IoLoop, opened: Callable[[Program], None]) -> int:
    """Start, run until the window is closed or SIGTERM comes, and clean up."""
    application = new_application(settings_of(environment))
    program = build(application, environment, io)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: application.quit())
    awake = QTimer(application, interval=SIGNALS_MS)  # lets Python see signals while Qt waits
    awake.timeout.connect(lambda: None)
    awake.start()
    program.window.resize(*SMALLEST)
    program.desktop.start()  # the first web view is in the window before it is shown
    program.show()
    opened(program)
    code = application.exec()
    program.stop()
    return int(code)
