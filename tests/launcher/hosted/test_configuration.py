"""What is configured wrongly is refused at the start, in one line that says what, where and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import keyring.backend
import keyring.errors
import pytest

from launcher.server.public_address import checked_apps_domain, public_address
from launcher.server.tls import CertificateUnusable, covers, tls_context
from launcher.stores.sealing import Sealer
from launcher.stores.sqlite_state import SqliteState
from plugins.policy import AppPolicy, Decision
from plugins.registry import AppRegistry, Surroundings
from shell.composition.hosted import HostedChoice, prepare_hosted
from shell.composition.hosted_door import HostedWrong
from shell.composition.hosted_file import read_hosted_file
from shell.composition.state_key import StateKeys
from tests.fakes.environment import ROOT
from tests.fakes.hosted_gateway import PACKAGED, SERVER_SIDE, Place
from tests.fakes.hosted_names import APPS_DOMAIN, GATEWAY_HOST, authority

Refused = Callable[..., str]
SECRET = {"client_id": SERVER_SIDE, "secret_sha256": "0" * 64}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"public_url": None}, "--public-url is missing"),
        ({"public_url": "http://vaktrom.example.no"}, "must begin with https://"),
        ({"public_url": "https://vaktrom.example.no/gateway"}, "nothing after"),
        ({"public_url": "https://Vaktrom.example.no"}, "write it as https://vaktrom.example.no"),
        ({"public_url": "https://vaktrom.example.no:443"}, "write it as https://vaktrom.example.no"),
        ({"public_url": "https://10.0.0.1"}, "full name"),
        ({"public_url": "https://vaktrom"}, "full name"),
        ({"public_url": "https://a@vaktrom.example.no"}, "nothing after"),
        ({"listen": None}, "--listen is missing"),
        ({"listen": "443"}, "it is HOST:PORT"),
        ({"listen": "0.0.0.0:99999"}, "it is HOST:PORT"),
        ({"listen": "0.0.0.0:0", "tls_cert": None, "tls_key": None}, "everybody could read along"),
        ({"tls_key": None}, "go together"),
        ({"tls_cert": "nowhere.pem"}, "cannot be read"),
        ({"tls_cert": "gateway.json"}, "no pair"),
        ({"apps_domain": f"apper.{GATEWAY_HOST}"}, "domain of their own"),
        ({"apps_domain": GATEWAY_HOST}, "domain of their own"),
        ({"apps_domain": "apper.fjordvik.example"}, "domain of their own"),
        ({"apps_domain": "localhost"}, "a domain in lower case"),
        ({"apps_domain": "andre-apper.example"}, "is not for notat.andre-apper.example"),
        ({"apps": "nowhere"}, "is not there"),
        ({"clients": []}, "give its secret_sha256"),
        ({"clients": [{"client_id": PACKAGED, "approved": True}]}, "approved is not set here"),
        (
            {"clients": [SECRET, {"client_id": "alene"}]},
            "alene is no app of the folder and lacks client_name,",
        ),
        ({"clients": [{"client_id": "en"}, {"client_id": "en"}]}, "of its own"),
        ({"clients": [{}]}, "of its own"),
        ({"upstream_fhir": "http://journal.example.no/fhir"}, "upstream_fhir: http://journal"),
        ({"upstream_fhir": 1}, "`$.upstream_fhir`"),
        ({"upstrem_fhir": "https://x.example"}, "unknown field `upstrem_fhir`, did you mean upstream_fhir?"),
        (
            {"identity_provider": {"issuer": "http://id.example.no", "client_id": "a"}},
            "identity_provider.issuer",
        ),
        ({"identity_provider": {"issuer": "https://id.example.no"}}, "`$.identity_provider`"),
        ({"identity_provider": {"issuer": "https://id.example.no", "client_id": "a"}}, "key_file is missing"),
        (
            {
                "identity_provider": {
                    "issuer": "https://i.example.no",
                    "client_id": "a",
                    "key_file": "gateway.json",
                }
            },
            "no private JWK",
        ),
        (
            {
                "identity_provider": {
                    "issuer": "https://i.example.no",
                    "client_id": "a",
                    "key_file": "gone.json",
                }
            },
            "cannot be read",
        ),
        (
            {
                "identity_provider": {
                    "issuer": "https://i.example.no",
                    "client_id": "a",
                    "method": "client_secret_basic",
                }
            },
            "client_secret_file is missing",
        ),
        ({"state": "gateway.json"}, "cannot write the state directory"),
        ({"shared_read_seconds": 9.0}, "shared_read_seconds"),
    ],
)
def test_each_mistake_has_its_line(refused: Refused, changes: dict[str, Any], says: str) -> None:
    assert says in refused(**changes)


def test_toml_and_the_command_line(place: Place) -> None:
    """The same members in TOML; what the command line names counts before the file."""
    given = place.write()
    lines = [
        f"{name} = {json.dumps(value)}" for name, value in given.items() if not isinstance(value, dict | list)
    ]
    lines += [
        "[identity_provider]",
        *(f"{k} = {json.dumps(v)}" for k, v in given["identity_provider"].items()),
    ]
    lines += ["[[clients]]", *(f"{k} = {json.dumps(v)}" for k, v in given["clients"][0].items())]
    file = place.folder / "gateway.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    now = datetime.now(UTC)
    assert prepare_hosted(HostedChoice(file), now).address.base_url == place.base_url
    other = f"https://{GATEWAY_HOST}:9443"
    chosen = prepare_hosted(HostedChoice(file, public_url=other, listen="[::1]:9443"), now)
    assert (chosen.address.base_url, chosen.listen) == (other, ("::1", 9443))
    file.write_text("state = ", encoding="utf-8")
    with pytest.raises(HostedWrong, match="it is not TOML"):
        prepare_hosted(HostedChoice(file), now)
    with pytest.raises(HostedWrong, match=r"gone.json: cannot be read .*name a TOML or JSON file"):
        prepare_hosted(HostedChoice(place.folder / "gone.json"), now)


def test_the_documented_file_is_a_good_one(tmp_path: Path) -> None:
    page = (ROOT / "launcher" / "HOSTED.md").read_text(encoding="utf-8")
    file = tmp_path / "gateway.toml"
    file.write_text(page.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    assert read_hosted_file(file).apps_domain == "fjordvik-apper.example"


def test_server_side_apps_run_here_and_not_on_loopback(place: Place) -> None:
    """DESIGN section 6; on loopback the reason can be read."""
    hosted = prepare_hosted(HostedChoice(place.config), datetime.now(UTC)).apps
    assert {client["client_id"] for client in hosted.clients} == {PACKAGED, SERVER_SIDE}
    assert [site["host"] for site in hosted.sites] == [f"{PACKAGED}.{APPS_DOMAIN}:{place.port}"]
    beside = Surroundings(own_origin=lambda app_id: f"http://{app_id}.localhost:1", loopback=True)
    rows = AppRegistry(beside, bundled=place.folder / "apps").rows()
    row = next(row for row in rows if row.app_id == SERVER_SIDE)
    assert row.state == "incompatible"
    assert "server must call Vaktrom" in row.reasons[0].in_language("en")


def test_a_backend_service_in_toml_has_no_addresses(place: Place) -> None:
    """Mutants: an address is demanded of who never opens a browser; or of nobody."""
    service = {
        "client_id": "natt <tjeneste>",
        "client_name": "Nattlig",
        "publisher": "Prøve AS",
        "redirect_uris": [],
        "scope": "system/Patient.rs",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks_uri": "https://leverandor.example/jwks.json",
    }
    place.write(clients=[SECRET, service])
    found = prepare_hosted(HostedChoice(place.config), datetime.now(UTC)).apps
    assert found.clients[-1]["client_id"] == "natt <tjeneste>"
    place.write(clients=[SECRET, {**service, "scope": "system/Patient.rs openid"}])
    with pytest.raises(HostedWrong, match="natt <tjeneste> has no redirect_uris"):
        prepare_hosted(HostedChoice(place.config), datetime.now(UTC))


def test_an_app_that_cannot_be_served_is_left_out_with_its_reason(place: Place) -> None:
    (place.folder / "apps" / "ugyldig").mkdir()
    (place.folder / "apps" / "ugyldig" / "manifest.json").write_text("{}", encoding="utf-8")
    place.write(apps_domain=None)
    found = prepare_hosted(HostedChoice(place.config), datetime.now(UTC)).apps
    assert [client["client_id"] for client in found.clients] == [SERVER_SIDE]
    served, broken = found.left_out
    assert served.startswith(str(place.folder / "apps" / PACKAGED)) and "needs apps_domain" in served
    assert broken.startswith(str(place.folder / "apps" / "ugyldig")) and "icon" in broken


def test_the_policy_decides_about_approval(place: Place) -> None:
    policy = AppPolicy({PACKAGED: Decision(approved=False)})
    found = prepare_hosted(HostedChoice(place.config, policy=policy), datetime.now(UTC)).apps
    approved = {client["client_id"]: client["approved"] for client in found.clients}
    assert approved == {PACKAGED: False, SERVER_SIDE: True}
    assert found.sites == []


def test_certificates(tmp_path: Path) -> None:
    """SAL-69: for all our names, in time, with its own key."""
    now = datetime.now(UTC)
    mine = authority(tmp_path, ["a.example", "*.b.example"])
    tls_context(mine.certificate, mine.key, ["a.example", "x.b.example"], now)
    for hosts in (["b.example"], ["y.x.b.example"], ["c.example"], ["a.example", "a.a.example"]):
        with pytest.raises(CertificateUnusable, match="is not for"):
            tls_context(mine.certificate, mine.key, hosts, now)
    with pytest.raises(CertificateUnusable, match="not today"):
        tls_context(mine.certificate, mine.key, ["a.example"], now.replace(year=1999))
    (tmp_path / "other").mkdir()
    other = authority(tmp_path / "other", ["a.example"])
    with pytest.raises(CertificateUnusable, match="no pair"):
        tls_context(mine.certificate, other.key, ["a.example"], now)
    assert not covers("*.example", "example")


def test_domains_that_are_apart() -> None:
    gateway = public_address("https://vaktrom.fjordvik.kommune.no/")
    assert gateway.base_url == f"https://{gateway.authority}" == "https://vaktrom.fjordvik.kommune.no"
    assert checked_apps_domain("vaktrom-apper.no", gateway) == "vaktrom-apper.no"
    assert gateway.app_authority("notat", "vaktrom-apper.no") == "notat.vaktrom-apper.no"


class _NoKeyring(keyring.backend.KeyringBackend):
    priority = 5

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringError("the keyring is locked")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise keyring.errors.KeyringError("the keyring is locked")


class _Keyring(keyring.backend.KeyringBackend):
    priority = 5

    @cached_property
    def kept(self) -> dict[tuple[str, str], str]:
        """What it holds."""
        return {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


async def test_the_keyring_holds_the_key_and_a_new_one_opens_the_old_state(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, now = _Keyring(), datetime.now(UTC)  # type: ignore[no-untyped-call]
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    place.write(state_key_file=None)

    async def life(at: datetime) -> tuple[int, SqliteState]:
        gateway = prepare_hosted(HostedChoice(place.config), at)
        path, issuer = gateway.state / "gateway.sqlite", gateway.address.base_url
        return len(gateway.keys.keys), SqliteState(path, issuer, gateway.keys.keys, os.urandom)

    first_keys, first = await life(now)
    key = prepare_hosted(HostedChoice(place.config), now).keys.current[1]
    first.put("grant/1", Sealer(key, os.urandom).seal("grant/1", b"a grant"))
    await first.close()
    later_keys, later = await life(now + timedelta(days=91))
    assert (first_keys, later_keys) == (1, 2)
    assert [name for name, _ in later.records] == ["grant/1"]
    await later.close()
    assert not list(place.folder.glob("**/*keys*.json"))


def test_without_a_key_it_does_not_start(refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    """DESIGN section 4, *Secrets*: no keyring and no named file."""
    monkeypatch.setattr(keyring, "get_keyring", _NoKeyring)
    line = refused(state_key_file=None)
    assert "the keyring is locked" in line
    assert "state_key_file" in line


def test_a_key_file_is_marked_private_and_never_replaced(place: Place, refused: Refused) -> None:
    file = place.folder / "state-keys.json"
    now = datetime.now(UTC)
    first = prepare_hosted(HostedChoice(place.config), now).keys
    assert file.stat().st_mode & 0o777 == 0o600
    assert prepare_hosted(HostedChoice(place.config), now + timedelta(days=365)).keys == first
    kept = file.read_text(encoding="utf-8")
    file.chmod(0o640)
    assert "chmod 600" in refused()
    file.chmod(0o600)
    file.write_text(StateKeys.fresh(now).to_text(), encoding="utf-8")
    assert "is no key file of a gateway" in refused()
    file.write_text("[]", encoding="utf-8")
    assert "is no key file of a gateway" in refused()
    file.write_text(kept.replace('"keys"', '"kees"'), encoding="utf-8")
    assert "is damaged" in refused()
    file.unlink()
    (place.folder / "state" / "gateway.sqlite").touch()
    assert "cannot be read" in refused()
    assert not file.exists()


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shell", "gateway", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "COLUMNS": "200"},
    )


def test_exit_code_2_and_one_line(place: Place) -> None:
    """DESIGN section 5: no traceback; a taken port is an error too."""
    with place.running():
        done = command("--config", str(place.config))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"vaktrom: --listen 127.0.0.1:{place.port}: Address already in use; ")
    assert done.stderr.count("\n") == 1
