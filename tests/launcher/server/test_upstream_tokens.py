"""The user's upstream token: one renewal for all who wait, and what happens when it fails (DESIGN section 4)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from launcher.oauth.model import GatewayState, Grant, UserSession
from launcher.server.dependencies import GatewaySettings
from launcher.server.errors import InvalidToken, UpstreamUnavailable
from launcher.server.fact_stream import FactStream
from launcher.server.sessions import SessionKeeper
from launcher.server.upstream_tokens import SessionUpstreamTokens
from launcher.stores.journal import StateJournal
from launcher.stores.sealing import Sealer
from launcher.stores.state_records import StateRecords
from launcher.upstream.identity_errors import ProviderUnavailable, RefreshRefused
from launcher.upstream.identity_model import UpstreamLogin
from tests.fakes.clock import MovedClock

SETTINGS = GatewaySettings("http://127.0.0.1:1", "127.0.0.1:1", "http://127.0.0.1:2/fhir")


class CountingIdentity:
    """Renews after a turn of the loop, or fails as told."""

    def __init__(self, clock: MovedClock) -> None:
        self.clock = clock
        self.renewals = 0
        self.failure: Exception | None = None

    async def own_token(self) -> UpstreamLogin:
        self.renewals += 1
        expires_at = self.clock.now() + timedelta(seconds=600)
        return UpstreamLogin("gateway", "", {}, f"own-{self.renewals}", None, None, expires_at)

    async def refresh(self, login: UpstreamLogin) -> UpstreamLogin:
        self.renewals += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return replace(
            login,
            access_token=f"upstream-{self.renewals}",
            refresh_token=f"refresh-{self.renewals}",
            expires_at=self.clock.now() + timedelta(seconds=600),
        )


class Setting:
    """One signed-in session over a counting identity provider."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.identity = CountingIdentity(self.clock)
        self.records: dict[str, bytes | None] = {}
        journal = StateJournal(Sealer(bytes(32), bytes), self.records.__setitem__)
        state = GatewayState()
        self.sessions = SessionKeeper(
            state, StateRecords(journal), self.clock, lambda: "id", FactStream(8), "vaktrom-shell"
        )
        now = self.clock.now()
        self.session = UserSession(
            sid="s", sub="siri", upstream_issuer="http://localhost:3", name="Siri", fhir_user=None,
            hpr_number=None, role="", organization=None, lists=[], created_at=now,
            expires_at=now + timedelta(hours=12), authenticated_at=now, upstream_access_token="upstream-0",
            upstream_refresh_token="refresh-0", upstream_id_token=None,
            upstream_expires_at=now + timedelta(seconds=600), cookie_sha256="c",
        )  # fmt: skip
        self.sessions.start(self.session)
        self.grant = Grant(
            grant_id="g", sid="s", client_id="app", scopes=(), patient=None, encounter=None, topic=None, pane=None,
            fenced=False, effective_patient=None, fhir_user=None, implied_reads=frozenset(), created_at=now,
        )  # fmt: skip
        self.sessions.add_grant(self.grant)
        identity: Any = self.identity
        self.tokens = SessionUpstreamTokens(SETTINGS, self.sessions, identity, self.clock)


@pytest.fixture
def setting() -> Setting:
    return Setting()


async def test_a_good_token_is_used_as_it_is(setting: Setting) -> None:
    setting.clock.advance(539)
    assert await setting.tokens.token_for(setting.grant) == "upstream-0"
    assert setting.identity.renewals == 0


async def test_one_renewal_for_all_who_wait(setting: Setting) -> None:
    setting.clock.advance(541)
    answers = await asyncio.gather(*(setting.tokens.token_for(setting.grant) for _ in range(50)))
    assert set(answers) == {"upstream-1"}
    assert setting.identity.renewals == 1
    assert setting.session.upstream_refresh_token == "refresh-1"
    setting.clock.advance(600)
    assert await setting.tokens.token_for(setting.grant) == "upstream-2"


async def test_a_renewal_survives_the_one_who_began_it(setting: Setting) -> None:
    """A browser that goes away cancels its request, not the renewal that others wait for."""
    setting.clock.advance(541)
    first = asyncio.create_task(setting.tokens.token_for(setting.grant))
    second = asyncio.create_task(setting.tokens.token_for(setting.grant))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "upstream-1"
    assert setting.identity.renewals == 1


