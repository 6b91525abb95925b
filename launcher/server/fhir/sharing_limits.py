"""How long and how much reads share (see ``shared_reads``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SharingLimits:
    """``reuse_seconds`` 0 turns sharing off. An answer is kept for revalidation after it may no longer be reused.

    ``answers`` and ``all_bytes`` are the most that is kept at once, ``answer_bytes`` the largest body that is.
    """

    reuse_seconds: float = 0.0
    keep_seconds: float = 30.0
    answers: int = 256
    answer_bytes: int = 1024 * 1024
    all_bytes: int = 16 * 1024 * 1024
