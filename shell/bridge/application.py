"""The Qt application: made once per process, with Chromium's flags set before Qt WebEngine is imported."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shell.composition.io_loop import IoLoop
from shell.composition.practice import Environment
from shell.composition.preferences import Preferences, load_preferences, save_preferences
from shell.web.chromium import prepare, program_arguments
from shell.widgets.later import Later

prepare(frozen=bool(getattr(sys, "frozen", False)))

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer  # noqa: E402
from PySide6.QtQuickWidgets import QQuickWidget  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from shell.bridge.desktop import Desktop  # noqa: E402
from shell.bridge.garbage import GuiThreadGarbage  # noqa: E402
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


def new_application(preferences: Preferences | None = None) -> QApplication:
    """The application with our flags; call once."""
    theme = (preferences or Preferences()).theme
    application = QApplication(program_arguments(sys.argv, theme))
    application.setApplicationName("Vaktrom")
    application.setQuitOnLastWindowClosed(True)
    return application


def build(application: QApplication, environment: Environment, io: IoLoop | None = None) -> Program:
    """Window and controllers; only the environment is started already, on ``io`` when it is given."""
    threads = LoopThread(application, io)
    threads.run(environment.start(), None, lambda _: None)  # beside the window; the desktop hears how it went
    folder = environment.choice.state
    preferences = load_preferences(folder)
    theme = Theme(application)
    theme.choose(preferences.theme)
    theme.set_text_size(preferences.text_size)
    translations = Translations(application)
    translations.choose(preferences.language)
    window = MainWindow(theme, translations, version="0.1")
    keep_native_window(window)
    remember(window, folder, preferences)
    desktop = Desktop(window, environment, threads, lambda: translations.language)
    return Program(application, window, desktop, threads, theme, GuiThreadGarbage(window))


def remember(window: MainWindow, folder: Path, preferences: Preferences) -> None:
    """Write down each choice of theme, language and text size."""
    chosen = [preferences]

    def note(**changes: object) -> None:
        chosen[0] = chosen[0].with_(**changes)
        save_preferences(folder, chosen[0])

    window.theme_chosen.connect(lambda name: note(theme=name))
    window.language_chosen.connect(lambda code: note(language=code))
    window.text_size_chosen.connect(lambda percent: note(text_size=percent))


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
    application = new_application(load_preferences(environment.choice.state))
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
