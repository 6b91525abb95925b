"""``vaktrom audit verify``: whether anybody has changed, removed or cut off records."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console

from launcher.server.audit_sink import AuditSinkSettings, FhirAuditSink, SinkFailed, read_sink
from launcher.server.audit_sink_forwarder import Forwarded, ForwardedFile, log_name
from launcher.stores.audit_reader import AuditAnchor, AuditUnavailable
from plugins.findings import Language
from shell.command_line.audit_store import OpenedLog
from shell.command_line.audit_texts import text, verification_lines
from shell.command_line.failures import SAID_NO, WrongUse


def verify_log(
    log: OpenedLog, files: Sequence[Path], sink: str | None, save: Path | None, language: Language
) -> int:
    """Print what was found: 0 when the log is intact, 1 when it is not or its sink could not be asked.

    Anchors come from ``files`` and from the sink: the named one, else the one that the log was forwarded to.
    """
    anchors = [_read_anchor(file, language) for file in files]
    forwarded = ForwardedFile.beside(log.path).read()
    settings = _sink(sink or forwarded.sink, language)
    failure: str | None = None
    with Console(stderr=True).status(text("checking", language)):
        if settings is not None:
            try:
                anchors += asyncio.run(_asked(settings, _name(log, forwarded)))
            except SinkFailed as failed:
                failure = str(failed)
        found = log.reader.verify(anchors, _noted(forwarded))
    if failure is not None and settings is not None:
        typer.echo(text("sink_failed", language, sink=settings.base, reason=failure))
    for line in verification_lines(found, len(anchors), language):
        typer.echo(line)
    if found.state != "intact":
        return SAID_NO
    if save is not None:
        _save_anchor(save, log.reader.anchor())
    return SAID_NO if failure is not None else 0


def _name(log: OpenedLog, forwarded: Forwarded) -> str:
    """What the log is called at its sink; of a damaged file, what it was called last."""
    with contextlib.suppress(AuditUnavailable):
        return log_name(log.reader) or forwarded.log
    return forwarded.log


def _noted(forwarded: Forwarded) -> list[AuditAnchor]:
    return [AuditAnchor(forwarded.seq, forwarded.link)] if forwarded.seq and forwarded.link else []


def _sink(base: str, language: Language) -> AuditSinkSettings | None:
    if not base:
        return None
    try:
        return read_sink({"base": base})
    except ValueError:
        raise WrongUse(text("bad_sink", language, given=base)) from None


async def _asked(settings: AuditSinkSettings, log: str) -> list[AuditAnchor]:
    sink = FhirAuditSink(settings)
    try:
        return await sink.anchors(log)
    finally:
        await sink.close()


def _read_anchor(file: Path, language: Language) -> AuditAnchor:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return AuditAnchor(int(content["seq"]), str(content["link"]))
    except (OSError, ValueError, KeyError, TypeError):
        raise WrongUse(text("bad_anchor", language, file=file)) from None


def _save_anchor(file: Path, anchor: AuditAnchor) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(json.dumps(asdict(anchor)) + "\n")
    sys.stderr.write(f"{file}\n")
