"""A vendor's own program follows the desktop: beside it on the PC, and over TLS on a hosted gateway."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from plugins.policy import AppPolicy, Decision
from shell.composition.applications import gateway_clients, registry
from tests.fakes import record_program
from tests.fakes.browser import Browser
from tests.fakes.gateway import APP_SECRET, APP_SECRET_SHA256, RunningGateway, Shell, running_gateway
from tests.fakes.hosted_gateway import SERVER_SIDE, Place
from tests.fakes.hosted_names import GATEWAY_HOST, SecureBrowser, without_tickets
from tests.fakes.record_program import RecordProgram, trusting_socket
from tests.fakes.upstream_systems import ANNA, BERIT, UpstreamSystems, upstream_systems

PROGRAM = "fjelljournal"
READS = (
    "openid fhirUser online_access user/Patient.rs "
    "fhircast/Patient-open.read fhircast/Patient-close.read fhircast/SyncError.read"
)
SCOPE = f"{READS} fhircast/Patient-open.write"
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M4 12h16" stroke="currentColor"/></svg>'


def write_program(folder: Path, method: str = "none") -> Path:
    """The vendor's folder."""
    manifest = {
        "manifest_version": 1,
        "id": PROGRAM,
        "client_name": "Fjelljournal",
        "publisher": "Fjellkode AS",
        "software_version": "8.2",
        "native": True,
        "follows": "fhircast",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": method,
        "scope": SCOPE,
        "contacts": ["hjelp@fjellkode.example"],
        "icon": "icon.svg",
    }
    root = folder / PROGRAM
    root.mkdir(parents=True)
    (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (root / "icon.svg").write_text(ICON, encoding="utf-8")
    return root


@dataclass
class Home:
    """A gateway beside a desktop, with the vendor's folder named by ``--app``."""

    gateway: RunningGateway
    shell: Shell
    topic: str
    stack: ExitStack

    def program(self) -> RecordProgram:
        """The program, not signed in yet."""
        made = RecordProgram(self.gateway.http, self.gateway.fhir_base, PROGRAM, SCOPE)
        self.stack.callback(made.close)
        return made

    def signs_in(
        self, username: str = "siri", browser: Browser | None = None
    ) -> tuple[RecordProgram, dict[str, str]]:
        """The user signs in for the program, in a browser that knows nothing of the desktop; what it brought back."""
        program = self.program()
        page = (browser or Browser()).sign_in(program.login_address(), username)
        assert page.status == 200, page
        return program, program.returned()

    def signed_in(self) -> RecordProgram:
        program, answer = self.signs_in()
        assert program.redeem(answer["code"]).status_code == 200, answer
        return program

    def desktop(self) -> Ear:
        """The shell's own channel."""
        form = {
            "hub.channel.type": "websocket",
            "hub.mode": "subscribe",
            "hub.topic": self.topic,
            "hub.events": "Patient-open,SyncError",
        }
        answer = self.gateway.http.post("/fhircast", data=form, headers=self.shell.bearer)
        ear = Ear(self.stack.enter_context(connect(answer.json()["hub.channel.endpoint"], proxy=None)))
        assert ear.next()["hub.mode"] == "subscribe"
        return ear

    def programs(self) -> list[dict[str, Any]]:
        """What the shell is told."""
        found: list[dict[str, Any]] = self.shell.call("GET", "/workspace/programs").json()["programs"]
        return found


@dataclass
class Ear:
    """The shell's channel: it acknowledges what it hears."""

    channel: ClientConnection

    def next(self) -> dict[str, Any]:
        frame = dict(json.loads(self.channel.recv(5)))
        if "event" in frame:
            self.channel.send(json.dumps({"id": frame["id"], "status": 200}))
        return frame

    def hears(self, name: str) -> dict[str, Any]:
        frame = self.next()
        assert frame["event"]["hub.event"] == name, frame
        return frame


@pytest.fixture(scope="module")
def local_systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpstreamSystems]:
    with upstream_systems(tmp_path_factory.mktemp("upstream"), gateways=1) as running:
        yield running


@contextmanager
def at_home(systems: UpstreamSystems, folder: Path, policy: AppPolicy) -> Iterator[Home]:
    port = systems.gateway_sockets[0].getsockname()[1]
    apps = registry(port, [write_program(folder)], policy)
    with (
        running_gateway(systems, folder, clients=gateway_clients(apps)) as gateway,
        ExitStack() as stack,
    ):
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        yield Home(gateway, shell, topic, stack)


@pytest.fixture
def home(local_systems: UpstreamSystems, tmp_path: Path) -> Iterator[Home]:
    with at_home(local_systems, tmp_path, AppPolicy()) as made:
        yield made


def ended(program: RecordProgram) -> str:
    """Read to the end of the program's channel; the reason of the denial."""
    reason = ""
    try:
        while True:
            reason = program.frame().get("hub.reason", reason)
    except ConnectionClosed:
        return reason


