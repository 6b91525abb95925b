"""Failures of the stores: our own state."""

from __future__ import annotations


class StoreError(Exception):
    """Base of every failure of a store."""


class SealBroken(StoreError):
    """A sealed record that does not open with this key under this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the sealed record {name.split('/', 1)[0]!r} does not open with this key")
