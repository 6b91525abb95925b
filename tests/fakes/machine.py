"""How much longer things may take on a machine that does other work besides."""

from __future__ import annotations

import os

MOST = 4.0


def allowed(seconds: float) -> float:
    """``seconds`` on a machine with a free core; up to four times as much where more wants to run than there are cores."""
    waiting = os.getloadavg()[0] / (os.cpu_count() or 1)
    return seconds * min(MOST, max(1.0, waiting))
