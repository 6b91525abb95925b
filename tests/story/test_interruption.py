"""A second patient in a second tab, with the same app: nothing that a browser can keep or send goes from one to the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page
from PySide6.QtCore import Qt

from shell.tour.actor import Actor
from tests.story.conftest import Begin, Prepare
from tests.story.habits import write_app
from tests.story.story import Story
from tests.story.test_main_story import APPS, MARIT_204, TORBJORN_209, choose, sign_in

APP = "minne"
KEEPS = """
const received = [];
const radio = new BroadcastChannel("patients");
radio.addEventListener("message", ({ data }) => received.push(data));
addEventListener("storage", (event) => received.push(event.newValue));
navigator.serviceWorker.register("worker.js");
navigator.serviceWorker.addEventListener("message", ({ data }) => received.push(data));

async function keep(patient) {
  await navigator.serviceWorker.ready;
  const worker = (await navigator.serviceWorker.getRegistration()).active;
  sessionStorage.setItem("patient", (sessionStorage.getItem("patient") || "") + patient);
  localStorage.setItem("patient", (localStorage.getItem("patient") || "") + patient);
  document.cookie = `patient-${patient}=1; SameSite=Lax`;
  await (await caches.open("patients")).put(`/${patient}`, new Response(patient));
  worker.postMessage(patient);
  radio.postMessage(patient);
}

async function kept() {
  const cached = await (await caches.open("patients")).keys();
  return {
    session: sessionStorage.getItem("patient"), local: localStorage.getItem("patient"),
    cookies: document.cookie, caches: cached.map((request) => new URL(request.url).pathname),
    heard: received,
  };
}

addEventListener("message", async ({ data, source }) => {
  if (data === "keep") { await keep(document.body.dataset.patient); document.body.dataset.kept = "1"; }
  if (data === "tell") { document.body.dataset.told = JSON.stringify(await kept()); }
});
"""
WORKER = """
const patients = [];
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", async ({ data }) => {
  patients.push(data);
  for (const client of await clients.matchAll({ includeUncontrolled: true, type: "all" })) {
    client.postMessage(`worker ${patients.join()}`);
  }
});
"""


def pages(browser: Browser) -> dict[str, Page]:
    """The panes of the app, by the patient they show."""
    found = [page for context in browser.contexts for page in context.pages if f"//{APP}." in page.url]
    return {str(page.get_attribute("body", "data-patient")): page for page in found}


def keep_everywhere(browser: Browser) -> list[str]:
    """Have both panes keep and send what they can, one after the other; then each once more."""
    found = pages(browser)
    for page in (*found.values(), *found.values()):
        page.evaluate("() => { delete document.body.dataset.kept; postMessage('keep') }")
        page.wait_for_selector("body[data-kept]")
    return sorted(found)


def told(browser: Browser) -> dict[str, dict[str, Any]]:
    answers = {}
    for patient, page in pages(browser).items():
        page.evaluate("() => { delete document.body.dataset.told; postMessage('tell') }")
        page.wait_for_selector("body[data-told]")
        answers[patient] = page.evaluate("JSON.parse(document.body.dataset.told)")
        answers[patient]["token"] = page.evaluate("JSON.stringify(Object.values(sessionStorage))")
    return answers


def heard_its_own(story: Story) -> bool:
    """The worker of each pane has answered: whatever else was sent before has come by now too."""
    return all(
        any("worker" in said and said.count(patient) == 2 for said in kept["heard"])
        for patient, kept in story.in_browser(told).items()
    )


def test_two_patients_in_two_tabs_never_mix(
    prepare_environment: Prepare, begin: Begin, tmp_path: Path
) -> None:
    """Mutants: one profile for both panes; one topic for both tabs."""
    folder = write_app(tmp_path / APP, APP, script=KEEPS)
    (folder / "worker.js").write_text(WORKER)
    story = begin(prepare_environment(folder))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    actor.key(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    story.until(lambda: story.follows(APP, MARIT_204), "the app about resident A")
    workspace = story.program.desktop.workspace
    assert workspace is not None
    workspace.open_patient(TORBJORN_209, in_new_tab=True)
    story.until(lambda: all(story.follows(app, TORBJORN_209) for app in APPS), "three apps about resident B")
    actor.key(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    story.until(lambda: story.follows(APP, TORBJORN_209), "the app about resident B")

    assert story.in_browser(keep_everywhere) == sorted((MARIT_204, TORBJORN_209))
    story.until(lambda: heard_its_own(story), "each has heard its own worker")
    kept = story.in_browser(told)
    for patient, other in ((MARIT_204, TORBJORN_209), (TORBJORN_209, MARIT_204)):
        own = kept[patient]
        assert own["session"] == own["local"] == patient * 2
        assert own["cookies"] == f"patient-{patient}=1"
        assert own["caches"] == [f"/{patient}"]
        assert other not in str(own), "something of the other patient"
    topics = [tab.topic for tab in workspace.tabs]
    assert len(set(topics)) == 2
    for tab, patient in zip(workspace.tabs, (MARIT_204, TORBJORN_209), strict=True):
        assert tab.patient_id == patient
        assert tab.topic in kept[patient]["token"]
        assert not any(topic in kept[patient]["token"] for topic in topics if topic != tab.topic)
    assert story.witness.breaches == []
