"""Tokens bound to a key, for apps that bring one (DPoP, RFC 9449): token endpoint, /fhir, /fhircast, introspection."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from launcher.oauth.possession import InvalidProof, Proof, UsedProofs, checked_proof
from tests.fakes.gateway import VERIFIER, RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA

KEY = ECKey.generate_key("P-256", private=True)
OTHER = ECKey.generate_key("P-256", private=True)
BIG = RSAKey.generate_key(2048, private=True)
SHORT = {"kty": "RSA", "n": "A" * 171, "e": "AQAB"}
Key = ECKey | RSAKey


def ath(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def proof(
    gateway: RunningGateway, method: str, path: str, token: str | None = None, key: Key = KEY, **changes: Any
) -> str:
    header = {
        "typ": "dpop+jwt",
        "alg": changes.pop("alg", "ES256" if key.key_type == "EC" else "RS256"),
        "jwk": key.as_dict(private=changes.pop("private", False)),
        **changes.pop("header", {}),
    }
    claims = {
        "htm": method,
        "htu": gateway.base_url + path,
        "iat": int(gateway.clock.now().timestamp()),
        "jti": secrets.token_hex(8),
        **({"ath": ath(token)} if token is not None else {}),
        **changes,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    algorithms = ["ES256", "ES384", "RS256", "PS256", "RS384", "HS256"]
    return jwt.encode(header, claims, changes.get("signer", key), algorithms=algorithms)


def code_of(shell: Shell, topic: str, client_id: str = "notat", **more: str) -> str:
    _, browser = shell.pane(client_id, topic)
    code: str = browser.open(shell.gateway.authorize_url(client_id, **more)).query["code"]
    return code


def token_call(gateway: RunningGateway, proof_text: str | None, **form: str) -> httpx2.Response:
    headers = {} if proof_text is None else {"DPoP": proof_text}
    return gateway.http.post("/oauth/token", data=form, headers=headers)


def redeem(
    gateway: RunningGateway, code: str, proof_text: str | None, client_id: str = "notat"
) -> httpx2.Response:
    return token_call(
        gateway,
        proof_text,
        grant_type="authorization_code",
        code=code,
        client_id=client_id,
        code_verifier=VERIFIER,
        redirect_uri=gateway.authorize_redirect(client_id),
    )


@pytest.fixture
def bound(gateway: RunningGateway, shell: Shell, topic: str) -> dict[str, Any]:
    answer = redeem(gateway, code_of(shell, topic), proof(gateway, "POST", "/oauth/token"))
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def read(
    gateway: RunningGateway,
    token: str,
    proof_text: str | None,
    scheme: str = "DPoP",
    path: str = f"/fhir/Patient/{ANNA}",
) -> httpx2.Response:
    headers = {"Authorization": f"{scheme} {token}"}
    return gateway.http.get(path, headers=headers | ({"DPoP": proof_text} if proof_text is not None else {}))


def test_a_bound_token(gateway: RunningGateway, shell: Shell, bound: dict[str, Any]) -> None:
    """RFC 9449 5, 6.1, 7.1: token_type DPoP, cnf.jkt; each read with a proof of its own, whatever the query."""
    assert bound["token_type"] == "DPoP"
    token = bound["access_token"]
    payload = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims["cnf"] == {"jkt": KEY.thumbprint()}
    for path in (f"/fhir/Patient/{ANNA}", "/fhir/Observation?_count=1"):
        answer = read(gateway, token, proof(gateway, "GET", path.partition("?")[0], token), path=path)
        assert answer.status_code == 200, answer.text
    about = gateway.http.post("/oauth/introspect", data={"token": token}, headers=shell.bearer).json()
    assert (about["active"], about["token_type"], about["cnf"]) == (True, "DPoP", {"jkt": KEY.thumbprint()})
    found = gateway.http.get("/fhir/.well-known/smart-configuration").json()
    assert {"ES256", "RS256"} <= set(found["dpop_signing_alg_values_supported"])


def test_every_advertised_algorithm_works(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    curve = ECKey.generate_key("P-384", private=True)
    keys: dict[str, Key] = {"ES256": KEY, "ES384": curve, "RS256": BIG, "PS256": BIG}
    found = gateway.http.get("/.well-known/openid-configuration").json()
    for alg in found["dpop_signing_alg_values_supported"]:
        text = proof(gateway, "POST", "/oauth/token", key=keys[alg], alg=alg)
        assert redeem(gateway, code_of(shell, topic), text).json()["token_type"] == "DPoP", alg


def test_without_its_key_it_opens_nothing(gateway: RunningGateway, bound: dict[str, Any]) -> None:
    """A stolen token: as a bearer token, without proof, with another key, for another token, or the thief's own scheme."""
    token, path = bound["access_token"], f"/fhir/Patient/{ANNA}"
    good = proof(gateway, "GET", path, token)
    for answer in (
        read(gateway, token, None, "Bearer"),
        read(gateway, token, good, "Bearer"),
        read(gateway, token, None),
        read(gateway, token, proof(gateway, "GET", path, token, OTHER)),
        read(gateway, token, proof(gateway, "GET", path, "another")),
        read(gateway, token, proof(gateway, "GET", path)),
        read(gateway, token, good, "Proven"),
    ):
        assert answer.status_code == 401
        assert answer.json()["resourceType"] == "OperationOutcome"
    assert "DPoP error" in read(gateway, token, None).headers["www-authenticate"]
    two = gateway.http.get(path, headers=[("Authorization", f"DPoP {token}"), ("DPoP", good), ("DPoP", good)])
    assert two.status_code == 401


