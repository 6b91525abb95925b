"""How clients prove who they are, and backend services (SAL-54 to SAL-60, SAL-63, SAL-64, NAV-04)."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from typing import Any

from joserfc import jwt

from tests.conformance.rows_token import code_of, form
from tests.conformance.steps import bearer, refused
from tests.conformance.table import Rows, Target
from tests.fakes.gateway import APP_CURVE_KEY, APP_KEY, APP_SECRET

ROWS = Rows()
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def claims(target: Target, client_id: str = "signert", **changes: Any) -> dict[str, Any]:
    """Claims of a good assertion."""
    now = int(target.clock.now().timestamp())
    good = {
        "iss": client_id,
        "sub": client_id,
        "aud": f"{target.base_url}/oauth/token",
        "exp": now + 240,
        "jti": secrets.token_hex(16),
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(given: dict[str, Any], key: Any = APP_KEY, algorithm: str = "RS384", **header: Any) -> str:
    """An assertion."""
    head = {"alg": algorithm, "kid": key.kid, "typ": "JWT", **header}
    return jwt.encode(head, given, key, algorithms=[algorithm])


def base64url(content: bytes) -> str:
    """Base64 for a URL, without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def present(target: Target, assertion: str) -> int:
    """The status of a token request whose client proves itself so; 400 when only the code was wrong."""
    answer = target.token(
        grant_type="authorization_code",
        code="unknown",
        redirect_uri=target.authorize_redirect("signert"),
        code_verifier="v" * 43,
        client_assertion_type=ASSERTION_TYPE,
        client_assertion=assertion,
    )
    assert answer.json()["error"] in ("invalid_client", "invalid_grant"), answer.text
    return 401 if answer.json()["error"] == "invalid_client" else 400


@ROWS.row("SAL-54", "SHALL", mutant="keys-by-value-ignored")
def keys_by_value(target: Target) -> None:
    """A client registered with its keys authenticates with each of them."""
    assert present(target, signed(claims(target))) == 400
    assert present(target, signed(claims(target), APP_CURVE_KEY, "ES384")) == 400


def by_address(target: Target) -> int:
    """The status of a backend service whose keys stand at an address."""
    assertion = signed(claims(target, "fjern"))
    return target.token(
        grant_type="client_credentials",
        scope="system/Patient.rs",
        client_assertion_type=ASSERTION_TYPE,
        client_assertion=assertion,
    ).status_code


@ROWS.row("SAL-54", "SHALL", mutant="keys-by-address-ignored")
def keys_by_address(target: Target) -> None:
    """A client registered with the address of its keys authenticates."""
    assert by_address(target) == 200


@ROWS.row("SAL-58", "SHALL NOT", mutant="keys-kept")
def keys_are_fetched_anew(target: Target) -> None:
    """A key set is kept as long as its Cache-Control says, and no longer."""
    assert target.vendor is not None
    target.clock.advance(120)
    before = target.vendor.count("/keys")
    assert (by_address(target), by_address(target)) == (200, 200)
    assert target.vendor.count("/keys") == before + 1
    target.clock.advance(61)
    assert by_address(target) == 200
    assert target.vendor.count("/keys") == before + 2
    assert "application/json" in target.vendor.asked[-1][1]["accept"]


@ROWS.row("SAL-55", "SHALL", mutant="assertion-claims-unchecked")
def assertion_claims(target: Target) -> None:
    """Each claim of an assertion counts: issuer, subject, audience, expiry within five minutes, jti."""
    now = int(target.clock.now().timestamp())
    for wrong in (
        {"iss": "notat"},
        {"sub": "notat"},
        {"aud": "https://elsewhere.example/token"},
        {"aud": None},
        {"exp": now - 60},
        {"exp": now + 900},
        {"exp": None},
        {"jti": None},
    ):
        assert present(target, signed(claims(target, **wrong))) == 401, wrong
    for header in ({"typ": "at+jwt"}, {"jku": "https://evil.example/keys"}, {"kid": "other"}):
        assert present(target, signed(claims(target), **header)) == 401, header


@ROWS.row("SAL-56", "SHALL", mutant="assertions-reusable")
def assertion_once(target: Target) -> None:
    """An assertion is used once."""
    assertion = signed(claims(target))
    assert present(target, assertion) == 400
    assert present(target, assertion) == 401


@ROWS.row("SAL-57", "SHALL", mutant="signature-unchecked")
def assertion_key(target: Target) -> None:
    """Another key, the algorithm none, or a public key used as a secret are refused."""
    stranger = type(APP_KEY).generate_key(2048, {"kid": str(APP_KEY.kid)}, private=True)
    assert present(target, signed(claims(target), stranger)) == 401
    for algorithm in ("HS256", "none"):
        head = base64url(json.dumps({"alg": algorithm, "kid": APP_KEY.kid, "typ": "JWT"}).encode())
        content = f"{head}.{base64url(json.dumps(claims(target)).encode())}"
        secret = APP_KEY.as_pem(private=False)
        signature = hmac.digest(secret, content.encode(), "sha256") if algorithm == "HS256" else b""
        assert present(target, f"{content}.{base64url(signature)}") == 401, algorithm


@ROWS.row("SAL-59", "SHALL", mutant="secret-unchecked")
def secrets_by_basic(target: Target) -> None:
    """A secret comes by HTTP Basic; a wrong one is 401 with a challenge, one in the form is refused."""
    code, _, _ = code_of(target, "hemmelig")
    wrong = target.token(("hemmelig", "wrong"), **form(target, code, "hemmelig"))
    refused(wrong, 401, "invalid_client")
    assert "www-authenticate" in wrong.headers
    in_form = {"client_id": "hemmelig", "client_secret": APP_SECRET}
    refused(target.token(None, **form(target, code, "hemmelig"), **in_form), 401, "invalid_client")
    answer = target.token(("hemmelig", APP_SECRET), **form(target, code, "hemmelig"))
    assert answer.status_code == 200, answer.text


@ROWS.row("NAV-04", "must", mutant="client-id-refused")
def secret_and_client_id(target: Target) -> None:
    """A client that sends its id beside the Basic header is served."""
    code, _, _ = code_of(target, "hemmelig")
    answer = target.token(("hemmelig", APP_SECRET), **form(target, code, "hemmelig"), client_id="hemmelig")
    assert answer.status_code == 200, answer.text


@ROWS.row("SAL-60", "SHALL", mutant="backend-for-everybody")
def public_client_has_no_credentials(target: Target) -> None:
    """A public client cannot use client_credentials."""
    answer = target.token(client_id="notat", grant_type="client_credentials", scope="system/Patient.rs")
    refused(answer, 400, "unauthorized_client")


def backend(target: Target, scope: str) -> Any:
    """A token request of a backend service."""
    assertion = signed(claims(target, "tjeneste"))
    return target.token(
        grant_type="client_credentials",
        scope=scope,
        client_assertion_type=ASSERTION_TYPE,
        client_assertion=assertion,
    )


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
    tokens = backend(target, "system/Patient.rs").json()
    assert target.http.get("/fhir/Patient?name=Dal", headers=bearer(tokens)).status_code == 200
    assert target.http.get("/fhir/Observation", headers=bearer(tokens)).status_code == 403
    made = target.http.post("/fhir/Patient", json={"resourceType": "Patient"}, headers=bearer(tokens))
    assert made.status_code == 403
