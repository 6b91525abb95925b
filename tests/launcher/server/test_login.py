"""Signing in: one form, a session, tokens (DESIGN section 4, *Login*)."""

from __future__ import annotations

from tests.fakes.gateway import RunningGateway


def test_one_login_gives_session_and_tokens(gateway: RunningGateway) -> None:
    shell = gateway.shell("siri")
    assert shell.tokens["token_type"] == "Bearer"
    facts = shell.call("GET", "/workspace/session").json()
    assert facts["user"]["name"] == "Siri Nordli"
    assert facts["user"]["fhirUser"] == "Practitioner/siri-nordli"
    assert facts["role"] == "helsefagarbeider"
    assert facts["organization"] == {"reference": "Organization/vestfloyen", "name": "Vestfløyen"}
    assert facts["lists"] == [{"kind": "ward", "reference": "Organization/vestfloyen", "name": "Vestfløyen"}]
