"""Scopes and what they let through (SAL-34 to SAL-43, SAL-61, SAL-70, NAV-05, NAV-06, NAV-08, NAV-10, NAV-12)."""

from __future__ import annotations

import uuid
from typing import Any

from tests.conformance.steps import (
    LABORATORY,
    answered,
    app,
    observation,
    read,
    signed_in,
    stored,
)
from tests.conformance.table import Rows, Target

ROWS = Rows()

NATIONAL_CLIENT = (
    "openid profile launch fhirUser offline_access patient/Patient.read patient/Encounter.read "
    "patient/Condition.read patient/DocumentReference.read patient/DocumentReference.write"
)


LETTERS = {
    "r": {"read"},
    "s": {"search"},
    "c": {"create"},
    "u": {"update", "put"},
    "d": {"delete"},
}
"""What each letter allows; ``u`` is update and update-as-create, PATCH is not offered."""

WRITE_BACK = (
    "launch patient/DocumentReference.read patient/DocumentReference.write "
    "patient/QuestionnaireResponse.read patient/QuestionnaireResponse.write"
)


@ROWS.row("SAL-34", "SHALL", mutant="letters-ignored")
def letters(target: Target) -> None:
    """Each letter of cruds allows its own interactions and no other."""
    shell, topic = signed_in(target)
    known = stored(shell, observation(target.patient))
    for letter, may in LETTERS.items():
        tokens = shell.app("wide", topic, f"launch patient/Observation.{letter}")
        token, at, own = tokens["access_token"], "/Observation", observation(target.patient)
        new = str(uuid.uuid4())
        done = {
            "read": target.fhir("GET", f"{at}/{known}", token),
            "search": target.fhir("GET", f"{at}?patient={target.patient}", token),
            "create": target.fhir("POST", at, token, own),
            "update": target.fhir("PUT", f"{at}/{known}", token, {**own, "id": known}),
            "put": target.fhir("PUT", f"{at}/{new}", token, {**own, "id": new}),
            "delete": target.fhir("DELETE", f"{at}/{known}", token),
        }
        statuses = {name: answer.status_code for name, answer in done.items()}
        assert {name for name, status in statuses.items() if status < 300} == may, (letter, statuses)


@ROWS.row("SAL-34", "SHALL", mutant="patch-is-update")
def patch(target: Target) -> None:
    """PATCH is offered to nobody (405); u is update and update-as-create."""
    shell, topic = signed_in(target)
    known = stored(shell, observation(target.patient))
    token = shell.app("wide", topic, "launch patient/Observation.cruds")["access_token"]
    answer = target.fhir(
        "PATCH", f"/Observation/{known}", token, {**observation(target.patient), "id": known}
    )
    assert (answer.status_code, answer.json()["resourceType"]) == (405, "OperationOutcome"), answer.text


@ROWS.row("SAL-35", "MAY", mutant="suffix-by-letter")
def disordered_suffix(target: Target) -> None:
    """A suffix out of order is never read letter by letter, and .read never allows to delete."""
    shell, topic = signed_in(target)
    known = stored(shell, observation(target.patient))
    tokens = shell.app("wide", topic, "launch patient/Observation.dus patient/Patient.sr")
    assert read(target, tokens, f"/Observation?patient={target.patient}").status_code == 403
    reading = shell.app("wide", topic, "launch patient/Observation.read")
    assert target.fhir("DELETE", f"/Observation/{known}", reading["access_token"]).status_code == 403


@ROWS.row("SAL-36", "SHOULD", mutant="version-1-rewritten")
def version_1(target: Target) -> None:
    """Scopes of version 1 are answered in version 1; read covers search, write does not cover read."""
    assert "permission-v1" in target.found["capabilities"]
    tokens = app(target, "launch patient/Patient.read patient/Observation.write")
    assert {"patient/Patient.read", "patient/Observation.write"} <= set(tokens["scope"].split())
    assert read(target, tokens).status_code == 200
    assert read(target, tokens, f"/Patient?name={target.family_name}").status_code == 200
    assert read(target, tokens, f"/Observation?patient={target.patient}").status_code == 403


