"""The Windows installer: the folder's files as components, the description beside it, wixl, and what wixl cannot say."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

OURS = uuid.UUID("7b5f2c0e-93c2-4f5b-8e0b-0c9b6b5c5f2a")
"""The upgrade code, and the name space of every other GUID."""
FROM_THE_COMMAND_LINE = (
    "AUTOSTART", "CONFIGFILE", "CONFIGSHA256", "CONFIGURL", "DESKTOPSHORTCUT", "INSTALLDIR",
)  # fmt: skip
"""Properties that reach the part of the installer that runs with an administrator's rights."""
WIX = "http://schemas.microsoft.com/wix/2006/wi"
UNKNOWN_TO_WIXL = {
    "Package": ("InstallPrivileges", "Platform"),
    "MediaTemplate": ("CompressionLevel",),
    "MajorUpgrade": ("AllowDowngrades",),
}
"""What it does anyway, or is told on its command line."""
MOMENT = 1767225600
"""The files' time in every installer (2026-01-01), so that building again gives the same bytes."""
PAYLOAD = "payload"
"""What the folder is called beside the descriptions; wixl takes no whole path."""
SEQUENCES = {
    "RememberConfigSha256": 51,
    "RememberConfigUrl": 52,
    "RememberConfigFile": 53,
    "RememberAutostart": 54,
    "RememberDesktopShortcut": 55,
    "LaunchConditions": 100,
    "RemoveExistingProducts": 1525,
}
"""Remembered before it is judged; the hash before the address that it belongs to. The old version goes inside the
transaction (after ``InstallInitialize``, 1500), so that a failed upgrade brings it back."""
REMEMBERING = tuple(name for name in SEQUENCES if name.startswith("Remember"))
SET_A_PROPERTY = 51
"""Type of a custom action; wixl adds a flag that belongs to other types."""


def guid(*parts: str) -> str:
    """The same for the same parts, whoever builds it when."""
    return str(uuid.uuid5(OURS, "/".join(parts))).upper()


def describe_files(folder: Path, version: str) -> str:
    """``files.wxs``: a component for each file, so that a repair brings back any that is missing. In sorted order."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<Wix xmlns="{WIX}">']
    lines += ["<Fragment>", '<DirectoryRef Id="INSTALLDIR">']
    components: list[str] = []
    lines += _inside(folder, folder, version, components)
    lines += ["</DirectoryRef>", "</Fragment>", "<Fragment>", '<ComponentGroup Id="Files">']
    lines += [f"<ComponentRef Id={quoteattr(one)} />" for one in components]
    return "\n".join([*lines, "</ComponentGroup>", "</Fragment>", "</Wix>", ""])


def for_wixl(description: str, values: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The description with ``values`` for its ``$(var.Name)`` and without what wixl does not know.

    With it come the conditions of components, which go in afterwards. wixl takes no letter outside ASCII as a value
    on its command line.
    """
    for name, value in values.items():
        description = description.replace(f"$(var.{name})", escape(value, {'"': "&quot;"}))
    ElementTree.register_namespace("", WIX)
    root = ElementTree.fromstring(description)
    conditions: dict[str, str] = {}
    for element in root.iter():
        for name in UNKNOWN_TO_WIXL.get(element.tag.removeprefix(f"{{{WIX}}}"), ()):
            element.attrib.pop(name, None)
        if element.tag == f"{{{WIX}}}Component":
            for condition in element.findall(f"{{{WIX}}}Condition"):
                conditions[element.attrib["Id"]] = (condition.text or "").strip()
                element.remove(condition)
    return ElementTree.tostring(root, encoding="unicode"), conditions


def make_msi(folder: Path, description: Path, icon: Path, version: str, comments: str, target: Path) -> None:
    """``target``: the ``.msi``; as it was when this failed. Raises ``CalledProcessError``."""
    values = {
        "Version": version,
        "ProductCode": guid("product", version),
        "Comments": comments,
        "Icon": icon.name,
    }
    readable, conditions = for_wixl(description.read_text(encoding="utf-8"), values)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        work = Path(name)
        shutil.copy(icon, work)
        (work / PAYLOAD).symlink_to(folder.resolve())
        for path in folder.rglob("*"):
            os.utime(path, (MOMENT, MOMENT))
        (work / "files.wxs").write_text(describe_files(folder, version), encoding="utf-8")
        (work / "main.wxs").write_text(readable, encoding="utf-8")
        command = ["wixl", "-a", "x64", "-o", "new.msi", "main.wxs", "files.wxs"]
        subprocess.run(command, check=True, cwd=work, env={**os.environ, "LC_ALL": "C.UTF-8"})
        fresh = work / "new.msi"
        _complete(fresh, conditions)
        named = [
            f"Vaktrom {version}",
            "Vaktrom",
            "x64;1044",
            f"{{{guid('package', version, digest(folder))}}}",
        ]
        subprocess.run(["msibuild", str(fresh), "-s", *named], check=True)
        os.replace(fresh, target)


def digest(folder: Path) -> str:
    """SHA-256 of the names and the contents of a folder's files."""
    whole = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        whole.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def _complete(package: Path, conditions: Mapping[str, str]) -> None:
    queries = [f"UPDATE Property SET Value = '{_secured()}' WHERE Property = 'SecureCustomProperties'"]
    queries += [
        f"UPDATE CustomAction SET Type = {SET_A_PROPERTY} WHERE Action = '{one}'" for one in REMEMBERING
    ]
    queries += [
        f"UPDATE Component SET Condition = '{condition}' WHERE Component = '{component}'"
        for component, condition in conditions.items()
    ]
    queries += [
        f"UPDATE InstallExecuteSequence SET Sequence = {number} WHERE Action = '{action}'"
        for action, number in SEQUENCES.items()
    ]
    for query in queries:
        subprocess.run(["msibuild", str(package), "-q", query], check=True)


def _inside(folder: Path, root: Path, version: str, components: list[str]) -> Iterator[str]:
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        name = path.relative_to(root).as_posix()
        identity = hashlib.sha256(name.encode()).hexdigest()[:24]
        if path.is_dir():
            yield f"<Directory Id={quoteattr('d' + identity)} Name={quoteattr(path.name)}>"
            yield from _inside(path, root, version, components)
            yield "</Directory>"
        else:
            components.append("c" + identity)
            source = quoteattr(f"{PAYLOAD}/{name}")
            yield f'<Component Id="c{identity}" Guid="{guid(version, name)}" Win64="yes">'
            yield f'<File Id="f{identity}" Name={quoteattr(path.name)} Source={source} KeyPath="yes" />'
            yield "</Component>"


def _secured() -> str:
    """The names that ``MajorUpgrade`` needs are wixl's own."""
    return ";".join((*FROM_THE_COMMAND_LINE, "WIX_UPGRADE_DETECTED", "WIX_DOWNGRADE_DETECTED"))
