"""Reads what the user has allowed apps, and withdraws it when he says so twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject

from shell.bridge.services import Services
from shell.presenters.access_given import AccessGivenModel, GivenAccess, given_access
from shell.presenters.view_models import PatientRef
from shell.windows.main_window import MainWindow


class AccessGivenController(QObject):
    """Follows the window's signals as long as ``wiring`` is connected."""

    def __init__(
        self,
        window: MainWindow,
        services: Services,
        describe: Callable[[str | None], PatientRef | None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._services = services
        self._describe = describe
        self._model = AccessGivenModel("reading")
        self.wiring = (
            (window.access_asked, self._read),
            (
                window.access_withdraw_asked,
                lambda key: self._show(replace(self._model, asking=key, failed="")),
            ),
            (window.access_withdrawn, self._withdraw),
            (window.access_kept, lambda: self._show(replace(self._model, asking=""))),
        )

    def _show(self, model: AccessGivenModel) -> None:
        self._model = model
        self._window.show_access(model)

    def _read(self) -> None:
        self._show(AccessGivenModel("reading"))
        self._services.run(self._given(), self._found, lambda _: self._not_read())

    async def _given(self) -> list[dict[str, Any]]:
        return await self._services.workspace.grants()

    def _found(self, grants: list[dict[str, Any]]) -> None:
        given: tuple[GivenAccess, ...]
        try:
            given = given_access(grants, self._describe)
        except (KeyError, TypeError, ValueError):
            self._not_read()
        else:
            self._update(AccessGivenModel("read", given))

    def _not_read(self) -> None:
        self._update(AccessGivenModel("failed"))

    def _withdraw(self, key: str) -> None:
        self._show(replace(self._model, asking=""))
        self._services.run(
            self._services.workspace.withdraw(key),
            lambda _: self._without(key),
            lambda _: self._update(replace(self._model, failed=key)),
        )

    def _without(self, key: str) -> None:
        left = tuple(one for one in self._model.given if one.key != key)
        self._update(replace(self._model, given=left))

    def _update(self, model: AccessGivenModel) -> None:
        """An answer; shown only where the user still looks."""
        self._model = model
        if self._window.shows_access:
            self._window.show_access(model)
