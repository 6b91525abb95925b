"""Who draws on this machine, and which Chromium is here: each said by a process of its own, as one JSON object."""

from __future__ import annotations

import os
import sys

from shell.composition.process_life import say

GL_RENDERER = 0x1F01


def tell_graphics() -> int:
    """The name of what draws; empty where there is no screen."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        say({"renderer": ""})
        return 0
    from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

    application = QGuiApplication(["vaktrom"])
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    drawn = context.create() and context.makeCurrent(surface)
    say({"renderer": str(context.functions().glGetString(GL_RENDERER)) if drawn else ""})
    context.doneCurrent()
    surface.destroy()
    application.shutdown()
    return 0


def tell_chromium() -> int:
    """Chromium's version and the one whose security fixes it carries."""
    from PySide6.QtWebEngineCore import qWebEngineChromiumSecurityPatchVersion, qWebEngineChromiumVersion

    say(
        {
            "version": _text(qWebEngineChromiumVersion()),
            "patch": _text(qWebEngineChromiumSecurityPatchVersion()),
        }
    )
    return 0


def _text(version: object) -> str:
    return version.decode("ascii") if isinstance(version, bytes) else str(version)
