"""What the settings say reaches the programs: systems upstream, key files, options, and every row is read somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.backends.fail
import pytest

from launcher.server.configuration import read_configuration
from shell.command_line.choices import desktop_choice
from shell.command_line.failures import WrongUse
from shell.composition.clock import SystemClock
from shell.composition.listeners import listen, port_of
from shell.composition.practice import prepare
from shell.composition.record_system import UpstreamWrong
from shell.composition.state_key import KEY_FILE, KeyringUnusable
from shell.settings.rows import KEY_FILE as KEY_FILE_ROW
from shell.settings.rows import TABLE
from tests.fakes.signed_in import sign_in
from tests.fakes.upstream_systems import GATEWAY_CLIENT, GATEWAY_KEY, upstream_systems
from tests.shell.command_line.test_commands import one_line, vaktrom

ROOT = Path(__file__).resolve().parents[3]


class Keyring(keyring.backend.KeyringBackend):
    """Keeps secrets in memory."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


def said(monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    """Variables for settings by key, ``__`` for the point."""
    by_key = {row.key: row for row in TABLE}
    for name, value in settings.items():
        monkeypatch.setenv(by_key[name.replace("__", ".")].variable, str(value))


def test_every_row_is_read_by_the_program() -> None:
    """Mutant: a setting that is offered and does nothing."""
    source = "\n".join(
        file.read_text(encoding="utf-8")
        for file in (ROOT / "shell").rglob("*.py")
        if "settings" not in file.relative_to(ROOT / "shell").parts[:1]
    )
    names = re.findall(
        r"^([A-Z_]+) = Row\(\n\s+\"([a-z_.]+)\"", (ROOT / "shell/settings/rows.py").read_text(), re.M
    )
    assert {key for _, key in names} == {row.key for row in TABLE}
    unread = [
        key
        for name, key in names
        if not re.search(
            rf"(value\({name}\)|_content\(settings, {name}\b|_certificates\(settings, {name}\b|\({name}, \")",
            source,
        )
    ]
    assert unread == []


async def test_the_desktop_uses_the_systems_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutants: the sandbox starts all the same; a key file beside the records; the provider's client is the sandbox's."""
    held = listen()
    port = port_of(held)
    key = tmp_path / "provider-key.json"
    key.write_text(json.dumps(GATEWAY_KEY.as_dict(private=True)))
    ring = Keyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    with upstream_systems(tmp_path, further=[f"http://127.0.0.1:{port}"]) as systems:
        said(
            monkeypatch,
            record_system__fhir_base=systems.fhir_base,
            identity_provider__issuer=systems.issuer,
            identity_provider__client_id=GATEWAY_CLIENT,
            identity_provider__key_file=key,
            gateway__port=port,
        )
        held.close()
        (tmp_path / "state").mkdir()
        environment = prepare(desktop_choice(tmp_path / "state", 0, [], None), SystemClock().now())
        try:
            await environment.start()
            assert environment.sandbox is None
            base = environment.base_url
            ready = {
                "gateway": base,
                "fhir": f"{base}/fhir",
                "shell": {"client_id": "vaktrom-shell", "client_secret": environment.shell_secret},
            }
            siri = sign_in(ready)
            try:
                assert siri.fhir("Patient", family="Dal")[0]["name"] == [{"given": ["Anna"], "family": "Dal"}]
            finally:
                siri.close()
        finally:
            await environment.stop()
        assert not (tmp_path / "state" / KEY_FILE).exists()


def test_records_of_patients_need_the_operating_systems_keyring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutant: the practice environment's key file stands in, beside the records."""
    key = tmp_path / "provider-key.json"
    key.write_text(json.dumps(GATEWAY_KEY.as_dict(private=True)))
    said(
        monkeypatch,
        record_system__fhir_base="https://journal.example/fhir",
        identity_provider__issuer="https://login.example",
        identity_provider__client_id="c",
        identity_provider__key_file=key,
    )
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    environment = prepare(desktop_choice(tmp_path, 0, [], None), SystemClock().now())
    try:
        with pytest.raises(KeyringUnusable):
            environment._configurations()
    finally:
        environment.gateway_socket.close()
        environment.use.release()
    assert not (tmp_path / KEY_FILE).exists()
    failing = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "QT_QPA_PLATFORM": "offscreen"}
    ended = vaktrom("run", "--state", str(tmp_path), **failing)
    assert ended.returncode == 1 and "no usable keyring" in one_line(ended)


