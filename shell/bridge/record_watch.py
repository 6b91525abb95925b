"""Whether the record system answers, as the shell's own reads and the gateway see it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, Signal

from shell.gateway_client.errors import GatewayError

LOOK_AGAIN_MS = 4000


class RecordWatch(QObject):
    """Away from the first answer that failed until both have seen a good one. Signal: ``changed(away)``.

    ``look`` makes one small read of the record; it is called every now and then while the record is away.
    """

    changed = Signal(bool)

    def __init__(self, look: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._own_reads_fail = False
        self._gateway_fails = False
        self.since: datetime | None = None
        """Local and aware; None while the record system answers."""
        self._timer = QTimer(self, interval=LOOK_AGAIN_MS)
        self._timer.timeout.connect(look)

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
            self._timer.start() if away else self._timer.stop()
            self.changed.emit(away)