async def test_a_renewed_token_is_recorded(setting: Setting) -> None:
    before = setting.records["session/s"]
    setting.clock.advance(541)
    await setting.tokens.token_for(setting.grant)
    assert setting.records["session/s"] != before


async def test_provider_away_the_token_is_used_to_its_end(setting: Setting) -> None:
    setting.identity.failure = ProviderUnavailable("away")
    setting.clock.advance(541)
    assert await setting.tokens.token_for(setting.grant) == "upstream-0"
    setting.clock.advance(60)
    with pytest.raises(UpstreamUnavailable):
        await setting.tokens.token_for(setting.grant)
    setting.identity.failure = None
    assert await setting.tokens.token_for(setting.grant) == "upstream-3"


async def test_an_ended_upstream_login_ends_the_session(setting: Setting) -> None:
    setting.identity.failure = RefreshRefused("ended")
    setting.clock.advance(601)
    with pytest.raises(InvalidToken):
        await setting.tokens.token_for(setting.grant)
    assert setting.sessions.session("s") is None
    assert setting.records["session/s"] is None


async def test_without_a_refresh_token_the_session_ends_with_the_token(setting: Setting) -> None:
    setting.session.upstream_refresh_token = None
    setting.clock.advance(599)
    assert await setting.tokens.token_for(setting.grant) == "upstream-0"
    setting.clock.advance(2)
    with pytest.raises(InvalidToken):
        await setting.tokens.token_for(setting.grant)
    assert setting.sessions.session("s") is None


async def test_a_token_that_was_rejected_early_is_renewed_once_for_all(setting: Setting) -> None:
    asked = (setting.tokens.renewed_for(setting.grant, "upstream-0") for _ in range(20))
    assert set(await asyncio.gather(*asked)) == {"upstream-1"}
    assert await setting.tokens.renewed_for(setting.grant, "upstream-0") == "upstream-1"
    assert setting.identity.renewals == 1


async def test_a_rejected_token_comes_back_when_there_is_no_other(setting: Setting) -> None:
    setting.identity.failure = ProviderUnavailable("away")
    assert await setting.tokens.renewed_for(setting.grant, "upstream-0") == "upstream-0"
    setting.session.upstream_refresh_token = None
    assert await setting.tokens.renewed_for(setting.grant, "upstream-0") == "upstream-0"
    assert setting.identity.renewals == 1
    assert setting.sessions.session("s") is not None


async def test_a_login_that_unlocks_is_not_overwritten_by_an_older_renewal(setting: Setting) -> None:
    setting.clock.advance(541)
    renewal = asyncio.create_task(setting.tokens.token_for(setting.grant))
    while not setting.identity.renewals:
        await asyncio.sleep(0)
    setting.sessions.lock(setting.session)
    fresh = replace(
        setting.session, sid="fresh", upstream_access_token="fresh", upstream_refresh_token="refresh-fresh",
        upstream_expires_at=setting.clock.now() + timedelta(seconds=600), cookie_sha256="d",
    )  # fmt: skip
    setting.sessions.start(fresh)
    setting.sessions.unlock(setting.session, fresh)
    assert await renewal == "fresh"
    assert setting.session.upstream_refresh_token == "refresh-fresh"
    assert setting.identity.renewals == 1


async def test_a_rejected_token_is_renewed_for_an_app_whose_user_has_gone(setting: Setting) -> None:
    setting.grant.scopes = ("offline_access",)
    setting.sessions.end_session("s")
    assert setting.sessions.session("s") is None
    assert await setting.tokens.renewed_for(setting.grant, "upstream-0") == "upstream-1"


async def test_a_rejected_token_of_the_gateway_itself_is_replaced_once(setting: Setting) -> None:
    backend = replace(setting.grant, grant_id="b", sid=None)
    assert await setting.tokens.token_for(backend) == "own-1"
    assert await setting.tokens.renewed_for(backend, "own-1") == "own-2"
    assert await setting.tokens.renewed_for(backend, "own-1") == "own-2"
    assert await setting.tokens.token_for(backend) == "own-2"
