"""How clients prove who they are, and backend services (SAL-54 to SAL-60, SAL-63, SAL-64, NAV-04)."""

from __future__ import annotations

import hmac
import json
from typing import Any

from joserfc.jwk import RSAKey

from tests.conformance.asking import ASSERTION_TYPE, base64url, signed
from tests.conformance.steps import code_of, refused
from tests.conformance.table import Rows, Target

ROWS = Rows()


def present(target: Target, assertion: str, role: str = "signed") -> int:
    """The status of a token request whose client proves itself so; 400 when only the code was wrong."""
    proven = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}
    answer = target.token({**target.code_form(role, "unknown"), **proven})
    assert answer.json()["error"] in ("invalid_client", "invalid_grant"), answer.text
    return 401 if answer.json()["error"] == "invalid_client" else 400


@ROWS.row("SAL-54", "SHALL", mutant="keys-by-value-ignored")
def keys_by_value(target: Target) -> None:
    """A client registered with its keys authenticates with each of them."""
    keys = target.client("signed").keys
    assert {key["kty"] for key in keys} == {"RSA", "EC"}
    for key in keys:
        assert present(target, signed(target.claims("signed"), key)) == 400


def by_address(target: Target) -> int:
    """The status of a backend service whose keys stand at an address."""
    scope = "system/Patient.rs"
    return target.token_for("remote", grant_type="client_credentials", scope=scope).status_code


@ROWS.row("SAL-54", "SHALL", mutant="keys-by-address-ignored")
def keys_by_address(target: Target) -> None:
    """A client registered with the address of its keys authenticates."""
    assert by_address(target) == 200


@ROWS.row("SAL-58", "SHALL NOT", mutant="keys-kept")
def keys_are_fetched_anew(target: Target) -> None:
    """A key set is kept as long as its Cache-Control says, and no longer."""
    vendor = target.vendor
    target.clock.advance(120)
    before = vendor.count("/keys")
    assert (by_address(target), by_address(target)) == (200, 200)
    assert vendor.count("/keys") == before + 1
    target.clock.advance(61)
    assert by_address(target) == 200
    assert vendor.count("/keys") == before + 2
    assert "application/json" in vendor.asked[-1][1]["accept"]


@ROWS.row("SAL-55", "SHALL", mutant="assertion-claims-unchecked")
def assertion_claims(target: Target) -> None:
    """Each claim of an assertion counts: issuer, subject, audience, expiry within five minutes, jti."""
    now, key = int(target.clock.now()), target.client("signed").keys[0]
    for wrong in (
        {"iss": target.client("app").client_id},
        {"sub": target.client("app").client_id},
        {"aud": "https://elsewhere.example/token"},
        {"aud": None},
        {"exp": now - 60},
        {"exp": now + 900},
        {"exp": None},
        {"jti": None},
    ):
        assert present(target, signed(target.claims("signed", **wrong), key)) == 401, wrong
    for header in ({"typ": "at+jwt"}, {"jku": "https://evil.example/keys"}, {"kid": "other"}):
        assert present(target, signed(target.claims("signed"), key, **header)) == 401, header


@ROWS.row("SAL-56", "SHALL", mutant="assertions-reusable")
def assertion_once(target: Target) -> None:
    """An assertion is used once; another client may use the same jti."""
    claims = target.claims("signed")
    assertion = signed(claims, target.client("signed").keys[0])
    assert present(target, assertion) == 400
    assert present(target, assertion) == 401
    assert present(target, signed(claims, target.client("signed").keys[1])) == 401
    if target.client("offline").keys:
        another = target.claims("offline", jti=claims["jti"])
        assertion = signed(another, target.client("offline").keys[0])
        assert present(target, assertion, "offline") == 400


