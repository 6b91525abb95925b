"""What was chosen is remembered; a damaged file is no reason to fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from shell.composition.preferences import FILE, chosen_settings, load_choices, save_choices
from shell.settings.rows import LANGUAGE, TEXT_SIZE, THEME
from shell.settings.sources import Source
from shell.web.chromium import page_look


def test_what_was_chosen_is_there_at_the_next_start(tmp_path: Path) -> None:
    """Mutant: what was not chosen is written down as if it had been, and outvotes the machine's file."""
    chosen = {THEME.key: "dark", TEXT_SIZE.key: 125}
    save_choices(tmp_path, chosen)
    assert load_choices(tmp_path) == chosen
    settings = chosen_settings(tmp_path)
    assert (settings.value(THEME), settings.value(TEXT_SIZE)) == ("dark", 125)
    assert settings.found[LANGUAGE.key].source == Source.DEFAULT


@pytest.mark.parametrize("content", ["", "[]", "{", '{"theme":"pink","language":7,"text_size":"big"}'])
def test_a_damaged_file_gives_the_defaults(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert load_choices(tmp_path) == {}


def test_a_folder_that_is_gone_costs_only_the_memory(tmp_path: Path) -> None:
    save_choices(tmp_path / "gone", {THEME.key: "dark"})


def test_pages_are_told_of_a_dark_or_high_contrast_theme() -> None:
    assert page_look("light") == []
    assert page_look("dark") == []
    assert page_look("high-contrast") == ["--blink-settings=preferredContrast=0"]
