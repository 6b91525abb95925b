"""Another program's wish changes nothing until the user has seen the name and said yes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from shell.bridge.open_wishes import LONGEST_WAIT_SECONDS, OpenWishes
from shell.bridge.workspace_controller import WorkspaceController
from shell.composition.open_wish import OpenWish
from shell.gateway_client.errors import GatewayUnreachable, PatientGone
from shell.widgets.open_question import OpenQuestion
from shell.windows.main_window import MainWindow
from tests.shell.bridge.calls import FakeServices
from tests.shell.bridge.test_patient_tabs import confirm

WISH = OpenWish("p-9")
PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p-9",
    "name": [{"family": "Prøve", "given": ["Ola"]}],
    "birthDate": "1950-06-03",
}


class Place:
    """Wishes beside a workspace that comes and goes."""

    def __init__(self, window: MainWindow, workspace: WorkspaceController, services: FakeServices) -> None:
        self.window, self.services = window, services
        self.workspace: WorkspaceController | None = workspace
        self.now = 0.0
        self.wishes = OpenWishes(window, lambda: self.workspace, lambda: "nb", lambda: self.now)
        self.opened: list[str] = []
        workspace.open_patient = self.opened.append  # type: ignore[method-assign, assignment]

    @property
    def question(self) -> OpenQuestion | None:
        dialog = self.window.overlay.dialog
        return dialog if isinstance(dialog, OpenQuestion) else None

    def read(self) -> None:
        """The record answers the last reading."""
        done = self.services.named("chosen_patient")[-1].done
        assert done is not None
        done(PATIENT)


@pytest.fixture
def place(window: MainWindow, workspace: WorkspaceController, services: FakeServices) -> Place:
    window.show_start_list()
    return Place(window, workspace, services)


def test_the_user_sees_the_name_and_is_asked(place: Place, qtbot: QtBot) -> None:
    """Mutants: the patient is opened at once; Enter, which somebody was just typing, says yes."""
    place.wishes.take(WISH)
    assert place.question is None
    place.read()
    question = place.question
    assert question is not None and place.opened == []
    assert "Prøve, Ola" in question.accessibleName() and "03.06.1950" in question.accessibleName()
    assert place.window.window().focusWidget() is question.stay
    qtbot.keyClick(question.stay, Qt.Key.Key_Return)
    assert (place.question, place.opened) == (None, [])
    place.wishes.look()
    assert place.question is None, "a no is not asked again"


def test_yes_goes_the_way_of_the_users_own_choice(place: Place, qtbot: QtBot) -> None:
    place.wishes.take(WISH)
    place.read()
    assert place.question is not None
    qtbot.mouseClick(place.question.go, Qt.MouseButton.LeftButton)
    assert (place.question, place.opened) == (None, ["p-9"])


def test_a_handle_is_asked_about_by_name_like_any_other(place: Place, qtbot: QtBot) -> None:
    """Mutants: what stands behind a handle is opened unasked; the handle itself is looked for as a patient."""
    place.wishes.take(OpenWish(handle="h" * 32))
    redeemed = place.services.named("patient_by_handle")[-1].done
    assert redeemed is not None and not place.services.named("chosen_patient")
    redeemed("p-9")
    place.read()
    assert place.question is not None and "Prøve" in place.question.accessibleName()
    assert place.opened == []
    qtbot.mouseClick(place.question.go, Qt.MouseButton.LeftButton)
    assert place.opened == ["p-9"]


@pytest.mark.parametrize(
    ("error", "said"), [(PatientGone(404), "brukt eller for gammel"), (GatewayUnreachable(), "på nytt")]
)
def test_a_handle_that_counts_no_more_is_told_of(place: Place, error: Exception, said: str) -> None:
    """Mutant: the user clicks a link, and nothing happens."""
    place.wishes.take(OpenWish(handle="h" * 32))
    failed = place.services.named("patient_by_handle")[-1].failed
    assert failed is not None
    failed(error)
    assert place.question is None
    assert any(said in toast.model.text for toast in place.window.desk.toasts.toasts())


def test_a_handle_that_was_replaced_while_it_was_redeemed_asks_nothing(place: Place) -> None:
    place.wishes.take(OpenWish(handle="h" * 32))
    late = place.services.named("patient_by_handle")[-1].done
    place.wishes.take(WISH)
    assert late is not None
    late("p-8")
    assert len(place.services.named("chosen_patient")) == 1


def test_a_newer_wish_takes_the_place_of_the_older(place: Place, qtbot: QtBot) -> None:
    """Mutant: the answer to the first question opens the second patient."""
    place.wishes.take(OpenWish("p-8"))
    late = place.services.named("chosen_patient")[-1].done
    place.wishes.take(WISH)
    place.read()
    question = place.question
    assert question is not None and "Prøve" in question.accessibleName()
    assert late is not None
    late({**PATIENT, "id": "p-8", "name": [{"family": "Feil"}]})
    assert "Prøve" in question.accessibleName()
    qtbot.mouseClick(question.go, Qt.MouseButton.LeftButton)
    assert place.opened == ["p-9"]


def test_it_waits_for_the_sign_in_but_not_for_long(place: Place) -> None:
    """Mutant: who signs in for the next shift is asked about what somebody clicked an hour ago."""
    here, place.workspace = place.workspace, None
    place.wishes.take(WISH)
    assert place.services.named("chosen_patient") == []
    place.workspace = here
    place.wishes.look()
    assert len(place.services.named("chosen_patient")) == 1
    place.workspace = None
    place.wishes.take(WISH)
    place.now, place.workspace = LONGEST_WAIT_SECONDS + 1, here
    place.wishes.look()
    assert len(place.services.named("chosen_patient")) == 1


def test_nobody_is_named_while_the_screen_is_locked(place: Place) -> None:
    """Mutant: the name is read, or shown, for whoever stands before a locked screen."""
    assert place.workspace is not None
    place.workspace.pause()
    place.wishes.take(WISH)
    assert (place.services.named("chosen_patient"), place.question) == ([], None)
    place.workspace.refresh()
    place.wishes.look()
    place.read()
    assert place.question is not None


def test_it_goes_with_the_user_who_leaves(place: Place) -> None:
    """Mutant: the next user is asked about the patient of the last one."""
    place.wishes.take(WISH)
    place.read()
    place.wishes.drop()
    assert place.question is None
    place.wishes.look()
    assert (place.question, len(place.services.named("chosen_patient"))) == (None, 1)


def test_a_patient_whom_the_user_may_not_read_is_told_of_without_a_name(place: Place) -> None:
    place.wishes.take(WISH)
    failed = place.services.named("chosen_patient")[-1].failed
    assert failed is not None
    failed(PatientGone(404))
    assert place.question is None
    assert [toast.model.key for toast in place.window.desk.toasts.toasts()] == ["open-wish"]


def test_who_is_open_now_is_named_as_well(place: Place, window: MainWindow) -> None:
    """Mutant: the user does not see that the apps would change."""
    assert place.workspace is not None
    confirm(place.workspace.tabs[0], "p-1")
    place.workspace.tabs.front = place.workspace.tabs[0]
    place.wishes.take(WISH)
    place.read()
    assert place.question is not None
