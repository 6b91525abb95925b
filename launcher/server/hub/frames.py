"""A message of the hub as it is sent: written down once, however many it goes to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from launcher.server.hub.audit import patients_in


@dataclass(frozen=True, slots=True)
class Frame:
    """The text of one frame, and the patients whom it names."""

    text: str
    patients: tuple[str, ...]


class Frames:
    """The frames of one list of effects; a message is known by being the same object."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Mapping[str, Any], Frame]] = {}

    def of(self, message: Mapping[str, Any]) -> Frame:
        """Its frame, made when it is asked for first."""
        known = self._made.get(id(message))
        if known is None:
            text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
            frame = Frame(text, tuple(patients_in(message.get("event", {}).get("context", ()))))
            known = self._made[id(message)] = (message, frame)
        return known[1]
