"""The check of one app folder: manifest, files, icon and pages. Behind ``vaktrom app check FOLDER``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from plugins import addresses
from plugins.errors import FolderMissing
from plugins.findings import Finding, Language, Text, has_errors, pointer_of
from plugins.icon import check_icon
from plugins.manifest import MANIFEST_BYTES, Manifest, Reading, read_manifest
from plugins.pages import check_page
from plugins.served_files import FILE_BYTES, FILES, is_served_name

MANIFEST_FILE = "manifest.json"
_PUT_IT = Text(
    "Legg filen i mappen, eller rett navnet.", "Put the file into the folder, or correct the name."
)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a check. ``manifest`` is there when the manifest itself has no errors."""

    folder: Path
    manifest: Manifest | None
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Whether the app may be registered: no errors; warnings are allowed."""
        return not has_errors(self.findings)

    def lines(self, language: Language) -> list[str]:
        """What a command prints: one line for each finding, then the outcome."""
        words = {"error": Text("Feil", "Error"), "warning": Text("Merk", "Note")}
        found = [
            f"{words[f.severity].in_language(language)}: {f.in_language(language)}" for f in self.findings
        ]
        errors = sum(finding.severity == "error" for finding in self.findings)
        if self.good and self.manifest is not None:
            last = Text(f"{self.manifest.client_name} er klar.", f"{self.manifest.client_name} is ready.")
        else:
            last = Text(f"{errors} feil i {self.folder.name}.", f"{errors} error(s) in {self.folder.name}.")
        return [*found, last.in_language(language)]


def check(folder: Path) -> Report:
    """Check one app folder and report all mistakes at once.

    Raises ``FolderMissing`` if there is no such folder; everything else is a finding.
    """
    if not folder.is_dir():
        raise FolderMissing(str(folder))
    reading = _read(folder / MANIFEST_FILE)
    findings = [*reading.findings, *_files(folder, reading)]
    return Report(folder, reading.manifest, tuple(findings))


def _read(path: Path) -> Reading:
    try:
        with path.open("rb") as file:
            content = file.read(MANIFEST_BYTES + 1)
    except OSError:
        sentence = Text(
            "Mappen har ingen manifest.json som kan leses.",
            "The folder has no manifest.json that can be read.",
        )
        remedy = Text("Kopier den fra plugins/README.md.", "Copy it from plugins/README.md.")
        return Reading(None, (Finding("manifest-missing", "", sentence, remedy, "manifest"),))
    return read_manifest(content)


def _files(folder: Path, reading: Reading) -> Iterator[Finding]:
    members = reading.members
    icon = members.get("icon")
    if isinstance(icon, str) and addresses.is_relative(icon):
        yield from _icon(folder, icon)
    named = [("launch_uri", members.get("launch_uri"))]
    redirects = members.get("redirect_uris")
    named += [
        (f"redirect_uris/{index}", item)
        for index, item in enumerate(redirects if isinstance(redirects, list) else [])
    ]
    packaged = False
    for place, address in named:
        if isinstance(address, str) and addresses.is_relative(address):
            packaged = True
            yield from _named_file(folder, place, urlsplit(address).path)
    if packaged:
        yield from _contents(folder)


def _inside(folder: Path, name: str) -> Path | None:
    path = (folder / name).resolve()
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def _icon(folder: Path, name: str) -> Iterator[Finding]:
    path = _inside(folder, name)
    if path is None:
        yield Finding(
            "file-missing",
            pointer_of(["icon"]),
            Text(f"{name} finnes ikke i mappen.", f"{name} is not in the folder."),
            _PUT_IT,
            "files",
        )
    else:
        yield from check_icon(path.read_bytes()[: FILE_BYTES + 1], name)


def _named_file(folder: Path, place: str, name: str) -> Iterator[Finding]:
    pointer = pointer_of(place.split("/"))
    if not is_served_name(name):
        kind = Text(f"{name} er en fil som ikke blir vist.", f"{name} is a file that is not served.")
        yield Finding("file-kind", pointer, kind, Text("Bruk en .html-fil.", "Use an .html file."), "files")
    elif _inside(folder, name) is None:
        yield Finding(
            "file-missing",
            pointer,
            Text(f"{name} finnes ikke i mappen.", f"{name} is not in the folder."),
            _PUT_IT,
            "files",
        )


def _contents(folder: Path) -> Iterator[Finding]:
    count = 0
    root = folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or any(step.startswith(".") for step in name.split("/")):
            continue
        count += 1
        if count > FILES:
            many = Text(f"Mappen har mer enn {FILES} filer.", f"The folder has more than {FILES} files.")
            yield Finding(
                "too-many-files",
                "",
                many,
                Text("Pek på mappen med den ferdige appen.", "Name the folder of the built app."),
                "files",
                file=folder.name,
            )
            return
        if not path.resolve().is_relative_to(root):
            away = Text("Filen er en lenke ut av mappen.", "The file is a link out of the folder.")
            yield Finding(
                "link-outside", "", away, Text("Kopier filen inn.", "Copy the file in."), "files", file=name
            )
        elif path.stat().st_size > FILE_BYTES:
            large = Text(
                "Filen er større enn 16 MiB og blir ikke vist.",
                "The file is larger than 16 MiB and is not served.",
            )
            yield Finding(
                "file-size",
                "",
                large,
                Text("Gjør den mindre.", "Make it smaller."),
                "files",
                "warning",
                file=name,
            )
        elif path.suffix.lower() in (".html", ".htm"):
            yield from check_page(path.read_bytes(), name, partial(_is_there, folder, path.parent))


def _is_there(folder: Path, beside: Path, address: str) -> bool:
    """Whether a relative address of a page beside ``beside`` is a file of the folder."""
    base = folder if address.startswith("/") else beside
    try:
        return _inside(folder, str(base.relative_to(folder) / unquote(address).lstrip("/"))) is not None
    except ValueError:
        return False
