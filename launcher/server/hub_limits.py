"""The numbers of the hub that whoever runs the gateway may change; beside them stand those that nobody may (S3, S5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from context.subscription import HubLimits


@dataclass(frozen=True, slots=True)
class HubSettings:
    """Subscribers, frames, bytes, seconds and calls; :data:`RANGES` says how far each may go.

    ``calls_burst`` and ``calls_per_minute`` are calls to the hub of one app in one session; the shell is not counted.
    The seconds of ``acknowledgement_seconds`` are those after which a pane is out of sync (S3), so never more than 10.
    """

    subscriptions_per_topic: int = 64
    subscriptions_per_grant: int = 8
    queue_frames: int = 64
    frame_characters: int = 4096
    unreadable_frames_per_minute: int = 64
    body_bytes: int = 256 * 1024
    content_characters: int = 500_000
    waiting_posts_per_topic: int = 16
    acknowledgement_seconds: int = 10
    connect_seconds: int = 60
    lease_seconds: int = 7200
    calls_burst: int = 120
    calls_per_minute: int = 600

    def of_topic(self) -> HubLimits:
        """What the state machine of a topic counts with."""
        return HubLimits(
            acknowledgement=timedelta(seconds=self.acknowledgement_seconds),
            connect_within=timedelta(seconds=self.connect_seconds),
            default_lease_seconds=self.lease_seconds,
            longest_lease_seconds=self.lease_seconds,
            subscriptions_per_topic=self.subscriptions_per_topic,
            subscriptions_per_grant=self.subscriptions_per_grant,
            unreadable_frames=self.unreadable_frames_per_minute,
            content_characters=self.content_characters,
        )


RANGES: Mapping[str, tuple[int, int]] = {
    "subscriptions_per_topic": (2, 10_000),
    "subscriptions_per_grant": (1, 1_000),
    "queue_frames": (8, 10_000),
    "frame_characters": (256, 16_384),
    "unreadable_frames_per_minute": (1, 10_000),
    "body_bytes": (4_096, 4_194_304),
    "content_characters": (1_000, 8_000_000),
    "waiting_posts_per_topic": (1, 1_000),
    "acknowledgement_seconds": (2, 10),
    "connect_seconds": (5, 600),
    "lease_seconds": (60, 86_400),
    "calls_burst": (10, 100_000),
    "calls_per_minute": (10, 1_000_000),
}
"""The least and the most of each. A frame of the longest answer still passes the server (``ConnectionLimits.frame_bytes``)."""


def read_hub_limits(given: Mapping[str, Any]) -> HubSettings:
    """The settings with the numbers of ``given`` instead of the usual. Raises ``ValueError``, in one line."""
    known = {item.name for item in fields(HubSettings)}
    for name, number in given.items():
        if name not in known:
            raise ValueError(f"hub_limits: there is no {name}")
        least, most = RANGES[name]
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= most:
            raise ValueError(f"hub_limits: {name} must be a whole number from {least} to {most}")
    settings = HubSettings(**given)
    if settings.subscriptions_per_grant > settings.subscriptions_per_topic:
        raise ValueError("hub_limits: subscriptions_per_grant is more than subscriptions_per_topic")
    return settings
