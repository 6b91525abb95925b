"""``vaktrom audit export``: the records as BALP AuditEvents, one JSON object a line."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from launcher.server.audit_sink import tagged_events
from launcher.server.audit_sink_forwarder import log_name
from plugins.findings import Language
from shell.command_line.audit_selection import Selection
from shell.command_line.audit_store import OpenedLog
from shell.command_line.audit_texts import text


def export_events(log: OpenedLog, wanted: Selection, out: Path | None, language: Language) -> int:
    """Write every event that was asked for, oldest first; 0. Under ``wanted.patient`` only that patient's events."""
    if out is None:
        _write(log, wanted, sys.stdout.buffer)
        with contextlib.suppress(BrokenPipeError):
            sys.stdout.buffer.flush()
        return 0
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        count = _write(log, wanted, stream)
    sys.stderr.write(text("exported", language, count=count, file=out) + "\n")
    return 0


def _write(log: OpenedLog, wanted: Selection, stream: BinaryIO) -> int:
    count = 0
    try:
        for line in _lines(log, wanted):
            stream.write(line + b"\n")
            count += 1
    except BrokenPipeError:  # whoever reads has read enough
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    return count


def _lines(log: OpenedLog, wanted: Selection) -> Iterator[bytes]:
    name = log_name(log.reader) or "empty"
    for row in wanted.of(log.reader.entries()):
        for number, event in enumerate(tagged_events(name, row)):
            if wanted.patient is None or _is_about(event, wanted.patient):
                yield msgspec.json.encode({"id": f"{name}-{row.seq}-{number}", **event})


def _is_about(event: dict[str, object], patient: str) -> bool:
    """True unless the event names other patients only; a token issue names none."""
    entities = event.get("entity")
    named = {
        entity["what"]["reference"]
        for entity in (entities if isinstance(entities, list) else [])
        if entity.get("role", {}).get("code") == "1"
    }
    return not named or f"Patient/{patient}" in named
