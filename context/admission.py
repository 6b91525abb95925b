"""Which events a subscribe call gets, or why it gets none (FC-04, FC-08, FC-21)."""

from __future__ import annotations

from context.effects import Refused
from context.event_kinds import find_kind, is_event_name
from context.inputs import Subscribe
from context.subscription import HubLimits
from context.subscriptions import Subscriptions


def granted_events(
    given: Subscribe, subscriptions: Subscriptions, limits: HubLimits
) -> tuple[str, ...] | Refused:
    """The events of a subscribe call that this hub knows and this grant may read (FC-04, FC-08, FC-21)."""
    if given.pinned:
        return Refused(403, "the pane of this grant is pinned to its patient")
    existing = subscriptions.get(given.endpoint)
    if given.renewal and existing is None:
        return Refused(404, "there is no such hub.channel.endpoint")
    if existing is not None and existing.grant_id != given.grant_id:
        return Refused(403, "hub.channel.endpoint belongs to somebody else")
    if existing is None and _is_full(given, subscriptions, limits):
        return Refused(429, "too many subscriptions on this topic or of this grant")
    if not given.events:
        return Refused(400, "hub.events is empty")
    malformed = [name for name in given.events if not is_event_name(name)]
    if malformed:
        return Refused(400, "not an event name in hub.events: " + ", ".join(malformed)[:200])
    kinds = [kind for name in given.events if (kind := find_kind(name)) is not None]
    if not kinds:
        return Refused(400, "this hub supports none of the events in hub.events")
    granted = tuple(dict.fromkeys(kind.name for kind in kinds if given.scopes.may_read(kind.name)))
    return granted or Refused(403, "no scope of this grant reads any of the events in hub.events")


def _is_full(given: Subscribe, subscriptions: Subscriptions, limits: HubLimits) -> bool:
    """No grant can take the places of others, and nobody the shell's: without it no pane is ever curtained."""
    if len(subscriptions.of_grant(given.grant_id)) >= limits.subscriptions_per_grant:
        return True
    return not given.is_shell and len(subscriptions) >= limits.subscriptions_per_topic
