"""Whether the record system answers, as the shell's own reads and the gateway see it."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, Signal

from shell.gateway_client.errors import GatewayError


class RecordWatch(QObject):
    """Away from the first answer that failed until both have seen a good one. Signal: ``changed(away)``."""

    changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own_reads_fail = False
        self._gateway_fails = False
        self.since: datetime | None = None
        """Local and aware; None while the record system answers."""

    @property
    def away(self) -> bool:
        return self.since is not None

    def heard(self, error: GatewayError | None) -> None:
        """What an answer to the shell itself said of the record system: an error of its, or None."""
        self._own_reads_fail = error is not None
        self._look()

    def told(self, answers: bool) -> None:
        """What the gateway says: it sees the reads of all apps."""
        self._gateway_fails = not answers
        self._look()

    def _look(self) -> None:
        away = self._own_reads_fail or self._gateway_fails
        if away is not self.away:
            self.since = datetime.now().astimezone() if away else None
            self.changed.emit(away)
