"""``vaktrom audit``: who has seen what, and whether the log that says so is whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from shell.command_line.failures import SAID_NO, explained

audit_commands = typer.Typer(
    help="Who has seen what: list it, check that nobody has changed it, export it.", no_args_is_help=True
)

State = Annotated[Path | None, typer.Option("--state", help="Folder that holds the log.")]
KeyFile = Annotated[Path | None, typer.Option("--key-file", help="The state_key_file of a hosted gateway.")]
Since = Annotated[str | None, typer.Option("--since", help="From this day or time on, local time.")]
Until = Annotated[str | None, typer.Option("--until", help="Until this time, or to the end of this day.")]
Patient = Annotated[str | None, typer.Option("--patient", help="Only this patient: the id in the record.")]


def _answered(command: Callable[[], int]) -> typer.Exit:
    """Runs a command; a log that cannot be read is said in one line."""
    from launcher.stores.audit_reader import AuditRowUnreadable, AuditUnavailable
    from shell.command_line.app_commands import language
    from shell.command_line.audit_texts import text

    def told() -> int:
        try:
            return command()
        except AuditRowUnreadable as unreadable:
            line = text("row_unreadable", language(), row=unreadable.seq)
        except AuditUnavailable as unavailable:
            line = unavailable.reason
        typer.echo(f"vaktrom: {line}", err=True)
        return SAID_NO

    return typer.Exit(explained(told))


@audit_commands.command("list")
def audit_list(
    state: State = None,
    key_file: KeyFile = None,
    since: Since = None,
    until: Until = None,
    patient: Patient = None,
    count: Annotated[int, typer.Option("--count", "-n", min=1, help="How many, newest last.")] = 100,
) -> None:
    """List accesses, refusals, sign-ins and launches."""

    def run() -> int:
        from shell.command_line.app_commands import language
        from shell.command_line.audit_list import list_accesses
        from shell.command_line.audit_selection import selection
        from shell.command_line.audit_store import opened_log

        wanted = selection(since, until, patient, language())
        return list_accesses(opened_log(state, language(), key_file), wanted, count, language())

    raise _answered(run)


@audit_commands.command("verify")
def audit_verify(
    state: State = None,
    key_file: KeyFile = None,
    anchor: Annotated[
        list[Path] | None, typer.Option("--anchor", help="An anchor that was saved earlier; may be repeated.")
    ] = None,
    sink: Annotated[
        str | None, typer.Option("--sink", help="FHIR server that the log was forwarded to.")
    ] = None,
    save_anchor: Annotated[
        Path | None, typer.Option("--save-anchor", help="Save where the log stands now; keep it elsewhere.")
    ] = None,
) -> None:
    """Check that no record was changed, removed or cut off. Exit code 1 if one was."""

    def run() -> int:
        from shell.command_line.app_commands import language
        from shell.command_line.audit_store import opened_log
        from shell.command_line.audit_verify import verify_log

        return verify_log(
            opened_log(state, language(), key_file), anchor or [], sink, save_anchor, language()
        )

    raise _answered(run)


@audit_commands.command("export")
def audit_export(
    state: State = None,
    key_file: KeyFile = None,
    since: Since = None,
    until: Until = None,
    patient: Patient = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write; standard output without it.")
    ] = None,
) -> None:
    """Export FHIR AuditEvents (IHE BALP), one JSON object a line."""

    def run() -> int:
        from shell.command_line.app_commands import language
        from shell.command_line.audit_export import export_events
        from shell.command_line.audit_selection import selection
        from shell.command_line.audit_store import opened_log

        wanted = selection(since, until, patient, language())
        return export_events(opened_log(state, language(), key_file), wanted, out, language())

    raise _answered(run)
