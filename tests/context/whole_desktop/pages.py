"""Pages of vendors' apps: each does what an app of some habit may do, in any order, as often as it likes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from context.inputs import Acknowledged, SocketClosed, SocketOpened
from launcher.oauth.model import Grant
from tests.context.playbook import ALL_EVENTS, PATIENT_EVENTS, follower
from tests.context.whole_desktop.gateway import Gateway, Socket

ANSWERS = (200, 200, 200, 202, 409, 500)
Word = Callable[[], None]


class Page:
    """``got`` is whom it last read about, ``shows`` what its last frame drew. What it draws is what it has read last:
    one that reads and goes on drawing somebody else cannot be detected, and is a limit of the product.
    A ``hasty`` one reads before it answers, and not again."""

    def __init__(
        self, gateway: Gateway, pane: str, patient: str, encounter: str | None, *, fenced: bool
    ) -> None:
        self.pane = pane
        self.gateway = gateway
        self.grant: Grant | None = None
        self.got: str | None = None
        self.shows: str | None = None
        self.hasty = int(pane.rpartition("-")[2]) % 3 == 0
        self.alive = True
        self.ended = False
        self.asking = self.leaving = False
        self.watched = False
        self.endpoints: list[str] = []
        self.heard: deque[tuple[str, str]] = deque(maxlen=6)
        self.said: deque[Word] = deque()
        self.painted: Word = lambda: None
        self.crashed: Word = lambda: None
        self.asks: Word = lambda: None
        self.leaves: Word = lambda: None
        self._launched_for = (patient, encounter)
        self._fenced = fenced

    @property
    def working(self) -> bool:
        return self.alive and not self.ended

    # what a page does

    def authorize(self) -> None:
        """Through the sign-in to a token, past a question to the user where there is one."""
        known = self.gateway.state.panes.get(self.pane)
        if self.working and self.grant is None and known is not None and not self.gateway.locked:
            if self.asking and self.leaving:
                return
            if self.asking:
                self.leaving = True
                self.leaves()  # no page is left before the GUI thread has allowed it
                return
            self.grant = self.gateway.grant(known, *self._launched_for, fenced=self._fenced)

    def ask(self) -> None:
        """The gateway's own question stands in the pane and has painted."""
        if self.working and self.grant is None and not self.asking:
            self.asking = True
            self.asks()

    def left(self) -> None:
        """The GUI thread has allowed it."""
        self.asking = self.leaving = False

    def subscribe(self, every: bool) -> None:
        grant = self._live_grant()
        if grant is None or not self._fenced or len(self.endpoints) >= 2 or self.gateway.locked:
            return
        endpoint = self.gateway.new_id()
        events = ALL_EVENTS if every else PATIENT_EVENTS
        asked = follower(
            endpoint,
            grant=grant.grant_id,
            patient=grant.effective_patient,
            events=events,
            at=self.gateway.now,
            pinned=grant.fence_frozen,
        )
        if self.gateway.accepted(asked):
            self.gateway.sockets[endpoint] = Socket(up=deque([SocketOpened(endpoint)]))
            self.endpoints.append(endpoint)

    def hear(self, which: int) -> bool:
        """The page takes the next frame of one of its sockets, or finds it closed; whether it was an event."""
        endpoint = self._endpoint(which)
        socket = self.gateway.sockets.get(endpoint or "")
        if endpoint is None:
            return False
        if socket is None or (socket.closing and not socket.down):
            self.endpoints.remove(endpoint)
            self.gateway.sockets.pop(endpoint, None)
        elif socket.down:
            frame: dict[str, Any] = socket.down.popleft()
            if "event" in frame:
                self.heard.append((endpoint, frame["id"]))
                return True
        return False

    def answer(self, status: int, which: int) -> None:
        """Late, twice, or in another order than it heard."""
        if self.working and self.heard:
            endpoint, event_id = self.heard[which % len(self.heard)]
            socket = self.gateway.sockets.get(endpoint)
            if socket is not None and not socket.closing:
                socket.up.append(Acknowledged(endpoint, event_id, status))

    def read(self) -> None:
        """The gateway answers about nobody but the effective patient (S4)."""
        grant = self._live_grant()
        if grant is not None and grant.effective_patient is not None and not self.gateway.locked:
            self.got = grant.effective_patient
            self.gateway.panes.note_read(grant.grant_id, self.got)

    def frame(self) -> None:
        if self.working and not self.asking:
            self.shows = self.got
            if self.watched and self.grant is not None:
                self.watched = False
                self.painted()

    def lose_socket(self, which: int, normal: bool) -> None:
        endpoint = self._endpoint(which)
        if endpoint is not None:
            cut(self.gateway, endpoint, normal)
            self.endpoints.remove(endpoint)

    def crash(self) -> None:
        if self.working:
            self.alive, self.shows = False, None
            for _ in list(self.endpoints):
                self.lose_socket(0, normal=False)
            self.crashed()

    def end(self) -> None:
        self.ended, self.shows = True, None
        for _ in list(self.endpoints):
            self.lose_socket(0, normal=True)

    def _live_grant(self) -> Grant | None:
        """The grant as the gateway knows it; nothing is granted to a page that is gone."""
        if not self.working or self.grant is None:
            return None
        return self.gateway.state.grants.get(self.grant.grant_id)

    def _endpoint(self, which: int) -> str | None:
        return self.endpoints[which % len(self.endpoints)] if self.endpoints else None


def cut(gateway: Gateway, endpoint: str, normal: bool) -> None:
    """The client's end is gone: what was on its way down is lost, and the hub hears of it when it does."""
    socket = gateway.sockets.get(endpoint)
    if socket is None:
        return
    if socket.closing:
        gateway.sockets.pop(endpoint)
        return
    socket.down.clear()
    socket.up.append(SocketClosed(endpoint, normal))
