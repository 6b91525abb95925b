"""What only a gateway behind TLS can show: SAL-69, NAV-01, NAV-02."""

from __future__ import annotations

import http.client
import ssl
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.asking import Gateway, Shell
from tests.conformance.people import Resource
from tests.conformance.table import Rows, Target
from tests.fakes.hosted_names import spoken_version

ROWS = Rows()


def clear_text_status(host: str, port: int) -> int | None:
    """The status of an answer to plain HTTP; ``None`` when there is none."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/fhir/metadata")
        return connection.getresponse().status
    except (http.client.HTTPException, OSError):
        return None
    finally:
        connection.close()


def launched(gateway: Gateway, patient: Resource) -> tuple[Shell, str, str]:
    """A launch of an app whose server calls back: the shell, ``iss`` and the code."""
    gateway.client("server")
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, patient)
    pane, browser = shell.pane("server", topic)
    address = parse_qs(urlsplit(shell.launch("server", topic, pane).json()["url"]).query)
    page = browser.open(gateway.authorize_url("server", launch=address["launch"][0]))
    return shell, address["iss"][0], page.query["code"]


def answered(server: httpx2.Client, gateway: Gateway, found: dict[str, Any], **form: str) -> dict[str, Any]:
    """The vendor's server asks for tokens, by Basic with its id beside (NAV-04)."""
    client = gateway.client("server")
    given = {**form, "client_id": client.client_id}
    answer = server.post(found["token_endpoint"], data=given, auth=(client.client_id, client.secret))
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
    with target.behind_tls() as gateway:
        parts = urlsplit(gateway.base_url)
        name, port = str(parts.hostname), parts.port or 443
        host = gateway.network.address(name)
        assert clear_text_status(host, port) is None
        assert spoken_version(port, ssl.TLSVersion.TLSv1_1, host, name) is None
        assert spoken_version(port, ssl.TLSVersion.TLSv1_2, host, name) == "TLSv1.2"
        assert gateway.fhir("GET", "/metadata").status_code == 200


@ROWS.row("NAV-01", "must", mutant="servers-cannot-call")
def reachable_from_a_server(target: Target) -> None:
    """A vendor's server finds discovery, token, keys and FHIR by itself, and goes on when the user has left."""
    with target.behind_tls() as gateway, gateway.network.http(gateway.base_url) as server:
        shell, iss, code = launched(gateway, target.people.first)
        found = discovered(server, iss)
        tokens = answered(server, gateway, found, **gateway.code_form("server", code))
        assert server.get(found["jwks_uri"]).json()["keys"]
        shell.leave()
        form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = answered(server, gateway, found, **form)
        bearer = {"Authorization": f"Bearer {renewed['access_token']}"}
        assert server.get(f"{iss}/Patient/{target.patient}", headers=bearer).json()["id"] == target.patient


@ROWS.row("NAV-02", "must", mutant="discovery-slash")
def https_issuer(target: Target) -> None:
    """Hosted, the launch's iss is https, and discovery, access token and id_token name one https issuer."""
    with target.behind_tls() as gateway, gateway.network.http(gateway.base_url) as server:
        _, iss, code = launched(gateway, target.people.first)
        found = discovered(server, iss)
        tokens = answered(server, gateway, found, **gateway.code_form("server", code))
        keys = KeySet.import_key_set(server.get(found["jwks_uri"]).json())
        issuers = {jwt.decode(tokens[name], keys).claims["iss"] for name in ("access_token", "id_token")}
        assert issuers == {found["issuer"]} == {gateway.base_url}
        assert iss == gateway.fhir_base and iss.startswith("https://")
