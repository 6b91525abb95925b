"""A window of Qt WebEngine that opens one address with or without the program's flags, and prints the page's title.

``python -m tests.safety.visit URL [--without-flags]``; the flags are read once per process, so each visit is its own.
"""

from __future__ import annotations

import sys

from shell.web.chromium import prepare, program_arguments

prepare(frozen=False)

from PySide6.QtCore import QTimer, QUrl  # noqa: E402
from PySide6.QtWebEngineCore import QWebEnginePage  # noqa: E402
from PySide6.QtWidgets import QApplication  # noqa: E402

from shell.web.pane_profile import new_profile  # noqa: E402

LONGEST_MS = 20_000


def main() -> int:
    """Exit code 0 when a page was loaded; its title is printed."""
    plain = "--without-flags" in sys.argv
    application = QApplication(["visit"] if plain else program_arguments(["visit"]))
    profile = new_profile(application, "nb")
    page = QWebEnginePage(profile)
    page.loadFinished.connect(lambda good: application.exit(0 if good else 3))
    QTimer.singleShot(LONGEST_MS, application, lambda: application.exit(4))
    page.load(QUrl(sys.argv[1]))
    code = application.exec()
    sys.stdout.write(page.title())
    del page
    return code


if __name__ == "__main__":
    sys.exit(main())
