"""An object that Qt deletes keeps its wrapper until its children are deleted as well."""

from __future__ import annotations

import weakref

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from shell.widgets.kept import delete_later


class Parent(QObject):
    """A wrapper that can be looked after."""


def test_the_wrapper_outlives_the_children_and_then_goes(qtbot: QtBot) -> None:
    """Mutant: the connection to ``destroyed`` alone keeps the wrapper; it ends before the children do."""
    parent = Parent()
    child = QObject(parent)
    wrapper = weakref.ref(parent)
    kept: list[bool] = []
    child.destroyed.connect(lambda: kept.append(wrapper() is not None))
    delete_later(parent)
    del parent, child
    qtbot.waitUntil(lambda: bool(kept), timeout=2000)
    assert kept == [True]
    qtbot.waitUntil(lambda: wrapper() is None, timeout=2000)
