"""What the window says: one signal for each thing that a user can want. Who hears them stands in README.md."""

from __future__ import annotations

from PySide6.QtCore import Signal

from shell.widgets.themed import ThemedWidget


class WindowSignals(ThemedWidget):
    """Nothing but signals; texts are keys that are never shown."""

    home_asked = Signal()
    tab_chosen = Signal(str)
    tab_closed = Signal(str)
    row_opened = Signal(str, bool)
    list_reload_asked = Signal()
    inbox_opened = Signal(str)
    app_asked = Signal(str)
    program_asked = Signal(str)
    program_put_away = Signal(str)
    all_apps_asked = Signal()
    pane_pin_asked = Signal(str)
    pane_release_asked = Signal(str)
    pane_sync_asked = Signal(str)
    pane_close_asked = Signal(str)
    pane_about_asked = Signal(str)
    permission_answered = Signal(str, str, bool)
    question_answered = Signal(str)
    open_answered = Signal(bool)
    encounter_answered = Signal(str)
    encounter_left = Signal()
    activity_answered = Signal(str, bool)
    access_asked = Signal()
    access_withdraw_asked = Signal(str)
    access_withdrawn = Signal(str)
    access_kept = Signal()
    palette_asked = Signal(str, str)
    palette_chosen = Signal(str, bool)
    toast_acted = Signal(str)
    strip_acted = Signal(str)
    empty_acted = Signal(str)
    lock_asked = Signal()
    unlock_asked = Signal()
    log_out_asked = Signal()
    about_asked = Signal()
    theme_chosen = Signal(str)
    language_chosen = Signal(str)
    text_size_chosen = Signal(int)
    panes_visible_changed = Signal()
    pane_focused = Signal(str)
