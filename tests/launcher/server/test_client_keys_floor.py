"""Keys that somebody fails with are not fetched for him again and again, and he is not told why a fetch failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from launcher.oauth.errors import InvalidClient
from launcher.oauth.model import RegisteredClient
from launcher.server.client_keys import ClientKeys
from launcher.upstream.outbound import Fetched, OutboundFailed

CLIENT = RegisteredClient(
    client_id="signert",
    client_name="Signert",
    publisher="Prøve AS",
    redirect_uris=("https://app.example/",),
    launch_uri=None,
    scope="",
    token_endpoint_auth_method="private_key_jwt",
    jwks_uri="https://keys.example/jwks",
)


class Vendor:
    """Counts fetches; its keys may not be stored."""

    def __init__(self) -> None:
        self.count = 0
        self.down = False

    async def json_object(self, url: str) -> Fetched:
        self.count += 1
        if self.down:
            raise OutboundFailed("it cannot be reached (ClientConnectorError to 10.0.0.7)")
        body: dict[str, Any] = {"keys": [{"kid": "known"}]}
        return Fetched(body, {"cache-control": "no-store"})


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


async def test_one_fetch_a_second_for_whoever_fails() -> None:
    """Mutant: no floor, with an unknown key as with a known one and a signature that does not fit."""
    vendor, clock = Vendor(), Clock()
    keys = ClientKeys(vendor, clock)
    for kid in ("known", "unknown") * 20:
        await keys.keys(CLIENT, kid)
        keys.refused(CLIENT)
    assert vendor.count == 1
    clock.at += timedelta(seconds=1)
    await keys.keys(CLIENT, "unknown")
    assert vendor.count == 2


async def test_who_succeeds_is_answered_with_fresh_keys_each_time() -> None:
    """SAL-58: no-store is honoured while nobody fails."""
    vendor, clock = Vendor(), Clock()
    keys = ClientKeys(vendor, clock)
    for _ in range(3):
        await keys.keys(CLIENT, "known")
    assert vendor.count == 3


async def test_the_reason_of_a_failed_fetch_is_not_told() -> None:
    """Mutant: kind of failure and address in the answer to anybody."""
    vendor = Vendor()
    vendor.down = True
    with pytest.raises(InvalidClient) as refused:
        await ClientKeys(vendor, Clock()).keys(CLIENT, "known")
    assert refused.value.description == "the client's keys could not be fetched"
