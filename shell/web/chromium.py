"""How Chromium is started: before the first import of Qt WebEngine, and always the same way."""

from __future__ import annotations

import os
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

DEBUG_DOORS = ("QTWEBENGINE_REMOTE_DEBUGGING", "QTWEBENGINE_CHROMIUM_FLAGS")


PAGE_LOOKS = {
    "dark": "preferredColorScheme=0",
    "high-contrast": "preferredColorScheme=0,preferredContrast=0",
}


def page_look(theme: str) -> list[str]:
    """How pages are told of the theme (``prefers-color-scheme``, ``prefers-contrast``); for one run of the program."""
    return [f"--blink-settings={PAGE_LOOKS[theme]}"] if theme in PAGE_LOOKS else []


def program_arguments(arguments: Sequence[str], theme: str = "system") -> list[str]:
    """The arguments for ``QApplication``: the program's name and our flags, nothing of the caller's."""
    return [arguments[0] if arguments else "vaktrom", FLAGS_FOLLOW, *FLAGS, *page_look(theme)]


def close_debug_doors(environment: MutableMapping[str, str], *, frozen: bool) -> None:
    """A shipped program takes no debugging port: that port accepts a WebSocket from any origin."""
    if frozen:
        for name in DEBUG_DOORS:
            environment.pop(name, None)


def keep_host_rules(environment: MutableMapping[str, str]) -> None:
    """A developer's flags in the environment make Qt drop the program's: the host rules must be among them."""
    name = "QTWEBENGINE_CHROMIUM_FLAGS"
    if name in environment and "--host-resolver-rules" not in environment[name]:
        environment[name] = f'{environment[name]} --host-resolver-rules="{HOST_RULES}"'


def prepare(frozen: bool) -> None:
    """Call before the first import of Qt WebEngine."""
    close_debug_doors(os.environ, frozen=frozen)
    keep_host_rules(os.environ)
    os.environ.setdefault("QT_ENABLE_HIGHDPI_SCALING", "1")
