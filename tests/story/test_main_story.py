"""The main job in the real desktop: one login, one resident, three vendors' apps; then another resident."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from PySide6.QtCore import Qt

from context.pane_state import State
from shell.composition.practice import IdentityProviderChoice
from shell.presenters.texts import sentence
from shell.tour.actor import Actor
from tests.fakes.machine import allowed
from tests.fakes.oidc_provider_server import oidc_provider
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story, page_of
from tests.story.support import people_found, timeline_of

MARIT_204 = "p-c2b680439f"
TORBJORN_209 = "p-94dae35d24"
APPS = ("malinger", "legemidler", "notat")
SEEN_WITHIN_SECONDS = 10.0
USABLE_AFTER_KILL_SECONDS = 5.0
"""Kill -9 of the gateway to usable apps (DESIGN section 3)."""


def sign_in(story: Story, actor: Actor) -> None:
    view = actor.click_in_page("input[name=username]")
    actor.type_in_page(view, "siri")
    view = actor.click_in_page("input[name=password]")
    actor.type_in_page(view, "vaktrom")
    actor.key_in_page(view, Qt.Key.Key_Return)
    story.until(lambda: story.window.desk.at_start and story.program.desktop.workspace, "the start list")


def choose(story: Story, actor: Actor, patient: str) -> None:
    workspace = story.program.desktop.workspace
    assert workspace is not None
    rows = story.until(lambda: workspace.start_list.rows, "rows of the list")
    actor.click_row([row.patient.patient_id for row in rows].index(patient))


def patients_shown(story: Story) -> dict[str, str | None]:
    """What each app itself says in its page."""
    return story.in_browser(
        lambda browser: {app: page_of(browser, app).get_attribute("body", "data-patient") for app in APPS}
    )


def login_forms(story: Story) -> int:
    """Pages of any pane that show a password field."""
    return story.in_browser(
        lambda browser: sum(
            page.locator("input[type=password]").count()
            for context in browser.contexts
            for page in context.pages
        )
    )


def main_story(story: Story) -> None:
    """Sign in once, resident A in three apps, then resident B in three apps, and a note that another app shows."""
    actor = Actor(story.window)
    sign_in(story, actor)
    hub: list[str] = []
    workspace = story.program.desktop.workspace
    assert workspace is not None
    banners: list[tuple[str | None, list[str]]] = []
    workspace.tabs[0].patient_changed.connect(hub.append)
    workspace.tabs[0].changed.connect(lambda: banners.append((story.banner_patient(), list(hub))))

    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    assert patients_shown(story) == dict.fromkeys(APPS, MARIT_204)
    assert login_forms(story) == 0

    actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    choose(story, actor, TORBJORN_209)
    story.until(lambda: story.all_follow(TORBJORN_209), "three apps about resident B")
    story.until(lambda: story.banner_patient() == TORBJORN_209, "the banner of resident B")
    assert patients_shown(story) == dict.fromkeys(APPS, TORBJORN_209)
    assert login_forms(story) == 0

    assert hub == [MARIT_204, TORBJORN_209]
    early = [shown for shown, confirmed in banners if shown is not None and shown not in confirmed]
    assert early == [], "the banner named somebody whom the hub had not confirmed"
    assert story.witness.paints > 10
    write_in_one_app_and_see_it_in_another(story)
    assert story.witness.breaches == []
    provider = urlsplit(story.environment.issuer).netloc
    assert len(story.visits.login_pages(provider)) == 1, "the login page came once in all"
    assert story.visits.panes_at(provider) == [], "no pane is led to the login, not even unseen"


def write_in_one_app_and_see_it_in_another(story: Story) -> None:
    def write(page: Page) -> None:
        page.click("#measure")
        page.fill("#m-temp", "38,7")
        page.click("#save")
        page.wait_for_selector(".tag.ok")

    story.in_page("notat", write)
    began = time.monotonic()
    temperature = "[data-measure=temp] .value"
    story.in_page("malinger", lambda page: page.locator(temperature).filter(has_text="38,7").wait_for())
    assert time.monotonic() - began < SEEN_WITHIN_SECONDS


def test_one_login_one_resident_three_apps_and_a_note_seen_at_once(
    prepare_environment: Prepare, begin: Begin
) -> None:
    story = begin(prepare_environment(first_start=True))
    main_story(story)
    state = story.environment.choice.state
    what_support_sees(timeline_of(state))
    assert people_found(state) == set()


def what_support_sees(told: dict[str, Any]) -> None:
    """Two changes of patient, seen by gateway and desktop, and every app's way to following."""
    rows = told["rows"]

    def said(kind: str, **facts: object) -> list[dict[str, Any]]:
        return [row for row in rows if row["kind"] == kind and facts.items() <= row.items()]

    assert told["summary"]["changes"] == 2
    assert told["summary"]["out_of_sync"] == []
    assert [row["patient"] for row in said("posted", name="Patient-open", client="vaktrom-shell")] == [1, 2]
    assert [row["patient"] for row in said("change-painted")] == [1, 2]
    assert all(0 < row["ms"] < 5000 for row in said("change-painted"))
    for app in APPS:
        states = [(row["patient"], row["state"]) for row in said("pane", client=app)]
        assert (1, "following") in states and (2, "following") in states
        assert states.index((1, "following")) < states.index((2, "following"))
        assert said("launch", client=app)
    assert len(said("answered", client="vaktrom-shell", status=200)) == 2
    assert all("ms" in row for row in said("answered", client="vaktrom-shell"))
    assert {row["from"] for row in rows} == {"desktop", "gateway"}


