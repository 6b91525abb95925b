"""The authorization request: what is refused, how, and in which order (SAL-13..SAL-22)."""

from __future__ import annotations

from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import pytest

from tests.fakes.browser import Page
from tests.fakes.gateway import SHELL, VERIFIER, RunningGateway, Shell
from tests.fakes.upstream_systems import ANNA


def ask(gateway: RunningGateway, url: str) -> Page:
    """Without following."""
    return gateway.browser().send("GET", url)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "ingen"},
        {"redirect_uri": None},
        {"redirect_uri": "http://evil.example/cb"},
        {"redirect_uri": "http://notat.localhost:9999/index.html/more"},
        {"redirect_uri": "http://notat.localhost:9999/index.html?a=b"},
        {"redirect_uri": "http://notat.localhost:9998/index.html"},
        {"redirect_uri": "http://notat.localhost:9999/"},
        {"client_id": "ukjent", "redirect_uri": "http://ukjent.localhost:9999/index.html"},
    ],
)
def test_bad_client_or_redirect_uri_gets_a_page_and_no_redirect(
    gateway: RunningGateway, changes: dict[str, str | None]
) -> None:
    page = ask(gateway, gateway.authorize_url("notat", **changes))
    assert page.status == 400
    assert page.header("location") is None
    assert "frame-ancestors 'none'" in (page.header("content-security-policy") or "")
    assert page.header("content-type") == "text/html; charset=utf-8"
    assert "evil.example" not in page.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": None}, "invalid_request"),
        ({"aud": None}, "invalid_request"),
        ({"aud": "https://elsewhere.example/fhir"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "sing"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://elsewhere.example/r"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_other_mistakes_travel_by_redirect_with_the_state(
    gateway: RunningGateway, changes: dict[str, str | None], error: str
) -> None:
    page = ask(gateway, gateway.authorize_url("notat", **changes))
    assert page.status == 302
    location = page.header("location") or ""
    assert location.startswith("http://notat.localhost:9999/index.html?")
    answer = dict(parse_qsl(urlsplit(location).query))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "state-of-a-test", gateway.base_url)
    assert "code" not in answer


def test_a_missing_state_is_reported_without_state(gateway: RunningGateway) -> None:
    location = ask(gateway, gateway.authorize_url("notat", state=None)).header("location") or ""
    answer = dict(parse_qsl(urlsplit(location).query))
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "state"])
def test_what_decides_where_to_answer_may_not_be_repeated(gateway: RunningGateway, name: str) -> None:
    page = ask(gateway, f"{gateway.authorize_url('notat')}&{name}=again")
    assert (page.status, page.header("location")) == (400, None)


@pytest.mark.parametrize("name", ["scope", "aud", "code_challenge", "launch", "nonce", "anything"])
def test_other_repeated_parameters_are_refused(gateway: RunningGateway, name: str) -> None:
    location = ask(gateway, f"{gateway.authorize_url('notat')}&{name}=a&{name}=b").header("location") or ""
    assert dict(parse_qsl(urlsplit(location).query))["error"] == "invalid_request"


@pytest.mark.parametrize("state", ["a&b=c%2Bd+e f", "ærlig talt ☃", "%E5%00", "x" * 2000, "1=2;3"])
def test_state_returns_byte_for_byte(gateway: RunningGateway, shell: Shell, topic: str, state: str) -> None:
    """SAL-17, on error and on success."""
    failed = ask(gateway, gateway.authorize_url("notat", state=state, prompt="none"))
    assert dict(parse_qsl(urlsplit(failed.header("location") or "").query))["state"] == state
    _, browser = shell.pane("notat", topic)
    assert browser.open(gateway.authorize_url("notat", state=state)).query["state"] == state


def test_state_that_is_not_utf_8_returns_as_it_came(gateway: RunningGateway) -> None:
    url = gateway.authorize_url("notat", state=None, prompt="none") + "&state=a%E5%FFb"
    location = ask(gateway, url).header("location") or ""
    returned = next(part for part in urlsplit(location).query.split("&") if part.startswith("state="))
    assert unquote(returned[6:], encoding="latin-1") == "a\xe5\xffb"