@ROWS.row("SAL-37", "SHALL", mutant="granular-ignored")
def granular(target: Target) -> None:
    """A granular scope narrows search and read alike, and _include takes nothing along that it does not cover."""
    shell, topic = signed_in(target)
    vital = stored(shell, observation(target.patient, category="vital-signs"))
    laboratory = stored(shell, observation(target.patient))
    scope = f"patient/Observation.rs?category={LABORATORY}"
    tokens = shell.app("wide", topic, f"launch {scope}")
    assert scope in tokens["scope"]
    assert read(target, tokens, f"/Observation/{laboratory}").status_code == 200
    assert read(target, tokens, f"/Observation/{vital}").status_code in (403, 404)
    found = read(target, tokens, f"/Observation?patient={target.patient}").json()
    assert {entry["resource"]["category"][0]["coding"][0]["code"] for entry in found["entry"]} == {
        "laboratory"
    }
    including = read(target, tokens, f"/Observation?patient={target.patient}&_include=Observation:subject")
    kinds = {entry["resource"]["resourceType"] for entry in including.json().get("entry", ())}
    assert kinds <= {"Observation", "OperationOutcome"}, kinds


@ROWS.row("SAL-38", "SHALL", mutant="everything-granted")
def scope_tells_the_truth(target: Target) -> None:
    """What was not approved is absent from scope and refused."""
    tokens = app(target, "launch patient/Patient.rs patient/Condition.rs", "app")
    assert tokens["scope"].split() == ["launch", "patient/Patient.rs"]
    assert read(target, tokens, f"/Condition?patient={target.patient}").status_code == 403


