"""What the Windows installer is made of, as text: nothing here needs Windows, wine or wixl."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from vaktrom_build.windows_installer import KIND
from vaktrom_build.windows_package import (
    FROM_THE_COMMAND_LINE,
    OURS,
    SEQUENCES,
    WIX,
    describe_files,
    digest,
    for_wixl,
    guid,
)

from shell.composition.program_files import FACTS
from shell.composition.program_version import installed_version, version_line
from shell.settings.configuration_source import INSTALLED, REGISTRY_NAMES

DESCRIPTION = Path(__file__).parents[2] / "packaging" / "windows" / "vaktrom.wxs"
VALUES = {
    "Version": "0.1.0",
    "ProductCode": guid("product", "0.1.0"),
    "Comments": 'Prøve "én"',
    "Icon": "v.ico",
}


def described() -> tuple[ElementTree.Element, dict[str, str]]:
    text, conditions = for_wixl(DESCRIPTION.read_text(encoding="utf-8"), VALUES)
    return ElementTree.fromstring(text), conditions


def named(root: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return list(root.iter(f"{{{WIX}}}{tag}"))


def folder(place: Path) -> Path:
    (place / "æ ø").mkdir(parents=True)
    (place / "æ ø" / "a&b.txt").write_text("1", encoding="utf-8")
    (place / "vaktrom.exe").write_bytes(b"MZ")
    return place


def test_every_file_is_a_component_of_its_own_and_belongs_to_the_feature(tmp_path: Path) -> None:
    root = ElementTree.fromstring(describe_files(folder(tmp_path), "0.1.0"))
    components = [one.attrib["Id"] for one in named(root, "Component")]
    assert [one.attrib["Name"] for one in named(root, "File")] == ["vaktrom.exe", "a&b.txt"]
    assert components == [one.attrib["Id"] for one in named(root, "ComponentRef")]
    assert all(one.attrib["KeyPath"] == "yes" for one in named(root, "File"))


def test_the_same_files_are_described_the_same_wherever_they_lie(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one"), folder(tmp_path / "other")
    assert describe_files(one, "0.1.0") == describe_files(other, "0.1.0")
    assert digest(one) == digest(other)
    (other / "vaktrom.exe").write_bytes(b"MZ changed")
    assert digest(one) != digest(other)


def test_a_new_version_shares_no_component_of_files_with_the_old(tmp_path: Path) -> None:
    place = folder(tmp_path)
    old, new = (
        {
            one.attrib["Guid"]
            for one in named(ElementTree.fromstring(describe_files(place, version)), "Component")
        }
        for version in ("0.1.0", "0.1.1")
    )
    assert not old & new


def test_components_have_guids_of_their_own_and_are_all_installed() -> None:
    root, conditions = described()
    components = {one.attrib["Id"]: one.attrib["Guid"] for one in named(root, "Component")}
    assert len(set(components.values())) == len(components)
    assert set(components) == {one.attrib["Id"] for one in named(root, "ComponentRef")}
    assert set(conditions) == {"ConfigUrl", "ConfigSha256", "ConfigFile", "Autostart", "DesktopShortcut"}
    assert not any("'" in one for one in conditions.values()), "they stand in quotes of msibuild's queries"


def test_values_are_filled_in_and_nothing_is_left_to_fill() -> None:
    root, _ = described()
    comments = next(one for one in named(root, "Property") if one.attrib["Id"] == "ARPCOMMENTS")
    assert comments.attrib["Value"] == VALUES["Comments"]
    assert "$(" not in ElementTree.tostring(root, encoding="unicode")


def test_the_upgrade_code_never_changes() -> None:
    root, _ = described()
    assert named(root, "Product")[0].attrib["UpgradeCode"].lower() == str(OURS)
    assert str(OURS) == "7b5f2c0e-93c2-4f5b-8e0b-0c9b6b5c5f2a"


def test_the_program_reads_what_the_installer_writes() -> None:
    root, _ = described()
    written = {
        one.attrib["Name"]: one.attrib["Value"]
        for one in named(root, "RegistryValue")
        if one.attrib["Key"] == INSTALLED
    }
    assert {name: written[name] for name in REGISTRY_NAMES} == {
        "ConfigUrl": "[CONFIGURL]",
        "ConfigSha256": "[CONFIGSHA256]",
        "ConfigFile": "[CONFIGFILE]",
    }


def test_what_the_command_line_gives_goes_before_what_is_remembered() -> None:
    root, _ = described()
    for action in named(root, "CustomAction"):
        given, remembered = action.attrib["Property"], action.attrib["Value"].strip("[]")
        assert given in FROM_THE_COMMAND_LINE
        chosen = next(one for one in named(root, "Custom") if one.attrib["Action"] == action.attrib["Id"])
        assert re.match(rf"{remembered} AND NOT {given}\b", chosen.text or "")


def test_the_old_version_goes_inside_the_transaction_and_judging_comes_after_remembering() -> None:
    remembering = [number for name, number in SEQUENCES.items() if name.startswith("Remember")]
    assert 50 < min(remembering) < max(remembering) < SEQUENCES["LaunchConditions"]
    assert 1500 < SEQUENCES["RemoveExistingProducts"] < 1600


def test_the_program_says_that_its_folder_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shell.composition.program_files.data_folder", lambda: tmp_path)
    assert "stand-in" not in version_line()
    (tmp_path / FACTS).write_text(json.dumps({"commit": "0123456789ab", "kind": KIND}), encoding="utf-8")
    assert version_line().endswith(" (0123456789ab, stand-in)")
    (tmp_path / FACTS).write_text("[]", encoding="utf-8")
    assert version_line() == f"vaktrom {installed_version()}"
