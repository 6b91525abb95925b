"""What a vendor reads is what works: the files in the README pass the check as they stand."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from plugins.folder import check
from plugins.manifest import read_manifest
from plugins.registry import BUNDLED, AppRegistry, Surroundings
from plugins.rules import FIELDS

README = BUNDLED.parent / "README.md"
BLOCK = re.compile(r"^```\w+ (?P<name>[\w.-]+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def write_readme_app(folder: Path) -> Path:
    """Write the files named in the README into ``folder``, and the library beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    for block in BLOCK.finditer(README.read_text(encoding="utf-8")):
        (folder / block["name"]).write_text(block["text"], encoding="utf-8")
    shutil.copy(BUNDLED / "malinger" / "fhir-client.pure.min.js", folder)
    return folder


def test_the_files_of_the_readme_pass_the_check(tmp_path: Path) -> None:
    folder = write_readme_app(tmp_path / "minapp")
    names = {path.name for path in folder.iterdir()}
    assert names >= {"manifest.json", "launch.html", "launch.js", "index.html", "app.js", "icon.svg"}
    report = check(folder)
    assert report.findings == ()
    assert report.lines("nb") == ["Min app er klar."]


def test_the_readme_app_is_registered_with_exact_addresses(tmp_path: Path) -> None:
    folder = write_readme_app(tmp_path / "anywhere")
    apps = AppRegistry(Surroundings(lambda name: f"http://{name}.localhost:5000"), unpacked=[folder])
    row = apps.find("minapp")
    assert row is not None
    assert apps.addresses(row).launch_uri == "http://minapp.localhost:5000/launch.html"


def test_every_field_is_explained() -> None:
    text = README.read_text(encoding="utf-8")
    table = text.split("## The fields of manifest.json")[1].split("## What your files may do")[0]
    for field in FIELDS:
        name = field.name.split("#")[0]
        assert f"`{name}`" in table, field.name
        assert (f"`{name}`\\*" in table) == field.required or "#" in field.name, field.name


@pytest.mark.parametrize("mistake", ["scope", "redirect_uris"])
def test_a_typing_mistake_in_the_readme_app_is_told(tmp_path: Path, mistake: str) -> None:
    folder = write_readme_app(tmp_path / "minapp")
    manifest = folder / "manifest.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace(f'"{mistake}"', f'"{mistake}x"'), encoding="utf-8"
    )
    lines = check(folder).lines("nb")
    assert any(line.startswith("Feil: manifest.json#/" + mistake) for line in lines)
    assert any(f"Mente du {mistake}?" in line for line in lines)
    assert lines[-1] == "1 feil i minapp."


def test_the_program_of_its_own_is_a_correct_manifest() -> None:
    """Mutant: an example that the check refuses."""
    part = README.read_text(encoding="utf-8").split("## A program of your own")[1]
    reading = read_manifest(part.split("```json")[1].split("```")[0].encode())
    assert reading.findings == ()
    assert reading.manifest is not None
    assert reading.manifest.native
