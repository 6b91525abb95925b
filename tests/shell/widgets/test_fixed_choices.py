"""What the organisation decides is greyed in the menus, with the reason, and absent from the palette."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from shell.windows.main_window import MainWindow

KEYS = {"desktop.theme": "theme-", "desktop.language": "language-", "desktop.text_size": "text-"}


@pytest.mark.parametrize("key", KEYS)
def test_a_fixed_choice(window: MainWindow, qtbot: QtBot, key: str) -> None:
    """Mutants: it can be chosen in a menu, in the palette, or by its call; the others are greyed too."""
    menus = window.menus
    before = (window.theme.choice, window.language, window.theme.percent)
    menus.fixed, menus.fixed_reason = frozenset({key}), lambda: "Bestemt av virksomheten"
    shown = menus.settings(window)
    groups = [action.menu() for action in shown.actions() if action.menu() is not None]
    greyed = [
        group for group in groups if not any(one.isEnabled() for one in group.actions() if one.isCheckable())
    ]
    assert len(greyed) == 1 and len(groups) == 3
    assert greyed[0].actions()[0].text() == "Bestemt av virksomheten"
    shown.close()
    offered = {entry.name for entry in window.actions_now.entries()}
    for other, beginning in KEYS.items():
        assert any(name.startswith(beginning) for name in offered) is (other != key)
    {
        "desktop.theme": lambda: menus.choose_theme("dark"),
        "desktop.language": lambda: menus.choose_language("en"),
        "desktop.text_size": lambda: menus.choose_size(200),
    }[key]()
    assert (window.theme.choice, window.language, window.theme.percent) == before
