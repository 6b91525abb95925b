"""Limits and exceptions of fetches from addresses that somebody else wrote down (DESIGN section 3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """``networks`` are the private ones that may be reached all the same (CIDR); ``ca_file`` further authorities."""

    networks: tuple[str, ...] = ()
    ca_file: str | None = None
    whole_seconds: float = 3.0
    body_bytes: int = 64 * 1024
