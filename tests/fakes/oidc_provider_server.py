"""Starts npm ``oidc-provider`` as an upstream identity provider with the sandbox's demo users."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from launcher.sandbox.identity import DEMO_USERS
from launcher.sandbox.identity.tokens import user_claims
from tests.fakes.node import install_node_project, start_node

PROJECT = Path(__file__).parent / "oidc_provider"


def node_users() -> list[dict[str, Any]]:
    """The demo users with all their claims."""
    return [
        {
            "username": user.username,
            "password": user.password,
            "sub": user.sub,
            "claims": {name: value for name, value in user_claims(user).items() if name != "sub"},
        }
        for user in DEMO_USERS
    ]


@contextmanager
def oidc_provider(
    clients: Sequence[dict[str, Any]],
    *,
    port: int = 0,
    resource: str | None = None,
    thin_id_tokens: bool = False,
) -> Iterator[dict[str, Any]]:
    """A running provider: ``{"issuer", "port"}``.

    ``clients`` is metadata as RFC 7591 names it; ``resource`` the API (FHIR base) that access tokens are for;
    ``thin_id_tokens`` keeps name and HPR number out of id_tokens, as OIDC Core 5.4 does.
    """
    configuration = {
        "port": port,
        "clients": list(clients),
        "users": node_users(),
        "resource": resource,
        "thin_id_tokens": thin_id_tokens,
    }
    with start_node(install_node_project(PROJECT), "server.mjs", configuration) as ready:
        yield ready
