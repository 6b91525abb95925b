"""Failures of this package. Inside the state machines a failure is a value, not an exception."""

from __future__ import annotations


class ContextError(Exception):
    """Base of every exception that ``context`` raises."""


class UnreadableSnapshot(ContextError):
    """Our state: bytes given to :meth:`context.hub.Hub.restore` are not a snapshot of that topic."""
