"""Clients with keys of their own: by address and by value; backend services (SAL-54..SAL-58, SAL-60, SAL-63, SAL-64)."""

from __future__ import annotations

import secrets
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from launcher.upstream.outbound import AddressRule
from tests.fakes.gateway import (
    APP_KEY,
    APP_SECRET,
    APP_SECRET_SHA256,
    Records,
    RunningGateway,
    app_client,
    running_gateway,
)
from tests.fakes.key_server import KeyServer, key_server
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "system/Patient.rs system/Observation.rs"
NEXT_KEY = ECKey.generate_key("P-384", {"kid": "next"}, private=True)
LOOPBACK = {"networks": ["127.0.0.1/32"]}


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeyServer]:
    with key_server(tmp_path_factory.mktemp("vendor")) as running:
        yield running


def by_address(client_id: str, jwks_uri: str) -> dict[str, Any]:
    return app_client(client_id, token_endpoint_auth_method="private_key_jwt", jwks_uri=jwks_uri, scope=SCOPE)


@pytest.fixture(scope="module")
def backend(
    systems: UpstreamSystems,
    signing_record: Records,
    vendor: KeyServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningGateway]:
    paths = ("aged", "unstored", "turned", "broken", "large", "redirected")
    clients = [by_address(name, f"{vendor.base}/{name}") for name in paths]
    localhost = vendor.base.replace("127.0.0.1", "localhost")
    clients += [
        by_address("plain", vendor.base.replace("https", "http") + "/aged"),
        by_address("elsewhere", "https://10.0.0.1/jwks"),
        app_client(
            "by-value",
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [APP_KEY.as_dict(private=False)]},
            scope=SCOPE,
        ),
        app_client("open", scope=f"{SCOPE} __introspect"),
        app_client(
            "resource-server",
            token_endpoint_auth_method="private_key_jwt",
            jwks={"keys": [APP_KEY.as_dict(private=False)]},
            scope=f"{SCOPE} __introspect",
        ),
        app_client(
            "shared",
            scope=SCOPE,
            token_endpoint_auth_method="client_secret_basic",
            secret_sha256=APP_SECRET_SHA256,
        ),
        by_address("six", localhost.replace("localhost", "[::ffff:127.0.0.2]") + "/aged"),
    ]
    folder = tmp_path_factory.mktemp("backend")
    outbound = {**LOOPBACK, "ca_file": vendor.ca_file}
    with running_gateway(
        systems, folder, which=1, clients=clients, records=signing_record, outbound=outbound
    ) as running:
        yield running


def ask(
    gateway: RunningGateway,
    client_id: str,
    scope: str = "system/Patient.rs",
    key: RSAKey | ECKey = APP_KEY,
    **changes: Any,
) -> httpx2.Response:
    now = int(gateway.clock.now().timestamp())
    header = {
        "alg": "RS384" if key.key_type == "RSA" else "ES384",
        "kid": key.kid,
        "typ": "JWT",
        **changes.pop("header", {}),
    }
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": f"{gateway.base_url}/oauth/token",
        "exp": now + 240,
        "jti": secrets.token_hex(8),
        **changes,
    }
    text = jwt.encode(header, claims, key, algorithms=["RS384", "ES384"])
    form = {"grant_type": "client_credentials", "scope": scope}
    return gateway.token(None, **form, client_assertion_type=ASSERTION, client_assertion=text)


def bearer(answer: httpx2.Response) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def public(*keys: RSAKey | ECKey) -> list[dict[str, Any]]:
    return [dict(key.as_dict(private=False)) for key in keys]


def test_keys_by_value_and_by_address(backend: RunningGateway, vendor: KeyServer) -> None:
    """SAL-54: both ways of registration work; the fetch asks for JSON (SAL-58)."""
    assert ask(backend, "by-value").status_code == 200
    vendor.keys("/aged", public(APP_KEY), Cache_Control="max-age=120")
    assert ask(backend, "aged").status_code == 200
    path, headers = vendor.asked[-1]
    assert (path, headers["accept"]) == ("/aged", "application/json")
    assert ask(backend, "aged", header={"jku": f"{vendor.base}/aged"}).status_code == 200
    wrong = ask(backend, "aged", header={"jku": f"{vendor.base}/other"})
    assert wrong.json()["error"] == "invalid_client"


