"""Signing in: one form, a session, cookies exactly as decided (DESIGN section 3 and 4; HID-06)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from launcher.server.cookies import cookie_names
from launcher.server.dependencies import GatewaySettings
from tests.fakes.gateway import Records, RunningGateway, running_gateway
from tests.fakes.upstream_systems import UpstreamSystems


@pytest.mark.parametrize(
    ("username", "name", "role", "fhir_user", "lists"),
    [
        ("siri", "Siri Nordli", "helsefagarbeider", "Practitioner/siri-nordli", ["ward"]),
        ("helge", "Helge Solberg", "fastlege", "Practitioner/helge-solberg", ["patients"]),
        ("kari", "Kari Lund", "administrator", None, []),
    ],
)
def test_who_signed_in(
    gateway: RunningGateway, username: str, name: str, role: str, fhir_user: str | None, lists: list[str]
) -> None:
    facts = gateway.shell(username).call("GET", "/workspace/session").json()
    assert (facts["user"]["name"], facts["role"]) == (name, role)
    assert facts["user"]["fhirUser"] == fhir_user
    assert [item["kind"] for item in facts["lists"]] == lists
    assert facts["locked"] is False


def test_the_ward_of_a_health_worker(gateway: RunningGateway) -> None:
    facts = gateway.shell("siri").call("GET", "/workspace/session").json()
    place = {"reference": "Organization/vestfloyen", "name": "Vestfløyen"}
    assert facts["organization"] == place
    assert facts["lists"] == [{"kind": "ward", **place}]


def test_no_upstream_token_is_shown(gateway: RunningGateway) -> None:
    """The upstream token never leaves: neither in tokens nor in any answer of the workspace."""
    shell = gateway.shell()
    text = shell.call("GET", "/workspace/session").text + str(shell.tokens)
    assert "upstream" not in text
    assert "eyJ" not in shell.call("GET", "/workspace/session").text


def test_cookies_are_exactly_as_decided(gateway: RunningGateway) -> None:
    browser = gateway.browser()
    begun = browser.send("GET", gateway.authorize_url())
    assert begun.status == 302
    pattern = r"vaktrom_browser=[\w-]{32,}; Path=/oauth; HttpOnly; SameSite=Lax"
    assert re.fullmatch(pattern, begun.header("set-cookie") or "")
    page = browser.follow(begun)
    signed_in = browser.submit(page, username="siri", password="vaktrom")
    assert "code" in signed_in.query
    callback = next(url for url in browser.visited if "/oauth/callback" in url)
    assert urlsplit(callback).hostname == "127.0.0.1"
    cookies = browser.cookies_for(f"{gateway.base_url}/oauth/authorize")
    assert cookies.keys() == {"vaktrom_browser", "vaktrom_session"}
    assert not browser.cookies_for(f"{gateway.base_url}/workspace/session")
    assert not browser.cookies_for(f"{gateway.base_url}/fhir/Patient")


def test_the_session_cookie_line(gateway: RunningGateway) -> None:
    browser = gateway.browser()
    page = browser.open(gateway.authorize_url())
    lines: list[str] = []
    original = browser._keep

    def keep(host: str, line: str) -> None:
        lines.append(line)
        original(host, line)

    browser._keep = keep  # type: ignore[method-assign]
    browser.submit(page, username="siri", password="vaktrom")
    line = next(line for line in lines if line.startswith("vaktrom_session"))
    assert re.fullmatch(r"vaktrom_session=[\w-]{32,}; Path=/oauth; HttpOnly; SameSite=Lax", line)


def test_hosted_cookies_have_the_host_prefix() -> None:
    names = cookie_names(
        GatewaySettings("https://vaktrom.example", "vaktrom.example", "https://fhir.example")
    )
    assert (names.session, names.pane) == ("__Host-vaktrom_session", "__Host-vaktrom_pane")
    assert names.attributes() == "Path=/; HttpOnly; SameSite=Lax; Secure"


def test_single_sign_on_in_the_same_browser(gateway: RunningGateway) -> None:
    shell = gateway.shell()
    visits = len(shell.browser.visited)
    again = shell.browser.open(gateway.authorize_url())
    assert "code" in again.query
    assert len(shell.browser.visited) == visits + 1
    assert "code" in shell.browser.open(gateway.authorize_url(prompt="none")).query


def test_prompt_none_without_a_session(gateway: RunningGateway) -> None:
    assert gateway.browser().open(gateway.authorize_url(prompt="none")).query["error"] == "login_required"


def test_prompt_login_and_an_old_login_ask_again(gateway: RunningGateway) -> None:
    shell = gateway.shell()
    assert shell.browser.open(gateway.authorize_url(prompt="login")).status == 200
    gateway.clock.advance(30)
    assert shell.browser.open(gateway.authorize_url(max_age="10")).status == 200
    assert "code" in shell.browser.open(gateway.authorize_url(max_age="3600")).query
    refused = shell.browser.open(gateway.authorize_url(max_age="10", prompt="none"))
    assert refused.query["error"] == "login_required"


def callback_of(gateway: RunningGateway) -> tuple[str, dict[tuple[str, str, str], str]]:
    """A callback URL that was not opened yet, and the cookies of the browser that began."""
    browser = gateway.browser()
    browser.stops = (f"{gateway.base_url}/oauth/callback",)
    stopped = browser.sign_in(gateway.authorize_url())
    return stopped.url, browser.cookies


def test_the_callback_belongs_to_the_browser_that_began(gateway: RunningGateway) -> None:
    url, _ = callback_of(gateway)
    page = gateway.browser().send("GET", url)
    assert (page.status, page.header("location")) == (400, None)
    assert not [line for line in page.headers_named("set-cookie") if "vaktrom_session" in line]


def test_a_callback_works_once(gateway: RunningGateway) -> None:
    url, cookies = callback_of(gateway)
    browser = gateway.browser()
    browser.cookies = cookies
    assert "code" in browser.open(url).query
    assert browser.open(url).status == 400


@pytest.mark.parametrize("change", ["state=guessed", "iss=https%3A%2F%2Fevil.example", "code=guessed"])
def test_a_changed_callback_signs_nobody_in(gateway: RunningGateway, change: str) -> None:
    url, cookies = callback_of(gateway)
    name = change.partition("=")[0]
    changed = re.sub(rf"\b{name}=[^&]*", change, url)
    assert changed != url
    browser = gateway.browser()
    browser.cookies = cookies
    page = browser.open(changed)
    assert page.status in (400, 502)
    assert "vaktrom_session" not in browser.cookies_for(f"{gateway.base_url}/oauth/authorize")


def test_a_cancelled_login_is_told_to_the_app(gateway: RunningGateway) -> None:
    url, cookies = callback_of(gateway)
    state = dict(part.split("=", 1) for part in urlsplit(url).query.split("&"))["state"]
    issuer = dict(part.split("=", 1) for part in urlsplit(url).query.split("&"))["iss"]
    browser = gateway.browser()
    browser.cookies = cookies
    refused = browser.open(
        f"{gateway.base_url}/oauth/callback?error=access_denied&state={state}&iss={issuer}"
    )
    assert refused.query["error"] == "access_denied"
    assert refused.query["state"] == "state-of-a-test"


def test_identity_provider_down_is_a_readable_page(
    systems: UpstreamSystems, signing_record: Records, tmp_path_factory: pytest.TempPathFactory
) -> None:
    nowhere = {"issuer": "http://localhost:9", "client_id": "x", "method": "none"}
    folder = tmp_path_factory.mktemp("down")
    with running_gateway(
        systems, folder, which=1, records=signing_record, identity_provider=nowhere
    ) as gateway:
        browser = gateway.browser()
        page = browser.open(gateway.authorize_url())
        assert page.status == 502
        assert "Innloggingstjenesten svarer ikke" in page.text
        assert "Prøv igjen" in page.text
        browser.language = "en-GB"
        assert "The sign-in service does not answer" in browser.open(gateway.authorize_url()).text


def test_record_system_down_is_a_readable_page(
    systems: UpstreamSystems, signing_record: Records, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("down")
    with running_gateway(
        systems, folder, which=1, records=signing_record, upstream_fhir="http://127.0.0.1:9/fhir"
    ) as gateway:
        page = gateway.browser().sign_in(gateway.authorize_url())
        assert page.status == 503
        assert "Journalsystemet svarer ikke" in page.text


def test_logout_with_a_hint_ends_everything_upstream_too(gateway: RunningGateway) -> None:
    shell = gateway.shell()
    browser = shell.browser
    url = (
        f"{gateway.base_url}/oauth/logout?id_token_hint={shell.tokens['id_token']}"
        f"&post_logout_redirect_uri={gateway.base_url}/callback&state=bye"
    )
    back = browser.open(url)
    assert back.url == f"{gateway.base_url}/callback?state=bye"
    assert any("localhost" in visited and "end" in visited for visited in browser.visited)
    assert shell.call("GET", "/workspace/session").status_code == 401
    assert browser.open(gateway.authorize_url()).status == 200


def test_logout_without_a_hint_asks_first(gateway: RunningGateway) -> None:
    shell = gateway.shell()
    page = shell.browser.open(f"{gateway.base_url}/oauth/logout")
    assert (page.status, "Vil du logge ut?" in page.text) == (200, True)
    assert shell.call("GET", "/workspace/session").status_code == 200
    forged = gateway.browser()
    forged.cookies = dict(shell.browser.cookies)
    forged.send("POST", f"{gateway.base_url}/oauth/logout", {"confirmation": "guessed"})
    assert shell.call("GET", "/workspace/session").status_code == 200
    done = shell.browser.submit(page)
    assert "Du er logget ut" in done.text
    assert shell.call("GET", "/workspace/session").status_code == 401


def test_an_app_can_log_out_only_itself(gateway: RunningGateway) -> None:
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, "p-00000000aa")
    app, other = shell.app("notat", topic), shell.app("legemidler", topic)
    page = gateway.browser().open(f"{gateway.base_url}/oauth/logout?id_token_hint={app['id_token']}")
    assert page.status == 200
    for tokens, status in ((app, 401), (other, 200)):
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        assert gateway.http.get("/fhir/Patient/p-00000000aa", headers=headers).status_code == status
    assert shell.call("GET", "/workspace/session").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "id_token_hint=nonsense",
        "id_token_hint={access}",
        "id_token_hint={hint}&post_logout_redirect_uri=http://evil.example/",
        "id_token_hint={hint}&client_id=notat",
        "id_token_hint={hint}&state=a&state=b",
    ],
)
def test_a_malformed_logout_changes_nothing(gateway: RunningGateway, query: str) -> None:
    shell = gateway.shell()
    filled = query.format(hint=shell.tokens["id_token"], access=shell.tokens["access_token"])
    page = shell.browser.send("GET", f"{gateway.base_url}/oauth/logout?{filled}")
    assert (page.status, page.header("location")) == (400, None)
    assert shell.call("GET", "/workspace/session").status_code == 200


def test_a_pane_cookie_logs_nobody_out(gateway: RunningGateway) -> None:
    shell = gateway.shell()
    _, browser = shell.pane("notat", shell.context())
    browser.open(f"{gateway.base_url}/oauth/logout")
    assert shell.call("GET", "/workspace/session").status_code == 200
