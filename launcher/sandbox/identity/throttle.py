"""Slows down guessing: after some wrong passwords a user name waits, right password or not."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from launcher.sandbox.identity.model import Clock, ProviderLimits


@dataclass(slots=True)
class _Attempts:
    wrong: int = 0
    waits_until: float = 0.0


class LoginThrottle:
    """Counts wrong passwords per user name, known or not; the wait doubles with each further one."""

    def __init__(self, clock: Clock, limits: ProviderLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._attempts: OrderedDict[str, _Attempts] = OrderedDict()

    def seconds_to_wait(self, username: str) -> int:
        """Whole seconds until this user name may be tried again; 0 when it may."""
        attempts = self._attempts.get(username.casefold())
        return max(0, math.ceil(attempts.waits_until - self._clock.monotonic())) if attempts else 0

    def note_wrong(self, username: str) -> int:
        """Count one wrong password; the seconds to wait from now on."""
        key = username.casefold()
        attempts = self._attempts.setdefault(key, _Attempts())
        self._attempts.move_to_end(key)
        attempts.wrong += 1
        over = attempts.wrong - self._limits.wrong_passwords
        if over >= 0:
            wait = min(
                self._limits.wrong_password_wait_seconds * 2 ** min(over, 10),
                self._limits.wrong_password_wait_most_seconds,
            )
            attempts.waits_until = self._clock.monotonic() + wait
        while len(self._attempts) > self._limits.remembered:
            self._attempts.popitem(last=False)
        return self.seconds_to_wait(username)

    def note_right(self, username: str) -> None:
        """Forget the wrong ones."""
        self._attempts.pop(username.casefold(), None)