def test_the_program_knows_nothing_of_the_product() -> None:
    """Mutant: it borrows a helper of ours."""
    source = Path(record_program.__file__).read_text(encoding="utf-8")
    named = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom | ast.Import)]
    roots = {
        (node.module or "").partition(".")[0]
        if isinstance(node, ast.ImportFrom)
        else node.names[0].name.partition(".")[0]
        for node in named
    }
    assert roots - sys.stdlib_module_names == {"httpx2", "websockets"}


def test_a_program_joins_the_tab_that_the_user_looks_at(home: Home) -> None:
    """Mutant: with two patients open, the program that the user has just signed in to shows the other one."""
    shell = home.shell
    second = shell.context()
    shell.open_patient(second, BERIT)
    assert home.signed_in().tokens["hub.topic"] == home.topic, "none was brought to the front yet"
    assert shell.call("POST", f"/workspace/contexts/{second}/front").status_code == 204
    home.gateway.clock.advance(1)
    joined = home.signed_in().tokens
    assert (joined["hub.topic"], joined["patient"]) == (second, BERIT)
    assert shell.call("POST", f"/workspace/contexts/{home.topic}/front").status_code == 204
    assert home.signed_in().tokens["hub.topic"] == home.topic
    assert shell.call("POST", "/workspace/contexts/none/front").status_code == 404


def test_a_program_follows_the_desktop_and_its_loss_is_told(home: Home) -> None:
    """Login in a browser, topic in the token answer, replay, fence, facts, refusal, loss.

    Mutants: a session of its own instead of the desktop's; no fence; a program nobody hears of; a loss nobody hears of."""
    shell, program = home.desktop(), home.signed_in()
    assert shell.hears("Patient-open")
    tokens = program.tokens
    assert (tokens["hub.topic"], tokens["hub.url"]) == (home.topic, f"{home.gateway.base_url}/fhircast")
    assert tokens["patient"] == ANNA
    assert program.joins() == "ws"
    program.answers(program.event("Patient-open")["id"])
    assert (program.read(ANNA), program.read(BERIT)) == (200, 403)
    home.shell.open_patient(home.topic, BERIT)
    assert shell.hears("Patient-open")
    opened = program.event("Patient-open")
    assert program.read(BERIT) == 403
    program.answers(opened["id"], 409)
    assert "Fjelljournal" in json.dumps(shell.hears("SyncError"))
    (fact,) = home.programs()
    assert (fact["client_id"], fact["client_name"], fact["topic"]) == (PROGRAM, "Fjelljournal", home.topic)
    assert (fact["socket"], fact["last_ack"], fact["effective_patient"]) == (True, 409, ANNA)
    home.shell.open_patient(home.topic, ANNA)
    shell.hears("Patient-open")
    program.answers(program.event("Patient-open")["id"])
    home.shell.open_patient(home.topic, BERIT)
    shell.hears("Patient-open")
    program.answers(program.event("Patient-open")["id"])
    until(lambda: program.read(BERIT) == 200)
    assert program.read(ANNA) == 403
    program.channel.socket.shutdown(2)
    assert "lost its connection" in json.dumps(shell.hears("SyncError"))
    assert [(one["socket"], one["effective_patient"]) for one in home.programs()] == [(False, BERIT)]


def test_only_the_administrator_lets_it_open_a_patient(home: Home) -> None:
    """FC-04. Mutant: the manifest alone is enough; the policy changes nothing."""
    program = home.signed_in()
    assert "write" not in program.tokens["scope"]
    assert program.opens(BERIT, home.gateway.clock.now()).status_code == 403


def test_the_policy_lets_it_open_a_patient(local_systems: UpstreamSystems, tmp_path: Path) -> None:
    policy = AppPolicy({PROGRAM: Decision(may_change_patient=True)})
    with at_home(local_systems, tmp_path, policy) as home:
        shell, program = home.desktop(), home.signed_in()
        shell.hears("Patient-open")
        assert program.opens(BERIT, home.gateway.clock.now()).status_code == 202
        opened = shell.hears("Patient-open")
        assert opened["event"]["context"][0]["resource"]["id"] == BERIT


def test_nobody_joins_a_desktop_that_is_not_his(home: Home) -> None:
    """S6. Mutants: the newest desktop is taken; another user's; one of two at random; a locked one."""
    assert home.signs_in("jonas")[1]["error"] == "access_denied"
    second = home.gateway.shell()
    second.context()
    refused = home.signs_in()[1]
    assert (refused["error"], "more than one desktop" in refused["error_description"]) == (
        "access_denied",
        True,
    )
    assert second.call("DELETE", "/workspace/session").status_code in (200, 204)
    program = home.signed_in()
    program.joins()
    assert home.shell.call("POST", "/workspace/session/lock").status_code in (200, 204)
    assert home.signs_in()[1]["error"] == "temporarily_unavailable"
    assert program.read(ANNA) == 503


