"""Adapts the enabled plugins to what the gateway knows: registered clients and the sites it serves for them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from launcher.oauth.model import RegisteredClient
from plugins.policy import AppPolicy
from plugins.registry import NO_POLICY, AppRegistry, AppRow, Surroundings
from plugins.scopes import may_change_patient


def registry(port: int, folders: Iterable[Path], policy: AppPolicy = NO_POLICY) -> AppRegistry:
    """The bundled apps and the unpacked ones of ``folders``, as they are served beside a loopback gateway."""
    surroundings = Surroundings(own_origin=lambda app_id: f"http://{app_id}.localhost:{port}", loopback=True)
    return AppRegistry(surroundings, unpacked=folders, policy=policy)


def registered_client(apps: AppRegistry, row: AppRow) -> RegisteredClient:
    """An app as a client with exact addresses (SAL-22) and what the administrator decided about it (SAL-16, SAL-19)."""
    manifest, addresses = row.manifest, apps.addresses(row)
    return RegisteredClient(
        client_id=manifest.id,
        client_name=manifest.client_name,
        publisher=manifest.publisher,
        redirect_uris=tuple(addresses.redirect_uris),
        launch_uri=addresses.launch_uri,
        scope=manifest.scope
        if row.decision.may_change_patient
        else scope_without_administrator(manifest.scope),
        token_endpoint_auth_method=manifest.token_endpoint_auth_method,
        jwks=dict(manifest.jwks) if manifest.jwks else None,
        jwks_uri=manifest.jwks_uri,
        origins=tuple(addresses.origins),
        follows=manifest.follows,
        facts=app_facts(row),
        approved=row.decision.approved,
        consent_allowed=row.decision.consent_allowed,
        pkce_exempt=row.decision.pkce_exempt,
        native=manifest.native,
    )


def scope_without_administrator(scope: str) -> str:
    """The scope that an app gets by itself: what can change the current patient only an administrator grants (FC-04)."""
    return " ".join(part for part in scope.split() if not may_change_patient(part))


def app_facts(row: AppRow) -> dict[str, Any]:
    """What the shell shows of an app."""
    icon = row.folder / (row.manifest.icon or "icon.svg")
    drawing = base64.b64encode(icon.read_bytes()).decode() if icon.is_file() else ""
    return {"icon_svg": drawing, "source": row.source, "intents": list(row.manifest.intents)}


def gateway_clients(apps: AppRegistry) -> list[dict[str, Any]]:
    """Every app that the gateway knows, as its configuration wants it."""
    return [asdict(registered_client(apps, row)) for row in apps.registrable()]


def sites(apps: AppRegistry, port: int) -> list[Mapping[str, Any]]:
    """The packaged apps that the gateway serves, by Host."""
    own = [
        row
        for row in apps.enabled()
        if (apps.addresses(row).launch_uri or "").startswith(f"http://{row.app_id}.localhost")
    ]
    return [{"host": f"{row.app_id}.localhost:{port}", "root": str(row.folder)} for row in own]
