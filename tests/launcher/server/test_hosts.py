"""Names keep origins apart: Host, Origin, static sites (DESIGN section 3; SAL-62)."""

from __future__ import annotations

import http.client

import pytest

from tests.fakes.gateway import RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA

OWN = "http://notat.localhost:9999"
FOREIGN = ["http://evil.example", "null", "http://legemidler.localhost:9999.evil.example", OWN + "/"]


def raw(
    gateway: RunningGateway, host: str | None, path: str, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    port = int(gateway.base_url.rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.putrequest(method, path, skip_host=True)
        if host is not None:
            for one in host.split("|"):
                connection.putheader("Host", one)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize(
    "path", ["/health/live", "/oauth/jwks", "/fhir/metadata", "/workspace/session", "/none"]
)
@pytest.mark.parametrize(
    "host",
    ["localhost:{port}", "127.0.0.1", "127.0.0.1:{port}.", "127.0.0.2:{port}", "evil.example", "[::1]:{port}",
     "127.0.0.1:1", "legemidler.localhost:{port}", "127.0.0.1:{port}|evil.example"],
)  # fmt: skip
def test_any_other_host_is_421(gateway: RunningGateway, host: str, path: str) -> None:
    port = gateway.base_url.rpartition(":")[2]
    status, headers, _ = raw(gateway, host.format(port=port), path)
    assert status in (400, 421) if "|" in host else status == 421
    assert not [name for name in headers if name.lower().startswith("access-control")]


def test_the_own_host_is_answered(gateway: RunningGateway) -> None:
    host = gateway.base_url.removeprefix("http://")
    assert raw(gateway, host, "/health/live")[0] == 200
    assert raw(gateway, host, "/health/ready")[0] == 200


def site_host(gateway: RunningGateway) -> str:
    return f"notat.localhost:{gateway.base_url.rpartition(':')[2]}"


def test_an_app_is_served_under_its_own_host(gateway: RunningGateway) -> None:
    status, headers, body = raw(gateway, site_host(gateway), "/")
    assert (status, body) == (200, b"<!doctype html><title>Notat</title>")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["x-content-type-options"] == "nosniff"
    policy = headers["content-security-policy"]
    assert f"connect-src 'self' {gateway.base_url} ws://{gateway.base_url[7:]} https://a.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert "set-cookie" not in headers
    assert raw(gateway, site_host(gateway), "/app.js")[1]["content-type"] == "text/javascript; charset=utf-8"
    assert raw(gateway, site_host(gateway), "/deep/")[2] == b"deep"
    assert raw(gateway, site_host(gateway), "/index.html?code=1&state=2")[0] == 200
    etag = headers["etag"]
    assert raw(gateway, site_host(gateway), "/", "POST")[0] == 405
    assert etag


@pytest.mark.parametrize(
    "path",
    ["/oauth/jwks", "/oauth/authorize", "/fhir/metadata", "/workspace/session", "/fhircast", "/health/live",
     "/.well-known/openid-configuration", "/../secret.txt", "/%2e%2e/secret.txt", "/deep/..%2f..%2fsecret.txt",
     "/link.txt", "/..%5csecret.txt", "//etc/passwd", "/app.js/", "/app.js%00.html", "/deep"],
)  # fmt: skip
def test_nothing_of_the_gateway_and_nothing_outside_its_folder_is_there(
    gateway: RunningGateway, path: str
) -> None:
    status, _, body = raw(gateway, site_host(gateway), path)
    assert status == 404
    assert b"secret" not in body


@pytest.mark.parametrize(
    "path",
    ["/.well-known/openid-configuration", "/fhir/.well-known/smart-configuration", "/fhir/metadata", "/oauth/jwks",
     "/fhircast/.well-known/fhircast-configuration"],
)  # fmt: skip
def test_discovery_is_for_every_origin(gateway: RunningGateway, path: str) -> None:
    for origin in (OWN, *FOREIGN):
        answer = gateway.http.get(path, headers={"Origin": origin})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")


def preflight(gateway: RunningGateway, path: str, origin: str) -> tuple[int, dict[str, str]]:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = gateway.http.options(path, headers=headers)
    return answer.status_code, dict(answer.headers)


@pytest.mark.parametrize(
    "path", ["/oauth/token", "/oauth/revoke", "/fhir/Patient/1", "/fhircast", "/fhircast/topic"]
)
def test_preflight_is_for_registered_origins(gateway: RunningGateway, path: str) -> None:
    status, headers = preflight(gateway, path, OWN)
    assert (status, headers["access-control-allow-origin"], headers["vary"]) == (204, OWN, "Origin")
    for name in ("Authorization", "Content-Type", "If-Match", "Prefer"):
        assert name in headers["access-control-allow-headers"]
    for origin in (*FOREIGN, "http://ukjent.localhost:9999"):
        status, headers = preflight(gateway, path, origin)
        assert status == 403
        assert "access-control-allow-origin" not in headers


def test_preflight_lists_the_methods_that_exist(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    token = shell.app("alt", topic)["access_token"]
    listed = preflight(gateway, "/fhir/Observation/1", OWN)[1]["access-control-allow-methods"].split(", ")
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"):
        path = "/fhir/Observation" if method == "POST" else "/fhir/Observation/1"
        answer = gateway.http.request(method, path, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code != 405) is (method in listed), method


@pytest.mark.parametrize(
    "path", ["/workspace/session", "/oauth/authorize", "/oauth/introspect", "/health/live"]
)
def test_other_paths_answer_no_preflight(gateway: RunningGateway, path: str) -> None:
    for origin in (OWN, "null"):
        _, headers = preflight(gateway, path, origin)
        assert not [name for name in headers if name.startswith("access-control")]


def test_data_is_for_the_origins_of_the_tokens_client(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app("notat", topic)
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    path = f"/fhir/Patient/{ANNA}"
    good = gateway.http.get(path, headers={**bearer, "Origin": OWN})
    assert (good.status_code, good.headers["access-control-allow-origin"]) == (200, OWN)
    assert "ETag" in good.headers["access-control-expose-headers"]
    assert "Origin" in good.headers["vary"]
    assert gateway.http.get(path, headers=bearer).status_code == 200
    for origin in (*FOREIGN, "http://legemidler.localhost:9999"):
        answer = gateway.http.get(path, headers={**bearer, "Origin": origin})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


def test_the_token_endpoint_is_for_the_clients_origins(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    tokens = shell.app("notat", topic)
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": "notat"}
    for origin in (*FOREIGN, "http://legemidler.localhost:9999"):
        answer = gateway.http.post("/oauth/token", data=form, headers={"Origin": origin})
        assert answer.status_code in (400, 403)
        assert "access_token" not in answer.text
    answer = gateway.http.post("/oauth/token", data=form, headers={"Origin": OWN})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, OWN)


def test_an_error_is_readable_for_the_app(gateway: RunningGateway) -> None:
    answer = gateway.http.get("/fhir/Patient/1", headers={"Origin": OWN})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, OWN)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_the_workspace_refuses_any_origin(gateway: RunningGateway, shell: Shell, method: str) -> None:
    for origin in (gateway.base_url, OWN, "null"):
        path = "/workspace/contexts" if method == "POST" else "/workspace/session"
        answer = shell.call(method, path, Origin=origin)
        assert (answer.status_code, answer.json()["error"]) == (403, "origin_refused")
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert shell.call("GET", "/workspace/session").status_code == 200


def test_the_workspace_reads_no_cookie(gateway: RunningGateway, shell: Shell) -> None:
    cookies = "; ".join(f"{name}={value}" for (_, _, name), value in shell.browser.cookies.items())
    assert "vaktrom_session" in cookies
    assert gateway.http.get("/workspace/session", headers={"Cookie": cookies}).status_code == 401


def test_nothing_is_built_from_the_host_header(gateway: RunningGateway) -> None:
    document = gateway.http.get(
        "/fhir/.well-known/smart-configuration",
        headers={"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil"},
    )
    assert "evil" not in document.text


def test_the_two_pages_of_a_launch_ask_once_for_what_they_share(gateway: RunningGateway) -> None:
    """Mutant: every file is asked for again by the second page, or a page itself is kept."""
    assert raw(gateway, site_host(gateway), "/app.js")[1]["cache-control"] == "private, max-age=10"
    assert raw(gateway, site_host(gateway), "/index.html")[1]["cache-control"] == "no-cache"
