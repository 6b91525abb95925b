"""Keyring, graphics, Chromium, disk and settings of this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from plugins.findings import Text
from shell.composition.child import child_command
from shell.composition.state_key import ENTRY, SERVICE, KeyringStore, KeyringUnusable
from shell.doctor.diagnosis import Diagnosis, worst
from shell.doctor.surroundings import Surroundings
from shell.settings.rows import FHIR_BASE

CHILD_SECONDS = 4.5
FULL_BYTES = 100 * 1024 * 1024
TIGHT_BYTES = 1024 * 1024 * 1024
BY_PROCESSOR = ("llvmpipe", "softpipe", "swiftshader", "swrast", "basic render", "gdi generic")
OLDEST_PATCH = (155, 0, 8059, 85)
"""The Chromium whose security fixes the pinned Qt carries; an older one was not shipped with this program."""


def keyring(look: Surroundings) -> Diagnosis:
    """The place of the one key; without it nobody gets at real patients."""
    try:
        KeyringStore().read()
    except KeyringUnusable:
        if not look.settings.value(FHIR_BASE):
            return Diagnosis(
                "look",
                Text(
                    "ingen her; øvingsmiljøet klarer seg uten",
                    "none here; the practice environment does without",
                ),
                Text("ekte pasienter trenger en nøkkelring", "real patients need a keyring"),
            )
        return Diagnosis(
            "wrong",
            Text("ingen brukbar: ingen tilgang til pasienter", "none that can be used: no clinical access"),
            Text(
                "lås opp eller installer systemets nøkkelring (Windows: Legitimasjonsbehandling; Linux: Secret Service)",
                "unlock or install the system's keyring (Windows: Credential Manager; Linux: Secret Service)",
            ),
        )
    return Diagnosis("ok", Text(f"svarer ({SERVICE}, {ENTRY})", f"answers ({SERVICE}, {ENTRY})"))


def disk(look: Surroundings) -> Diagnosis:
    """Room where state and temporary files go."""
    return worst([_room(look, folder) for folder in (look.state, Path(tempfile.gettempdir()))])


def _room(look: Surroundings, folder: Path) -> Diagnosis:
    action = Text("frigjør plass", "make room")
    try:
        free = look.free(folder)
    except OSError as error:
        told = Text(
            f"{folder} kan ikke leses ({error.strerror})", f"{folder} cannot be read ({error.strerror})"
        )
        return Diagnosis("wrong", told, Text("gi brukeren mappen", "give the user that folder"))
    megabytes = free // (1024 * 1024)
    told = Text(f"{megabytes} MB ledig i {folder}", f"{megabytes} MB free in {folder}")
    if free < FULL_BYTES:
        return Diagnosis("wrong", told, action)
    return Diagnosis("look", told, action) if free < TIGHT_BYTES else Diagnosis("ok", told)


def settings(look: Surroundings) -> Diagnosis:
    """What the settings say of themselves."""
    found = look.settings
    action = Text("se alt med: vaktrom doctor --settings", "see all with: vaktrom doctor --settings")
    for verdict, texts, nb, en in (
        ("wrong", found.refusals, "ingen tilgang til pasienter", "no clinical access"),
        ("wrong", found.mistakes, "feil", "mistakes"),
        ("look", found.warnings, "merknader", "notes"),
    ):
        if texts:
            told = Text(f"{nb} ({len(texts)}): {texts[0].nb}", f"{en} ({len(texts)}): {texts[0].en}")
            return Diagnosis("wrong" if verdict == "wrong" else "look", told, action)
    fixed = sum(1 for row in found.found.values() if row.source.is_policy)
    return Diagnosis("ok", Text(f"i orden, {fixed} fra regler", f"sound, {fixed} from policy"))


def graphics(look: Surroundings) -> Diagnosis:
    """Who draws: asked in a process of its own, since a bad driver takes its process with it."""
    told = _child("graphics")
    action = Text("oppdater driveren for skjermkortet", "update the driver of the graphics card")
    if told is None:
        return Diagnosis(
            "look", Text("svarte ikke i tide, eller krasjet", "did not answer in time, or crashed"), action
        )
    renderer = "".join(letter for letter in str(told.get("renderer", "")) if letter.isprintable())[:80]
    if not renderer:
        return Diagnosis("look", Text("her er ingen skjerm å spørre", "there is no screen to ask here"))
    if any(word in renderer.lower() for word in BY_PROCESSOR):
        slow = Text(f"prosessoren tegner ({renderer}): tregere", f"the processor draws ({renderer}): slower")
        return Diagnosis("look", slow, action)
    return Diagnosis("ok", Text(renderer, renderer))


def chromium(look: Surroundings) -> Diagnosis:
    """Chromium, and the version whose security fixes it carries."""
    told = _child("chromium")
    update = Text("installer Vaktrom på nytt", "install Vaktrom again")
    if told is None:
        return Diagnosis("look", Text("svarte ikke i tide", "did not answer in time"), update)
    version, patch = str(told.get("version", ""))[:40], str(told.get("patch", ""))[:40]
    said = Text(
        f"Chromium {version}, rettelser til og med {patch}", f"Chromium {version}, fixes up to {patch}"
    )
    parts = patch.split(".")
    if not all(part.isdigit() for part in parts) or tuple(int(part) for part in parts) < OLDEST_PATCH:
        return Diagnosis("wrong", said, update)
    return Diagnosis("ok", said)


def _child(name: str) -> dict[str, Any] | None:
    """The object that a child of ours says; nothing when it does not, or not in time."""
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0) if sys.platform == "win32" else 0
    try:
        ended = subprocess.run(
            child_command(name), stdin=subprocess.DEVNULL, capture_output=True, timeout=CHILD_SECONDS,
            creationflags=flags, check=True,
        )  # fmt: skip
        told = json.loads(ended.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return told if isinstance(told, dict) else None