def test_its_place_is_one_and_ends_with_the_desktop(home: Home) -> None:
    """Mutants: each login one more place; a program that outlives its tab; the interruption's tab instead of the first."""
    other = home.shell.context()
    home.shell.open_patient(other, BERIT)
    first = home.signed_in()
    first.joins()
    second = home.signed_in()
    assert ended(first) == "access has ended"
    assert second.tokens["hub.topic"] == home.topic
    second.joins()
    assert home.shell.call("DELETE", f"/workspace/contexts/{home.topic}").status_code == 204
    assert ended(second) != ""
    assert second.read(ANNA) == 401
    assert home.programs() == []
    assert home.signed_in().tokens["hub.topic"] == other


def test_what_is_no_address_of_the_program_gets_no_code(home: Home) -> None:
    """RFC 8252 7.3, and no pane. Mutants: any path of the loopback; another host name; the rail offers it."""
    for wrong in (
        "http://127.0.0.1:9/other",
        "http://localhost:9/callback",
        "http://127.0.0.1:9/callback?x=1",
    ):
        program = home.program()
        program.redirect_uri = wrong
        assert home.gateway.browser().open(program.login_address()).status == 400
    body = {"client_id": PROGRAM, "topic": home.topic}
    assert home.shell.call("POST", "/workspace/panes", body).status_code == 409
    assert home.shell.call("POST", "/workspace/launches", body).status_code == 409
    assert PROGRAM not in {
        app["client_id"] for app in home.shell.call("GET", "/workspace/apps").json()["apps"]
    }


def test_it_goes_on_when_the_gateway_was_killed(local_systems: UpstreamSystems, tmp_path: Path) -> None:
    """S8: tokens, topic and patient are there again; it subscribes anew (FC-39), and the event stream tells the shell.

    Mutants: it has to sign in again; the shell hears nothing of it before its next event."""
    with at_home(local_systems, tmp_path, AppPolicy()) as home:
        program, records = home.signed_in(), dict(home.gateway.records)
        tokens, shell_tokens = program.tokens, home.shell.tokens
    apps = registry(local_systems.gateway_sockets[0].getsockname()[1], [tmp_path / PROGRAM], AppPolicy())
    with (
        running_gateway(local_systems, tmp_path, clients=gateway_clients(apps), records=records) as gateway,
        ExitStack() as stack,
    ):
        again = RecordProgram(gateway.http, gateway.fhir_base, PROGRAM, SCOPE)
        stack.callback(again.close)
        again.tokens = tokens
        again.joins()
        assert again.event("Patient-open")["event"]["context"][0]["resource"]["id"] == ANNA
        bearer = {"Authorization": f"Bearer {shell_tokens['access_token']}"}
        with gateway.http.stream("GET", "/workspace/events", headers=bearer) as stream:
            told = (json.loads(line.removeprefix("data: ")) for line in stream.iter_lines() if line)
            first = next(fact for fact in told if fact["type"] == "program")
            again.channel.close()
            last = next(fact for fact in told if fact["type"] == "program")
        assert (first["client_id"], first["socket"], last["socket"]) == (PROGRAM, True, False)


@pytest.mark.parametrize("method", ["none", "client_secret_basic"])
def test_the_same_program_over_tls(place: Place, method: str) -> None:
    """Public and confidential, over https and wss. Mutants: ws beyond the machine; the folder's program left out."""
    write_program(place.folder / "apps", method)
    secrets = [{"client_id": name, "secret_sha256": APP_SECRET_SHA256} for name in (SERVER_SIDE, PROGRAM)]
    place.write(clients=secrets if method != "none" else secrets[:1])
    with place.running() as gateway:
        shell = gateway.shell()
        topic = shell.context()
        shell.open_patient(topic, ANNA)
        secret = None if method == "none" else APP_SECRET
        program = RecordProgram(gateway.http, gateway.fhir_base, PROGRAM, READS, secret)
        page = SecureBrowser((), gateway.trusting).sign_in(program.login_address())
        assert page.status == 200
        assert program.redeem(program.returned()["code"]).status_code == 200
        assert program.tokens["hub.topic"] == topic
        port = urlsplit(gateway.base_url).port or 0
        assert (
            program.joins(**trusting_socket(port, without_tickets(gateway.trusting), GATEWAY_HOST)) == "wss"
        )
        program.answers(program.event("Patient-open")["id"])
        shell.open_patient(topic, BERIT)
        program.answers(program.event("Patient-open")["id"])
        until(lambda: program.read(BERIT) == 200)
        (fact,) = shell.call("GET", "/workspace/programs").json()["programs"]
        assert (fact["socket"], fact["effective_patient"]) == (True, BERIT)
        program.channel.close()
        program.close()


def until(holds: Callable[[], bool]) -> None:
    """Ask until it holds; the test's own time limit is the end of patience."""
    for _ in range(500):
        if holds():
            return
    raise AssertionError("it does not come true")
