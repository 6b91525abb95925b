"""Who calls: client authentication with the client's keys, fetched first where they stand at an address (SAL-54)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from starlette.requests import Request

from launcher.oauth.client_authentication import ClientAuthentication, RegisteredKeys, take_apart
from launcher.oauth.errors import InvalidClient
from launcher.oauth.model import ClientRegistry, RegisteredClient
from launcher.oauth.parameters import Parameters
from launcher.server.dependencies import Clock
from launcher.upstream.outbound import Fetched, OutboundFailed

MAX_AGE = re.compile(r'max-age\s*=\s*"?(\d{1,9})"?', re.IGNORECASE)


class KeyFetch(Protocol):
    """Fetches the key set at an address; raises ``OutboundFailed``."""

    async def json_object(self, url: str) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """Seconds. ``unsaid`` is the life of a key set that came without Cache-Control, ``longest`` the most that counts;
    an unknown key is looked for again only after ``again``, a failed fetch repeated after ``after_failure``, and keys that
    somebody failed with fetched again only after ``after_refusal``, whatever their Cache-Control says."""

    unsaid: int = 60
    longest: int = 24 * 3600
    again: int = 10
    after_failure: int = 3
    after_refusal: int = 1


@dataclass(frozen=True, slots=True)
class KeySetEntry:
    """A fetched key set; ``fresh_until`` is what its Cache-Control allows (SAL-58)."""

    keys: RegisteredKeys
    fetched_at: datetime
    fresh_until: datetime


class ClientKeys:
    """The key sets at clients' addresses, kept as long as their Cache-Control says; one fetch at a time for each."""

    def __init__(self, fetch: KeyFetch, clock: Clock, limits: KeyLimits | None = None) -> None:
        self._fetch = fetch
        self._clock = clock
        self._limits = limits or KeyLimits()
        self._entries: dict[str, KeySetEntry] = {}
        self._failed_at: dict[str, datetime] = {}
        self._refused_at: dict[str, datetime] = {}
        self._running: dict[str, asyncio.Task[KeySetEntry]] = {}

    async def keys(self, client: RegisteredClient, kid: object) -> RegisteredKeys:
        """The registered keys of a client; raises ``InvalidClient`` when they cannot be had."""
        uri = client.jwks_uri
        if uri is None:
            return registered_keys(client.jwks)
        now = self._clock.now()
        entry = self._entries.get(uri)
        if entry is not None and now < entry.fresh_until:
            known = any(key.get("kid") == kid for key in entry.keys)
            if known or now < entry.fetched_at + timedelta(seconds=self._limits.again):
                return entry.keys
        if entry is not None and self._was_just_refused(uri, entry, now):
            return entry.keys
        failed_at = self._failed_at.get(uri)
        if failed_at is not None and now < failed_at + timedelta(seconds=self._limits.after_failure):
            raise InvalidClient("the client's keys could not be fetched")
        task = self._running.get(uri)
        if task is None:
            task = asyncio.create_task(self._fetched(client.client_id, uri))
            self._running[uri] = task
            task.add_done_callback(lambda done: self._done(uri, done))
        return (await asyncio.shield(task)).keys

    def refused(self, client: RegisteredClient) -> None:
        """An assertion did not fit these keys: nobody makes us fetch them at every attempt."""
        if client.jwks_uri is not None:
            self._refused_at[client.jwks_uri] = self._clock.now()

    def _was_just_refused(self, uri: str, entry: KeySetEntry, now: datetime) -> bool:
        floor = timedelta(seconds=self._limits.after_refusal)
        refused_at = self._refused_at.get(uri)
        return refused_at is not None and now < refused_at + floor and now < entry.fetched_at + floor

    async def _fetched(self, client_id: str, uri: str) -> KeySetEntry:
        try:
            found = await self._fetch.json_object(uri)
        except OutboundFailed as failure:
            import structlog

            structlog.get_logger("vaktrom.client-keys").warning(
                "key set not fetched", client_id=client_id, reason=str(failure)
            )
            now, kept = self._clock.now(), self._entries.get(uri)
            if kept is not None and kept.fresh_until <= now:
                # A fresh one stays: else anybody's unknown key would take a client's own away.
                del self._entries[uri]
            self._failed_at[uri] = now
            raise InvalidClient("the client's keys could not be fetched") from failure
        now = self._clock.now()
        life = timedelta(seconds=self._life(found.headers))
        entry = KeySetEntry(registered_keys(found.body), now, now + life)
        self._failed_at.pop(uri, None)
        self._entries[uri] = entry
        return entry

    def _life(self, headers: dict[str, str] | Any) -> int:
        control = headers.get("cache-control", "").lower()
        if "no-store" in control or "no-cache" in control:
            return 0
        stated = MAX_AGE.search(control)
        if stated is None:
            return self._limits.unsaid
        age = headers.get("age", "0")
        spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
        return max(0, min(int(stated[1]), self._limits.longest) - spent)

    def _done(self, uri: str, task: asyncio.Task[KeySetEntry]) -> None:
        self._running.pop(uri, None)
        if not task.cancelled():
            task.exception()


class AuthenticatedClients:
    """Answers which registered client a request is from; the only wait is for keys, before anything is decided."""

    def __init__(
        self, authentication: ClientAuthentication, clients: ClientRegistry, keys: ClientKeys, clock: Clock
    ) -> None:
        self._authentication = authentication
        self._clients = clients
        self._keys = keys
        self._clock = clock

    async def client_of(self, request: Request, form: Parameters) -> RegisteredClient:
        """The client; raises ``InvalidClient`` or ``InvalidRequest`` (SAL-27)."""
        authorization = request.headers.get("authorization")
        text = form.get("client_assertion")
        assertion = None if text is None else take_apart(text)
        claimed = None if assertion is None else self._with_keys(str(assertion.claims.get("sub")))
        keys: RegisteredKeys = []
        if assertion is not None and claimed is not None:
            keys = await self._keys.keys(claimed, assertion.header.get("kid"))
        try:
            return self._authentication.authenticate(authorization, form, self._clock.now(), keys)
        except InvalidClient:
            if claimed is not None:
                self._keys.refused(claimed)
            raise

    def _with_keys(self, client_id: str) -> RegisteredClient | None:
        client = self._clients.find(client_id)
        if client is None or not client.usable or client.token_endpoint_auth_method != "private_key_jwt":
            return None
        return client


def registered_keys(jwks: dict[str, Any] | None) -> RegisteredKeys:
    """The keys of a JWK set; what is no key is left out."""
    keys = (jwks or {}).get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []
