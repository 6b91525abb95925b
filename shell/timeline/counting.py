"""Patients, tabs, panes and events by number: who came first is 1. The ids stay in memory and end with the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shell.timeline.rows import COUNTED, KINDS, shaped

MOST = 10_000
"""Different ones of a sort that are told apart; further ones are 0, so that a flood of ids takes no memory."""


class Counting:
    """Turns what was seen into what may be written, for one session."""

    def __init__(self) -> None:
        self._numbers: dict[str, dict[str, int]] = {}

    def row(self, kind: str, seen: Mapping[str, Any]) -> dict[str, Any] | None:
        """The fields of a row; None for a kind that is not in the table."""
        fields = KINDS.get(kind)
        if fields is None:
            return None
        row: dict[str, Any] = {}
        for name, field in fields.items():
            value = seen.get(name)
            if value is None or value == "":
                continue
            written = shaped(field, self._number(field, value) if field in COUNTED else value)
            if written is not None:
                row[name] = written
        return row

    def same(self, sort: str, identifier: object, as_identifier: object) -> None:
        """Another id of something that is counted already, such as the next page of a pane."""
        number = self._number(sort, as_identifier)
        self._numbers[sort].setdefault(str(identifier), number)

    def _number(self, sort: str, identifier: object) -> int:
        known = self._numbers.setdefault(sort, {})
        number = known.get(str(identifier))
        if number is None:
            number = 1 + max(known.values(), default=0) if len(known) < MOST else 0
            if number:
                known[str(identifier)] = number
        return number
