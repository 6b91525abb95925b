"""``vaktrom doctor``: what support asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shell.command_line.failures import explained

State = Annotated[Path | None, typer.Option("--state", help="Folder for what is kept between starts.")]


def doctor(
    context: Annotated[
        bool, typer.Option("--context", help="What happened with the patient context in a session.")
    ] = False,
    settings: Annotated[
        bool, typer.Option("--settings", help="Every setting: its value, and where that comes from.")
    ] = False,
    self_test: Annotated[
        bool, typer.Option("--self-test", help="Whether this installation works; needs no screen.")
    ] = False,
    session: Annotated[
        str, typer.Option("--session", help="With --context: a session's number, or last.")
    ] = "last",
    bundle: Annotated[
        Path | None, typer.Option("--bundle", help="Write a zip for support: no tokens, numbers or names.")
    ] = None,
    state: State = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at what Vaktrom needs on this machine: one line each, with a verdict and what to do; 1 when something is wrong.

    Or tell support what happened (--context: one timeline per session, without patients), what is set (--settings),
    whether this installation works (--self-test), or write what support needs into a zip (--bundle).
    """

    def run() -> int:
        from shell.command_line.doctor_context import show_context
        from shell.command_line.doctor_rows import show_rows, surroundings
        from shell.command_line.doctor_settings import show_settings

        if self_test:
            from shell.command_line.doctor_self_test import run_self_test

            return run_self_test(as_json=as_json)
        if bundle is not None:
            from shell.command_line.doctor_bundle import make_bundle

            return make_bundle(bundle, surroundings(state))
        if settings:
            return show_settings(state, as_json=as_json)
        if context:
            return show_context(state, session, as_json=as_json)
        return show_rows(surroundings(state), as_json=as_json)

    raise typer.Exit(explained(run))
