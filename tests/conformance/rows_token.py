"""Token response, refresh, introspection, revocation, identity (SAL-16, SAL-18, SAL-23 to SAL-33, SAL-44 to SAL-53)."""

from __future__ import annotations

import httpx2
from joserfc import jwt

from tests.conformance.steps import app, claims_of, code_of, read, refused, signed_in
from tests.conformance.table import Rows, Target

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
        "smart_web_messaging_handle",
        "smart_web_messaging_origin",
        "tenant",
        "hub.url",
        "hub.topic",
    }
)

LAUNCH_CONTEXT = frozenset(
    {
        "patient",
        "encounter",
        "fhirContext",
        "need_patient_banner",
        "intent",
        "smart_style_url",
        "tenant",
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


@ROWS.row("SAL-16", "SHALL", mutant="verifier-unchecked")
def verifier(target: Target) -> None:
    """A code without its verifier, or with another, is not redeemed."""
    for wrong in ({"code_verifier": "w" * 43}, {"code_verifier": ""}):
        code, _ = code_of(target)
        refused(target.token_for("app", **{**target.code_form("app", code), **wrong}), 400, "invalid_grant")


@ROWS.row("SAL-18", "SHALL", mutant="code-replay-forgiven")
def code_once(target: Target) -> None:
    """A code that comes again is refused and ends what was issued from it."""
    code, _ = code_of(target)
    tokens = target.redeem(code, "app").json()
    assert read(target, tokens).status_code == 200
    refused(target.redeem(code, "app"), 400, "invalid_grant")
    assert read(target, tokens).status_code == 401


@ROWS.row("SAL-18", "SHALL", mutant="nothing-expires")
def code_short(target: Target) -> None:
    """A code older than a minute is refused."""
    code, _ = code_of(target)
    target.clock.advance(61)
    refused(target.redeem(code, "app"), 400, "invalid_grant")


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
    code, _ = code_of(target)
    first = target.redeem(code, "app")
    second = target.refresh(first.json()["refresh_token"], "app")
    for answer in (first, second):
        assert (answer.headers["cache-control"], answer.headers["pragma"]) == ("no-store", "no-cache")


@ROWS.row("SAL-24", "SHALL", mutant="answers-storable")
def backend_answers_are_never_stored(target: Target) -> None:
    """The answer to a backend service, too."""
    answer = target.token_for("service", grant_type="client_credentials", scope="system/Patient.rs")
    assert answer.status_code == 200, answer.text
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
    code, _ = code_of(target)
    answer = target.token(target.code_form("app", code))
    assert answer.status_code in (400, 401)
    client, another = target.client("secret"), target.client("app").client_id
    for named, good in (({}, True), ({"client_id": client.client_id}, True), ({"client_id": another}, False)):
        code, _ = code_of(target, "secret")
        form = {**target.code_form("secret", code), **named}
        answer = target.token(form, (client.client_id, client.secret))
        if good:
            assert answer.status_code == 200, answer.text
        else:
            refused(answer, 401, "invalid_client")


@ROWS.row("SAL-27", "RFC", mutant="refusals-forbidden")
def errors(target: Target) -> None:
    """Every refusal is JSON with its own word and status."""
    refused(target.token_for("app", grant_type="password"), 400, "unsupported_grant_type")
    refused(target.token_for("app", grant_type="authorization_code"), 400, "invalid_request")
    wrong = target.token({"grant_type": "authorization_code", "code": "c"}, ("nobody", "wrong"))
    refused(wrong, 401, "invalid_client")
    assert wrong.headers["www-authenticate"].startswith("Basic")


@ROWS.row("SAL-28", "SHALL", mutant="context-as-references")
def launch_context(target: Target) -> None:
    """Launch context stands beside the token: bare ids, a real boolean, a string."""
    tokens = app(target, intent="order-review")
    assert tokens["patient"] == target.patient
    assert tokens["encounter"] == target.encounter
    assert tokens["need_patient_banner"] is False
    assert tokens["intent"] == "order-review"
    assert all(isinstance(tokens.get(name, ""), str) for name in ("smart_style_url", "tenant"))


@ROWS.row("SAL-29", "SHALL", mutant="fhir-context-unchecked")
def fhir_context(target: Target) -> None:
    """fhirContext holds objects with a reference, canonical or identifier; never the patient without a role."""
    shell, topic = signed_in(target)
    items = [
        {"reference": "Questionnaire/q1", "role": "https://example.org/role"},
        {"canonical": "https://example.org/Questionnaire/q2|1", "type": "Questionnaire"},
        {"identifier": {"system": "urn:example", "value": "1"}, "type": "Questionnaire"},
        {"reference": f"Patient/{target.other_patient}", "role": "https://example.org/role"},
    ]
    assert shell.app("wide", topic, fhirContext=items)["fhirContext"] == items
    for wrong in (
        "x",
        {},
        {"reference": f"Patient/{target.patient}"},
        {"reference": f"Encounter/{target.encounter}"},
        {"reference": "Questionnaire/q", "role": ""},
    ):
        answer = shell.launch("wide", topic, fhirContext=[wrong])
        assert answer.status_code == 400, wrong


@ROWS.row("SAL-30", "SHOULD", mutant="unknown-scope-refused")
def unsupported_role(target: Target) -> None:
    """A launch/ scope that is not supported costs nothing: the context that there is is given."""
    tokens = app(target, "openid launch launch/questionnaire?role=x patient/Patient.rs")
    assert tokens["patient"] == target.patient
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


@ROWS.row("SAL-31", "SHALL", mutant="style-named-once")
def style_has_a_new_address(target: Target) -> None:
    """When the look changes, its address does."""
    found = {}
    for colour in ("#101418", "#f0f0f0"):
        with target.styled({"color_text": colour}) as gateway:
            shell = gateway.shell()
            topic = shell.context()
            shell.open_patient(topic, target.people.first)
            address = shell.app("wide", topic)["smart_style_url"]
            assert gateway.http.get(address).json()["color_text"] == colour
            found[colour] = address
    assert len(set(found.values())) == len(found), found


@ROWS.row("SAL-32", "SHALL", mutant="unknown-member")
def no_inventions(target: Target) -> None:
    """No member of our own without a URI or the two underscores."""
    for name in set(app(target)) - {"pane"}:
        assert name in KNOWN_MEMBERS or ":" in name or name.startswith("__"), name


@ROWS.row("SAL-44", "SHALL", mutant="nonce-forgotten")
def id_token(target: Target) -> None:
    """The id_token is signed RS256 for this client, with the request's nonce and fhirUser."""
    keys = target.keys()
    identity = jwt.decode(app(target)["id_token"], keys, algorithms=["RS256"])
    assert identity.header["alg"] == "RS256"
    claims = identity.claims
    assert (claims["iss"], claims["aud"]) == (target.found["issuer"], target.client("wide").client_id)
    assert claims["nonce"] == "nonce-of-a-test"
    assert claims["exp"] > claims["iat"]
    assert {"sub", "fhirUser"} <= claims.keys()


@ROWS.row("SAL-45", "SHALL", mutant="fhir-user-absolute")
def fhir_user(target: Target) -> None:
    """fhirUser is a Practitioner that the token may read."""
    tokens = app(target)
    who = claims_of(tokens["id_token"])["fhirUser"]
    assert who.partition("/")[0] in ("Practitioner", "PractitionerRole", "Patient", "RelatedPerson", "Person")
    assert read(target, tokens, f"/{who}").status_code == 200


@ROWS.row("NAV-09", "must", mutant="fhir-user-absolute")
def fhir_user_is_relative(target: Target) -> None:
    """fhirUser begins with Practitioner/."""
    assert claims_of(app(target)["id_token"])["fhirUser"].startswith("Practitioner/")


@ROWS.row("SAL-47", "SHALL", mutant="refresh-always")
def refresh_only_when_granted(target: Target) -> None:
    """Without online or offline access there is no refresh token; online access dies with the session."""
    assert "refresh_token" not in app(target, "openid launch patient/Patient.rs")
    shell, topic = signed_in(target)
    tokens = shell.app("app", topic)
    assert "online_access" in tokens["scope"].split()
    shell.leave()
    refused(target.refresh(tokens["refresh_token"], "app"), 400, "invalid_grant")


@ROWS.row("SAL-47", "SHALL", mutant="offline-dies")
def offline_survives(target: Target) -> None:
    """Offline access, where it was approved, outlives the user's session."""
    code, shell = code_of(target, "offline")
    tokens = target.redeem(code, "offline").json()
    assert "offline_access" in tokens["scope"].split()
    shell.leave()
    answer = target.refresh(tokens["refresh_token"], "offline")
    assert answer.status_code == 200, answer.text
    assert read(target, answer.json()).status_code == 200


@ROWS.row("SAL-48", "SHALL", mutant="refresh-for-anybody")
def refresh_is_bound(target: Target) -> None:
    """Another client cannot use a refresh token."""
    tokens = app(target, role="app")
    refused(target.refresh(tokens["refresh_token"], "other"), 400, "invalid_grant")
    assert target.refresh(tokens["refresh_token"], "app").status_code == 200


@ROWS.row("SAL-49", "SHALL", mutant="refresh-widens")
def refresh_narrows(target: Target) -> None:
    """A refresh may ask for less and never for more; expires_in and scope are always there."""
    tokens = app(target, role="app")
    less = target.refresh(tokens["refresh_token"], "app", scope="launch patient/Patient.rs").json()
    assert (less["scope"], type(less["expires_in"])) == ("launch patient/Patient.rs", int)
    assert read(target, less, f"/Observation?patient={target.patient}").status_code == 403
    more = target.refresh(less["refresh_token"], "app", scope="patient/Condition.rs")
    refused(more, 400, "invalid_scope")


@ROWS.row("SAL-49", "SHALL", mutant="secret-unchecked")
def refresh_needs_the_secret(target: Target) -> None:
    """A confidential client proves itself at every refresh."""
    client = target.client("secret")
    tokens = app(target, role="secret")
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    refused(target.token({**form, "client_id": client.client_id}), 401, "invalid_client")
    refused(target.token(form, (client.client_id, "wrong")), 401, "invalid_client")
    assert target.refresh(tokens["refresh_token"], "secret").status_code == 200


@ROWS.row("SAL-50", "best practice", mutant="reuse-forgiven")
def reuse_after_use(target: Target) -> None:
    """A rotated refresh token that comes again after the next one was used ends the whole grant at once."""
    first = app(target, role="app")
    second = target.refresh(first["refresh_token"], "app").json()
    third = target.refresh(second["refresh_token"], "app").json()
    assert len({tokens["refresh_token"] for tokens in (first, second, third)}) == 3
    refused(target.refresh(first["refresh_token"], "app"), 400, "invalid_grant")
    refused(target.refresh(third["refresh_token"], "app"), 400, "invalid_grant")
    assert read(target, third).status_code == 401


@ROWS.row("SAL-50", "best practice", mutant="reuse-forgiven")
def reuse_ends_the_grant(target: Target) -> None:
    """A rotated refresh token that comes again after ten seconds ends the whole grant."""
    first = app(target, role="app")
    second = target.refresh(first["refresh_token"], "app").json()
    assert second["refresh_token"] != first["refresh_token"]
    target.clock.advance(11)
    refused(target.refresh(first["refresh_token"], "app"), 400, "invalid_grant")
    refused(target.refresh(second["refresh_token"], "app"), 400, "invalid_grant")
    assert read(target, second).status_code == 401


@ROWS.row("SAL-51", "SHALL", mutant="introspection-poor")
def introspection(target: Target) -> None:
    """Introspection tells scope, client, expiry, launch context and identity; of an unknown token nothing."""
    shell, topic = signed_in(target)
    items = [{"reference": "Questionnaire/q1", "role": "https://example.org/role"}]
    tokens = shell.app("wide", topic, intent="order-review", fhirContext=items)
    answer = shell.introspect(tokens["access_token"]).json()
    assert answer["active"] is True
    assert (answer["scope"], answer["client_id"]) == (tokens["scope"], target.client("wide").client_id)
    assert type(answer["exp"]) is int
    context = tokens.keys() & LAUNCH_CONTEXT
    assert context >= {"patient", "encounter", "intent", "fhirContext"}
    assert {name: answer.get(name) for name in context} == {name: tokens[name] for name in context}
    claims = claims_of(tokens["id_token"])
    assert (answer["iss"], answer["sub"], answer["fhirUser"]) == (
        claims["iss"],
        claims["sub"],
        claims["fhirUser"],
    )
    unknown = shell.introspect("x")
    assert (unknown.status_code, unknown.json()) == (200, {"active": False})


def introspected(target: Target, token: str, by: str | None = None) -> httpx2.Response:
    """What a token stands for, asked with another one or with none."""
    headers = {} if by is None else {"Authorization": f"Bearer {by}"}
    return target.http.post(target.path("introspection_endpoint"), data={"token": token}, headers=headers)


@ROWS.row("SAL-52", "SHALL", mutant="introspection-open")
def introspection_is_protected(target: Target) -> None:
    """Introspection needs an authorized caller; an app's own user token is not one."""
    tokens = app(target)
    assert introspected(target, tokens["access_token"]).status_code == 401
    assert introspected(target, tokens["access_token"], by=tokens["access_token"]).status_code == 403


@ROWS.row("SAL-52", "SHALL", mutant="introspection-for-no-service")
def introspection_by_a_service(target: Target) -> None:
    """A backend service approved for it (scope __introspect) introspects tokens of any client; another one may not."""
    token = app(target)["access_token"]
    found = {}
    for role, scope in (("reader", "__introspect"), ("service", "system/Patient.rs")):
        own = target.token_for(role, grant_type="client_credentials", scope=scope).json()
        assert own["scope"] == scope
        found[role] = introspected(target, token, by=own["access_token"])
    assert (found["reader"].status_code, found["reader"].json()["active"]) == (200, True)
    assert found["reader"].json()["client_id"] == target.client("wide").client_id
    assert found["service"].status_code == 403


def revoked(target: Target, token: str, role: str = "app", **more: str) -> httpx2.Response:
    """A public app gives a token back."""
    form = {"token": token, "client_id": target.client(role).client_id, **more}
    return target.http.post(target.path("revocation_endpoint"), data=form)


@ROWS.row("SAL-53", "RFC", mutant="revocation-forgets")
def revocation(target: Target) -> None:
    """A revoked access token is dead at once, a revoked refresh token takes its access tokens along; others end neither."""
    for kind in ("access_token", "refresh_token"):
        tokens = app(target, role="app")
        assert revoked(target, tokens[kind], "other").status_code == 200
        assert read(target, tokens).status_code == 200, kind
        answer = revoked(target, tokens[kind], token_type_hint=kind)
        assert answer.status_code == 200
        assert read(target, tokens).status_code == 401, kind
    assert revoked(target, "unknown").status_code == 200


@ROWS.row("NAV-07", "must", mutant="opaque-access-token")
def verifiable_access_token(target: Target) -> None:
    """The access token is a JWT signed RS256 whose iss is the advertised issuer, good for over ten minutes."""
    tokens = app(target)
    keys = target.keys()
    access = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"])
    assert (access.header["alg"], access.claims["iss"]) == ("RS256", target.found["issuer"])
    assert tokens["expires_in"] > 600
