"""What the user named on the command line, checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shell.command_line.app_policy import chosen_policy
from shell.command_line.chosen_settings import (
    app_policy_option,
    decided_app_policy,
    port_option,
    provider_option,
    sound_settings,
)
from shell.command_line.failures import WrongUse
from shell.composition.practice import Environment, EnvironmentChoice
from shell.composition.record_system import (
    IdentityProviderChoice,
    fhir_base,
    gateway_members,
    identity_provider,
)
from shell.settings.rows import APP_POLICY, PORT, UNPACKED_APPS

NEEDED_BY_METHOD = {"private_key_jwt": "key", "client_secret_basic": "client_secret", "none": None}
UNUSABLE = ("broken", "incompatible", "duplicate")


def practice_choice(
    state: Path,
    port: int,
    folders: Sequence[Path],
    provider: Path | None,
    audit_sink: str | None = None,
    app_policy: Path | None = None,
) -> EnvironmentChoice:
    """For ``vaktrom sandbox``: made-up people only, as the command line says; of the settings the app policy counts.

    Raises WrongUse for a folder that is not there, a provider or policy file that cannot be read, or an unsafe sink,
    PolicyWrong for a policy file with mistakes.
    """
    return EnvironmentChoice(
        state,
        port,
        _folders(folders),
        _provider(provider) if provider else None,
        _sink(audit_sink),
        chosen_policy(decided_app_policy(app_policy)),
    )


def desktop_choice(
    state: Path,
    port: int,
    folders: Sequence[Path],
    provider: Path | None,
    app_policy: Path | None = None,
) -> EnvironmentChoice:
    """For ``vaktrom run``: the settings of this machine, and what the command line may still name beside them.

    Raises as :func:`practice_choice`, and SettingsWrong, ClinicalAccessRefused or UpstreamWrong.
    """
    named = _provider(provider) if provider else None
    issuer = named.issuer if named else ""
    options = [*port_option(port), *provider_option(provider, issuer), *app_policy_option(app_policy)]
    settings = sound_settings(options, state)
    if folders and not settings.value(UNPACKED_APPS):
        place = settings.found[UNPACKED_APPS.key].place
        raise WrongUse(
            f"--app: apps from a plain folder are not allowed here ({place}); leave the option out"
        )
    file = settings.value(APP_POLICY)
    return EnvironmentChoice(
        state,
        settings.value(PORT),
        _folders(folders),
        named or identity_provider(settings),
        app_policy=chosen_policy(Path(file) if file else None),
        settings=settings,
        fhir_base=fhir_base(settings),
        members=gateway_members(settings),
    )


def _folders(folders: Sequence[Path]) -> tuple[Path, ...]:
    for folder in folders:
        if not folder.is_dir():
            raise WrongUse(
                f"--app {folder}: there is no such folder; name the folder that holds manifest.json"
            )
    return tuple(folder.resolve() for folder in folders)


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