def test_an_ordinary_token_is_not_presented_with_a_proof(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    token = shell.app("notat", topic)["access_token"]
    text = proof(gateway, "GET", f"/fhir/Patient/{ANNA}", token)
    assert read(gateway, token, text).status_code == 401
    assert read(gateway, token, None, "Bearer").status_code == 200


def test_a_proof_counts_once(gateway: RunningGateway, bound: dict[str, Any]) -> None:
    """RFC 9449 11.1."""
    token, path = bound["access_token"], f"/fhir/Patient/{ANNA}"
    text = proof(gateway, "GET", path, token)
    assert [read(gateway, token, text).status_code for _ in range(2)] == [200, 401]
    made = proof(gateway, "GET", path, token)
    gateway.clock.advance(61)
    assert read(gateway, token, made).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "GET"},
        {"htm": "post"},
        {"htu": "https://elsewhere.example/oauth/token"},
        {"htu": None},
        {"htu": 1},
        {"jti": None},
        {"jti": ""},
        {"jti": "x" * 300},
        {"iat": None},
        {"iat": 1},
        {"iat": 4_000_000_000},
        {"iat": "now"},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": {"kty": "EC"}}},
        {"header": {"jwk": OTHER.as_dict(private=False)}},
        {"header": {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}},
        {"private": True},
        {"key": BIG, "header": {"jwk": SHORT}},
        {"key": BIG, "alg": "RS384"},
        {"key": OctKey.import_key(b"k" * 32), "alg": "HS256"},
    ],
)
def test_a_bad_proof_is_refused(gateway: RunningGateway, changes: dict[str, Any]) -> None:
    """RFC 9449 4.3; the code is not even looked at."""
    answer = redeem(gateway, "any", proof(gateway, "POST", "/oauth/token", **changes))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize("text", ["", "a.b.c", "x" * 5000, "e30.e30.e30"])
def test_a_malformed_proof_is_refused(gateway: RunningGateway, text: str) -> None:
    assert redeem(gateway, "any", text).json()["error"] == "invalid_dpop_proof"


def test_the_address_is_compared_as_addresses_are(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """RFC 9449 4.3: without query and fragment, scheme and host in any case."""
    htu = gateway.base_url.replace("http", "HTTP") + "/oauth/token?a=1#b"
    text = proof(gateway, "POST", "/oauth/token", htu=htu)
    assert redeem(gateway, code_of(shell, topic), text).status_code == 200


def test_a_refresh_token_is_bound_too(gateway: RunningGateway, bound: dict[str, Any]) -> None:
    """RFC 9449 5: for a public client the key is what protects it."""
    form = {"grant_type": "refresh_token", "client_id": "notat", "refresh_token": bound["refresh_token"]}
    for text in (None, proof(gateway, "POST", "/oauth/token", key=OTHER)):
        answer = token_call(gateway, text, **form)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    renewed = token_call(gateway, proof(gateway, "POST", "/oauth/token"), **form)
    assert renewed.json()["token_type"] == "DPoP"
    again = token_call(gateway, proof(gateway, "POST", "/oauth/token"), **form)
    assert again.content == renewed.content


def test_a_code_may_be_bound_before_it_exists(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """RFC 9449 10: dpop_jkt in the authorization request."""
    for key, status in ((None, 400), (OTHER, 400), (KEY, 200)):
        text = None if key is None else proof(gateway, "POST", "/oauth/token", key=key)
        code = code_of(shell, topic, dpop_jkt=KEY.thumbprint())
        assert redeem(gateway, code, text).status_code == status


def test_the_hub_wants_the_proof_as_well(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    code = code_of(shell, topic, "malinger")
    token = redeem(gateway, code, proof(gateway, "POST", "/oauth/token"), "malinger").json()["access_token"]
    path = f"/fhircast/{topic}"
    assert read(gateway, token, None, "Bearer", path).status_code == 401
    assert read(gateway, token, None, path=path).status_code == 401
    assert read(gateway, token, proof(gateway, "GET", path, token), path=path).status_code == 200


def test_a_page_of_the_app_may_send_it(gateway: RunningGateway, bound: dict[str, Any]) -> None:
    """SAL-62: preflight and answer of the app's own origin, none of another."""
    origin, path = gateway.clients["notat"]["origins"][0], f"/fhir/Patient/{ANNA}"
    preflight = gateway.http.options(path, headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
    assert "DPoP" in preflight.headers["access-control-allow-headers"]
    for asking, status in ((origin, 200), ("http://legemidler.localhost:9999", 403)):
        token = bound["access_token"]
        headers = {
            "Authorization": f"DPoP {token}",
            "DPoP": proof(gateway, "GET", path, token),
            "Origin": asking,
        }
        assert gateway.http.get(path, headers=headers).status_code == status


def test_what_a_new_process_cannot_remember_does_not_count(gateway: RunningGateway) -> None:
    now = gateway.clock.now()
    used = UsedProofs(now, capacity=2)
    with pytest.raises(InvalidProof, match="too old"):
        used.use(Proof("k", "1", now - timedelta(seconds=2)), now)
    for jti in ("1", "2"):
        used.use(Proof("k", jti, now), now)
    with pytest.raises(InvalidProof, match="too many"):
        used.use(Proof("k", "3", now), now)
    later = now + timedelta(seconds=71)
    used.use(Proof("k", "1", later), later)


def test_a_proof_for_nothing_in_particular(gateway: RunningGateway) -> None:
    text = proof(gateway, "GET", "/x")
    now = gateway.clock.now()
    assert (
        checked_proof(text, method="GET", url=f"{gateway.base_url}/x", now=now).thumbprint == KEY.thumbprint()
    )
