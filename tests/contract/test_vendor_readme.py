"""A vendor follows ``plugins/README.md`` to the letter and sees a patient in his own app."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from tests.fakes.environment import ROOT, sandbox

COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```\w+ ([\w.]+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture
def first_app(tmp_path: Path) -> Path:
    """The folder that the text tells to make."""
    folder = tmp_path / "minapp"
    folder.mkdir()
    text = (ROOT / "plugins" / "README.md").read_text(encoding="utf-8")
    for name, content in FENCE.findall(text):
        (folder / name).write_text(content, encoding="utf-8")
    library = re.search(r"`(plugins/bundled/\S+?fhir-client\S*?\.js)`", text)
    assert library is not None
    shutil.copy(ROOT / library[1], folder)
    return folder


def test_the_readme_leads_to_a_first_launch(first_app: Path, tmp_path: Path) -> None:
    text = (ROOT / "plugins" / "README.md").read_text(encoding="utf-8")
    activate, check, launch = COMMANDS.findall(text)
    script = f"cd '{ROOT}'\n{activate}\ncd '{first_app.parent}'\n{check}"
    typed = subprocess.run(["sh", "-e", "-c", script], capture_output=True, text=True, check=False)
    assert typed.returncode == 0, typed.stdout + typed.stderr
    assert launch == f"vaktrom sandbox --app {first_app.name}\n"
    with sandbox(tmp_path / "state", "--app", str(first_app)) as ready, sync_playwright() as playwright:
        (own,) = [app for app in ready["apps"] if app["client_id"] == "minapp"]
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--host-resolver-rules=MAP *.localhost 127.0.0.1",
            ],
        )
        page = browser.new_page()
        page.goto(f"{own['launch_uri']}?iss={ready['fhir']}")
        page.fill("input[name=username]", "siri")
        page.fill("input[name=password]", "vaktrom")
        page.press("input[name=password]", "Enter")
        page.fill("input[name=text]", "Haugen")
        page.press("input[name=text]", "Enter")
        page.get_by_text("Haugen, Marit").first.click()
        page.wait_for_selector("body[data-state=ready], body[data-state=error]")
        assert page.get_attribute("body", "data-state") == "ready", page.inner_text("h1")
        assert page.inner_text("h1").startswith("Haugen, Marit")
        browser.close()
