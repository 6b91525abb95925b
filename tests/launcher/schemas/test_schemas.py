"""schemathesis: requests generated from our own tables; every answer is one that the table describes.

What is sent is well-formed in one run and broken on purpose in the other. No answer may be a server error, have a
status or media type that is not described, or a body of another form.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from launcher.server.workspace.openapi import STREAM, openapi_document
from tests.fakes.gateway import EVERYTHING, RunningGateway
from tests.fakes.upstream_systems import ANNA
from tests.launcher.schemas import documents as documents_module
from tests.launcher.schemas.documents import PROBLEM, fhir_document, known_words, oauth_document

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW, MANY = 5, 300
SOON_TYPES = ("metadata", "Patient", "Observation")
APP = "alt"


def workspace_document() -> dict[str, Any]:
    """The document in the repository without the stream, whose answer has no end."""
    document = openapi_document()
    paths = {
        path: operations
        for path, operations in document["paths"].items()
        if STREAM not in str(operations.get("get", {}).get("responses"))
    }
    return {**document, "paths": paths}


def documents(base_url: str, redirect_uri: str) -> dict[str, dict[str, Any]]:
    return {
        "workspace": workspace_document(),
        "oauth": oauth_document(known_words(APP, redirect_uri, f"{base_url}/fhir")),
        "fhir": fhir_document(ANNA),
    }


OPERATIONS = [
    (name, method.upper(), path)
    for name, document in documents("http://gateway.invalid", "http://app.invalid/").items()
    for path, operations in document["paths"].items()
    for method in operations
    if method != "parameters"
]


SOON = [place for place in OPERATIONS if place[0] != "fhir" or place[2].split("/")[2] in SOON_TYPES]
BODIED = ("POST", "PUT", "PATCH")
WITHOUT_BODY = ("/session/lock", "/workspace/contexts")
CAN_BE_BROKEN = [place for place in OPERATIONS if place[1] in BODIED and not place[2].endswith(WITHOUT_BODY)]


def bearer(gateway: RunningGateway, name: str) -> dict[str, str]:
    """The shell's token for its own API, an app's for Anna's record, none at the authorization server."""
    if name == "oauth":
        return {}
    shell = gateway.shell()
    if name == "workspace":
        return shell.bearer
    topic = shell.context()
    shell.open_patient(topic, ANNA)
    scope = EVERYTHING.replace("user/*.cruds", "").replace("fhircast/*.*", "")
    return {"Authorization": f"Bearer {shell.app(APP, topic, scope)['access_token']}"}


def every_answer_is_described(
    gateway: RunningGateway, place: tuple[str, str, str], mode: GenerationMode, examples: int
) -> None:
    name, method, path = place
    document = documents(gateway.base_url, gateway.authorize_redirect(APP))[name]
    operation = schemathesis.openapi.from_dict(document)[path][method]
    headers = bearer(gateway, name)
    with requests.Session() as session:
        session.trust_env = False

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=examples == FEW,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case[Any]) -> None:
            answer = case.call(
                base_url=gateway.base_url, session=session, headers=headers, allow_redirects=False
            )
            case.validate_response(answer, checks=CHECKS)

        ask()


@pytest.mark.parametrize("place", SOON, ids=" ".join)
def test_well_formed_requests(gateway: RunningGateway, place: tuple[str, str, str]) -> None:
    every_answer_is_described(gateway, place, GenerationMode.POSITIVE, FEW)


@pytest.mark.parametrize("place", [place for place in SOON if place in CAN_BE_BROKEN], ids=" ".join)
def test_requests_that_break_the_schema(gateway: RunningGateway, place: tuple[str, str, str]) -> None:
    every_answer_is_described(gateway, place, GenerationMode.NEGATIVE, FEW)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("place", OPERATIONS, ids=" ".join)
def test_many_requests(gateway: RunningGateway, place: tuple[str, str, str]) -> None:
    every_answer_is_described(gateway, place, GenerationMode.POSITIVE, MANY)
    if place in CAN_BE_BROKEN:
        every_answer_is_described(gateway, place, GenerationMode.NEGATIVE, MANY)


def test_an_answer_that_is_not_described_is_found(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents_module, "PROBLEM", {**PROBLEM, "required": ["problem"]})
    with pytest.raises(FailureGroup):
        every_answer_is_described(gateway, ("oauth", "POST", "/oauth/token"), GenerationMode.POSITIVE, FEW)