def test_the_same_with_another_identity_provider(prepare_environment: Prepare, begin: Begin) -> None:
    environment = prepare_environment()
    client = {
        "client_id": "vaktrom-gateway",
        "client_secret": "a-secret-of-at-least-thirty-two-characters",
        "redirect_uris": [f"{environment.base_url}/oauth/callback"],
        "post_logout_redirect_uris": [f"{environment.base_url}/oauth/logged-out"],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
    }
    with oidc_provider([client], resource=environment.upstream_fhir) as provider:
        known = {
            "client_id": client["client_id"],
            "method": "client_secret_basic",
            "client_secret": client["client_secret"],
        }
        environment.choice = dataclasses.replace(
            environment.choice, identity_provider=IdentityProviderChoice(provider["issuer"], known)
        )
        story = begin(environment)
        main_story(story)


@pytest.fixture
def draft(prepare_environment: Prepare, begin: Begin) -> tuple[Story, Actor]:
    """Resident A with an unsaved note."""
    story = begin(prepare_environment())
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    view = actor.click_in_page("#text")
    actor.type_in_page(view, "Urolig")
    actor.until(lambda: actor.page(view, "document.body.dataset.draft") == "unsaved", "the draft")
    return story, actor


@pytest.fixture
def unsaved(draft: tuple[Story, Actor]) -> tuple[Story, Actor]:
    """Resident A with an unsaved note, and the question about it."""
    story, actor = draft
    actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    choose(story, actor, TORBJORN_209)
    story.until(lambda: story.window.question.isVisible(), "the question about unsaved work")
    return story, actor


def test_unsaved_work_stays(unsaved: tuple[Story, Actor]) -> None:
    story, actor = unsaved
    actor.key(Qt.Key.Key_Escape)
    story.until(lambda: not story.window.question.isVisible(), "the question is gone")
    workspace = story.program.desktop.workspace
    assert workspace is not None
    assert workspace.tabs[0].patient_id == MARIT_204
    assert story.in_page("notat", lambda page: page.input_value("#text")) == "Urolig"


