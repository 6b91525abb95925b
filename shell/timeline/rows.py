"""What a timeline may say: one table of kinds and their fields. What is not in it is not written (S7).

No field holds free text. A patient, a tab, a pane or an event is a number that counts within the session, a reason is a
word of ours, and the name of an app or a program is made harmless.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from context.event_kinds import find_kind

Field = Literal[
    "patient", "tab", "pane", "event", "client", "clients", "name", "status", "ms", "flag", "word"
]

KINDS: Mapping[str, Mapping[str, Field]] = MappingProxyType(
    {
        # what the desktop sees
        "session-begun": {"version": "client"},
        "session-ended": {"how": "word"},
        "tab-made": {"tab": "tab"},
        "tab-ended": {"tab": "tab"},
        "chosen": {"tab": "tab", "patient": "patient"},
        "choice-failed": {"tab": "tab", "patient": "patient", "why": "word"},
        "change-begun": {"tab": "tab", "patient": "patient"},
        "change-painted": {"tab": "tab", "patient": "patient", "ms": "ms"},
        "launch": {"tab": "tab", "pane": "pane", "client": "client"},
        "pane": {
            "tab": "tab",
            "pane": "pane",
            "client": "client",
            "state": "word",
            "why": "word",
            "failure": "word",
            "patient": "patient",
            "ms": "ms",
        },
        "page-refused": {"tab": "tab", "pane": "pane", "client": "client", "why": "word"},
        "channel": {"tab": "tab", "up": "flag"},
        "gateway": {"up": "flag"},
        "facts": {"up": "flag"},
        "lock": {"step": "word"},
        "clock": {"moved_ms": "ms"},
        "left-out": {"count": "status"},
        # what the gateway sees
        "posted": {"tab": "tab", "event": "event", "name": "name", "client": "client", "patient": "patient"},
        "refused": {
            "tab": "tab",
            "event": "event",
            "name": "name",
            "client": "client",
            "patient": "patient",
            "status": "status",
        },
        "sent": {"tab": "tab", "event": "event", "name": "name", "clients": "clients", "more": "status"},
        "answered": {
            "tab": "tab",
            "event": "event",
            "client": "client",
            "pane": "pane",
            "status": "status",
            "ms": "ms",
        },
        "sync-error": {"tab": "tab", "client": "client", "pane": "pane", "why": "word"},
        "subscribed": {"tab": "tab", "client": "client", "pane": "pane", "status": "status"},
        "denied": {"tab": "tab", "client": "client", "pane": "pane", "why": "word"},
        "socket": {"tab": "tab", "client": "client", "pane": "pane", "up": "flag"},
        "fence": {"tab": "tab", "client": "client", "pane": "pane", "patient": "patient"},
    }
)
GATEWAY_KINDS = frozenset(
    {
        "posted",
        "refused",
        "sent",
        "answered",
        "sync-error",
        "subscribed",
        "denied",
        "socket",
        "fence",
        "left-out",
    }
)
"""What the gateway may tell."""
COUNTED: frozenset[Field] = frozenset({"patient", "tab", "pane", "event"})
NAME_CHARACTERS = 48
NAMES_IN_A_ROW = 8
LONGEST_MS = 10.0**10
_WORD = re.compile(r"[a-z]+(?:[ _-][a-z]+){0,6}")
_LONG_NUMBER = re.compile(r"\d{6,}")


def harmless(name: object) -> str:
    """A name that somebody else gave: one printable line, no long number, at most 48 characters."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(name)[: 2 * NAME_CHARACTERS])
    return _LONG_NUMBER.sub("#", text)[:NAME_CHARACTERS]


def shaped(field: Field, value: Any) -> Any:
    """The value as it may be written, None when it may not. Counted fields are numbers already."""
    match field:
        case "patient" | "tab" | "pane" | "event" | "status":
            return value if isinstance(value, int) and 0 <= value < 10**9 else None
        case "ms":
            fits = isinstance(value, int | float) and abs(value) < LONGEST_MS
            return round(float(value), 1) if fits else None
        case "flag":
            return value if isinstance(value, bool) else None
        case "word":
            return value if isinstance(value, str) and len(value) <= 40 and _WORD.fullmatch(value) else None
        case "client":
            return harmless(value) if isinstance(value, str) else None
        case "clients":
            return [harmless(one) for one in value[:NAMES_IN_A_ROW]] if isinstance(value, list) else None
        case "name":
            kind = find_kind(value) if isinstance(value, str) else None
            return kind.name if kind is not None else "?"
