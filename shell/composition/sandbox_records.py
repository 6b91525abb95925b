"""The sandbox's FHIR server with its practice data; imported when the sign-in page can already be served."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from launcher.sandbox.fhir import Store, create_fhir_server, load, open_store
from launcher.sandbox.identity.token_check import PublicKeys, UpstreamTokenCheck
from shell.composition.clock import SystemClock

POPULATION_LIFE = timedelta(hours=12)
"""Older practice data is made anew at the next start: its times would no longer fit the shift."""


def records_server(configuration: Mapping[str, Any], clock: SystemClock, keys: PublicKeys | None) -> Any:
    """The FHIR server as an ASGI application; ``keys`` are None when the identity provider is a foreign one.

    Takes seconds when the practice data must be made: not on an event loop.
    """
    trusted = keys if keys is not None else lambda: _foreign_keys(configuration["issuer"])
    access = UpstreamTokenCheck(trusted, configuration["issuer"], configuration["fhir_base"], clock)
    store = _populated_store(configuration, clock)
    return create_fhir_server(store, base_url=configuration["fhir_base"], clock=clock, access=access)


def _populated_store(configuration: Mapping[str, Any], clock: SystemClock) -> Store:
    """The database of this run; made anew when its times are those of an earlier shift."""
    database = Path(configuration["database"])
    born = database.with_name("populated-at")
    now = clock.now()
    if not _is_fresh(born, now):
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()
    store = open_store(database, base_url=configuration["fhir_base"], clock=clock)
    if store.is_empty():
        from launcher.sandbox.population import resources

        load(store, resources(now))
        born.write_text(now.isoformat(), encoding="ascii")
    return store


def _is_fresh(born: Path, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat(born.read_text(encoding="ascii")) < POPULATION_LIFE
    except (OSError, ValueError, TypeError):
        return False


def _foreign_keys(issuer: str) -> Mapping[str, Any]:
    """The keys of an identity provider that is not the sandbox's own."""

    def fetch(url: str) -> Any:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return json.loads(answer.read(1 << 20))

    keys: Mapping[str, Any] = fetch(fetch(f"{issuer}/.well-known/openid-configuration")["jwks_uri"])
    return keys