def test_unsaved_work_is_pinned_and_marked_while_the_rest_follows(unsaved: tuple[Story, Actor]) -> None:
    story, actor = unsaved
    actor.key(Qt.Key.Key_P, Qt.KeyboardModifier.AltModifier)
    story.until(lambda: story.banner_patient() == TORBJORN_209, "the banner of resident B")
    story.until(lambda: story.frame("malinger").model.state.value == "following", "the other apps")
    frame = story.frame("notat")
    assert (frame.model.state.value, frame.model.effective and frame.model.effective.key) == (
        "pinned",
        MARIT_204,
    )
    assert frame.strip.isVisible()
    assert not frame.curtain.isVisible()
    assert story.in_page("notat", lambda page: page.input_value("#text")) == "Urolig"
    assert story.witness.breaches == []


def test_somebody_else_changes_the_patient_and_unsaved_work_is_kept_and_marked(
    draft: tuple[Story, Actor],
) -> None:
    """Mutant: nobody asks the pages when the event comes from elsewhere; all of them are relaunched."""
    story, _ = draft
    story.post_patient_open(TORBJORN_209)
    story.until(lambda: story.banner_patient() == TORBJORN_209, "the banner of resident B")
    story.until(lambda: story.follows("legemidler", TORBJORN_209), "an app that holds nothing unsaved")
    story.until(lambda: story.follows("malinger", TORBJORN_209), "an app that follows by itself")
    frame = story.frame("notat")
    assert frame.model.state is State.PINNED
    assert frame.model.effective is not None and frame.model.effective.key == MARIT_204
    assert frame.strip.isVisible()
    assert not frame.curtain.isVisible()
    assert story.in_page("notat", lambda page: page.input_value("#text")) == "Urolig"
    told = sentence("kept_text", "nb").format(app="Notat", patient="")
    assert any(toast.model.text == told for toast in story.window.desk.toasts.toasts())
    assert story.witness.breaches == []


def test_kill_9_of_the_gateway_curtains_within_a_second_and_needs_no_new_login(
    prepare_environment: Prepare, begin: Begin
) -> None:
    import os
    import signal

    environment = prepare_environment()
    story = begin(environment)
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    gateway = environment.gateway
    assert gateway is not None
    assert gateway.pid is not None
    os.kill(gateway.pid, signal.SIGKILL)
    story.until(lambda: all(frame.curtain.isVisible() for frame in story.frames()), "curtains", 1.0)
    story.until(
        lambda: all(not frame.curtain.isVisible() for frame in story.frames()),
        "usable apps",
        allowed(USABLE_AFTER_KILL_SECONDS),
    )
    assert story.all_follow(MARIT_204)
    assert patients_shown(story) == dict.fromkeys(APPS, MARIT_204)
    assert login_forms(story) == 0
    actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    choose(story, actor, TORBJORN_209)
    story.until(lambda: story.all_follow(TORBJORN_209), "the next resident without a new login")
    assert story.witness.breaches == []
    told = timeline_of(story.environment.choice.state)
    assert told["summary"]["gateway_restarts"] == 1
    kept = ("gateway", "channel", "facts")
    for kind in kept:
        ups = [row["up"] for row in told["rows"] if row["kind"] == kind]
        assert ups[-2:] == [False, True], (kind, ups)


def test_lock_hides_everything_and_unlock_goes_on(
    prepare_environment: Prepare, begin: Begin, tmp_path: Path
) -> None:
    story = begin(prepare_environment())
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    actor.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    story.until(lambda: story.frames() == [], "nothing of a patient")
    actor.click(actor.named("Lås opp"))
    view = actor.click_in_page("input[name=username]")
    actor.type_in_page(view, "siri")
    view = actor.click_in_page("input[name=password]")
    actor.type_in_page(view, "vaktrom")
    actor.key_in_page(view, Qt.Key.Key_Return)
    story.until(lambda: story.all_follow(MARIT_204), "the apps as they were")
    assert story.witness.breaches == []
    rows = timeline_of(story.environment.choice.state)["rows"]
    assert [row["step"] for row in rows if row["kind"] == "lock"] == ["asked", "confirmed", "unlocked"]
