"""Which objects of the gateway are recorded, and how they come back (DESIGN section 3, *The child's life*)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from launcher.oauth.model import GivenConsent, Grant, Pane, UserSession, WorkspaceContext
from launcher.oauth.refresh import RefreshFamily
from launcher.stores.journal import StateJournal


@dataclass(frozen=True, slots=True)
class UntilThen:
    """Something that is only remembered until a moment: a revoked token, a used assertion or proof."""

    until: datetime


RECORDED: dict[str, type[Any]] = {
    "session": UserSession,
    "context": WorkspaceContext,
    "pane": Pane,
    "grant": Grant,
    "consent": GivenConsent,
    "refresh": RefreshFamily,
    "revoked": UntilThen,
    "assertion": UntilThen,
    "proof": UntilThen,
}
"""Kind of record, and the type of its value."""

RestoreOther = Callable[[str, bytes], None]


class StateRecords:
    """Writes the gateway's objects to the journal as ``{kind}/{id}`` and reads them back."""

    def __init__(self, journal: StateJournal) -> None:
        self._journal = journal

    def keep(self, kind: str, identifier: str, value: object) -> None:
        """Record the present value of one object."""
        self._journal.put(f"{kind}/{identifier}", msgspec.json.encode(value))

    def keep_bytes(self, kind: str, identifier: str, value: bytes) -> None:
        """Record bytes of a kind that somebody else reads back (signing keys, hub topics)."""
        self._journal.put(f"{kind}/{identifier}", value)

    def drop(self, kind: str, identifier: str) -> None:
        """Record that an object is gone."""
        self._journal.drop(f"{kind}/{identifier}")

    def restore(
        self, records: Iterable[tuple[str, bytes]], others: Callable[[str, str, bytes], None]
    ) -> dict[str, dict[str, Any]]:
        """Open the records of an earlier life: ``{kind: {id: object}}``.

        ``others(kind, id, plain)`` gets the kinds that are not in :data:`RECORDED`. Raises
        :class:`launcher.stores.errors.SealBroken` when a record does not open.
        """
        found: dict[str, dict[str, Any]] = {kind: {} for kind in RECORDED}
        for name, plain in self._journal.open_records(records):
            kind, _, identifier = name.partition("/")
            if kind in RECORDED:
                found[kind][identifier] = msgspec.json.decode(plain, type=RECORDED[kind])
            else:
                others(kind, identifier, plain)
        return found
