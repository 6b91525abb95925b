"""Token response, refresh, introspection, revocation, identity (SAL-16, SAL-18, SAL-23 to SAL-33, SAL-44 to SAL-53)."""

from __future__ import annotations

import base64
import json
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from tests.conformance.steps import app, bearer, read, refused, signed_in
from tests.conformance.table import Rows, Target
from tests.fakes.browser import Browser
from tests.fakes.gateway import APP_SECRET, VERIFIER, Shell
from tests.fakes.upstream_systems import ANNA

ROWS = Rows()

KNOWN_MEMBERS = frozenset(
    {
        "access_token",
        "token_type",
        "scope",
        "expires_in",
        "id_token",
        "refresh_token",
        "authorization_details",
        "patient",
        "encounter",
        "fhirContext",
        "need_patient_banner",
        "intent",
        "smart_style_url",
        "tenant",
        "hub.url",
        "hub.topic",
    }
)

STYLE_MEMBERS = frozenset(
    {
        "color_background",
        "color_error",
        "color_highlight",
        "color_modal_backdrop",
        "color_success",
        "color_text",
        "dim_border_radius",
        "dim_font_size",
        "dim_spacing_size",
        "font_family_body",
        "font_family_heading",
    }
)


def code_of(target: Target, client_id: str = "notat") -> tuple[str, Shell, Browser]:
    """A fresh code of an app in a pane."""
    shell, topic = signed_in(target)
    _, browser = shell.pane(client_id, topic)
    code: str = browser.open(target.authorize_url(client_id)).query["code"]
    return code, shell, browser


def form(target: Target, code: str, client_id: str = "notat") -> dict[str, str]:
    """The form that redeems a code."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": target.authorize_redirect(client_id),
        "code_verifier": VERIFIER,
    }


def unread(token: str) -> dict[str, Any]:
    """The claims of a token, unverified."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


@ROWS.row("SAL-16", "SHALL", mutant="verifier-unchecked")
def verifier(target: Target) -> None:
    """A code without its verifier, or with another, is not redeemed."""
    for wrong in ({"code_verifier": "w" * 43}, {"code_verifier": ""}):
        code, _, _ = code_of(target)
        refused(
            target.token(None, **{**form(target, code), "client_id": "notat", **wrong}), 400, "invalid_grant"
        )


@ROWS.row("SAL-18", "SHALL", mutant="code-replay-forgiven")
def code_once(target: Target) -> None:
    """A code that comes again is refused and ends what was issued from it."""
    code, _, _ = code_of(target)
    tokens = target.redeem(code, "notat").json()
    assert read(target, tokens).status_code == 200
    refused(target.redeem(code, "notat"), 400, "invalid_grant")
    assert read(target, tokens).status_code == 401


@ROWS.row("SAL-18", "SHALL", mutant="nothing-expires")
def code_short(target: Target) -> None:
    """A code older than a minute is refused."""
    code, _, _ = code_of(target)
    target.clock.advance(61)
    refused(target.redeem(code, "notat"), 400, "invalid_grant")


@ROWS.row("SAL-23", "SHALL", mutant="bearer-lower-case")
def response_members(target: Target) -> None:
    """access_token, token_type Bearer, scope and expires_in are always there."""
    tokens = app(target)
    assert tokens["token_type"] == "Bearer"
    assert isinstance(tokens["access_token"], str)
    assert isinstance(tokens["scope"], str)
    assert type(tokens["expires_in"]) is int


@ROWS.row("SAL-24", "SHALL", mutant="answers-storable")
def never_stored(target: Target) -> None:
    """Token answers say that nobody may store them, on refresh too."""
    code, _, _ = code_of(target)
    first = target.redeem(code, "notat")
    second = target.refresh(first.json()["refresh_token"], "notat")
    for answer in (first, second):
        assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


@ROWS.row("SAL-25", "SHALL", mutant="tokens-never-expire")
def short_tokens(target: Target) -> None:
    """An access token lives an hour at most and is refused afterwards."""
    tokens = app(target)
    assert tokens["expires_in"] <= 3600
    assert read(target, tokens).status_code == 200
    target.clock.advance(tokens["expires_in"] + 1)
    assert read(target, tokens).status_code == 401


@ROWS.row("SAL-26", "SHALL", mutant="client-id-ignored")
def client_id_in_the_form(target: Target) -> None:
    """A public client names itself; a confidential one may; another name is refused."""
    code, _, _ = code_of(target)
    answer = target.token(None, **form(target, code))
    assert answer.status_code in (400, 401)
    secret = ("hemmelig", APP_SECRET)
    for named, good in (({}, True), ({"client_id": "hemmelig"}, True), ({"client_id": "notat"}, False)):
        code, _, _ = code_of(target, "hemmelig")
        answer = target.token(secret, **form(target, code, "hemmelig"), **named)
        if good:
            assert answer.status_code == 200, answer.text
        else:
            refused(answer, 401, "invalid_client")


