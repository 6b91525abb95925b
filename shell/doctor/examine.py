"""All rows beside each other, each in its own thread, none waited for longer than it may take."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from plugins.findings import Text
from shell.doctor.diagnosis import Diagnosis
from shell.doctor.surroundings import Surroundings
from shell.doctor.table import DoctorRow

ROW_SECONDS = 5.0
PROGRESS_SECONDS = 1.0
TOO_SLOW = Diagnosis(
    "wrong",
    Text("ble ikke ferdig i tide", "was not done in time"),
    Text(
        "prøv igjen; blir det slik, si det til dem som drifter maskinen",
        "try again; if it stays, tell those who run this machine",
    ),
)


def examine(
    rows: Sequence[DoctorRow],
    look: Surroundings,
    waiting: Callable[[list[DoctorRow]], None] = lambda _: None,
    seconds: float = ROW_SECONDS,
) -> Iterator[tuple[DoctorRow, Diagnosis]]:
    """Each row with its diagnosis, in the order of the table; ``waiting`` hears each second who is not done yet."""
    done: queue.SimpleQueue[tuple[DoctorRow, Diagnosis]] = queue.SimpleQueue()
    for row in rows:
        threading.Thread(target=lambda row=row: done.put((row, _guarded(row, look))), daemon=True).start()
    until = time.monotonic() + seconds
    found: dict[str, Diagnosis] = {}
    for row in rows:
        while row.name not in found and (left := until - time.monotonic()) > 0:
            try:
                other, diagnosis = done.get(timeout=min(PROGRESS_SECONDS, left))
                found[other.name] = diagnosis
            except queue.Empty:
                waiting([one for one in rows if one.name not in found])
        yield row, found.get(row.name, TOO_SLOW)


def _guarded(row: DoctorRow, look: Surroundings) -> Diagnosis:
    """A row that fails is told of by the kind of its failure; its words may hold anything."""
    try:
        return row.look(look)
    except Exception as error:
        kind = type(error).__name__
        return Diagnosis(
            "wrong",
            Text(f"kunne ikke undersøkes ({kind})", f"could not be examined ({kind})"),
            TOO_SLOW.action,
        )
