"""PyPI ``fhirclient``, unmodified: addresses from the CapabilityStatement, standalone launch, reads, refresh.

It finds the authorization server by the oauth-uris extension alone, as the old apps do, and its models refuse
whatever is not FHIR.
"""

from __future__ import annotations

from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException, FHIRPermissionDeniedException, FHIRUnauthorizedException

from tests.fakes.browser import Page
from tests.fakes.gateway import RunningGateway
from tests.fakes.upstream_systems import ANNA, BERIT
from tests.launcher.conformance.conftest import CALLBACK, PYTHONIC

SCOPE = "openid fhirUser online_access patient/Patient.read patient/Observation.*"
OBSERVATION = {
    "status": "final",
    "code": {"text": "weight"},
    "valueQuantity": {"value": 72.5, "unit": "kg"},
}


@pytest.fixture
def saved() -> list[dict[str, Any]]:
    """What the library gave its app to keep, newest last."""
    return []


@pytest.fixture
def app(gateway: RunningGateway, saved: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> FHIRClient:
    """Signed in, Berit chosen on the picker's page, code redeemed."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings = {
        "app_id": PYTHONIC,
        "api_base": gateway.fhir_base,
        "redirect_uri": CALLBACK,
        "scope": SCOPE,
    }
    client = FHIRClient(settings=settings, save_func=saved.append)
    assert not client.prepare(), "nobody is signed in yet"
    client.handle_callback(_chosen(gateway, client.authorize_url).url)
    return client


def _chosen(gateway: RunningGateway, authorize_url: str) -> Page:
    browser = gateway.browser()
    found = browser.submit(browser.sign_in(authorize_url), text="Eng")
    return browser.submit(found, which=1)


def test_standalone_launch_reads_and_searches(app: FHIRClient) -> None:
    assert app.ready
    assert (app.patient_id, app.launch_context["need_patient_banner"]) == (BERIT, True)
    assert app.human_name(app.patient.name[0]) == "Berit Eng"
    assert app.patient.birthDate.isostring == "1938-11-23"
    written = Observation({**OBSERVATION, "subject": {"reference": f"Patient/{BERIT}"}})
    created = written.create(app.server)
    found = Observation.where({"patient": BERIT}).perform_resources_iter(app.server)
    assert created["id"] in [one.id for one in found]
    again = Observation.read(created["id"], app.server)
    assert (again.valueQuantity.value, again.subject.reference) == (72.5, f"Patient/{BERIT}")
    with pytest.raises(FHIRPermissionDeniedException):
        Patient.read(ANNA, app.server)
    with pytest.raises(FHIRNotFoundException):
        Observation.read("not-there", app.server)


def test_refresh_rotates_and_a_saved_state_goes_on(app: FHIRClient, saved: list[dict[str, Any]]) -> None:
    before = saved[-1]["server"]["auth"]
    assert app.reauthorize()
    after = saved[-1]["server"]["auth"]
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert app.patient.id == BERIT
    later = FHIRClient(state=saved[-1], save_func=saved.append)
    assert later.patient.id == BERIT


def test_an_expired_token_is_renewed_by_the_library_itself(gateway: RunningGateway, app: FHIRClient) -> None:
    gateway.clock.advance(16 * 60)
    with pytest.raises(FHIRUnauthorizedException):
        Patient.read(BERIT, app.server)
    assert app.patient.id == BERIT, "the library answers a 401 with a refresh"