def test_further_members_reach_the_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: one of them is left on the way."""
    secret = tmp_path / "authorization"
    secret.write_text("Bearer abc\n")
    said(
        monkeypatch,
        gateway__first_byte_seconds=7,
        gateway__whole_seconds=33,
        hub__acknowledgement_seconds=4,
        hub__content_characters=5000,
        hub__calls_burst=20,
        hub__calls_per_minute=30,
        network__vendor_networks="10.1.0.0/16;10.2.0.0/16",
        audit__sink="https://logg.example/fhir",
        audit__sink_authorization_file=secret,
    )
    environment = prepare(desktop_choice(tmp_path, 0, [], None), SystemClock().now())
    try:
        configuration = read_configuration(environment._configurations()[1])
    finally:
        for sock in (environment.gateway_socket, environment.fhir_socket, environment.identity_socket):
            assert sock is not None
            sock.close()
        environment.use.release()
    settings = configuration.settings
    assert (settings.upstream_first_byte_seconds, settings.upstream_whole_seconds) == (7, 33)
    assert settings.outbound.networks == ("10.1.0.0/16", "10.2.0.0/16")
    hub = settings.hub
    assert (hub.acknowledgement_seconds, hub.content_characters) == (4, 5000)
    assert (hub.calls_burst, hub.calls_per_minute) == (20, 30)
    assert configuration.audit_sink is not None
    assert configuration.audit_sink.authorization == "Bearer abc"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"practice__allowed": "false"}, "no record system is named"),
        ({"record_system__fhir_base": "https://journal.example/fhir"}, "identity_provider.issuer is missing"),
        ({"identity_provider__issuer": "https://login.example"}, "identity_provider.client_id is missing"),
        ({"identity_provider__client_id": "c"}, f"{KEY_FILE_ROW.key} is missing"),
        (
            {"identity_provider__client_id": "c", "identity_provider__key_file": "/gone/key.json"},
            "there is no file",
        ),
        ({"identity_provider__client_id": "c", "identity_provider__key_file": "{empty}"}, "no private JWK"),
        (
            {
                "identity_provider__client_id": "c",
                "identity_provider__method": "client_secret_basic",
                "identity_provider__client_secret_file": "{empty}",
            },
            "is empty",
        ),
        ({"network__upstream_ca_file": "{empty}"}, "holds no certificate in PEM"),
        ({"network__vendor_ca_file": "/gone/ca.pem"}, "network.vendor_ca_file: /gone/ca.pem cannot be read"),
    ],
)
def test_half_a_configuration_is_told_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], why: str
) -> None:
    empty = tmp_path / "empty"
    empty.write_text("")
    if "identity_provider__client_id" in settings:
        settings = {"identity_provider__issuer": "https://login.example", **settings}
    said(monkeypatch, **{name: value.replace("{empty}", str(empty)) for name, value in settings.items()})
    with pytest.raises(UpstreamWrong, match=re.escape(why)):
        desktop_choice(tmp_path, 0, [], None)


def test_apps_from_a_plain_folder_can_be_forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: the switch is read and nothing follows."""
    assert desktop_choice(tmp_path, 0, [tmp_path], None).folders == (tmp_path,)
    said(monkeypatch, apps__unpacked="no")
    with pytest.raises(WrongUse, match="leave the option out"):
        desktop_choice(tmp_path, 0, [tmp_path], None)


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    """Exit codes: 2 for what the user corrects, 1 where nobody may see a record. Mutant: it starts all the same."""
    display = {"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "en_GB.UTF-8"}
    ended = vaktrom("run", "--state", str(tmp_path), VAKTROM_DESKTOP_LOCK_AFTER_MINUTES="soon", **display)
    assert ended.returncode == 1
    assert one_line(ended).startswith(
        "vaktrom: no clinical access: environment: desktop.lock_after_minutes must be"
    )
    ended = vaktrom("run", "--state", str(tmp_path), VAKTROM_PRACTICE_ALLOWED="no", **display)
    assert ended.returncode == 2 and "no record system is named" in one_line(ended)


def test_doctor_tells_where_a_value_comes_from(tmp_path: Path) -> None:
    """Mutant: the state folder's choices or the environment are not looked at; a wrong value ends with 0."""
    (tmp_path / "preferences.json").write_text('{"theme": "dark"}')
    command = ("doctor", "--settings", "--json", "--state", str(tmp_path))
    ended = vaktrom(*command, VAKTROM_DESKTOP_TEXT_SIZE="150", VAKTROM_DESKTOP_LANGUAGE="fr")
    told = json.loads(ended.stdout)
    sources = {row["key"]: (row["source"], row["value"]) for row in told["settings"]}
    assert ended.returncode == 0
    assert sources["desktop.theme"] == ("window", "dark")
    assert sources["desktop.text_size"] == ("environment", 150)
    assert (
        sources["desktop.language"] == ("default", "nb") and "desktop.language" in told["warnings"][0]["en"]
    )
    ended = vaktrom(*command, VAKTROM_DEBUG_DEVTOOLS_PORT="open")
    assert ended.returncode == 1 and "debug.devtools_port" in json.loads(ended.stdout)["refusals"][0]["en"]
