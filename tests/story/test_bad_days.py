"""Things that go wrong in mid-use: each a clear message, nothing lost, nothing wrong on the screen."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from playwright.sync_api import Page
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from shell.presenters.texts import sentence
from shell.tour.actor import Actor
from tests.plugins.test_readme import write_readme_app
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, choose, sign_in

TOLD_WITHIN_MS = 8000
NOT_OPENED = "Lukk den, og åpne den igjen fra listen over apper."
EXPIRED_CODE = """() => {
  const key = JSON.parse(sessionStorage.getItem("SMART_KEY"));
  const state = JSON.parse(sessionStorage.getItem(key));
  delete state.tokenResponse;
  sessionStorage.setItem(key, JSON.stringify(state));
  location.href = `index.html?code=${"c".repeat(43)}&state=${key}`;
}"""
"""The app comes back from the login with a code that the gateway does not know any more."""


def says(story: Story, text: str) -> bool:
    """Whether a visible widget says so, to the eye or to a screen reader."""
    widgets = story.window.findChildren(QLabel)
    return any(text in label.text() for label in widgets if label.isVisible()) or any(
        text in widget.accessibleName()
        for widget in story.window.findChildren(object)
        if hasattr(widget, "accessibleName") and hasattr(widget, "isVisible") and widget.isVisible()
    )


def test_wrong_password_is_told_on_the_providers_page(prepare_environment: Prepare, begin: Begin) -> None:
    story = begin(prepare_environment())
    actor = Actor(story.window)
    view = actor.click_in_page("input[name=username]")
    actor.type_in_page(view, "siri")
    view = actor.click_in_page("input[name=password]")
    actor.type_in_page(view, "feil")
    actor.key_in_page(view, Qt.Key.Key_Return)
    actor.until(
        lambda: "passord" in str(actor.page(view, "document.querySelector('[role=alert]')?.innerText")),
        "the reason",
    )
    view = actor.click_in_page("input[name=password]")
    actor.type_in_page(view, "vaktrom")
    actor.key_in_page(view, Qt.Key.Key_Return)
    story.until(lambda: story.window.desk.at_start and story.program.desktop.workspace, "the start list")


def told(page: Page) -> str:
    """What the page says once it has given up."""
    page.wait_for_selector("body[data-state=error]", timeout=TOLD_WITHIN_MS)
    return page.inner_text("body")


def test_a_patient_a_launch_and_a_code_that_do_not_exist_are_told_and_change_nothing(
    prepare_environment: Prepare, begin: Begin
) -> None:
    """Mutants: a page waits for ever, or says a word of the protocol."""
    story = begin(prepare_environment())
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    workspace = story.program.desktop.workspace
    assert workspace is not None
    workspace.open_patient("p-0000000000")
    story.until(lambda: says(story, sentence("patient_gone", "nb")), "what happened")
    assert story.banner_patient() == MARIT_204
    assert story.all_follow(MARIT_204)
    assert workspace.tabs[0].waiting_for is None

    issuer = f"{story.environment.base_url}/fhir"

    def unknown_launch(page: Page) -> str:
        page.evaluate(f"location.href = 'launch.html?iss={issuer}&launch=ukjent'")
        return told(page)

    def expired_code(page: Page) -> str:
        page.evaluate(EXPIRED_CODE)
        return told(page)

    assert NOT_OPENED in story.in_page("legemidler", unknown_launch)
    assert NOT_OPENED in story.in_page("notat", expired_code)
    assert story.all_follow(MARIT_204)
    assert story.witness.breaches == []


def test_an_app_whose_server_is_down_is_covered_and_named_while_the_others_work(
    prepare_environment: Prepare, begin: Begin, tmp_path: Path
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        origin = f"http://localhost:{nobody.getsockname()[1]}"
        files = write_readme_app(tmp_path / "files")
        folder = tmp_path / "down"
        folder.mkdir()
        manifest = json.loads((files / "manifest.json").read_text())
        manifest.update(launch_uri=f"{origin}/launch.html", redirect_uris=[f"{origin}/index.html"])
        (folder / "manifest.json").write_text(json.dumps(manifest))
        (folder / "icon.svg").write_text((files / "icon.svg").read_text())
        story = begin(prepare_environment(folder))
        actor = Actor(story.window)
        sign_in(story, actor)
        choose(story, actor, MARIT_204)
        story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
        actor.key(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
        frame = story.until(
            lambda: next((f for f in story.frames() if f.model.app.key == "minapp"), None), "the pane"
        )
        story.until(lambda: frame.model.state.value == "out of sync", "the curtain")
        assert frame.curtain.isVisible()
        assert frame.model.failure == "app_unreachable"
        assert story.follows("malinger", MARIT_204)
        assert story.follows("legemidler", MARIT_204)