def test_one_trailing_slash_of_aud_is_forgiven_and_no_more(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    _, browser = shell.pane("notat", topic)
    assert "code" in browser.open(gateway.authorize_url("notat", aud=gateway.fhir_base + "/")).query
    assert "error" in browser.open(gateway.authorize_url("notat", aud=gateway.fhir_base + "//")).query


def test_resource_is_a_synonym_of_aud(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """SAL-15, RFC 8707."""
    _, browser = shell.pane("notat", topic)
    url = gateway.authorize_url("notat", aud=None, resource=gateway.fhir_base)
    assert "code" in browser.open(url).query
    url = gateway.authorize_url("notat", resource="https://elsewhere.example")
    assert browser.open(url).query["error"] == "invalid_request"


def test_post_is_answered_303_to_a_get_that_works_once(
    gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    _, browser = shell.pane("notat", topic)
    form = dict(parse_qsl(urlsplit(gateway.authorize_url("notat")).query))
    posted = gateway.browser().send("POST", f"{gateway.base_url}/oauth/authorize", form)
    assert posted.status == 303
    location = posted.header("location") or ""
    assert "state-of-a-test" not in location
    assert "code" in browser.open(location).query
    assert browser.open(location).status == 400


def test_any_port_of_loopback_is_for_the_shell_only(gateway: RunningGateway, shell: Shell) -> None:
    """RFC 8252 7.3; the path stays exact."""
    good = "http://127.0.0.1:5555/callback"
    assert "code" in shell.browser.open(gateway.authorize_url(redirect_uri=good)).query
    for bad in (
        "http://127.0.0.1/callback/x",
        "http://127.0.0.1:5555/callback?x=1",
        "http://localhost:5555/callback",
        "http://127.0.0.1:5555@evil.example/callback",
        "http://127.0.0.1:5555/callback#x",
        "https://127.0.0.1:5555/callback",
        "http://127.0.0.1:port/callback",
    ):
        page = ask(gateway, gateway.authorize_url(redirect_uri=bad))
        assert (page.status, page.header("location")) == (400, None), bad


def test_scopes_are_cut_to_what_was_approved(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    asked = (
        "openid launch patient/*.cruds patient/Condition.rs user/*.rs fhircast/*.* offline_access nonsense"
    )
    tokens = shell.app("notat", topic, scope=asked)
    assert tokens["scope"].split() == [
        "openid",
        "launch",
        "patient/Patient.rs",
        "patient/Observation.cruds",
    ]
    assert "refresh_token" not in tokens


def test_version_1_scopes_are_answered_in_version_1(shell: Shell, topic: str) -> None:
    """SAL-36."""
    asked = "openid fhirUser profile launch online_access patient/Patient.read patient/Observation.write"
    assert shell.app("klassisk", topic, scope=asked)["scope"] == asked


def test_scopes_in_wrong_order_are_not_read_letter_by_letter(shell: Shell, topic: str) -> None:
    """SAL-35."""
    asked = "launch patient/Observation.dus patient/Observation.sr patient/Observation.read"
    assert shell.app("klassisk", topic, scope=asked)["scope"] == "launch patient/Observation.read"


def test_a_patient_scope_without_a_patient_is_refused(gateway: RunningGateway, shell: Shell) -> None:
    """SAL-21: never a granted patient scope without ``patient``."""
    _, browser = shell.pane("notat", shell.context())
    assert browser.open(gateway.authorize_url("notat")).query["error"] == "invalid_scope"


@pytest.mark.parametrize("way", ["GET", "POST", "PAR"])
@pytest.mark.parametrize(
    ("changes", "signed_in", "expected"),
    [
        ({}, True, {"code"}),
        ({"prompt": "none"}, True, {"code"}),
        ({"prompt": "none"}, False, {"error", "error_description"}),
        ({"prompt": "login"}, True, {"error", "error_description"}),
        ({"max_age": "100000"}, True, {"code"}),
        ({"max_age": "0"}, True, {"error", "error_description"}),
        ({"aud": None, "resource": "fhir"}, True, {"code"}),
    ],
)
def test_every_way_of_asking_has_the_same_result(
    gateway: RunningGateway,
    shell: Shell,
    topic: str,
    way: str,
    changes: dict[str, str | None],
    signed_in: bool,
    expected: set[str],
) -> None:
    """SAL-13, SAL-15, SAL-17, RFC 9126, OpenID Connect Core 3.1.2.1: a pane never sees a login page."""
    gateway.clock.advance(1)
    if changes.get("resource"):
        changes = {**changes, "resource": gateway.fhir_base}
    url = gateway.authorize_url("notat", state="a&b=c d", **changes)
    form = dict(parse_qsl(urlsplit(url).query))
    browser = shell.pane("notat", topic)[1] if signed_in else gateway.browser()
    if way == "POST":
        page = browser.follow(browser.send("POST", f"{gateway.base_url}/oauth/authorize", form))
    elif way == "PAR":
        pushed = gateway.http.post("/oauth/par", data=form)
        named = {"client_id": "notat", "request_uri": pushed.json()["request_uri"]}
        page = browser.open(f"{gateway.base_url}/oauth/authorize?{urlencode(named)}")
    else:
        page = browser.open(url)
    assert page.query.keys() == expected | {"state", "iss"}
    assert page.query["state"] == "a&b=c d"
    assert page.query.get("error") in (None, "login_required")


def test_pushed_request(gateway: RunningGateway, shell: Shell, topic: str) -> None:
    """RFC 9126: validated at once, used once, by the client that pushed it."""
    _, browser = shell.pane("notat", topic)
    form = dict(parse_qsl(urlsplit(gateway.authorize_url("notat")).query))
    pushed = gateway.http.post("/oauth/par", data=form)
    assert pushed.status_code == 201
    reference = pushed.json()["request_uri"]
    url = f"{gateway.base_url}/oauth/authorize?" + urlencode({"client_id": "notat", "request_uri": reference})
    stolen = url.replace("client_id=notat", "client_id=legemidler")
    code = browser.open(url).query["code"]
    assert gateway.redeem(code, "notat").json()["patient"] == ANNA
    assert browser.open(url).status == 400
    assert browser.open(stolen).status == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "http://evil.example/"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"request_uri": "urn:x"}, "invalid_request"),
        ({"client_id": "ingen"}, "invalid_client"),
    ],
)
def test_a_bad_pushed_request_is_refused_as_json(
    gateway: RunningGateway, changes: dict[str, str], error: str
) -> None:
    form = dict(parse_qsl(urlsplit(gateway.authorize_url("notat")).query))
    answer = gateway.http.post("/oauth/par", data={**form, **changes})
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error


def test_the_shell_needs_its_secret(gateway: RunningGateway, shell: Shell) -> None:
    callback = shell.browser.open(gateway.authorize_url())
    answer = gateway.token(
        None,
        grant_type="authorization_code",
        client_id=SHELL,
        code=callback.query["code"],
        redirect_uri=f"{gateway.base_url}/callback",
        code_verifier=VERIFIER,
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
