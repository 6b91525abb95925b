"""The steps of a shift, in order: each acts, then waits until the result can be seen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from shell.tour.actor import Actor

APPS = 3
FIRST_ROW, SECOND_ROW, THIRD_ROW = 3, 8, 5
WRITER = "Notat"
Modifier = Qt.KeyboardModifier
Step = Callable[[Actor], None]


def sign_in_page(actor: Actor) -> None:
    actor.view_with("input[name=username]")


def sign_in(actor: Actor) -> None:
    _log_in(actor)
    actor.list_view()


def pick_resident(actor: Actor) -> None:
    actor.click_row(FIRST_ROW)
    actor.until(lambda: actor.views() or actor.pages_state(), "the first app")


def three_apps(actor: Actor) -> None:
    actor.until(lambda: _all_about_one(actor), "three apps about one resident")


def open_by_rail(actor: Actor) -> None:
    """Close an app, then open it as the user does: by its place in the rail."""
    actor.click_in_page("#text")
    actor.key(Qt.Key.Key_W, Modifier.ControlModifier)
    actor.until(lambda: len(actor.pages_state()) == APPS - 1, "one app less")
    actor.click(actor.named(f"{WRITER} · "))
    three_apps(actor)


def start_list(actor: Actor) -> None:
    actor.key(Qt.Key.Key_Home, Modifier.AltModifier)
    actor.list_view()


def switch_resident(actor: Actor) -> None:
    before = _all_about_one(actor)
    start_list(actor)
    actor.click_row(SECOND_ROW)
    actor.until(lambda: _all_about_one(actor) not in ("", before), "three apps about the other resident")


def pin_one(actor: Actor) -> None:
    actor.click_in_page("#text")
    actor.key(Qt.Key.Key_P, Modifier.AltModifier)
    actor.named("Dette er ")


def leave_pinned(actor: Actor) -> None:
    """Another resident: two apps follow, the pinned one stays and says whose it is."""
    kept = _all_about_one(actor)
    start_list(actor)
    actor.click_row(THIRD_ROW)
    actor.until(lambda: _two_and_one(actor, kept), "two apps about the third resident, one about the second")
    actor.named("Dette er ")


def lock(actor: Actor) -> None:
    actor.key(Qt.Key.Key_L, Modifier.ControlModifier)
    actor.until(lambda: not actor.pages_state(), "the lock page over everything")


def unlock(actor: Actor) -> None:
    actor.click(actor.named("Lås opp"))
    _log_in(actor)
    actor.until(lambda: len(actor.pages_state()) == APPS, "the apps again")


def log_out(actor: Actor) -> None:
    actor.key(Qt.Key.Key_K, Modifier.ControlModifier)
    actor.type("logg ut")
    actor.wait(300)
    actor.key(Qt.Key.Key_Return)
    actor.view_with("input[name=username]")


STEPS: tuple[tuple[str, Step], ...] = (
    ("sign-in-page", sign_in_page),
    ("sign-in", sign_in),
    ("pick-resident", pick_resident),
    ("three-apps", three_apps),
    ("open-by-rail", open_by_rail),
    ("switch-resident", switch_resident),
    ("pin-one", pin_one),
    ("pinned-to-another", leave_pinned),
    ("lock", lock),
    ("unlock", unlock),
    ("log-out", log_out),
)


def _log_in(actor: Actor) -> None:
    view = actor.click_in_page("input[name=username]")
    actor.type_in_page(view, "siri")
    view = actor.click_in_page("input[name=password]")
    actor.type_in_page(view, "vaktrom")
    actor.key_in_page(view, Qt.Key.Key_Return)


def _all_about_one(actor: Actor) -> str:
    """The patient whom all apps show, ready and uncovered; empty when they do not agree."""
    states = actor.pages_state()
    patients = {patient for _, patient, _ in states}
    ready = len(states) == APPS and all(state in ("ready", "empty") for _, _, state in states)
    return patients.pop() if ready and len(patients) == 1 else ""


def _two_and_one(actor: Actor, kept: str) -> bool:
    """Whether one app is still about ``kept``, and the others, ready, about one other."""
    states = actor.pages_state()
    others = {patient for _, patient, _ in states if patient != kept}
    ready = all(state in ("ready", "empty") for _, _, state in states)
    return (
        len(states) == APPS and ready and len(others) == 1 and [one for _, one, _ in states].count(kept) == 1
    )
