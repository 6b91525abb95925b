"""Gateway and, unless the organisation has its own systems, sandbox: children of one program, told over their pipes."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shell.composition.child import Child, ChildFailed, SealedRecords, encode_key
from shell.composition.listeners import RememberedPort, listen, port_of
from shell.composition.program_version import installed_version
from shell.composition.record_system import IdentityProviderChoice
from shell.composition.state_key import (
    KeyFileStore,
    KeyringStore,
    KeyringUnusable,
    StateKeys,
    load_state_keys,
)
from shell.composition.state_use import StateUse

if TYPE_CHECKING:  # what only the children's configuration needs is imported while they start
    from plugins.policy import AppPolicy
    from plugins.registry import AppRegistry
    from shell.settings.resolve import Settings

SHELL_CLIENT = "vaktrom-shell"
GATEWAY_CLIENT = "vaktrom-gateway"
TEST_CLIENT = "vaktrom-test-client"
TEST_CLIENT_CALLBACK = "/callback"
ACCOUNT_HOST = "localhost"


@dataclass(frozen=True, slots=True)
class EnvironmentChoice:
    """What command line and settings name; ``port`` 0 means the remembered or a free one.

    ``fhir_base`` is the organisation's record system, without it the sandbox is. ``members`` are further ones of the
    gateway's configuration.
    """

    state: Path
    port: int = 0
    folders: tuple[Path, ...] = ()
    identity_provider: IdentityProviderChoice | None = None
    audit_sink: str | None = None
    app_policy: AppPolicy | None = None
    settings: Settings | None = None
    fhir_base: str | None = None
    members: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(eq=False)
class Environment:
    """A gateway and what is upstream: the sandbox, a child as well, or the organisation's systems.

    ``start`` brings the children up, ``stop`` ends them. Without a sandbox it has no sockets.
    """

    choice: EnvironmentChoice
    gateway_socket: socket.socket
    fhir_socket: socket.socket | None
    identity_socket: socket.socket | None
    now: datetime
    use: StateUse
    shell_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    records: SealedRecords = field(default_factory=SealedRecords)
    sandbox: Child | None = None
    gateway: Child | None = None
    seal_key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    on_up: Callable[[], None] = lambda: None
    on_down: Callable[[], None] = lambda: None
    _starting: asyncio.Future[None] | None = None
    _ended: bool = False

    @cached_property
    def apps(self) -> AppRegistry:
        """What is installed, as it is served beside this gateway."""
        from plugins.registry import NO_POLICY
        from shell.composition.applications import registry

        return registry(self.port, self.choice.folders, self.choice.app_policy or NO_POLICY)

    @property
    def port(self) -> int:
        return port_of(self.gateway_socket)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def upstream_fhir(self) -> str:
        if self.fhir_socket is None:
            return self.choice.fhir_base or ""
        return f"http://127.0.0.1:{port_of(self.fhir_socket)}/fhir"

    @property
    def issuer(self) -> str:
        if self.choice.identity_provider:
            return self.choice.identity_provider.issuer
        return f"http://{ACCOUNT_HOST}:{port_of(self.identity_socket)}" if self.identity_socket else ""

    async def start(self) -> None:
        """Start sandbox and gateway beside each other; raises ChildFailed.

        May be called again: while a start is under way it waits for that one, after a failure it begins anew.
        """
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
            self._starting.add_done_callback(self._forget_failed)
        await asyncio.shield(self._starting)

    def _forget_failed(self, starting: asyncio.Future[None]) -> None:
        if starting.cancelled() or starting.exception() is not None:
            self._starting = None

    async def _start(self) -> None:
        await self._stop_children()
        if self._ended:
            raise ChildFailed("gateway", "the program is ending")
        configurations = asyncio.ensure_future(asyncio.to_thread(self._configurations))

        async def for_sandbox() -> Mapping[str, Any]:
            return (await asyncio.shield(configurations))[0]

        async def for_gateway() -> Mapping[str, Any]:
            return (await asyncio.shield(configurations))[1]

        if self.fhir_socket is not None and self.identity_socket is not None:
            self.sandbox = Child("sandbox", for_sandbox, [self.fhir_socket, self.identity_socket])
        self.gateway = Child(
            "gateway",
            for_gateway,
            [self.gateway_socket],
            records=self.records,
            on_up=lambda: self.on_up(),
            on_down=lambda: self.on_down(),
        )
        children = [child.start() for child in (self.sandbox, self.gateway) if child]
        started = await asyncio.gather(configurations, *children, return_exceptions=True)
        for failure in started:
            if isinstance(failure, BaseException):
                raise failure

    async def _stop_children(self) -> None:
        children = [child for child in (self.gateway, self.sandbox) if child]
        await asyncio.gather(*(child.stop() for child in children))
        self.gateway = self.sandbox = None

    async def stop(self) -> None:
        """End both children, also those that are just being started, and give the ports back."""
        self._ended = True
        await self._stop_children()
        if self._starting is not None:
            await asyncio.gather(self._starting, return_exceptions=True)
            self._starting = None
        for sock in (self.gateway_socket, self.fhir_socket, self.identity_socket):
            if sock is not None:
                sock.close()
        self.use.release()

    def _configurations(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Of the sandbox and of the gateway; not on an event loop, the keyring may take its time."""
        from joserfc.jwk import ECKey

        private = ECKey.generate_key("P-256", private=True, auto_kid=True)
        public, whole = private.as_dict(private=False), private.as_dict(private=True)
        sandbox = self._sandbox_configuration(public) if self.fhir_socket is not None else {}
        return sandbox, self._gateway_configuration(whole)

    def _sandbox_configuration(self, public_jwk: Mapping[str, Any]) -> dict[str, Any]:
        folder = self.choice.state / "sandbox"
        folder.mkdir(mode=0o700, exist_ok=True)
        return {
            "database": str(folder / "records.sqlite"),
            "fhir_base": self.upstream_fhir,
            "issuer": self.issuer,
            "own_issuer": self.choice.identity_provider is None,
            "signing_key_file": str(folder / "signing-key.json"),
            "gateway_client": {
                "client_id": GATEWAY_CLIENT,
                "redirect_uris": [f"{self.base_url}/oauth/callback"],
                "post_logout_redirect_uris": [f"{self.base_url}/oauth/logged-out"],
                "jwks": {"keys": [dict(public_jwk)]},
            },
            "test_client": {"client_id": TEST_CLIENT, "loopback_paths": [TEST_CLIENT_CALLBACK]},
        }

    def _gateway_configuration(self, private_jwk: Mapping[str, Any]) -> dict[str, Any]:
        own = {
            "client_id": GATEWAY_CLIENT,
            "method": "private_key_jwt",
            "key": dict(private_jwk),
            "alg": "ES256",
        }
        from shell.composition.app_style import app_styles
        from shell.composition.applications import gateway_clients, sites
        from shell.theme.tokens import Tokens

        chosen = self.choice.identity_provider
        keys = self._keys()
        return {
            "base_url": self.base_url,
            "authority": f"127.0.0.1:{self.port}",
            "upstream_fhir": self.upstream_fhir,
            "identity_provider": {"issuer": self.issuer, **(self._foreign(chosen) if chosen else own)},
            "shell_client_id": SHELL_CLIENT,
            "shell_client_secret": self.shell_secret,
            "clients": gateway_clients(self.apps),
            "styles": app_styles(Tokens.read()),
            "sites": sites(self.apps, self.port),
            "audit_path": str(self.choice.state / "audit.sqlite"),
            "audit_keys": [[name, encode_key(key)] for name, key in keys.keys],
            "audit_sink": {"base": self.choice.audit_sink} if self.choice.audit_sink else None,
            "state_key": encode_key(self.seal_key),
            "version": installed_version(),
            **self.choice.members,
        }

    def _keys(self) -> StateKeys:
        """Records of patients are kept under a key of the keyring or not at all. Raises KeyringUnusable."""
        if self.choice.fhir_base is None:
            return practice_keys(self.choice.state, self.now)
        return load_state_keys(KeyringStore(), self.now)

    def _foreign(self, chosen: IdentityProviderChoice) -> dict[str, Any]:
        """The tokens of a provider that is not the sandbox's are asked for the records upstream (RFC 8707)."""
        return {"resource": self.upstream_fhir, **dict(chosen.client)}


def practice_keys(state: Path, now: datetime) -> StateKeys:
    """The state key from the keyring; the practice environment falls back to its marked key file."""
    try:
        return load_state_keys(KeyringStore(), now)
    except KeyringUnusable:
        return load_state_keys(KeyFileStore(state), now)


def prepare(choice: EnvironmentChoice, now: datetime) -> Environment:
    """Bind the sockets, so that pages can be asked for at once; raises PortTaken and OSError."""
    named = listen(choice.port) if choice.port else None
    use = StateUse(choice.state)
    gateway_socket = named or RememberedPort(choice.state / "gateway-port", keep=use.is_first).listen()[0]
    fhir_socket: socket.socket | None = None
    if choice.fhir_base is None:
        fhir_socket, _ = RememberedPort(choice.state / "sandbox-port", keep=use.is_first).listen()
    return Environment(
        choice=choice,
        gateway_socket=gateway_socket,
        fhir_socket=fhir_socket,
        identity_socket=listen() if fhir_socket else None,
        now=now,
        use=use,
    )
