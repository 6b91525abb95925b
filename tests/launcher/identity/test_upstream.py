"""The gateway's client against the sandbox's provider, over real sockets (HID-03 to HID-08, HID-17, HID-18)."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from launcher.upstream.identity import (
    ExpectedLogin,
    LoginMismatch,
    LoginRefused,
    RefreshRefused,
    RegistrationWrong,
    UpstreamIdentity,
    UpstreamIdentitySettings,
    UpstreamLogin,
)
from launcher.upstream.identity_model import is_safe_url
from tests.launcher.identity.conftest import Provider
from tests.launcher.identity.support import (
    CALLBACK,
    CLIENT_KEY,
    CURVE_KEY,
    GATEWAY,
    LOGGED_OUT,
    ORDINARY_CALLBACK,
    OTHER_KEY,
    VERIFIER,
    Browser,
    claims_of,
)


def identifier() -> str:
    return secrets.token_urlsafe(32)


def settings(provider: Provider, **changes: Any) -> UpstreamIdentitySettings:
    given: dict[str, Any] = {
        "issuer": provider.issuer,
        "client_id": GATEWAY,
        "private_jwk": CLIENT_KEY.as_dict(private=True),
        **changes,
    }
    return UpstreamIdentitySettings(**given)


EXPECTED = ExpectedLogin("state-1", "nonce-1", VERIFIER, CALLBACK)


@pytest.fixture
async def upstream(provider: Provider) -> AsyncIterator[UpstreamIdentity]:
    identity = UpstreamIdentity(settings(provider), provider.clock, identifier)
    yield identity
    await identity.close()


async def begin(upstream: UpstreamIdentity, **changes: Any) -> str:
    given = {
        "state": EXPECTED.state, "nonce": EXPECTED.nonce, "verifier": VERIFIER, "redirect_uri": CALLBACK, **changes,
    }  # fmt: skip
    return await upstream.begin(**given)


async def login(upstream: UpstreamIdentity, browser: Browser, username: str = "siri") -> UpstreamLogin:
    answer = browser.sign_in(await begin(upstream), username).query
    return await upstream.complete(answer, EXPECTED)


async def test_browser_sees_client_id_and_request_uri_only(upstream: UpstreamIdentity) -> None:
    url = await begin(upstream, login_hint="siri")
    assert {name for name, _ in parse_qsl(urlsplit(url).query)} == {"client_id", "request_uri"}


async def test_login_gives_the_users_facts(
    provider: Provider, upstream: UpstreamIdentity, browser: Browser
) -> None:
    done = await login(upstream, browser)
    assert (done.sub, done.issuer) == ("siri", provider.issuer)
    assert done.claims["name"] == "Siri Nordli"
    assert done.claims["helseid://claims/hpr/hpr_number"] == "9144900"
    assert done.claims["helseid://claims/identity/security_level"] == "4"
    left = done.expires_at - provider.clock.now()
    assert timedelta(seconds=590) < left <= timedelta(seconds=600)
    assert done.refresh_token
    assert claims_of(done.access_token)["sub"] == "siri"
    for secret in (done.access_token, done.refresh_token, done.id_token or "?"):
        assert secret not in repr(done)


async def test_user_without_hpr_number_signs_in(upstream: UpstreamIdentity, browser: Browser) -> None:
    done = await login(upstream, browser, "kari")
    assert done.claims["name"] == "Kari Lund"
    assert "helseid://claims/hpr/hpr_number" not in done.claims


async def test_refresh_through_a_shift(
    provider: Provider, upstream: UpstreamIdentity, browser: Browser
) -> None:
    done = await login(upstream, browser)
    for _ in range(20):
        provider.clock.advance(1800)
        renewed = await upstream.refresh(done)
        assert renewed.refresh_token != done.refresh_token
        assert renewed.access_token != done.access_token
        assert renewed.expires_at > done.expires_at
        assert renewed.claims["name"] == "Siri Nordli"
        assert renewed.sub == "siri"
        done = renewed


async def test_refresh_after_logout_asks_for_a_new_login(
    upstream: UpstreamIdentity, browser: Browser
) -> None:
    done = await login(upstream, browser)
    url = await upstream.end_session_url(done.id_token, LOGGED_OUT, "bye")
    assert url is not None
    out = browser.open(url)
    assert out.url == LOGGED_OUT + "?state=bye"
    with pytest.raises(RefreshRefused):
        await upstream.refresh(done)
    done.refresh_token = None
    with pytest.raises(RefreshRefused):
        await upstream.refresh(done)


async def test_single_sign_on_and_prompt_none(upstream: UpstreamIdentity, browser: Browser) -> None:
    answer = browser.open(await begin(upstream, prompt="none")).query
    with pytest.raises(LoginRefused) as caught:
        await upstream.complete(answer, EXPECTED)
    assert caught.value.code == "login_required"
    assert caught.value.text_key == "identity.login-refused"
    await login(upstream, browser)
    silent = browser.open(await begin(upstream, prompt="none")).query
    assert (await upstream.complete(silent, EXPECTED)).sub == "siri"


async def test_unlock_wants_a_fresh_password_of_the_same_user(
    provider: Provider, upstream: UpstreamIdentity, browser: Browser
) -> None:
    await login(upstream, browser)
    provider.clock.advance(600)
    asked = provider.clock.now()
    unlock = ExpectedLogin("state-1", "nonce-1", VERIFIER, CALLBACK, authenticated_after=asked, sub="siri")
    stale = browser.open(await begin(upstream)).query
    with pytest.raises(LoginMismatch, match="again"):
        await upstream.complete(stale, unlock)
    other = Browser().sign_in(await begin(upstream, prompt="login"), "jonas").query
    with pytest.raises(LoginMismatch, match="another user"):
        await upstream.complete(other, unlock)
    fresh = browser.sign_in(await begin(upstream, prompt="login")).query
    assert (await upstream.complete(fresh, unlock)).sub == "siri"


async def test_code_cannot_be_used_twice(upstream: UpstreamIdentity, browser: Browser) -> None:
    answer = browser.sign_in(await begin(upstream)).query
    done = await upstream.complete(answer, EXPECTED)
    with pytest.raises(LoginMismatch):
        await upstream.complete(answer, EXPECTED)
    with pytest.raises(RefreshRefused):
        await upstream.refresh(done)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "other"},
        {"state": None},
        {"iss": "https://other.example"},
        {"iss": None},
        {"iss": "http://localhost:1"},
    ],
)
async def test_answer_of_another_login_or_provider_never_reaches_the_token_endpoint(
    upstream: UpstreamIdentity, browser: Browser, changes: dict[str, str | None]
) -> None:
    answer = browser.sign_in(await begin(upstream)).query
    mixed = {name: value for name, value in {**answer, **changes}.items() if value is not None}
    with pytest.raises(LoginMismatch):
        await upstream.complete(mixed, EXPECTED)
    assert (await upstream.complete(answer, EXPECTED)).sub == "siri"


async def test_error_of_a_mixed_up_provider_is_not_believed(upstream: UpstreamIdentity) -> None:
    with pytest.raises(LoginMismatch):
        await upstream.complete({"error": "access_denied", "state": "state-1", "iss": "https://x"}, EXPECTED)


async def test_repeated_parameter_is_refused(provider: Provider, upstream: UpstreamIdentity) -> None:
    from starlette.datastructures import QueryParams

    query = QueryParams([("state", "state-1"), ("iss", provider.issuer), ("code", "a"), ("code", "b")])
    with pytest.raises(LoginMismatch, match="repeats"):
        await upstream.complete(query, EXPECTED)


async def test_wrong_nonce_and_verifier(upstream: UpstreamIdentity, browser: Browser) -> None:
    answer = browser.sign_in(await begin(upstream)).query
    with pytest.raises(LoginMismatch):
        await upstream.complete(answer, ExpectedLogin("state-1", "other", VERIFIER, CALLBACK))
    answer = browser.sign_in(await begin(upstream, prompt="login")).query
    with pytest.raises(LoginMismatch):
        await upstream.complete(answer, ExpectedLogin("state-1", "nonce-1", "w" * 43, CALLBACK))


async def test_registration_that_is_wrong_is_our_fault(provider: Provider) -> None:
    wrong_key = {**OTHER_KEY.as_dict(private=True), "kid": "gateway-1"}
    no_common = {**CLIENT_KEY.as_dict(private=True), "alg": "RS256"}
    for changes in ({"private_jwk": wrong_key}, {"private_jwk": no_common}, {"client_id": "nobody"}):
        identity = UpstreamIdentity(settings(provider, **changes), provider.clock, identifier)
        with pytest.raises(RegistrationWrong) as caught:
            await begin(identity)
        assert caught.value.fault == "ours"
        await identity.close()
    identity = UpstreamIdentity(settings(provider), provider.clock, identifier)
    with pytest.raises(RegistrationWrong):
        await begin(identity, redirect_uri="http://127.0.0.1:1/other")
    await identity.close()


async def test_other_ways_to_authenticate(provider: Provider, browser: Browser) -> None:
    ways: list[dict[str, Any]] = [
        {"private_jwk": CURVE_KEY.as_dict(private=True)},
        {"client_id": "ordinary", "method": "none", "private_jwk": None},
        {
            "client_id": "with-secret",
            "method": "client_secret_basic",
            "client_secret": "open:sesame and more",
        },
    ]
    for changes in ways:
        uri = CALLBACK if "client_id" not in changes else ORDINARY_CALLBACK
        identity = UpstreamIdentity(settings(provider, **changes), provider.clock, identifier)
        answer = browser.sign_in(await begin(identity, redirect_uri=uri, prompt="login")).query
        done = await identity.complete(answer, ExpectedLogin("state-1", "nonce-1", VERIFIER, uri))
        assert done.sub == "siri"
        assert (await identity.refresh(done)).sub == "siri"
        await identity.close()


def test_settings_that_contradict_themselves() -> None:
    for changes in (
        {"issuer": "http://sts.example"},
        {"private_jwk": None},
        {"method": "client_secret_basic"},
    ):
        given: dict[str, Any] = {
            "issuer": "https://sts.example", "client_id": "x", "private_jwk": CLIENT_KEY.as_dict(private=True), **changes,
        }  # fmt: skip
        with pytest.raises(ValueError):
            UpstreamIdentitySettings(**given)


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://sts.example/x", True),
        ("http://localhost:9", True),
        ("http://127.0.0.1:9/a", True),
        ("http://[::1]:9", True),
        ("http://localhost.evil.example", False),
        ("http://sts.example", False),
        ("https://user@sts.example", False),
        ("https://sts.example/#x", False),
        ("ftp://localhost", False),
        ("https://", False),
        ("http://[", False),
        (None, False),
    ],
)
def test_urls_that_may_be_called(url: object, safe: bool) -> None:
    assert is_safe_url(url) is safe
