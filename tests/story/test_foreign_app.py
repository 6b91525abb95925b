"""One more app, from a foreign https origin with a certificate of its own authority: same login, same patient."""

from __future__ import annotations

import functools
import http.server
import json
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PySide6.QtCore import Qt

from shell.tour.actor import Actor
from tests.plugins.test_readme import write_readme_app
from tests.story.conftest import AUTHORITY, FOREIGN_HOST, Begin, Prepare
from tests.story.test_main_story import (
    APPS,
    MARIT_204,
    TORBJORN_209,
    choose,
    login_forms,
    patients_shown,
    sign_in,
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def foreign_app(tmp_path: Path) -> Iterator[Path]:
    """The vendor's own server with the app of the README, and the folder with its manifest."""
    files = write_readme_app(tmp_path / "server")
    handler = functools.partial(Quiet, directory=str(files))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert(FOREIGN_HOST).configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    origin = f"https://{FOREIGN_HOST}:{server.server_address[1]}"
    folder = tmp_path / "fjellkode"
    folder.mkdir()
    manifest = json.loads((files / "manifest.json").read_text())
    manifest.update(launch_uri=f"{origin}/launch.html", redirect_uris=[f"{origin}/index.html"])
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "icon.svg").write_text((files / "icon.svg").read_text())
    yield folder
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_foreign_https_app_has_the_login_and_the_patient_and_follows(
    prepare_environment: Prepare, begin: Begin, foreign_app: Path
) -> None:
    story = begin(prepare_environment(foreign_app))
    actor = Actor(story.window)
    sign_in(story, actor)
    choose(story, actor, MARIT_204)
    story.until(lambda: story.all_follow(MARIT_204), "three apps about resident A")
    actor.key(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    story.until(lambda: story.follows("minapp", MARIT_204), "the foreign app about resident A")
    said = story.in_page(
        "app", lambda page: (page.get_attribute("body", "data-patient"), page.inner_text("h1"))
    )
    assert said == (MARIT_204, "Haugen, Marit")
    actor.key(Qt.Key.Key_Home, Qt.KeyboardModifier.AltModifier)
    choose(story, actor, TORBJORN_209)
    story.until(lambda: story.follows("minapp", TORBJORN_209), "the foreign app about resident B")
    assert story.in_page("app", lambda page: page.get_attribute("body", "data-patient")) == TORBJORN_209
    for app in APPS:
        story.until(lambda app=app: story.follows(app, TORBJORN_209), f"{app} about resident B")
    assert patients_shown(story) == dict.fromkeys(APPS, TORBJORN_209)
    assert login_forms(story) == 0
    provider = urlsplit(story.environment.issuer).netloc
    assert len(story.visits.login_pages(provider)) == 1
    assert story.visits.panes_at(provider) == []
    assert story.witness.breaches == []
