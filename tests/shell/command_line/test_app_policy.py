"""``--app-policy``: the machine's own file counts first, mistakes are told, and what was decided is seen from outside."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx2
import pytest

from launcher.server.configuration import registered_client
from plugins.policy import AppPolicy, Decision
from shell.command_line.app_commands import language
from shell.command_line.app_policy import chosen_policy
from shell.command_line.failures import WrongUse
from shell.composition.applications import gateway_clients, registry
from shell.composition.machine_files import machine_policy_file
from tests.fakes.environment import sandbox
from tests.shell.command_line.test_commands import one_line, vaktrom


def policy_file(folder: Path, apps: dict[str, Any], name: str = "app-policy.json") -> Path:
    file = folder / name
    file.write_text(json.dumps({"policy_version": 1, "apps": apps}), encoding="utf-8")
    return file


def test_the_machines_own_policy_counts(tmp_path: Path) -> None:
    """Mutant: the named file is read though the machine has one of its own."""
    none = tmp_path / "none.json"
    machine = policy_file(tmp_path, {"notat": {"approved": False}}, "machine.json")
    named = policy_file(tmp_path, {"notat": {"approved": True}})
    assert chosen_policy(None, none) is None
    read = chosen_policy(named, none)
    assert read is not None
    assert read.of("notat").approved
    read = chosen_policy(None, machine)
    assert read is not None
    assert not read.of("notat").approved
    with pytest.raises(WrongUse, match="this machine's own policy"):
        chosen_policy(named, machine)
    with pytest.raises(WrongUse, match="cannot be read"):
        chosen_policy(tmp_path / "gone.json", none)


@pytest.mark.parametrize(("mode", "own"), [(0o600, True), (0o644, True), (0o664, False), (0o646, False)])
def test_others_may_not_write_what_decides(tmp_path: Path, mode: int, own: bool) -> None:
    """Mutant: the file's rights are not looked at, for the machine's file or the named one."""
    file = policy_file(tmp_path, {"notat": {"approved": False}})
    file.chmod(mode)
    for named, machine in ((file, tmp_path / "none.json"), (None, file)):
        if own or os.name != "posix":
            assert chosen_policy(named, machine) is not None
        else:
            with pytest.raises(WrongUse, match=r"written by others \(mode 6\d\d\); run: chmod go-w "):
                chosen_policy(named, machine)


def test_somebody_elses_file_decides_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mutant: the owner is not looked at; root's own file is refused."""
    file = policy_file(tmp_path, {})
    if os.geteuid() == 0:
        monkeypatch.setattr(os, "geteuid", lambda: 4712)
        assert chosen_policy(file, tmp_path / "none.json") is not None
        os.chown(file, 4711, -1)
    monkeypatch.setattr(os, "geteuid", lambda: 4712)
    with pytest.raises(WrongUse, match=r"belongs to user \d+, neither root nor you; run: chown root "):
        chosen_policy(file, tmp_path / "none.json")


def test_no_variable_of_the_user_moves_the_machines_file(monkeypatch: pytest.MonkeyPatch) -> None:
    before = machine_policy_file()
    for name in ("XDG_CONFIG_DIRS", "XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, "/elsewhere")
    assert machine_policy_file() == before


def test_what_was_decided_reaches_the_registered_clients() -> None:
    """Mutant: one of the three members is not handed on. Both sides of the pipe."""
    policy = AppPolicy(
        {
            "notat": Decision(pkce_exempt=True),
            "malinger": Decision(approved=False, consent_allowed=True),
            "legemidler": Decision(approved=False),
        }
    )
    clients = {
        client.client_id: client
        for client in (registered_client(given) for given in gateway_clients(registry(4711, (), policy)))
    }
    facts = {
        name: (client.approved, client.consent_allowed, client.pkce_exempt)
        for name, client in clients.items()
        if name in policy.decisions
    }
    assert facts == {
        "notat": (True, False, True),
        "malinger": (False, True, False),
        "legemidler": (False, False, False),
    }


def test_the_list_tells_what_was_decided(tmp_path: Path) -> None:
    file = policy_file(
        tmp_path, {"notat": {"pkce_exempt": True}, "malinger": {"approved": False}, "notatt": {}}
    )
    listed = vaktrom("app", "list", "--app-policy", str(file), LC_ALL="C")
    assert listed.returncode == 0
    lines = {line.split()[0]: line for line in listed.stdout.splitlines()}
    assert "Uten PKCE: godkjent unntak" in lines["notat"]
    assert "unapproved" in lines["malinger"]
    assert "ikke godkjent" in lines["malinger"]
    assert "PKCE" not in lines["legemidler"]
    assert "mente du notat?" in lines["notatt"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "nb_NO.UTF-8"}, "nb"),
        ({"LC_ALL": "en_GB.utf8", "LC_MESSAGES": "", "LANG": "nb_NO.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "nn_NO", "LANG": "en_US.UTF-8"}, "nb"),
        ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "C.UTF-8"}, "nb"),
        ({"LC_ALL": "sv_SE", "LC_MESSAGES": "", "LANG": ""}, "en"),
    ],
)
def test_the_language_is_the_one_asked_for(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    """Mutant: only the locale that this machine has files for counts, so that a server answers in another."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_mistakes_are_one_line_each(tmp_path: Path) -> None:
    file = policy_file(tmp_path, {"notat": {"pkce_exmept": True}, "malinger": {"approved": "no"}})
    ended = vaktrom("sandbox", "--app-policy", str(file))
    assert ended.returncode == 2
    lines = ended.stderr.splitlines()
    assert len(lines) == 2
    assert "did you mean pkce_exempt?" in lines[0]
    assert "Traceback" not in ended.stderr
    assert "cannot be read" in one_line(vaktrom("app", "list", "--app-policy", str(tmp_path / "gone")))


def test_the_sandbox_holds_to_it(tmp_path: Path) -> None:
    """An app that nobody may use is not offered, and its page says why it does not open."""
    file = policy_file(tmp_path, {"notat": {"approved": False}})
    with sandbox(tmp_path / "state", "--app-policy", str(file)) as ready:
        assert "notat" not in [app["client_id"] for app in ready["apps"]]
        redirect_uri = ready["gateway"].replace("127.0.0.1", "notat.localhost") + "/index.html"
        asked = {"client_id": "notat", "redirect_uri": redirect_uri}
        page = httpx2.get(
            f"{ready['gateway']}/oauth/authorize", params=asked, headers={"Accept-Language": "en"}
        )
        assert "not approved" in page.text
