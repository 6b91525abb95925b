"""The hosted gateway as browsers, desktops and vendors' servers meet it: TLS, names, cookies (SAL-69, NAV-01, NAV-02)."""

from __future__ import annotations

import http.client
import ssl
from typing import Any

import httpx2
import pytest

from tests.fakes.gateway import APP_SECRET, SHELL, VERIFIER
from tests.fakes.hosted_gateway import CALLBACK, PACKAGED, SERVER_SIDE, HostedShell, HostedUnderTest, netloc
from tests.fakes.hosted_names import APPS_DOMAIN, GATEWAY_HOST, VENDOR, client, spoken_version
from tests.fakes.upstream_systems import ANNA, BERIT


def port_of(gateway: HostedUnderTest) -> int:
    return int(netloc(gateway.base_url).rpartition(":")[2])


def test_plain_http_is_refused(gateway: HostedUnderTest) -> None:
    """SAL-69: no answer in clear text, not even a redirect."""
    connection = http.client.HTTPConnection("127.0.0.1", port_of(gateway), timeout=5)
    connection.request("GET", "/fhir/metadata", headers={"Host": netloc(gateway.base_url)})
    with pytest.raises((http.client.HTTPException, OSError)):
        connection.getresponse()
    connection.close()


@pytest.mark.parametrize(
    ("version", "works"),
    [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)],
)
def test_tls_is_1_2_or_later(gateway: HostedUnderTest, version: ssl.TLSVersion, works: bool) -> None:
    """SAL-69."""
    assert (spoken_version(port_of(gateway), version) is not None) is works


def test_only_the_test_authority_makes_it_trusted(gateway: HostedUnderTest) -> None:
    with (
        client(ssl.create_default_context(), gateway.base_url) as stranger,
        pytest.raises(httpx2.ConnectError),
    ):
        stranger.get("/fhir/metadata")


@pytest.mark.parametrize(
    "host", [GATEWAY_HOST, "127.0.0.1:{port}", f"stranger.{APPS_DOMAIN}:{{port}}", "localhost:{port}"]
)
def test_another_host_is_421(gateway: HostedUnderTest, host: str) -> None:
    """DESIGN section 3: also an address, and our own name without its port."""
    answer = gateway.http.get("/fhir/metadata", headers={"Host": host.format(port=port_of(gateway))})
    assert answer.status_code == 421
    assert gateway.base_url not in answer.text


def test_browsers_are_told_to_come_by_https_only(gateway: HostedUnderTest) -> None:
    """RFC 6797: the gateway's pages, its data, its refusals, and the apps that it serves."""
    app = f"https://{PACKAGED}.{APPS_DOMAIN}:{port_of(gateway)}/index.html"
    for url in ("/fhir/metadata", "/oauth/authorize", "/nowhere", app):
        assert gateway.http.get(url).headers["strict-transport-security"] == "max-age=31536000"


def test_a_packaged_app_has_a_domain_of_its_own(gateway: HostedUnderTest) -> None:
    app = f"https://{PACKAGED}.{APPS_DOMAIN}:{port_of(gateway)}"
    page = gateway.http.get(f"{app}/index.html")
    assert (page.status_code, "Notat" in page.text) == (200, True)
    policy = page.headers["content-security-policy"]
    assert gateway.base_url in policy and f"wss://{netloc(gateway.base_url)}" in policy
    assert gateway.http.get(f"{app}/oauth/authorize").status_code == 404
    assert gateway.http.get(f"{app}/manifest.json").status_code == 404


def test_cookies_belong_to_this_host_alone(gateway: HostedUnderTest) -> None:
    """DESIGN section 3: ``__Host-``, Secure, HttpOnly, Lax, all of them; the browser checks the prefix's rules."""
    browser = gateway.browser()
    browser.sign_in(gateway.authorize_url())
    ours = [name for host, _, name in browser.cookies if host == GATEWAY_HOST]
    assert ours and all(name.startswith("__Host-vaktrom_") for name in ours)
    set_cookies = gateway.browser().send("GET", gateway.authorize_url()).headers_named("set-cookie")
    for line in set_cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in line.split(";")}


def test_addresses_are_those_of_the_public_url(gateway: HostedUnderTest) -> None:
    """NAV-02, SAL-10: https everywhere, the same whatever is asked; the hub's sockets are wss."""
    smart = gateway.http.get("/fhir/.well-known/smart-configuration").json()
    openid = gateway.http.get("/.well-known/openid-configuration").json()
    assert smart["issuer"] == openid["issuer"] == gateway.base_url
    for found in (smart, openid):
        for name, value in found.items():
            if name.endswith(("_endpoint", "_uri")):
                assert value.startswith(gateway.base_url + "/"), name


