"""Each row of the page policy table against a real Chromium page."""

from __future__ import annotations

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWebEngineCore import QWebEnginePage
from pytestqt.qtbot import QtBot

from launcher.server.page_refusals import PAGE_REFUSALS
from shell.actions.page_policy import RULES, Decision, DeclaredOrigins, Kind
from shell.web.pane_view import PaneView, ask_unsaved
from shell.web.probes import Draft
from tests.shell.web.conftest import MakePane, Site

WAIT = 15_000


def show(qtbot: QtBot, pane: PaneView, url: str) -> None:
    with qtbot.waitSignal(pane.pane_page.loadFinished, timeout=WAIT):
        pane.open(url)
    with qtbot.waitSignal(pane.painted, timeout=WAIT):
        pane.watch_paint()


def click(qtbot: QtBot, pane: PaneView) -> None:
    """A real click in the middle of the page: some requests need a user's gesture."""
    qtbot.waitUntil(lambda: pane.focusProxy() is not None, timeout=WAIT)
    qtbot.mouseClick(pane.focusProxy(), Qt.MouseButton.LeftButton, pos=QPoint(60, 60))


def refused(qtbot: QtBot, pane: PaneView, kind: Kind) -> list[str]:
    """Click, and wait until ``kind`` was refused; returns what was said."""
    with qtbot.waitSignal(
        pane.refused, timeout=WAIT, check_params_cb=lambda what, _: what == kind.value
    ) as heard:
        click(qtbot, pane)
    return list(heard.args)


def button(script: str) -> str:
    return f'<button style="position:fixed;inset:0;width:100%;height:100%" onclick="{script}">x</button>'


def test_every_kind_has_one_row_with_texts_and_an_existing_test() -> None:
    assert set(RULES) == set(Kind)
    own = Path(__file__).read_text()
    for rule in RULES.values():
        assert rule.text_nb != rule.text_en or rule.kind is Kind.ZOOM
        assert f"def {rule.test.rpartition('::')[2]}(" in own, rule.test


def test_the_access_log_knows_everything_that_can_be_refused() -> None:
    """Mutant: a new row of the table that the gateway does not take, and so nobody hears of afterwards."""
    told_otherwise = {Kind.SCRIPT_DIALOG, Kind.RENDERER_CRASH, Kind.RENDERER_HANG}
    kinds = {kind for kind, rule in RULES.items() if rule.decision is Decision.REFUSED} - told_otherwise
    assert {kind.name.lower() for kind in kinds} == PAGE_REFUSALS


