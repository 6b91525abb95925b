"""What the user named on the command line, checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from shell.command_line.failures import WrongUse
from shell.composition.practice import EnvironmentChoice, IdentityProviderChoice


def environment_choice(
    state: Path,
    port: int,
    folders: Sequence[Path],
    identity_provider: Path | None,
    audit_sink: str | None = None,
) -> EnvironmentChoice:
    """Raises WrongUse for a folder that is not there, a provider file that cannot be read, or an unsafe sink."""
    for folder in folders:
        if not folder.is_dir():
            raise WrongUse(
                f"--app {folder}: there is no such folder; name the folder that holds manifest.json"
            )
    chosen = _provider(identity_provider) if identity_provider else None
    return EnvironmentChoice(
        state, port, tuple(folder.resolve() for folder in folders), chosen, _sink(audit_sink)
    )


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
        return IdentityProviderChoice(str(content["issuer"]), dict(content["client"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongUse(
            f"--identity-provider {file}: cannot be read ({type(error).__name__}); "
            'it holds {"issuer": "...", "client": {"client_id": "...", "method": "...", ...}}'
        ) from error
