"""Can a secret be kept? Written, read and removed again under a name of its own."""

from __future__ import annotations

import secrets
import tempfile
from importlib.metadata import entry_points
from pathlib import Path

from plugins.findings import Text
from shell.composition.state_key import KeyFileStore, KeyringStore, KeyringUnusable
from shell.self_test.result import Result

SERVICE = "vaktrom-self-test"


def check_secret() -> Result:
    """The operating system's keyring; where there is none, the practice environment's key file, and that is said."""
    for entry in entry_points(group="keyring.backends"):
        entry.load()
    try:
        KeyringStore()
    except KeyringUnusable:
        return _key_file()
    return _keyring()


def _keyring() -> Result:
    import keyring
    import keyring.errors

    name, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
    try:
        keyring.set_password(SERVICE, name, secret)
        kept = keyring.get_password(SERVICE, name) == secret
        keyring.delete_password(SERVICE, name)
    except (keyring.errors.KeyringError, RuntimeError) as error:
        return Result(False, Text(f"nøkkelringen svarte: {error}", f"the keyring answered: {error}"))
    if not kept:
        return Result(
            False, Text("nøkkelringen ga noe annet tilbake", "the keyring gave something else back")
        )
    return Result(
        True,
        Text("skrevet, lest og fjernet i nøkkelringen", "written, read and removed in the keyring"),
    )


def _key_file() -> Result:
    secret = secrets.token_urlsafe(32)
    with tempfile.TemporaryDirectory(prefix="vaktrom-self-test-") as folder:
        store = KeyFileStore(Path(folder))
        store.write(secret)
        kept = store.read() == secret
    return Result(
        kept,
        Text(
            "her er ingen nøkkelring: nøkkelfilen til øvingsmiljøet ble prøvd; ekte pasienter ville blitt nektet",
            "no keyring here: the practice environment's key file was tried; real patients would be refused",
        ),
    )
