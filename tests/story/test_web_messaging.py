"""An app as a vendor writes it, in a real pane with the real gateway: it posts to its host and is answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from shell.tour.actor import Actor
from tests.plugins.test_readme import write_readme_app
from tests.story.conftest import Begin, Prepare
from tests.story.story import Story
from tests.story.test_main_story import MARIT_204, choose, sign_in

APP_JS = """
const state = { heard: [] };
window.addEventListener('message', event => {
  if (event.origin !== state.origin || event.source !== window.parent) return;
  state.heard.push(event.data);
});
window.post = (messageId, messageType, payload, more) => window.parent.postMessage(
  { messagingHandle: state.handle, messageId, messageType, payload, ...more }, state.origin);
window.answerTo = messageId => state.heard.filter(one => one.responseToMessageId === messageId);
FHIR.oauth2.ready().then(async client => {
  state.handle = client.state.tokenResponse.smart_web_messaging_handle;
  state.origin = client.state.tokenResponse.smart_web_messaging_origin;
  document.body.dataset.intent = client.state.tokenResponse.intent || '';
  const patient = await client.patient.read();
  document.querySelector('h1').textContent = patient.name[0].family;
  document.body.dataset.ready = patient.id;
});
"""


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The app of the README with a further scope, and with messages instead of its own doings."""
    folder = write_readme_app(tmp_path / "minapp")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scope"] += " messaging/ui messaging/scratchpad"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    launch = (folder / "launch.js").read_text()
    assert 'scope: "' in launch
    (folder / "launch.js").write_text(
        launch.replace('scope: "', 'scope: "messaging/ui messaging/scratchpad ')
    )
    (folder / "app.js").write_text(APP_JS)
    return folder


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Another vendor's app, which others can ask for ``order-review``."""
    folder = write_readme_app(tmp_path / "ordre")
    for name in ("manifest.json", "launch.js"):
        text = (folder / name).read_text().replace('"minapp"', '"ordre"').replace("Min app", "Ordre")
        (folder / name).write_text(text)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["intents"] = ["order-review"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "app.js").write_text(APP_JS)
    return folder


def ask(story: Story, message_type: str, payload: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """Post one message in the app's page; every answer to it once there is one."""
    story.in_page("minapp", lambda page: page.evaluate(
        "([kind, payload, more]) => post(kind, kind, payload, more)", [message_type, payload, more]))  # fmt: skip

    def answers() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = story.in_page(
            "minapp", lambda page: page.evaluate("kind => answerTo(kind)", message_type)
        )
        return found

    found: list[dict[str, Any]] = story.until(answers, f"an answer to {message_type}")
    return found


def test_an_app_shakes_hands_and_closes_itself(
    prepare_environment: Prepare, begin: Begin, app: Path, orders: Path
) -> None:
    story = begin(prepare_environment(app, orders))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    actor.key(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    story.until(lambda: story.follows("minapp", MARIT_204), "the app about resident A")
    [answer] = ask(story, "status.handshake", {})
    assert answer["payload"] == {}
    story.in_page(
        "minapp", lambda page: page.evaluate("post('forged', 'ui.done', {}, {messagingHandle: 'x'})")
    )
    [answer] = ask(story, "ui.unknown", {})
    assert "outcome" in answer["payload"]
    assert story.in_page("minapp", lambda page: page.evaluate("answerTo('forged')")) == []
    drafts = story.window.desk.banner
    assert not any("Utkast" in chip for chip in drafts.shown_chips())
    order = {
        "resourceType": "ServiceRequest",
        "code": {"text": "Røntgen"},
        "subject": {"reference": f"Patient/{MARIT_204}"},
    }
    [answer] = ask(story, "scratchpad.create", {"resource": order})
    assert answer["payload"]["status"] == "201 Created"
    said = "Utkast: Røntgen · Min app"
    story.until(lambda: said in [*drafts.shown_chips(), *drafts.hidden_chips()], "the banner names the draft")
    [answer] = ask(story, "scratchpad.delete", {"location": answer["payload"]["location"]})
    story.until(lambda: said not in [*drafts.shown_chips(), *drafts.hidden_chips()], "it is gone from there")
    [answer] = ask(story, "ui.launchActivity", {"activityType": "order-review", "activityParameters": {}})
    assert answer["payload"] == {"status": "success"}
    story.until(lambda: story.follows("ordre", MARIT_204), "the app that reviews orders about resident A")
    intent = story.in_page("ordre", lambda page: page.get_attribute("body", "data-intent"))
    assert intent == "order-review"
    story.in_page("minapp", lambda page: page.evaluate("post('done', 'ui.done', {})"))
    story.until(
        lambda: all(frame.model.app.key != "minapp" for frame in story.frames()), "the app has closed itself"
    )
    assert story.follows("ordre", MARIT_204)
    assert story.witness.breaches == []