def server_side_launch(shell: HostedShell, topic: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser does in the pane; then what the vendor's server does by itself, knowing ``iss`` alone."""
    gateway = shell.gateway
    assert isinstance(gateway, HostedUnderTest)
    pane, browser = shell.pane(SERVER_SIDE, topic)
    launched = shell.launch(SERVER_SIDE, topic, pane)
    assert launched.status_code == 201, launched.text
    assert launched.json()["url"].startswith(f"{VENDOR}/launch?iss=https%3A%2F%2F{GATEWAY_HOST}")
    code = browser.open(gateway.authorize_url(SERVER_SIDE, launch=launched.json()["launch"])).query["code"]
    with client(gateway.trusting) as server:
        found = server.get(f"{gateway.fhir_base}/.well-known/smart-configuration").json()
        form = {
            "grant_type": "authorization_code",
            "client_id": SERVER_SIDE,
            "code": code,
            "redirect_uri": f"{VENDOR}/callback",
            "code_verifier": VERIFIER,
        }
        answer = server.post(found["token_endpoint"], data=form, auth=(SERVER_SIDE, APP_SECRET))
        assert answer.status_code == 200, answer.text
    return found, answer.json()


def test_a_vendors_server_calls_back(gateway: HostedUnderTest, shell: HostedShell, topic: str) -> None:
    """NAV-01: discovery, token, keys, introspection and FHIR from a server that never was in the browser."""
    found, tokens = server_side_launch(shell, topic)
    assert (tokens["patient"], tokens["token_type"]) == (ANNA, "Bearer")
    assert tokens["encounter"] == "e-anna-2"
    with client(gateway.trusting) as server:
        assert server.get(found["jwks_uri"]).json()["keys"]
        about = server.post(
            found["introspection_endpoint"],
            data={"token": tokens["access_token"]},
            auth=(SERVER_SIDE, APP_SECRET),
        )
        assert about.json()["active"] is True
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        read = server.get(f"{gateway.fhir_base}/Patient/{ANNA}", headers=bearer)
        foreign = server.get(f"{gateway.fhir_base}/Patient/{BERIT}", headers=bearer)
    assert (read.status_code, foreign.status_code) == (200, 403)


def test_offline_access_outlives_the_user(gateway: HostedUnderTest, shell: HostedShell, topic: str) -> None:
    """SAL-47: the user has logged out and gone; the vendor's server renews and reads the one patient."""
    found, tokens = server_side_launch(shell, topic)
    assert shell.call("DELETE", "/workspace/session").status_code == 200
    assert shell.renew().status_code == 400
    with client(gateway.trusting) as server:
        for _ in range(2):
            form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
            answer = server.post(found["token_endpoint"], data=form, auth=(SERVER_SIDE, APP_SECRET))
            assert answer.status_code == 200, answer.text
            tokens = answer.json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert server.get(f"{gateway.fhir_base}/Patient/{ANNA}", headers=bearer).status_code == 200
        assert server.get(f"{gateway.fhir_base}/Patient/{BERIT}", headers=bearer).status_code == 403


def test_the_shell_needs_a_key_of_its_own(gateway: HostedUnderTest) -> None:
    """DESIGN section 3: without a proof no token, with another key no use, without a login no code."""
    browser = gateway.browser()
    code = browser.sign_in(gateway.authorize_url()).query["code"]
    refused = gateway.redeem_with(None, code)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_dpop_proof")
    shell, thief = gateway.shell(), gateway.shell("jonas")
    thief.tokens = shell.tokens
    assert thief.call("GET", "/workspace/session").status_code == 401
    assert thief.renew().json()["error"] == "invalid_dpop_proof"
    bearer = {"Authorization": f"Bearer {shell.tokens['access_token']}"}
    assert gateway.http.get("/workspace/session", headers=bearer).status_code == 401
    assert shell.call("GET", "/workspace/session").json()["user"]["name"] == "Siri Nordli"
    assert shell.browser.open(gateway.authorize_url(prompt="none")).query["error"] == "login_required"
    again = shell.browser.open(gateway.authorize_url())
    assert (again.status, 'name="password"' in again.text) == (200, True)
    assert gateway.token((SHELL, ""), grant_type="client_credentials").status_code in (400, 401)


def test_lock_and_unlock(shell: HostedShell, topic: str) -> None:
    """DESIGN section 5: locked means nothing flows; a fresh login of the same user goes on where it was."""
    gateway = shell.gateway
    assert shell.call("POST", "/workspace/session/lock").status_code == 200
    assert shell.call("GET", "/workspace/contexts").status_code == 503
    assert shell.renew().status_code == 503
    code = shell.browser.sign_in(gateway.authorize_url(prompt="login")).query["code"]
    body = {"code": code, "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    assert shell.call("POST", "/workspace/session/unlock", body).status_code == 200
    assert shell.call("GET", f"/workspace/contexts/{topic}").json()["patient"] == ANNA
