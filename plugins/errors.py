"""Errors of this package. A mistake in somebody's manifest is not an error here but a ``Finding``."""

from __future__ import annotations

from collections.abc import Iterable


class PluginError(Exception):
    """Base of everything that this package raises."""


class FolderMissing(PluginError):
    """The caller named a folder that does not exist; a command answers with exit code 2."""


class ManifestUnusable(PluginError):
    """Somebody asked for facts of an app whose manifest has errors."""


class PolicyWrong(PluginError):
    """An administrator's policy file cannot be used; a command answers with exit code 2.

    ``mistakes`` are whole lines: where, what is wrong, what to do.
    """

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(self.mistakes))
