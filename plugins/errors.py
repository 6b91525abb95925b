"""Errors of this package. A mistake in somebody's manifest is not an error here but a ``Finding``."""

from __future__ import annotations


class PluginError(Exception):
    """Base of everything that this package raises."""


class FolderMissing(PluginError):
    """The caller named a folder that does not exist; a command answers with exit code 2."""


class ManifestUnusable(PluginError):
    """Somebody asked for facts of an app whose manifest has errors."""
