"""Python's half of a Qt object stays until Qt has deleted the other half."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTimer


def keep_until_deleted(*things: QObject) -> None:
    """Call before ``deleteLater``: the last reference could go in another thread or in a collection just before
    Qt deletes the object, which then finds its wrapper freed and crashes.

    The connection is a reference, but Qt lets go of it before it deletes the object's children, whose wrappers the
    object's own wrapper holds. So it is handed on to the next turn of the event loop, when all of them are gone.
    """
    for thing in things:
        thing.destroyed.connect(lambda *_, kept=thing: _keep_a_turn(kept))


def delete_later(*things: QObject) -> None:
    """``deleteLater`` for each, its wrapper kept until then."""
    keep_until_deleted(*things)
    for thing in things:
        thing.deleteLater()


def _keep_a_turn(kept: QObject) -> None:
    program = QCoreApplication.instance()
    if program is not None:
        QTimer.singleShot(0, program, lambda: _let_go(kept))


def _let_go(_: QObject) -> None:
    """The last reference ends with the call."""
