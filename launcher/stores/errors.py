"""Failures of the stores: our own state."""

from __future__ import annotations


class StoreError(Exception):
    """Base of every failure of a store."""


class SealBroken(StoreError):
    """A sealed record that does not open with this key under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the sealed record {name.split('/', 1)[0]!r} does not open with this key")


class StateUnusable(StoreError):
    """The file of state cannot be used: in use, of another gateway, damaged, or sealed with an unknown key."""


class StateUnwritable(StoreError):
    """What has changed cannot be put on disk just now."""
