"""What only a gateway behind TLS can show: SAL-69, NAV-01, NAV-02. Each row starts one of its own."""

from __future__ import annotations

import http.client
import ssl
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.table import Rows, Target
from tests.fakes.gateway import APP_SECRET, VERIFIER
from tests.fakes.hosted_gateway import SERVER_SIDE, HostedShell, HostedUnderTest
from tests.fakes.hosted_names import client, spoken_version
from tests.fakes.upstream_systems import ANNA

ROWS = Rows()


def clear_text_status(port: int) -> int | None:
    """The status of an answer to plain HTTP; ``None`` when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/fhir/metadata")
        return connection.getresponse().status
    except (http.client.HTTPException, OSError):
        return None
    finally:
        connection.close()


def launched(gateway: HostedUnderTest) -> tuple[HostedShell, str, str]:
    """A launch of an app whose server calls back: the shell, ``iss`` and the code."""
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    pane, browser = shell.pane(SERVER_SIDE, topic)
    address = parse_qs(urlsplit(shell.launch(SERVER_SIDE, topic, pane).json()["url"]).query)
    page = browser.open(gateway.authorize_url(SERVER_SIDE, launch=address["launch"][0]))
    return shell, address["iss"][0], page.query["code"]


def redeemed(server: httpx2.Client, found: dict[str, Any], code: str, redirect_uri: str) -> dict[str, Any]:
    """The vendor's server exchanges the code."""
    form = {
        "grant_type": "authorization_code",
        "client_id": SERVER_SIDE,
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": redirect_uri,
    }
    answer = server.post(found["token_endpoint"], data=form, auth=(SERVER_SIDE, APP_SECRET))
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    return tokens


def discovered(server: httpx2.Client, iss: str) -> dict[str, Any]:
    """What a server learns that knows ``iss`` and nothing else."""
    document: dict[str, Any] = server.get(f"{iss}/.well-known/smart-configuration").raise_for_status().json()
    return document


@ROWS.row("SAL-69", "SHALL", mutant="tls-missing")
def tls_alone(target: Target) -> None:
    """Beyond this machine everything is behind TLS 1.2 or later; clear text and older versions get no answer."""
    with target.hosted.running() as gateway:
        assert clear_text_status(target.hosted.port) is None
        assert spoken_version(target.hosted.port, ssl.TLSVersion.TLSv1_1) is None
        assert spoken_version(target.hosted.port, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        assert gateway.http.get("/fhir/metadata").status_code == 200


@ROWS.row("NAV-01", "must", mutant="servers-cannot-call")
def reachable_from_a_server(target: Target) -> None:
    """A vendor's server finds discovery, token, keys and FHIR by itself, and goes on when the user has left."""
    with target.hosted.running() as gateway, client(gateway.trusting) as server:
        shell, iss, code = launched(gateway)
        found = discovered(server, iss)
        tokens = redeemed(server, found, code, gateway.authorize_redirect(SERVER_SIDE))
        assert server.get(found["jwks_uri"]).json()["keys"]
        shell.call("DELETE", "/workspace/session")
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = server.post(found["token_endpoint"], data=form, auth=(SERVER_SIDE, APP_SECRET)).json()
        bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
        assert server.get(f"{iss}/Patient/{ANNA}", headers=bearer).json()["id"] == ANNA


@ROWS.row("NAV-02", "must", mutant="discovery-slash")
def https_issuer(target: Target) -> None:
    """Hosted, the launch's iss is https, and discovery, access token and id_token name one https issuer."""
    with target.hosted.running() as gateway, client(gateway.trusting) as server:
        _, iss, code = launched(gateway)
        found = discovered(server, iss)
        tokens = redeemed(server, found, code, gateway.authorize_redirect(SERVER_SIDE))
        keys = KeySet.import_key_set(server.get(found["jwks_uri"]).json())
        issuers = {jwt.decode(tokens[name], keys).claims["iss"] for name in ("access_token", "id_token")}
        assert issuers == {found["issuer"]} == {gateway.base_url}
        assert iss == f"{found['issuer']}/fhir" and iss.startswith("https://")
