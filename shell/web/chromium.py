"""How Chromium is started: before the first import of Qt WebEngine, and always the same way."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence

HOST_RULES = "MAP *.localhost 127.0.0.1,MAP localhost 127.0.0.1"
"""Chromium asks ``[::1]`` first for these names; whoever held that port would own the app's origin."""

FLAGS = (
    f"--host-resolver-rules={HOST_RULES}",
    "--js-flags=--predictable-gc-schedule",
    "--disable-features=DnsOverHttps,AutofillServerCommunication,MediaRouter,InterestFeedContentSuggestions",
    "--disable-background-networking",
    "--no-pings",
)
FLAGS_FOLLOW = "--webEngineArgs"
"""Qt WebEngine reads only what stands after this word; flags before it are dropped without a sign."""

DEBUG_PORT = "QTWEBENGINE_REMOTE_DEBUGGING"
DEBUG_DOORS = (DEBUG_PORT, "QTWEBENGINE_CHROMIUM_FLAGS", "SSLKEYLOGFILE")
"""Variables that let somebody look into pages, change Chromium, or read what is sent behind TLS."""


def page_look(theme: str) -> list[str]:
    """Pages hear of light and dark while the program runs, of high contrast (``prefers-contrast``) only at its start."""
    return ["--blink-settings=preferredContrast=0"] if theme == "high-contrast" else []


def program_arguments(arguments: Sequence[str], theme: str = "system") -> list[str]:
    """The arguments for ``QApplication``: the program's name and our flags, nothing of the caller's."""
    return [arguments[0] if arguments else "vaktrom", FLAGS_FOLLOW, *FLAGS, *page_look(theme)]


def close_debug_doors(environment: MutableMapping[str, str], *, frozen: bool) -> None:
    """A shipped program takes no debugging port: that port accepts a WebSocket from any origin."""
    if frozen:
        for name in DEBUG_DOORS:
            environment.pop(name, None)


def open_debug_door(environment: MutableMapping[str, str], port: int) -> None:
    """DevTools on ``port`` of this machine, when it is not 0; call before the first view. Only a policy gives it when frozen."""
    if port:
        environment[DEBUG_PORT] = f"127.0.0.1:{port}"


def keep_host_rules(environment: MutableMapping[str, str]) -> None:
    """A developer's flags in the environment make Qt drop the program's: the host rules must be among them."""
    name = "QTWEBENGINE_CHROMIUM_FLAGS"
    if name in environment and "--host-resolver-rules" not in environment[name]:
        environment[name] = f'{environment[name]} --host-resolver-rules="{HOST_RULES}"'


def choose_platform_theme(environment: MutableMapping[str, str], platform: str) -> None:
    """On Linux the plain platform theme cannot switch between light and dark; GNOME's, built into Qt, can.

    It speaks to the session bus, so it is chosen where there is one.
    """
    runtime = environment.get("XDG_RUNTIME_DIR", "")
    bus = "DBUS_SESSION_BUS_ADDRESS" in environment or (runtime and os.path.exists(f"{runtime}/bus"))
    if platform.startswith("linux") and bus:
        environment.setdefault("QT_QPA_PLATFORMTHEME", "gnome")


def prepare(frozen: bool) -> None:
    """Call before the first import of Qt WebEngine."""
    close_debug_doors(os.environ, frozen=frozen)
    keep_host_rules(os.environ)
    choose_platform_theme(os.environ, sys.platform)
    os.environ.setdefault("QT_ENABLE_HIGHDPI_SCALING", "1")