@ROWS.row("SAL-27", "RFC", mutant="refusals-forbidden")
def errors(target: Target) -> None:
    """Every refusal is JSON with its own word and status."""
    refused(target.token(client_id="notat", grant_type="password"), 400, "unsupported_grant_type")
    refused(target.token(client_id="notat", grant_type="authorization_code"), 400, "invalid_request")
    wrong = target.token(("hemmelig", "wrong"), grant_type="authorization_code", code="c")
    refused(wrong, 401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic")


@ROWS.row("SAL-28", "SHALL", mutant="context-as-references")
def launch_context(target: Target) -> None:
    """Launch context stands beside the token: bare ids, a real boolean, a string."""
    tokens = app(target, intent="order-review")
    assert tokens["patient"] == ANNA
    assert tokens["encounter"] == "e-anna-2"
    assert tokens["need_patient_banner"] is False
    assert tokens["intent"] == "order-review"


@ROWS.row("SAL-29", "SHALL", mutant="fhir-context-unchecked")
def fhir_context(target: Target) -> None:
    """fhirContext holds objects with a reference, canonical or identifier; never the patient without a role."""
    shell, topic = signed_in(target)
    items = [{"reference": "Questionnaire/q1", "role": "https://example.org/role"}]
    assert shell.app("alt", topic, fhirContext=items)["fhirContext"] == items
    for wrong in ("x", {}, {"reference": f"Patient/{ANNA}"}, {"reference": "Questionnaire/q", "role": ""}):
        answer = shell.launch("alt", topic, fhirContext=[wrong])
        assert answer.status_code == 400, wrong


@ROWS.row("SAL-30", "SHOULD", mutant="unknown-scope-refused")
def unsupported_role(target: Target) -> None:
    """A launch/ scope that is not supported costs nothing: the context that there is is given."""
    tokens = app(target, "openid launch launch/questionnaire?role=x patient/Patient.rs")
    assert tokens["patient"] == ANNA
    assert "launch/questionnaire" not in tokens["scope"]


@ROWS.row("SAL-31", "SHALL", mutant="style-without-content")
def style(target: Target) -> None:
    """smart_style_url is a document of known members under an address made of its content, for every origin."""
    address = app(target)["smart_style_url"]
    path = address.removeprefix(target.base_url)
    assert path.endswith(".json")
    answer = target.http.get(path, headers={"Origin": "https://somewhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    members = answer.json()
    assert members and set(members) <= STYLE_MEMBERS
    assert app(target)["smart_style_url"] == address
    assert target.http.get(path.replace(".json", "0.json")).status_code == 404


@ROWS.row("SAL-32", "SHALL", mutant="unknown-member")
def no_inventions(target: Target) -> None:
    """No member of our own without a URI or the two underscores."""
    for name in set(app(target)) - {"pane"}:
        assert name in KNOWN_MEMBERS or ":" in name or name.startswith("__"), name


@ROWS.row("SAL-44", "SHALL", mutant="nonce-forgotten")
def id_token(target: Target) -> None:
    """The id_token is signed RS256 for this client, with the request's nonce and fhirUser."""
    keys = KeySet.import_key_set(target.http.get("/oauth/jwks").json())
    identity = jwt.decode(app(target)["id_token"], keys, algorithms=["RS256"])
    assert identity.header["alg"] == "RS256"
    claims = identity.claims
    assert (claims["iss"], claims["aud"]) == (target.base_url, "alt")
    assert claims["nonce"] == "nonce-of-a-test"
    assert claims["exp"] > claims["iat"]
    assert {"sub", "fhirUser"} <= claims.keys()


@ROWS.row("SAL-45", "SHALL", mutant="fhir-user-absolute")
def fhir_user(target: Target) -> None:
    """fhirUser is a Practitioner that the token may read."""
    tokens = app(target)
    who = unread(tokens["id_token"])["fhirUser"]
    assert who.partition("/")[0] in ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson", "Person")
    assert read(target, tokens, f"/{who}").status_code == 200


@ROWS.row("NAV-09", "must", mutant="fhir-user-absolute")
def fhir_user_is_relative(target: Target) -> None:
    """fhirUser begins with Practitioner/."""
    assert unread(app(target)["id_token"])["fhirUser"].startswith("Practitioner/")


@ROWS.row("SAL-47", "SHALL", mutant="refresh-always")
def refresh_only_when_granted(target: Target) -> None:
    """Without online or offline access there is no refresh token; online access dies with the session."""
    assert "refresh_token" not in app(target, "openid launch patient/Patient.rs")
    shell, topic = signed_in(target)
    tokens = shell.app("notat", topic)
    assert "online_access" in tokens["scope"].split()
    assert shell.call("DELETE", "/workspace/session").status_code in (200, 204)
    refused(target.refresh(tokens["refresh_token"], "notat"), 400, "invalid_grant")


@ROWS.row("SAL-47", "SHALL", mutant="offline-dies")
def offline_survives(target: Target) -> None:
    """Offline access, where it was approved, outlives the user's session."""
    code, shell, _ = code_of(target, "fravaer")
    tokens = target.token(("fravaer", APP_SECRET), **form(target, code, "fravaer")).json()
    assert "offline_access" in tokens["scope"].split()
    assert shell.call("DELETE", "/workspace/session").status_code in (200, 204)
    again = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    answer = target.token(("fravaer", APP_SECRET), **again)
    assert answer.status_code == 200, answer.text
    assert read(target, answer.json()).status_code == 200


@ROWS.row("SAL-48", "SHALL", mutant="refresh-for-anybody")
def refresh_is_bound(target: Target) -> None:
    """Another client cannot use a refresh token."""
    tokens = app(target, client_id="notat")
    refused(target.refresh(tokens["refresh_token"], "legemidler"), 400, "invalid_grant")
    assert target.refresh(tokens["refresh_token"], "notat").status_code == 200


@ROWS.row("SAL-49", "SHALL", mutant="refresh-widens")
def refresh_narrows(target: Target) -> None:
    """A refresh may ask for less and never for more; expires_in and scope are always there."""
    tokens = app(target, client_id="notat")
    less = target.refresh(tokens["refresh_token"], "notat", scope="launch patient/Patient.rs").json()
    assert (less["scope"], type(less["expires_in"])) == ("launch patient/Patient.rs", int)
    assert read(target, less, f"/Observation?patient={ANNA}").status_code == 403
    more = target.refresh(less["refresh_token"], "notat", scope="patient/Condition.rs")
    refused(more, 400, "invalid_scope")


@ROWS.row("SAL-50", "best practice", mutant="reuse-forgiven")
def reuse_ends_the_grant(target: Target) -> None:
    """A rotated refresh token that comes again after ten seconds ends the whole grant."""
    first = app(target, client_id="notat")
    second = target.refresh(first["refresh_token"], "notat").json()
    assert second["refresh_token"] != first["refresh_token"]
    target.clock.advance(11)
    refused(target.refresh(first["refresh_token"], "notat"), 400, "invalid_grant")
    refused(target.refresh(second["refresh_token"], "notat"), 400, "invalid_grant")
    assert read(target, second).status_code == 401


@ROWS.row("SAL-51", "SHALL", mutant="introspection-poor")
def introspection(target: Target) -> None:
    """Introspection tells scope, client, expiry, launch context and identity; of an unknown token nothing."""
    shell, topic = signed_in(target)
    tokens = shell.app("alt", topic)
    answer = target.http.post(
        "/oauth/introspect", data={"token": tokens["access_token"]}, headers=shell.bearer
    ).json()
    assert answer["active"] is True
    assert (answer["scope"], answer["client_id"]) == (tokens["scope"], "alt")
    assert type(answer["exp"]) is int
    assert (answer["patient"], answer["encounter"]) == (tokens["patient"], tokens["encounter"])
    claims = unread(tokens["id_token"])
    assert (answer["iss"], answer["sub"], answer["fhirUser"]) == (
        claims["iss"],
        claims["sub"],
        claims["fhirUser"],
    )
    unknown = target.http.post("/oauth/introspect", data={"token": "x"}, headers=shell.bearer)
    assert (unknown.status_code, unknown.json()) == (200, {"active": False})


@ROWS.row("SAL-52", "SHALL", mutant="introspection-open")
def introspection_is_protected(target: Target) -> None:
    """Introspection needs an authorized caller; an app's own user token is not one."""
    tokens = app(target)
    token = {"token": tokens["access_token"]}
    assert target.http.post("/oauth/introspect", data=token).status_code == 401
    assert target.http.post("/oauth/introspect", data=token, headers=bearer(tokens)).status_code == 403


@ROWS.row("SAL-53", "RFC", mutant="revocation-forgets")
def revocation(target: Target) -> None:
    """A revoked access token is dead at once; a revoked refresh token takes its access tokens along."""
    for kind in ("access_token", "refresh_token"):
        tokens = app(target, client_id="notat")
        answer = target.http.post("/oauth/revoke", data={"token": tokens[kind], "client_id": "notat"})
        assert answer.status_code == 200
        assert read(target, tokens).status_code == 401, kind
    unknown = target.http.post("/oauth/revoke", data={"token": "unknown", "client_id": "notat"})
    assert unknown.status_code == 200


@ROWS.row("NAV-07", "must", mutant="opaque-access-token")
def verifiable_access_token(target: Target) -> None:
    """The access token is a JWT signed RS256 whose iss is the advertised issuer, good for over ten minutes."""
    tokens = app(target)
    keys = KeySet.import_key_set(target.http.get("/oauth/jwks").json())
    access = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"])
    assert (access.header["alg"], access.claims["iss"]) == ("RS256", target.base_url)
    assert tokens["expires_in"] > 600
