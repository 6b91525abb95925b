"""Redirect URIs, proof keys, single use: the small rules (SAL-16, SAL-22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.oauth.model import RegisteredClient
from launcher.oauth.proof_key import challenge_is_well_formed, s256, verifier_matches
from launcher.oauth.redirects import redirect_is_registered
from launcher.oauth.single_use import SingleUse

CLIENT = RegisteredClient("app", "App", "Prøve AS", ("https://app.example/cb",), None, "openid")
SHELL = replace(CLIENT, redirect_uris=("http://127.0.0.1/callback",), first_party=True)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_redirect_uris_are_exact() -> None:
    assert redirect_is_registered(CLIENT, "https://app.example/cb")
    for uri in (
        "https://app.example/cb/",
        "https://app.example/cb?x",
        "https://app.example:443/cb",
        "https://APP.example/cb",
        "http://app.example/cb",
        "",
    ):
        assert not redirect_is_registered(CLIENT, uri)


@given(st.integers(1, 65535))
def test_loopback_ports_are_free_for_the_first_party_only(port: int) -> None:
    uri = f"http://127.0.0.1:{port}/callback"
    assert redirect_is_registered(SHELL, uri)
    assert not redirect_is_registered(replace(SHELL, first_party=False), uri)


@pytest.mark.parametrize(
    "uri",
    [
        "http://127.0.0.1:80/callback/",
        "http://127.0.0.1:80/callback?",
        "http://127.0.0.1:80/callback#",
        "http://127.0.0.1:080/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1.evil.example:80/callback",
        "http://x@127.0.0.1:80/callback",
        "http://[::1]:80/callback",
        "https://127.0.0.1:80/callback",
        "http://127.1:80/callback",
        "http://[",
    ],
)
def test_nothing_else_of_a_loopback_uri_may_differ(uri: str) -> None:
    assert not redirect_is_registered(SHELL, uri)


def test_s256_of_the_rfc() -> None:
    """The example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert s256(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert verifier_matches(verifier, s256(verifier))
    assert challenge_is_well_formed(s256(verifier))


@pytest.mark.parametrize("verifier", [None, "", "short", "x" * 129, "x" * 42 + "+", "æ" * 50])
def test_malformed_verifiers_never_match(verifier: str | None) -> None:
    assert not verifier_matches(verifier, s256("x" * 43))


def test_single_use() -> None:
    kept: SingleUse[int] = SingleUse(2)
    kept.put("a", 1, NOON, MINUTE)
    assert kept.take("a", NOON) == 1
    assert kept.take("a", NOON) is None
    kept.put("b", 2, NOON, MINUTE)
    assert kept.take("b", NOON + MINUTE) is None
    assert kept.take("b", NOON) is None


def test_single_use_is_bounded_and_swept() -> None:
    kept: SingleUse[int] = SingleUse(2)
    for number, key in enumerate("abc"):
        kept.put(key, number, NOON, MINUTE)
    assert (len(kept), kept.take("a", NOON), kept.take("c", NOON)) == (2, None, 2)
    kept.put("d", 4, NOON + 2 * MINUTE, MINUTE)
    assert len(kept) == 1
