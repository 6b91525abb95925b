"""Preferences are remembered; a damaged file is no reason to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell.composition.preferences import FILE, Preferences, load_preferences, save_preferences
from shell.web.chromium import page_look


def test_what_was_chosen_is_there_at_the_next_start(tmp_path: Path) -> None:
    chosen = Preferences("dark", "en", 125)
    save_preferences(tmp_path, chosen)
    assert load_preferences(tmp_path) == chosen


@pytest.mark.parametrize("content", ["", "[]", "{", '{"theme":"pink","language":7,"text_size":"big"}'])
def test_a_damaged_file_gives_the_defaults(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert load_preferences(tmp_path) == Preferences()


def test_a_folder_that_is_gone_costs_only_the_memory(tmp_path: Path) -> None:
    save_preferences(tmp_path / "gone", Preferences())


def test_pages_are_told_of_a_dark_or_high_contrast_theme() -> None:
    assert page_look("light") == []
    assert page_look("dark") == []
    assert page_look("high-contrast") == ["--blink-settings=preferredContrast=0"]