def test_navigation_outside_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site, foreign: Site) -> None:
    site.html("/", button(f"location.href='{foreign.origin('elsewhere.localhost')}/'"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    assert refused(qtbot, pane, Kind.NAVIGATION_OUTSIDE)[1] == "elsewhere.localhost"
    assert foreign.requests == []


@pytest.mark.parametrize(
    ("url", "decision"),
    [
        ("http://app.localhost:5/a", Decision.ALLOWED),
        ("http://app.localhost:6/a", Decision.REFUSED),
        ("http://app.localhost.evil:5/", Decision.REFUSED),
        ("http://app.localhost:5@evil/", Decision.REFUSED),
        ("http://127.0.0.1:1/oauth/authorize?x", Decision.ALLOWED),
        ("http://127.0.0.1:1/workspace/session", Decision.REFUSED),
        ("file:///etc/passwd", Decision.REFUSED),
        ("javascript:alert(1)", Decision.REFUSED),
        ("data:text/html,x", Decision.REFUSED),
        ("about:blank", Decision.ALLOWED),
        ("http://app.localhost:99999/", Decision.REFUSED),
    ],
)
def test_declared_origins_are_exact(url: str, decision: Decision) -> None:
    origins = DeclaredOrigins(frozenset({"http://app.localhost:5"}), "http://127.0.0.1:1")
    assert origins.navigation(url) is decision


def test_new_window_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", '<a href="/other" target="_blank" style="position:fixed;inset:0;display:block">x</a>')
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.NEW_WINDOW)
    assert "/other" not in [path for _, path in site.requests]


def test_download_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site, downloads: Path) -> None:
    site.pages["/list.csv"] = ("application/octet-stream", b"name;room")
    site.html("/", button("location.href='/list.csv'"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.DOWNLOAD)
    assert [path for path in downloads.rglob("*") if path.is_file()] == []


def test_pdf_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.pages["/letter.pdf"] = ("application/pdf", b"%PDF-1.4\n%%EOF")
    site.html("/", button("location.href='/letter.pdf'"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.PDF)


def test_upload_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", '<input type="file" id="f" hidden>' + button("document.getElementById('f').click()"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.UPLOAD)


def test_print_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", button("window.print()"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.PRINT)


def test_camera_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    ask = "navigator.mediaDevices.getUserMedia({audio:true,video:true})"
    site.html("/", button(f"{ask}.then(() => document.title='open', error => document.title=error.name)"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    with qtbot.waitSignal(pane.titleChanged, timeout=WAIT) as heard:
        click(qtbot, pane)
    assert heard.args[0].endswith("Error"), "the page got a camera or microphone"


def test_notification_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", button("Notification.requestPermission()"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.NOTIFICATION)


def test_full_screen_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", button("document.documentElement.requestFullscreen().catch(()=>document.title='no')"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    with qtbot.waitSignal(pane.titleChanged, timeout=WAIT, check_params_cb=lambda title: title == "no"):
        click(qtbot, pane)


def test_certificate_error_is_refused(qtbot: QtBot, make_pane: MakePane, untrusted: Site) -> None:
    untrusted.html("/", "secret")
    origin = untrusted.origin("secure.localhost")
    pane = make_pane(origin)
    with qtbot.waitSignal(
        pane.refused, timeout=WAIT, check_params_cb=lambda what, _: what == Kind.CERTIFICATE_ERROR.value
    ):
        pane.open(origin + "/")
    assert untrusted.requests == []


def test_mixed_content_is_refused(make_pane: MakePane, site: Site) -> None:
    settings = make_pane(site.origin()).pane_page.profile().settings()
    assert not settings.testAttribute(settings.WebAttribute.AllowRunningInsecureContent)


def test_script_dialog_is_shown_in_the_pane(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", button("document.title = confirm('Slette alt?') ? 'yes' : 'answered no'"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    with (
        qtbot.waitSignal(
            pane.titleChanged, timeout=WAIT, check_params_cb=lambda title: title == "answered no"
        ),
        qtbot.waitSignal(pane.dialog, timeout=WAIT) as heard,
    ):
        click(qtbot, pane)
    assert heard.args == ["Slette alt?"]


def test_a_page_that_shouts_is_heard_once(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    """A thousand dialogs of a million lines: one short line reaches the window, which stays free."""
    shout = "for (let i = 0; i < 1000; i++) alert('a\\n'.repeat(1000)); document.title = 'hoarse'"
    site.html("/", button(shout))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    said: list[str] = []
    pane.dialog.connect(said.append)
    with qtbot.waitSignal(pane.titleChanged, timeout=WAIT, check_params_cb=lambda title: title == "hoarse"):
        click(qtbot, pane)
    assert 1 <= len(said) <= 4
    assert max(len(text) for text in said) <= 300 and "\n" not in said[0]


def test_find_is_allowed(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", "Furosemid 40 mg, Furosemid 20 mg")
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    found: list[int] = []
    pane.pane_page.findText(
        "Furosemid", QWebEnginePage.FindFlag(0), lambda result: found.append(result.numberOfMatches())
    )
    qtbot.waitUntil(lambda: found == [2], timeout=WAIT)


def test_zoom_is_allowed(make_pane: MakePane, site: Site) -> None:
    pane = make_pane(site.origin())
    pane.setZoomFactor(1.5)
    assert pane.zoomFactor() == 1.5


def test_renderer_crash_curtains_the_pane(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", "alive")
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    with qtbot.waitSignal(pane.crashed, timeout=WAIT):
        os.kill(pane.pane_page.renderProcessPid(), signal.SIGKILL)


def test_renderer_hang_curtains_the_pane(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", button("while(true){}"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    with qtbot.waitSignal(pane.hung, timeout=WAIT):
        click(qtbot, pane)


@pytest.mark.parametrize(
    ("script", "unsaved"),
    [
        ("", False),
        ("addEventListener('beforeunload', e => e.preventDefault())", True),
        ("addEventListener('beforeunload', e => { e.returnValue = 'unsaved' })", True),
        ("window.onbeforeunload = () => 'unsaved'", True),
        ("addEventListener('beforeunload', () => 0)", False),
    ],
)
def test_unsaved_work_is_told_by_the_pages_own_beforeunload(
    qtbot: QtBot, make_pane: MakePane, site: Site, script: str, unsaved: bool
) -> None:
    site.html("/", f"<script>{script}; addEventListener('unload', () => document.title = 'gone')</script>")
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    answers: list[Draft] = []
    ask_unsaved(pane.pane_page, answers.append)
    qtbot.waitUntil(lambda: answers == [Draft(unsaved)], timeout=WAIT)
    assert pane.title() != "gone"


def test_the_moment_of_the_last_edit_is_known(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    """Mutant: the time of asking; what the page's own script does is not the user's."""
    site.html("/", "<textarea autofocus style='position:fixed;inset:0'></textarea>")
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    answers: list[Draft] = []
    pane.pane_page.runJavaScript(
        "document.querySelector('textarea').dispatchEvent(new Event('input', {bubbles: true}))",
        lambda _: ask_unsaved(pane.pane_page, answers.append),
    )
    qtbot.waitUntil(lambda: answers == [Draft(False, None)], timeout=WAIT)
    pane.window().activateWindow()
    pane.setFocus()
    click(qtbot, pane)
    began = datetime.now().astimezone()
    ended: list[Draft] = []

    def edited() -> bool:
        if not ended or ended[-1].edited is None:
            QTest.keyClicks(pane.focusProxy() or pane, "U")  # input before the first paint is lost
        ask_unsaved(pane.pane_page, ended.append)
        return bool(ended) and ended[-1].edited is not None

    qtbot.waitUntil(edited, timeout=WAIT)
    first = ended[-1].edited
    assert first is not None
    assert timedelta(seconds=-1) < first - began < timedelta(seconds=10)
    answers.clear()
    ask_unsaved(pane.pane_page, answers.append)
    qtbot.waitUntil(lambda: bool(answers), timeout=WAIT)
    assert answers[0].edited is not None
    assert answers[0].edited - first < timedelta(seconds=5)


def test_a_page_that_does_not_answer_counts_as_unsaved(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", "busy")
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    pane.pane_page.runJavaScript("while (true) {}")
    answers: list[Draft] = []
    ask_unsaved(pane.pane_page, answers.append)
    qtbot.waitUntil(lambda: answers == [Draft(True, silent=True)], timeout=WAIT)


def test_profiles_keep_nothing_and_share_nothing(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html(
        "/", "<script>document.title = localStorage.x || 'empty'; localStorage.x = 'left behind'</script>"
    )
    for _ in range(2):
        pane = make_pane(site.origin())
        show(qtbot, pane, site.origin() + "/")
        assert pane.pane_page.profile().isOffTheRecord()
        assert pane.title() == "empty"


def test_the_place_of_the_user_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    """Mutant: whatever is no camera is called a notification."""
    site.html("/", button("navigator.geolocation.getCurrentPosition(() => {})"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.OTHER_PERMISSION)


def test_login_dialog_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    """A dialog of Chromium's own would stop the whole window, and ask for a password in anybody's name."""
    site.html("/", button("fetch('/secret').then(answer => said = answer.status, error => said = 'failed')"))
    site.logins.add("/secret")
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    assert refused(qtbot, pane, Kind.LOGIN_DIALOG)[1] == "app.localhost"
    said: list[object] = []

    def answered() -> bool:
        pane.pane_page.runJavaScript("window.said", 0, said.append)
        return any(said)

    qtbot.waitUntil(answered, timeout=WAIT)
    assert next(one for one in said if one) in (401, "failed"), said


def test_protocol_handler_is_refused(qtbot: QtBot, make_pane: MakePane, site: Site) -> None:
    site.html("/", button("navigator.registerProtocolHandler('web+journal', '/take?%s', 'x')"))
    pane = make_pane(site.origin())
    show(qtbot, pane, site.origin() + "/")
    refused(qtbot, pane, Kind.PROTOCOL_HANDLER)
