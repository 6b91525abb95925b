"""The gateway's own pages in a real pane of a real gateway: which of them the shell hears of, within five seconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from shell.gateway_client.workspace import OpenedPane
from shell.web.pane_profile import put_cookie
from shell.web.pane_view import PaneView
from tests.fakes.gateway import RunningGateway, Shell, app_client, running_gateway
from tests.fakes.upstream_systems import ANNA, UpstreamSystems, upstream_systems
from tests.launcher.attacks.hostile_site import hostile_site
from tests.launcher.attacks.techniques import FORM, TECHNIQUES
from tests.shell.web.conftest import MakePane

WITHIN_MS = 5_000
ODD, OTHER, UNAPPROVED = "gammel app <prøve>", "annen", "ikke-godkjent"
SCOPE = "openid launch launch/patient patient/Patient.read"


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("upstream"), gateways=1) as running:
        yield running


@pytest.fixture(scope="module")
def origin(systems: UpstreamSystems) -> str:
    return f"http://app.localhost:{systems.gateway_sockets[0].getsockname()[1]}"


@pytest.fixture(scope="module")
def gateway(
    systems: UpstreamSystems, origin: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningGateway]:
    folder = tmp_path_factory.mktemp("gateway")
    root = folder / "site"
    root.mkdir()
    (root / "index.html").write_text("<!doctype html><title>app</title>", encoding="utf-8")
    here = {"redirect_uris": [f"{origin}/index.html"], "origins": [origin], "scope": SCOPE}
    clients = [
        app_client(ODD, launch_uri=None, **here),
        app_client(OTHER, launch_uri=None, **here),
        app_client(UNAPPROVED, launch_uri=None, approved=False, **here),
    ]
    site = {"host": "app.localhost", "root": str(root)}
    with running_gateway(systems, folder, clients=clients, sites=[site]) as running:
        yield running


@pytest.fixture(scope="module")
def shell(gateway: RunningGateway) -> Shell:
    return gateway.shell()


@pytest.fixture(scope="module")
def topic(shell: Shell) -> str:
    """A patient tab with Anna."""
    made = shell.context()
    shell.open_patient(made, ANNA)
    return made


@pytest.fixture
def pane(gateway: RunningGateway, shell: Shell, topic: str, origin: str, make_pane: MakePane) -> PaneView:
    """A pane of the oddly named app, for Anna."""
    made = shell.call("POST", "/workspace/panes", {"client_id": ODD, "topic": topic}).json()
    cookie = made["cookie"]
    opened = OpenedPane(made["pane"], cookie["name"], cookie["value"], cookie["path"])
    return make_pane(origin, gateway=gateway.base_url, opened=opened)


def arrives(qtbot: QtBot, pane: PaneView, url: str) -> dict[str, list[str]]:
    """Open ``url``; what the pane told until the document stood."""
    told: dict[str, list[str]] = {"refused": [], "page": []}
    pane.authorization_refused.connect(told["refused"].append)
    pane.gateway_page.connect(told["page"].append)
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=WITHIN_MS):
        pane.open(url)
    return told


@pytest.mark.parametrize(
    ("client_id", "changes", "refused", "page"),
    [
        pytest.param(ODD, {"code_challenge": None}, ["no_proof_key"], "", id="no proof key"),
        pytest.param("ukjent <b>app</b>", {}, ["not_let_in"], "client_unknown", id="unknown"),
        pytest.param(UNAPPROVED, {}, ["not_let_in"], "client_unapproved", id="not approved"),
        pytest.param(ODD, {"redirect_uri": "https://evil.example/"}, ["not_let_in"], "redirect_unregistered", id="redirect"),
        pytest.param(ODD, {"redirect_uri": None}, ["not_let_in"], "request_malformed", id="malformed"),
        pytest.param(OTHER, {}, ["wants_login"], "", id="another app's authorization"),
    ],
)  # fmt: skip
def test_an_app_that_is_not_let_in_is_known_with_its_reason(
    qtbot: QtBot,
    gateway: RunningGateway,
    pane: PaneView,
    origin: str,
    client_id: str,
    changes: dict[str, str | None],
    refused: list[str],
    page: str,
) -> None:
    """Mutants: a page of the gateway has no name; a login that the pane may not show is waited for."""
    given = {"redirect_uri": f"{origin}/index.html", "scope": SCOPE, **changes}
    told = arrives(qtbot, pane, gateway.authorize_url(client_id, **given))
    if page:
        qtbot.waitUntil(lambda: bool(told["page"]), timeout=WITHIN_MS)
    assert told == {"refused": refused, "page": [page] if page else []}


def test_an_app_with_an_odd_name_is_let_in(
    qtbot: QtBot, gateway: RunningGateway, pane: PaneView, origin: str
) -> None:
    """Client ids with spaces and angle brackets are in use."""
    told = arrives(qtbot, pane, gateway.authorize_url(ODD))
    assert told == {"refused": [], "page": []}
    assert pane.pane_page.url().toString().startswith(f"{origin}/index.html?code=")


def session_of(gateway: RunningGateway, pane: PaneView, shell: Shell) -> None:
    """Put in what a pane never has, as if a login had happened in it."""
    value = shell.browser.cookies["127.0.0.1", "/oauth", "vaktrom_session"]
    put_cookie(pane.pane_page.profile(), gateway.base_url, "vaktrom_session", value, "/oauth")


def test_a_launch_of_its_own_gets_the_panes_patient_and_no_picker(
    qtbot: QtBot, gateway: RunningGateway, shell: Shell, pane: PaneView
) -> None:
    """S2, with a session at hand too. Mutant: a standalone launch in a pane asks which patient."""
    session_of(gateway, pane, shell)
    told = arrives(qtbot, pane, gateway.authorize_url(ODD, scope="launch/patient patient/Patient.read"))
    assert told == {"refused": [], "page": []}
    code = pane.pane_page.url().query().partition("code=")[2].partition("&")[0]
    assert gateway.redeem(code, ODD).json()["patient"] == ANNA
    facts = shell.call("GET", f"/workspace/panes/{pane.pane}").json()
    assert facts["effective_patient"] == ANNA


@pytest.mark.parametrize(("path", "page"), [("authorize", "choose_patient"), ("logout", "sign_out_question")])
def test_a_page_about_somebody_else_or_the_whole_session_is_told(
    qtbot: QtBot, gateway: RunningGateway, shell: Shell, pane: PaneView, path: str, page: str
) -> None:
    """A picker in a pane, even so, is a page that the shell covers. Mutant: a good page of the gateway passes for the app."""
    session_of(gateway, pane, shell)
    url = gateway.authorize_url(OTHER) if path == "authorize" else f"{gateway.base_url}/oauth/logout"
    told = arrives(qtbot, pane, url)
    qtbot.waitUntil(lambda: bool(told["page"]), timeout=WITHIN_MS)
    assert told == {"refused": [], "page": [page]}


def test_the_panes_cookie_goes_with_a_visit_and_not_with_a_form_of_another_site(
    qtbot: QtBot, make_pane: MakePane
) -> None:
    """Mutant: the shell leaves SameSite to Chromium, which lets it pass for two minutes."""
    link, form = TECHNIQUES[0], TECHNIQUES[2]
    with hostile_site() as site:
        pane = make_pane(site.origin, gateway=site.witness)
        for number, technique in enumerate((link, form)):
            with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=WITHIN_MS):
                pane.open(f"{site.origin}/")
            url = f"{site.witness}/oauth/authorize?n={number}"
            script = f"const [url, evil] = ['{url}', '{site.origin}']; {FORM} {technique.script};"
            with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=WITHIN_MS):
                pane.pane_page.runJavaScript(f"(() => {{ {script} }})()")
        found = {one.method: "vaktrom_pane" in one.cookies for one in site.arrivals if "?n=" in one.path}
    assert found == {"GET": True, "POST": False}
