"""What stands beside the token: encounter, fhirContext, banner, tenant, style (SAL-08, SAL-20, SAL-28..SAL-32, NAV-06)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.server.configuration import ConfigurationWrong, read_configuration
from launcher.smart.launch_context import fhir_context_mistake
from launcher.smart.style import STYLE_KEYS
from tests.fakes.gateway import (
    Records,
    RunningGateway,
    Shell,
    app_client,
    gateway_configuration,
    running_gateway,
)
from tests.fakes.upstream_systems import ANNA, BERIT, CARL, UpstreamSystems

STYLES = {
    "light": {"color_background": "#FFFFFF", "color_text": "#12222A", "dim_font_size": "15px"},
    "dark": {"color_background": "#162227", "color_text": "#E9F0F2", "font_family_body": "Inter, sans-serif"},
}
SCOPE = (
    "openid launch launch/patient launch/encounter launch/questionnaire online_access "
    "patient/Patient.rs patient/Encounter.rs"
)
APP = app_client("sammenheng", scope=SCOPE)


@pytest.fixture(scope="module")
def styled(
    systems: UpstreamSystems, signing_record: Records, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("styled")
    with running_gateway(
        systems, folder, which=1, clients=[APP], records=signing_record, styles=STYLES, tenant="fjordvik"
    ) as running:
        yield running


def opened(gateway: RunningGateway, patient: str = ANNA) -> tuple[Shell, str]:
    shell = gateway.shell()
    topic = shell.context()
    shell.open_patient(topic, patient)
    return shell, topic


def test_style_and_tenant(styled: RunningGateway) -> None:
    """SAL-31, SAL-28: the address holds the content; any page may read it; only known members."""
    shell, topic = opened(styled)
    tokens = shell.app("sammenheng", topic)
    assert tokens["tenant"] == "fjordvik"
    assert tokens["need_patient_banner"] is False
    answer = styled.http.get(tokens["smart_style_url"], headers={"Origin": "https://app.example"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json() == STYLES["light"]
    assert answer.json().keys() <= STYLE_KEYS
    dark = shell.app("sammenheng", topic, style="dark")["smart_style_url"]
    assert dark != tokens["smart_style_url"]
    assert styled.http.get(dark).json() == STYLES["dark"]
    found = styled.http.post(
        "/oauth/introspect", data={"token": tokens["access_token"]}, headers=shell.bearer
    ).json()
    for name in ("tenant", "smart_style_url", "need_patient_banner", "patient"):
        assert found[name] == tokens[name], name
    assert styled.http.get("/style/unknown.json").status_code == 404


def test_a_changed_style_has_a_new_address_and_the_old_one_stays(
    systems: UpstreamSystems, signing_record: Records, tmp_path: Path
) -> None:
    """SAL-31: also after a restart."""
    addresses = []
    records = signing_record
    for color in ("#FFFFFF", "#FEFEFE"):
        with running_gateway(
            systems,
            tmp_path,
            which=2,
            clients=[APP],
            records=records,
            styles={"light": {"color_background": color}},
        ) as gateway:
            shell, topic = opened(gateway)
            addresses.append((shell.app("sammenheng", topic)["smart_style_url"], color))
            for address, expected in addresses:
                assert gateway.http.get(address).json() == {"color_background": expected}
            records = dict(gateway.records)
    assert addresses[0][0] != addresses[1][0]


def test_the_style_is_advertised_only_where_there_is_one(
    styled: RunningGateway, gateway: RunningGateway, shell: Shell, topic: str
) -> None:
    """SAL-08."""
    path = "/fhir/.well-known/smart-configuration"
    with_style = styled.http.get(path).json()["capabilities"]
    assert {"context-style", "context-banner", "context-standalone-encounter"} <= set(with_style)
    assert "context-style" not in gateway.http.get(path).json()["capabilities"]
    tokens = shell.app("notat", topic)
    assert not {"smart_style_url", "tenant"} & tokens.keys()


@pytest.mark.parametrize(
    "style",
    [{}, {"color_text": "red; }"}, {"colour": "#FFFFFF"}, {"dim_font_size": 15}, {"dim_font_size": "1em"}],
)
def test_a_malformed_style_is_no_configuration(
    systems: UpstreamSystems, tmp_path: Path, style: dict[str, Any]
) -> None:
    given = gateway_configuration(systems, tmp_path, [], 0)
    with pytest.raises(ConfigurationWrong, match="style light"):
        read_configuration({**given, "styles": {"light": style}})


def test_a_standalone_app_shows_the_patient_itself_and_learns_the_encounter(styled: RunningGateway) -> None:
    """SAL-20, SAL-28: no frame of ours around it, so need_patient_banner is true; launch/encounter is answered."""
    browser = styled.browser()
    scope = "launch/patient launch/encounter patient/Patient.rs"
    picker = browser.sign_in(styled.authorize_url("sammenheng", scope=scope))
    chosen = browser.submit(browser.submit(picker, text="Dal"), which=1)
    tokens = styled.redeem(chosen.query["code"], "sammenheng").json()
    assert tokens["need_patient_banner"] is True
    assert (tokens["patient"], tokens["encounter"]) == (ANNA, "e-anna-2")
    assert "smart_style_url" not in tokens
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert styled.http.get("/fhir/Organization/vestfloyen", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("patient", "encounter", "missing"),
    [(ANNA, "e-anna-2", False), (BERIT, "e-berit", False), (CARL, None, True)],
)
def test_the_shell_learns_that_an_encounter_is_missing(
    gateway: RunningGateway, patient: str, encounter: str | None, missing: bool
) -> None:
    """NAV-06: the one in progress; none, and the answer says so that the shell can ask."""
    shell, topic = opened(gateway, patient)
    answer = shell.launch("kontakt", topic).json()
    assert (answer["encounter"], answer["encounter_missing"]) == (encounter, missing)
    assert shell.launch("notat", topic).json()["encounter_missing"] is False


def test_a_launch_scope_of_another_type(styled: RunningGateway) -> None:
    """SAL-30: lower case, one role; an unknown role still gets what there is; nothing that was not approved."""
    shell, topic = opened(styled)
    items = [{"reference": "Questionnaire/1", "type": "Questionnaire"}]
    for scope in ("launch/questionnaire", "launch/questionnaire?role=https://example.org/role"):
        tokens = shell.app("sammenheng", topic, scope=f"launch {scope}", fhirContext=items)
        assert (tokens["scope"], tokens["fhirContext"]) == (f"launch {scope}", items)
    asked = "launch launch/Questionnaire launch/task launch/questionnaire?other=1"
    assert shell.app("sammenheng", topic, scope=asked)["scope"] == "launch"


@pytest.mark.parametrize(
    ("item", "good"),
    [
        ({"reference": "Task/1"}, True),
        ({"canonical": "https://example.org/Questionnaire/1|2", "type": "Questionnaire"}, True),
        ({"identifier": {"system": "urn:x", "value": "1"}, "type": "Task"}, True),
        ({"reference": "Patient/1", "role": "https://example.org/related"}, True),
        ({"reference": "Encounter/1"}, False),
        ({"reference": "Task/1", "role": "launch"}, True),
        ({"reference": "Task/1", "role": "relative"}, False),
        ({"reference": "Task/1", "role": "https://exa mple.org"}, False),
        ({"reference": "Task/1", "role": 1}, False),
        ({"canonical": "Questionnaire/1"}, False),
        ({"canonical": 1}, False),
        ({"identifier": "1"}, False),
        ({"identifier": {}}, False),
        ({"reference": "Task/1", "type": "Anything"}, False),
        ({"reference": 1}, False),
        ({"reference": None, "type": "Task"}, False),
    ],
)
def test_what_may_stand_in_fhir_context(item: dict[str, Any], good: bool) -> None:
    """SAL-29."""
    assert (fhir_context_mistake([item]) is None) is good


def test_no_other_top_level_members(styled: RunningGateway) -> None:
    """SAL-32, SAL-28: only what the guides define; ids are bare, booleans are booleans."""
    shell, topic = opened(styled)
    tokens = shell.app("sammenheng", topic, intent="reconcile", fhirContext=[{"reference": "Task/1"}])
    known = {
        "access_token", "token_type", "expires_in", "scope", "id_token", "refresh_token", "patient", "encounter",
        "fhirContext", "need_patient_banner", "intent", "smart_style_url", "tenant",
    }  # fmt: skip
    assert tokens.keys() - {"pane"} == known
    assert json.dumps(tokens["need_patient_banner"]) == "false"
    assert "/" not in tokens["patient"] + tokens["encounter"]
