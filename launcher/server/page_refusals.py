"""What the desktop may refuse a page, by the names of its table ``shell.actions.page_policy`` (a test compares them)."""

from __future__ import annotations

PAGE_REFUSALS = frozenset(
    {
        "navigation_outside",
        "new_window",
        "download",
        "upload",
        "print",
        "pdf",
        "camera_microphone",
        "notification",
        "other_permission",
        "login_dialog",
        "protocol_handler",
        "certificate_error",
        "mixed_content",
        "full_screen",
    }
)
