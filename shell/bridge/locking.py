"""The lock at the gateway: told until it has confirmed. The screen is covered before, and stays so whatever comes (S6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from shell.bridge.services import Services
from shell.gateway_client.errors import GatewayError, GatewayUnreachable, NotSignedIn
from shell.gateway_client.login import AuthorizationRequest

AGAIN_SECONDS = (0.3, 0.7, 1.0, 2.0, 4.0)
TELL_AFTER = 3
"""Refused or lost attempts after which the user is told that apps may still be read."""
UNLOCK_WAITS_SECONDS = 10.0


class SessionLock:
    """One locking. ``unconfirmed()`` is called once when it takes long, ``confirmed()`` when it holds, ``lost()`` when the
    session has ended; all on the GUI thread."""

    def __init__(
        self,
        services: Services,
        unconfirmed: Callable[[], None],
        confirmed: Callable[[], None],
        lost: Callable[[], None],
        again: Sequence[float] = AGAIN_SECONDS,
    ) -> None:
        self._services = services
        self._unconfirmed = unconfirmed
        self._confirmed = confirmed
        self._lost = lost
        self._again = again
        self._holds = asyncio.Event()
        self._telling: Future[None] | None = None

    def begin(self) -> None:
        """Tell the gateway, again and again."""
        self._telling = self._services.run(
            self.tell(), lambda _: self._confirmed(), lambda error: self._ended(error)
        )

    async def tell(self) -> None:
        """Until confirmed; raises NotSignedIn when there is no session left to lock."""
        attempt = 0
        while True:
            try:
                await self._services.workspace.lock()
                self._holds.set()
                return
            except NotSignedIn:
                raise
            except GatewayError:
                attempt += 1
            if attempt == TELL_AFTER:
                self._services.post(self._unconfirmed)
            await asyncio.sleep(self._again[min(attempt - 1, len(self._again) - 1)])

    async def unlock(self, request: AuthorizationRequest, code: str) -> None:
        """Unlock once the lock holds: a lock that arrives later would end what has just begun. Raises GatewayError kinds."""
        try:
            async with asyncio.timeout(UNLOCK_WAITS_SECONDS):
                await self._holds.wait()
        except TimeoutError as error:
            raise GatewayUnreachable("not locked yet") from error
        await self._services.workspace.unlock(request, code)

    def _ended(self, error: BaseException) -> None:
        if isinstance(error, NotSignedIn):
            self._lost()
