"""The ``vaktrom`` command. Exit codes: 0 done, 1 the check said no, 2 wrong use."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from shell.command_line.audit import audit_commands
from shell.command_line.doctor import doctor
from shell.command_line.failures import explained
from shell.composition.program_version import version_line

application = typer.Typer(
    name="vaktrom",
    help="One login, one patient, apps from different vendors.",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
)
app_commands = typer.Typer(
    help="For vendors: check an app and list the installed ones.", no_args_is_help=True
)
application.add_typer(app_commands, name="app")
application.add_typer(audit_commands, name="audit")
application.command("doctor")(doctor)

State = Annotated[Path | None, typer.Option("--state", help="Folder for what is kept between starts.")]
Port = Annotated[
    int, typer.Option("--port", min=0, max=65535, help="Port of the gateway; 0 takes the usual one.")
]
Apps = Annotated[list[Path] | None, typer.Option("--app", help="An unpacked app folder; may be repeated.")]
Provider = Annotated[
    Path | None, typer.Option("--identity-provider", help="JSON file that names another OpenID provider.")
]
Policy = Annotated[
    Path | None,
    typer.Option("--app-policy", help="JSON file: what the administrator decided about each app."),
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version_line())
        raise typer.Exit


@application.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    show: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True)] = False,
) -> None:
    """Without a command: start the desktop."""
    if context.invoked_subcommand is None:
        run()


@application.command()
def run(
    state: State = None,
    port: Port = 0,
    app: Apps = None,
    identity_provider: Provider = None,
    app_policy: Policy = None,
) -> None:
    """Start the desktop, with the practice environment unless told otherwise."""
    from shell.command_line.desktop_command import run_desktop

    raise typer.Exit(explained(lambda: run_desktop(state, port, app or [], identity_provider, app_policy)))


@application.command("open")
def open_patient(
    link: Annotated[
        str | None, typer.Argument(help="A link: vaktrom:open?patient=ID or vaktrom:open?handle=HANDLE.")
    ] = None,
    patient: Annotated[
        str | None, typer.Option("--patient", help="The record's id of a patient; never an identity number.")
    ] = None,
    handle: Annotated[
        str | None,
        typer.Option("--handle", help="What the gateway gave a program for a patient; counts once."),
    ] = None,
    state: State = None,
) -> None:
    """Bring the desktop to the front, or start it, and have it ask whether this patient is to be opened."""
    from shell.command_line.desktop_command import open_patient as open_there

    raise typer.Exit(explained(lambda: open_there(link, patient, handle, state)))


@application.command()
def sandbox(
    host: Annotated[str, typer.Option("--host", help="Only 127.0.0.1 is served.")] = "127.0.0.1",
    port: Port = 0,
    state: State = None,
    app: Apps = None,
    identity_provider: Provider = None,
    audit_sink: Annotated[
        str | None, typer.Option("--audit-sink", help="FHIR server that the audit log is forwarded to.")
    ] = None,
    app_policy: Policy = None,
    json_line: Annotated[bool, typer.Option("--json", help="Print only the JSON line.")] = False,
) -> None:
    """Run sandbox and gateway without a screen, for vendors and tests; prints one JSON line when ready."""
    from shell.command_line.sandbox_command import run_sandbox

    raise typer.Exit(
        explained(
            lambda: run_sandbox(
                host, port, state, app or [], identity_provider, json_line, audit_sink, app_policy
            )
        )
    )


@application.command()
def gateway(
    config: Annotated[Path, typer.Option("--config", help="TOML or JSON file with everything else.")],
    public_url: Annotated[
        str | None, typer.Option("--public-url", help="The https address that everybody uses.")
    ] = None,
    listen: Annotated[str | None, typer.Option("--listen", help="HOST:PORT to listen on.")] = None,
    tls_cert: Annotated[
        Path | None, typer.Option("--tls-cert", help="Certificate chain in PEM; goes with --tls-key.")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key", help="The certificate's key in PEM.")] = None,
    app_policy: Policy = None,
) -> None:
    """Run the gateway as a server behind TLS, for many users; prints one JSON line when ready."""
    from shell.command_line.gateway_command import run_gateway

    raise typer.Exit(
        explained(lambda: run_gateway(config, public_url, listen, tls_cert, tls_key, app_policy))
    )


@app_commands.command("check")
def app_check(folder: Annotated[Path, typer.Argument(help="The app's folder.")]) -> None:
    """Check an app: every mistake at once. Exit code 1 if it has any."""
    from shell.command_line.app_commands import check_app

    raise typer.Exit(explained(lambda: check_app(folder)))


@app_commands.command("list")
def app_list(app: Apps = None, app_policy: Policy = None) -> None:
    """List the apps of this installation, what the administrator decided about them, and why one may not run."""
    from shell.command_line.app_commands import list_apps

    raise typer.Exit(explained(lambda: list_apps(app or [], app_policy)))


@application.command()
def tour(
    out: Annotated[Path, typer.Option("--out", help="Folder for the pictures and tour.json.")],
    headless: Annotated[bool, typer.Option("--headless", help="Without a screen.")] = False,
) -> None:
    """Drive the real desktop through a shift and write a picture of each step."""
    from shell.command_line.desktop_command import run_tour

    raise typer.Exit(explained(lambda: run_tour(out, headless)))


def main() -> None:
    """Entry point."""
    sys.tracebacklimit = 0 if getattr(sys, "frozen", False) else None
    application(prog_name="vaktrom")
