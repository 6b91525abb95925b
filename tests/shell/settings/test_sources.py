"""Files, owners and the registry: what counts, what is refused, and what is told of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shell.settings.demands import ClinicalAccessRefused, SettingsWrong, demand_sound
from shell.settings.read import Named, Places, read_settings
from shell.settings.registry import POLICIES, Hive
from shell.settings.report import as_json, lines
from shell.settings.resolve import Settings
from shell.settings.rows import LANGUAGE, LOCK_AFTER, TEXT_SIZE, THEME
from shell.settings.sources import Source


class FakeRegistry:
    """A registry in memory: hive and key to values; ``broken`` keys may not be read."""

    def __init__(self, content: Mapping[tuple[Hive, str], Mapping[str, Any]], broken: str = "") -> None:
        self.content, self.broken = content, broken

    def values(self, hive: Hive, key: str) -> Mapping[str, Any]:
        return self.content.get((hive, key), {})

    def subkeys(self, hive: Hive, key: str) -> list[str]:
        if hive == self.broken:
            raise PermissionError(13, "denied")
        beginning = key + "\\"
        return [
            name.removeprefix(beginning)
            for at, name in self.content
            if at == hive and name.startswith(beginning)
        ]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Files of this user count as the machine's."""
    own = (os.geteuid(),) if os.name == "posix" else (0,)
    return Places(tmp_path / "policy.json", tmp_path / "machine.toml", tmp_path / "user.toml", owners=own)


def policy(places: Places, settings: Any) -> None:
    places.policy_file.write_text(json.dumps({"policy_version": 1, "settings": settings}), encoding="utf-8")


def read(places: Places, **environment: str) -> Settings:
    return read_settings(places, Named(environment=environment))


def test_each_file_decides_what_nothing_above_does(places: Places) -> None:
    policy(places, {"desktop": {"language": "en"}, "desktop.lock_after_minutes": 5})
    places.user_file.write_text('[desktop]\nlanguage = "nb"\ntheme = "dark"\n')
    places.machine_file.write_text('desktop.theme = "light"\ndesktop.text_size = 125\n', encoding="utf-8-sig")
    settings = demand_sound(read(places, VAKTROM_DESKTOP_LOCK_AFTER_MINUTES="9"))
    decided = {
        row.key: (settings.value(row), settings.found[row.key].source)
        for row in (LANGUAGE, LOCK_AFTER, THEME, TEXT_SIZE)
    }
    assert decided == {
        "desktop.language": ("en", Source.MACHINE_POLICY),
        "desktop.lock_after_minutes": (5, Source.MACHINE_POLICY),
        "desktop.theme": ("dark", Source.USER_FILE),
        "desktop.text_size": (125, Source.MACHINE_FILE),
    }
    assert demand_sound(read_settings(Places(*[places.policy_file.with_name("none")] * 3), Named()))


@pytest.mark.parametrize(("which", "why"), [("policy_file", "policy.json"), ("machine_file", "machine.toml")])
def test_what_others_could_have_written_refuses(places: Places, which: str, why: str) -> None:
    """Mutants: rights of the file, of its folder, or its owner are not looked at."""
    policy(places, {})
    places.machine_file.write_text("")
    file: Path = getattr(places, which)
    demand_sound(read(places))
    for mode in (0o664, 0o646):
        file.chmod(mode)
        with pytest.raises(
            ClinicalAccessRefused, match=rf"{why} can be written by others \(mode {mode:o}\); run: chmod go-w"
        ):
            demand_sound(read(places))
    file.chmod(0o644)
    file.parent.chmod(0o777)
    with pytest.raises(ClinicalAccessRefused, match="can be written by others"):
        demand_sound(read(places))
    file.parent.chmod(0o755)
    others = Places(places.policy_file, places.machine_file, places.user_file, owners=(os.geteuid() + 1,))
    with pytest.raises(ClinicalAccessRefused, match=r"belongs to user \d+, not to root; run: chown root"):
        demand_sound(read(others))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not JSON"),
        (b'{"policy_version": 1, "settings": {"a', "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "must be"),
        (b'{"policy_version": 2, "settings": {}}', "must be"),
        (b'{"policy_version": true, "settings": {}}', "must be"),
        (b'{"policy_version": 1, "settings": {}, "more": 1}', "must be"),
        (b'{"policy_version": 1, "settings": []}', "must be"),
        (b'{"policy_version": 1, "policy_version": 1, "settings": {}}', "is there twice"),
        (b" " * 300_000, "larger than"),
    ],
)
def test_a_policy_that_is_none_refuses(places: Places, content: bytes, why: str) -> None:
    """Mutant: what cannot be read is taken for no policy."""
    places.policy_file.write_bytes(content)
    with pytest.raises(ClinicalAccessRefused, match=why):
        demand_sound(read(places))


