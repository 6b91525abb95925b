"""The gateway's client against a provider that lies, stalls and floods."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from launcher.upstream.identity import (
    ExpectedLogin,
    IdentityLimits,
    LoginMismatch,
    ProviderMisbehaved,
    ProviderUnavailable,
    RefreshRefused,
    RegistrationWrong,
    UpstreamIdentity,
    UpstreamIdentitySettings,
    UpstreamLogin,
)
from launcher.upstream.identity_tokens import access_token_hash
from tests.fakes.misbehaving_provider import MisbehavingProvider
from tests.launcher.identity.support import (
    OTHER_KEY,
    VERIFIER,
    ShiftedClock,
    Stage,
    listener,
    signed_with_secret,
    unsigned,
)

CLIENT = "gateway"
CALLBACK = "http://127.0.0.1:4712/oauth/callback"
EXPECTED = ExpectedLogin("s", "n", VERIFIER, CALLBACK)
LIMITS = IdentityLimits(body_bytes=64 * 1024)
IMPATIENT = IdentityLimits(whole_seconds=0.3)


@dataclass
class Rig:
    provider: MisbehavingProvider
    upstream: UpstreamIdentity
    clock: ShiftedClock

    async def complete(self, **changes: Any) -> UpstreamLogin:
        query = {"state": "s", "iss": self.provider.issuer, "code": "c", **changes}
        return await self.upstream.complete(query, EXPECTED)


@pytest.fixture
async def rig(stage: tuple[int, Stage]) -> AsyncIterator[Rig]:
    port, served = stage
    issuer = f"http://localhost:{port}"
    provider = MisbehavingProvider(issuer, CLIENT)
    served.app = provider
    clock = ShiftedClock()
    settings = UpstreamIdentitySettings(issuer, CLIENT, method="none", limits=LIMITS)
    upstream = UpstreamIdentity(settings, clock, lambda: "id")
    yield Rig(provider, upstream, clock)
    await upstream.close()


async def test_good_answer_is_accepted(rig: Rig) -> None:
    done = await rig.complete()
    assert done.sub == "siri"
    assert done.claims["name"] == "Siri Nordli"
    assert rig.provider.forms[-1]["code_verifier"] == VERIFIER


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": None},
        {"aud": [CLIENT, "another-client"]},
        {"azp": "another-client"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": True},
        {"iat": int(time.time()) + 3600},
        {"iat": int(time.time()) - 3600},
        {"iat": None},
        {"nbf": int(time.time()) + 3600},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=lambda claims: str(sorted(claims)),  # no times in names: each process must find the same tests
)
async def test_id_token_that_does_not_fit_is_refused(rig: Rig, claims: dict[str, Any]) -> None:
    rig.provider.claims = claims
    with pytest.raises(ProviderMisbehaved):
        await rig.complete()


@pytest.mark.parametrize("nonce", [None, "other", 7])
async def test_nonce_of_another_login_is_refused(rig: Rig, nonce: Any) -> None:
    rig.provider.claims = {"nonce": nonce}
    with pytest.raises(LoginMismatch):
        await rig.complete()


async def test_several_audiences_need_azp_and_at_hash_is_checked(rig: Rig) -> None:
    rig.provider.claims = {
        "aud": [CLIENT, "api"],
        "azp": CLIENT,
        "at_hash": access_token_hash("access", "RS256"),
    }
    assert (await rig.complete()).sub == "siri"


def _with_none(provider: MisbehavingProvider) -> Callable[[dict[str, Any]], Any]:
    return lambda claims: unsigned(claims, {"kid": "k1"})


def _with_public_key(provider: MisbehavingProvider) -> Callable[[dict[str, Any]], Any]:
    return lambda claims: signed_with_secret(claims, provider.key.as_pem(private=False), {"kid": "k1"})


def _with_other_key(provider: MisbehavingProvider) -> Callable[[dict[str, Any]], Any]:
    return lambda claims: jwt.encode({"alg": "RS256", "kid": "k1"}, claims, OTHER_KEY, algorithms=["RS256"])


def _embedded_key(provider: MisbehavingProvider) -> Callable[[dict[str, Any]], Any]:
    header = {"alg": "RS256", "jwk": OTHER_KEY.as_dict(private=False), "kid": "other-1"}
    return lambda claims: jwt.encode(header, claims, OTHER_KEY, algorithms=["RS256"])


def _unoffered(provider: MisbehavingProvider) -> Callable[[dict[str, Any]], Any]:
    return lambda claims: jwt.encode(
        {"alg": "RS512", "kid": "k1"}, claims, provider.key, algorithms=["RS512"]
    )


@pytest.mark.parametrize("forge", [_with_none, _with_public_key, _with_other_key, _embedded_key, _unoffered])
async def test_forged_signature_is_refused(
    rig: Rig, forge: Callable[[MisbehavingProvider], Callable[[dict[str, Any]], Any]]
) -> None:
    rig.provider.make_id_token = forge(rig.provider)
    with pytest.raises(ProviderMisbehaved):
        await rig.complete()


@pytest.mark.parametrize("value", [None, 7, "x", "a.b.c", "." * 20_000, ["x"]])
async def test_id_token_that_is_none_is_refused(rig: Rig, value: Any) -> None:
    rig.provider.make_id_token = lambda claims: value
    with pytest.raises(ProviderMisbehaved):
        await rig.complete()


async def test_other_algorithms_that_the_provider_offers_work(rig: Rig) -> None:
    rig.provider.algorithm = "PS256"
    assert (await rig.complete()).sub == "siri"
    rig.provider.key = ECKey.generate_key("P-256", {"kid": "e1"}, private=True)
    rig.provider.published.append(rig.provider.key)
    rig.provider.algorithm = "ES256"
    rig.clock.advance(31)
    assert (await rig.complete()).sub == "siri"


async def test_unknown_key_is_fetched_again_but_not_for_every_token(rig: Rig) -> None:
    await rig.complete()
    assert rig.provider.calls["/k"] == 1
    rig.provider.key = RSAKey.generate_key(2048, {"kid": "k2"}, private=True)
    rig.provider.published = [rig.provider.key]
    for _ in range(3):
        with pytest.raises(ProviderMisbehaved):
            await rig.complete()
    assert rig.provider.calls["/k"] == 1
    rig.clock.advance(31)
    assert (await rig.complete()).sub == "siri"
    assert rig.provider.calls["/k"] == 2


async def test_keys_are_kept_no_longer_than_their_max_age(rig: Rig) -> None:
    rig.provider.headers["/k"] = {"Cache-Control": "max-age=60"}
    await rig.complete()
    rig.clock.advance(61)
    await rig.complete()
    assert rig.provider.calls["/k"] == 2


async def test_metadata_is_asked_once_a_day(rig: Rig) -> None:
    for _ in range(5):
        await rig.upstream.begin("s", "n", VERIFIER, CALLBACK)
    assert rig.provider.calls["/metadata"] == 1
    rig.clock.advance(24 * 3600 + 1)
    await rig.upstream.begin("s", "n", VERIFIER, CALLBACK)
    assert rig.provider.calls["/metadata"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": "http://sts.example/t"},
        {"token_endpoint": None},
        {"jwks_uri": 7},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"end_session_endpoint": "http://evil.example/"},
    ],
)
async def test_metadata_that_cannot_be_trusted_is_refused(rig: Rig, changes: dict[str, Any]) -> None:
    rig.provider.changes["/metadata"] = changes
    with pytest.raises(ProviderMisbehaved):
        await rig.upstream.begin("s", "n", VERIFIER, CALLBACK)
    del rig.provider.changes["/metadata"]
    assert await rig.upstream.begin("s", "n", VERIFIER, CALLBACK)


@pytest.mark.parametrize("how", ["silent", "dripping"])
@pytest.mark.parametrize("path", ["/metadata", "/t", "/k", "/u"])
async def test_slow_provider_ends_in_time(rig: Rig, path: str, how: str) -> None:
    """Silence, and a byte now and then: both are bounded by the whole time."""
    setattr(rig.provider, how, {path})
    settings = UpstreamIdentitySettings(rig.provider.issuer, CLIENT, method="none", limits=IMPATIENT)
    rig.upstream = UpstreamIdentity(settings, rig.clock, lambda: "id")
    before = time.monotonic()
    with pytest.raises(ProviderUnavailable) as caught:
        await rig.complete()
    await rig.upstream.close()
    assert time.monotonic() - before < 5
    assert caught.value.text_key == "identity.unavailable"


@pytest.mark.parametrize("path", ["/metadata", "/t", "/k", "/u"])
async def test_flood_is_cut_off(rig: Rig, path: str) -> None:
    """The flood has no end: whoever waits for it gets a timeout instead."""
    rig.provider.huge = {path}
    with pytest.raises(ProviderMisbehaved, match="too large"):
        await rig.complete()


@pytest.mark.parametrize("path", ["/metadata", "/t", "/k", "/u"])
async def test_redirect_is_not_followed(rig: Rig, path: str) -> None:
    rig.provider.redirecting = {path}
    with pytest.raises(ProviderMisbehaved, match="redirect"):
        await rig.complete()
    assert rig.provider.calls["/elsewhere"] == 0


@pytest.mark.parametrize("path", ["/metadata", "/t", "/k"])
async def test_answer_that_is_no_json(rig: Rig, path: str) -> None:
    rig.provider.broken = {path}
    with pytest.raises(ProviderMisbehaved):
        await rig.complete()


async def test_loopback_names_are_not_looked_up(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """``localhost`` may mean ``[::1]``, and whoever holds that port would be the provider."""

    asked: list[object] = []
    look_up = socket.getaddrinfo

    def recording(host: object, *rest: Any, **named: Any) -> Any:
        asked.append(host)
        return look_up("127.0.0.1" if host in ("localhost", b"localhost") else host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", recording)
    assert (await rig.complete()).sub == "siri"
    assert not [host for host in asked if "localhost" in str(host)]
    assert rig.provider.hosts == {rig.provider.issuer.removeprefix("http://")}


async def test_nobody_listens() -> None:
    bound = listener()
    issuer = f"http://localhost:{bound.getsockname()[1]}"
    bound.close()
    settings = UpstreamIdentitySettings(issuer, CLIENT, method="none", limits=LIMITS)
    upstream = UpstreamIdentity(settings, ShiftedClock(), lambda: "id")
    with pytest.raises(ProviderUnavailable):
        await upstream.begin("s", "n", VERIFIER, CALLBACK)
    await upstream.close()


@pytest.mark.parametrize(
    ("status", "error", "wanted"),
    [
        (500, "server_error", ProviderUnavailable),
        (503, None, ProviderUnavailable),
        (429, None, ProviderUnavailable),
        (400, "temporarily_unavailable", ProviderUnavailable),
        (400, "invalid_grant", LoginMismatch),
        (401, "invalid_client", RegistrationWrong),
        (400, "made_up", ProviderMisbehaved),
        (404, None, ProviderMisbehaved),
    ],
)
async def test_errors_are_split_by_whose_fault(
    rig: Rig, status: int, error: str | None, wanted: type[Exception]
) -> None:
    rig.provider.status["/t"] = status
    rig.provider.changes["/t"] = {"error": error, "access_token": None}
    with pytest.raises(wanted):
        await rig.complete()


@pytest.mark.parametrize(
    "changes",
    [{"access_token": None}, {"access_token": 7}, {"token_type": "mac"}, {"refresh_token": 7}],
)
async def test_token_answer_that_is_incomplete(rig: Rig, changes: dict[str, Any]) -> None:
    rig.provider.changes["/t"] = changes
    with pytest.raises(ProviderMisbehaved):
        await rig.complete()


@pytest.mark.parametrize(("given", "seconds"), [(120, 120), ("120", 120), (None, 60), ("soon", 60), (-5, 60)])
async def test_expiry_is_taken_as_told_and_short_when_not(rig: Rig, given: Any, seconds: int) -> None:
    rig.provider.changes["/t"] = {"expires_in": given}
    done = await rig.complete()
    left = (done.expires_at - rig.clock.now()).total_seconds()
    assert seconds - 5 < left <= seconds


async def test_userinfo_of_another_user_is_refused_and_a_refusal_is_no_error(rig: Rig) -> None:
    rig.provider.changes["/u"] = {"sub": "jonas"}
    with pytest.raises(ProviderMisbehaved):
        await rig.complete()
    rig.provider.status["/u"] = 401
    assert (await rig.complete()).sub == "siri"


async def test_refresh_that_answers_for_another_user_is_refused(rig: Rig) -> None:
    done = await rig.complete()
    rig.provider.claims = {"sub": "jonas"}
    with pytest.raises(LoginMismatch):
        await rig.upstream.refresh(done)


async def test_refresh_without_rotation_keeps_the_token(rig: Rig) -> None:
    done = await rig.complete()
    rig.provider.changes["/t"] = {"refresh_token": None, "id_token": None}
    renewed = await rig.upstream.refresh(done)
    assert (renewed.refresh_token, renewed.id_token, renewed.sub) == ("refresh", done.id_token, "siri")
    rig.provider.status["/t"] = 400
    rig.provider.changes["/t"] = {"error": "invalid_grant"}
    with pytest.raises(RefreshRefused):
        await rig.upstream.refresh(done)
    rig.provider.status["/t"] = 503
    with pytest.raises(ProviderUnavailable):
        await rig.upstream.refresh(done)


async def test_error_code_cannot_write_into_a_log(rig: Rig) -> None:
    with pytest.raises(Exception, match="refused") as caught:
        await rig.complete(error="evil\nline\x1b[31m" + "x" * 500)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(str(caught.value)) < 120


async def test_pushed_request_without_reference(rig: Rig) -> None:
    rig.provider.changes["/metadata"] = {
        "pushed_authorization_request_endpoint": rig.provider.issuer + "/p",
        "end_session_endpoint": None,
    }
    url = await rig.upstream.begin("s", "n", VERIFIER, CALLBACK)
    assert url == f"{rig.provider.issuer}/a?client_id=gateway&request_uri=urn%3Apushed%3A1"
    assert await rig.upstream.end_session_url("x") is None
    rig.provider.changes["/p"] = {"request_uri": None}
    with pytest.raises(ProviderMisbehaved):
        await rig.upstream.begin("s", "n", VERIFIER, CALLBACK)


async def test_without_par_the_parameters_are_in_the_url(rig: Rig) -> None:
    url = await rig.upstream.begin("s", "n", VERIFIER, CALLBACK, prompt="login")
    assert url.startswith(rig.provider.issuer + "/a?")
    assert VERIFIER not in url
    assert "code_challenge_method=S256" in url
    assert "prompt=login" in url
