"""The clients that rows ask for, in each form in which a gateway of ours takes them, and as facts.

``python -m tests.conformance.registration FOLDER`` writes all forms for a run against another process.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, RSAKey

APP_SCOPE = "openid fhirUser launch online_access patient/Patient.rs patient/Observation.cruds"
EVERYTHING = (
    "openid fhirUser profile launch launch/patient launch/encounter online_access offline_access "
    "patient/*.cruds user/*.cruds messaging/ui messaging/scratchpad messaging/fhir"
)
FHIRCAST = "fhircast/*.*"
OFFLINE = "openid fhirUser launch online_access offline_access patient/Patient.read"
SERVICE = "system/Patient.rs"
INTROSPECT = "__introspect"
VENDOR = "https://konformitet.example"

BY_SECRET = {"token_endpoint_auth_method": "client_secret_basic"}
BY_KEY = {"token_endpoint_auth_method": "private_key_jwt"}
USED: Mapping[str, Mapping[str, Any]] = {
    "app": {"scope": APP_SCOPE},
    "other": {"scope": APP_SCOPE},
    "wide": {"scope": f"{EVERYTHING} {FHIRCAST}"},
    "secret": {"scope": APP_SCOPE, **BY_SECRET},
    "signed": {"scope": APP_SCOPE, **BY_KEY},
    "offline": {"scope": OFFLINE, **BY_KEY},
    "asked": {"scope": "openid launch patient/*.rs"},
    "service": {"scope": SERVICE, **BY_KEY},
    "reader": {"scope": INTROSPECT, **BY_KEY},
}
"""By role. ``server`` is an app with a folder and ``remote`` has an address of its own; both are not written here."""

INSTALLABLE = ("app", "other", "wide", "signed", "offline", "asked")
"""What an app folder can say: no secret, and nothing that only an administrator grants."""


def client_id(role: str) -> str:
    """The id under which the client of a role is registered here."""
    return f"konformitet-{role}"


class Credentials:
    """Keys and a secret that are made for one run."""

    def __init__(self) -> None:
        self.secret = secrets.token_urlsafe(24)
        keys = (
            RSAKey.generate_key(2048, {"kid": "konformitet-rsa"}, private=True),
            ECKey.generate_key("P-384", {"kid": "konformitet-ec"}, private=True),
        )
        self.private = [key.as_dict(private=True) for key in keys]
        self.public = {"keys": [key.as_dict(private=False) for key in keys]}

    def registered(self, role: str, origin: str) -> dict[str, Any]:
        """A client as the gateway's configuration takes it."""
        given = USED[role]
        method = given.get("token_endpoint_auth_method")
        return {
            "client_id": client_id(role),
            "client_name": role.title(),
            "publisher": "Konformitet AS",
            "redirect_uris": [f"{origin}/index.html"],
            "launch_uri": f"{origin}/launch.html",
            "origins": [origin],
            **({"approved": False, "consent_allowed": True} if role == "asked" else {}),
            **({"secret_sha256": _digest(self.secret)} if method == "client_secret_basic" else {}),
            **({"jwks": self.public} if method == "private_key_jwt" else {}),
            **given,
        }

    def fact(self, role: str, **changes: Any) -> dict[str, Any]:
        """The same client as its owner knows it."""
        method = USED[role].get("token_endpoint_auth_method")
        return {
            "client_id": client_id(role),
            "launch_uri": "launch.html",
            "redirect_uris": ["index.html"],
            **({"client_secret": self.secret} if method == "client_secret_basic" else {}),
            **({"keys": self.private} if method == "private_key_jwt" else {}),
            **USED[role],
            **changes,
        }

    def everywhere(self, origin: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """All clients of :data:`USED` at one origin: for the configuration, and as facts."""
        registered = [self.registered(role, origin) for role in USED]
        return registered, {role: self.fact(role, launch_uri=f"{origin}/launch.html") for role in USED}


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def write_apps(folder: Path, credentials: Credentials) -> dict[str, Any]:
    """Apps and an app policy for ``vaktrom sandbox``; what they are, as facts."""
    facts: dict[str, Any] = {}
    for role in INSTALLABLE:
        root = folder / client_id(role)
        root.mkdir(parents=True)
        scope = " ".join(word for word in str(USED[role]["scope"]).split() if word != FHIRCAST)
        manifest = _manifest(role, scope, credentials)
        (root / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (root / "icon.svg").write_text(ICON, encoding="utf-8")
        for page in ("launch.html", "index.html"):
            (root / page).write_text(PAGE, encoding="utf-8")
        facts[role] = credentials.fact(role, scope=scope)
    policy = {"policy_version": 1, "apps": {client_id("asked"): {"approved": False, "consent_allowed": True}}}
    (folder / "app-policy.json").write_text(json.dumps(policy), encoding="utf-8")
    return facts


ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><circle cx="12" cy="12" r="9"/></svg>'
PAGE = '<!doctype html><html lang="nb"><head><meta charset="utf-8"><title>Prøve</title></head><body></body></html>'


def _manifest(role: str, scope: str, credentials: Credentials) -> dict[str, Any]:
    method = USED[role].get("token_endpoint_auth_method", "none")
    return {
        "manifest_version": 1,
        "id": client_id(role),
        "client_name": role.title(),
        "publisher": "Konformitet AS",
        "description": "Til prøve",
        "software_version": "1.0.0",
        "launch_uri": "launch.html",
        "redirect_uris": ["index.html"],
        "scope": scope,
        "token_endpoint_auth_method": method,
        **({"jwks": credentials.public} if method == "private_key_jwt" else {}),
        "follows": "relaunch",
        "contacts": ["hjelp@konformitet.example"],
        "policy_uri": f"{VENDOR}/personvern",
        "icon": "icon.svg",
    }


def sandbox_arguments(folder: Path) -> list[str]:
    """What ``vaktrom sandbox`` is told so that it knows the apps below ``folder``."""
    apps = [part for role in INSTALLABLE for part in ("--app", str(folder / client_id(role)))]
    return [*apps, "--app-policy", str(folder / "app-policy.json")]


def write(folder: Path, facts: Mapping[str, Any], name: str) -> Path:
    """A file of facts that only its owner may read: it holds keys."""
    file = folder / name
    file.touch(mode=0o600)
    file.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return file


def main(folder: Path) -> None:
    """Write everything and say what to do with it."""
    credentials = Credentials()
    write(folder, {"clients": write_apps(folder / "apps", credentials)}, "sandbox-facts.json")
    registered, facts = credentials.everywhere(VENDOR)
    write(folder, {"clients": facts}, "hosted-facts.json")
    (folder / "hosted-clients.json").write_text(json.dumps(registered, indent=1), encoding="utf-8")
    words = " ".join(sandbox_arguments(folder / "apps"))
    sys.stdout.write(
        f"vaktrom sandbox --json {words} > ready.json\n"
        "pytest tests/conformance --base-url <its gateway> --facts ready.json "
        f"--facts {folder / 'sandbox-facts.json'}\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
