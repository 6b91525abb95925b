"""The desktop from start to end: environment, sign-in, workspace, lock, log out. Start reading here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWebEngineCore import (
    QWebEngineProfile,
    qWebEngineChromiumSecurityPatchVersion,
    qWebEngineVersion,
)

from shell.bridge.clipboard import clear_own_clipboard
from shell.bridge.loop_thread import LoopThread
from shell.bridge.open_wishes import OpenWishes
from shell.bridge.sign_in import SignIn
from shell.composition.practice import SHELL_CLIENT, Environment
from shell.gateway_client.errors import GatewayError, NotSignedIn, Refused
from shell.gateway_client.login import AuthorizationRequest
from shell.presenters.roles import role_word
from shell.presenters.texts import sentence
from shell.presenters.view_models import EmptyModel, LockModel, StripModel, ToastModel, UserModel
from shell.web.login_view import LogoutPage
from shell.widgets.kept import delete_later
from shell.windows.main_window import MainWindow

if TYPE_CHECKING:
    from shell.bridge.locking import SessionLock
    from shell.bridge.services import Services
    from shell.bridge.workspace_controller import WorkspaceController

CLOCK_MS = 1000
TIMELINE_SECONDS = 1.0
"""How long the end of the program waits for the disk to take the last rows."""
LEAVING_SECONDS = 1.5
"""How long the end of the program waits for a log-out that is under way."""
FORBIDDEN = 403


class Desktop(QObject):
    """Owns the session. ``language`` gives ``nb`` or ``en``."""

    def __init__(
        self, window: MainWindow, environment: Environment, threads: LoopThread, language: Callable[[], str]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._environment = environment
        self._threads = threads
        self._language = language
        self._sign_in = SignIn(environment.base_url, SHELL_CLIENT, language, self)
        self._unlock = SignIn(environment.base_url, SHELL_CLIENT, language, self)
        self._services: Services | None = None
        self._login_profile: QWebEngineProfile | None = None
        self._session: dict[str, Any] = {}
        self._came_up = False
        self._down_since: datetime | None = None
        self._locking: SessionLock | None = None
        self._importing: Thread | None = None
        self._leaving: Future[str | None] | None = None
        self._contrast_at_start = window.theme.high_contrast
        self.workspace: WorkspaceController | None = None
        self.wishes = OpenWishes(window, lambda: self.workspace, language)
        self._connect()
        self._clock = QTimer(self, interval=CLOCK_MS)
        self._clock.timeout.connect(self._tick)
        self._clock.start()
        self._tick()

    def _connect(self) -> None:
        self._sign_in.page_shown.connect(self._sign_in_shown)
        self._sign_in.answered.connect(self._signed_in)
        self._sign_in.failed.connect(self._sign_in_failed)
        self._unlock.answered.connect(self._unlocking)
        self._unlock.failed.connect(self._unlock_failed)
        self._window.lock_asked.connect(self.lock)
        self._window.unlock_asked.connect(self._begin_unlock)
        self._window.log_out_asked.connect(self.log_out)
        self._window.empty_acted.connect(self._empty_acted)
        self._window.about_asked.connect(self._about)
        self._window.language_chosen.connect(lambda _: self._language_changed())
        self._window.theme_chosen.connect(lambda _: self._theme_changed())

    def start(self) -> None:
        """Bring the environment up and show the sign-in page.

        The page is asked for at once: the sockets are bound, and answer when the children are there.
        """
        self._begin_sign_in()
        self._window.set_connection("reconnecting")
        self._environment.on_up = lambda: self._threads.post(self._gateway_up)
        self._environment.on_down = lambda: self._threads.post(self._gateway_down)
        self._threads.run(
            self._environment.start(),
            lambda _: self._environment_up(),
            lambda _: self._environment_failed(),
        )

    def stop(self) -> None:
        """End everything; called once when the program ends."""
        timeline = self._services.timeline if self._services is not None else None
        if self.workspace is not None:
            self.workspace.end()
            self.workspace = None
        if timeline is not None:
            timeline.end("program ended")
        self._sign_in.drop()
        self._unlock.drop()
        if self._importing is not None:
            self._importing.join()
        stopping = self._threads.run(self._shut_down(self._services))
        try:
            stopping.result(5.0)
        except TimeoutError:
            stopping.cancel()
        except Exception:  # what went wrong at the end keeps neither threads nor window
            pass
        self._threads.stop()
        if timeline is not None:
            timeline.join(TIMELINE_SECONDS)

    async def _shut_down(self, services: Services | None) -> None:
        if self._leaving is not None:  # while the gateway is there to be told, and its sockets can be closed
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEAVING_SECONDS):
                    await asyncio.gather(asyncio.wrap_future(self._leaving), return_exceptions=True)
        await self._environment.stop()
        if services is not None:
            await services.connection.close()

    # the gateway's life

    def _gateway_up(self) -> None:
        self._down_since = None
        if self._came_up and self.workspace is not None:
            self._see("gateway", up=True)
            self.workspace.suspend(False)
        self._came_up = True
        self._say_connection()

    def _gateway_down(self) -> None:
        self._down_since = datetime.now().astimezone()
        if self.workspace is not None:
            self._see("gateway", up=False)
            self.workspace.suspend(True)
        self._say_connection()

    def _environment_up(self) -> None:
        self._came_up = True
        self._say_connection()

    def _say_connection(self) -> None:
        """What is nearest to the user comes first: our own gateway, then the record system behind it."""
        record = self.workspace.record if self.workspace is not None else None
        if self._down_since is not None:
            self._window.set_connection("reconnecting")
            self._window.set_strip(StripModel("gateway-down", self._down_since) if record else None)
        elif self.workspace is not None and self.workspace.unconfirmed_since is not None:
            self._window.set_connection("reconnecting")
            self._window.set_strip(StripModel("unconfirmed", self.workspace.unconfirmed_since))
        elif record is not None and self.workspace is not None and record.away:
            self._window.set_connection("record-away")
            self._window.set_strip(StripModel("record-away", record.since, self.workspace.start_list.read_at))
        else:
            self._window.set_connection("connected")
            self._window.set_strip(None)

    def _environment_failed(self) -> None:
        self._sign_in.drop()
        self._sign_in_page_error("environment_failed", "environment")

    # signing in

    def _begin_sign_in(self) -> None:
        self._window.show_sign_in()
        self._window.sign_in.set_loading()
        self._sign_in.begin(self._window, self._window.sign_in.set_view)

    def _sign_in_shown(self) -> None:
        if self._importing is None:
            self._importing = Thread(target=import_workspace, name="vaktrom-imports", daemon=True)
            self._importing.start()

    def _sign_in_failed(self, key: str) -> None:
        self._sign_in.drop()
        self._sign_in_page_error(key, "sign-in")

    def _sign_in_page_error(self, key: str, what: str) -> None:
        language = self._language()
        self._window.sign_in.set_error(
            EmptyModel(
                "broken",
                sentence("sign_in_failed_title", language),
                sentence(key, language),
                sentence("try_again", language),
                what,
                bad=True,
            )
        )

    def _empty_acted(self, key: str) -> None:
        if key == "sign-in":
            self._begin_sign_in()
        elif key == "environment":
            self.start()
        elif self.workspace is not None:
            self.workspace.start_list.reload()

    def _signed_in(self, request: AuthorizationRequest, code: str) -> None:
        from shell.bridge.session_opening import open_session

        self._window.sign_in.set_signing_in()
        environment = self._environment
        self._threads.run(
            open_session(
                environment.base_url, environment.shell_secret, self._threads, self._language, request, code
            ),
            lambda opened: self._session_open(*opened),
            lambda error: self._sign_in_failed(
                error.key if isinstance(error, GatewayError) else "gateway_failed"
            ),
        )
        self._window.furnish()  # while the gateway works

    def _session_open(
        self, services: Services, session: dict[str, Any], apps: list[dict[str, Any]], topic: str
    ) -> None:
        from shell.bridge.services import AppFacts
        from shell.bridge.timeline_watch import begin_timeline, watch_workspace
        from shell.bridge.workspace_controller import WorkspaceController

        self._login_profile = self._sign_in.take_profile()
        self._window.take_toast("signed-out")
        services.style = lambda: self._window.theme.name
        self._services, self._session = services, session
        self._window.set_user(self._user())
        facts = [AppFacts.from_answer(app) for app in apps]
        services.timeline = begin_timeline(self._environment.choice.state)
        self.workspace = WorkspaceController(self._window, services, session, facts, topic, self)
        watch_workspace(self.workspace, self._window.desk.banner)
        self.workspace.signed_out.connect(self._session_lost)
        self.workspace.record_changed.connect(lambda _: self._say_connection())
        self.workspace.unconfirmed_changed.connect(self._say_connection)
        self.workspace.start()
        self._say_connection()
        self.wishes.look()

    def _user(self) -> UserModel:
        place = (self._session.get("organization") or {}).get("name", "")
        role = role_word(str(self._session.get("role") or ""), self._language())
        return UserModel(self._session["user"]["name"], role, place)

    # lock and log out

    def lock(self) -> None:
        """Cover everything at once, then tell the gateway."""
        if self.workspace is None or self._services is None:
            return
        clear_own_clipboard()
        self._see("lock", step="asked")
        self._window.end_question()
        self._window.close_palette()
        place = (self._session.get("organization") or {}).get("name", "")
        self._window.show_lock(LockModel(self._user(), datetime.now().astimezone(), place))
        self._window.announcer.hushed = True
        self.workspace.pause()
        if self._locking is None:
            from shell.bridge.locking import SessionLock

            self._locking = SessionLock(
                self._services, self._lock_unconfirmed, self._lock_confirmed, self._session_lost
            )
            self._locking.begin()

    def _lock_unconfirmed(self) -> None:
        """Said only when nobody is logging in there just now."""
        if self._unlock.view is None:
            self._lock_says("lock_unconfirmed")

    def _lock_confirmed(self) -> None:
        self._see("lock", step="confirmed")
        if self._unlock.view is None:
            self._window.lock.retranslate()

    def _lock_says(self, key: str) -> None:
        words = sentence(key, self._language())
        self._window.lock.set_error(EmptyModel("lock", words, ""))
        self._window.announcer.say(words, urgent=True, over_lock=True)

    def _begin_unlock(self) -> None:
        if self.workspace is not None:
            self._unlock.begin(self._window, self._window.lock.set_view, prompt="login")

    def _unlocking(self, request: AuthorizationRequest, code: str) -> None:
        if self._services is not None and self._locking is not None:
            self._services.run(
                self._locking.unlock(request, code), lambda _: self._unlocked(), self._not_unlocked
            )

    def _unlocked(self) -> None:
        profile = self._unlock.take_profile()
        if profile is not None:
            old, self._login_profile = self._login_profile, profile
            if old is not None:
                delete_later(old)
        self._locking = None
        self._see("lock", step="unlocked")
        self._window.announcer.hushed = False
        self._window.hide_lock()
        if self.workspace is not None:
            self.workspace.refresh()
        self.wishes.look()

    def _not_unlocked(self, error: BaseException) -> None:
        other = isinstance(error, Refused) and error.status == FORBIDDEN
        self._unlock_failed("other_user" if other else "login_refused")
        if isinstance(error, NotSignedIn):
            self._session_lost()

    def _unlock_failed(self, key: str) -> None:
        self._unlock.drop()
        self._lock_says(key)

    def log_out(self) -> None:
        """Ask about unsaved work, then end everything of this user."""
        if self.workspace is None:
            return
        if self._window.page is self._window.lock:
            self._log_out()  # a question would name a patient on a locked screen, and uncovering needs a login
            return
        self.workspace.ask_before_leaving(self._log_out)

    def _log_out(self) -> None:
        if self.workspace is not None:
            self._leave(tell_gateway=True)

    def _ended_upstream(self, url: str | None) -> None:
        profile, self._login_profile = self._login_profile, None
        if profile is not None and url:
            LogoutPage(profile, url)
        elif profile is not None:
            delete_later(profile)

    def _session_lost(self) -> None:
        """The session ended without us: nothing of it may stay on the screen."""
        if self.workspace is not None:
            self._leave(tell_gateway=False)
            self._window.toast(ToastModel("signed-out", "info", sentence("signed_out", self._language())))

    async def _end_session(self, services: Services, tell_gateway: bool) -> str | None:
        try:
            return await services.workspace.end() if tell_gateway else None
        finally:
            await services.connection.close()

    def _leave(self, *, tell_gateway: bool) -> None:
        if self._services is not None:
            ending = self._end_session(self._services, tell_gateway)
            self._leaving = self._threads.run(
                ending, self._ended_upstream, lambda _: self._ended_upstream(None)
            )
        services, workspace, self.workspace, self._services = self._services, self.workspace, None, None
        self._session = {}
        self.wishes.drop()
        clear_own_clipboard()
        self._locking = None
        self._window.announcer.hushed = False
        self._unlock.drop()
        if workspace is not None:
            workspace.end()
        if services is not None:
            services.timeline.end("logged out" if tell_gateway else "session lost")
        self._window.hide_lock()
        self._say_connection()
        self._window.set_user(None)
        self._begin_sign_in()

    # small things

    def _see(self, kind: str, **facts: object) -> None:
        """For the session's timeline."""
        if self._services is not None:
            self._services.timeline.see(kind, **facts)

    def _language_changed(self) -> None:
        if self.workspace is not None:
            self._window.set_user(self._user())
            self.workspace.start_list.redraw()
            self.workspace.redraw()
            if any(tab.panes for tab in self.workspace.tabs):
                language = self._language()
                words = (sentence("language_apps_title", language), sentence("language_apps_text", language))
                self._window.toast(ToastModel("language-apps", "info", *words))
        elif self._sign_in.view is not None:
            self._begin_sign_in()

    def _theme_changed(self) -> None:
        """Views and pages have changed at once; Chromium hears of high contrast only when it starts."""
        theme = self._window.theme
        contrast_later = theme.high_contrast is not self._contrast_at_start
        if self.workspace is not None and (contrast_later or not theme.pages_follow):
            language = self._language()
            key = "contrast_apps_text" if theme.pages_follow else "theme_apps_text"
            title, text = sentence("theme_apps_title", language), sentence(key, language)
            self._window.toast(ToastModel("theme-apps", "info", title, text))

    def _tick(self) -> None:
        self._window.set_now(datetime.now().astimezone())

    def _about(self) -> None:
        versions = f"Vaktrom 0.1 · Qt WebEngine {text_of(qWebEngineVersion())}"
        patched = f"Chromium {text_of(qWebEngineChromiumSecurityPatchVersion())}"
        title = sentence("about_title", self._language())
        self._window.toast(ToastModel("about", "info", title, f"{versions} · {patched}"))


def import_workspace() -> None:
    """What is needed when somebody has signed in; read while he types, in a thread of its own."""
    import shell.bridge.session_opening
    import shell.bridge.workspace_controller
    import shell.windows.workplace  # noqa: F401


def text_of(version: object) -> str:
    """Qt gives versions as bytes."""
    return version.decode("ascii") if isinstance(version, bytes) else str(version)
