"""Launch and authorization request (SAL-11 to SAL-22)."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.conformance.steps import answered, ask, read, signed_in
from tests.conformance.table import Rows, Target
from tests.fakes.browser import Browser, Page, forms_of

ROWS = Rows()


@ROWS.row("SAL-11", "SHALL", mutant="launch-address-extended")
def launch_address(target: Target) -> None:
    """The app's registered launch address is opened with exactly iss and launch."""
    shell, topic = signed_in(target)
    launched = shell.launch("app", topic).json()
    address = urlsplit(launched["url"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == target.client("app").launch_uri
    assert parse_qs(address.query) == {"iss": [target.fhir_base], "launch": [launched["launch"]]}


@ROWS.row("SAL-12", "SHALL", mutant="launch-reusable")
def launch_is_used_once(target: Target) -> None:
    """A launch id that comes again gets no code."""
    shell, topic = signed_in(target)
    pane, browser = shell.pane("app", topic)
    launch = shell.launch("app", topic, pane).json()["launch"]
    assert "code" in browser.open(target.authorize_url("app", launch=launch)).query
    assert "error" in browser.open(target.authorize_url("app", launch=launch)).query


@ROWS.row("SAL-12", "SHALL", mutant="launch-for-anybody")
def launch_of_another_client(target: Target) -> None:
    """A launch id serves the client and the user that it was made for, and nobody else."""
    shell, topic = signed_in(target)
    _, other_app = shell.pane("other", topic)
    launch = shell.launch("app", topic).json()["launch"]
    assert "error" in other_app.open(target.authorize_url("other", launch=launch)).query
    other, other_topic = signed_in(target, with_patient=False)
    _, other_user = other.pane("app", other_topic)
    launch = shell.launch("app", topic).json()["launch"]
    assert "error" in other_user.open(target.authorize_url("app", launch=launch)).query


@ROWS.row("SAL-12", "SHALL", mutant="nothing-expires")
def launch_is_short(target: Target) -> None:
    """A launch id that lay for two minutes gets no code."""
    shell, topic = signed_in(target)
    pane, browser = shell.pane("app", topic)
    launch = shell.launch("app", topic, pane).json()["launch"]
    target.clock.advance(121)
    assert "error" in browser.open(target.authorize_url("app", launch=launch)).query


@ROWS.row("SAL-13", "SHALL", mutant="post-loses-state")
def by_post(target: Target) -> None:
    """The same request by POST gives the same answer as by GET."""
    shell, topic = signed_in(target)
    _, browser = shell.pane("app", topic)
    url = target.authorize_url("app")
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    page = browser.send("POST", target.path("authorization_endpoint"), form)
    by_post = browser.follow(page)
    assert "authorize-post" in target.found["capabilities"]
    assert {"code", "state"} <= by_post.query.keys(), by_post
    assert browser.open(url).query["state"] == by_post.query["state"]


@ROWS.row("SAL-14", "SHALL", mutant="redirect-anywhere")
def unregistered_redirect(target: Target) -> None:
    """An unknown client or redirect address gets a page and is never redirected to."""
    for changes in (
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/callback"},
    ):
        page = ask(target, **changes)
        assert page.status == 400, changes
        assert page.header("location") is None, changes


@ROWS.row("SAL-14", "SHALL", mutant="parameters-optional")
def required_parameters(target: Target) -> None:
    """Each other missing parameter is reported to the client with its state."""
    names = ("response_type", "scope", "aud", "code_challenge", "code_challenge_method")
    for name in names:
        absent: dict[str, str | None] = {name: None}
        answer = answered(target.browser().send("GET", target.authorize_url("app", **absent)))
        assert answer["error"] in ("invalid_request", "unsupported_response_type"), name
        assert answer["state"] == "state-of-a-test", name
        assert "code" not in answer
    assert answered(ask(target, state=None))["error"] == "invalid_request"


@ROWS.row("SAL-15", "SHALL", mutant="audience-unchecked")
def audience(target: Target) -> None:
    """aud is this FHIR base or the request is refused; one trailing slash is forgiven."""
    for aud in ("https://elsewhere.example/fhir", target.base_url, target.fhir_base + "//"):
        answer = answered(ask(target, aud=aud))
        assert answer["error"] in ("invalid_request", "invalid_target"), aud
        assert "code" not in answer
    shell, topic = signed_in(target)
    _, browser = shell.pane("app", topic)
    assert "code" in browser.open(target.authorize_url("app", aud=target.fhir_base + "/")).query


@ROWS.row("SAL-15", "SHALL", mutant="resource-ignored")
def resource_is_a_synonym(target: Target) -> None:
    """resource (RFC 8707) alone stands for aud; where both come, both have to be this FHIR base."""
    own, foreign = target.fhir_base, "https://elsewhere.example/fhir"
    for aud, resource in ((None, foreign), (own, foreign), (foreign, own)):
        answer = answered(ask(target, aud=aud, resource=resource))
        assert answer["error"] in ("invalid_request", "invalid_target"), (aud, resource)
        assert (answer["state"], "code" in answer) == ("state-of-a-test", False)
    shell, topic = signed_in(target)
    for aud in (None, own):
        _, browser = shell.pane("app", topic)
        assert "code" in browser.open(target.authorize_url("app", aud=aud, resource=own)).query, aud


@ROWS.row("SAL-16", "SHALL", mutant="challenge-optional")
def proof_key_is_asked_for(target: Target) -> None:
    """A request without a challenge, or with the plain method, is refused."""
    for changes in (
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": "short"},
    ):
        assert answered(ask(target, **changes))["error"] == "invalid_request", changes


@ROWS.row("SAL-17", "SHALL", mutant="state-lower-case")
def state(target: Target) -> None:
    """state returns byte for byte on success and on error."""
    shell, topic = signed_in(target)
    _, browser = shell.pane("app", topic)
    for state in ("Aa&=%+ b", "ærlig ☃", "%E5", "x" * 1000):
        assert answered(ask(target, state=state, prompt="none"))["state"] == state
        assert browser.open(target.authorize_url("app", state=state)).query["state"] == state


@ROWS.row("SAL-19", "MAY", mutant="prompt-ignored")
def error_codes(target: Target) -> None:
    """Errors are the words of OAuth and OpenID; prompt=none never shows a page."""
    page = ask(target, prompt="none")
    assert answered(page)["error"] == "login_required"
    assert answered(ask(target, response_type="token"))["error"] == "unsupported_response_type"


def picked(target: Target, scope: str) -> dict[str, Any]:
    """The token response of an app that was started by itself, for the patient that the user picked."""
    browser = target.browser()
    page = target.sign_in(browser, target.authorize_url("wide", scope=scope))
    hits = browser.submit(page, text=target.family_name)
    which, (_, fields) = next(
        (number, form)
        for number, form in enumerate(forms_of(hits.text))
        if form[1].get("patient") == target.patient
    )
    assert fields["pick"]
    code = browser.submit(hits, which).query["code"]
    tokens: dict[str, Any] = target.redeem(code, "wide").json()
    return tokens


@ROWS.row("SAL-20", "SHALL", mutant="picker-skipped")
def standalone_launch(target: Target) -> None:
    """Without a launch id the user picks the patient, who then stands in the token response."""
    tokens = picked(target, "openid launch/patient patient/Patient.rs")
    assert tokens["patient"] == target.patient
    assert read(target, tokens).status_code == 200


@ROWS.row("SAL-20", "SHALL", mutant="picker-forgets-encounter")
def standalone_encounter(target: Target) -> None:
    """Whoever asks for launch/encounter too gets the picked patient's newest encounter in progress."""
    tokens = picked(target, "openid launch/patient launch/encounter patient/Patient.rs patient/Encounter.rs")
    assert (tokens["patient"], tokens["encounter"]) == (target.patient, target.encounter)


@ROWS.row("SAL-21", "SHALL", mutant="patient-scope-without-patient")
def patient_scope_needs_a_patient(target: Target) -> None:
    """A patient/ scope is never granted without a patient."""
    shell, topic = signed_in(target, with_patient=False)
    _, browser = shell.pane("wide", topic)
    page = browser.open(target.authorize_url("wide", scope="openid patient/Patient.rs"))
    if "code" in page.query:
        tokens = target.redeem(page.query["code"], "wide").json()
        assert "patient/" not in tokens["scope"] or tokens.get("patient")
    else:
        assert page.query.get("error") or "<form" in page.text


@ROWS.row("SAL-22", "SHALL", mutant="redirect-by-prefix")
def redirect_is_exact(target: Target) -> None:
    """A redirect address with more path, query or another port is refused."""
    registered = target.client("app").redirect_uri
    parts = urlsplit(registered)
    elsewhere = parts._replace(netloc=f"{parts.hostname}:{(parts.port or 443) + 1}").geturl()
    for uri in (registered + "/more", registered + "?a=b", elsewhere):
        page = target.browser().send("GET", target.authorize_url("app", redirect_uri=uri))
        assert (page.status, page.header("location")) == (400, None), uri


@ROWS.row("SAL-14", "SHALL", mutant="repetition-allowed")
def nothing_twice(target: Target) -> None:
    """A parameter that comes twice is refused (RFC 6749 3.1)."""
    url = target.authorize_url("app") + "&" + urlencode({"scope": "openid"})
    assert answered(target.browser().send("GET", url))["error"] == "invalid_request"


def consent_page(target: Target, **changes: str) -> tuple[Browser, Page]:
    """The page of an app that the organisation leaves to its users."""
    target.client("asked")
    shell, topic = signed_in(target)
    pane, browser = shell.pane("asked", topic)
    launch = shell.launch("asked", topic, pane).json()["launch"]
    return browser, browser.open(target.authorize_url("asked", launch=launch, **changes))


@ROWS.row("SAL-19", "MAY", mutant="consent-assumed")
def refusal_by_the_user(target: Target) -> None:
    """Whoever says no on the consent page sends access_denied with the state."""
    browser, page = consent_page(target)
    answer = browser.submit(page, answer="refuse").query
    assert (answer["error"], answer["state"]) == ("access_denied", "state-of-a-test")
    assert "code" not in answer


@ROWS.row("SAL-19", "MAY", mutant="consent-assumed")
def consent_required(target: Target) -> None:
    """Where the user has to be asked, prompt=none answers consent_required and shows no page."""
    _, page = consent_page(target, prompt="none")
    answer = answered(page)
    assert (answer.get("error"), answer.get("state")) == ("consent_required", "state-of-a-test")


@ROWS.row("SAL-19", "MAY", mutant="prompt-ignored")
def interaction_required(target: Target) -> None:
    """Where a patient has to be picked, prompt=none answers interaction_required and shows no page."""
    browser = target.browser()
    url = target.authorize_url("wide", scope="openid launch/patient patient/Patient.rs")
    assert forms_of(target.sign_in(browser, url).text), "the picker"
    answer = browser.open(url + "&prompt=none").query
    assert (answer.get("error"), answer.get("state")) == ("interaction_required", "state-of-a-test")


@ROWS.row("SAL-42", "SHOULD", mutant="wildcard-unsaid")
def wildcard_in_words(target: Target) -> None:
    """The consent page says that a wildcard covers kinds of information that come later."""
    _, page = consent_page(target)
    assert "senere" in page.text or "etter hvert" in page.text, page.text