def test_a_key_set_is_kept_as_long_as_it_says_and_no_longer(
    backend: RunningGateway, vendor: KeyServer
) -> None:
    """SAL-58: one fetch within max-age, a new one after it; no-store is never kept."""
    vendor.keys("/turned", public(APP_KEY), Cache_Control="public, max-age=120")
    for _ in range(3):
        assert ask(backend, "turned").status_code == 200
    assert vendor.count("/turned") == 1
    vendor.keys("/turned", public(NEXT_KEY), Cache_Control="max-age=120")
    backend.clock.advance(121)
    assert ask(backend, "turned").json()["error"] == "invalid_client"
    assert vendor.count("/turned") == 2
    assert ask(backend, "turned", key=NEXT_KEY).status_code == 200
    assert vendor.count("/turned") == 2
    vendor.keys("/unstored", public(APP_KEY), Cache_Control="no-store")
    for expected in (1, 2):
        assert ask(backend, "unstored").status_code == 200
        assert vendor.count("/unstored") == expected


def test_an_unknown_key_is_looked_for_but_not_at_every_request(
    backend: RunningGateway, vendor: KeyServer
) -> None:
    """A vendor turns its keys within max-age: found after ten seconds, not by a flood of fetches."""
    vendor.keys("/aged", public(APP_KEY), Cache_Control="max-age=900")
    backend.clock.advance(1000)
    assert ask(backend, "aged").status_code == 200
    vendor.keys("/aged", public(NEXT_KEY), Cache_Control="max-age=900")
    before = vendor.count("/aged")
    for _ in range(3):
        assert ask(backend, "aged", key=NEXT_KEY).status_code == 401
    assert vendor.count("/aged") == before
    backend.clock.advance(11)
    assert ask(backend, "aged", key=NEXT_KEY).status_code == 200
    assert vendor.count("/aged") == before + 1


def test_a_strangers_key_does_not_take_the_kept_ones_away(backend: RunningGateway, vendor: KeyServer) -> None:
    """Anybody can have the keys looked for again; while the vendor is away, those within max-age still count."""
    vendor.keys("/aged", public(APP_KEY), Cache_Control="max-age=900")
    backend.clock.advance(1000)
    assert ask(backend, "aged").status_code == 200
    vendor.answers["/aged"] = (503, {}, b"")
    backend.clock.advance(11)
    before = vendor.count("/aged")
    assert ask(backend, "aged", key=NEXT_KEY).status_code == 401
    assert vendor.count("/aged") == before + 1
    assert ask(backend, "aged").status_code == 200
    backend.clock.advance(900)
    assert ask(backend, "aged").status_code == 401


def test_two_keys_of_one_id_are_none(backend: RunningGateway, vendor: KeyServer) -> None:
    """SAL-57."""
    backend.clock.advance(1000)
    twin = RSAKey.generate_key(2048, {"kid": "app-rsa"}, private=True)
    vendor.keys("/aged", public(APP_KEY, twin))
    assert ask(backend, "aged").json()["error"] == "invalid_client"
    backend.clock.advance(1000)
    vendor.keys("/aged", [*public(APP_KEY), "nonsense"], Cache_Control="no-store")  # type: ignore[list-item]
    assert ask(backend, "aged").status_code == 200


@pytest.mark.parametrize("client_id", ["plain", "elsewhere", "six", "broken", "large", "redirected"])
def test_keys_that_may_not_or_cannot_be_fetched(
    backend: RunningGateway, vendor: KeyServer, client_id: str
) -> None:
    """DESIGN section 3: https only, no redirect, nothing inside, 64 KiB."""
    good = vendor.keys("/good", public(APP_KEY))
    vendor.answers["/broken"] = (200, {}, b"<html>")
    vendor.answers["/redirected"] = (302, {"Location": good}, b"")
    vendor.keys("/large", [*public(APP_KEY), {"kid": "x" * 70_000}])
    answer = ask(backend, client_id)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "could not be fetched" in answer.json()["error_description"]
    assert not vendor.count("/good")