def test_a_file_that_is_no_toml(places: Places) -> None:
    places.user_file.write_text("desktop = \n")
    with pytest.raises(SettingsWrong, match=r"user\.toml is not TOML: .*line 1"):
        demand_sound(read(places))
    places.user_file.unlink()
    places.machine_file.write_bytes(b"\xff")
    with pytest.raises(ClinicalAccessRefused, match=r"machine\.toml is not TOML"):
        demand_sound(read(places))


def test_group_policy(places: Places) -> None:
    """Mutants: HKCU above HKLM; a value of the wrong type taken; what cannot be read taken for nothing."""
    content: dict[tuple[Hive, str], dict[str, Any]] = {
        ("HKLM", f"{POLICIES}\\desktop"): {"language": "en", "text_size": "150"},
        ("HKCU", f"{POLICIES}\\desktop"): {"language": "nb", "theme": "dark", "lock_after_minutes": 0},
        ("HKLM", f"{POLICIES}\\dekstop"): {"language": "nb"},
    }
    windows = Places(*[places.user_file] * 3, registry=FakeRegistry(content), frozen=True)
    settings = demand_sound(read(windows))
    assert (settings.value(LANGUAGE), settings.value(THEME), settings.value(TEXT_SIZE)) == ("en", "dark", 100)
    assert settings.is_fixed(THEME) and settings.found[THEME.key].source == Source.USER_POLICY
    told = "\n".join(text.en for text in settings.warnings)
    assert f"HKLM\\{POLICIES}: desktop.text_size must be a DWORD, one of the numbers" in told
    assert "did you mean desktop.language" in told
    assert "desktop.lock_after_minutes has no effect there, it is decided by machine policy" in told
    closed = Places(*[places.user_file] * 3, registry=FakeRegistry(content, "HKLM"), frozen=True)
    with pytest.raises(ClinicalAccessRefused, match="cannot be read"):
        demand_sound(read(closed))


def test_what_doctor_tells(places: Places) -> None:
    """Mutant: a source that was refused or overridden is not told of."""
    policy(places, {"desktop.language": "en", "desktop.thme": "dark"})
    places.user_file.write_text('desktop.language = "nb"\ndebug.devtools_port = 9222\n')
    frozen = Places(
        places.policy_file, places.machine_file, places.user_file, frozen=True, owners=places.owners
    )
    settings = read(frozen)
    text = "\n".join(lines(settings, "en"))
    assert f"en  [machine policy: {places.policy_file}]" in text
    assert f"overridden: nb  [user file: {places.user_file}]" in text
    assert f"refused, locked for it: 9222  [user file: {places.user_file}]" in text
    assert "desktop.thme is not a setting (did you mean desktop.theme?)" in text
    assert "(tom)" in "\n".join(lines(settings, "nb"))
    whole = json.loads(json.dumps(as_json(settings)))
    row = next(row for row in whole["settings"] if row["key"] == "debug.devtools_port")
    assert (row["value"], row["source"], row["locked"]) == (0, "default", "policy")
    assert row["attempts"] == [
        {"source": "user_file", "place": str(places.user_file), "given": 9222, "outcome": "locked"}
    ]
    assert len(whole["warnings"]) == 2
