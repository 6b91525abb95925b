"""Reads the start list of the signed-in user, keeps it fresh, and knows everybody on it."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from shell.bridge.services import AppFacts, Services
from shell.gateway_client.errors import GatewayError, SourceMalformed
from shell.gateway_client.records import Records
from shell.gateway_client.start_list import read_practice, read_ward
from shell.presenters.patient_models import Neighbours
from shell.presenters.start_list_models import inbox, names_of, practice_list, ward_list
from shell.presenters.start_list_rows import StartRow, practice_rows, ward_rows
from shell.presenters.texts import sentence
from shell.presenters.view_models import (
    EmptyModel,
    HomeModel,
    InboxModel,
    OverviewAppModel,
    OverviewModel,
)
from shell.windows.main_window import MainWindow

REFRESH_MS = 30_000
ANYTHING = "Organization?_summary=count"


ReadRows = tuple[list[StartRow], list[StartRow], tuple[InboxModel, ...], Neighbours]


async def read_rows(records: Records, chosen: dict[str, str], now: datetime) -> ReadRows:
    """Everybody on the list, visits, inbox, namesakes; off the GUI thread. Raises GatewayError kinds."""
    try:
        if chosen["kind"] == "ward":
            rows = ward_rows(await read_ward(records, chosen["reference"], now), now)
            return rows, [], (), Neighbours(rows, names_of(rows))
        found = await read_practice(records, chosen["reference"], now)
        visits, listed = practice_rows(found)
        return listed, visits, inbox(found.tasks), Neighbours(listed, names_of(listed))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceMalformed(type(error).__name__) from error


class StartListController(QObject):
    """Signals: ``read()`` whenever the list has been read anew, ``failed(text_key)``."""

    read = Signal()
    failed = Signal(str)

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        session: dict[str, Any],
        apps: Sequence[AppFacts],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._services = services
        self._session = session
        self._apps = apps
        self._rows: list[StartRow] = []
        self._visits: list[StartRow] = []
        self._inbox: tuple[InboxModel, ...] = ()
        self._reading: Future[ReadRows] | None = None
        self.read_at: datetime | None = None
        """When the rows on the screen were read; local and aware."""
        self.neighbours = Neighbours([], {})
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._timer.timeout.connect(self.reload)

    @property
    def rows(self) -> list[StartRow]:
        """Everybody on the list."""
        return self._rows

    @property
    def chosen(self) -> dict[str, str] | None:
        """The list of this user: ``kind`` ward or practice, ``reference``, ``name``."""
        lists = self._session.get("lists") or []
        return dict(lists[0]) if lists else None

    def home(self) -> HomeModel:
        language = self._services.language()
        if self.chosen is None:
            return HomeModel(sentence("home_none", language))
        if self.chosen["kind"] == "ward":
            return HomeModel(self.chosen["name"])
        return HomeModel(sentence("home_practice", language), "practice")

    def start(self) -> None:
        self.reload()
        self._timer.start()

    def clear(self) -> None:
        """Nobody of this list stays on the screen or in a model (S6)."""
        self._timer.stop()
        self._window.desk.start.clear()

    def pause(self, paused: bool) -> None:
        """While the screen is locked nothing is read."""
        self._timer.stop() if paused else self._timer.start()

    @property
    def source(self) -> str:
        """Something small in the record, such as the ward itself."""
        organization = self._session.get("organization") or {}
        return str((self.chosen or organization).get("reference") or ANYTHING)

    def reload(self, *, anew: bool = False) -> None:
        """Read the list; a reading under way is enough, or with ``anew`` is given up."""
        if self.chosen is None:
            self._window.set_overview(self._overview())
            return
        if self._reading is not None:
            if not anew:
                return
            self._reading.cancel()
        reading = read_rows(self._services.records, self.chosen, datetime.now().astimezone())
        self._reading = self._services.run(reading, self._read, self._not_read)

    def redraw(self) -> None:
        """Draw what was read, for the present time."""
        now = datetime.now().astimezone()
        if self.chosen is None:
            self._window.set_overview(self._overview())
        elif self.chosen["kind"] == "ward":
            self._window.set_ward_list(ward_list(self.chosen["name"], self._rows, now))
        else:
            self._window.set_practice_list(practice_list(self._visits, self._rows, now, self._inbox))

    def _overview(self) -> OverviewModel:
        language = self._services.language()
        first_name = str(self._session["user"]["name"]).partition(" ")[0]
        apps = tuple(OverviewAppModel(app.model, app.follows) for app in self._apps)
        title = sentence("overview_title", language).format(name=first_name)
        return OverviewModel(title, sentence("overview_text", language), apps)

    def _read(self, found: ReadRows) -> None:
        self._reading = None
        self.read_at = datetime.now().astimezone()
        self._rows, self._visits, self._inbox, self.neighbours = found
        language = self._services.language()
        empty = EmptyModel(
            "empty", sentence("empty_list_title", language), sentence("empty_list_text", language)
        )
        self._window.set_list_empty(None if self._rows else empty)
        self.redraw()
        self.read.emit()

    def _not_read(self, error: BaseException) -> None:
        self._reading = None
        key = error.key if isinstance(error, GatewayError) else "gateway_failed"
        if not self._rows:
            language = self._services.language()
            self._window.set_list_empty(
                EmptyModel(
                    "server",
                    sentence("list_failed_title", language),
                    sentence(key, language),
                    sentence("try_again", language),
                    "reload",
                    bad=True,
                )
            )
        self.failed.emit(key)
