"""Looks into the panes over DevTools: one Playwright driver for all tests, a connection of its own for each look."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from playwright.sync_api import Browser, sync_playwright


class DevTools:
    """Lives in a thread of its own, because the program has to run on while somebody looks.

    A connection is not kept from one look to the next: it does not learn of panes that were opened after it.
    """

    def __init__(self, port: int) -> None:
        self._address = f"http://127.0.0.1:{port}"
        self._wanted: queue.SimpleQueue[tuple[Callable[[Browser], Any], Future[Any]] | None]
        self._wanted = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def look(self, look: Callable[[Browser], Any]) -> Future[Any]:
        """Ask for a look; the future holds its result, or what it raised."""
        answer: Future[Any] = Future()
        self._wanted.put((look, answer))
        return answer

    def end(self) -> None:
        self._wanted.put(None)
        self._thread.join(10)

    def _work(self) -> None:
        wanted = self._wanted.get()
        if wanted is None:
            return
        with sync_playwright() as playwright:
            while wanted is not None:
                look, answer = wanted
                try:
                    browser = playwright.chromium.connect_over_cdp(self._address, no_defaults=True)
                except BaseException as error:
                    answer.set_exception(error)
                else:
                    self._answer(browser, look, answer)
                wanted = self._wanted.get()

    @staticmethod
    def _answer(browser: Browser, look: Callable[[Browser], Any], answer: Future[Any]) -> None:
        try:
            answer.set_result(look(browser))
        except BaseException as error:
            answer.set_exception(error)
        finally:
            browser.close()
