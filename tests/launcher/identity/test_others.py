"""Our two sides against programs that others wrote: npm ``oidc-provider`` upstream, npm ``openid-client`` downstream."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from launcher.sandbox.identity import UpstreamTokenCheck
from launcher.upstream.identity import (
    ExpectedLogin,
    LoginMismatch,
    LoginRefused,
    RefreshRefused,
    UpstreamIdentity,
    UpstreamIdentitySettings,
)
from launcher.upstream.identity_discovery import ProviderDirectory
from launcher.upstream.identity_http import ProviderCalls
from launcher.upstream.identity_model import IdentityLimits
from tests.fakes.node import install_node_project, run_node
from tests.fakes.oidc_provider_server import PROJECT, oidc_provider
from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import (
    AUDIENCE,
    CALLBACK,
    CLIENT_KEY,
    GATEWAY,
    LOGGED_OUT,
    ORDINARY,
    ORDINARY_CALLBACK,
    SECRETIVE,
    VERIFIER,
    Browser,
    ShiftedClock,
)

EXPECTED = ExpectedLogin("st", "no", VERIFIER, CALLBACK)
CLIENTS: list[dict[str, Any]] = [
    {
        "client_id": GATEWAY,
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [LOGGED_OUT],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "private_key_jwt",
        "require_pushed_authorization_requests": True,
        "jwks": {"keys": [CLIENT_KEY.as_dict(private=False)]},
    },
    {
        "client_id": "curve",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_basic",
        "client_secret": "open:sesame and more",
        "id_token_signed_response_alg": "ES256",
    },
    {
        "client_id": "public",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code"],
        "token_endpoint_auth_method": "none",
        "id_token_signed_response_alg": "PS256",
    },
]


@pytest.fixture(scope="module")
def foreign() -> Iterator[str]:
    with oidc_provider(CLIENTS, resource=AUDIENCE) as ready:
        yield ready["issuer"]


def settings(issuer: str, **changes: Any) -> UpstreamIdentitySettings:
    given: dict[str, Any] = {
        "issuer": issuer, "client_id": GATEWAY, "private_jwk": CLIENT_KEY.as_dict(private=True),
        "resource": AUDIENCE, **changes,
    }  # fmt: skip
    return UpstreamIdentitySettings(**given)


def connect(issuer: str, **changes: Any) -> UpstreamIdentity:
    return UpstreamIdentity(settings(issuer, **changes), ShiftedClock(), lambda: secrets.token_urlsafe(32))


@pytest.fixture
async def upstream(foreign: str) -> AsyncIterator[UpstreamIdentity]:
    identity = connect(foreign)
    yield identity
    await identity.close()


async def begin(upstream: UpstreamIdentity, **changes: Any) -> str:
    return await upstream.begin("st", "no", VERIFIER, CALLBACK, **changes)


async def test_login_refresh_logout_at_oidc_provider(
    foreign: str, upstream: UpstreamIdentity, browser: Browser
) -> None:
    url = await begin(upstream)
    assert {name for name, _ in parse_qsl(urlsplit(url).query)} == {"client_id", "request_uri"}
    done = await upstream.complete(browser.sign_in(url).query, EXPECTED)
    assert (done.sub, done.issuer) == ("siri", foreign)
    assert done.claims["name"] == "Siri Nordli"
    assert done.claims["helseid://claims/hpr/hpr_number"] == "9144900"
    calls, clock = ProviderCalls(IdentityLimits()), ShiftedClock()
    jwks_uri = (await ProviderDirectory(foreign, calls, clock, IdentityLimits()).metadata()).jwks_uri
    keys = (await calls.get(jwks_uri)).body
    await calls.close()
    check = UpstreamTokenCheck(keys or {}, foreign, AUDIENCE, clock)
    assert check.verify("Bearer " + done.access_token)["helseid://claims/hpr/hpr_number"] == "9144900"

    renewed = await upstream.refresh(done)
    assert renewed.access_token != done.access_token
    assert renewed.refresh_token != done.refresh_token
    check.verify("Bearer " + renewed.access_token)

    out = await upstream.end_session_url(renewed.id_token, LOGGED_OUT, "bye")
    assert out is not None
    left = browser.submit(browser.open(out))
    assert left.url == LOGGED_OUT + "?state=bye"
    silent = browser.open(await begin(upstream, prompt="none")).query
    with pytest.raises(LoginRefused):
        await upstream.complete(silent, EXPECTED)


async def test_single_sign_on_and_used_refresh_token(upstream: UpstreamIdentity, browser: Browser) -> None:
    first = await upstream.complete(browser.sign_in(await begin(upstream), "jonas").query, EXPECTED)
    silent = await upstream.complete(browser.open(await begin(upstream, prompt="none")).query, EXPECTED)
    assert silent.sub == first.sub == "jonas"
    await upstream.refresh(first)
    with pytest.raises(RefreshRefused):
        await upstream.refresh(first)


async def test_prompt_login_asks_again(upstream: UpstreamIdentity, browser: Browser) -> None:
    await upstream.complete(browser.sign_in(await begin(upstream)).query, EXPECTED)
    answer = browser.sign_in(await begin(upstream, prompt="login")).query
    clock = ShiftedClock()
    clock.advance(-60)
    again = ExpectedLogin("st", "no", VERIFIER, CALLBACK, authenticated_after=clock.now(), sub="siri")
    assert (await upstream.complete(answer, again)).sub == "siri"


async def test_wrong_password_and_administrator(upstream: UpstreamIdentity, browser: Browser) -> None:
    url = await begin(upstream)
    page = browser.submit(browser.open(url), username="kari", password="feil")
    assert page.status == 403
    done = await upstream.complete(browser.submit(page, username="kari", password="vaktrom").query, EXPECTED)
    assert "helseid://claims/hpr/hpr_number" not in done.claims


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "curve", "method": "client_secret_basic", "client_secret": "open:sesame and more"},
        {"client_id": "public", "method": "none"},
    ],
    ids=["ES256 and Basic", "PS256 and public"],
)
async def test_other_algorithms_and_methods(foreign: str, browser: Browser, changes: dict[str, Any]) -> None:
    identity = connect(foreign, **changes)
    answer = browser.sign_in(await begin(identity)).query
    done = await identity.complete(answer, EXPECTED)
    assert done.sub == "siri"
    with pytest.raises(LoginMismatch):
        await identity.complete(answer, EXPECTED)
    await identity.close()


async def test_thin_id_token_is_completed_from_userinfo(browser: Browser) -> None:
    with oidc_provider(CLIENTS, thin_id_tokens=True) as ready:
        identity = connect(ready["issuer"], resource=None)
        done = await identity.complete(browser.sign_in(await begin(identity)).query, EXPECTED)
        await identity.close()
    assert done.claims["name"] == "Siri Nordli"
    assert done.claims["helseid://claims/hpr/hpr_number"] == "9144900"


@pytest.mark.parametrize(
    ("client_id", "method", "redirect_uri", "after"),
    [
        (GATEWAY, "private_key_jwt", CALLBACK, LOGGED_OUT),
        (ORDINARY, "none", ORDINARY_CALLBACK, ORDINARY_CALLBACK),
        (SECRETIVE, "client_secret_basic", ORDINARY_CALLBACK, LOGGED_OUT),
    ],
)
def test_sandbox_serves_openid_client(
    provider: Provider, client_id: str, method: str, redirect_uri: str, after: str
) -> None:
    wanted = {
        "issuer": provider.issuer,
        "client_id": client_id,
        "method": method,
        "private_jwk": CLIENT_KEY.as_dict(private=True),
        "client_secret": "open:sesame and more",
        "redirect_uri": redirect_uri,
        "post_logout_redirect_uri": after,
        "username": "helge",
        "password": "vaktrom",
        "scope": "openid profile offline_access helseid://scopes/hpr/hpr_number",
        "par": method == "private_key_jwt",
    }
    got = run_node(install_node_project(PROJECT), "client.mjs", wanted)
    assert got["claims"]["name"] == "Helge Solberg"
    assert got["claims"]["helseid://claims/hpr/hpr_number"] == "9144902"
    assert got["userinfo"]["sub"] == "helge"
    assert got["rotated"]
    assert got["refreshed_sub"] == "helge"
    assert got["logged_out_at"] == after + "?state=out"
    assert got["refresh_after_logout"] == "invalid_grant"
    if wanted["par"]:
        assert got["authorize_parameters"] == ["client_id", "request_uri"]


def test_lock_file_holds_hashes_and_no_download_addresses() -> None:
    packages = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = [package for name, package in packages.items() if name]
    assert all("integrity" in package and "resolved" not in package for package in installed)
