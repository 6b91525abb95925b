"""Python's half of a Qt object stays until Qt has deleted the other half."""

from __future__ import annotations

from PySide6.QtCore import QObject


def keep_until_deleted(*things: QObject) -> None:
    """Call before ``deleteLater``: the last reference could go in another thread or in a collection just before
    Qt deletes the object, which then finds its wrapper freed and crashes. The connection is a reference."""
    for thing in things:
        thing.destroyed.connect(lambda *_, kept=thing: None)


def delete_later(*things: QObject) -> None:
    """``deleteLater`` for each, its wrapper kept until then."""
    keep_until_deleted(*things)
    for thing in things:
        thing.deleteLater()