def bundle(kind: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Several requests in one."""
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


@ROWS.row("SAL-39", "SHALL", mutant="gateway-asks-for-itself")
def rights_of_the_user(target: Target) -> None:
    """Whom the user may not see, his apps do not see with user/ scopes either: no read, nothing in a search."""
    hidden = target.hidden_patient
    tokens = app(target, "launch user/Patient.rs")
    assert "user/Patient.rs" in tokens["scope"].split()
    assert read(target, tokens, f"/Patient/{target.other_patient}").status_code == 200
    assert read(target, tokens, f"/Patient/{hidden}").status_code in (403, 404)
    found = read(target, tokens, f"/Patient?_id={hidden},{target.other_patient}").json()
    assert [entry["resource"]["id"] for entry in found["entry"]] == [target.other_patient]


@ROWS.row("SAL-43", "SHALL", mutant="scopes-as-addresses")
def scopes_in_short_form(target: Target) -> None:
    """Scopes have one form here, the short one: asked for as a URI, nothing is granted."""
    asked = [
        "http://smarthealthit.org/fhir/scopes/patient/Patient.rs",
        "http://openid.net/specs/openid-connect-core-1_0#openid",
    ]
    tokens = app(target, " ".join(["launch", *asked]))
    assert tokens["scope"] == "launch"
    assert "id_token" not in tokens
    assert read(target, tokens).status_code == 403


@ROWS.row("SAL-40", "SHALL", mutant="grants-without-limit")
def bundles(target: Target) -> None:
    """A batch answers each entry for itself; a transaction with one forbidden entry fails whole."""
    tokens = app(target, "launch patient/Patient.rs patient/Observation.crus")
    entries = [
        {"request": {"method": "GET", "url": f"Patient/{target.patient}"}},
        {"request": {"method": "GET", "url": f"Patient/{target.other_patient}"}},
    ]
    batch = target.fhir("POST", "", tokens["access_token"], bundle("batch", entries))
    assert [entry["response"]["status"][:3] for entry in batch.json()["entry"]] == ["200", "403"]
    entries = [
        {"request": {"method": "POST", "url": "Observation"}, "resource": observation(target.patient)},
        {"request": {"method": "POST", "url": "Observation"}, "resource": observation(target.other_patient)},
    ]
    before = read(target, tokens, "/Observation?_summary=count").json()["total"]
    whole = target.fhir("POST", "", tokens["access_token"], bundle("transaction", entries))
    assert whole.status_code == 403, whole.text
    assert read(target, tokens, "/Observation?_summary=count").json()["total"] == before


@ROWS.row("SAL-61", "SHALL", mutant="invalid-token-forbidden")
def refusals(target: Target) -> None:
    """No or a bad token is 401 with a Bearer challenge, a missing scope 403; both with an OperationOutcome."""
    none = target.fhir("GET", f"/Patient/{target.patient}")
    bad = target.fhir("GET", f"/Patient/{target.patient}", "nonsense")
    assert (none.status_code, bad.status_code) == (401, 401)
    assert none.headers["www-authenticate"].startswith("Bearer")
    assert 'error="invalid_token"' in bad.headers["www-authenticate"]
    forbidden = read(target, app(target, "launch patient/Patient.rs"), f"/Condition?patient={target.patient}")
    assert forbidden.status_code == 403
    assert {answer.json()["resourceType"] for answer in (none, bad, forbidden)} == {"OperationOutcome"}


@ROWS.row("SAL-62", "SHALL", mutant="cors-open")
def origins(target: Target) -> None:
    """Data and tokens only for pages of registered origins; null is not one."""
    tokens = app(target, role="app")
    own = target.client("app").origin
    for origin, good in ((own, True), ("https://evil.example", False), ("null", False)):
        answer = target.fhir("GET", f"/Patient/{target.patient}", tokens["access_token"], Origin=origin)
        allowed = answer.headers.get("access-control-allow-origin")
        assert (allowed == origin) is good, (origin, allowed)
        assert allowed != "*"
        preflight = target.http.options(
            target.path("token_endpoint"), headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
        )
        assert (preflight.headers.get("access-control-allow-origin") == origin) is good, origin


@ROWS.row("SAL-62", "SHALL", mutant="cors-headers-missing")
def preflight(target: Target) -> None:
    """The headers that apps need pass a preflight, and ETag and Location are exposed."""
    origin = target.client("app").origin
    at = f"/Patient/{target.patient}"
    answer = target.fhir("OPTIONS", at, Origin=origin, Access_Control_Request_Method="PUT")
    allowed = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "if-match", "prefer"} <= allowed
    shown = target.fhir("GET", "/Patient/x", Origin=origin)
    assert {"ETag", "Location"} <= {
        name.strip() for name in shown.headers["access-control-expose-headers"].split(",")
    }


@ROWS.row("SAL-70", "SHALL", mutant="grants-without-limit")
def token_stays_with_its_patient(target: Target) -> None:
    """After a change of patient an old token reads its own patient and not the new one."""
    shell, topic = signed_in(target)
    tokens = shell.app("app", topic)
    shell.open_patient(topic, target.people.second)
    assert read(target, tokens, f"/Patient/{target.patient}").status_code == 200
    assert read(target, tokens, f"/Patient/{target.other_patient}").status_code == 403


@ROWS.row("NAV-05", "must", mutant="profile-dropped")
def national_scopes(target: Target) -> None:
    """The national client's whole scope string is taken, version 1 and profile included."""
    shell, topic = signed_in(target)
    _, browser = shell.pane("wide", topic)
    page = browser.open(target.authorize_url("wide", scope=NATIONAL_CLIENT))
    assert "code" in page.query, answered(page)
    granted = target.redeem(page.query["code"], "wide").json()["scope"].split()
    assert {scope for scope in NATIONAL_CLIENT.split() if scope != "offline_access"} <= set(granted)


@ROWS.row("NAV-06", "must", mutant="encounter-forgotten")
def encounter(target: Target) -> None:
    """A launch that asks for an encounter gets the newest one in progress."""
    tokens = app(target, "openid fhirUser launch launch/encounter online_access patient/*.read")
    assert (tokens["patient"], tokens["encounter"]) == (target.patient, target.encounter)
    assert {"access_token", "id_token", "refresh_token"} <= tokens.keys()


@ROWS.row("NAV-08", "must", mutant="invalid-token-forbidden")
def expired_is_401(target: Target) -> None:
    """An expired token gets 401, after which the client refreshes and goes on."""
    tokens = app(target, role="app")
    target.clock.advance(tokens["expires_in"] + 1)
    assert read(target, tokens).status_code == 401
    assert read(target, target.refresh(tokens["refresh_token"], "app").json()).status_code == 200


@ROWS.row("NAV-10", "must", mutant="nothing-implied")
def implied_reads(target: Target) -> None:
    """The user and the encounter's organisation and participants are readable with patient scopes alone."""
    tokens = app(
        target, "openid fhirUser launch launch/encounter patient/Encounter.read patient/Patient.read"
    )
    for reference in (f"Encounter/{tokens['encounter']}", target.user, *target.people.implied):
        assert read(target, tokens, f"/{reference}").status_code == 200, reference
    assert len(target.people.implied) > 1 and target.people.strangers
    for reference in target.people.strangers:
        assert read(target, tokens, f"/{reference}").status_code == 403, reference


def document(target: Target, name: str) -> dict[str, Any]:
    """A document as the national client writes it."""
    return {
        "resourceType": "DocumentReference",
        "id": name,
        "status": "current",
        "type": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.9602", "code": "J01-2"}]},
        "subject": {"reference": f"Patient/{target.patient}"},
        "author": [{"reference": target.user}],
        "content": [{"attachment": {"contentType": "application/pdf", "data": "JVBERi0xLjQK"}}],
        "context": {"encounter": [{"reference": f"Encounter/{target.encounter}"}]},
    }


def answers(target: Target, name: str) -> dict[str, Any]:
    """The form behind a document, under the same id."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": name,
        "status": "completed",
        "questionnaire": "https://konformitet.example/Questionnaire/sykmelding",
        "subject": {"reference": f"Patient/{target.patient}"},
        "author": {"reference": target.user},
        "item": [{"linkId": "1", "answer": [{"valueDecimal": 50}]}],
    }


@ROWS.row("NAV-12", "must", mutant="update-creates-nothing")
def write_back(target: Target) -> None:
    """A document, and the form behind it, is written with PUT under an id of the client's own and answered whole."""
    tokens = app(target, WRITE_BACK)
    name = str(uuid.uuid4())
    for resource in (document(target, name), answers(target, name)):
        kind = resource["resourceType"]
        at = f"/{kind}/{name}"
        content = "content" if kind == "DocumentReference" else "item"
        assert read(target, tokens, at).status_code == 404, kind
        for expected in (201, 200):
            put = target.fhir("PUT", at, tokens["access_token"], resource, Content_Type="application/json")
            assert (put.status_code, put.json()["id"]) == (expected, name), kind
            assert read(target, tokens, at).json()[content] == resource[content]


@ROWS.row("NAV-12", "must", mutant="update-creates-nothing")
def write_back_in_a_batch(target: Target) -> None:
    """The document and its form come in one batch, both under the client's id; a second time they are updated."""
    tokens = app(target, WRITE_BACK)
    name = str(uuid.uuid4())
    entries = [
        {"request": {"method": "PUT", "url": f"{resource['resourceType']}/{name}"}, "resource": resource}
        for resource in (document(target, name), answers(target, name))
    ]
    for expected in ("201", "200"):
        batch = target.fhir("POST", "", tokens["access_token"], bundle("batch", entries))
        assert batch.status_code == 200, batch.text
        assert [entry["response"]["status"][:3] for entry in batch.json()["entry"]] == [expected] * 2
    for kind in ("DocumentReference", "QuestionnaireResponse"):
        assert read(target, tokens, f"/{kind}/{name}").json()["id"] == name


@ROWS.row("NAV-12", "must", mutant="post-refused")
def write_back_by_post(target: Target) -> None:
    """A document may also come by POST, and the answer is the document with the server's id."""
    tokens = app(target, WRITE_BACK)
    given = {name: value for name, value in document(target, "x").items() if name != "id"}
    answer = target.fhir("POST", "/DocumentReference", tokens["access_token"], given)
    assert (answer.status_code, answer.json()["content"]) == (201, given["content"]), answer.text
    assert read(target, tokens, f"/DocumentReference/{answer.json()['id']}").status_code == 200