def test_a_name_that_leads_inside_is_not_followed(
    systems: UpstreamSystems,
    signing_record: Records,
    vendor: KeyServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The address is checked after the name was resolved; the reason is for the log, not for the caller."""
    uri = vendor.keys("/named", public(APP_KEY)).replace("127.0.0.1", "localhost")
    with running_gateway(
        systems,
        tmp_path,
        which=2,
        clients=[by_address("named", uri)],
        records=signing_record,
        outbound={"ca_file": vendor.ca_file},
    ) as gateway:
        answer = ask(gateway, "named")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_description"] == "the client's keys could not be fetched"
    assert "not a public one" in capsys.readouterr().out
    assert vendor.count("/named") == 0


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("192.168.7.9", True),
    ],
)
def test_which_addresses_are_reached(address: str, allowed: bool) -> None:
    assert AddressRule(["192.168.7.0/24"]).allows(address) is allowed


def test_a_backend_service(backend: RunningGateway) -> None:
    """SAL-63, SAL-64, SAL-24: within its approval, five minutes, no refresh token; nothing outside its scopes."""
    answer = ask(backend, "by-value", "system/Patient.rs system/Observation.rs system/Condition.rs")
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 300, SCOPE)
    headers = bearer(answer)
    for patient in (ANNA, BERIT):
        assert backend.http.get(f"/fhir/Patient/{patient}", headers=headers).status_code == 200
    found = backend.http.get("/fhir/Patient?family=Eng", headers=headers).json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == [BERIT]
    narrow = bearer(ask(backend, "by-value", "system/Patient.r"))
    assert backend.http.get("/fhir/Observation", headers=narrow).status_code == 403
    assert backend.http.get("/fhir/Patient?family=Eng", headers=narrow).status_code == 403
    written = backend.http.put(
        f"/fhir/Patient/{ANNA}", json={"resourceType": "Patient", "id": ANNA}, headers=headers
    )
    assert written.status_code == 403
    backend.clock.advance(301)
    assert backend.http.get(f"/fhir/Patient/{ANNA}", headers=headers).status_code == 401


def test_a_backend_service_gets_no_users_scope(backend: RunningGateway) -> None:
    for scope in ("user/Patient.rs", "patient/Patient.rs", "openid", "system/Condition.rs", "offline_access"):
        answer = ask(backend, "by-value", scope)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope"), scope


def test_who_may_not_act_for_himself(backend: RunningGateway) -> None:
    """SAL-60, SAL-59: neither a public client nor one with a shared secret."""
    form = {"grant_type": "client_credentials", "scope": "system/Patient.rs"}
    for answer in (
        backend.token(None, **form, client_id="open"),
        backend.token(("shared", APP_SECRET), **form),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_no_users_grant_holds_a_system_scope(backend: RunningGateway) -> None:
    shell = backend.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    assert shell.app("open", topic, scope="launch system/Patient.rs")["scope"] == ""


def test_introspection_by_a_suitably_scoped_backend_service(backend: RunningGateway) -> None:
    """SAL-51, SAL-52: tokens of any client, every launch context parameter; without that scope 403, without a token 401."""
    shell = backend.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    tokens = shell.app("kontakt", topic, intent="look", fhirContext=[{"reference": "Task/1"}])

    def about(token: str, headers: dict[str, str]) -> httpx2.Response:
        return backend.http.post("/oauth/introspect", data={"token": token}, headers=headers)

    allowed = bearer(ask(backend, "resource-server", "__introspect"))
    found = about(tokens["access_token"], allowed).json()
    for name in ("scope", "patient", "encounter", "intent", "fhirContext", "need_patient_banner"):
        assert found[name] == tokens[name], name
    assert (found["active"], found["client_id"], found["sub"]) == (True, "kontakt", "siri")
    assert found["iss"] == backend.base_url
    assert 0 < found["exp"] - int(backend.clock.now().timestamp()) <= tokens["expires_in"]
    own = about(allowed["Authorization"].split()[1], allowed).json()
    assert (own["active"], own["client_id"], own["scope"]) == (True, "resource-server", "__introspect")
    assert about("unknown", allowed).json() == {"active": False}
    assert about(tokens["access_token"], bearer(ask(backend, "by-value"))).status_code == 403
    assert about(tokens["access_token"], {}).status_code == 401
    assert shell.app("open", topic, scope="launch __introspect")["scope"] == ""
    assert backend.http.get(f"/fhir/Patient/{ANNA}", headers=allowed).status_code == 403


def test_it_has_no_way_into_workspace_or_hub(backend: RunningGateway) -> None:
    headers = bearer(ask(backend, "by-value"))
    topic = backend.shell().context()
    assert backend.http.get("/workspace/session", headers=headers).status_code == 403
    assert backend.http.get(f"/fhircast/{topic}", headers=headers).status_code == 403


def test_a_spent_assertion_stays_spent_for_its_client_alone(
    backend: RunningGateway, vendor: KeyServer
) -> None:
    """SAL-56."""
    vendor.keys("/unstored", public(APP_KEY), Cache_Control="no-store")
    for status in (200, 401):
        assert ask(backend, "by-value", jti="once").status_code == status
    assert ask(backend, "unstored", jti="once").status_code == 200


def test_a_short_rsa_key_proves_nothing(backend: RunningGateway, vendor: KeyServer) -> None:
    """Mutant: no lower bound, as for the keys of proofs."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        short = RSAKey.generate_key(1024, {"kid": "short"}, private=True)
        vendor.keys("/unstored", public(short), Cache_Control="no-store")
        answer = ask(backend, "unstored", key=short)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "2048" in answer.json()["error_description"]
