"""OpenAPI documents of what the gateway speaks, written from the tables that the gateway itself uses.

``/workspace`` has its own (``launcher.server.workspace.openapi``); here are ``/oauth`` and ``/fhir``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from launcher.gateway.compartments import PATIENT_COMPARTMENT, WITHOUT_COMPARTMENT
from launcher.gateway.interaction import CONTROL_NAMES, JSON_FORMATS, READING_PARAMETERS, Kind
from launcher.gateway.resource_types import words
from launcher.oauth import errors
from launcher.oauth.authorization_request import PROMPTS
from launcher.smart.scopes import INTROSPECT

JSON = dict[str, Any]
TEXT: JSON = {"type": "string"}
FHIR_JSON = "application/fhir+json"
OAUTH_CODES = sorted(
    {
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OAuthError)
    }
    | {"unsupported_response_type", "request_not_supported", "request_uri_not_supported"}
    | {"temporarily_unavailable"}
)
TYPES = ("Patient", "Observation", "Encounter", "Binary", "Practitioner", "Bundle", "Person")
"""One of each sort: the compartment's own, in it, by id alone, nobody's, never, and not upstream."""


def _document(title: str, paths: JSON, schemas: JSON) -> JSON:
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _answer(words: str, media_type: str, schema: JSON) -> JSON:
    return {"description": words, "content": {media_type: {"schema": schema}}}


# -- authorization server -------------------------------------------------------------------------------------------

PROBLEM: JSON = {
    "type": "object",
    "properties": {"error": {"enum": OAUTH_CODES}, "error_description": TEXT},
    "required": ["error", "error_description"],
}
TOKENS: JSON = {
    "type": "object",
    "properties": {
        "access_token": TEXT,
        "token_type": {"enum": ["Bearer", "DPoP"]},
        "expires_in": {"type": "integer", "minimum": 1},
        "scope": TEXT,
    },
    "required": ["access_token", "token_type", "expires_in", "scope"],
}
PUSHED: JSON = {
    "type": "object",
    "properties": {"request_uri": TEXT, "expires_in": {"type": "integer", "minimum": 1}},
    "required": ["request_uri", "expires_in"],
}
ACTIVE: JSON = {"type": "object", "properties": {"active": {"type": "boolean"}}, "required": ["active"]}
AUTHORIZATION_WORDS = words("""
    response_type client_id redirect_uri scope state aud resource code_challenge code_challenge_method launch nonce
    prompt max_age request request_uri response_mode dpop_jkt login_hint
    """)
TOKEN_WORDS = words("""
    grant_type code redirect_uri code_verifier client_id client_secret refresh_token scope client_assertion
    client_assertion_type
    """)


def oauth_document(known: dict[str, list[str]]) -> JSON:
    """``known``: values that mean something here, by parameter; each is offered beside free text."""

    def fields(names: Iterable[str]) -> JSON:
        return {name: _known(known.get(name, [])) for name in names}

    def posted(names: Iterable[str], *success: tuple[int, JSON]) -> JSON:
        schema = {"type": "object", "properties": fields(names)}
        answers: JSON = {str(status): answer for status, answer in success}
        for status in (400, 401, 403):
            answers[str(status)] = _answer("Refused", "application/json", PROBLEM)
        body = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}, "required": True}
        return {"post": {"requestBody": body, "responses": answers}}

    page = {"description": "A page", "content": {"text/html": {"schema": TEXT}}}
    authorize = {
        "parameters": [
            {"name": name, "in": "query", "schema": schema}
            for name, schema in fields(AUTHORIZATION_WORDS).items()
        ],
        "responses": {"302": {"description": "On"}, "303": {"description": "On"}, "200": page, "400": page},
    }
    form = {"type": "object", "properties": fields(AUTHORIZATION_WORDS)}
    by_post = {
        "requestBody": {
            "content": {"application/x-www-form-urlencoded": {"schema": form}},
            "required": True,
        },
        "responses": authorize["responses"],
    }
    tokens = _answer("Tokens", "application/json", TOKENS)
    paths = {
        "/oauth/authorize": {"get": authorize, "post": by_post},
        "/oauth/token": posted(TOKEN_WORDS, (200, tokens)),
        "/oauth/par": posted(
            [*AUTHORIZATION_WORDS, "client_secret"], (201, _answer("Kept", "application/json", PUSHED))
        ),
        "/oauth/revoke": posted(
            ["token", "token_type_hint", "client_id", "client_secret"], (200, {"description": "Revoked"})
        ),
        "/oauth/introspect": posted(
            ["token", "client_id", "client_secret"], (200, _answer("Told", "application/json", ACTIVE))
        ),
    }
    return _document("Authorization server", paths, {})


def _known(values: list[str]) -> JSON:
    """Mostly one of ``values``, sometimes anything."""
    return {"anyOf": [{"enum": values}, TEXT]} if values else TEXT


def known_words(client_id: str, redirect_uri: str, fhir_base: str) -> dict[str, list[str]]:
    """What a client of this gateway would send."""
    return {
        "client_id": [client_id],
        "redirect_uri": [redirect_uri],
        "aud": [fhir_base, f"{fhir_base}/"],
        "resource": [fhir_base],
        "response_type": ["code"],
        "response_mode": ["query"],
        "scope": ["launch openid patient/Patient.rs", "launch/patient", INTROSPECT, "patient/*.dus"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "code_challenge_method": ["S256", "plain"],
        "grant_type": ["authorization_code", "refresh_token", "client_credentials", "password"],
        "prompt": sorted(PROMPTS),
        "max_age": ["0", "-1", "600"],
    }


# -- FHIR gateway ---------------------------------------------------------------------------------------------------

OUTCOME: JSON = {
    "type": "object",
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "severity": {"enum": ["fatal", "error", "warning", "information"]},
                    "code": TEXT,
                },
                "required": ["severity", "code"],
            },
        },
    },
    "required": ["resourceType", "issue"],
}
REFUSALS = (400, 403, 404, 405, 406, 409, 410, 412, 413, 414, 415, 422)


def fhir_document(patient: str) -> JSON:
    """Reads, searches and writes of ``TYPES`` with every parameter of the gateway's own tables."""
    assert set(TYPES) - {"Binary", "Bundle"} <= PATIENT_COMPARTMENT.keys() | WITHOUT_COMPARTMENT
    paths: JSON = {"/fhir/metadata": {"get": {"responses": _fhir(200, "CapabilityStatement")}}}
    for resource_type in TYPES:
        paths |= dict(_paths_of(resource_type, patient))
    return _document("FHIR gateway", paths, {})


