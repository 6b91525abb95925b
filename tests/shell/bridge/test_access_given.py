"""What a user has allowed apps himself: seen, and taken back only when he says so twice."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from shell.bridge.workspace_controller import WorkspaceController
from shell.gateway_client.errors import GatewayUnreachable
from shell.presenters.access_given import given_access
from shell.presenters.view_models import LockModel, UnsavedModel
from shell.windows import gallery_models as demo
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices

CONSENT = {
    "grant": "c-1",
    "kind": "consent",
    "client_id": "lungekart",
    "client_name": "Lungekart",
    "publisher": "Fjord Helse",
    "scope": "launch openid patient/Observation.rs",
    "patient": None,
    "given_at": "2026-11-23T07:10:00+00:00",
    "until": "2026-11-23T19:10:00+00:00",
}
OFFLINE = CONSENT | {
    "grant": "g-2",
    "kind": "offline",
    "client_name": "Sårskjema",
    "scope": "patient/*.cruds offline_access",
    "patient": "p-9",
    "given_at": "2026-11-23T08:10:00+00:00",
    "until": None,
}


@pytest.fixture
def asked(workspace: WorkspaceController, window: MainWindow, qtbot: QtBot) -> WorkspaceController:
    """The user has opened the page, and nothing has been answered."""
    window.activateWindow()
    qtbot.waitActive(window)
    window.show_workspace()
    window.access_asked.emit()
    return workspace


def answer(services: FakeServices, found: Any) -> None:
    done = services.named("_given")[-1].done
    assert done is not None
    done(found)


def words(window: MainWindow) -> str:
    page = window.access_given
    return "\n".join([page.text.text(), *(f"{row.name.text()}\n{row.what.text()}" for row in page.rows)])


def test_what_was_given_is_said_in_words(
    asked: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: writing told as reading; an access that outlives the logout looks like any other."""
    assert "Henter" in words(window)
    answer(services, [CONSENT, OFFLINE])
    assert [row.name.text() for row in window.access_given.rows] == [
        "Sårskjema · Fjord Helse",
        "Lungekart · Fjord Helse",
    ]
    first, second = (row.what.text() for row in window.access_given.rows)
    assert "lese og skrive om én pasient" in first
    assert "beholder tilgangen når du har logget ut" in first
    assert "Kan lese det du selv kan lese" in second
    assert "til 23.11.2026" in second


def test_nothing_given_and_nothing_heard_are_told_apart(
    asked: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    """Mutant: an answer that did not come says that nothing was given."""
    failed = services.named("_given")[-1].failed
    assert failed is not None
    failed(GatewayUnreachable())
    assert "kunne ikke hentes" in words(window)
    window.access_given.retry.click()
    answer(services, [{"grant": "x"}])
    assert "kunne ikke hentes" in words(window)
    window.access_given.retry.click()
    answer(services, [])
    assert "ikke gitt noen app tilgang" in words(window)


def test_withdrawing_is_asked_first_and_the_safe_answer_has_the_keyboard(
    asked: WorkspaceController, services: FakeServices, window: MainWindow, qtbot: QtBot
) -> None:
    """Mutant: one stray Enter takes an app's access; Escape closes the page instead of the question."""
    answer(services, [CONSENT, OFFLINE])
    assert QApplication.focusWidget() is window.access_given.close_button
    row = window.access_given.rows[1]
    row.take_back.setFocus()
    QTest.keyClick(row.take_back, Qt.Key.Key_Return)
    assert row.asking
    assert QApplication.focusWidget() is row.no
    QTest.keyClick(row.no, Qt.Key.Key_Return)
    assert not row.asking
    row.take_back.click()
    QTest.keyClick(row.no, Qt.Key.Key_Escape)
    assert (row.asking, window.shows_access) == (False, True)
    assert services.named("withdraw") == []
    row.take_back.click()
    row.yes.click()
    (call,) = services.named("withdraw")
    assert call.done is not None
    call.done(None)
    assert [left.given.key for left in window.access_given.rows] == ["g-2"]


def test_a_withdrawal_that_failed_is_not_shown_as_done(
    asked: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    """Fail closed in words. Mutant: the row goes away before the gateway has answered."""
    answer(services, [CONSENT])
    window.access_given.rows[0].take_back.click()
    window.access_given.rows[0].yes.click()
    failed = services.named("withdraw")[-1].failed
    assert failed is not None
    failed(GatewayUnreachable())
    (row,) = window.access_given.rows
    assert row.question.isVisible()
    assert "gjelder fortsatt" in row.question.text()


def test_it_goes_with_the_session_and_waits_for_questions(
    asked: WorkspaceController, services: FakeServices, window: MainWindow
) -> None:
    """S6. Mutant: the next user sees what the last one allowed; it covers the question for unsaved work."""
    answer(services, [CONSENT])
    window.show_lock(LockModel(demo.SIRI, demo.at("03:21"), "Vestfløyen"))
    assert not window.shows_access
    window.hide_lock()
    assert not window.shows_access
    window.ask_unsaved(UnsavedModel(asked._apps[0].model, demo.haugen(), None))
    window.access_asked.emit()
    assert window.overlay.dialog is window.question


@pytest.mark.parametrize(
    ("scope", "writes"),
    [
        ("patient/*.read launch", False),
        ("user/*.write", True),
        ("patient/Observation.*", True),
        ("patient/Observation.rs?category=vital-signs", False),
        ("user/Observation.crs", True),
        ("openid fhircast/Patient-open.write", False),
    ],
)
def test_writing_is_seen_in_either_version_of_scopes(scope: str, writes: bool) -> None:
    """Mutant: *read* counts as *d*, or version 1 is not known."""
    (one,) = given_access([CONSENT | {"scope": scope}], lambda _: None)
    assert one.writes is writes
