"""What the user named on the command line, checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shell.command_line.app_policy import chosen_policy
from shell.command_line.failures import WrongUse
from shell.composition.practice import Environment, EnvironmentChoice, IdentityProviderChoice

NEEDED_BY_METHOD = {"private_key_jwt": "key", "client_secret_basic": "client_secret", "none": None}
UNUSABLE = ("broken", "incompatible", "duplicate")


def environment_choice(
    state: Path,
    port: int,
    folders: Sequence[Path],
    identity_provider: Path | None,
    audit_sink: str | None = None,
    app_policy: Path | None = None,
) -> EnvironmentChoice:
    """Raises WrongUse for a folder that is not there, a provider or policy file that cannot be read, or an unsafe sink.

    Raises PolicyWrong for a policy file with mistakes.
    """
    for folder in folders:
        if not folder.is_dir():
            raise WrongUse(
                f"--app {folder}: there is no such folder; name the folder that holds manifest.json"
            )
    chosen = _provider(identity_provider) if identity_provider else None
    return EnvironmentChoice(
        state,
        port,
        tuple(folder.resolve() for folder in folders),
        chosen,
        _sink(audit_sink),
        chosen_policy(app_policy),
    )


def demand_usable(environment: Environment, named: Sequence[Path]) -> None:
    """Raises WrongUse when an app folder that the user named holds no app that could run."""
    if not named:
        return  # reading what is installed can wait until the sign-in page stands
    for row in environment.apps.rows():
        if row.source == "unpacked" and row.state in UNUSABLE:
            reasons = "; ".join(reason.in_language("en") for reason in row.reasons)
            raise WrongUse(f"--app {row.folder}: {reasons}; see all with: vaktrom app check {row.folder}")


def _sink(base: str | None) -> str | None:
    if base is None:
        return None
    from launcher.server.audit_sink import read_sink

    try:
        return read_sink({"base": base}).base
    except ValueError as error:
        raise WrongUse(f"--audit-sink {base}: {error}") from error


def _provider(file: Path) -> IdentityProviderChoice:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        choice = IdentityProviderChoice(str(content["issuer"]), dict(content["client"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongUse(
            f"--identity-provider {file}: cannot be read ({type(error).__name__}); "
            'it holds {"issuer": "...", "client": {"client_id": "...", "method": "...", ...}}'
        ) from error
    mistake = _provider_mistake(choice)
    if mistake:
        raise WrongUse(f"--identity-provider {file}: {mistake}")
    return choice


def _provider_mistake(choice: IdentityProviderChoice) -> str | None:
    from launcher.upstream.identity_model import is_safe_url

    client = choice.client
    method = client.get("method", "private_key_jwt")
    if not is_safe_url(choice.issuer):
        return "issuer must be https, or http on a loopback name"
    if not client.get("client_id"):
        return "client has no client_id"
    if method not in NEEDED_BY_METHOD:
        return f"client.method is one of {', '.join(NEEDED_BY_METHOD)}"
    needed = NEEDED_BY_METHOD[method]
    return f"client.method {method} needs client.{needed}" if needed and not client.get(needed) else None