def _paths_of(resource_type: str, patient: str) -> Iterator[tuple[str, JSON]]:
    base = f"/fhir/{resource_type}"
    identifier = {
        "name": "id",
        "in": "path",
        "required": True,
        "schema": {"anyOf": [{"enum": [patient, "missing"]}, {"type": "string", "minLength": 1}]},
    }
    version = {"name": "version", "in": "path", "required": True, "schema": {"enum": ["1", "2", "99"]}}
    search = [*sorted(CONTROL_NAMES), "_format", "patient", "subject", "code", "identifier", "name"]
    resource = {
        "type": "object",
        "properties": {
            "resourceType": {"enum": [resource_type, "Nonsense"]},
            "subject": {
                "type": "object",
                "properties": {"reference": {"enum": [f"Patient/{patient}", "Patient/x"]}},
            },
        },
        "required": ["resourceType"],
    }
    body = {"required": True, "content": {FHIR_JSON: {"schema": resource}}}
    form = {"type": "object", "properties": {name: _value(name) for name in search}}
    posted = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}}
    yield (
        base,
        {
            "get": {"parameters": _query(search), "responses": _fhir(200, "Bundle")},
            "post": {"requestBody": body, "responses": _fhir(201, None)},
        },
    )
    yield f"{base}/_search", {"post": {"requestBody": posted, "responses": _fhir(200, "Bundle")}}
    reading = sorted(READING_PARAMETERS[Kind.READ])
    yield (
        f"{base}/{{id}}",
        {
            "parameters": [identifier],
            "get": {"parameters": _query(reading), "responses": _fhir(200, None)},
            "put": {"requestBody": body, "responses": {**_fhir(200, None), "201": {"description": "New"}}},
            "delete": {"responses": {**_fhir(200, None), "204": {"description": "Gone"}}},
        },
    )
    history = sorted(READING_PARAMETERS[Kind.HISTORY_INSTANCE])
    yield (
        f"{base}/{{id}}/_history",
        {
            "parameters": [identifier],
            "get": {"parameters": _query(history), "responses": _fhir(200, "Bundle")},
        },
    )
    yield (
        f"{base}/{{id}}/_history/{{version}}",
        {"parameters": [identifier, version], "get": {"responses": _fhir(200, None)}},
    )


def _query(names: Iterable[str]) -> list[JSON]:
    return [{"name": name, "in": "query", "schema": _value(name)} for name in names]


def _value(name: str) -> JSON:
    return _known(
        {
            "_format": [*sorted(JSON_FORMATS), "xml"],
            "_count": ["0", "1", "50"],
            "_summary": ["true", "data", "count", "text", "false"],
            "_elements": ["id", "code", "name,id"],
            "_include": ["*", "Observation:subject"],
            "_revinclude": ["Observation:subject", "*"],
        }.get(name, [])
    )


def _fhir(status: int, kind: str | None) -> JSON:
    named: JSON = {"type": "object", "properties": {"resourceType": {"const": kind} if kind else TEXT}}
    answers = {str(status): _answer("Done", FHIR_JSON, {**named, "required": ["resourceType"]})}
    for refused in REFUSALS:
        answers[str(refused)] = _answer("Refused", FHIR_JSON, OUTCOME)
    return answers
