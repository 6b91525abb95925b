"""The journal of state: every change as one sealed record, so that a restarted gateway goes on.

A record has a name (``session/{sid}``, ``grant/{id}`` ...) and sealed bytes, or ``None`` when its object is
gone. The sink writes records where they outlive this process (embedded: the pipe to the shell, DESIGN section
3); it has returned before the answer that depends on the record is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from launcher.stores.sealing import Sealer

RecordSink = Callable[[str, bytes | None], None]


class StateJournal:
    """Writes sealed records to a sink and opens those of an earlier life."""

    def __init__(self, sealer: Sealer, sink: RecordSink) -> None:
        self._sealer = sealer
        self._sink = sink

    def put(self, name: str, plain: bytes) -> None:
        """Record the present value of ``name``."""
        self._sink(name, self._sealer.seal(name, plain))

    def drop(self, name: str) -> None:
        """Record that ``name`` is gone."""
        self._sink(name, None)

    def open_records(self, records: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
        """Yield ``(name, plain)`` of an earlier life's records; raises ``SealBroken``."""
        for name, sealed in records:
            yield name, self._sealer.open(name, sealed)