@ROWS.row("SAL-57", "SHALL", mutant="signature-unchecked")
def assertion_key(target: Target) -> None:
    """Another key, the algorithm none, or a public key used as a secret are refused."""
    known = next(key for key in target.client("signed").keys if key["kty"] == "RSA")
    stranger = RSAKey.generate_key(2048, {"kid": known["kid"]}, private=True).as_dict(private=True)
    assert present(target, signed(target.claims("signed"), stranger)) == 401
    curve = next(key for key in target.client("signed").keys if key["kty"] == "EC")
    named = {**curve, "kid": known["kid"]}
    assert present(target, signed(target.claims("signed"), named)) == 401, "the kid of a key of another kind"
    for algorithm in ("HS256", "none"):
        head = base64url(json.dumps({"alg": algorithm, "kid": known["kid"], "typ": "JWT"}).encode())
        content = f"{head}.{base64url(json.dumps(target.claims('signed')).encode())}"
        secret = RSAKey.import_key(dict(known)).as_pem(private=False)
        signature = hmac.digest(secret, content.encode(), "sha256") if algorithm == "HS256" else b""
        assert present(target, f"{content}.{base64url(signature)}") == 401, algorithm


@ROWS.row("SAL-57", "SHALL", mutant="one-of-two-keys")
def two_keys_of_one_name(target: Target) -> None:
    """Two registered keys of the same kid and kind are no key: the assertion is refused, whichever comes first."""
    vendor = target.vendor
    stranger = RSAKey.generate_key(2048, private=False).as_dict(private=False)
    known = vendor.answers["/keys"]
    keys = json.loads(known[2])["keys"]
    own = next(key for key in keys if key["kty"] == "RSA")
    try:
        for pair in ([own, {**stranger, "kid": own["kid"]}], [{**stranger, "kid": own["kid"]}, own]):
            target.clock.advance(61)
            vendor.keys("/keys", pair, Cache_Control="max-age=60")
            assert by_address(target) == 401
    finally:
        vendor.answers["/keys"] = known
        target.clock.advance(61)
    assert by_address(target) == 200


@ROWS.row("SAL-59", "SHALL", mutant="secret-unchecked")
def secrets_by_basic(target: Target) -> None:
    """A secret comes by HTTP Basic; a wrong one is 401 with a challenge, one in the form is refused."""
    client = target.client("secret")
    code, _ = code_of(target, "secret")
    form = target.code_form("secret", code)
    wrong = target.token(form, (client.client_id, "wrong"))
    refused(wrong, 401, "invalid_client")
    assert "www-authenticate" in wrong.headers
    in_form = {"client_id": client.client_id, "client_secret": client.secret}
    refused(target.token({**form, **in_form}), 401, "invalid_client")
    answer = target.token(form, (client.client_id, client.secret))
    assert answer.status_code == 200, answer.text


@ROWS.row("NAV-04", "must", mutant="client-id-refused")
def secret_and_client_id(target: Target) -> None:
    """A client that sends its id beside the Basic header is served."""
    code, _ = code_of(target, "secret")
    client = target.client("secret")
    both = {**target.code_form("secret", code), "client_id": client.client_id}
    answer = target.token(both, (client.client_id, client.secret))
    assert answer.status_code == 200, answer.text


@ROWS.row("SAL-60", "SHALL", mutant="backend-for-everybody")
def public_client_has_no_credentials(target: Target) -> None:
    """A public client cannot use client_credentials."""
    scope = "system/Patient.rs"
    answer = target.token_for("app", grant_type="client_credentials", scope=scope)
    refused(answer, 400, "unauthorized_client")


def backend(target: Target, scope: str) -> Any:
    """A token request of a backend service."""
    return target.token_for("service", grant_type="client_credentials", scope=scope)


@ROWS.row("SAL-63", "SHALL", mutant="backend-long")
def backend_token(target: Target) -> None:
    """A backend service gets what was approved, for five minutes at most, and no refresh token."""
    tokens = backend(target, "system/Patient.rs system/Observation.rs").json()
    assert tokens["scope"] == "system/Patient.rs"
    assert tokens["expires_in"] <= 300
    assert "refresh_token" not in tokens
    assert backend(target, "system/Observation.rs").status_code == 400


@ROWS.row("SAL-64", "SHOULD", mutant="letters-ignored")
def backend_scope(target: Target) -> None:
    """What lies outside a backend service's scope fails at once."""
    token = backend(target, "system/Patient.rs").json()["access_token"]
    assert target.fhir("GET", f"/Patient?name={target.family_name}", token).status_code == 200
    assert target.fhir("GET", "/Observation", token).status_code == 403
    assert target.fhir("POST", "/Patient", token, {"resourceType": "Patient"}).status_code == 403
