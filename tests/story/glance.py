"""A glance into every page over the bare DevTools protocol; a page that does not answer keeps nobody waiting."""

from __future__ import annotations

import json
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.request import ProxyHandler, build_opener

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

PATIENCE = 0.5
QUIET = logging.getLogger("tests.glance")
QUIET.setLevel(logging.CRITICAL)
LIST_SECONDS, LIST_TRIES = 5.0, 5
SAYS = "JSON.stringify([location.hostname, document.body?.dataset.patient || ''])"


class Glance:
    """Asks all pages at once, from threads of its own, since the program has to run on meanwhile."""

    def __init__(self, port: int) -> None:
        self._list = f"http://127.0.0.1:{port}/json/list"
        self._open = build_opener(ProxyHandler({})).open
        self._asking = ThreadPoolExecutor(16)

    def look(self) -> Future[dict[str, list[str]]]:
        """App to what each of its pages says: the patient it is about, empty when it names nobody."""
        return self._asking.submit(self._look)

    def end(self) -> None:
        self._asking.shutdown(cancel_futures=True)

    def _look(self) -> dict[str, list[str]]:
        pages = [item for item in self._targets() if item["type"] == "page"]
        found: dict[str, list[str]] = {}
        asked = [self._asking.submit(self._ask, item["webSocketDebuggerUrl"]) for item in pages]
        for said in (one.result() for one in asked):
            if said is not None:
                found.setdefault(said[0].split(".")[0], []).append(said[1])
        return found

    def _targets(self) -> list[dict[str, str]]:
        """Asked again when a machine with much to do has not answered."""
        for tried in range(1, LIST_TRIES + 1):
            try:
                with self._open(self._list, timeout=LIST_SECONDS) as answer:
                    targets: list[dict[str, str]] = json.load(answer)
                    return targets
            except OSError:
                if tried == LIST_TRIES:
                    raise
        raise AssertionError("the last try returns or raises")

    @staticmethod
    def _ask(address: str) -> tuple[str, str] | None:
        """Host and patient; None of a page that hangs, or ended just then."""
        try:
            with connect(address, open_timeout=PATIENCE, close_timeout=0.1, proxy=None, logger=QUIET) as page:
                question = {"expression": SAYS, "returnByValue": True}
                page.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": question}))
                while (answer := json.loads(page.recv(PATIENCE))).get("id") != 1:
                    pass
            host, patient = json.loads(answer["result"]["result"]["value"])
        except (OSError, WebSocketException, KeyError):
            return None
        return host, patient
