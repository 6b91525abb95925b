"""What is frozen: the product's own packages and nothing of its tests; only what pages, printing and PDF need of Qt."""

from __future__ import annotations

import configparser
from importlib import metadata
from pathlib import Path

import pytest
from vaktrom_build.bill_of_materials import bill_of_materials
from vaktrom_build.ingredients import data_files, is_left_out
from vaktrom_build.licences import by_name
from vaktrom_build.locked import LINUX, Locked, LockUnreadable, read_lock, shipped
from vaktrom_build.shipped import (
    LockDisagrees,
    check_against_lock,
    locked_packages,
    modules_of_others,
    shipped_packages,
)

from shell.composition.program_files import NEEDED

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = ROOT / "packaging" / "debian"


def test_shipped_packages_are_locked_and_have_no_test_package() -> None:
    names = shipped_packages(ROOT / "pyproject.toml")
    assert {"pyside6", "keyring", "starlette", "secretstorage"} <= set(names)
    assert not {"pytest", "pyinstaller", "playwright", "fhirclient", "keyrings-alt"} & set(names)
    assert {"pytest", "PyInstaller", "playwright"} <= set(modules_of_others(names, ("shell",)))


def test_the_lock_alone_names_the_same_packages() -> None:
    """As the folder for Windows is made: from who asks for whom in the lock, nothing being installed."""
    from_lock = shipped(read_lock(ROOT / "requirements.lock"), LINUX)
    assert sorted(one.name for one in from_lock) == shipped_packages(ROOT / "pyproject.toml")


def test_a_line_that_is_no_pin_stops_the_build(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("keyring>=25\n", encoding="ascii")
    with pytest.raises(LockUnreadable, match="line 1"):
        read_lock(lock)


def test_package_that_the_lock_does_not_name_stops_the_build() -> None:
    with pytest.raises(LockDisagrees, match="keyring"):
        check_against_lock(["keyring"], {"keyring": Locked("keyring", "0.1", None, (), frozenset())})


def test_bill_is_made_from_the_lock_and_is_the_same_each_time() -> None:
    rows = locked_packages(ROOT / "requirements.lock")
    packages = by_name(map(metadata.distribution, ["starlette", "keyring"]))
    bill = bill_of_materials("1", "abc", "3.11.9", packages, rows)
    assert bill == bill_of_materials("1", "abc", "3.11.9", packages, rows)
    assert [part["name"] for part in bill["components"]] == ["keyring", "starlette", "CPython"]
    fewer = bill_of_materials("1", "abc", "3.11.9", {"keyring": packages["keyring"]}, rows)
    assert bill["serialNumber"] != fewer["serialNumber"], "two systems' lists of one commit are two lists"
    part = bill["components"][0]
    assert part["purl"] == f"pkg:pypi/keyring@{rows['keyring'].version}" and part["licenses"] == [
        {"license": {"name": "MIT"}}
    ]
    assert [one["value"] for one in part["properties"]] == list(rows["keyring"].sha256)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("PySide6/Qt/qml/QtQuick/libplugin.so", True),
        ("PySide6/Qt/lib/libQt6Quick3D.so.6", True),
        ("libQt6Quick3D.so.6", True),
        ("PySide6/Qt/lib/libQt6Quick.so.6", False),
        ("PySide6/Qt/lib/libQt6WebEngineCore.so.6", False),
        ("PySide6\\Qt6Charts.dll", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", True),
        ("PySide6/Qt/plugins/printsupport/libcupsprintersupport.so", False),
        ("PySide6/Qt/translations/qtwebengine_locales/nb.pak", False),
        ("PySide6/Qt/translations/qtwebengine_locales/de.pak", True),
        ("PySide6/Qt/resources/qtwebengine_devtools_resources.pak", True),
        ("libgtk-3.so.0", True),
        ("libssl.so.3", False),
        ("plugins/bundled/notat/app.js", False),
    ],
)
def test_trimming(name: str, left_out: bool) -> None:
    assert is_left_out(name) is left_out


def test_no_needed_file_is_trimmed() -> None:
    folders = {Path(source).relative_to(ROOT).as_posix() for source, _ in data_files(ROOT)}
    for row in NEEDED:
        if row.source:
            assert sum(Path(name).match(row.pattern) for name in folders) >= row.least, row.purpose
        assert not is_left_out(row.pattern.replace("**/", "Qt/").replace("*", "x")) or "*" in row.pattern


def test_links_are_opened_by_the_windowed_program_and_stand_in_no_menu() -> None:
    """Mutants: a link starts a terminal; the menu has two entries."""
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(DEBIAN / "vaktrom-link.desktop", encoding="utf-8")
    row = entry["Desktop Entry"]
    assert row["Exec"] == "vaktrom-desktop open %u" and row["NoDisplay"] == "true"
    assert row["MimeType"] == "x-scheme-handler/vaktrom;"


def test_desktop_file_names_the_windowed_program_and_no_link_scheme() -> None:
    entry = configparser.ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment,method-assign]
    entry.read(DEBIAN / "vaktrom.desktop", encoding="utf-8")
    row = entry["Desktop Entry"]
    assert row["Exec"] == "vaktrom-desktop run" and row["Icon"] == "vaktrom"
    assert "MimeType" not in row  # links have an entry of their own


def test_service_runs_as_its_own_user_with_a_read_only_system() -> None:
    text = (DEBIAN / "vaktrom-gateway.service").read_text(encoding="utf-8").splitlines()
    for line in ("User=vaktrom-gateway", "ProtectSystem=strict", "NoNewPrivileges=yes", "UMask=0077"):
        assert line in text
