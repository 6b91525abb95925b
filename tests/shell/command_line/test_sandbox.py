"""``vaktrom sandbox`` as an outside test starts it: nobody at its standard input, its ready line, SIGTERM."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from shell.composition.program_version import installed_version
from tests.fakes.environment import ROOT, Browser
from tests.fakes.machine import allowed

ENDS_WITHIN = 5.0


@contextlib.contextmanager
def started(state: Path) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, Any]]]:
    command = [sys.executable, "-m", "shell", "sandbox", "--json", "--state", str(state)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            if process.poll() is None:
                process.kill()


def upstream_token(ready: dict[str, Any], username: str) -> str:
    """What an ordinary OIDC client does with what the ready line says: code flow, PKCE, a loopback redirect."""
    client, issuer = ready["identity_provider_client"], ready["identity_provider"]
    address = urlsplit(client["redirect_uris"][0])
    redirect_uri = f"http://127.0.0.1:45671{address.path}"
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    metadata = httpx2.get(f"{issuer}/.well-known/openid-configuration").json()
    asked = {
        "response_type": "code",
        "client_id": client["client_id"],
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    browser = Browser()
    try:
        url = f"{metadata['authorization_endpoint']}?{urlencode(asked)}"
        answer = parse_qs(urlsplit(browser.go(url, redirect_uri, username)).query)
    finally:
        browser.close()
    assert answer["state"] == [state]
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"][0],
        "redirect_uri": redirect_uri,
        "client_id": client["client_id"],
        "code_verifier": verifier,
    }
    tokens = httpx2.post(metadata["token_endpoint"], data=form)
    assert tokens.status_code == 200, tokens.text
    token: str = tokens.json()["access_token"]
    return token


def test_the_sandbox_lives_without_input_and_ends_on_sigterm(tmp_path: Path) -> None:
    """One start: it is not ended by an empty input; its own client gets each user his own part of the records."""
    with started(tmp_path) as (process, ready):
        assert ready["pid"] == process.pid
        for username, patients in (("siri", 48), ("helge", 60), ("kari", 0)):
            headers = {"Authorization": f"Bearer {upstream_token(ready, username)}"}
            found = httpx2.get(f"{ready['upstream_fhir']}/Patient?_summary=count", headers=headers)
            assert found.json()["total"] == patients
        statement = httpx2.get(f"{ready['fhir']}/metadata").json()
        assert statement["software"]["version"] == installed_version()
        form = {
            "grant_type": "client_credentials",
            "client_id": ready["identity_provider_client"]["client_id"],
        }
        own = httpx2.post(f"{ready['identity_provider']}/token", data=form)
        assert (own.status_code, own.json()["error"]) == (400, "unauthorized_client")
        databases = list(tmp_path.rglob("*.sqlite*"))
        assert {file.stat().st_mode & 0o077 for file in databases} == {0}
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=allowed(ENDS_WITHIN))
        assert (process.returncode, errors) == (0, b"")
