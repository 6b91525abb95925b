"""What the FHIR server accepts as a bearer token (RFC 9068)."""

from __future__ import annotations

import pytest
from joserfc import jwt

from launcher.sandbox.identity import AccessRefused, UpstreamTokenCheck
from tests.fakes.tampering import tampered
from tests.launcher.identity.conftest import SIGNING_KEY, Provider
from tests.launcher.identity.support import AUDIENCE, OTHER_KEY, Browser, claims_of, header_of, unsigned


@pytest.fixture
def check(provider: Provider) -> UpstreamTokenCheck:
    return UpstreamTokenCheck(provider.public_jwks, provider.issuer, AUDIENCE, provider.clock)


def test_access_token_is_accepted_until_it_expires(
    provider: Provider, browser: Browser, check: UpstreamTokenCheck
) -> None:
    header = "Bearer " + provider.tokens(browser)["access_token"]
    assert check.verify(header)["sub"] == "siri"
    provider.clock.advance(601)
    with pytest.raises(AccessRefused, match="expired"):
        check.verify(header)


def test_everything_else_is_refused(provider: Provider, browser: Browser, check: UpstreamTokenCheck) -> None:
    tokens = provider.tokens(browser)
    access = tokens["access_token"]
    forged = jwt.encode(
        {**header_of(access), "alg": "RS256"}, claims_of(access), OTHER_KEY, algorithms=["RS256"]
    )
    refused = [
        None, "", "Bearer", "Bearer ", "Basic " + access, "Bearer x", "Bearer " + tokens["id_token"],
        "Bearer " + forged, "Bearer " + unsigned(claims_of(access), {"typ": "at+jwt"}), "Bearer " + tampered(access),
    ]  # fmt: skip
    for header in refused:
        with pytest.raises(AccessRefused) as caught:
            check.verify(header)
        assert caught.value.www_authenticate.startswith("Bearer")
        assert access not in str(caught.value)


def test_other_token_of_the_provider_is_no_access_token(
    provider: Provider, browser: Browser, check: UpstreamTokenCheck
) -> None:
    """Same key, issuer and audience, but not made as an access token (RFC 9068 section 4)."""
    claims = claims_of(provider.tokens(browser)["access_token"])
    with pytest.raises(AccessRefused, match="no access token"):
        check.verify("Bearer " + SIGNING_KEY.sign(claims, "JWT"))
    check.verify("Bearer " + SIGNING_KEY.sign(claims, "at+jwt"))


def test_token_for_another_server_or_issuer_is_refused(provider: Provider, browser: Browser) -> None:
    header = "Bearer " + provider.tokens(browser)["access_token"]
    elsewhere = UpstreamTokenCheck(provider.public_jwks, provider.issuer, AUDIENCE + "2", provider.clock)
    stranger = UpstreamTokenCheck(
        lambda: provider.public_jwks, "http://localhost:1", AUDIENCE, provider.clock
    )
    for check in (elsewhere, stranger):
        with pytest.raises(AccessRefused, match="another server"):
            check.verify(header)
