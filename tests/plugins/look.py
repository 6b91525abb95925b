"""Photographs the bundled apps in the stub workspace: ``python -m tests.plugins.look OUT``."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import sync_playwright

from plugins.registry import BUNDLED
from tests.plugins.people import ill_resident, medicines, notes, staff
from tests.plugins.stub_workspace import StubWorkspace, running

SIZES = [(714, 600), (537, 300), (420, 420), (1100, 900)]
NIGHT = datetime(2026, 11, 23, 3, 12, tzinfo=ZoneInfo("Europe/Oslo"))


def photograph(out: Path) -> None:
    """One PNG for each app, size and theme."""
    out.mkdir(parents=True, exist_ok=True)
    apps = {app: BUNDLED / app for app in ("malinger", "legemidler", "notat")}
    with running(StubWorkspace(apps)) as stub, sync_playwright() as playwright:
        stub.add(*ill_resident(NIGHT), *medicines(NIGHT), *notes(NIGHT), staff())
        arguments = ["--no-sandbox", "--host-resolver-rules=MAP *.localhost 127.0.0.1"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        for app in apps:
            for width, height in SIZES:
                for theme in ("light", "dark", "contrast"):
                    page = browser.new_page(
                        viewport={"width": width, "height": height},
                        locale="nb-NO",
                        timezone_id="Europe/Oslo",
                        color_scheme="dark" if theme == "dark" else "light",
                        contrast="more" if theme == "contrast" else "no-preference",
                    )
                    page.on("pageerror", lambda error: sys.stderr.write(f"{error}\n"))
                    page.clock.install(time=NIGHT)
                    page.goto(stub.launch_url(app))
                    page.wait_for_selector("body:not([data-state=loading])")
                    page.wait_for_timeout(200)
                    page.screenshot(path=str(out / f"{app}-{width}x{height}-{theme}.png"))
                    page.close()
        browser.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1]))
