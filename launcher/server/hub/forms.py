"""The form of a subscribe or unsubscribe call (FC-06, FC-11, FC-13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

_LEASE = re.compile(r"0*[1-9]\d{0,8}", flags=re.ASCII)
_PARAMETERS = (
    "hub.channel.type",
    "hub.mode",
    "hub.topic",
    "hub.events",
    "hub.lease_seconds",
    "hub.channel.endpoint",
    "subscriber.name",
)


@dataclass(frozen=True, slots=True)
class SubscriptionForm:
    """A form that is complete and in which no parameter is repeated."""

    mode: str
    topic: str
    events: tuple[str, ...]
    endpoint: str | None
    lease_seconds: int | None
    subscriber_name: str | None


@dataclass(frozen=True, slots=True)
class MalformedForm:
    """Why it is not, as plain text for the developer (FC-07)."""

    reason: str


def read_form(body: bytes) -> SubscriptionForm | MalformedForm:
    """Parse an ``application/x-www-form-urlencoded`` body; parameters that are not ours are ignored."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=64, errors="strict")
    except ValueError:
        return MalformedForm("the body is not a URL-encoded form in UTF-8")
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values and name in _PARAMETERS:
            return MalformedForm(f"{name} may be given only once")
        values[name] = value.strip()
    return _checked(values)


def _checked(values: dict[str, str]) -> SubscriptionForm | MalformedForm:
    channel, mode, topic = (values.get(name) for name in _PARAMETERS[:3])
    if channel != "websocket":
        return MalformedForm("hub.channel.type must be websocket")
    if mode not in ("subscribe", "unsubscribe"):
        return MalformedForm("hub.mode must be subscribe or unsubscribe")
    if not topic:
        return MalformedForm("hub.topic is missing")
    endpoint = values.get("hub.channel.endpoint") or None
    if mode == "unsubscribe" and endpoint is None:
        return MalformedForm("hub.channel.endpoint is missing")
    if mode == "subscribe" and not values.get("hub.events"):
        return MalformedForm("hub.events is missing")
    lease = values.get("hub.lease_seconds")
    if lease is not None and _LEASE.fullmatch(lease) is None:
        return MalformedForm("hub.lease_seconds must be a positive whole number")
    events = [name.strip() for name in values.get("hub.events", "").split(",")]
    return SubscriptionForm(
        mode=mode,
        topic=topic,
        events=tuple(name for name in events if name),
        endpoint=endpoint,
        lease_seconds=int(lease) if lease else None,
        subscriber_name=values.get("subscriber.name") or None,
    )
